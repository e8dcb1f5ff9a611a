//! The alerts of a case as numbered events in order of time, and the vessels they share.

use std::collections::BTreeMap;

use serde_json::Value;

use super::standing::Standing;
use super::words::{mmsi, position_of, time_of, vessel_words};
use crate::storage::store::{AlertFile, CaseFile, WorkState};
use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;

/// One alert or fact of a case.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Number from 1, in order of time. The map uses the same number.
    pub number: usize,
    /// Everything stored about the alert.
    pub alert_file: &'a AlertFile,
}

impl<'a> Event<'a> {
    /// The alert in its latest state.
    pub fn alert(&self) -> &'a Value {
        &self.alert_file.told.entry.body
    }

    /// When it began.
    pub fn began(&self) -> Option<Time> {
        time_of(self.alert(), "started_at")
    }

    /// When it ended. `None` while it goes on.
    pub fn ended(&self) -> Option<Time> {
        time_of(self.alert(), "ended_at")
    }

    /// Where it was. `None` if that is not known.
    pub fn position(&self) -> Option<LatLon> {
        position_of(self.alert())
    }

    /// Whether it is an alert rather than a fact.
    pub fn is_alert(&self) -> bool {
        self.alert()["announced"] == true
    }

    /// How it stands and what people did with it: `going on; not acknowledged`, `over; closed as benign`.
    pub fn state(&self) -> String {
        let status = Standing::of(self.alert()).words();
        let entry = &self.alert_file.told.entry;
        match (entry.state, &entry.finding) {
            (WorkState::Closed, Some(finding)) => format!("{status}; closed as {finding}"),
            (WorkState::New, _) => format!("{status}; not acknowledged"),
            (state, _) => format!("{status}; {}", state.name()),
        }
    }
}

/// The alerts and facts of a case, numbered in order of their beginning.
pub fn events(case_file: &CaseFile) -> Vec<Event<'_>> {
    let mut alert_file: Vec<&AlertFile> = case_file.alerts.iter().collect();
    let key = |alert_file: &&AlertFile| {
        let body = &alert_file.told.entry.body;
        (time_of(body, "started_at"), time_of(body, "opened_at"), alert_file.told.entry.id.clone())
    };
    alert_file.sort_by_cached_key(key);
    alert_file.into_iter().enumerate().map(|(index, alert_file)| Event { number: index + 1, alert_file }).collect()
}

/// The vessels of several alerts, each once, in order of MMSI and track, as the last alert names them.
pub fn vessels_of<'a>(alerts: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut vessels: BTreeMap<(u64, u64), &Value> = BTreeMap::new();
    for vessel in alerts.flat_map(|alert| alert["vessels"].as_array().into_iter().flatten()) {
        let known = vessels.entry(key(vessel)).or_insert(vessel);
        // The latest identity, but a part once played is not forgotten.
        if known["role"].is_null() || !vessel["role"].is_null() {
            *known = vessel;
        }
    }
    vessels.into_values().collect()
}

/// Identifies a vessel: MMSI and track.
pub(super) fn key(vessel: &Value) -> (u64, u64) {
    (vessel["mmsi"].as_u64().unwrap_or_default(), vessel["track"].as_u64().unwrap_or_default())
}

/// A sentence for each vessel in more than one alert, with their numbers:
/// `ALFA (Spain, cargo), MMSI 224000001, takes part in 1, 2 and 5.`
pub fn ties(events: &[Event<'_>]) -> Vec<String> {
    let mut sentences = Vec::new();
    for vessel in vessels_of(events.iter().map(Event::alert)) {
        let takes_part = |event: &&Event<'_>| {
            event.alert()["vessels"].as_array().into_iter().flatten().any(|other| key(other) == key(vessel))
        };
        let numbers: Vec<String> = events.iter().filter(takes_part).map(|event| event.number.to_string()).collect();
        if let [first @ .., last] = numbers.as_slice()
            && !first.is_empty()
        {
            let which = match numbers.len() == events.len() {
                true => "all of them".to_owned(),
                false => format!("{} and {last}", first.join(", ")),
            };
            // Without a name, the words state the number already.
            let number = match vessel["name"].is_null() {
                true => String::new(),
                false => format!(", MMSI {}", mmsi(vessel)),
            };
            sentences.push(format!("{}{number}, takes part in {which}.", vessel_words(vessel)));
        }
    }
    sentences
}
