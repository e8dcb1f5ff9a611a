//! Limits of an alert that are no setting, and settings in the prose about its behaviour: each as it was in force then.

use serde_json::{Value, json};

use super::sources_of::usual;
use super::wording::text;
use crate::storage::evidence::report::{Measure, Number};
use atalaia_core::behaviours::Comparison;
use atalaia_core::behaviours::async_rendezvous::{STOPPED_FOR, Settings};

/// Puts what decides about a drop and its collection beside its limits: how far a floating object can have drifted in the time
/// between the two, and how long the craft must stop. Neither is a setting of its own, so `measures` knows no threshold for them.
pub(super) fn beside_reach(measures: &mut [Measure], body: &Value) {
    let evidence = &body["evidence"];
    let Some(hours) = evidence["measured"]["hours_between"].as_f64() else {
        return;
    };
    let mut add = |measured: &str, how: Comparison, key: &str, limit: f64| {
        let wanted = measures.iter_mut().find(|one| one.measured.key == measured && one.beside.is_empty());
        if let Some(one) = wanted {
            one.beside.push((how, Number::of(key, &json!(limit))));
        }
    };
    // The thresholds of the alert are settings of its behaviour.
    if let Ok(settings) = serde_json::from_value::<Settings>(evidence["thresholds"].clone()) {
        // The distance is rounded to a tenth, so one just within reach may read as the next tenth.
        add("distance_nm", Comparison::AtMost, "reach_then_nm", (settings.reach_at(hours) * 10.0).ceil() / 10.0);
    }
    add("stopped_minutes", Comparison::AtLeast, "still_then_minutes", STOPPED_FOR.minutes());
}

/// The prose about a behaviour with the values of its settings in place of their names: those in force for the alert, else those that
/// nobody has changed. What is quoted is left as it is: it shows what to write into a file.
pub(super) fn in_force(prose: &str, behaviour: &str, body: &Value) -> String {
    let thresholds = &body["evidence"]["thresholds"];
    let mut told = String::with_capacity(prose.len());
    let mut rest = prose;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_lowercase()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let (word, after) = from.split_at(end.unwrap_or(from.len()));
        told.push_str(before);
        let is_name = word.contains('_') && !before.ends_with('"');
        match (is_name, thresholds.get(word), usual(behaviour, word)) {
            (true, Some(value), _) => told.push_str(&text(&Number::of(word, value))),
            (true, None, Some(value)) => told.push_str(&format!("{} by default", text(&Number::of(word, value)))),
            (true, None, None) => told.push_str(&word.replace('_', " ")),
            (false, _, _) => told.push_str(word),
        }
        rest = after;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_has_the_values_of_the_settings_and_no_name_of_one() {
        let body = json!({"evidence": {"thresholds": {"min_hours": 0.5, "reach_nm": 2.0}}});
        let told = |prose: &str| in_force(prose, "async_rendezvous", &body);
        assert_eq!(told("From min_hours on, within reach_nm."), "From 0.5 h on, within 2 nm.");
        assert_eq!(told("The boat is back_nm nearer."), "The boat is 5 nm by default nearer.");
        assert_eq!(
            told("Asks with {\"zone_speed\":{\"min_knots\":3}}"),
            "Asks with {\"zone_speed\":{\"min_knots\":3}}"
        );
        assert_eq!(told("Some no_such_name, Ärger"), "Some no such name, Ärger");
    }
}
