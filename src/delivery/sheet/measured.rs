//! Measured values of an alert next to the thresholds of the same unit.
//!
//! Measured values and thresholds are maps by name, because each behaviour has its own. Their names end in the unit
//! (`min_distance_metres`), which is all that is needed to write them and to set the right ones side by side.

use serde_json::{Map, Value};

use crate::delivery::text::clean;
use crate::storage::evidence::report;
use atalaia_core::alerts::Evidence;
use atalaia_core::base::unit::Unit;

/// Values that can be compared with one another. Each group is one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Group {
    /// Metres and nautical miles.
    Distance,
    /// Seconds to days.
    Time,
    /// Knots.
    Speed,
    /// Degrees.
    Angle,
    /// Parts of one.
    Share,
    /// Everything else: counts, names, times and MMSIs.
    Other,
}

/// In the order of the lines.
const GROUPS: [Group; 6] = [Group::Distance, Group::Time, Group::Speed, Group::Angle, Group::Share, Group::Other];

/// One line for each group with measured values: `counted 17 min; thresholds: near 30 min, close 10 min`.
/// Thresholds without a measured value of their group are left out: nothing would stand beside them.
pub(super) fn lines(evidence: &Evidence) -> Vec<String> {
    let Evidence { measured, thresholds, .. } = evidence;
    let mut lines = Vec::new();
    for group in GROUPS {
        let (values, limits) = (words(measured, group), words(thresholds, group));
        match (values.is_empty(), limits.is_empty()) {
            (true, _) => {}
            (false, true) => lines.push(values.join(", ")),
            (false, false) => {
                let name = if limits.len() == 1 { "threshold" } else { "thresholds" };
                lines.push(format!("{}; {name}: {}", values.join(", "), limits.join(", ")));
            }
        }
    }
    lines
}

/// The values of one group: `min distance 80 m`.
/// In the order of the map. Whole numbers lose their decimal point; lists are written in full; nested values are left out.
fn words(values: &Map<String, Value>, group: Group) -> Vec<String> {
    let of_group = values.iter().filter_map(|(key, value)| {
        let (of, name, sign) = split(key);
        if of != group {
            return None;
        }
        // MMSIs keep their leading zeros.
        let number = value.as_u64().filter(|_| key.ends_with("_mmsi"));
        let text = match (number, value) {
            (Some(mmsi), _) => format!("{mmsi:09}"),
            (None, Value::Number(number)) => match number.as_f64().filter(|value| value.fract() == 0.0) {
                Some(whole) => format!("{whole:.0}{sign}"),
                None => format!("{number}{sign}"),
            },
            (None, Value::String(text)) => clean(text),
            (None, Value::Bool(holds)) => if *holds { "yes" } else { "no" }.to_owned(),
            (None, Value::Array(list)) => report::entries(list, ", "),
            // A digest's lists have rows of their own.
            (None, Value::Null | Value::Object(_)) => return None,
        };
        Some(clean(&format!("{} {text}", name.replace('_', " "))))
    });
    of_group.collect()
}

/// The group of a value, its name without its unit, and the unit as written behind the number.
fn split(key: &str) -> (Group, &str, &'static str) {
    let bare = Unit::bare(key);
    // A unit at the beginning of a name stays part of the name.
    match Unit::of(key).filter(|_| bare != key) {
        Some(Unit::Metres) => (Group::Distance, bare, " m"),
        Some(Unit::NauticalMiles) => (Group::Distance, bare, " nm"),
        Some(Unit::Seconds) => (Group::Time, bare, " s"),
        Some(Unit::Minutes) => (Group::Time, bare, " min"),
        Some(Unit::Hours) => (Group::Time, bare, " h"),
        Some(Unit::Days) => (Group::Time, bare, " d"),
        Some(Unit::Knots) => (Group::Speed, bare, " kn"),
        Some(Unit::Degrees) => (Group::Angle, bare, "°"),
        Some(Unit::Percent) => (Group::Other, key, ""),
        None => match (key.strip_suffix("_share"), key.strip_suffix("_mmsi")) {
            (Some(share), _) => (Group::Share, share, ""),
            (None, mmsi) => (Group::Other, mmsi.unwrap_or(key), ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_measured_stands_beside_the_thresholds_of_its_unit() {
        let values = json!({
            "measured": {
                "counted_minutes": 17.0, "distance_metres": 94.5, "min_distance_metres": 80, "visit": 1,
                "dark_mmsi": 2_241_022, "silent_since": "2026-03-01T04:00:00Z", "craft": [224_000_001, 224_000_002, "and 2 more"], "digest": {}
            },
            "thresholds": { "near_metres": 500, "near_minutes": 30, "max_knots": 3.0 },
            "stations": [], "tracks": [],
        });
        let evidence = Evidence::deserialize(values).expect("evidence");
        assert_eq!(
            lines(&evidence),
            [
                "distance 94.5 m, min distance 80 m; threshold: near 500 m",
                "counted 17 min; threshold: near 30 min",
                "visit 1, dark 002241022, silent since 2026-03-01T04:00:00Z, craft 224000001, 224000002, and 2 more",
            ]
        );
    }
}
