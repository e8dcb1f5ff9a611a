//! What is remembered of ended alerts, to recognise repeats, and so that a later alert never takes the id of an earlier one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::behaviours::{Behaviour, Lead};
use crate::picture::tracks::TrackKey;

use super::id::Key;

/// Maximum number of keys whose superseded alerts are remembered. Beyond it the earliest start is forgotten; the weaker behaviour may
/// then open a second time about the same hours.
const MOST_SUPERSEDED: usize = 10_000;
/// How long leads are kept: as long as an identity can count as new.
const LEADS_KEPT: Span = Span::from_hours(365 * 24);
/// Maximum number of leads kept. When it is reached, leads that no longer count make room; if there are none, the new one is not kept.
const MOST_LEADS: usize = 100_000;

/// Maximum number of announced ends kept of one vessel and behaviour. The last decides; earlier ones count once later ones are retracted.
const MOST_ENDS: usize = 8;

/// Ended alerts and facts of the last days, up to a configured number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    /// End of the last alert or fact, by key.
    ends: BTreeMap<Key, Time>,
    /// The same entries by end, so that the oldest can be forgotten first.
    by_end: BTreeSet<(Time, Key)>,
    /// Ends of the last announced alerts, oldest first, by vessel and behaviour; never empty, at most `MOST_ENDS`.
    alerts: BTreeMap<(TrackKey, Behaviour), Vec<Time>>,
    /// Start of the last superseded alert, by key.
    superseded: BTreeMap<Key, Time>,
    /// When an alert or fact last gave a vessel a lead.
    leads: BTreeMap<(TrackKey, Lead), Time>,
    /// Number of ends and leads dropped before their time because there were too many.
    evicted: u64,
}

impl Memory {
    /// Records a lead, a change of draught or identity that counts for later alerts of the vessel.
    pub(super) fn lead(&mut self, key: &Key, lead: Lead, at: Time) {
        if MOST_LEADS <= self.leads.len() {
            let oldest = at - LEADS_KEPT;
            let before = self.leads.len();
            self.leads.retain(|_, kept| oldest <= *kept);
            // Without the new lead a later alert lacks one score line. Dropping one that still counts would cost another alert the same.
            self.evicted += u64::from(before == self.leads.len());
            if before == self.leads.len() {
                return;
            }
        }
        for track in &key.tracks {
            self.leads.insert((*track, lead), at);
        }
    }

    /// Whether the vessel had such a lead at `since` or later.
    pub(super) fn led(&self, track: TrackKey, lead: Lead, since: Time) -> bool {
        self.leads.get(&(track, lead)).is_some_and(|at| since <= *at)
    }

    /// Records an end. Forgets ends more than `keep` before it, and the oldest beyond `most`.
    pub(super) fn ended(&mut self, key: &Key, at: Time, announced: bool, keep: Span, most: u32) {
        if announced {
            for track in &key.tracks {
                let ends = self.alerts.entry((*track, key.behaviour)).or_default();
                ends.insert(ends.partition_point(|end| *end <= at), at);
                ends.drain(..ends.len().saturating_sub(MOST_ENDS));
            }
        }
        if let Some(before) = self.ends.insert(key.clone(), at) {
            self.by_end.remove(&(before, key.clone()));
        }
        self.by_end.insert((at, key.clone()));
        while let Some((oldest, _)) = self.by_end.first() {
            let old = *oldest < at - keep;
            if !old && self.by_end.len() <= most as usize {
                break;
            }
            self.evicted += u64::from(!old);
            self.forget_oldest();
        }
    }

    /// Forgets that an announced alert of this key ended at `at`, because it was retracted or is open again. Later alerts are then no
    /// repeats of it. The end of the key stays, so that no later alert takes its id.
    pub(super) fn takes_back(&mut self, key: &Key, at: Time) {
        for track in &key.tracks {
            let Some(ends) = self.alerts.get_mut(&(*track, key.behaviour)) else {
                continue;
            };
            if let Some(place) = ends.iter().rposition(|end| *end == at) {
                ends.remove(place);
            }
            if ends.is_empty() {
                self.alerts.remove(&(*track, key.behaviour));
            }
        }
    }

