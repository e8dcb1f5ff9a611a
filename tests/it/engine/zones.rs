//! Zones: geometry compared with independent methods, and calm water.

use atalaia_core::base::time::Time;
use atalaia_core::geo::{Coast, LatLon, Ports};
use atalaia_core::zones::{Chart, Relation, ZoneSet};
use geo::{Contains, Coord, LineString, Polygon};

use crate::harness::zones::{hits, zone, zones};

/// `in`, `near` or `outside` for a zone close by, `none` otherwise.
fn relation(zones: &ZoneSet, lat: f64, lon: f64) -> &'static str {
    hits(zones, lat, lon).first().map_or("none", |hit| hit.relation.name())
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#)
}

/// A star-shaped ring around a centre, concave wherever its radii jump; longitudes may go beyond 180.
fn star(random: &mut fastrand::Rng, centre: (f64, f64), least: f64, most: f64, corners: usize) -> Vec<Coord> {
    let mut ring: Vec<Coord> = (0..corners)
        .map(|corner| {
            let (sin, cos) = (corner as f64 / corners as f64 * std::f64::consts::TAU).sin_cos();
            let radius = least + random.f64() * (most - least);
            let round = |x: f64| (x * 1e4).round() / 1e4;
            Coord { x: round(centre.0 + radius * cos * 1.5), y: round(centre.1 + radius * sin) }
        })
        .collect();
    ring.push(ring[0]);
    ring
}

fn json(ring: &[Coord]) -> String {
    let wrapped = |x: f64| {
        if 180.0 < x {
            x - 360.0
        } else if x < -180.0 {
            x + 360.0
        } else {
            x
        }
    };
    let positions: Vec<String> = ring.iter().map(|c| format!("[{},{}]", wrapped(c.x), c.y)).collect();
    format!("[{}]", positions.join(","))
}

/// Nautical miles from a position to a line that is straight in degrees, measured in fine steps on the ellipsoid.
fn stepped_nm(line: &[Coord], lat: f64, lon: f64) -> f64 {
    let here = LatLon::new(lat, lon);
    let at = |pair: &[Coord], share: f64| {
        LatLon::new(pair[0].y + (pair[1].y - pair[0].y) * share, pair[0].x + (pair[1].x - pair[0].x) * share)
    };
    let mut best = f64::INFINITY;
    for pair in line.windows(2) {
        let steps = 150;
        let nearest = (0..=steps)
            .min_by(|a, b| {
                let metres = |step: &i32| here.metres_to(at(pair, f64::from(*step) / f64::from(steps)));
                metres(a).total_cmp(&metres(b))
            })
            .unwrap();
        for fine in -20..=20 {
            let share = (f64::from(nearest) + f64::from(fine) / 20.0) / f64::from(steps);
            best = best.min(here.nm_to(at(pair, share.clamp(0.0, 1.0))));
        }
    }
    best
}

#[test]
fn random_concave_polygons_with_holes_agree_with_plain_geometry() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..6 {
        let centre = match round % 3 {
            0 => (random.f64() * 300.0 - 150.0, random.f64() * 120.0 - 60.0),
            1 => (179.8, random.f64() * 100.0 - 50.0),
            _ => (-179.9, 71.0),
        };
        let outer = star(&mut random, centre, 0.6, 2.0, 24);
        let hole = star(&mut random, centre, 0.1, 0.5, 9);
        let zones = zone(r#""kind":"area","near_nm":6"#, &polygon(&format!("[{},{}]", json(&outer), json(&hole))));
        let plain = Polygon::new(LineString::new(outer.clone()), vec![LineString::new(hole.clone())]);
        for _ in 0..50 {
            let lon = centre.0 + (random.f64() - 0.5) * 7.0;
            let lat = centre.1 + (random.f64() - 0.5) * 5.0;
            let edge = stepped_nm(&outer, lat, lon).min(stepped_nm(&hole, lat, lon));
            let inside = plain.contains(&Coord { x: lon, y: lat });
            let found = hits(&zones, lat, lon);
            if 6.26 < edge && !inside {
                assert!(found.is_empty(), "{lat} {lon}: {edge} nm off, found {found:?}");
            } else if edge < 6.24 || inside {
                assert_eq!(found[0].relation == Relation::In, inside, "{lat} {lon} edge {edge}");
                let signed = if inside { -edge } else { edge };
                if -1.0 < signed {
                    assert!((found[0].edge_nm - signed).abs() < 0.01, "{lat} {lon}: {} for {signed}", found[0].edge_nm);
                } else {
                    assert!(found[0].edge_nm <= -0.99 && signed - 0.01 < found[0].edge_nm, "{found:?} {signed}");
                }
            }
        }
    }
}

