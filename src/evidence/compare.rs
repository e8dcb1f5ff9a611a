//! What a replay found again of the alerts of a bundle.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Opened;
use crate::alerts::{Alert, Change, Status};
use crate::time::{Span, Time};

/// An alert that began this near is the same one, found in another way.
const SAME_WITHIN: Span = Span::from_minutes(10);
/// Behaviours that are told by who else was heard at the time, whose sentences are not in the bundle.
const TOLD_BY_OTHERS: [&str; 2] = ["silence", "dark_rendezvous"];

/// What became of one alert of the bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// Name of its behaviour.
    pub behaviour: String,
    /// Whether it was found.
    pub verdict: Verdict,
}

/// Whether an alert was found again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// With the same id: the same vessels, behaviour, zone and beginning. What is told of it otherwise, if anything.
    Same(Option<String>),
    /// Of the same vessels and behaviour, begun within 10 minutes; what is different.
    Differs(String),
    /// Not at all; why that may be.
    Missing(String),
}

/// Holds the alerts of a bundle against what a replay of it told.
pub fn compare(opened: &Opened, changes: &[Change]) -> Vec<Found> {
    let mut told: BTreeMap<&str, &Alert> = BTreeMap::new();
    for change in changes {
        told.insert(&change.alert.id, &change.alert);
    }
    let found = |stored: &Value| Found {
        id: word(stored, "id").to_owned(),
        behaviour: word(stored, "behaviour").to_owned(),
        verdict: verdict(stored, &told, opened),
    };
    opened.alerts.iter().map(found).collect()
}

fn verdict(stored: &Value, told: &BTreeMap<&str, &Alert>, opened: &Opened) -> Verdict {
    if let Some(alert) = told.get(word(stored, "id")) {
        return match alert.status {
            Status::Retracted if word(stored, "status") != "retracted" => {
                Verdict::Differs("it was found and then disproved".to_owned())
            }
            _ => Verdict::Same(otherwise(stored, alert)),
        };
    }
    let Some(start) = time(stored, "started_at") else {
        return Verdict::Missing("it does not say when it began".to_owned());
    };
    let near = |alert: &&&Alert| {
        let apart = if alert.started_at < start { start - alert.started_at } else { alert.started_at - start };
        alert.behaviour == word(stored, "behaviour") && apart <= SAME_WITHIN && mmsis(stored) == mmsis_of(alert)
    };
    match told.values().find(near) {
        Some(alert) if alert.started_at != start => {
            Verdict::Differs(format!("it began {} and not {start}", alert.started_at))
        }
        Some(_) => Verdict::Differs("its zone, or the number of a track, is another".to_owned()),
        None => Verdict::Missing(why_missing(stored, start, opened)),
    }
}

/// Severity or score that came out otherwise.
fn otherwise(stored: &Value, alert: &Alert) -> Option<String> {
    let (score, severity) = (i64::from(alert.score), alert.severity.name());
    if stored["score"].as_i64() == Some(score) && word(stored, "severity") == severity {
        return None;
    }
    Some(format!("{severity} {score}, was {} {}", word(stored, "severity"), stored["score"]))
}

fn why_missing(stored: &Value, start: Time, opened: &Opened) -> String {
    let first = opened.first_received();
    if opened.manifest.lines == 0 {
        return "there are no sentences in the bundle".to_owned();
    }
    if first.is_some_and(|first| start < first) {
        return "it began before the first sentence in the bundle".to_owned();
    }
    if TOLD_BY_OTHERS.contains(&word(stored, "behaviour")) {
        return "it is told by who else was heard at the time, and their sentences are not in the bundle".to_owned();
    }
    "it may depend on what the program knew from before, or on other vessels, whose sentences are not in the bundle"
        .to_owned()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

pub(super) fn time(value: &Value, key: &str) -> Option<Time> {
    Time::parse(value[key].as_str()?)
}

fn mmsis(stored: &Value) -> Vec<u32> {
    let vessels = stored["vessels"].as_array().into_iter().flatten();
    let mut all: Vec<u32> = vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok()).collect();
    all.sort_unstable();
    all
}

fn mmsis_of(alert: &Alert) -> Vec<u32> {
    let mut all: Vec<u32> = alert.vessels.iter().map(|vessel| vessel.mmsi).collect();
    all.sort_unstable();
    all
}
