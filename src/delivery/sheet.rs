//! An alert as rows of name and text, for the body of a mail and for `alerts show`.
//!
//! The same rows everywhere, so that an operator who reads a mail and an analyst at a terminal speak of the same things. Each text is one
//! line without hidden characters; the caller wraps it.

mod measured;

use serde::Deserialize;
use serde_json::Value;

use super::digest::Digest;
use super::fields::{nine_digits, own_name};
use super::text::clean;
use atalaia_core::ais::ship_type_name;
use atalaia_core::alerts::{Alert, Change, Confidence};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::{VesselRef, ZoneRef};
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::country_of;

/// Number of a digest's alert ids in one line.
/// Two ids of 26 characters fit a line of a terminal or a telephone.
const IDS_A_LINE: usize = 2;
/// Caveat printed under every alert: what the reader must not conclude from it.
/// AIS is unauthenticated: names, positions and identities may be wrong or forged.
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
    /// Appends one row.
    fn put(&mut self, name: &'static str, text: String) {
        self.0.push(Row { name, text });
    }

    /// Appends one row for each text; nothing without texts.
    fn put_all(&mut self, name: &'static str, texts: impl IntoIterator<Item = String>) {
        for (index, text) in texts.into_iter().enumerate() {
            self.put(if index == 0 { name } else { "" }, text);
        }
    }
}

/// The rows of a stored alert, as the store keeps it in JSON. One row that says so if this version cannot read the alert.
/// For `alerts show`; keys that the store adds to the alert are ignored.
pub fn sheet(alert: &Value) -> Vec<Row> {
    match Alert::deserialize(alert) {
        Ok(alert) => rows(&alert, None),
        Err(error) => vec![Row { name: "What", text: clean(&format!("cannot be read by this version: {error}")) }],
    }
}

/// The rows of an alert and, in a mail, of the change that the mail is about.
pub(super) fn rows(alert: &Alert, change: Option<&Change>) -> Vec<Row> {
    let mut rows = Rows::default();
    rows.put("What", format!("{}, {} points", head(alert), alert.score));
    if let Some(Change { change, reason, revision, at, .. }) = change {
        rows.put("Change", format!("{} ({}), revision {revision}, {}", change.name(), clean(reason), stamp(*at)));
    }
    for (name, at) in [("Began", alert.started_at), ("Noticed", alert.opened_at), ("Latest", alert.last_at)] {
        rows.put(name, stamp(at));
    }
    // Absent while the behaviour holds.
    rows.put_all("Ended", alert.ended_at.map(stamp));
    let digest = Digest::of(alert);
    // A digest has the position of its latest alert.
    let place_name = if digest.is_some() { "Latest at" } else { "Position" };
    rows.put(place_name, alert.position.map_or("unknown".to_owned(), place));
    let confidence = match alert.confidence {
        Confidence::Normal => "normal",
        Confidence::Low => "low (heard by satellite only)",
    };
    rows.put("Confidence", confidence.to_owned());
    rows.put_all("Vessels", alert.vessels.iter().map(described));
    let zone = |zone: &ZoneRef| format!("{} {} ({})", zone.relation.name(), clean(&zone.name), zone.kind.name());
    rows.put_all("Zones", alert.zones.iter().map(zone));
    let reasons = alert.score_reasons.iter();
    rows.put_all("Score", reasons.map(|reason| format!("{:+} {}", reason.points, clean(&reason.text))));
    rows.put_all("Measured", measured::lines(&alert.evidence));
    let stations: Vec<String> = alert.evidence.stations.iter().map(|station| clean(station)).collect();
    if !stations.is_empty() {
        rows.put("Stations", stations.join(", "));
    }
    for (name, ids) in digest.iter().flat_map(|digest| digest.lists()) {
        rows.put_all(name, ids.chunks(IDS_A_LINE).map(|some| clean(&some.join(" "))));
    }
    rows.put("Alert", clean(&alert.id));
    for (name, id) in [("Case", &alert.case_id), ("Group", &alert.group_id), ("Replaces", &alert.replaces)] {
        rows.put_all(name, id.as_deref().map(clean));
    }
    rows.0
}

/// Severity and behaviour: `HIGH zone entry`.
pub(super) fn head(alert: &Alert) -> String {
    format!("{} {}", alert.severity.name().to_uppercase(), behaviour(alert))
}

/// Behaviour in words: `zone entry`.
pub(super) fn behaviour(alert: &Alert) -> String {
    alert.behaviour.name().replace('_', " ")
}

/// One vessel: `ALFA, MMSI 224123456, IMO 9074729, call sign EAAA, flag Spain, cargo, class A, mother`.
fn described(vessel: &VesselRef) -> String {
    let name = own_name(vessel).unwrap_or_else(|| "no name".to_owned());
    let mut words = vec![name, format!("MMSI {}", nine_digits(vessel))];
    words.extend(vessel.imo.map(|imo| format!("IMO {imo}")));
    let call_sign = vessel.call_sign.as_deref().map(clean).filter(|sign| !sign.is_empty());
    words.extend(call_sign.map(|sign| format!("call sign {sign}")));
    let country = vessel.flag.map_or("unknown", |flag| country_of(flag.code()).unwrap_or(flag.code()));
    words.push(format!("flag {country}"));
    words.push(ship_type_name(vessel.ship_type).to_owned());
    words.extend(vessel.class.map(|class| format!("class {class:?}")));
    words.extend(vessel.role.map(|role| role.name().to_owned()));
    words.join(", ")
}

/// A position for charts and, in decimals, for programs: `27°54.600'S 018°13.200'W (-27.91000, -18.22000)`.
fn place(at: LatLon) -> String {
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
    use crate::delivery::testing::deliveries;

    #[test]
    fn a_place_is_written_in_degrees_and_minutes_and_in_decimals() {
        assert_eq!(place(LatLon { lat: -27.91, lon: -18.22 }), "27°54.600'S 018°13.200'W (-27.91000, -18.22000)");
        assert_eq!(place(LatLon { lat: 10.5, lon: 180.0 }), "10°30.000'N 180°00.000'E (10.50000, 180.00000)");
        assert!(
            place(LatLon { lat: 0.999_999_9, lon: 0.0 }).starts_with("01°00.000'N 000°00.000'E"),
            "no sixty minutes"
        );
    }

    #[test]
    fn an_alert_alone_has_no_row_for_the_change() {
        let delivery = deliveries().remove(0);
        let rows = sheet(&delivery.json()["alert"]);
        assert_eq!(rows[0], Row { name: "What", text: "HIGH rendezvous, 65 points".to_owned() });
        assert!(rows.iter().all(|row| row.name != "Change"), "{rows:?}");
        let whole = super::rows(&delivery.change.alert, Some(&delivery.change));
        assert_eq!(
            whole.iter().filter(|row| row.name != "Change").collect::<Vec<_>>(),
            rows.iter().collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_alert_of_another_version_says_that_it_cannot_be_read() {
        let rows = sheet(&serde_json::json!({"behaviour": "zone_entry", "severity": "low", "score": 20}));
        assert!(rows.len() == 1 && rows[0].text.starts_with("cannot be read by this version: "), "{rows:?}");
    }
}
