//! Conditions in words, and the behaviour of a vessel that is nearest to an alert.

use std::cmp::Ordering;

use serde_json::Value;

use super::names::Names;
use super::plain;
use crate::behaviours::{Condition, Explanation};
use crate::engine::Explained;
use crate::telemetry::FromAir;
use crate::time::{Span, Time};
use crate::tracks::TrackKey;

/// Distance of an unmet condition that has no number, or whose value is unknown: as if a number were at four times its
/// limit.
const PLAIN_MISS: f64 = 3.0;
/// Suffixes of names that are units, and how each unit is written.
const UNITS: [(&str, &str); 8] = [
    ("_knots", " kn"),
    ("_minutes", " min"),
    ("_hours", " h"),
    ("_nm", " nm"),
    ("_metres", " m"),
    ("_degrees", "°"),
    ("_percent", " %"),
    ("_days", " days"),
];
/// Names that are written in other words than their own.
const NAMES: [(&str, &str); 6] = [
    ("shore", "distance from shore"),
    ("calm_water", "distance from calm water"),
    ("nearest_other", "nearest other vessel"),
    ("counted", "time together"),
    ("box", "stayed within"),
    ("mmsi", "MMSI"),
];

/// One form of a behaviour with the conditions that it lacks.
pub(super) struct Near<'a> {
    /// Name of the behaviour.
    pub(super) behaviour: &'static str,
    /// The form with its conditions, as the engine explains it.
    pub(super) told: &'a Explanation,
    /// The conditions that are not met, the nearest to being met first.
    pub(super) missing: Vec<&'a Condition>,
    /// Sum of the distances of all missing conditions; 0 when nothing is missing.
    pub(super) away: f64,
}

impl<'a> Near<'a> {
    fn new(behaviour: &'static str, told: &'a Explanation) -> Near<'a> {
        let mut missing: Vec<&Condition> = told.conditions.iter().filter(|condition| !condition.met).collect();
        missing.sort_by(|one, other| miss(one).total_cmp(&miss(other)));
        let away = missing.iter().map(|condition| miss(condition)).sum();
        Near { behaviour, told, missing, away }
    }

    /// `loitering (slow)`, `rendezvous (near: ALFA and BRAVO)`
    fn name(&self, names: &Names) -> String {
        self.titled(&names.put(&self.told.about))
    }

    /// The name as seen from one vessel of a pair: `rendezvous (near: with BRAVO)`.
    pub(super) fn name_for(&self, me: TrackKey, names: &Names) -> String {
        self.titled(&names.with(&self.told.about, me))
    }

    fn titled(&self, about: &str) -> String {
        if about.is_empty() { self.behaviour.to_owned() } else { format!("{} ({about})", self.behaviour) }
    }

    /// Sort key: what no zone here asks for comes last, the others by how near they are to an alert.
    fn order(&self) -> (bool, f64) {
        (!self.told.asked_for, self.away)
    }

    /// Whether this form is nearer to an alert.
    pub(super) fn nearer(&self, other: &Near<'_>) -> Ordering {
        let ((mine, away), (others, others_away)) = (self.order(), other.order());
        mine.cmp(&others).then(away.total_cmp(&others_away))
    }

    /// `1 of 6`
    pub(super) fn count(&self) -> String {
        match self.missing.len() {
            0 => "none".to_owned(),
            missing => format!("{missing} of {}", self.told.conditions.len()),
        }
    }

    /// What is missing, in words. `heard` is the last report of a vessel that is not heard any more.
    pub(super) fn words(&self, names: &Names, heard: Option<Time>) -> String {
        if self.missing.is_empty() {
            return format!("all conditions are met{}", until(heard));
        }
        let words: Vec<String> = self.missing.iter().map(|condition| in_words(condition, names)).collect();
        words.join("; ")
    }
}

/// What limits an answer about a vessel that is not heard any more.
fn until(heard: Option<Time>) -> String {
    heard.map_or_else(String::new, |heard| format!(", going by its reports until {}", heard.minute()))
}

fn miss(condition: &Condition) -> f64 {
    condition.miss.unwrap_or(PLAIN_MISS)
}

/// Every form of every behaviour, each once. If several zones give the same form for one pair of vessels, the one that
/// lacks least.
pub(super) fn forms<'a>(track: &'a Explained, only: Option<&str>) -> Vec<Near<'a>> {
    let mut forms: Vec<Near<'a>> = Vec::new();
    for (name, told) in track.behaviours.iter().filter(|(name, _)| only.is_none_or(|only| only == name.name())) {
        for near in told.iter().map(|told| Near::new(name.name(), told)) {
            let same = |other: &Near<'_>| other.behaviour == near.behaviour && other.told.about == near.told.about;
            match forms.iter_mut().find(|other| same(other)) {
                Some(other) if near.nearer(other).is_lt() => *other = near,
                Some(_) => {}
                None => forms.push(near),
            }
        }
    }
    forms
}

