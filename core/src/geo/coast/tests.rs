//! Distances from shore against positions whose distance is known.

use super::*;

/// Nautical miles to the nearest edge by brute force, without index or chords: each edge is measured on the ellipsoid.
fn brute_nm(rings: &[Vec<LatLon>], at: LatLon) -> f64 {
    let vertices = rings.iter().flatten();
    let bound = vertices.map(|vertex| at.metres_to(*vertex)).fold(f64::INFINITY, f64::min) * 1.02;
    let mut best = f64::INFINITY;
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (from, to) = (pair[0], pair[1]);
        // An edge of the data is shorter than its steps along latitude and longitude at the equator.
        let reach = bound + 120_000.0 * ((from.lat - to.lat).abs() + (from.lon - to.lon).abs());
        if map_edge(from, to) || reach < (from.lat - at.lat).abs() * 110_000.0 || reach < at.metres_to(from) {
            continue;
        }
        let distance = |share: f64| at.metres_to(from.between(to, share));
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..40 {
            let third = (high - low) / 3.0;
            match distance(low + third) < distance(high - third) {
                true => high -= third,
                false => low += third,
            }
        }
        best = best.min(at.geodesic_metres_to(from.between(to, low)));
    }
    best / METRES_PER_NM
}

fn plain_on_land(rings: &[Vec<LatLon>], at: LatLon) -> bool {
    let edges = rings.iter().flat_map(|ring| ring.windows(2));
    let crossed = edges.filter(|pair| {
        let (a, b) = (pair[0], pair[1]);
        (a.lat <= at.lat) != (b.lat <= at.lat)
            && a.lon + (b.lon - a.lon) * ((at.lat - a.lat) / (b.lat - a.lat)) < at.lon
    });
    crossed.count() % 2 == 1
}

#[test]
fn agrees_with_every_edge_measured_one_by_one() {
    let rings = unpack(BUILT_IN);
    let coast = Coast::built_in();
    let mut random = fastrand::Rng::with_seed(7);
    let mut places = vec![
        LatLon::new(0.1, 179.99),
        LatLon::new(-16.7, -179.99),
        LatLon::new(71.2, -179.999),
        LatLon::new(89.99, 12.0),
        LatLon::new(-78.0, -170.0),
        LatLon::new(-66.0, 100.0),
        LatLon::new(35.95, -5.6),
        LatLon::new(-48.8, -123.4),
    ];
    for _ in 0..24 {
        let lat = (random.f64() * 2.0 - 1.0_f64).asin().to_degrees();
        places.push(LatLon::new(lat, random.f64() * 360.0 - 180.0));
        let ring = &rings[random.usize(..rings.len())];
        let near = ring[random.usize(..ring.len())];
        places.push(near.destination(random.f64() * 360.0, random.f64() * 20_000.0));
    }
    for at in places {
        let land = plain_on_land(&rings, at);
        assert_eq!(coast.on_land(at), land, "{at:?}");
        let want = if land { 0.0 } else { brute_nm(&rings, at) };
        let got = coast.shore_nm(at);
        assert!((got - want).abs() < 0.01, "{at:?}: {got}, one by one {want}");
        for most_nm in [want, want + 0.1, want * 2.0, want / 2.0, 0.0] {
            assert_eq!(coast.shore_nm_within(at, most_nm), got, "{at:?} within {most_nm}");
        }
    }
}

#[test]
fn known_places_are_where_a_chart_has_them() {
    let coast = Coast::built_in();
    let shore = |lat, lon| coast.shore_nm(LatLon::new(lat, lon));
    assert_eq!(shore(40.4, -3.7), 0.0, "Madrid");
    assert_eq!(shore(46.45, 6.6), 0.0, "Lake Geneva is inland water");
    assert_eq!(shore(-89.0, 0.0), 0.0, "the South Pole");
    assert!(40.0 < shore(42.0, 50.5), "the Caspian counts as sea");
    assert!((shore(36.0, -5.5) - 1.5).abs() < 2.0, "Strait of Gibraltar");
    // Punta Rasca, the south of Tenerife, is at 28.00 N 16.69 W.
    assert!((shore(27.0, -16.69) - 60.0).abs() < 1.5, "a degree south of Tenerife");
    assert!((shore(-48.876, -123.393) - 1450.0).abs() < 5.0, "Point Nemo, 2 688 km from land");
    assert!(300.0 < shore(0.0, 0.0), "there is no land at 0, 0");
}

#[test]
fn a_file_replaces_the_coast_and_a_bad_one_is_rejected_with_its_reason() {
    let square = r#"{"type":"Polygon","coordinates":[[[10,0],[12,0],[12,2],[10,2],[10,0]],[[10.5,0.5],[11.5,0.5],[11.5,1.5],[10.5,1.5],[10.5,0.5]]]}"#;
    let coast = Coast::from_geojson(square).expect("land");
    assert!(coast.on_land(LatLon::new(0.25, 11.0)));
    assert!(!coast.on_land(LatLon::new(1.0, 11.0)), "a lake that is drawn is water");
    assert!((coast.shore_nm(LatLon::new(1.0, 9.0)) - 60.1).abs() < 0.1);
    let error = |text| Coast::from_geojson(text).expect_err("bad").to_string();
    assert!(error("{").starts_with("not GeoJSON: "));
    assert!(error(r#"{"type":"FeatureCollection","features":[]}"#).starts_with("contains no Polygon"));
    assert!(error(r#"{"type":"Polygon","coordinates":[[[170,0],[190,0],[190,5],[170,0]]]}"#).contains("longitude"));
    assert_eq!(Coast::none().shore_nm(LatLon::new(1.0, 1.0)), f64::INFINITY);
    assert_eq!(Coast::none().nearest_shore(LatLon::new(1.0, 1.0)), None);
}
