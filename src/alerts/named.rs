//! Sentences about the identity of a vessel and the places where its number is heard (part of `summary`).

use serde_json::{Map, Value};

use crate::ais::ship_type_name;
use crate::behaviours::{Behaviour, Holding};
use crate::time::Time;
use crate::tracks::country_of;

use super::party::clean;
use super::summary::{Tense, Told, decimals, distance, flag_and_type, number};

/// The part after the name, for `identity_change`, `position_jump`, `identity_conflict`, `watchlist` and `interference`; `None`
/// for others.
pub(super) fn doing(told: &Told<'_>) -> Option<String> {
    let numbers = told.measured;
    let at = told.started_at.clock();
    Some(match (told.behaviour, told.form) {
        (Behaviour::IdentityChange, "new_identity" | "new_mmsi") => {
            let heard = numbers.get("old_heard_at").and_then(Value::as_str).and_then(Time::parse);
            let ago = heard.map(|heard| told.started_at - heard).map(|ago| ago.hours() / 24.0);
            let ago =
                ago.filter(|days| 2.0 <= *days).map_or(String::new(), |days| format!(", {days:.0} days earlier,"));
            let heard = heard.map_or_else(
                || "at an unknown time".to_owned(),
                |heard| format!("on {} {} UTC", heard.date(), heard.clock()),
            );
            format!("transmits IMO {}, last heard {heard}{ago} {}", imo(numbers), former(numbers))
        }
        (Behaviour::IdentityChange, "shared_imo") => {
            format!("transmits IMO {}, also in use {}", imo(numbers), former(numbers))
        }
        (Behaviour::IdentityChange, "check_digit") => {
            format!("transmits IMO {}, an invalid number (wrong check digit)", imo(numbers))
        }
        (Behaviour::IdentityChange, _) => format!("{} at {at} UTC", changed(numbers).join(" and ")),
        (Behaviour::PositionJump, _) => {
            let nm = number(numbers, "distance_nm").map_or("far".to_owned(), distance);
            let minutes = number(numbers, "elapsed_minutes").map(|minutes| format!(" in {} min", decimals(minutes)));
            let knots = number(numbers, "implied_knots").map(|knots| format!(" ({knots:.0} kn)"));
            format!("jumped {nm}{}{} at {at} UTC", minutes.unwrap_or_default(), knots.unwrap_or_default())
        }
        (Behaviour::IdentityConflict, form) => {
            let past = told.tense == Tense::Past;
            let (number, since) = (number_of(told)?, told.since());
            match places(told) {
                Some(_) if form == "shared" => {
                    let used = if past { "used" } else { "have used" };
                    format!("{used} {number} within a day, two of them {} apart {since}", apart(numbers))
                }
                places => {
                    let using = if past { "used" } else { "have been using" };
                    let two = places.map_or_else(String::new, |_| format!(", two of them {} apart", apart(numbers)));
                    format!("{using} {number} {since}{two}")
                }
            }
        }
        (Behaviour::Watchlist, form) => {
            let so_far = [("entered", "; has entered a watched zone"), ("takes_part", "; part of another alert")];
            let parts = so_far.iter().filter(|(part, _)| form.contains(part)).map(|(_, words)| *words);
            let parts: String = parts.collect();
            format!("is on {}; first heard at {at} UTC{parts}", row(numbers))
        }
        (Behaviour::Interference, _) => {
            let minutes = number(told.thresholds, "window_minutes").map_or(String::new(), decimals);
            let jumped = if told.tense == Tense::Past { "jumped" } else { "have jumped" };
            format!("{jumped} to one place {}, each within {minutes} min of another", told.since())
        }
        _ => return None,
    })
}

/// The beginning of the sentence where it is not the names of the vessels.
pub(super) fn who(told: &Told<'_>) -> Option<String> {
    match told.behaviour {
        Behaviour::IdentityConflict => Some(match places(told) {
            Some(places) if told.form == "shared" => format!("Transmitters in {places:.0} places"),
            Some(places) => format!("{places:.0} ships"),
            None => format!("Two ships {} apart", apart(told.measured)),
        }),
        Behaviour::Interference => Some(format!("{:.0} vessels", number(told.measured, "vessels")?)),
        _ => None,
    }
}

