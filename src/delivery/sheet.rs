//! An alert as rows of name and text, for the body of a mail and for `alerts show`.

mod measured;

use serde_json::Value;

use super::telling::{Named, Telling, clean};
use atalaia_core::ais::ship_type_name;
use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::country_of;

/// Number of a digest's alert ids in one line.
const IDS_A_LINE: usize = 2;
/// Caveat printed under every alert: what the reader must not conclude from it.
pub const CAVEAT: &str = "AIS is what ships say of themselves. This is a lead for people to look into, not a finding.";

/// One row. Its texts contain no hidden or bidirectional characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Name of the row; empty if the row continues the one above.
    pub name: &'static str,
    /// Text of the row, on one line.
    pub text: String,
}

/// Collects rows. Of several texts under one name, only the first carries the name.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn put(&mut self, name: &'static str, text: String) {
        self.0.push(Row { name, text });
    }

    fn put_all(&mut self, name: &'static str, texts: impl IntoIterator<Item = String>) {
        for (index, text) in texts.into_iter().enumerate() {
            self.put(if index == 0 { name } else { "" }, text);
        }
    }
}

/// The rows of a stored change, or of an object with only an `alert`.
pub fn sheet(change: &Value) -> Vec<Row> {
    rows(Telling::new(change))
}

pub(super) fn rows(told: Telling<'_>) -> Vec<Row> {
    let mut rows = Rows::default();
    rows.put("What", format!("{}, {} points", head(told), told.score()));
    if !told.change().is_empty() {
        let text = format!("{} ({}), revision {}, {}", told.change(), told.reason(), told.revision(), stamp(told.at()));
        rows.put("Change", text);
    }
    for (name, key) in [("Began", "started_at"), ("Noticed", "opened_at"), ("Latest", "last_at"), ("Ended", "ended_at")]
    {
        if let Some(at) = told.time(key) {
            rows.put(name, stamp(at));
        }
    }
    let digest = told.digest();
    let place_name = if digest.is_some() { "Latest at" } else { "Position" };
    rows.put(place_name, told.position().map_or("unknown".to_owned(), |(lat, lon)| place(lat, lon)));
    match told.word("confidence") {
        "" => {}
        "low" => rows.put("Confidence", "low (heard by satellite only)".to_owned()),
        other => rows.put("Confidence", clean(other)),
    }
    rows.put_all("Vessels", told.vessels().map(named));
    let zones = told.alert()["zones"].as_array().into_iter().flatten();
    rows.put_all(
        "Zones",
        zones.map(|zone| {
            let part = |key: &str| clean(zone[key].as_str().unwrap_or_default());
            format!("{} {} ({})", part("relation"), part("name"), part("kind"))
        }),
    );
    let reasons = told.alert()["score_reasons"].as_array().into_iter().flatten();
    rows.put_all(
        "Score",
        reasons.map(|reason| {
            let points = reason["points"].as_i64().unwrap_or_default();
            format!("{points:+} {}", clean(reason["text"].as_str().unwrap_or_default()))
        }),
    );
    rows.put_all("Measured", measured::lines(&told.alert()["evidence"]));
    let stations = told.alert()["evidence"]["stations"].as_array().into_iter().flatten();
    let stations: Vec<String> = stations.filter_map(Value::as_str).map(clean).collect();
    if !stations.is_empty() {
        rows.put("Stations", stations.join(", "));
    }
    for (name, ids) in digest.iter().flat_map(|digest| digest.lists()) {
        rows.put_all(name, ids.chunks(IDS_A_LINE).map(|some| clean(&some.join(" "))));
    }
    for (name, key) in [("Alert", "id"), ("Case", "case_id"), ("Group", "group_id"), ("Replaces", "replaces")] {
        if !told.word(key).is_empty() {
            rows.put(name, clean(told.word(key)));
        }
    }
    rows.0
}

/// Severity and behaviour: `HIGH zone entry`.
pub(super) fn head(told: Telling<'_>) -> String {
    format!("{} {}", told.severity().name().to_uppercase(), behaviour(told))
}

/// Behaviour in words: `zone entry`.
pub(super) fn behaviour(told: Telling<'_>) -> String {
    clean(&told.word("behaviour").replace('_', " "))
}

/// One vessel: `ALFA, MMSI 224123456, IMO 9074729, call sign EAAA, flag Spain, cargo, class A, mother`.
fn named(vessel: Named<'_>) -> String {
    let mut words =
        vec![vessel.text("name").unwrap_or_else(|| "no name".to_owned()), format!("MMSI {}", vessel.mmsi())];
    words.extend(vessel.number("imo").map(|imo| format!("IMO {imo}")));
    words.extend(vessel.text("call_sign").map(|sign| format!("call sign {sign}")));
    let country = |flag: String| country_of(&flag).map_or(flag.clone(), str::to_owned);
    words.push(vessel.text("flag").map_or("flag unknown".to_owned(), |flag| format!("flag {}", country(flag))));
    let kind = vessel.number("ship_type").and_then(|kind| u8::try_from(kind).ok());
    words.push(ship_type_name(kind).to_owned());
    words.extend(vessel.text("class").map(|class| format!("class {class}")));
    words.extend(vessel.text("role"));
    words.join(", ")
}

/// A position for charts and, in decimals, for programs: `27°54.600'S 018°13.200'W (-27.91000, -18.22000)`.
pub(super) fn place(lat: f64, lon: f64) -> String {
    // Not normalised: a stored longitude of 180 stays east.
    let at = LatLon { lat, lon };
    format!("{} ({})", at.degrees_minutes(), at.decimal_degrees())
}

/// UTC time to the second: `2026-03-01 04:10:00 UTC`.
pub(super) fn stamp(at: Time) -> String {
    let (_, _, _, hour, minute, second) = at.civil();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", at.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_in_degrees_and_minutes_and_in_decimals() {
        assert_eq!(place(-27.91, -18.22), "27°54.600'S 018°13.200'W (-27.91000, -18.22000)");
        assert_eq!(place(10.5, 180.0), "10°30.000'N 180°00.000'E (10.50000, 180.00000)");
        assert!(place(0.999_999_9, 0.0).starts_with("01°00.000'N 000°00.000'E"), "no sixty minutes");
    }

    #[test]
    fn an_alert_alone_has_no_row_for_the_change() {
        let alert = serde_json::json!({"alert": {"behaviour": "zone_entry", "severity": "low", "score": 20}});
        let rows = sheet(&alert);
        assert_eq!(rows[0], Row { name: "What", text: "LOW zone entry, 20 points".to_owned() });
        assert!(rows.iter().all(|row| row.name != "Change"), "{rows:?}");
    }
}
