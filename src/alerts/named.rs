//! Sentences about who a vessel is and where its number is heard (part of `summary`).

use serde_json::{Map, Value};

use crate::behaviours::Holding;
use crate::time::Time;

use super::party::{clean, type_name};
use super::summary::{Told, decimals, distance, number};

/// What `identity_change`, `position_jump`, `identity_conflict` and `interference` say after the name; `None` for others.
pub(super) fn doing(told: &Told<'_>) -> Option<String> {
    let numbers = told.measured;
    let at = told.started_at.clock();
    Some(match (told.behaviour, told.form) {
        ("identity_change", "new_identity" | "new_mmsi") => {
            let heard = numbers.get("old_heard_at").and_then(Value::as_str).and_then(Time::parse);
            let ago = heard.map(|heard| told.started_at - heard).map(|ago| ago.hours() / 24.0);
            let ago = ago.filter(|days| 2.0 <= *days).map_or(String::new(), |days| format!(", {days:.0} days before"));
            let heard = heard.map_or_else(
                || "at an unknown time".to_owned(),
                |heard| format!("on {} {} UTC", heard.date(), heard.clock()),
            );
            format!("carries IMO {}, which was last heard {heard}{ago}, {}", imo(numbers), former(numbers))
        }
        ("identity_change", "shared_imo") => {
            format!("says it is IMO {}, which is also heard {}", imo(numbers), former(numbers))
        }
        ("identity_change", "check_digit") => {
            format!("says it is IMO {}, a number whose check digit is wrong", imo(numbers))
        }
        ("identity_change", _) => format!("{} at {at} UTC", changed(numbers).join(" and ")),
        ("position_jump", _) => {
            let nm = number(numbers, "distance_nm").map_or("far".to_owned(), distance);
            let minutes = number(numbers, "elapsed_minutes").map(|minutes| format!(" in {} min", decimals(minutes)));
            let knots = number(numbers, "implied_knots").map(|knots| format!(" ({knots:.0} kn)"));
            format!("jumped {nm}{}{} at {at} UTC", minutes.unwrap_or_default(), knots.unwrap_or_default())
        }
        ("identity_conflict", _) => {
            let nm = number(numbers, "distance_nm").map_or("far".to_owned(), distance);
            match number(numbers, "places") {
                Some(places) if told.form == "shared" => {
                    format!("is sent from {places:.0} places within a day, two of them {nm} apart since {at} UTC")
                }
                Some(places) if 2.0 < places => {
                    format!("is heard from {places:.0} ships, two of them {nm} apart since {at} UTC")
                }
                _ => format!("is heard from two ships {nm} apart since {at} UTC"),
            }
        }
        ("watchlist", form) => {
            let so_far =
                [("entered", "has entered a watched zone"), ("takes_part", "takes part in another alert or fact")];
            let parts = so_far.iter().filter(|(part, _)| form.contains(part)).map(|(_, words)| *words);
            let parts: Vec<&str> = parts.collect();
            let and = if parts.is_empty() { String::new() } else { format!(" and {}", parts.join(" and ")) };
            format!("is on {}, heard since {at} UTC{and}", row(numbers))
        }
        ("interference", _) => {
            let minutes = number(told.thresholds, "window_minutes").map_or(String::new(), decimals);
            format!("jumped to one place since {at} UTC, each within {minutes} min of another")
        }
        _ => return None,
    })
}

/// What the sentence begins with, where it is not the vessels' names.
pub(super) fn who(told: &Told<'_>, names: &[String]) -> Option<String> {
    match told.behaviour {
        "identity_conflict" => {
            let mmsi = told.vessels.first()?.mmsi;
            Some(format!("MMSI {mmsi:09} of {}", names.first()?))
        }
        "interference" => Some(format!("{} vessels", number(told.measured, "vessels")?)),
        _ => None,
    }
}

/// Why such an alert opened.
pub(super) fn opened_because(behaviour: &str, form: &str) -> Option<&'static str> {
    Some(match (behaviour, form) {
        ("identity_change", "new_identity") => "IMO number under a new MMSI, with a new name or flag",
        ("identity_change", "new_mmsi") => "IMO number under a new MMSI",
        ("identity_change", "shared_imo") => "one IMO number on two vessels",
        ("identity_change", "check_digit") => "IMO number with a wrong check digit",
        ("identity_change", "renamed") => "another name",
        ("identity_change", "call_sign") => "another call sign",
        ("identity_change", _) => "another ship type",
        ("position_jump", _) => "three fixes where it could not have gone",
        ("identity_conflict", _) => "both places are heard",
        ("interference", _) => "many vessels jumped to one place",
        ("watchlist", "entered") => "a listed vessel enters a watched zone",
        ("watchlist", _) => "a listed vessel is heard",
        _ => return None,
    })
}

/// The line of the score of a listed vessel.
pub(super) fn listed(holding: &Holding) -> String {
    format!("Is on {}", row(&holding.measured))
}

/// `watchlist customs (tobacco run; for desk 3), by its name, one letter apart`.
fn row(numbers: &Map<String, Value>) -> String {
    let said = |key: &str| numbers.get(key).and_then(Value::as_str).and_then(clean);
    let owner = said("owner").map(|owner| format!("for {owner}"));
    let why: Vec<String> = [said("reason"), owner].into_iter().flatten().collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
    let by = match numbers.get("matched_by").and_then(Value::as_str) {
        Some("imo") => "IMO number",
        Some("call_sign") => "call sign",
        Some("name") => "name",
        _ => "MMSI",
    };
    let fuzzy = numbers.get("fuzzy").and_then(Value::as_bool) == Some(true);
    let fuzzy = if fuzzy { ", fuzzy: one letter apart" } else { "" };
    format!("watchlist {}{why} by its {by}{fuzzy}", said("list").unwrap_or_default())
}

fn imo(numbers: &Map<String, Value>) -> String {
    number(numbers, "imo").map_or("unknown".to_owned(), |imo| format!("{imo:07}"))
}

/// `as HONMON (PA, MMSI 352001234)`.
fn former(numbers: &Map<String, Value>) -> String {
    let mmsi = number(numbers, "old_mmsi").map_or(String::new(), |mmsi| format!("MMSI {mmsi:09}"));
    let flag = numbers.get("old_flag").and_then(Value::as_str).map_or(String::new(), |flag| format!("{flag}, "));
    match numbers.get("old_name").and_then(Value::as_str).and_then(clean) {
        Some(name) => format!("as {name} ({flag}{mmsi})"),
        None => format!("under {flag}{mmsi}"),
    }
}

fn text(numbers: &Map<String, Value>, key: &str) -> String {
    numbers.get(key).and_then(Value::as_str).and_then(clean).unwrap_or_else(|| "an unknown time".to_owned())
}

fn changed(numbers: &Map<String, Value>) -> Vec<String> {
    let mut changed = Vec::new();
    for (what, old, new) in [("name", "old_name", "new_name"), ("call sign", "old_call_sign", "new_call_sign")] {
        if numbers.contains_key(old) {
            changed.push(format!("changed its {what} from {} to {}", text(numbers, old), text(numbers, new)));
        }
    }
    let kind = |key| number(numbers, key).map(|kind| type_name(Some(kind as u8)));
    if let (Some(old), Some(new)) = (kind("old_ship_type"), kind("new_ship_type")) {
        changed.push(format!("changed its type from {old} to {new}"));
    }
    changed
}
