//! Words of a report: positions, vessels, titles of alerts, and the names and units of measured values.
//!
//! A measurement is known by its key alone: it states the unit, and the name is in a table here or else made of the key. Nothing here
//! knows which behaviour has which measurements.

use serde_json::Value;

use atalaia_core::ais::ship_type_name;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::unit::Unit;
use atalaia_core::behaviours::Behaviour;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::country_of;

/// The time under a key of a stored object. `None` if it is missing or not a time.
pub fn time_of(value: &Value, key: &str) -> Option<Time> {
    value[key].as_str().and_then(Time::parse)
}

/// The position of a stored alert. `None` if it is missing or not on the globe.
pub fn position_of(alert: &Value) -> Option<LatLon> {
    let degrees = |key: &str, most: f64| alert["position"][key].as_f64().filter(|degrees| degrees.abs() <= most);
    Some(LatLon::new(degrees("lat", 90.0)?, degrees("lon", 180.0)?))
}

/// A label of the graticule: `36°30'N`, with half minutes if needed. `signs` are the letters for positive and negative degrees;
/// zero has none.
pub(super) fn degrees_minutes_short(degrees: f64, signs: [char; 2]) -> String {
    // The finest graticule has lines half a minute apart.
    let halves = (degrees.abs() * 120.0).round() as u64;
    let (whole, minutes, half) = (halves / 120, halves % 120 / 2, halves % 2);
    let sign = match degrees {
        _ if halves == 0 => String::new(),
        degrees if degrees < 0.0 => signs[1].to_string(),
        _ => signs[0].to_string(),
    };
    let minutes = if half == 1 { format!("{minutes:02}.5") } else { format!("{minutes:02}") };
    format!("{whole}°{minutes}'{sign}")
}

/// The name that a vessel reports, else its MMSI.
pub fn vessel_name(vessel: &Value) -> String {
    match vessel["name"].as_str().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => format!("MMSI {}", mmsi(vessel)),
    }
}

/// The MMSI of a vessel in nine digits.
pub fn mmsi(vessel: &Value) -> String {
    format!("{:09}", vessel["mmsi"].as_u64().unwrap_or_default())
}

/// The country of a vessel, such as `Spain`. The code itself if the country is not known, `flag unknown` without a
/// code.
pub fn flag(vessel: &Value) -> String {
    match vessel["flag"].as_str() {
        Some(code) => country_of(code).unwrap_or(code).to_owned(),
        None => "flag unknown".to_owned(),
    }
}

/// The type of a vessel: `fishing`, `cargo`, `type unknown`.
pub fn ship_type(vessel: &Value) -> &'static str {
    ship_type_name(vessel["ship_type"].as_u64().and_then(|number| u8::try_from(number).ok()))
}

/// Name, country and type of a vessel: `ALFA (Spain, cargo)`
pub fn vessel_words(vessel: &Value) -> String {
    format!("{} ({}, {})", vessel_name(vessel), flag(vessel), ship_type(vessel))
}

/// The title of a behaviour: `Meeting of two ships`. The name in plain words for one that this version does not know.
pub fn behaviour_title(behaviour: &str) -> String {
    match (behaviour, Behaviour::named(behaviour)) {
        (_, Some(behaviour)) => behaviour.character().title.to_owned(),
        ("digest", None) => "Several alerts in one".to_owned(),
        (unknown, None) => sentence_case(&unknown.replace('_', " ")),
    }
}

/// Capitalises the first letter.
pub(super) fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// The name of a value: `Speed made good` for `speed_made_good_knots`. The unit is left out; it stands beside the number.
pub(super) fn number_name(key: &str) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == key) {
        return (*name).to_owned();
    }
    sentence_case(&Unit::bare(key).replace('_', " "))
}

