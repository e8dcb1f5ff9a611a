//! Where a vessel is (shore, calm water and zones), looked up once and cached until it moves on.
//!
//! The cache does not change results. Distances from shore and calm water are those of the middle of a tile of about 100 m, however
//! the vessel came there and whenever zones were reloaded. While the vessel has not moved far, they are known within bounds, and
//! are looked up only where the bounds do not decide (see [`Vicinity`]). Zones are exact wherever one is near.

use std::hint::black_box;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::account::Account;
use crate::base::state::remembers;
use crate::base::time::Time;
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::TrackIx;
use crate::zones::{Chart, Crossing, Hit, Presence, Reading, Sighting, Zone, ZoneIx};

use super::vicinity::{Place, Vicinity, Within, cached};

/// Distance after which zones are looked up again where none is near. Metres.
const REDO_METRES: f64 = 100.0;
/// Shore and calm water are looked up again once the vessel has moved by this share of its distance from shore.
const BOUNDED_SHARE: f64 = 0.1;
/// Tiles per degree; a tile is 111 m from south to north.
const TILES: f64 = 1000.0;
/// Degrees of latitude in `REDO_METRES`, for a cheap check before the distance is computed.
const REDO_DEGREES: f64 = REDO_METRES / 111_320.0;

/// Cached places of all vessels, in one lot for each shard of the tracks.
pub struct Places {
    /// The lots, by number of the shard.
    lots: Vec<Lot>,
    /// Number of bits of a track index that give the shard. The other bits give the place in the lot.
    shift: u32,
    /// Which reload brought each zone, shared by all lots.
    reloads: Reloads,
}

/// The presence of a vessel that is neither in nor near any zone.
static NOWHERE: LazyLock<Presence> = LazyLock::new(Presence::default);

/// Cached places of the vessels of one shard.
#[derive(Default, Serialize, Deserialize)]
pub struct Lot {
    /// As in `Places`, so that a lane can use its lot alone.
    shift: u32,
    /// One for each vessel, by its place in the shard.
    known: Vec<Known>,
    /// The zones of the vessels that are in or near one. Most vessels are in none and have no entry.
    presences: FxHashMap<TrackIx, Presence>,
    /// Room for the zones found at a position, kept between look-ups to save an allocation.
    #[serde(skip)]
    hits: Vec<Hit>,
}

/// What look-ups read.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// The reload that brought each zone into force.
    pub reloads: &'a Reloads,
}

/// The reload that brought each zone into force or moved its border.
#[derive(Default, Serialize, Deserialize)]
pub struct Reloads {
    /// Number of reloads so far.
    count: u32,
    /// Number of that reload, by zone index. 0 or missing for zones that were there from the start.
    brought_by: Vec<u32>,
}

/// Cached look-ups of one vessel, in half a cache line.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[repr(align(32))]
struct Known {
    /// Where zones were last looked up; not a number before the first look-up, which is near nothing.
    zones_at: Spot,
    /// Tile at which shore and calm water were looked up; meaningless unless `placed`.
    tile: Tile,
    /// Distance of the middle of the tile from shore. Nautical miles, to the precision of `cached`.
    shore_nm: f32,
    /// Distance of the middle of the tile from calm water. Nautical miles.
    calm_nm: f32,
    /// Number of the last reload before the latest look-up of zones.
    reloads: u32,
    /// Whether the middle of the tile is in calm water.
    calm_inside: bool,
    /// Whether a zone is near, so that zones are looked up at every fix.
    zones_exact: bool,
    /// Whether shore and calm water have been looked up.
    placed: bool,
    /// Whether `presences` has an entry for the vessel.
    present: bool,
}

/// A position to about 2 m, which is enough to see whether the vessel has moved 100 m.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Spot {
    /// Latitude. Degrees.
    lat: f32,
    /// Longitude. Degrees.
    lon: f32,
}

impl Spot {
    /// The position, rounded.
    fn of(position: LatLon) -> Spot {
        Spot { lat: position.lat as f32, lon: position.lon as f32 }
    }

    /// Whether a position is within `REDO_METRES`. Never for a spot that is not a number.
    fn is_near(self, position: LatLon) -> bool {
        let here = LatLon { lat: f64::from(self.lat), lon: f64::from(self.lon) };
        (here.lat - position.lat).abs() <= REDO_DEGREES && here.metres_to(position) <= REDO_METRES
    }
}

/// A tile of a thousandth of a degree each way.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Tile {
    /// Tiles from the equator to its south edge.
    row: i32,
    /// Tiles from Greenwich to its west edge.
    column: i32,
}

