//! Vessels whose positions are in doubt. Behaviours that rest on these positions do not open for them (SPEC `interference`).
//!
//! Doubts are kept by MMSI and not by track: a vessel that is jammed may be heard as several tracks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alerts::id::Key;
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::{Behaviour, Doubt};

/// Maximum number of vessels in doubt. Further ones are not muted.
const MOST: usize = 20_000;

/// The doubts by vessel.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Mute {
    /// The latest doubt about each vessel. One that is over may stay until room is needed.
    vessels: BTreeMap<Mmsi, Doubt>,
}

impl Mute {
    /// Records a doubt, or its end. When there are too many, those that are over by `now` are dropped.
    pub(super) fn set(&mut self, doubt: Doubt, now: Time) {
        if MOST <= self.vessels.len() {
            self.vessels.retain(|_, doubt| is_in_force(doubt, now));
        }
        if self.vessels.len() < MOST || self.vessels.contains_key(&doubt.mmsi) {
            self.vessels.insert(doubt.mmsi, doubt);
        }
        if !is_in_force(&doubt, now) {
            self.vessels.remove(&doubt.mmsi);
        }
    }

    /// The doubt about a vessel's positions that is in force at `now`; `None` if there is none.
    pub(super) fn of(&self, mmsi: Mmsi, now: Time) -> Option<Doubt> {
        self.vessels.get(&mmsi).copied().filter(|doubt| is_in_force(doubt, now))
    }

    /// Whether alerts of this key must not open now.
    pub(super) fn holds(&self, key: &Key, now: Time) -> bool {
        // Called for every signal; usually no vessel is in doubt.
        if self.vessels.is_empty() || !rests_on_place(key.behaviour) {
            return false;
        }
        key.tracks.iter().any(|track| self.of(track.mmsi, now).is_some())
    }
}

/// Whether alerts of this behaviour rest on the position of a vessel. A list, an identity or a distress call does not.
pub(super) fn rests_on_place(behaviour: Behaviour) -> bool {
    behaviour.character().is_muted
}

/// Whether positions are still in doubt at `now`. A doubt without an end lasts until the behaviour that raised it sends one.
fn is_in_force(doubt: &Doubt, now: Time) -> bool {
    doubt.until.is_none_or(|until| now < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::tracks::TrackKey;

    fn key(behaviour: Behaviour, mmsis: &[u32]) -> Key {
        let tracks = mmsis.iter().map(|mmsi| TrackKey { mmsi: Mmsi(*mmsi), ordinal: 2 }).collect();
        Key { behaviour, tracks, place: String::new() }
    }

    #[test]
    fn alerts_on_false_positions_are_muted_until_positions_are_trusted_again() {
        let at = Time::from_seconds;
        let mut mute = Mute::default();
        let doubt = Doubt { mmsi: Mmsi(1), since: at(0), until: None };
        mute.set(doubt, at(100));
        for behaviour in [
            Behaviour::Loitering,
            Behaviour::PositionJump,
            Behaviour::AisGap,
            Behaviour::ZoneEntry,
            Behaviour::AsyncRendezvous,
        ] {
            assert!(mute.holds(&key(behaviour, &[1]), at(100_000)), "{behaviour}");
            assert!(!mute.holds(&key(behaviour, &[3]), at(100)), "{behaviour}");
        }
        assert!(mute.holds(&key(Behaviour::Rendezvous, &[3, 1]), at(100)));
        for behaviour in [Behaviour::Watchlist, Behaviour::Distress, Behaviour::IdentityChange] {
            assert!(!mute.holds(&key(behaviour, &[1]), at(100)), "{behaviour}");
        }
        mute.set(Doubt { until: Some(at(300)), ..doubt }, at(200));
        assert!(mute.holds(&key(Behaviour::Loitering, &[1]), at(299)));
        assert!(!mute.holds(&key(Behaviour::Loitering, &[1]), at(300)));
    }

    #[test]
    fn the_number_of_vessels_in_doubt_is_bounded() {
        let at = Time::from_seconds;
        let mut mute = Mute::default();
        for mmsi in 0..MOST as u32 + 10 {
            mute.set(Doubt { mmsi: Mmsi(mmsi), since: at(0), until: Some(at(10)) }, at(0));
        }
        assert_eq!(mute.vessels.len(), MOST);
        mute.set(Doubt { mmsi: Mmsi(7_000_000), since: at(20), until: None }, at(20));
        assert_eq!(mute.vessels.len(), 1);
    }
}
