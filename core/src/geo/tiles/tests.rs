//! What a person would see on the tiles.

use super::*;
use crate::geo::LatLon;

/// Zoom, tile and position in units of the tile, of a place.
fn place(zoom: u8, at: LatLon) -> (u32, u32, [f64; 2]) {
    let world = f64::from(1_u32 << zoom) * f64::from(TILE_UNITS);
    let x = (at.lon / 360.0 + 0.5) * world;
    let y = (0.5 - (PI / 4.0 + at.lat.to_radians() / 2.0).tan().ln() / (2.0 * PI)) * world;
    let units = f64::from(TILE_UNITS);
    ((x / units) as u32, (y / units) as u32, [x % units, y % units])
}

/// Whether a point is inside the rings by the even-odd rule.
fn filled(rings: &[TileRing], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let [x1, y1, x2, y2] = [pair[0][0], pair[0][1], pair[1][0], pair[1][1]].map(f64::from);
        if (y1 <= y) != (y2 <= y) && x < x1 + (x2 - x1) * (y - y1) / (y2 - y1) {
            inside = !inside;
        }
    }
    inside
}

#[test]
fn a_place_on_land_is_filled_and_one_at_sea_is_not() {
    let coast = Coast::built_in();
    let tiles = LandTiles::of(&coast);
    let mut random = fastrand::Rng::with_seed(11);
    let mut on_land = 0;
    for zoom in TILE_ZOOMS {
        // Metres at the equator of three units, within which thinning and rounding may decide otherwise.
        let doubt = 3.0 * 40_075_000.0 / (f64::from(1_u32 << zoom) * f64::from(TILE_UNITS));
        for _ in 0..400 {
            let at = LatLon::new(random.f64() * 150.0 - 72.0, random.f64() * 360.0 - 180.0);
            let shore = coast.nearest_shore(at).expect("there is land");
            let (x, y, spot) = place(zoom, at);
            let rings = tiles.tile(zoom, x, y).expect("a tile of the map");
            let is_land = coast.on_land(at);
            on_land += usize::from(is_land);
            if doubt < at.metres_to(shore) {
                assert_eq!(filled(&rings, spot), is_land, "zoom {zoom}, {at:?}");
            }
        }
        // Near the coast, where a mistake of the cutting shows: places around Iberia, the Canaries, Fiji and Norway.
        for centre in [(40.0, -7.0), (28.0, -15.0), (-17.0, 179.9), (62.0, 6.0), (-75.0, -60.0)] {
            for _ in 0..100 {
                let at = LatLon::new(centre.0 + random.f64() * 6.0 - 3.0, centre.1 + random.f64() * 6.0 - 3.0);
                let (x, y, spot) = place(zoom, at);
                let rings = tiles.tile(zoom, x, y).expect("a tile of the map");
                if doubt < at.metres_to(coast.nearest_shore(at).expect("there is land")) {
                    assert_eq!(filled(&rings, spot), coast.on_land(at), "zoom {zoom}, {at:?}");
                }
            }
        }
    }
    assert!((200..800).contains(&on_land), "{on_land}");
}

#[test]
fn no_island_is_lost_at_the_nearest_zoom() {
    let coast = Coast::built_in();
    let tiles = LandTiles::of(&coast);
    let mut small = 0;
    for ring in coast.rings().into_iter().filter(|ring| ring.len() < 8) {
        small += 1;
        let (x, y, spot) = place(8, LatLon { lat: ring[0].1, lon: ring[0].0 });
        let rings = tiles.tile(8, x.min(255), y.min(255)).expect("a tile of the map");
        let near = |vertex: &[i16; 2]| (f64::from(vertex[0]) - spot[0]).hypot(f64::from(vertex[1]) - spot[1]) < 4.0;
        // An island on the very edge of the map is in the first tile as well as in the last.
        assert!(rings.iter().flatten().any(near) || ring[0].0.abs() == 180.0, "{:?}", ring[0]);
    }
    assert!(20 < small, "{small}");
}

#[test]
fn every_ring_is_closed_and_within_the_tile_and_its_margin() {
    let tiles = LandTiles::of(&Coast::built_in());
    for (zoom, x, y) in [(2, 2, 1), (5, 15, 12), (8, 122, 98), (8, 127, 85)] {
        let rings = tiles.tile(zoom, x, y).expect("a tile");
        assert!(!rings.is_empty(), "{zoom} {x} {y}");
        for ring in &rings {
            assert!(4 <= ring.len() && ring.first() == ring.last(), "{ring:?}");
            assert!(ring.iter().flatten().all(|unit| (-64..=4160).contains(unit)));
        }
    }
    assert!(tiles.tile(5, 13, 18).expect("a tile").is_empty(), "the South Atlantic");
    let inland = tiles.tile(8, 185, 90).expect("a tile");
    let corner = |vertex: &[i16; 2]| vertex.iter().all(|unit| [-64, 4160].contains(unit));
    assert!(inland.len() == 1 && inland[0].len() == 5 && inland[0].iter().all(corner), "Mongolia: {inland:?}");
    for (zoom, x, y) in [(3, 0, 0), (2, 4, 0), (2, 0, 4), (8, 256, 0), (0, 0, 0)] {
        assert!(tiles.tile(zoom, x, y).is_none(), "{zoom} {x} {y}");
    }
}

#[test]
fn no_coast_is_drawn_along_the_edge_of_the_map() {
    let tiles = LandTiles::of(&Coast::built_in());
    // Chukotka and Antarctica are cut at 180°.
    for y in 0..4 {
        for ring in tiles.tile(2, 3, y).expect("a tile") {
            let edge =
                |pair: &[[i16; 2]]| pair[0][0] == 4096 && pair[1][0] == 4096 && 20 < (pair[0][1] - pair[1][1]).abs();
            assert!(!ring.windows(2).any(edge), "row {y}");
        }
    }
}

#[test]
fn the_first_view_is_small() {
    let tiles = LandTiles::of(&Coast::built_in());
    let bytes = |rings: Vec<TileRing>| 8 + rings.iter().map(|ring| 4 + ring.len() * 4).sum::<usize>();
    let sum = |zoom, places: [(u32, u32); 4]| {
        places.map(|(x, y)| bytes(tiles.tile(zoom, x, y).expect("a tile"))).iter().sum::<usize>()
    };
    let ocean = sum(2, [(1, 1), (2, 1), (1, 2), (2, 2)]);
    let iberia = sum(5, [(14, 11), (15, 11), (14, 12), (15, 12)]);
    assert!(ocean < 60_000, "the Atlantic and all around it at zoom 2 has {ocean} bytes");
    assert!(iberia < 60_000, "Iberia at zoom 5 has {iberia} bytes");
}
