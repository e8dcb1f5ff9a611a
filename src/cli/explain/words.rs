//! Conditions in words.
//!
//! Names and thresholds come from the rules as they stand in settings and alert lines: `slow_minutes`,
//! `>= 60`. The name states the unit.

use serde_json::Value;

use super::names::Names;
use super::plain;
use crate::platform::telemetry::FromAir;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::unit::Unit;
use atalaia_core::engine::questions::{Condition, Form};
use atalaia_core::picture::tracks::TrackKey;

/// Names that are written in other words than their own.
const NAMES: [(&str, &str); 6] = [
    ("shore", "distance from shore"),
    ("calm_water", "distance from calm water"),
    ("nearest_other", "nearest other vessel"),
    ("counted", "time together"),
    ("box", "stayed within"),
    ("mmsi", "MMSI"),
];

/// `loitering (slow)`, `rendezvous (near: ALFA and BRAVO)`
fn name(form: &Form, names: &Names) -> String {
    titled(form, &names.put(&form.form))
}

/// The name as seen from one vessel of a pair: `rendezvous (near: with BRAVO)`.
pub(super) fn name_for(form: &Form, me: TrackKey, names: &Names) -> String {
    titled(form, &names.with(&form.form, me))
}

/// The behaviour, with what the form is about in parentheses.
fn titled(form: &Form, about: &str) -> String {
    let behaviour = form.behaviour.name();
    if about.is_empty() { behaviour.to_owned() } else { format!("{behaviour} ({about})") }
}

/// How many conditions are missing: `1 of 6`, or `none`.
pub(super) fn count(form: &Form) -> String {
    match form.missing {
        0 => "none".to_owned(),
        missing => format!("{missing} of {}", form.conditions.len()),
    }
}

/// What is missing, in words. `heard` is the last report of a vessel that is not heard any more. The
/// condition that is nearest to being met comes first.
pub(super) fn missing(form: &Form, names: &Names, heard: Option<Time>) -> String {
    if form.missing == 0 {
        return format!("all conditions are met{}", until(heard));
    }
    let words: Vec<String> = form.missing_first().iter().map(|condition| in_words(condition, names)).collect();
    words.join("; ")
}

/// What limits an answer about a vessel that is not heard any more.
fn until(heard: Option<Time>) -> String {
    heard.map_or_else(String::new, |heard| format!(", going by its reports until {}", heard.minute()))
}

/// `slow 40 min, needs at least 60 min`
fn in_words(condition: &Condition, names: &Names) -> String {
    let (name, unit) = (Unit::bare(&condition.name), Unit::of(&condition.name));
    let sign = match unit {
        Some(Unit::Degrees) => "°".to_owned(),
        Some(unit) => format!(" {}", unit.symbol()),
        None => String::new(),
    };
    let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, words)| (*words).to_owned());
    let name = named.unwrap_or_else(|| name.replace('_', " "));
    // Long times read better in hours, short ones in minutes, as thresholds are set.
    let quantity = |number: f64| match unit {
        Some(Unit::Minutes) if 120.0 <= number => Span::from_minutes(number as i64).to_string(),
        _ => format!("{number}{sign}"),
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
    if let Some(sentence) = plain::sentence(&condition.name, condition.met, &bare).filter(|_| condition.miss.is_none())
    {
        return sentence;
    }
    let limits = [(">= ", "at least "), ("<= ", "at most "), ("< ", "below "), ("> ", "above ")];
    // What a threshold is compared with may also be a word, such as `settings`.
    let limit = limits.iter().find_map(|(sign, words)| {
        let rest = condition.threshold.strip_prefix(sign)?;
        let limit = rest.parse().map_or_else(|_| rest.to_owned(), quantity);
        Some(format!("{words}{limit}"))
    });
    let limit = limit.unwrap_or_else(|| match condition.threshold.as_str() {
        "false" => "no".to_owned(),
        "true" => "yes".to_owned(),
        words => format!("{}{}", FromAir(words), if condition.miss.is_some() { &sign } else { "" }),
    });
    let colon = if matches!(condition.measured, Value::Number(_)) { "" } else { ":" };
    format!("{name}{colon} {measured}, needs {limit}")
}

/// Writes a form with all of its conditions, met or not. Conditions are in the order of the rule. `text`
/// is added to.
pub(super) fn table(form: &Form, names: &Names, heard: Option<Time>, text: &mut String) {
    let of = form.conditions.len();
    let verdict = match form.missing {
        0 => format!("all met{}", until(heard)),
        missing => format!("{} of {of} met", of - missing),
    };
    text.push_str(&format!("\n{}: {verdict}\n", name(form, names)));
    for condition in &form.conditions {
        let met = if condition.met { "met" } else { "NOT" };
        text.push_str(&format!("  {met}  {}\n", in_words(condition, names)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::behaviours::Behaviour;

    fn words(name: &'static str, measured: Value, threshold: &str) -> String {
        let (name, threshold) = (name.to_owned(), threshold.to_owned());
        let condition = Condition { name, measured, threshold, met: false, miss: Some(0.1) };
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
    fn conditions_met_by_old_reports_say_how_old() {
        let (behaviour, form) = (Behaviour::Loitering, String::new());
        let form = Form { behaviour, form, missing: 0, away: 0.0, asked_for: true, conditions: Vec::new() };
        let heard = Time::from_utc(2026, 3, 1, 17, 38, 0);
        let words = missing(&form, &Names::default(), heard);
        assert_eq!(words, "all conditions are met, going by its reports until 2026-03-01 17:38");
        assert_eq!(missing(&form, &Names::default(), None), "all conditions are met");
    }
}
