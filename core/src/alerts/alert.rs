//! The alert and its changes, as the JSON of SPEC "Alerts".

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::class::Class;
use super::handling::Handling;
use super::night::Night;
use super::point::EvidencePoint;
use crate::base::state::{json, shared};
use crate::base::time::Time;
use crate::behaviours::{Behaviour, Lead, NewIdentity, VesselRef, ZoneRef};
use crate::geo::LatLon;

/// One line of the alert stream: what changed, when it was decided, and the alert after the change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Change {
    /// What happened to the alert.
    pub change: ChangeKind,
    /// Number of this change of the alert, from 1; `<id>-<revision>` is the idempotency key of a delivery.
    pub revision: u32,
    /// Engine time of the decision.
    pub at: Time,
    /// Reason for the change, in a few words.
    #[serde(default)]
    pub reason: String,
    /// The alert after the change.
    #[serde(with = "shared")]
    pub alert: Arc<Alert>,
    /// The first sentence of the summary in parts, for the stories of cases.
    #[serde(skip)]
    pub sentence: Sentence,
    /// Whether the alert names only one of several vessels that could have taken part, for the scores of cases.
    #[serde(skip)]
    pub is_uncertain: bool,
}

/// What happened to an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// First published.
    Opened,
    /// Something an analyst would act on changed, or `update_minutes` passed.
    Updated,
    /// The behaviour stopped and did not come back within `merge_minutes`.
    Ended,
    /// Later evidence disproved the alert.
    Retracted,
}

impl ChangeKind {
    /// The name used in lines: `opened`, `updated`, `ended` or `retracted`.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Opened => "opened",
            ChangeKind::Updated => "updated",
            ChangeKind::Ended => "ended",
            ChangeKind::Retracted => "retracted",
        }
    }
}

impl Change {
    /// Sets the case that the alert belongs to. The engine calls it after the book of cases has taken the change.
    pub(crate) fn name_case(&mut self, case: Option<String>) {
        if self.alert.case_id != case {
            Arc::make_mut(&mut self.alert).case_id = case;
        }
    }
}

/// State of an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The behaviour holds, or it stopped and the merge window is still running.
    Open,
    /// Over.
    Ended,
    /// Disproved.
    Retracted,
}

/// How urgent an alert is, by its score. The limits are those of SPEC "Alerts"; they are not settings, so that severities of
/// different sites compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Below 20 points.
    Info,
    /// 20 to 39.
    Low,
    /// 40 to 59.
    Medium,
    /// 60 to 79.
    High,
    /// 80 and above.
    Critical,
}

impl Severity {
    /// The severity of a score (0-100).
    pub fn of(score: i32) -> Severity {
        match score {
            ..20 => Severity::Info,
            20..40 => Severity::Low,
            40..60 => Severity::Medium,
            60..80 => Severity::High,
            80.. => Severity::Critical,
        }
    }

    /// The name used in alerts: `info`, `low`, `medium`, `high` or `critical`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// How well the vessels of an alert are received.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// By stations on land.
    Normal,
    /// One of them by satellite only, so that its fixes are few.
    Low,
}