impl Tile {
    /// The tile that contains a position.
    fn of(position: LatLon) -> Tile {
        let count = |degrees: f64| (degrees * TILES).floor() as i32;
        Tile { row: count(position.lat), column: count(position.lon) }
    }

    /// Its middle, for which distances are looked up.
    fn middle(self) -> LatLon {
        let degrees = |count: i32| (f64::from(count) + 0.5) / TILES;
        LatLon { lat: degrees(self.row).clamp(-90.0, 90.0), lon: degrees(self.column).clamp(-180.0, 180.0) }
    }
}

/// The entry of a vessel for which nothing has been looked up.
const UNKNOWN: Known = Known {
    zones_at: Spot { lat: f32::NAN, lon: f32::NAN },
    tile: Tile { row: 0, column: 0 },
    shore_nm: 0.0,
    calm_nm: 0.0,
    reloads: 0,
    calm_inside: false,
    zones_exact: false,
    placed: false,
    present: false,
};

impl Lot {
    /// Looks up the zones of a vessel at a new fix, and appends the borders it crossed to `crossings`.
    pub fn look(
        &mut self,
        ground: &Ground<'_>,
        vessel: TrackIx,
        position: LatLon,
        reading: &Reading,
        crossings: &mut Vec<Crossing>,
    ) {
        let Ground { chart, reloads } = *ground;
        let known = self.known(vessel);
        // Where no zone is near, 100 m are needed to reach one. Near borders every fix counts.
        let sighting = reading.sighting;
        if !known.zones_exact && sighting == Sighting::Next && known.zones_at.is_near(position) {
            return;
        }
        self.hits.clear();
        chart.zones.at(position, &mut self.hits);
        let place = self.place(vessel);
        let known = &mut self.known[place];
        let seen = std::mem::replace(&mut known.reloads, reloads.count);
        known.zones_at = Spot::of(position);
        known.zones_exact = !self.hits.is_empty();
        if self.hits.is_empty() && !known.present {
            return;
        }
        let presence = self.presences.entry(vessel).or_default();
        // Zones that came or moved since the last look-up must not appear as borders that the vessel crossed.
        if seen != reloads.count && sighting == Sighting::Next {
            let brought_by = |zone: ZoneIx| reloads.brought_by.get(usize::from(zone.0)).copied().unwrap_or(0);
            presence.settle(&chart.zones, &self.hits, |zone| seen < brought_by(zone));
        }
        presence.step(&chart.zones, &self.hits, reading, crossings);
        let keeps = !presence.is_empty() || !self.hits.is_empty();
        if !keeps {
            self.presences.remove(&vessel);
        }
        let known = &mut self.known[place];
        known.present = keeps;
        known.zones_exact |= keeps;
    }

    /// Touches the entries of these vessels so that they are in the cache before they are needed; see `Tracks::warm`.
    pub fn warm(&self, vessels: &[TrackIx]) {
        let read = |ix: &TrackIx| self.known.get(self.place(*ix)).map_or(0, |known| known.reloads);
        black_box(vessels.iter().map(read).sum::<u32>());
    }

    /// The zones a vessel of this lot is in or near.
    pub fn presence(&self, vessel: TrackIx) -> &Presence {
        let present = self.at(vessel).is_some_and(|known| known.present);
        present.then(|| self.presences.get(&vessel)).flatten().unwrap_or(&NOWHERE)
    }

    /// Shore and calm water at the vessel's position, looked up only if needed. Also the vessel's last position in calm water, if it
    /// has left calm water since the look-up before.
    pub fn vicinity(
        &mut self,
        chart: &Chart,
        vessel: TrackIx,
        position: LatLon,
        now: Time,
    ) -> (Vicinity, Option<LatLon>) {
        let tile = Tile::of(position);
        let known = *self.known(vessel);
        let (middle, shore_nm, calm_nm) = (tile.middle(), f64::from(known.shore_nm), f64::from(known.calm_nm));
        if known.placed && known.tile == tile {
            let (shore_nm, calm_nm) = (Within::exactly(shore_nm), Within::exactly(calm_nm));
            return (Vicinity { middle, at: now, in_calm: known.calm_inside, shore_nm, calm_nm }, None);
        }
        // The margin covers the difference between sphere and ellipsoid.
        let moved = known.tile.middle().metres_to(middle) / METRES_PER_NM * 1.01;
        let is_near = moved < BOUNDED_SHARE * shore_nm && moved < chart.clear_of_calm_nm(calm_nm);
        if known.placed && !known.calm_inside && is_near {
            let (shore_nm, calm_nm) = (Within::after(shore_nm, moved), Within::after_calm(calm_nm, moved));
            return (Vicinity { middle, at: now, in_calm: false, shore_nm, calm_nm }, None);
        }
        // The coast cannot be farther than before plus the way since, which bounds the search.
        let most_nm = if known.placed { shore_nm + moved } else { f64::INFINITY };
        let place = Place { shore_nm: chart.shore_nm_within(middle, most_nm), calm: chart.calm(middle, now) };
        let left = known.placed && known.calm_inside && !place.calm.inside;
        let left_calm = left.then(|| known.tile.middle());
        let known = self.known(vessel);
        known.tile = tile;
        known.shore_nm = place.shore_nm as f32;
        known.calm_inside = place.calm.inside;
        known.calm_nm = place.calm.nearest_nm as f32;
        known.placed = true;
        let (shore_nm, calm_nm) = (cached(place.shore_nm), cached(place.calm.nearest_nm));
        let (shore_nm, calm_nm) = (Within::exactly(shore_nm), Within::exactly(calm_nm));
        (Vicinity { middle, at: now, in_calm: place.calm.inside, shore_nm, calm_nm }, left_calm)
    }