/// A measured value or a setting with its unit: `4.1 kn`, `1 h 35 min`, `yes`. A time is given in UTC, a list by the number of
/// its entries, and `-` stands for a value that is null or an object, which no behaviour measures.
pub(super) fn number_text(key: &str, value: &Value) -> String {
    match (value, Unit::of(key)) {
        (Value::Number(number), Some(Unit::Minutes)) => {
            let minutes = number.as_f64().unwrap_or_default();
            match minutes {
                // Long times read better as hours and minutes.
                60.0.. => Span::from_millis((minutes * 60_000.0).round() as i64).to_string(),
                _ => format!("{} min", plain(minutes)),
            }
        }
        (Value::Number(number), Some(Unit::Degrees)) => format!("{}°", plain(number.as_f64().unwrap_or_default())),
        (Value::Number(number), Some(unit)) => {
            format!("{} {}", plain(number.as_f64().unwrap_or_default()), unit.symbol())
        }
        (Value::Number(number), None) => plain(number.as_f64().unwrap_or_default()),
        (Value::Bool(true), _) => "yes".to_owned(),
        (Value::Bool(false), _) => "no".to_owned(),
        (Value::String(text), _) => match Time::parse(text) {
            Some(at) => format!("{} UTC", at.minute()),
            None => text.clone(),
        },
        (Value::Array(all), _) => entries(all, "; "),
        (Value::Null | Value::Object(_), _) => "-".to_owned(),
    }
}

/// The entries of a list: vessels or numbers. A reader needs to know which, not how many, and the last entry may stand for several more.
pub fn entries(all: &[Value], between: &str) -> String {
    // Entries with parts of their own would be unreadable in a line.
    if all.iter().any(Value::is_object) {
        return all.len().to_string();
    }
    let entry = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    all.iter().map(entry).collect::<Vec<_>>().join(between)
}