/// `MMSI 372274048 (SILVER LUZ, Panama, cargo)`.
fn number_of(told: &Told<'_>) -> Option<String> {
    let vessel = told.vessels.first()?;
    let name = vessel.name.as_ref().map_or_else(String::new, |name| format!("{name}, "));
    Some(format!("MMSI {:09} ({name}{})", vessel.mmsi, flag_and_type(vessel)))
}

/// Number of places where one MMSI is heard, if there are more than two or the MMSI is shared.
fn places(told: &Told<'_>) -> Option<f64> {
    number(told.measured, "places").filter(|places| told.form == "shared" || 2.0 < *places)
}

fn apart(numbers: &Map<String, Value>) -> String {
    number(numbers, "distance_nm").map_or("far".to_owned(), distance)
}

/// Reason for the opening of an alert of these behaviours; `None` for others.
pub(super) fn opened_because(behaviour: Behaviour, form: &str) -> Option<&'static str> {
    Some(match (behaviour, form) {
        (Behaviour::IdentityChange, "new_identity") => "same IMO number under a new MMSI, with a new name or flag",
        (Behaviour::IdentityChange, "new_mmsi") => "same IMO number under a new MMSI",
        (Behaviour::IdentityChange, "shared_imo") => "one IMO number used by two vessels",
        (Behaviour::IdentityChange, "check_digit") => "invalid IMO number (wrong check digit)",
        (Behaviour::IdentityChange, "renamed") => "new name",
        (Behaviour::IdentityChange, "call_sign") => "new call sign",
        (Behaviour::IdentityChange, _) => "new ship type",
        (Behaviour::PositionJump, _) => "three fixes where it could not have got to",
        (Behaviour::IdentityConflict, _) => "both positions still reporting",
        (Behaviour::Interference, _) => "many vessels jumped to one place",
        (Behaviour::Watchlist, "entered") => "a listed vessel entered a watched zone",
        (Behaviour::Watchlist, _) => "a listed vessel was heard",
        _ => return None,
    })
}

/// The score line of a listed vessel.
pub(super) fn listed(holding: &Holding) -> String {
    format!("On {}", row(&holding.measured))
}

/// `watchlist "customs" (reason: tobacco run; owner: desk 3; matched by name, one letter different)`.
fn row(numbers: &Map<String, Value>) -> String {
    let said = |key: &str| numbers.get(key).and_then(Value::as_str).and_then(clean);
    let reason = said("reason").map(|reason| format!("reason: {reason}; "));
    let owner = said("owner").map(|owner| format!("owner: {owner}; "));
    let by = match numbers.get("matched_by").and_then(Value::as_str) {
        Some("imo") => "IMO number",
        Some("call_sign") => "call sign",
        Some("name") => "name",
        _ => "MMSI",
    };
    let fuzzy = numbers.get("fuzzy").and_then(Value::as_bool) == Some(true);
    let fuzzy = if fuzzy { ", one letter different" } else { "" };
    let (list, reason, owner) =
        (said("list").unwrap_or_default(), reason.unwrap_or_default(), owner.unwrap_or_default());
    format!("watchlist \"{list}\" ({reason}{owner}matched by {by}{fuzzy})")
}

fn imo(numbers: &Map<String, Value>) -> String {
    number(numbers, "imo").map_or("unknown".to_owned(), |imo| format!("{imo:07}"))
}

/// `under the name HONMON (Panama, MMSI 352001234)`.
fn former(numbers: &Map<String, Value>) -> String {
    let mmsi = number(numbers, "old_mmsi").map_or(String::new(), |mmsi| format!("MMSI {mmsi:09}"));
    let flag = numbers.get("old_flag").and_then(Value::as_str).map(|flag| country_of(flag).unwrap_or(flag));
    let flag_and_mmsi = [flag.map(str::to_owned), Some(mmsi)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match numbers.get("old_name").and_then(Value::as_str).and_then(clean) {
        Some(name) => format!("under the name {name} ({flag_and_mmsi})"),
        None => format!("under {flag_and_mmsi}"),
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
    let kind = |key| number(numbers, key).map(|kind| ship_type_name(Some(kind as u8)));
    if let (Some(old), Some(new)) = (kind("old_ship_type"), kind("new_ship_type")) {
        changed.push(format!("changed its reported type from {old} to {new}"));
    }
    changed
}