#[test]
fn a_corridor_is_a_geodesic_buffer_with_round_ends() {
    let line = [Coord { x: -15.0, y: 58.0 }, Coord { x: -5.0, y: 58.0 }, Coord { x: -4.0, y: 61.0 }];
    let zones = zone(
        r#""kind":"corridor","half_width_nm":15"#,
        &format!(r#"{{"type":"LineString","coordinates":{}}}"#, json(&line)),
    );
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..300 {
        let (lat, lon) = (57.0 + 5.0 * random.f64(), -16.5 + 14.0 * random.f64());
        let beyond = stepped_nm(&line, lat, lon) - 15.0;
        let want = match beyond {
            _ if beyond <= 0.0 => "in",
            _ if beyond <= 5.0 => "near",
            _ if beyond <= 5.25 => "outside",
            _ => "none",
        };
        if [0.0, 5.0, 5.25].iter().all(|border| 0.01 < (beyond - border).abs()) {
            assert_eq!(relation(&zones, lat, lon), want, "{lat} {lon}: {beyond} nm beyond");
        }
    }
    // Round, not square: 15 nm from the end on every bearing beyond it, where a square end would reach 21.
    let end = LatLon::new(58.0, -15.0);
    for bearing in [200.0, 225.0, 270.0, 315.0, 340.0] {
        let at = |nm: f64| end.destination(bearing, nm * 1852.0);
        assert_eq!(relation(&zones, at(14.99).lat, at(14.99).lon), "in", "{bearing}");
        assert_eq!(relation(&zones, at(15.01).lat, at(15.01).lon), "near", "{bearing}");
        assert_eq!(relation(&zones, at(20.01).lat, at(20.01).lon), "outside", "{bearing}");
        assert_eq!(relation(&zones, at(20.3).lat, at(20.3).lon), "none", "{bearing}");
    }
}

#[test]
fn a_circle_reaches_its_radius_on_every_side_at_every_place() {
    for (lat, lon) in [(0.0, 0.0), (10.0, 180.0), (-62.0, -179.9), (89.9, 40.0), (14.6, -52.4)] {
        for radius in [0.5, 12.0, 150.0] {
            let geometry = format!(r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#);
            let zones = zone(&format!(r#""kind":"area","radius_nm":{radius}"#), &geometry);
            for bearing in [0.0, 77.0, 180.0, 264.0] {
                let at = |nm: f64| LatLon::new(lat, lon).destination(bearing, nm * 1852.0);
                let (inner, outer) = (at(radius - 0.02), at(radius + 0.02));
                assert_eq!(relation(&zones, inner.lat, inner.lon), "in", "{lat} {lon} {radius} {bearing}");
                assert_eq!(relation(&zones, outer.lat, outer.lon), "outside", "{lat} {lon} {radius} {bearing}");
            }
        }
    }
}

#[test]
fn the_antimeridian_is_like_any_other_place() {
    let cut = r#"{"type":"MultiPolygon","coordinates":[[[[178,-20],[180,-20],[180,-18],[178,-18],[178,-20]]],[[[-180,-20],[-179,-20],[-179,-18],[-180,-18],[-180,-20]]]]}"#;
    let jump = polygon("[[[178,-20],[-179,-20],[-179,-18],[178,-18],[178,-20]]]");
    let beyond = polygon("[[[178,-20],[181,-20],[181,-18],[178,-18],[178,-20]]]");
    for geometry in [cut, &jump, &beyond] {
        let zones = zone(r#""kind":"area","near_nm":3"#, geometry);
        for lon in [178.01, 179.0, 179.9999, 180.0, -180.0, -179.9999, -179.01] {
            assert_eq!(relation(&zones, -19.0, lon), "in", "{lon} {geometry}");
        }
        assert_eq!(relation(&zones, -19.0, -178.97), "near");
        assert_eq!(relation(&zones, -19.0, 177.97), "near");
        assert_eq!(relation(&zones, -19.0, 0.0), "none");
        let middle = hits(&zones, -19.0, 180.0)[0].edge_nm;
        assert!(middle < -1.0, "180 degrees is no border of {geometry}: {middle}");
    }
    let lane =
        zone(r#""kind":"corridor","half_width_nm":10"#, r#"{"type":"LineString","coordinates":[[179,0],[-179,0]]}"#);
    assert_eq!(relation(&lane, 0.1, 180.0), "in");
    assert_eq!(relation(&lane, 0.0, 0.0), "none");
}

#[test]
fn touching_polygons_have_no_border_between_them() {
    let two = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[1,0.25],[2,0.25],[2,0.75],[1,0.75],[1,0.25]]]]}"#;
    let zones = zone(r#""kind":"area""#, two);
    for lon in [0.5, 0.999, 1.0, 1.001, 1.5] {
        let hit = hits(&zones, 0.5, lon)[0];
        assert!(hit.relation == Relation::In && hit.edge_nm < -1.0, "{lon}: {hit:?}");
    }
    assert_eq!(relation(&zones, 0.9, 1.01), "none");
    let apart = self::zones(&[
        ("west", r#""kind":"area""#, &polygon("[[[0,0],[1,0],[1,1],[0,1],[0,0]]]")),
        ("east", r#""kind":"area""#, &polygon("[[[1,0],[2,0],[2,1],[1,1],[1,0]]]")),
    ]);
    assert_eq!(hits(&apart, 0.5, 1.0).iter().filter(|hit| hit.relation == Relation::In).count(), 2);
    let pinched = zone(r#""kind":"area""#, &polygon("[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,2],[2,1],[2,3],[0,2]]]"));
    assert_eq!(relation(&pinched, 2.0, 1.0), "none", "a hole that touches the border in one point");
    assert_eq!(relation(&pinched, 2.0, 3.0), "in");
    assert_eq!(relation(&pinched, 0.5, 0.5), "in");
    // Two holes that touch the border in one point each, which the fast form of a polygon cannot represent.
    let rings = "[[[0,0],[8,0],[8,8],[0,8],[0,0]],[[3,7],[6,7],[6,0],[3,7]],[[1,5],[0,1],[5,1],[1,5]]]";
    let pinched = zone(r#""kind":"area""#, &polygon(rings));
    for (lat, lon, expected) in
        [(4.0, 5.5, "none"), (2.0, 1.5, "none"), (4.0, 7.0, "in"), (0.5, 1.0, "in"), (6.0, 1.0, "in")]
    {
        assert_eq!(relation(&pinched, lat, lon), expected, "{lat} {lon}");
    }
}

#[test]
fn calm_water_consists_of_circles_and_zones_with_distances_to_points_and_edges() {
    let port = zones(&[
        ("port", r#""kind":"port""#, &polygon("[[[0,0],[0.2,0],[0.2,0.2],[0,0.2],[0,0]]]")),
        ("summer", r#""kind":"anchorage","radius_nm":2,"months":[7]"#, r#"{"type":"Point","coordinates":[5,0]}"#),
    ]);
    let harbours = Ports::harbours_from_csv("lat,lon,name,radius_nm\n10,10,Big,3\n").unwrap();
    let chart = Chart {
        zones: port,
        coast: Coast::none().into(),
        ports: harbours.into(),
        wind: Default::default(),
        calm_margin_nm: 5.4,
        watchlists: Default::default(),
    };
    let winter = Time::parse("2026-01-01T00:00:00Z").unwrap();
    let summer = Time::parse("2026-07-01T00:00:00Z").unwrap();
    let calm = |lat, lon, time| chart.calm(LatLon::new(lat, lon), time);
    assert!(calm(0.1, 0.1, winter).inside && calm(0.1, 0.1, winter).nearest_nm == 0.0);
    assert!(!calm(0.1, 0.3, winter).inside && (calm(0.1, 0.3, winter).nearest_nm - 6.01).abs() < 0.01);
    assert!(calm(10.0, 10.05, winter).inside, "2.96 nm from a 3 nm harbour");
    assert!((calm(10.0, 10.05, winter).nearest_nm - 2.96).abs() < 0.02, "to the point, not to the circle");
    assert!(!calm(10.0, 10.052, winter).inside);
    assert!(calm(0.0, 5.0, summer).inside && !calm(0.0, 5.0, winter).inside);
    assert_eq!(calm(0.0, 5.0, winter).nearest_nm, f64::INFINITY);
}
