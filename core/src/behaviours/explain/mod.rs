//! Explanations: the conditions of a behaviour as data, with what is required, what is measured now, and whether it is enough.
//!
//! A rule states its conditions with the builders below, so that `atalaia explain` shows the same thresholds that the rule compares. Rules
//! do not use explanations to decide.

use serde::Serialize;
use serde_json::Value;

use crate::ais::{Class, ship_type_name};
use crate::picture::tracks::Vessel;
use crate::zones::{Chart, Presence, Relation};

use super::facts::number;
use super::signal::Doubt;

/// One condition of one behaviour.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Condition {
    /// Name of the measured value, with its unit (`speed_made_good_knots`).
    pub name: &'static str,
    /// Value now. Null if it is not known.
    pub measured: Value,
    /// Required value, in a few words: `< 2`, `>= 60`.
    pub threshold: String,
    /// Whether the measured value meets the threshold.
    pub met: bool,
    /// How far the value is from the threshold, as a share of the threshold. `None` if the condition is met, or if the
    /// value is unknown or not a number.
    pub miss: Option<f64>,
}

/// The conditions of one form of a behaviour under one set of settings. The form opens when all are met.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Explanation {
    /// The form, zone settings or other vessel that the conditions are about, such as `slow in c07`. Empty if there is only one.
    pub about: String,
    /// Conditions, in the order in which the behaviour checks them.
    pub conditions: Vec<Condition>,
    /// Whether the behaviour runs at the vessel's place: false if it runs only in zones that ask for it, and none here does.
    #[serde(skip)]
    pub asked_for: bool,
}

impl Explanation {
    /// An explanation without conditions, of a behaviour that runs at the vessel's place.
    pub(super) fn new(about: impl Into<String>) -> Explanation {
        Explanation { about: about.into(), conditions: Vec::new(), asked_for: true }
    }

    /// Whether all conditions are met.
    pub fn met(&self) -> bool {
        self.conditions.iter().all(|condition| condition.met)
    }

    /// Adds a condition whose threshold is given in words.
    pub(super) fn is(
        mut self,
        name: &'static str,
        measured: impl Into<Value>,
        threshold: impl Into<String>,
        met: bool,
    ) -> Explanation {
        let (measured, threshold) = (measured.into(), threshold.into());
        self.conditions.push(Condition { name, measured, threshold, met, miss: None });
        self
    }

    /// Adds a condition on a number, with the distance to its limit if it is not met.
    fn number(self, name: &'static str, value: Option<f64>, limit: (String, f64), met: bool) -> Explanation {
        let (threshold, limit) = limit;
        let mut shown = self.is(name, rounded(value), threshold, met);
        let miss =
            value.filter(|value| !met && value.is_finite()).map(|value| (value - limit).abs() / limit.abs().max(1e-9));
        if let Some(condition) = shown.conditions.last_mut() {
            condition.miss = miss;
        }
        shown
    }

    /// Adds the condition that a number is below `limit`.
    pub(super) fn below(self, name: &'static str, measured: Option<f64>, limit: f64) -> Explanation {
        let met = measured.is_some_and(|value| value < limit);
        self.number(name, measured, (format!("< {limit}"), limit), met)
    }

    /// Adds the condition that a number is above `limit`.
    pub(super) fn above(self, name: &'static str, measured: Option<f64>, limit: f64) -> Explanation {
        let met = measured.is_some_and(|value| limit < value);
        self.number(name, measured, (format!("> {limit}"), limit), met)
    }

    /// Adds the condition that a number is at least `limit`.
    pub(super) fn at_least(self, name: &'static str, measured: Option<f64>, limit: f64) -> Explanation {
        let met = measured.is_some_and(|value| limit <= value);
        self.number(name, measured, (format!(">= {limit}"), limit), met)
    }

    /// Adds the condition that a count is not 0.
    pub(super) fn at_least_one(self, name: &'static str, measured: usize) -> Explanation {
        let met = 0 < measured;
        self.is(name, measured, ">= 1", met)
    }