    /// When the last alert or fact of this key ended; `None` if that is not remembered.
    pub(super) fn last_end(&self, key: &Key) -> Option<Time> {
        self.ends.get(key).copied()
    }

    /// Records that the alert of this key that began at `started_at` was superseded.
    pub(super) fn superseded(&mut self, key: &Key, started_at: Time) {
        self.superseded.insert(key.clone(), started_at);
        if MOST_SUPERSEDED < self.superseded.len() {
            let oldest = self.superseded.iter().min_by_key(|(key, at)| (**at, *key)).map(|(key, _)| key.clone());
            oldest.map(|key| self.superseded.remove(&key));
        }
    }

    /// Whether an alert of this key that began at `started_at` has already been superseded.
    pub(super) fn was_superseded(&self, key: &Key, started_at: Time) -> bool {
        self.superseded.get(key).is_some_and(|superseded| started_at <= *superseded)
    }

    /// Whether the vessel had an alert of this behaviour that ended at `since` or later.
    pub(super) fn had(&self, track: TrackKey, behaviour: Behaviour, since: Time) -> bool {
        self.alerts.get(&(track, behaviour)).and_then(|ends| ends.last()).is_some_and(|ended| since <= *ended)
    }

    /// Number of entries that were dropped early because there were too many.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Forgets the key that ended first, with what is remembered of its vessels only because of it.
    fn forget_oldest(&mut self) {
        let Some((at, key)) = self.by_end.pop_first() else {
            return;
        };
        self.ends.remove(&key);
        self.superseded.remove(&key);
        for track in &key.tracks {
            // Another key of the vessel, such as a second zone, may have ended later; that end stays.
            let name = (*track, key.behaviour);
            if let Some(ends) = self.alerts.get_mut(&name) {
                ends.retain(|end| at < *end);
                if ends.is_empty() {
                    self.alerts.remove(&name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;

    fn key(mmsi: u32) -> Key {
        Key {
            behaviour: Behaviour::Loitering,
            tracks: vec![TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 }],
            place: String::new(),
        }
    }

    #[test]
    fn old_and_excess_entries_are_forgotten_and_the_excess_is_counted() {
        let mut memory = Memory::default();
        let days = Span::from_hours(14 * 24);
        for second in 0..500 {
            memory.ended(&key(second as u32), Time::from_seconds(second), true, days, 100);
        }
        assert_eq!(memory.ends.len(), 100);
        assert_eq!(memory.alerts.len(), 100);
        assert_eq!(memory.evicted(), 400);
        assert!(memory.had(key(499).tracks[0], Behaviour::Loitering, Time::from_seconds(499)));
        assert!(!memory.had(key(499).tracks[0], Behaviour::Loitering, Time::from_seconds(500)));
        assert!(!memory.had(key(499).tracks[0], Behaviour::Rendezvous, Time::MIN));
        let later = Time::from_seconds(600) + days;
        memory.ended(&key(1), later, false, days, 100);
        assert_eq!(memory.last_end(&key(499)), None);
        assert_eq!(memory.last_end(&key(1)), Some(later));
        assert!(!memory.had(key(1).tracks[0], Behaviour::Loitering, Time::MIN));
        assert_eq!((memory.ends.len(), memory.evicted()), (1, 400));
    }

    #[test]
    fn a_superseded_alert_is_known_until_its_end_is_forgotten() {
        let mut memory = Memory::default();
        let (days, at) = (Span::from_hours(14 * 24), Time::from_seconds);
        memory.ended(&key(1), at(100), true, days, 100);
        memory.superseded(&key(1), at(50));
        assert!(memory.was_superseded(&key(1), at(50)));
        assert!(!memory.was_superseded(&key(1), at(51)));
        assert!(!memory.was_superseded(&key(2), at(50)));
        memory.ended(&key(2), at(200) + days, true, days, 100);
        assert!(memory.superseded.is_empty());
    }
}