/// A number without needless decimals: one decimal from 1 on, three below, and one significant digit below 0.001.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let text = match value.abs() {
        ..0.001 => return format!("{value:.0e}"),
        ..1.0 => format!("{value:.3}"),
        _ => format!("{value:.1}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Names of values whose keys do not explain themselves. A behaviour that is added later is readable without an entry: its
/// key becomes words.
const NAMES: &[(&str, &str)] = &[
    ("counted_minutes", "Time that counted, without breaks"),
    ("distance_metres", "Distance at the latest minute that counted"),
    ("min_distance_metres", "Nearest to each other, hull to hull if known"),
    ("max_distance_metres", "Farthest from each other, hull to hull if known"),
    ("median_knots", "Median speed"),
    ("median_degrees", "Median angle between course and heading"),
    ("median_outside_nm", "Median distance outside the limit"),
    ("unheard_since", "Not heard since"),
    ("speed_made_good_knots", "Speed made good"),
    ("extreme_knots", "Speed farthest outside the limits"),
    ("shore_nm", "Distance from shore"),
    ("usual_knots", "Usual speed before"),
    ("unheard_probability", "Chance that it was only not received"),
    ("own_record_percent", "Received in 10-minute slots of the day before"),
    ("silence_usual_of", "Silence of others judged by"),
    ("silences_of_others", "Silences of others there"),
    ("others_heard_hours", "Others received for"),
    ("feed_missed_minutes", "Feed itself down for"),
    ("required_minutes", "Silence required here"),
    ("silent_minutes", "Silent for"),
    ("implied_knots", "Speed between the two places if straight"),
    ("distance_nm", "Distance between the two places"),
    ("slack_hours", "Time to spare"),
    ("possible", "Silent vessels that could have come"),
    ("stops_within_reach", "Stops within its reach"),
    ("such_stops_per_day", "Such stops a day"),
    ("expected_by_chance", "Expected by chance"),
    ("silent_since", "Silent since"),
    ("stopped_at", "Stopped at"),
    ("dark_mmsi", "Silent vessel (MMSI)"),
    ("collector_mmsi", "Possible collecting vessel (MMSI)"),
    ("dropper_mmsi", "Possible dropping vessel (MMSI)"),
    ("swing_nm", "Swing round its place"),
    ("earlier_meetings_14_days", "Earlier meetings within 14 days"),
    ("side_by_side_minutes", "Side by side before for"),
    ("side_by_side_metres", "Side by side at"),
    ("side_by_side_knots", "Side by side at a speed of"),
    ("heading_for", "Heading for"),
    ("apart_metres", "Meeting is over beyond"),
    ("break_minutes", "Break allowed"),
    ("end_minutes", "Ends after"),
    ("moving_knots", "Ends above a speed of"),
    ("slow_knots", "Slow is below"),
    ("after_minutes", "Opens after"),
    ("after_hours", "Opens after"),
    ("min_shore_nm", "Watched from this distance off shore"),
    ("anchored_swing_nm", "At anchor within a swing of"),
    ("anchored_after_minutes", "At anchor after"),
    ("long_minutes", "Counts as long after"),
    ("slack_minutes", "Slack allowed"),
    ("max_knots", "Highest speed"),
    ("min_knots", "Lowest speed"),
    ("anchored_by", "At anchor by"),
    ("anchored_nm", "Lay within"),
    ("still_nm", "Lies still within"),
    ("shift_nm", "Shift of place beyond"),
    ("shift_minutes", "Shift of place for"),
    ("reach_nm", "Reach"),
    ("speed_factor", "Speed assumed, times the usual"),
    ("together_minutes", "Time needed together"),
    ("there_minutes", "Longest time it could have been there"),
    ("ships_there", "Ships that slowed or turned there"),
    ("other_candidates", "Other candidates"),
    ("most_candidates", "Possible vessels at most"),
    ("in_place_nm", "Same place within"),
    ("long_hours", "Counts as long after"),
    ("watched_minutes", "Opens in a watched zone after"),
    ("small_metres", "Small craft below"),
    ("underway_metres", "Under way: within"),
    ("underway_course_degrees", "Under way: courses within"),
    ("underway_min_knots", "Under way: at least"),
    ("circling_path_nm", "Distance sailed in circles"),
    ("circling_net_nm", "Distance made good"),
    ("circling_median_knots", "Median speed in circles"),
    ("circling_turn_degrees", "Turned by"),
    ("circling_hours", "Time in circles"),
    ("wind_knots", "Wind of up to"),
    ("visit", "Visit number"),
    ("from_lat", "Latitude before"),
    ("from_lon", "Longitude before"),
    ("elapsed_minutes", "Time between the two reports"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_of_the_graticule_have_half_minutes() {
        assert_eq!(degrees_minutes_short(-36.508_333, ['N', 'S']), "36°30.5'S");
        assert_eq!(degrees_minutes_short(0.0, ['E', 'W']), "0°00'");
    }

    #[test]
    fn numbers_carry_their_unit() {
        assert_eq!(number_text("slow_knots", &json!(2.0)), "2 kn");
        assert_eq!(number_text("counted_minutes", &json!(95)), "1 h 35 min");
        assert_eq!(number_text("counted_minutes", &json!(12.5)), "12.5 min");
        assert_eq!(number_text("drift_degrees", &json!(61.24)), "61.2°");
        assert_eq!(number_text("unheard_probability", &json!(0.000_000_2)), "2e-7");
        assert_eq!(number_text("unheard_probability", &json!(0.0125)), "0.013");
        assert_eq!(number_text("silent_since", &json!("2026-03-04T09:42:00Z")), "2026-03-04 09:42 UTC");
        assert_eq!(number_name("speed_made_good_knots"), "Speed made good");
        assert_eq!(number_name("some_new_metres"), "Some new");
    }

    #[test]
    fn a_vessel_is_named_with_country_and_type() {
        let vessel = json!({"mmsi": 224_000_001, "name": "ALFA", "flag": "ES", "ship_type": 70});
        assert_eq!(vessel_words(&vessel), "ALFA (Spain, cargo)");
        assert_eq!(vessel_words(&json!({"mmsi": 7})), "MMSI 000000007 (flag unknown, type unknown)");
        assert_eq!(behaviour_title("rendezvous"), "Meeting of two ships");
        assert_eq!(behaviour_title("some_new_one"), "Some new one");
    }
}
