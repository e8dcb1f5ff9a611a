//! The land as tiles of a map, for pages that draw it: the same coastline that distances from shore are measured to.
//!
//! Tiles are those of Web Mercator, at three zooms. A page enlarges the tiles of the next lower zoom. Coordinates are whole units, counted
//! from the upper left corner of the tile. Outlines are thinned before they are cut, so that neighbouring tiles fit together.

mod thin;

use std::f64::consts::PI;
use std::sync::OnceLock;

use self::thin::{Unit, thinned};
use super::coast::Coast;

/// Zooms for which there are tiles: 2^zoom tiles along each side of the map.
pub const TILE_ZOOMS: [u8; 3] = [2, 5, 8];
/// Units along each side of a tile. At zoom 8 a unit is 38 m at the equator.
pub const TILE_UNITS: i32 = 4096;
/// How far an outline continues beyond the tile, so that no line is drawn along its sides. Units.
pub const TILE_MARGIN: i32 = 64;
/// Vertices of an outline go if they are within this of the rest, by zoom. Units.
const TOLERANCE: [f64; 3] = [8.0, 1.0, 0.5];
/// An island smaller than this is left out, by zoom; 0 keeps all. Units.
const LEAST: [i32; 3] = [12, 0, 0];
/// Size up to which an island without area is drawn as a square. Units.
const SMALL: i32 = 4;
/// Half the smallest side of that square. Units.
const SPECK: i32 = 1;
/// Latitude up to which the land is drawn; the map ends at 85.06°, and at the pole itself there is no Mercator. Degrees.
const LAST_LATITUDE: f64 = 88.0;
/// Maximum number of vertices of a ring, and of rings of a tile, which are counted in 16 bits.
const MOST: usize = u16::MAX as usize;

/// The outline of a part of the land in units of its tile: closed, to be filled with the others by the even-odd rule.
pub type TileRing = Vec<[i16; 2]>;

/// The land, ready to be cut into tiles. The outlines of each zoom are made when they are first needed.
pub struct LandTiles {
    /// Longitudes and latitudes in degrees.
    rings: Vec<Vec<(f64, f64)>>,
    /// By place in [`TILE_ZOOMS`].
    levels: [OnceLock<Vec<Outline>>; 3],
}

/// A ring in units of the whole map at one zoom.
struct Outline {
    /// Its vertices; the last is the first.
    ring: Vec<Unit>,
    /// Its smallest and its largest coordinates.
    bounds: [Unit; 2],
}

impl LandTiles {
    /// Tiles of this land.
    pub fn of(coast: &Coast) -> LandTiles {
        LandTiles { rings: coast.rings(), levels: Default::default() }
    }

    /// The land within a tile, counted from the upper left of the map; empty at sea. `None` if there is no such tile. The first call for
    /// a zoom takes some tenths of a second, all others milliseconds.
    pub fn tile(&self, zoom: u8, x: u32, y: u32) -> Option<Vec<TileRing>> {
        let place = TILE_ZOOMS.iter().position(|known| *known == zoom)?;
        let count = 1_u32 << zoom;
        if count <= x || count <= y {
            return None;
        }
        let corner = [x as i32 * TILE_UNITS, y as i32 * TILE_UNITS];
        let low = corner.map(|side| side - TILE_MARGIN);
        let high = corner.map(|side| side + TILE_UNITS + TILE_MARGIN);
        let outlines = self.levels[place].get_or_init(|| self.level(place));
        let apart = |outline: &&Outline| {
            (0..2).any(|axis| outline.bounds[1][axis] < low[axis] || high[axis] < outline.bounds[0][axis])
        };
        let near = outlines.iter().filter(|outline| !apart(outline));
        let mut rings: Vec<TileRing> = near
            .map(|outline| in_tile(clipped(&outline.ring, low, high), corner))
            .filter(|ring| 4 <= ring.len())
            .collect();
        // The shipped land is far below; this is for a file of the operator.
        if MOST < rings.len() {
            rings.sort_by_key(|ring| std::cmp::Reverse(ring.len()));
            rings.truncate(MOST);
        }
        Some(rings)
    }

    /// The outlines for a zoom.
    fn level(&self, place: usize) -> Vec<Outline> {
        let world = f64::from(1_u32 << TILE_ZOOMS[place]) * f64::from(TILE_UNITS);
        self.rings.iter().filter_map(|ring| outline(&projected(ring, world), place)).collect()
    }
}

