//! Which track: its place in the slab, and its permanent name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::units::Mmsi;

/// Index of a vessel in the slab of tracks; reused after the track is dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TrackIx(pub u32);

/// The permanent name of a track: its MMSI, and which of the ships under that MMSI it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TrackKey {
    /// MMSI of the vessel.
    pub mmsi: Mmsi,
    /// Number of the track under this MMSI, from 1.
    pub ordinal: u16,
}

impl fmt::Display for TrackKey {
    /// `224123456.1`, as used in alert ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.mmsi.0, self.ordinal)
    }
}

/// The activity bit that the detectors of episodes use, after those of the behaviours. It does not keep a track alive.
pub const FOLLOWED: u32 = 31;
