//! What was made of the chart in force, shared by all requests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::features::collection;
use super::tile::encode;
use crate::http::tagged::Tagged;
use atalaia_core::geo::{Coast, LandTiles};
use atalaia_core::zones::Chart;

/// Bytes of tiles that are kept: those of an ocean at all zooms. A tile has some kilobytes.
const KEPT_BYTES: usize = 16 << 20;
/// Content type of zones (RFC 7946).
const GEOJSON: &str = "application/geo+json";
/// Zones change with a reload, so each use is preceded by the question whether they have.
const ASK: &str = "private, no-cache";
/// Content type of a tile.
const TILE: &str = "application/vnd.atalaia.land";
/// A tile changes with the coastline, which is with the next version of the program or by hand.
const A_DAY: &str = "private, max-age=86400";

/// What was made of the chart in force; made again when the chart is replaced.
#[derive(Debug, Default)]
pub(super) struct Under {
    /// `None` before the first request.
    last: Mutex<Option<Arc<OfChart>>>,
}

/// What was made of one chart.
pub(super) struct OfChart {
    /// The chart.
    chart: Arc<Chart>,
    /// Its zones as GeoJSON; empty before they are first asked for.
    zones: OnceLock<Tagged>,
    /// Its land. Kept when another chart has the same.
    land: Arc<Land>,
}

/// The land of a chart as tiles.
struct Land {
    /// By which another chart is compared.
    coast: Arc<Coast>,
    /// Makes the tiles.
    tiles: LandTiles,
    /// The tiles that were made last.
    made: Mutex<Made>,
}

/// Zoom, x and y of a tile.
type Place = (u8, u32, u32);

/// Tiles that are kept.
#[derive(Default)]
struct Made {
    /// By their place.
    tiles: BTreeMap<Place, Tagged>,
    /// The order in which they were made, in which they are dropped.
    order: VecDeque<Place>,
    /// Length of all of them.
    bytes: usize,
}

impl std::fmt::Debug for OfChart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfChart").finish_non_exhaustive()
    }
}

impl Under {
    /// What was made of this chart.
    pub(super) fn of(&self, chart: &Arc<Chart>) -> Arc<OfChart> {
        // Only replaced as a whole, so a panic elsewhere leaves it usable.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last.as_ref().filter(|last| Arc::ptr_eq(&last.chart, chart)) {
            return Arc::clone(last);
        }
        let same_land = last.as_ref().filter(|last| Arc::ptr_eq(&last.land.coast, &chart.coast));
        let land = same_land.map_or_else(|| Arc::new(Land::of(&chart.coast)), |last| Arc::clone(&last.land));
        let new = Arc::new(OfChart { chart: Arc::clone(chart), zones: OnceLock::new(), land });
        Arc::clone(last.insert(new))
    }
}

impl OfChart {
    /// The zones as GeoJSON. The first call takes some tenths of a second.
    pub(super) fn zones(&self) -> Tagged {
        self.zones.get_or_init(|| Tagged::new(collection(&self.chart.zones).to_string(), GEOJSON, ASK)).clone()
    }

    /// A tile of the land; `None` if there is no such tile. The first call for a zoom takes some tenths of a second.
    pub(super) fn tile(&self, place: Place) -> Option<Tagged> {
        let made = || self.land.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tile) = made().tiles.get(&place) {
            return Some(tile.clone());
        }
        // Not under the lock: other tiles are to be served meanwhile. Made twice at worst.
        let tile = Tagged::new(encode(&self.land.tiles.tile(place.0, place.1, place.2)?), TILE, A_DAY);
        made().keep(place, tile.clone());
        Some(tile)
    }
}

impl Land {
    /// The tiles of a coast, none made yet.
    fn of(coast: &Arc<Coast>) -> Land {
        Land { coast: Arc::clone(coast), tiles: LandTiles::of(coast), made: Mutex::default() }
    }
}

impl Made {
    /// Keeps a tile, and drops the oldest ones if there are too many.
    fn keep(&mut self, place: Place, tile: Tagged) {
        self.bytes += tile.body.len();
        if let Some(same) = self.tiles.insert(place, tile) {
            self.bytes -= same.body.len();
            return;
        }
        self.order.push_back(place);
        while KEPT_BYTES < self.bytes {
            let Some(tile) = self.order.pop_front().and_then(|oldest| self.tiles.remove(&oldest)) else {
                return;
            };
            self.bytes -= tile.body.len();
        }
    }
}
