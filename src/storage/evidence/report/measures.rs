//! The measured values of an alert beside the thresholds that they are compared with.

use serde_json::{Map, Value};

use super::words::{LIMITS, number_name, number_text};

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
    /// Its name in the alert, which ends in its unit.
    pub key: String,
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
    /// How it is compared (`at least`, `below`) and with what; empty if no threshold concerns it.
    pub beside: Vec<(&'static str, Number)>,
}

impl Number {
    /// The value of `key`, with its name and unit in the words of a report.
    pub fn of(key: &str, value: &Value) -> Number {
        let (name, text) = (number_name(key), number_text(key, value));
        Number { key: key.to_owned(), name, value: value.clone(), text }
    }
}

/// The measured values of a stored alert, in its order, and the settings of the rule that no value is compared with.
pub fn measures(alert: &Value) -> (Vec<Measure>, Vec<Number>) {
    let empty = Map::new();
    let numbers = |key: &str| alert["evidence"][key].as_object().unwrap_or(&empty);
    let (measured, limits) = (numbers("measured"), numbers("thresholds"));
    let mut used: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for (key, value) in measured {
        let pairs = LIMITS.iter().find(|(name, _)| name == key).map_or(&[][..], |(_, pairs)| pairs);
        // Thresholds that this alert does not have belong to other behaviours with the same measurement.
        let beside = pairs.iter().filter_map(|(limit, how)| {
            let threshold = limits.get(*limit)?;
            // A meeting that was close and then long is measured over its long part, which has a wider limit.
            let is_of_another_part = *how == "at most" && threshold.as_f64() < value.as_f64();
            if is_of_another_part {
                return None;
            }
            used.push(limit);
            Some((*how, Number::of(limit, threshold)))
        });
        rows.push(Measure { beside: beside.collect(), measured: Number::of(key, value) });
    }
    let others = limits.iter().filter(|(key, _)| !used.contains(&key.as_str()));
    (rows, others.map(|(key, value)| Number::of(key, value)).collect())
}
