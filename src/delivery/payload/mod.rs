//! Message formats of the sinks, as pure functions of a change.

pub(super) mod alertmanager;
pub(super) mod cap;
pub(super) mod cise;
pub(super) mod events;
mod xml;

use serde::Deserialize;
use serde_json::Value;

use super::digest::Digest;
use super::send::{Delivery, SendError};
use atalaia_core::ais::hidden;
use atalaia_core::alerts::{Alert, Change, EvidencePoint, EvidenceTrack, Status};
use atalaia_core::behaviours::VesselRef;
use atalaia_core::geo::LatLon;

/// Size that receivers and proxies must accept; longer changes are sent without the points of their tracks. Bytes.
const MOST_BYTES: usize = 60_000;

/// The change of a delivery. A change that cannot be read is refused, because a retry would not help.
pub(super) fn read(delivery: &Delivery) -> Result<Change, SendError> {
    let unreadable =
        |error| SendError::Refused { reason: format!("{}: not a line of the alert stream: {error}", delivery.key) };
    Change::deserialize(&*delivery.change).map_err(unreadable)
}

/// The alerts that an alert lists, if it is a digest.
pub(super) fn digest(alert: &Alert) -> Option<Digest> {
    Digest::deserialize(alert.evidence.measured.get("digest")?).ok()
}

/// Last point of the vessel's track; `None` if the alert has no such track.
fn last_point<'a>(alert: &'a Alert, vessel: &VesselRef) -> Option<&'a EvidencePoint> {
    let is_its = |track: &&EvidenceTrack| (track.mmsi, track.track) == (vessel.mmsi, vessel.track);
    alert.evidence.tracks.iter().find(is_its)?.points.last()
}

/// Positions before and after a gap in the first track. While the alert is open: the last point and `None`; then the ends of the
/// longest gap.
fn silence(alert: &Alert) -> Option<(LatLon, Option<LatLon>)> {
    let points = &alert.evidence.tracks.first()?.points;
    if alert.status == Status::Open {
        return points.last().map(|last| (last.position(), None));
    }
    let longest = points.windows(2).max_by_key(|pair| pair[1].at - pair[0].at)?;
    Some((longest[0].position(), Some(longest[1].position())))
}

/// TLP label and Europol codes: `TLP:AMBER H1`.
pub(super) fn marking(alert: &Alert) -> String {
    let codes = alert.handling.europol.iter().map(|code| code.name());
    std::iter::once(format!("TLP:{}", alert.handling.tlp.name()))
        .chain(codes.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(" ")
}

/// MMSIs of the vessels, nine digits each, separated by spaces.
pub(super) fn mmsis(alert: &Alert) -> String {
    alert.vessels.iter().map(nine_digits).collect::<Vec<_>>().join(" ")
}

/// Position with hemispheres: `36.4120N 009.8850W`; `None` if the alert has none.
pub(super) fn place(alert: &Alert) -> Option<String> {
    let LatLon { lat, lon } = alert.position?;
    let (north, east) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
    Some(format!("{:07.4}{north} {:08.4}{east}", lat.abs(), lon.abs()))
}

/// MMSI with leading zeros.
pub(super) fn nine_digits(vessel: &VesselRef) -> String {
    format!("{:09}", vessel.mmsi)
}

/// Name of the vessel, or its MMSI if it has none.
pub(super) fn called(vessel: &VesselRef) -> String {
    vessel.name.as_deref().map(plain).filter(|name| !name.is_empty()).unwrap_or_else(|| nine_digits(vessel))
}

/// Reduces a text to one line: control characters become spaces, hidden ones are dropped, and the ends are trimmed.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().filter(|c| !hidden(*c) || c.is_control()).map(shown).collect::<String>().trim().to_owned()
}

/// The change for a body, and whether it was truncated. A line above `MOST_BYTES` loses its tracks.
fn within_bounds(delivery: &Delivery) -> (Value, bool) {
    let mut change = Value::clone(&delivery.change);
    if delivery.line.len() <= MOST_BYTES {
        return (change, false);
    }
    if let Some(tracks) = change["alert"]["evidence"]["tracks"].as_array_mut() {
        tracks.clear();
    }
    (change, true)
}

/// A delivery of `tests/payloads` with its change altered.
#[cfg(test)]
pub(super) fn letter_with(name: &str, alter: impl FnOnce(&mut Value)) -> Delivery {
    let path = format!("tests/payloads/{name}.json");
    let text = std::fs::read_to_string(&path).expect("a change of the package");
    let mut change: Value = serde_json::from_str(&text).expect("JSON");
    alter(&mut change);
    Delivery::new(Some(1), std::sync::Arc::from(change.to_string())).expect("a line of an alert")
}

/// Compares with a golden file of `tests/payloads`; `BLESS=1` writes it.
#[cfg(test)]
pub(super) fn assert_golden(name: &str, made: &str) {
    let path = format!("tests/payloads/{name}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, made).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, expected, "{path} differs; BLESS=1 rewrites it");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_from_the_air_become_one_line_that_shows_all_it_holds() {
        assert_eq!(plain(" A\r\nB\u{202e}C\u{200b}\0 "), "A  BC");
    }

    #[test]
    fn an_invalid_line_is_refused_and_named() {
        let delivery = letter_with("rendezvous-opened", |change| change["alert"]["started_at"] = json!("yesterday"));
        let Err(SendError::Refused { reason }) = read(&delivery) else { panic!("refused") };
        assert!(reason.starts_with(&delivery.key), "{reason}");
    }

    #[test]
    fn a_place_is_written_with_its_hemispheres() {
        let delivery = letter_with("rendezvous-opened", |change| {
            change["alert"]["position"] = json!({"lat": -6.5, "lon": 3.25});
        });
        let told = read(&delivery).expect("told");
        assert_eq!(place(&told.alert).as_deref(), Some("06.5000S 003.2500E"));
    }
    #[test]
    fn a_digest_names_every_alert_that_it_stands_for() {
        use crate::delivery::send::SenderIdentity;
        let told = read(&crate::delivery::trial::digest()).expect("told");
        let made = alertmanager::alert(&told, &SenderIdentity { site: "lisbon-1".to_owned() }, told.at);
        assert_eq!(made["annotations"]["alerts_open"], "idofone idoftwo");
        assert_eq!(made["annotations"]["alerts_ended"], "idofthree");
        assert_eq!(made["annotations"]["alerts_retracted"], json!(null));
        assert_eq!(made["labels"]["digest"], "2", "the next list is another alert there");
        let message = cap::message(&told, "ops@centre.example");
        let named =
            |name: &str| message.split_once(&format!("<valueName>{name}</valueName>")).map(|(_, rest)| rest.trim());
        assert!(
            named("alerts_open").is_some_and(|rest| rest.starts_with("<value>idofone idoftwo</value>")),
            "{message}"
        );
        assert!(named("alerts_ended").is_some_and(|rest| rest.starts_with("<value>idofthree</value>")));
        assert!(message.contains("<headline>Possible loitering (digest of 3 alerts)</headline>"));
    }
}
