//! An alert as a snapshot keeps it: complete and with full precision. Lines of the alert stream round values and leave fields
//! out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::behaviours::Behaviour;
use crate::geo::LatLon;
use crate::state::{Word, json, word};
use crate::time::Time;

use super::alert::{Alert, Evidence, ScoreReason, Sentence, Severity, Status, VesselRef, ZoneRef};
use super::handling::Handling;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Alert")]
struct Whole {
    id: String,
    behaviour: Behaviour,
    announced: bool,
    status: Status,
    severity: Severity,
    score: i32,
    #[serde(deserialize_with = "word")]
    confidence: Word,
    started_at: Time,
    opened_at: Time,
    last_at: Time,
    ended_at: Option<Time>,
    vessels: Vec<VesselRef>,
    zones: Vec<ZoneRef>,
    position: Option<LatLon>,
    group_id: Option<String>,
    case_id: Option<String>,
    replaces: Option<String>,
    summary: String,
    sentence: Sentence,
    #[serde(with = "json")]
    handling: Handling,
    score_reasons: Vec<ScoreReason>,
    evidence: Evidence,
}

#[derive(Serialize)]
struct Ref<'a>(#[serde(with = "Whole")] &'a Alert);

#[derive(Deserialize)]
struct Own(#[serde(with = "Whole")] Alert);

/// `with` for one alert.
pub(crate) mod one {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(alert: &Arc<Alert>, to: S) -> Result<S::Ok, S::Error> {
        Whole::serialize(alert, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Alert>, D::Error> {
        Whole::deserialize(from).map(Arc::new)
    }
}

/// `with` for a map of alerts.
pub(crate) mod many {
    use super::*;

    pub(crate) fn serialize<K: Serialize, S: Serializer>(
        alerts: &BTreeMap<K, Arc<Alert>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(alerts.iter().map(|(key, alert)| (key, Ref(alert))))
    }

    pub(crate) fn deserialize<'de, K: Deserialize<'de> + Ord, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<K, Arc<Alert>>, D::Error> {
        let all = Vec::<(K, Own)>::deserialize(from)?;
        Ok(all.into_iter().map(|(key, alert)| (key, Arc::new(alert.0))).collect())
    }
}