/// An alert, or a fact below `alert_from` points (`announced` false).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alert {
    /// 26 characters of base32, a hash of the facts of its first opening; never changes.
    pub id: String,
    /// The behaviour.
    pub behaviour: Behaviour,
    /// Whether the alert is about vessels or about the daemon. Follows from the behaviour; lines of earlier versions do not state it.
    #[serde(default)]
    pub kind: Class,
    /// True once the score has reached `alert_from`, which makes it an alert; false for a fact.
    pub announced: bool,
    /// State of the alert.
    pub status: Status,
    /// Follows from the score. While the alert is open it rises, and falls only if what is known of the vessels is corrected.
    pub severity: Severity,
    /// Score, 0-100; the sum of `score_reasons`.
    pub score: i32,
    /// How well the vessels are received.
    pub confidence: Confidence,
    /// Event time when the behaviour began.
    pub started_at: Time,
    /// Event time when the rule was first satisfied.
    pub opened_at: Time,
    /// The latest time at which the behaviour is known to have held.
    pub last_at: Time,
    /// The last time at which the behaviour held; `None` while it holds.
    pub ended_at: Option<Time>,
    /// The vessels that take part, ordered by track key; empty for an alert about the daemon or a feed.
    pub vessels: Vec<VesselRef>,
    /// Every zone that the alert is in or near, except source regions.
    pub zones: Vec<ZoneRef>,
    /// Latest position; for pairs the midpoint. `None` for a distress device that never sent one, and for alerts without a place.
    #[serde(serialize_with = "position")]
    pub position: Option<LatLon>,
    /// Id of the group: three or more open pairs that are linked through their vessels. `None` outside a group.
    pub group_id: Option<String>,
    /// Id of the case that the alert belonged to when the line was written. A later line names another one if the case proves to be
    /// part of an earlier case. `None` for a fact without an alert near it, and for alerts about the daemon or an area.
    pub case_id: Option<String>,
    /// Id of the alert that this one supersedes; `None` if there is none.
    pub replaces: Option<String>,
    /// Marking: who may see the alert, for what purpose, how reliable it is, how long it may be kept.
    #[serde(with = "json")]
    pub handling: Handling,
    /// One or two sentences that an analyst can read out.
    pub summary: String,
    /// The lines that add up to the score.
    pub score_reasons: Vec<ScoreReason>,
    /// Measurements and tracks behind the alert.
    pub evidence: Evidence,
}

impl Alert {
    /// The identity before and after, if the alert is about a change of identity. `None` for all other alerts.
    pub fn new_identity(&self) -> Option<NewIdentity> {
        let is_change = self.behaviour.character().lead == Some(Lead::Identity);
        is_change.then(|| NewIdentity::of(&self.evidence.measured)).flatten()
    }
}

/// One sentence in parts, each as it appears in the summary.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Sentence {
    /// Subject: `ALFA (Spain, cargo)`.
    pub who: String,
    /// Verb and numbers: `stayed below 2 kn for 1 h 35 min`.
    pub deed: String,
    /// Distances: `, 30 nm off the coast, 54 nm from Nouadhibou (Mauritania)`; may be empty.
    pub off: String,
    /// Zones: `, inside Western Sahara to Freetown`; may be empty.
    pub zones: String,
    /// How much of what the deed states is at night at the position.
    pub night: Night,
    /// Whether the subject is plural.
    pub several: bool,
}

impl Sentence {
    /// The whole sentence.
    pub fn text(&self) -> String {
        format!("{} {}{}{}{}.", self.who, self.deed, self.off, self.zones, self.when())
    }

    /// The night, preceded by a comma: `, partly at night`; empty by day.
    pub(super) fn when(&self) -> String {
        self.night.said().map_or_else(String::new, |night| format!(", {night}"))
    }
}

/// One line of the score. Lines with 0 points are left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScoreReason {
    /// Stable name of the score line.
    pub code: String,
    /// Points; negative if the line lowers the score.
    pub points: i32,
    /// Explanation for the analyst.
    pub text: String,
}

/// The measurements and tracks behind an alert.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Thresholds in force, by name of the setting.
    #[serde(with = "json")]
    pub thresholds: Map<String, Value>,
    /// Measured values, by name.
    #[serde(with = "json")]
    pub measured: Map<String, Value>,
    /// Names of the stations that recently heard the vessels; empty if the feed does not state them.
    pub stations: Vec<String>,
    /// Tracks of the vessels, at most 200 points each, oldest first. Lists read alerts from the store without them.
    #[serde(default)]
    pub tracks: Vec<EvidenceTrack>,
}

/// The track of one vessel in the evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EvidenceTrack {
    /// MMSI of the vessel.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// Points of the track, oldest first.
    pub points: Vec<EvidencePoint>,
}

/// Writes a position with five decimals (1 m) in lines, and complete in snapshots: a restored engine must compute the same distances.
fn position<S: Serializer>(at: &Option<LatLon>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Rounded {
        lat: f64,
        lon: f64,
    }
    if !serializer.is_human_readable() {
        return at.serialize(serializer);
    }
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    at.map(|at| Rounded { lat: round(at.lat), lon: round(at.lon) }).serialize(serializer)
}
