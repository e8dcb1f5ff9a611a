//! The measured values of an alert beside the thresholds that they are compared with.

use serde_json::{Map, Value};

use super::words::{number_name, number_text};
use atalaia_core::base::unit::Unit;
use atalaia_core::behaviours::{Behaviour, Comparison};

/// What AIS cannot show. The same for every alert, and must stay true of every behaviour.
pub const WHAT_AIS_CANNOT_SHOW: [&str; 5] = [
    "AIS is what vessels report about themselves. Names, numbers, types, destinations and positions stand here as they were \
     transmitted; they can be wrong or deliberately false.",
    "A vessel without a transponder, or with its transponder switched off, cannot be seen. Such vessels are not on the map.",
    "A gap in a track means that nothing was received. That can have many causes, reception among them.",
    "The rule that raised an alert compares numbers with thresholds. It shows what to look into; it does not show what was done, \
     why, or by whom.",
    "The score sets the order in which people look at alerts. It is not a probability and not a measure of guilt.",
];

/// A number of an alert: a measured value, or a threshold.
#[derive(Clone, PartialEq, Debug)]
pub struct Number {
    /// Its name in the alert.
    pub key: String,
    /// Its unit. `None` for a count, a word, a time or a share of one.
    pub unit: Option<Unit>,
    /// Its name in words.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Its value with its unit.
    pub text: String,
}

/// A measured value and the thresholds that it is compared with.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure {
    /// What was measured.
    pub measured: Number,
    /// How it is compared and with what; empty if no threshold concerns it.
    pub beside: Vec<(Comparison, Number)>,
    /// Whether it rests on what the ship says of itself, beside its position, speed and time.
    pub is_reported: bool,
}

impl Number {
    /// The value of `key`, with its name and unit in the words of a report.
    pub fn of(key: &str, value: &Value) -> Number {
        let (name, text) = (number_name(key), number_text(key, value));
        Number { key: key.to_owned(), unit: Unit::of(key), name, value: value.clone(), text }
    }
}

/// The measured values of a stored alert, in its order, and the settings of the rule that no value is compared with.
pub fn measures(alert: &Value) -> (Vec<Measure>, Vec<Number>) {
    let empty = Map::new();
    let numbers = |key: &str| alert["evidence"][key].as_object().unwrap_or(&empty);
    let (measured, limits) = (numbers("measured"), numbers("thresholds"));
    // A problem of the program, and a behaviour that this version does not know, compares nothing.
    let character = alert["behaviour"].as_str().and_then(Behaviour::named).map(Behaviour::character);
    let mut used: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for (key, value) in measured {
        let pairs = character.map_or(&[][..], |character| character.compared_with(key));
        // Thresholds that this alert does not have belong to other forms of the behaviour.
        let beside = pairs.iter().filter_map(|(limit, how)| {
            let threshold = limits.get(*limit)?;
            // A meeting that was close and then long is measured over its long part, which has a wider limit.
            let is_of_another_part = *how == Comparison::AtMost && threshold.as_f64() < value.as_f64();
            if is_of_another_part {
                return None;
            }
            used.push(limit);
            Some((*how, Number::of(limit, threshold)))
        });
        let is_reported = character.is_some_and(|character| character.reported.contains(&key.as_str()));
        rows.push(Measure { beside: beside.collect(), measured: Number::of(key, value), is_reported });
    }
    let others = limits.iter().filter(|(key, _)| !used.contains(&key.as_str()));
    (rows, others.map(|(key, value)| Number::of(key, value)).collect())
}
