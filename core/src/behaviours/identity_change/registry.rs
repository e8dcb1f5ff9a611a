//! The vessel that last had each IMO number. The memory is bounded, and outlives tracks (part of `identity_change`).

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::base::units::Mmsi;

/// The last known bearer of an IMO number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Bearer {
    /// Its MMSI.
    pub(super) mmsi: Mmsi,
    /// Its name; `None` if it sent none, or only one that is not confirmed.
    pub(super) name: Option<Box<str>>,
    /// When the bearer is last known to have been heard.
    pub(super) at: Time,
    /// Another MMSI that sent the same number while this one was heard, already reported.
    pub(super) rival: Option<Mmsi>,
}

/// Bearers by IMO number, and the invalid numbers already reported. `most` bounds both together.
#[derive(Serialize, Deserialize)]
pub(super) struct Registry {
    /// The last bearer of each valid number.
    bearers: FxHashMap<u32, Bearer>,
    /// Invalid numbers already reported, with the time of the latest report.
    wrong: FxHashMap<(u32, Mmsi), Time>,
    /// Most entries of both maps together, from the setting `max_remembered`.
    most: usize,
}

impl Registry {
    /// An empty memory of at most `most` entries.
    pub(super) fn new(most: u32) -> Registry {
        Registry { bearers: FxHashMap::default(), wrong: FxHashMap::default(), most: most as usize }
    }

    /// Sets the maximum number of entries, and drops those beyond it.
    pub(super) fn resize(&mut self, most: u32) {
        self.most = most as usize;
        self.make_room(0);
    }

    /// The last bearer of an IMO number, to update it; `None` if none is remembered.
    pub(super) fn bearer(&mut self, imo: u32) -> Option<&mut Bearer> {
        self.bearers.get_mut(&imo)
    }

    /// The last bearer of an IMO number; `None` if none is remembered.
    pub(super) fn known(&self, imo: u32) -> Option<&Bearer> {
        self.bearers.get(&imo)
    }

    /// Records the bearer of an IMO number.
    pub(super) fn bears(&mut self, imo: u32, bearer: Bearer) {
        self.make_room(1);
        self.bearers.insert(imo, bearer);
    }

    /// Notes a number with an invalid check digit. Returns true the first time.
    pub(super) fn is_news(&mut self, imo: u32, mmsi: Mmsi, at: Time) -> bool {
        self.make_room(1);
        self.wrong.insert((imo, mmsi), at).is_none()
    }

    /// Shrinks the memory to nine tenths of its limit when it is full. The oldest entries go first, and of equal ones
    /// the smaller number.
    fn make_room(&mut self, for_more: usize) {
        let held = self.bearers.len() + self.wrong.len();
        if held + for_more <= self.most {
            return;
        }
        let bearers = self.bearers.iter().map(|(imo, bearer)| (bearer.at, *imo, None));
        let wrong = self.wrong.iter().map(|((imo, mmsi), at)| (*at, *imo, Some(*mmsi)));
        let mut order: Vec<(Time, u32, Option<Mmsi>)> = bearers.chain(wrong).collect();
        order.sort_unstable();
        for (_, imo, mmsi) in order.into_iter().take(held - self.most * 9 / 10) {
            match mmsi {
                None => drop(self.bearers.remove(&imo)),
                Some(mmsi) => drop(self.wrong.remove(&(imo, mmsi))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut registry = Registry::new(100);
        for imo in 0..250_u32 {
            let at = Time::from_seconds(i64::from(imo));
            match imo % 2 {
                0 => registry.bears(imo, Bearer { mmsi: Mmsi(imo), name: None, at, rival: None }),
                _ => assert!(registry.is_news(imo, Mmsi(imo), at)),
            }
        }
        assert!(registry.bearers.len() + registry.wrong.len() <= 100);
        assert!(registry.bearer(248).is_some() && registry.bearer(2).is_none());
        assert!(!registry.is_news(249, Mmsi(249), Time::from_seconds(300)));
    }
}
