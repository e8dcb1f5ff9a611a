//! The alerts of a case as numbered events in order of time, and the vessels they share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::standing::Standing;
use super::words::{mmsi, position_of, time_of, vessel_name, vessel_words};
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

/// A vessel of one alert or of several.
#[derive(Clone, PartialEq, Debug)]
pub struct Party {
    /// What it says of itself in the latest of the alerts. What that one does not state comes from the latest that does.
    pub vessel: Value,
    /// The parts that it plays in the alerts, in order of time, without duplicates.
    pub roles: Vec<String>,
    /// The names under which earlier alerts have it, in order of time, without duplicates and without its present name.
    pub formerly: Vec<String>,
}

impl Party {
    /// A vessel as one alert has it.
    pub(super) fn of(vessel: &Value) -> Party {
        let mut party = Party { vessel: json!({}), roles: Vec::new(), formerly: Vec::new() };
        party.take(vessel);
        party
    }

    /// Its name, else its MMSI: `SILVER LIZARD, formerly SILVER LUZ`
    pub fn name(&self) -> String {
        vessel_name(&self.vessel) + &self.formerly()
    }

    /// Name, country and type: `SILVER LIZARD (Spain, cargo), formerly SILVER LUZ`
    pub fn words(&self) -> String {
        vessel_words(&self.vessel) + &self.formerly()
    }

    /// The former names as a continuation; empty without one.
    fn formerly(&self) -> String {
        formerly(&self.formerly)
    }

    /// Takes in what a later alert says of the vessel.
    fn take(&mut self, later: &Value) {
        let before = name_of(&self.vessel).map(str::to_owned);
        let stated = later.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        for (key, value) in stated {
            self.vessel[key] = value.clone();
        }
        let now = name_of(&self.vessel).map(str::to_owned);
        self.formerly.extend(before.filter(|before| Some(before) != now.as_ref()));
        // A vessel may go back to a name that it had before.
        let mut seen = BTreeSet::new();
        self.formerly.retain(|name| Some(name) != now.as_ref() && seen.insert(name.clone()));
        if let Some(role) = later["role"].as_str().filter(|role| !self.roles.iter().any(|known| known == role)) {
            self.roles.push(role.to_owned());
        }
    }
}

/// Former names after the present one: `, formerly ALFA and BRAVO`. Empty without one.
pub fn formerly(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!(", formerly {one}"),
        [first @ .., last] => format!(", formerly {} and {last}", first.join(", ")),
    }
}

/// The name that a vessel reports; `None` if there is none.
fn name_of(vessel: &Value) -> Option<&str> {
    vessel["name"].as_str().map(str::trim).filter(|name| !name.is_empty())
}

/// The vessels of several alerts, each once, in order of MMSI and track. Which alert is the latest follows from when it was
/// last known to hold, not from when it began: a long one may begin before a change of name and end after it.
pub fn vessels_of<'a>(alerts: impl Iterator<Item = &'a Value>) -> Vec<Party> {
    let mut alerts: Vec<&Value> = alerts.collect();
    alerts.sort_by_key(|alert| (time_of(alert, "last_at"), time_of(alert, "started_at")));
    let mut parties: BTreeMap<(u64, u64), Party> = BTreeMap::new();
    for vessel in alerts.iter().flat_map(|alert| vessels_in(alert)) {
        parties.entry(key(vessel)).and_modify(|party| party.take(vessel)).or_insert_with(|| Party::of(vessel));
    }
    parties.into_values().collect()
}

/// The vessels of one alert, in its order.
pub(super) fn vessels_in(alert: &Value) -> impl Iterator<Item = &Value> {
    alert["vessels"].as_array().into_iter().flatten()
}

/// Identifies a vessel: MMSI and track.
pub(super) fn key(vessel: &Value) -> (u64, u64) {
    (vessel["mmsi"].as_u64().unwrap_or_default(), vessel["track"].as_u64().unwrap_or_default())
}

/// A sentence for each vessel in more than one alert, with their numbers:
/// `ALFA (Spain, cargo), MMSI 224000001, takes part in 1, 2 and 5.`
pub fn ties(events: &[Event<'_>]) -> Vec<String> {
    let mut sentences = Vec::new();
    for party in vessels_of(events.iter().map(Event::alert)) {
        let takes_part = |event: &&Event<'_>| vessels_in(event.alert()).any(|other| key(other) == key(&party.vessel));
        let numbers: Vec<String> = events.iter().filter(takes_part).map(|event| event.number.to_string()).collect();
        if let [first @ .., last] = numbers.as_slice()
            && !first.is_empty()
        {
            let which = match numbers.len() == events.len() {
                true => "all of them".to_owned(),
                false => format!("{} and {last}", first.join(", ")),
            };
            // Without a name, the words state the number already.
            let number = match name_of(&party.vessel) {
                None => String::new(),
                Some(_) => format!(", MMSI {}", mmsi(&party.vessel)),
            };
            sentences.push(format!("{}{number}, takes part in {which}.", party.words()));
        }
    }
    sentences
}
