//! Who is muted: vessels whose positions are not to be believed, while an area notice says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Mmsi;

use super::id::Key;

/// What a false position looks like.
const MUTED: [&str; 3] = ["position_jump", "identity_conflict", "loitering"];

/// The muted vessels by the area that mutes them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Mute {
    areas: BTreeMap<String, Vec<Mmsi>>,
}

impl Mute {
    /// Puts the vessels of an area in place of those it had; none when it is over.
    pub(super) fn set(&mut self, area: &str, vessels: Vec<Mmsi>) {
        match vessels.is_empty() {
            true => drop(self.areas.remove(area)),
            false => drop(self.areas.insert(area.to_owned(), vessels)),
        }
    }

    /// Whether nothing of this kind may open now.
    pub(super) fn holds(&self, key: &Key) -> bool {
        !self.areas.is_empty()
            && MUTED.contains(&key.behaviour)
            && self.areas.values().flatten().any(|mmsi| key.tracks.iter().any(|track| track.mmsi == *mmsi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::TrackKey;

    #[test]
    fn only_what_a_false_position_looks_like_is_muted_and_only_while_it_lasts() {
        let key = |behaviour, mmsi| Key {
            behaviour,
            tracks: vec![TrackKey { mmsi: Mmsi(mmsi), ordinal: 2 }],
            place: String::new(),
        };
        let mut mute = Mute::default();
        mute.set("36.00N 017.50W", vec![Mmsi(1), Mmsi(2)]);
        mute.set("10.00N 017.50W", vec![Mmsi(2)]);
        assert!(mute.holds(&key("loitering", 2)) && mute.holds(&key("position_jump", 1)));
        assert!(!mute.holds(&key("loitering", 3)) && !mute.holds(&key("rendezvous", 1)));
        mute.set("36.00N 017.50W", Vec::new());
        assert!(mute.holds(&key("loitering", 2)) && !mute.holds(&key("loitering", 1)));
    }
}
