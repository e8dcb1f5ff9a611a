//! What an alert is: the JSON of SPEC "Alerts", field by field.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::class::Class;
use super::handling::Handling;
use crate::geo::LatLon;
use crate::state::{Word, json, maybe_word, word};
use crate::time::Time;

/// One line of the alert stream: what changed, when it was decided, and the alert as it now stands.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Change {
    /// What happened to the alert.
    pub change: ChangeKind,
    /// Counts the changes of this alert from 1; `<id>-<revision>` is the idempotency key of a delivery.
    pub revision: u32,
    /// Engine time of the decision.
    pub at: Time,
    /// Why, in a few words.
    pub reason: String,
    /// The alert after the change.
    pub alert: Arc<Alert>,
}

/// What happened to an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// First published.
    Opened,
    /// Something an analyst would act on changed, or half an hour passed.
    Updated,
    /// The behaviour stopped and did not come back within `merge_minutes`.
    Ended,
    /// Later evidence disproved it.
    Retracted,
}

impl Change {
    /// Writes down which case the alert belongs to.
    pub(crate) fn name_case(&mut self, case: Option<String>) {
        if self.alert.case_id != case {
            Arc::make_mut(&mut self.alert).case_id = case;
        }
    }
}

/// Where an alert stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Going on, or waiting whether it comes back.
    Open,
    /// Over.
    Ended,
    /// Disproved.
    Retracted,
}

/// How urgent: info < 20 <= low < 40 <= medium < 60 <= high < 80 <= critical.
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

    /// The word in alerts.
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

/// An alert, or a fact below `alert_from` points (`announced` false).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Alert {
    /// 26 characters of base32 over the facts of its first opening; never changes.
    pub id: String,
    /// Name of the behaviour; its [`Class`] stands beside it in lines, as `kind`.
    #[serde(flatten, serialize_with = "with_class")]
    pub behaviour: &'static str,
    /// Whether it is an alert (score reached `alert_from` once) or a fact.
    pub announced: bool,
    /// Where it stands.
    pub status: Status,
    /// From the score; rises, never falls, while open.
    pub severity: Severity,
    /// 0-100, the sum of `score_reasons`.
    pub score: i32,
    /// `normal` or `low` (satellite-only vessels).
    pub confidence: &'static str,
    /// When the behaviour began.
    pub started_at: Time,
    /// When the rule was first satisfied.
    pub opened_at: Time,
    /// The latest moment it is known to hold.
    pub last_at: Time,
    /// The last moment it held, once it is over.
    pub ended_at: Option<Time>,
    /// Who takes part, in order of track key.
    pub vessels: Vec<VesselRef>,
    /// Every watched or benign zone it lies in or near.
    pub zones: Vec<ZoneRef>,
    /// Where (pairs: the midpoint), latest. Absent only for a distress device that never said.
    #[serde(serialize_with = "rounded_position")]
    pub position: Option<LatLon>,
    /// Shared by three or more mutually linked open pairs.
    pub group_id: Option<String>,
    /// The case it belongs to at the moment of the line; a later line names another where that case proves to be part of an earlier one. Absent
    /// for a fact with no alert near it, and for what concerns the daemon or an area.
    pub case_id: Option<String>,
    /// Id of the alert it supersedes.
    pub replaces: Option<String>,
    /// Who may see it, for what, how sure it is, how long it may be kept.
    pub handling: Handling,
    /// One or two sentences an analyst can read out.
    pub summary: String,
    /// The first of them in its parts, for stories.
    #[serde(skip)]
    pub sentence: Sentence,
    /// Line by line how the score comes about.
    pub score_reasons: Vec<ScoreReason>,
    /// Numbers and tracks behind it.
    pub evidence: Evidence,
}

/// Who does what where, each part as it stands in the summary.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Sentence {
    /// `ALFA (ES, cargo)`.
    pub who: String,
    /// `was below 2 kn for 1 h 35 min`.
    pub deed: String,
    /// `, 30 nm off the coast, 54 nm from Nouadhibou (Mauritania)`; may be empty.
    pub off: String,
    /// `, inside Western Sahara to Freetown`; may be empty.
    pub zones: String,
    /// Whether it is night there.
    pub night: bool,
}

impl Sentence {
    /// The whole of it.
    pub fn text(&self) -> String {
        let night = if self.night { ", at night" } else { "" };
        format!("{} {}{}{}{night}.", self.who, self.deed, self.off, self.zones)
    }
}

/// A vessel as an alert names it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VesselRef {
    /// Its MMSI.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// IMO number, if sent.
    pub imo: Option<u32>,
    /// Name, if sent.
    pub name: Option<String>,
    /// Call sign, if sent.
    pub call_sign: Option<String>,
    /// Ship type 1-99, if sent.
    pub ship_type: Option<u8>,
    /// ISO 3166 alpha-2 of the flag behind the MMSI's MID.
    #[serde(deserialize_with = "maybe_word")]
    pub flag: Option<Word>,
    /// `A` or `B`.
    #[serde(deserialize_with = "maybe_word")]
    pub class: Option<Word>,
    /// Part in the case: mother, daughter, dropper, collector, dark.
    #[serde(deserialize_with = "maybe_word")]
    pub role: Option<Word>,
}

/// A zone as an alert names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ZoneRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `corridor`, `area`, `port`, `anchorage` or `benign`.
    #[serde(deserialize_with = "word")]
    pub kind: Word,
    /// `in` or `near`.
    #[serde(deserialize_with = "word")]
    pub relation: Word,
}

/// One line of the score.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScoreReason {
    /// Stable name of the ingredient.
    pub code: String,
    /// Points, negative where it lowers.
    pub points: i32,
    /// For the analyst.
    pub text: String,
}

/// The numbers and tracks behind an alert.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Thresholds in force, by setting name.
    #[serde(with = "json")]
    pub thresholds: Map<String, Value>,
    /// What was measured.
    #[serde(with = "json")]
    pub measured: Map<String, Value>,
    /// Stations that heard the vessels lately; empty when the feed does not say.
    pub stations: Vec<String>,
    /// At most 200 points a vessel, oldest first.
    pub tracks: Vec<EvidenceTrack>,
}

/// The track of one vessel in the evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EvidenceTrack {
    /// Its MMSI.
    pub mmsi: u32,
    /// Ordinal of the track.
    pub track: u16,
    /// Where it was.
    pub points: Vec<EvidencePoint>,
}

/// `[time, lon, lat, sog kn or null, cog degrees or null]`.
pub type EvidencePoint = (Time, f64, f64, Option<f64>, Option<f64>);

fn with_class<S: Serializer>(behaviour: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named<'a> {
        behaviour: &'a str,
        kind: Class,
    }
    Named { behaviour, kind: Class::of(behaviour) }.serialize(serializer)
}

fn rounded_position<S: Serializer>(at: &Option<LatLon>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Rounded {
        lat: f64,
        lon: f64,
    }
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    at.map(|at| Rounded { lat: round(at.lat), lon: round(at.lon) }).serialize(serializer)
}