/// The nearest form of each behaviour, the nearest behaviour first. Behaviours that do not apply to the vessel are left
/// out.
pub(super) fn nearest<'a>(forms: &[Near<'a>]) -> Vec<Near<'a>> {
    let mut best: Vec<Near<'a>> = Vec::new();
    for near in forms.iter().filter(|near| near.told.conditions.iter().all(|condition| condition.name != "about")) {
        let near = Near::new(near.behaviour, near.told);
        match best.iter_mut().find(|other| other.behaviour == near.behaviour) {
            Some(other) if near.nearer(other).is_lt() => *other = near,
            Some(_) => {}
            None => best.push(near),
        }
    }
    best.sort_by(|one, other| one.nearer(other).then(one.behaviour.cmp(other.behaviour)));
    best
}

/// `slow 40 min, needs at least 60 min`
fn in_words(condition: &Condition, names: &Names) -> String {
    let (name, unit) = UNITS
        .iter()
        .find_map(|(ending, unit)| Some((condition.name.strip_suffix(ending)?, *unit)))
        .unwrap_or((condition.name, ""));
    let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, words)| (*words).to_owned());
    let name = named.unwrap_or_else(|| name.replace('_', " "));
    let quantity = |number: f64| match unit {
        " min" if 120.0 <= number => Span::from_minutes(number as i64).to_string(),
        unit => format!("{number}{unit}"),
    };
    let measured = match &condition.measured {
        Value::Null => "not known".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(words) => names.put(words),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), quantity),
        other => other.to_string(),
    };
    let bare = match &condition.measured {
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        _ => measured.clone(),
    };
    if let Some(sentence) = plain::sentence(condition.name, condition.met, &bare).filter(|_| condition.miss.is_none()) {
        return sentence;
    }
    let limits = [(">= ", "at least "), ("<= ", "at most "), ("< ", "below "), ("> ", "above ")];
    let limit = limits.iter().find_map(|(sign, words)| {
        let rest = condition.threshold.strip_prefix(sign)?;
        let limit = rest.parse().map_or_else(|_| rest.to_owned(), quantity);
        Some(format!("{words}{limit}"))
    });
    let limit = limit.unwrap_or_else(|| match condition.threshold.as_str() {
        "false" => "no".to_owned(),
        "true" => "yes".to_owned(),
        words => format!("{}{}", FromAir(words), if condition.miss.is_some() { unit } else { "" }),
    });
    let colon = if matches!(condition.measured, Value::Number(_)) { "" } else { ":" };
    format!("{name}{colon} {measured}, needs {limit}")
}

/// Writes a form with all of its conditions, met or not.
pub(super) fn table(near: &Near<'_>, names: &Names, heard: Option<Time>, text: &mut String) {
    let of = near.told.conditions.len();
    let verdict = match near.missing.len() {
        0 => format!("all met{}", until(heard)),
        missing => format!("{} of {of} met", of - missing),
    };
    text.push_str(&format!("\n{}: {verdict}\n", near.name(names)));
    for condition in &near.told.conditions {
        let met = if condition.met { "met" } else { "NOT" };
        text.push_str(&format!("  {met}  {}\n", in_words(condition, names)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &'static str, measured: Value, threshold: &str) -> String {
        let condition = Condition { name, measured, threshold: threshold.to_owned(), met: false, miss: Some(0.1) };
        in_words(&condition, &Names::default())
    }

    #[test]
    fn a_condition_is_a_sentence_with_its_units() {
        assert_eq!(words("slow_minutes", 40.into(), ">= 60"), "slow 40 min, needs at least 60 min");
        assert_eq!(words("silent_minutes", 200.into(), ">= 360"), "silent 3 h 20 min, needs at least 6 h 00 min");
        assert_eq!(words("speed_made_good_knots", 5.5.into(), "< 2"), "speed made good 5.5 kn, needs below 2 kn");
        assert_eq!(words("shore_nm", 0.4.into(), ">= 3"), "distance from shore 0.4 nm, needs at least 3 nm");
        assert_eq!(words("in_calm_water", true.into(), "false"), "in calm water: yes, needs no");
        assert_eq!(words("listed", Value::Null, "a row"), "listed: not known, needs a row");
    }
    #[test]
    fn what_no_zone_asks_for_comes_last() {
        let form = |asked_for, miss| {
            let condition =
                Condition { name: "x", measured: Value::Null, threshold: String::new(), met: false, miss: Some(miss) };
            Explanation { about: String::new(), conditions: vec![condition], asked_for }
        };
        let (fast, unasked, slow) = (form(true, 6.0), form(false, 0.1), form(true, 0.5));
        let forms = [Near::new("fast", &fast), Near::new("unasked", &unasked), Near::new("slow", &slow)];
        let order: Vec<&str> = nearest(&forms).iter().map(|near| near.behaviour).collect();
        assert_eq!(order, ["slow", "fast", "unasked"]);
    }

    #[test]
    fn conditions_met_by_old_reports_say_how_old() {
        let told = Explanation { about: String::new(), conditions: Vec::new(), asked_for: true };
        let near = Near::new("loitering", &told);
        let heard = Time::from_utc(2026, 3, 1, 17, 38, 0);
        let words = near.words(&Names::default(), heard);
        assert_eq!(words, "all conditions are met, going by its reports until 2026-03-01 17:38");
        assert_eq!(near.words(&Names::default(), None), "all conditions are met");
    }
}
