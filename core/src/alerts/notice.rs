//! Notices: problems of the daemon itself as alerts, so that they reach the readers of alerts.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::alert::{Alert, Change, ChangeKind, Confidence, Evidence, ScoreReason, Sentence, Severity, Status};
use super::class::Class;
use super::handling::HandlingSettings;
use super::id::digest;
use crate::base::time::Time;
use crate::behaviours::Behaviour;

/// Points of a notice: severity high, because an operator has to act.
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

/// State of one problem of the daemon.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// Kind of the problem.
    pub kind: NoticeKind,
    /// Name of the sink, input or part; may be empty.
    pub name: String,
    /// Whether the problem persists; false once it is resolved.
    pub holds: bool,
    /// One or two sentences that a person on watch can read out.
    pub summary: String,
    /// Measured values, by name.
    pub measured: Map<String, Value>,
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
        let behaviour = self.kind.behaviour();
        let alert = Alert {
            id: digest(&format!("{behaviour}|{}||{}", self.name, started_at.millis())),
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
                text: self.kind.needs().to_owned(),
            }],
            evidence: Evidence {
                thresholds: Map::new(),
                measured: self.measured.clone(),
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