/// A ring in units of a map that is `world` units wide. What runs along the edge of the map at 180° is moved beyond it: it is no coast, and
/// must not be drawn as one.
fn projected(ring: &[(f64, f64)], world: f64) -> Vec<Unit> {
    let unit = |(lon, lat): (f64, f64)| {
        let lat = lat.clamp(-LAST_LATITUDE, LAST_LATITUDE).to_radians();
        let y = 0.5 - (PI / 4.0 + lat / 2.0).tan().ln() / (2.0 * PI);
        [((lon / 360.0 + 0.5) * world).round() as i32, (y * world).round() as i32]
    };
    let beyond = f64::from(2 * TILE_MARGIN) / world * 360.0;
    let mut units = Vec::with_capacity(ring.len());
    for (index, at) in ring.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| ring[before]);
        if let Some(before) = before.filter(|before| before.0 == at.0 && at.0.abs() == 180.0) {
            let lon = at.0 + beyond * at.0.signum();
            units.push(unit((lon, before.1)));
            units.push(unit((lon, at.1)));
        }
        units.push(unit(*at));
    }
    units.dedup();
    units
}

/// The outline of a ring for a zoom; `None` if it is too small to be seen.
fn outline(units: &[Unit], place: usize) -> Option<Outline> {
    let low = [0, 1].map(|axis| units.iter().map(|unit| unit[axis]).min().unwrap_or(0));
    let high = [0, 1].map(|axis| units.iter().map(|unit| unit[axis]).max().unwrap_or(0));
    let size = (high[0] - low[0]).max(high[1] - low[1]);
    if units.is_empty() || size < LEAST[place] {
        return None;
    }
    let mut tolerance = TOLERANCE[place];
    let mut ring = thinned(units, tolerance);
    while MOST < ring.len() {
        tolerance *= 2.0;
        ring = thinned(units, tolerance);
    }
    match (ring.is_empty(), size <= SMALL) {
        (false, _) => Some(Outline { ring, bounds: [low, high] }),
        // A small island must not vanish, and a narrow one must not become a square.
        (true, true) => Some(speck(low, high)),
        (true, false) => Some(Outline { ring: units.to_vec(), bounds: [low, high] }),
    }
}

/// A square in place of an island that has no area at a zoom.
fn speck(low: Unit, high: Unit) -> Outline {
    let middle = [0, 1].map(|axis| low[axis] + (high[axis] - low[axis]) / 2);
    let half = [0, 1].map(|axis| ((high[axis] - low[axis]) / 2).max(SPECK));
    let (west, east) = (middle[0] - half[0], middle[0] + half[0]);
    let (north, south) = (middle[1] - half[1], middle[1] + half[1]);
    let ring = vec![[west, north], [east, north], [east, south], [west, south], [west, north]];
    Outline { ring, bounds: [[west, north], [east, south]] }
}

/// Clips a closed ring to a box, side by side (Sutherland-Hodgman). A ring that leaves the box and enters it again becomes one ring with
/// edges along the sides, which is right for filling.
fn clipped(ring: &[Unit], low: Unit, high: Unit) -> Vec<Unit> {
    // Each side: the axis, the limit, and the sign that makes the inside positive.
    let sides = [(0, low[0], 1), (0, high[0], -1), (1, low[1], 1), (1, high[1], -1)];
    // The last vertex repeats the first, which would be an edge of no length.
    let open = &ring[..ring.len().saturating_sub(1)];
    let mut kept = open.to_vec();
    for (axis, limit, sign) in sides {
        let inside = |unit: &Unit| 0 <= (unit[axis] - limit) * sign;
        let Some(mut before) = kept.last().copied() else {
            return kept;
        };
        let mut next = Vec::with_capacity(kept.len() + 4);
        for unit in kept {
            if inside(&unit) != inside(&before) {
                next.push(crossing(before, unit, axis, limit));
            }
            if inside(&unit) {
                next.push(unit);
            }
            before = unit;
        }
        kept = next;
    }
    kept.extend(kept.first().copied());
    kept
}

/// Where an edge crosses the line on which one coordinate has the value `limit`.
fn crossing(from: Unit, to: Unit, axis: usize, limit: i32) -> Unit {
    let other = 1 - axis;
    let share = f64::from(limit - from[axis]) / f64::from(to[axis] - from[axis]);
    let mut at = [limit; 2];
    at[other] = (f64::from(from[other]) + f64::from(to[other] - from[other]) * share).round() as i32;
    at
}

/// A ring that was clipped to a tile, in units of the tile.
fn in_tile(ring: Vec<Unit>, corner: Unit) -> TileRing {
    // The box is 4,224 units wide, so the differences fit.
    let mut inside: TileRing =
        ring.into_iter().map(|unit| [(unit[0] - corner[0]) as i16, (unit[1] - corner[1]) as i16]).collect();
    inside.dedup();
    inside
}

#[cfg(test)]
mod tests;
