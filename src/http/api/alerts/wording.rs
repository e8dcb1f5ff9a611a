//! How the explanation of an alert names and writes its numbers. Reports and the command line keep the shorter words of
//! `storage::evidence::report`; beside a threshold on a screen a value needs its full name and its unit.

use serde_json::{Value, json};

use crate::storage::evidence::report::{Measure, Number};
use atalaia_core::behaviours::Comparison;

/// The name of a number in words.
pub(super) fn label(number: &Number) -> String {
    let known = LABELS.iter().find(|(key, _)| *key == number.key);
    known.map_or_else(|| number.name.clone(), |(_, label)| (*label).to_owned())
}

/// A number with its unit: a value named after its unit has it too, an MMSI has its nine digits, and nothing is minus zero.
pub(super) fn text(number: &Number) -> String {
    let (key, value) = (number.key.as_str(), &number.value);
    match value {
        Value::Number(mmsi) if key.ends_with("mmsi") => format!("{:0>9}", mmsi.to_string()),
        Value::Number(zero) if zero.as_f64() == Some(0.0) => Number::of(key, &json!(0)).text,
        Value::Number(share) if key.ends_with("_share") => {
            let percent = share.as_f64().unwrap_or_default() * 100.0;
            Number::of("_percent", &json!(percent.round())).text
        }
        _ => number.text.clone(),
    }
}

/// Puts the speed farthest outside a band beside the end of the band that it is beyond. Of two limits that are joined by
/// "or", `measures` would show the one that is kept.
pub(super) fn beside_band(measures: &mut [Measure], settings: &mut Vec<Number>) {
    let Some(speed) = measures.iter_mut().find(|measure| measure.measured.key == "extreme_knots") else {
        return;
    };
    let limits = speed.beside.iter().map(|(_, limit)| limit.clone()).chain(settings.iter().cloned());
    let limits: Vec<Number> = limits.collect();
    let end = |key: &str| limits.iter().find(|limit| limit.key == key).cloned();
    // Without both ends it is no band.
    if end("min_knots").is_none() || end("max_knots").is_none() {
        return;
    }
    speed.beside.clear();
    let is_slow = end("min_knots").is_some_and(|low| speed.measured.value.as_f64() < low.value.as_f64());
    let (how, key, other) = if is_slow {
        (Comparison::Below, "min_knots", "max_knots")
    } else {
        (Comparison::Above, "max_knots", "min_knots")
    };
    speed.beside.extend(end(key).map(|limit| (how, limit)));
    settings.retain(|setting| setting.key != key && setting.key != other);
    // A lower end of 0 means that there is none.
    settings.extend(end(other).filter(|limit| limit.value.as_f64() != Some(0.0)));
}

/// Names of numbers whose keys do not explain themselves to a reader who does not know the settings.
const LABELS: &[(&str, &str)] = &[
    ("drop", "What the first ship did"),
    ("dropped_at", "First ship slowed or turned at"),
    ("slow_minutes", "First ship slow for"),
    ("slowest_knots", "First ship's lowest speed"),
    ("hours_between", "First ship's slow leg ended before the stop by"),
    ("slow_until", "First ship last slow at"),
    ("passed_at", "First ship passed nearest to the stop at"),
    ("such_stops_per_day", "Stops of such craft in a day"),
    ("expected_by_chance", "Stops expected there by chance"),
    ("craft_stopped_there", "Small craft that stopped there"),
    ("stopped_minutes", "Stopped for"),
    ("stop_hours", "Stopped for"),
    ("drift_knots", "Assumed drift of a floating object"),
    ("reach_nm", "Stop and first place at most apart"),
    ("max_reach_nm", "The same, with drift"),
    ("chance_nm", "Chance is judged within"),
    ("chance_from", "Fewer points from so many stops by chance"),
    ("chance_fact_from", "Only a fact from so many stops by chance"),
    ("crowd_craft", "One alert for more craft than"),
    ("crowd_fact_craft", "Only a fact for more craft than"),
    ("margin_knots", "Ends so far inside the limit"),
    ("under_way_hours", "Under way before for"),
    ("under_way_knots", "Under way is above"),
    ("under_way_minutes", "Under way before for"),
    ("within_minutes", "Slows down within"),
    ("slow_share", "Slow is below this share of the usual speed"),
    ("end_share", "Ends above this share of the usual speed"),
    ("close_metres", "Close is within"),
    ("close_minutes", "Opens when close for"),
    ("near_metres", "Near is within"),
    ("near_minutes", "Opens when near for"),
    ("habitual_meetings", "A habit from so many meetings"),
    ("hole_min_minutes", "Inferred over a hole in reception from"),
    ("hole_max_minutes", "Inferred over a hole in reception up to"),
    ("farthest_nm", "Farthest from its start"),
    ("back_nm", "Came back to within"),
    ("out_hours", "Out for"),
    ("greatest_degrees", "Heading off course at most"),
    ("median_degrees", "Heading off course, median"),
    ("drift_degrees", "Heading off course"),
    ("drift_metres", "Drifted"),
    ("call_hours", "Called at the port for"),
    ("kept_minutes", "Kept for"),
    ("passage_straight_share", "How straight the passage was"),
    ("mmsis", "Vessels concerned"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_its_unit_and_never_as_minus_zero() {
        let written = |key: &str, value: Value| text(&Number::of(key, &value));
        assert_eq!(written("hours_between", json!(2.6)), "2.6 h");
        assert_eq!(written("expected_by_chance", json!(-0.0)), "0");
        assert_eq!(written("dropper_mmsi", json!(2_241_234)), "002241234");
        assert_eq!(written("slow_share", json!(0.6)), "60 %");
        assert_eq!(written("slowest_knots", json!(2.5)), "2.5 kn");
        assert_eq!(label(&Number::of("hours_between", &json!(2.6))), "First ship's slow leg ended before the stop by");
        assert_eq!(label(&Number::of("some_new_metres", &json!(2.6))), "Some new");
    }
}
