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
use crate::ais::hidden;
use crate::alerts::{Handling, Severity, Status};
use crate::time::Time;

/// Size that receivers and proxies must accept; longer changes are sent without the points of their tracks. Bytes.
const MOST_BYTES: usize = 60_000;

/// A change with the fields that the formats use.
#[derive(Deserialize)]
pub(super) struct Told {
    /// Kind of the change: `opened`, `updated`, `ended` or `retracted`.
    pub(super) change: String,
    /// Revision of the alert, from 1.
    pub(super) revision: u64,
    /// Engine time of the decision.
    pub(super) at: Time,
    /// Reason for the change in a few words; may be empty.
    #[serde(default)]
    pub(super) reason: String,
    /// The alert after the change.
    pub(super) alert: ToldAlert,
}

/// The fields of the alert that the formats use.
#[derive(Deserialize)]
pub(super) struct ToldAlert {
    pub(super) id: String,
    pub(super) behaviour: String,
    pub(super) status: Status,
    pub(super) severity: Severity,
    pub(super) score: i64,
    pub(super) confidence: String,
    pub(super) started_at: Time,
    pub(super) opened_at: Time,
    pub(super) ended_at: Option<Time>,
    pub(super) vessels: Vec<ToldVessel>,
    pub(super) zones: Vec<ToldZone>,
    pub(super) position: Option<ToldPlace>,
    pub(super) case_id: Option<String>,
    pub(super) handling: Handling,
    pub(super) summary: String,
    #[serde(default)]
    evidence: ToldEvidence,
}

/// A vessel of the alert. Its texts were received over the air.
#[derive(Deserialize)]
pub(super) struct ToldVessel {
    pub(super) mmsi: u32,
    pub(super) track: u16,
    pub(super) imo: Option<u32>,
    pub(super) name: Option<String>,
    pub(super) call_sign: Option<String>,
    pub(super) ship_type: Option<u8>,
}

/// A zone of the alert.
#[derive(Deserialize)]
pub(super) struct ToldZone {
    pub(super) name: String,
}

/// A position in degrees.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct ToldPlace {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

#[derive(Default, Deserialize)]
struct ToldEvidence {
    #[serde(default)]
    measured: Measured,
    #[serde(default)]
    tracks: Vec<ToldTrack>,
}

#[derive(Default, Deserialize)]
struct Measured {
    digest: Option<Digest>,
}

#[derive(Deserialize)]
struct ToldTrack {
    mmsi: u32,
    track: u16,
    points: Vec<Point>,
}

/// A track point: `[time, lon, lat, sog kn or null, cog degrees or null]`.
type Point = (Time, f64, f64, Option<f64>, Option<f64>);

impl Told {
    /// Reads the change. A change that cannot be read is refused, because a retry would not help.
    pub(super) fn of(delivery: &Delivery) -> Result<Told, SendError> {
        let unreadable =
            |error| SendError::Refused { reason: format!("{}: not a line of the alert stream: {error}", delivery.key) };
        Told::deserialize(&*delivery.change).map_err(unreadable)
    }
}

impl ToldAlert {
    /// The alerts it lists, if it is a digest.
    pub(super) fn digest(&self) -> Option<&Digest> {
        self.evidence.measured.digest.as_ref()
    }

    /// Last point of the vessel's track; `None` if the alert has no such track.
    fn last_point(&self, vessel: &ToldVessel) -> Option<&Point> {
        let is_its = |track: &&ToldTrack| (track.mmsi, track.track) == (vessel.mmsi, vessel.track);
        self.evidence.tracks.iter().find(is_its)?.points.last()
    }

    /// Positions before and after a gap in the first track. While the alert is open: the last point and `None`; then the ends of the
    /// longest gap.
    fn silence(&self) -> Option<(ToldPlace, Option<ToldPlace>)> {
        let place = |point: &Point| ToldPlace { lat: point.2, lon: point.1 };
        let points = &self.evidence.tracks.first()?.points;
        if self.status == Status::Open {
            return points.last().map(|last| (place(last), None));
        }
        let longest = points.windows(2).max_by_key(|pair| pair[1].0 - pair[0].0)?;
        Some((place(&longest[0]), Some(place(&longest[1]))))
    }

    /// TLP label and Europol codes: `TLP:AMBER H1`.
    pub(super) fn marking(&self) -> String {
        let codes = self.handling.europol.iter().map(|code| code.name());
        std::iter::once(format!("TLP:{}", self.handling.tlp.name()))
            .chain(codes.map(str::to_owned))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// MMSIs of the vessels, nine digits each, separated by spaces.
    pub(super) fn mmsis(&self) -> String {
        self.vessels.iter().map(ToldVessel::nine_digits).collect::<Vec<_>>().join(" ")
    }

    /// Position with hemispheres: `36.4120N 009.8850W`; `None` if the alert has none.
    pub(super) fn place(&self) -> Option<String> {
        let ToldPlace { lat, lon } = self.position?;
        let (north, east) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
        Some(format!("{:07.4}{north} {:08.4}{east}", lat.abs(), lon.abs()))
    }
}

impl ToldVessel {
    /// MMSI with leading zeros.
    pub(super) fn nine_digits(&self) -> String {
        format!("{:09}", self.mmsi)
    }

    /// Name of the vessel, or its MMSI if it has none.
    pub(super) fn called(&self) -> String {
        self.name.as_deref().map(plain).filter(|name| !name.is_empty()).unwrap_or_else(|| self.nine_digits())
    }
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
        let Err(SendError::Refused { reason }) = Told::of(&delivery) else { panic!("refused") };
        assert!(reason.starts_with(&delivery.key), "{reason}");
    }

    #[test]
    fn a_place_is_written_with_its_hemispheres() {
        let delivery = letter_with("rendezvous-opened", |change| {
            change["alert"]["position"] = json!({"lat": -6.5, "lon": 3.25});
        });
        let told = Told::of(&delivery).expect("told");
        assert_eq!(told.alert.place().as_deref(), Some("06.5000S 003.2500E"));
    }
    #[test]
    fn a_digest_names_every_alert_that_it_stands_for() {
        use crate::delivery::send::SenderIdentity;
        let told = Told::of(&crate::delivery::trial::digest()).expect("told");
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