    /// Adds the condition that a number is at most `limit`.
    pub(super) fn at_most(self, name: &'static str, measured: Option<f64>, limit: f64) -> Explanation {
        let met = measured.is_some_and(|value| value <= limit);
        self.number(name, measured, (format!("<= {limit}"), limit), met)
    }

    /// Adds the condition that a number is between `low` and `high`, both included.
    pub(super) fn between(self, name: &'static str, measured: Option<f64>, low: f64, high: f64) -> Explanation {
        let met = measured.is_some_and(|value| low <= value && value <= high);
        let nearest = measured.map_or(low, |value| value.clamp(low.min(high), high.max(low)));
        self.number(name, measured, (format!("{low} to {high}"), nearest), met)
    }

    /// Adds a condition that is not met if the vessel's positions are false, since nothing based on them opens.
    pub(crate) fn unless_false(self, doubt: Option<Doubt>) -> Explanation {
        let Some(doubt) = doubt else {
            return self;
        };
        let until = doubt.until.map_or_else(String::new, |until| format!(", disregarded until {until}"));
        self.is("positions", format!("false since {}{until}", doubt.since), "true: no interference", false)
    }

    /// Adds the condition that the vessel's MMSI takes part in behaviours.
    pub(super) fn takes_part(self, vessel: &Vessel<'_>) -> Explanation {
        self.is("mmsi", vessel.mmsi().to_string(), "the number of a ship or tender", vessel.takes_part())
    }

    /// Adds the condition that the vessel is in or near a zone in which vessels are watched.
    pub(super) fn watched(self, chart: &Chart, presence: &Presence, runs_here: bool) -> Explanation {
        let zones = zones_by_name(chart, presence);
        self.is("watched", zones, "in or near an active corridor, area or benign zone where it runs", runs_here)
    }
}

/// Returns `shown`, or if it is empty the one condition that a zone asks for the behaviour. For behaviours that run only in such zones.
pub(super) fn or_not_asked(
    shown: Vec<Explanation>,
    chart: &Chart,
    vessel: &Vessel<'_>,
    presence: &Presence,
) -> Vec<Explanation> {
    if !shown.is_empty() {
        return shown;
    }
    let zones = zones_by_name(chart, presence);
    let shown = Explanation { asked_for: false, ..Explanation::new("") };
    vec![shown.takes_part(vessel).is("zone", zones, "an active zone that asks for it", false)]
}

/// The zones a vessel is in or near, in words.
pub(super) fn zones_by_name(chart: &Chart, presence: &Presence) -> String {
    let named = presence.iter().map(|(zone, relation)| {
        let id = &chart.zones.get(zone).id;
        if relation == Relation::In { format!("in {id}") } else { format!("near {id}") }
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { "in none, near none".to_owned() } else { named.join(", ") }
}

/// Type, class and length as the vessel reports them: `cargo (type 70), class A, 120 m`.
pub(super) fn said_of(vessel: &Vessel<'_>) -> String {
    if vessel.is_of_several() {
        return "not known, as several ships send this MMSI".to_owned();
    }
    let kind = match vessel.ship_type() {
        Some(number) => format!("{} (type {number})", ship_type_name(Some(number))),
        None => ship_type_name(None).to_owned(),
    };
    let class = match vessel.class() {
        Class::A => "class A",
        Class::B => "class B",
        Class::Unknown => "class unknown",
    };
    let length = vessel.identity().and_then(|identity| identity.length());
    let length = length.map_or("length unknown".to_owned(), |metres| format!("{metres} m"));
    format!("{kind}, {class}, {length}")
}

/// A measured number as explanations show it: two decimal places. An infinite one is a distance that no search found.
fn rounded(measured: Option<f64>) -> Value {
    match measured {
        Some(value) if value.is_finite() => number(value, 2),
        Some(_) => Value::from("beyond the search distance"),
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests;
