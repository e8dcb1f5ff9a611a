//! Notices: problems of the daemon itself as alerts, so that they reach the readers of alerts.
//!
//! The daemon and its store detect the problems; the store decides when a notice is sent again, and counts its revisions. They are not in
//! the book of the engine: a replay must not repeat what happened to one process. Their times are those of the wall clock.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::alert::{Alert, Change, ChangeKind, Confidence, Evidence, ScoreReason, Sentence, Severity, Status};
use super::class::Class;
use super::handling::HandlingSettings;
use super::id::digest;
use crate::base::time::Time;
use crate::behaviours::Behaviour;

/// Points of a notice: the lowest score of severity high, because an operator has to act.
const POINTS: i32 = 60;

/// The kinds of problem that a notice reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NoticeKind {
    /// A sink has not delivered alerts.
    DeliveryFailed,
    /// More vessels are heard than there is room for; most likely a feed sends invented ones.
    VesselFlood,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [NoticeKind; 2] = [NoticeKind::DeliveryFailed, NoticeKind::VesselFlood];

    /// The behaviour that its alert has.
    pub fn behaviour(self) -> Behaviour {
        match self {
            NoticeKind::DeliveryFailed => Behaviour::DeliveryFailed,
            NoticeKind::VesselFlood => Behaviour::VesselFlood,
        }
    }

    /// Text of the score line: what the problem requires.
    fn needs(self) -> &'static str {
        match self {
            NoticeKind::DeliveryFailed => "Needs an operator: alerts are not reaching a receiver",
            NoticeKind::VesselFlood => "Needs an operator: a feed sends more vessels than there is room for",
        }
    }
}

/// What was measured of a problem, by its kind. An alert lists the fields by name, in this order.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum NoticeFacts {
    /// Facts of [`NoticeKind::DeliveryFailed`].
    DeliveryFailed(FailedDeliveries),
    /// Facts of [`NoticeKind::VesselFlood`].
    VesselFlood(VesselFlood),
}

/// The deliveries that one sink has refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FailedDeliveries {
    /// Name of the sink.
    pub sink: String,
    /// Number of deliveries in the state `failed`; 0 once the problem is resolved.
    pub failed: i64,
    /// When the oldest of them failed, by the wall clock; `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Time>,
}

/// The tracks of a picture that is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct VesselFlood {
    /// Number of tracks in the picture.
    pub tracks: usize,
    /// Number of tracks dropped since the engine began because there was no room.
    pub evicted: u64,
}

impl NoticeFacts {
    /// Kind of the problem.
    pub fn kind(&self) -> NoticeKind {
        match self {
            NoticeFacts::DeliveryFailed(_) => NoticeKind::DeliveryFailed,
            NoticeFacts::VesselFlood(_) => NoticeKind::VesselFlood,
        }
    }

    /// Name of the sink. With the kind it identifies the problem; empty if there is only one problem of the kind.
    pub fn name(&self) -> &str {
        match self {
            NoticeFacts::DeliveryFailed(deliveries) => &deliveries.sink,
            NoticeFacts::VesselFlood(_) => "",
        }
    }

    /// The facts by name, as the evidence of an alert lists them.
    fn measured(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(measured)) => measured,
            // Structs with named fields are always objects.
            _ => Map::new(),
        }
    }
}

/// State of one problem of the daemon.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// What was measured of the problem.
    pub facts: NoticeFacts,
    /// Whether the problem persists; false once it is resolved.
    pub holds: bool,
    /// One or two sentences that a person on watch can read out.
    pub summary: String,
}

impl Notice {
    /// The change that reports this state. `started_at` is when the problem was first seen, by the wall clock; `revision` counts
    /// from 1.
    pub fn change(&self, started_at: Time, at: Time, revision: u32, handling: &HandlingSettings) -> Change {
        let (change, status, reason) = match (self.holds, revision) {
            (true, 1) => (ChangeKind::Opened, Status::Open, "detected by the program"),
            (true, _) => (ChangeKind::Updated, Status::Open, "still the case"),
            (false, _) => (ChangeKind::Ended, Status::Ended, "resolved"),
        };
        let kind = self.facts.kind();
        let behaviour = kind.behaviour();
        let alert = Alert {
            id: digest(&format!("{behaviour}|{}||{}", self.facts.name(), started_at.millis())),
            behaviour,
            kind: Class::of(behaviour),
            announced: true,
            status,
            severity: Severity::of(POINTS),
            score: POINTS,
            confidence: Confidence::Normal,
            started_at,
            opened_at: started_at,
            last_at: at,
            ended_at: (!self.holds).then_some(at),
            vessels: Vec::new(),
            zones: Vec::new(),
            position: None,
            group_id: None,
            case_id: None,
            replaces: None,
            handling: handling.of(started_at, false, false),
            summary: self.summary.clone(),
            score_reasons: vec![ScoreReason {
                code: behaviour.to_string(),
                points: POINTS,
                text: kind.needs().to_owned(),
            }],
            evidence: Evidence {
                thresholds: Map::new(),
                measured: self.facts.measured(),
                stations: Vec::new(),
                tracks: Vec::new(),
            },
        };
        Change {
            change,
            revision,
            at,
            reason: reason.to_owned(),
            alert: Arc::new(alert),
            sentence: Sentence::default(),
            is_uncertain: false,
        }
    }
}
