//! The id of an alert, derived from the facts of its first opening, so that a replay gives the same id.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::time::Time;
use crate::behaviours::{About, Behaviour, Subject};
use crate::picture::tracks::TrackKey;

/// Length of an id in characters (SPEC "Alerts"): 130 bits of the hash, so that two alerts never share an id by chance.
const LENGTH: usize = 26;

/// What an alert is about, apart from its start. At most one alert of a key is open at a time.
///
/// The order of keys groups alerts by behaviour; the book relies on this to find all alerts of a behaviour in one range.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(super) struct Key {
    /// The behaviour whose signals the alert follows.
    pub(super) behaviour: Behaviour,
    /// The vessels, smaller track key first; empty for an alert that is not about vessels.
    pub(super) tracks: Vec<TrackKey>,
    /// Id of the zone, for behaviours about one zone; without vessels the name of the input, station or cell. May be empty.
    pub(super) place: String,
}

impl Key {
    /// The key of the alert that a signal about this subject belongs to.
    pub(super) fn new(behaviour: Behaviour, subject: &Subject) -> Key {
        // The vessels of a notice about an area are not part of its key, because more may join while it lasts.
        let vessels = if behaviour.character().about == About::Area { &[][..] } else { &subject.vessels };
        Key { behaviour, tracks: vessels.iter().map(|(key, _)| *key).collect(), place: subject.zone_id.clone() }
    }

    /// The first key that a notice of a behaviour can have, in the order of keys.
    pub(super) fn notices_of(behaviour: Behaviour) -> Key {
        Key { behaviour, tracks: Vec::new(), place: String::new() }
    }

    /// Whether the alert is about an area, an input or a station rather than the vessels it names.
    pub(super) fn is_notice(&self) -> bool {
        self.tracks.is_empty()
    }

    /// The id of the alert of this key that began at `started_at` (SPEC "Alerts"). The text that is hashed must not change: with
    /// another one, a replay by a later version would not give the ids of the live run.
    pub(super) fn alert_id(&self, started_at: Time) -> String {
        let mut tracks = self.tracks.clone();
        tracks.sort_unstable();
        let tracks: Vec<String> = tracks.iter().map(TrackKey::to_string).collect();
        let (who, zone) = match tracks.is_empty() {
            true => (self.place.clone(), ""),
            false => (tracks.join(","), self.place.as_str()),
        };
        digest(&format!("{}|{who}|{zone}|{}", self.behaviour, started_at.millis()))
    }
}

/// The first 26 characters of the lower-case base32 form of a text's SHA-256: the shape of every id of alerts, digests and mails.
pub fn digest(text: &str) -> String {
    let mut id = BASE32_NOPAD.encode(&Sha256::digest(text.as_bytes())).to_ascii_lowercase();
    id.truncate(LENGTH);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;

    fn track(mmsi: u32, ordinal: u16) -> TrackKey {
        TrackKey { mmsi: Mmsi(mmsi), ordinal }
    }

    // The expected ids were computed with Python's hashlib and base64.
    #[test]
    fn ids_match_those_of_an_independent_tool() {
        let at = Time::parse("2026-03-01T03:40:00Z").expect("a time");
        let pair = Key {
            behaviour: Behaviour::Rendezvous,
            tracks: vec![track(263_456_789, 2), track(224_123_456, 1)],
            place: String::new(),
        };
        assert_eq!(pair.alert_id(at), "tqkancepjikltjxf5tkjehz4kj");
        let entry = Key {
            behaviour: Behaviour::ZoneEntry,
            tracks: vec![track(224_123_456, 1)],
            place: "canary-approaches".to_owned(),
        };
        assert_eq!(entry.alert_id(at), "dbxldnzjzrvxt4vr5mpw2t2m7y");
    }

    #[test]
    fn the_id_of_an_alert_without_vessels_uses_its_input() {
        let at = Time::from_millis(1_772_336_400_000);
        let silent = Key { behaviour: Behaviour::FeedSilent, tracks: Vec::new(), place: "roof".to_owned() };
        assert_eq!(silent.alert_id(at), digest("feed_silent|roof||1772336400000"));
    }
}
