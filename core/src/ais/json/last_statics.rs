//! Static data that a feed repeats with every position.
//!
//! BarentsWatch sends everything it knows of a vessel with each position. Only what is new becomes a report.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::object::payload;
use crate::ais::report::Static;
use crate::base::units::Mmsi;

/// Maximum number of vessels whose static data are remembered, for feeds that repeat them with every position.
const MAX_KNOWN: usize = 100_000;

/// Static data reported so far, by vessel, as hashes. Data repeated with every position are reported only when they change.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::ais) struct LastStatics {
    /// Hash of the static data last reported, by MMSI; at most `MAX_KNOWN`.
    said: FxHashMap<u32, u64>,
}

impl LastStatics {
    /// Whether the vessel's static data differ from those last reported; remembers them.
    pub(in crate::ais) fn is_news(&mut self, mmsi: Mmsi, said: &Static) -> bool {
        let hash = payload(said);
        if self.said.get(&mmsi.0) == Some(&hash) {
            return false;
        }
        if MAX_KNOWN <= self.said.len() {
            // Forgetting all of them costs one repeated static report per vessel, which changes nothing.
            self.said.clear();
        }
        self.said.insert(mmsi.0, hash);
        true
    }
}