    /// Whether the vessel is certainly outside calm water: it was outside at its last look-up and has not since moved
    /// as far as the nearest calm water. Steps that need nothing else can then skip the look-up.
    pub fn is_far_from_calm(&self, chart: &Chart, vessel: TrackIx, position: LatLon) -> bool {
        let known = self.at(vessel).filter(|known| known.placed && !known.calm_inside);
        known
            .is_some_and(|known| known.tile.middle().nm_to(position) < chart.clear_of_calm_nm(f64::from(known.calm_nm)))
    }

    /// Place of a vessel in the lot.
    fn place(&self, vessel: TrackIx) -> usize {
        (vessel.0 >> self.shift) as usize
    }

    /// Its entry, which is made if there is none.
    fn known(&mut self, vessel: TrackIx) -> &mut Known {
        let place = self.place(vessel);
        if self.known.len() <= place {
            self.known.resize(place + 1, UNKNOWN);
        }
        &mut self.known[place]
    }

    /// Its entry; `None` if nothing was ever looked up for it.
    fn at(&self, vessel: TrackIx) -> Option<&Known> {
        self.known.get(self.place(vessel))
    }
}

impl Places {
    /// Creates empty caches, one lot for each shard.
    pub fn new(shards: usize) -> Places {
        let shift = shards.next_power_of_two().trailing_zeros();
        let lots = (0..shards).map(|_| Lot { shift, ..Lot::default() }).collect();
        Places { lots, shift, reloads: Reloads::default() }
    }

    remembers! { pub(crate) kept { lots, reloads } parts {} built { shift } }

    /// The lots, for look-ups in parallel, and the reloads that they read.
    pub fn lots_mut(&mut self) -> (&mut [Lot], &Reloads) {
        (&mut self.lots, &self.reloads)
    }

    /// The zones a vessel is in or near.
    pub fn presence(&self, vessel: TrackIx) -> &Presence {
        self.lot(vessel).presence(vessel)
    }

    /// Shore and calm water at the vessel's position; see `Lot::vicinity`.
    pub fn vicinity(
        &mut self,
        chart: &Chart,
        vessel: TrackIx,
        position: LatLon,
        now: Time,
    ) -> (Vicinity, Option<LatLon>) {
        self.lot_mut(vessel).vicinity(chart, vessel, position, now)
    }

    /// Like `vicinity`, but without keeping what is looked up. For questions, which must not change what the next step finds.
    pub fn vicinity_unkept(&self, chart: &Chart, vessel: TrackIx, position: LatLon, now: Time) -> Vicinity {
        let middle = Tile::of(position).middle();
        let known = self.lot(vessel).at(vessel).filter(|known| known.placed && known.tile == Tile::of(position));
        let (in_calm, shore_nm, calm_nm) = match known {
            Some(known) => (known.calm_inside, f64::from(known.shore_nm), f64::from(known.calm_nm)),
            None => {
                let calm = chart.calm(middle, now);
                (calm.inside, cached(chart.shore_nm(middle)), cached(calm.nearest_nm))
            }
        };
        let (shore_nm, calm_nm) = (Within::exactly(shore_nm), Within::exactly(calm_nm));
        Vicinity { middle, at: now, in_calm, shore_nm, calm_nm }
    }

    /// Drops what is cached, as the vessel's place in the slab may be reused.
    pub fn forget(&mut self, vessel: TrackIx) {
        let lot = self.lot_mut(vessel);
        *lot.known(vessel) = UNKNOWN;
        lot.presences.remove(&vessel);
    }

