//! The places of MMSIs that were heard in more than one.

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
    pub(super) ordinal: u16,
    pub(super) at: Time,
    pub(super) position: LatLon,
}
