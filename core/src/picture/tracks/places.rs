//! The places of MMSIs that were heard in more than one.
//!
//! Most MMSIs have one track and one place, and are not listed. `shared` decides what the places mean.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::geo::LatLon;

/// The places of every MMSI heard in more than one.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Places {
    pub(super) of: FxHashMap<u32, Vec<Place>>,
}

/// Where one track was last heard.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Place {
    /// Number of the track under its MMSI. The track may be gone; its place counts for a day.
    pub(super) ordinal: u16,
    /// Time of its latest fix.
    pub(super) at: Time,
    pub(super) position: LatLon,
}