    /// Puts other zones into force. Presences keep the zones that still exist. Every look-up is repeated at the next fix.
    pub fn reload(&mut self, old: &Chart, new: &Chart) {
        self.reloads.count += 1;
        let Reloads { count, brought_by: earlier } = &self.reloads;
        let brought_by = |(number, zone): (ZoneIx, &Zone)| {
            let before = old.zones.find(&zone.id).filter(|before| new.zones.same_border(number, &old.zones, *before));
            before.map_or(*count, |before| earlier.get(usize::from(before.0)).copied().unwrap_or(0))
        };
        self.reloads.brought_by = new.zones.iter().map(brought_by).collect();
        for lot in &mut self.lots {
            for known in &mut lot.known {
                // Calm zones may have changed, and with them both distances.
                known.placed = false;
                known.zones_exact = true;
            }
            lot.presences.values_mut().for_each(|presence| presence.renumber(&old.zones, &new.zones));
        }
    }

    /// Repeats the look-ups of shore and calm water, because the active hours of a zone began or ended.
    pub fn hours_changed(&mut self) {
        self.lots.iter_mut().flat_map(|lot| &mut lot.known).for_each(|known| known.placed = false);
    }

    /// Adds the cached look-ups and the zones of each vessel.
    pub fn account(&self, account: &mut Account) {
        for lot in &self.lots {
            account.add("places", lot.known.len() * size_of::<Known>());
            account.add_map::<TrackIx, Presence>("zones of vessels", lot.presences.capacity());
            account.add("zones of vessels", lot.presences.values().map(Presence::bytes).sum());
        }
    }

    fn lot(&self, vessel: TrackIx) -> &Lot {
        &self.lots[self.number(vessel)]
    }

    /// The lot of a vessel, to be changed.
    fn lot_mut(&mut self, vessel: TrackIx) -> &mut Lot {
        let number = self.number(vessel);
        &mut self.lots[number]
    }

    /// Number of the lot of a vessel.
    fn number(&self, vessel: TrackIx) -> usize {
        (vessel.0 & ((1 << self.shift) - 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::ZONE_REQUESTS;
    use crate::zones::{Calm, ZoneSet};

    #[test]
    fn bounds_decide_as_the_exact_distances_do() {
        let zones = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"p","name":"P","kind":"port"},
            "geometry":{"type":"Polygon","coordinates":[[[-9.6,40.0],[-9.4,40.0],[-9.4,40.2],[-9.6,40.2],[-9.6,40.0]]]}}]}"#;
        let zones = ZoneSet::parse(&[("p.geojson".to_owned(), zones.to_owned())], ZONE_REQUESTS).expect("sound zones");
        let chart = Chart::with_built_in(zones);
        let mut random = fastrand::Rng::with_seed(4);
        let starts =
            [(36.0, -5.5), (40.1, -9.9), (42.2, -9.3), (28.1, -16.2), (-16.9, 179.9), (45.0, -30.0), (59.0, 10.6)];
        let mut looked_up = 0;
        for round in 0..70 {
            let (lat, lon) = starts[round % starts.len()];
            let mut places = Places::new(3);
            let mut at = LatLon::new(lat, lon).destination(random.f64() * 360.0, random.f64() * 60_000.0);
            let course = random.f64() * 360.0;
            for _ in 0..60 {
                at = at.destination(course + random.f64() * 30.0, random.f64().powi(4) * 5000.0);
                let (got, _) = places.vicinity(&chart, TrackIx(5), at, Time::MIN);
                let exact = Place::at(&chart, Tile::of(at).middle(), Time::MIN);
                let (shore_nm, calm_nm) = (cached(exact.shore_nm), cached(exact.calm.nearest_nm));
                assert_eq!(got.in_calm(), exact.calm.inside, "{at:?}");
                for nm in [0.5, 1.0, 3.0, 5.2, 5.4, 6.0, 12.0, 30.0, shore_nm, calm_nm, shore_nm + 0.01, calm_nm - 0.01]
                {
                    assert_eq!(got.is_off_shore(&chart, nm), nm <= shore_nm, "{at:?}, {nm} nm");
                    assert_eq!(got.is_beyond(&chart, nm), nm < shore_nm, "{at:?}, {nm} nm");
                    assert_eq!(got.is_off_calm(&chart, nm), nm <= calm_nm, "{at:?}, {nm} nm");
                }
                let calm = Calm { nearest_nm: calm_nm, ..exact.calm };
                assert_eq!(got.place(&chart), Place { shore_nm, calm }, "{at:?}");
                looked_up += usize::from(got.shore_nm.is_exact());
            }
        }
        assert!(looked_up < 2500, "{looked_up} of 4200");
    }
}
