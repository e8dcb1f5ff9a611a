//! Zones: geometry against independent ways to measure it, borders, times, files with mistakes, the shipped files, the command.

use atalaia::cli::zones as command;
use atalaia::geo::{Coast, LatLon, Ports};
use atalaia::time::{Span, Time};
use atalaia::zones::{Chart, Crossing, Hit, Presence, Relation, Sighting, ZoneIx, ZoneSet};
use geo::{Contains, Coord, LineString, Polygon};

/// One zone from its properties (without id and name) and geometry, as JSON text.
fn zone(properties: &str, geometry: &str) -> ZoneSet {
    zones(&[("z", properties, geometry)])
}

fn zones(all: &[(&str, &str, &str)]) -> ZoneSet {
    let features: Vec<String> = all
        .iter()
        .map(|(id, properties, geometry)| {
            format!(r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}",{properties}}},"geometry":{geometry}}}"#)
        })
        .collect();
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    );
    ZoneSet::parse(&[("test.geojson".to_owned(), text)]).unwrap()
}

fn hits(zones: &ZoneSet, lat: f64, lon: f64) -> Vec<Hit> {
    let mut out = Vec::new();
    zones.at(LatLon::new(lat, lon), &mut out);
    out
}

/// `in`, `near`, `outside` for a zone that is close, `none` for one that is not.
fn relation(zones: &ZoneSet, lat: f64, lon: f64) -> &'static str {
    hits(zones, lat, lon)
        .first()
        .map_or("none", |hit| hit.relation.name())
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#)
}

/// A star-shaped ring round a centre, concave wherever its radii jump; longitudes may run beyond 180.
fn star(
    random: &mut fastrand::Rng,
    centre: (f64, f64),
    least: f64,
    most: f64,
    corners: usize,
) -> Vec<Coord> {
    let mut ring: Vec<Coord> = (0..corners)
        .map(|corner| {
            let (sin, cos) = (corner as f64 / corners as f64 * std::f64::consts::TAU).sin_cos();
            let radius = least + random.f64() * (most - least);
            let round = |x: f64| (x * 1e4).round() / 1e4;
            Coord {
                x: round(centre.0 + radius * cos * 1.5),
                y: round(centre.1 + radius * sin),
            }
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
    let positions: Vec<String> = ring
        .iter()
        .map(|c| format!("[{},{}]", wrapped(c.x), c.y))
        .collect();
    format!("[{}]", positions.join(","))
}

/// Nautical miles from a position to a line that is straight in degrees: finely stepped, each step on the ellipsoid.
fn stepped_nm(line: &[Coord], lat: f64, lon: f64) -> f64 {
    let here = LatLon::new(lat, lon);
    let at = |pair: &[Coord], share: f64| {
        LatLon::new(
            pair[0].y + (pair[1].y - pair[0].y) * share,
            pair[0].x + (pair[1].x - pair[0].x) * share,
        )
    };
    let mut best = f64::INFINITY;
    for pair in line.windows(2) {
        let steps = 400;
        let nearest = (0..=steps)
            .min_by(|a, b| {
                let metres =
                    |step: &i32| here.metres_to(at(pair, f64::from(*step) / f64::from(steps)));
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
    for round in 0..12 {
        let centre = match round % 3 {
            0 => (random.f64() * 300.0 - 150.0, random.f64() * 120.0 - 60.0),
            1 => (179.8, random.f64() * 100.0 - 50.0),
            _ => (-179.9, 71.0),
        };
        let outer = star(&mut random, centre, 0.6, 2.0, 24);
        let hole = star(&mut random, centre, 0.1, 0.5, 9);
        let zones = zone(
            r#""kind":"area","near_nm":6"#,
            &polygon(&format!("[{},{}]", json(&outer), json(&hole))),
        );
        let plain = Polygon::new(
            LineString::new(outer.clone()),
            vec![LineString::new(hole.clone())],
        );
        for _ in 0..60 {
            let lon = centre.0 + (random.f64() - 0.5) * 7.0;
            let lat = centre.1 + (random.f64() - 0.5) * 5.0;
            let edge = stepped_nm(&outer, lat, lon).min(stepped_nm(&hole, lat, lon));
            let inside = plain.contains(&Coord { x: lon, y: lat });
            let found = hits(&zones, lat, lon);
            if 6.26 < edge && !inside {
                assert!(
                    found.is_empty(),
                    "{lat} {lon}: {edge} nm off, found {found:?}"
                );
            } else if edge < 6.24 || inside {
                assert_eq!(
                    found[0].relation == Relation::In,
                    inside,
                    "{lat} {lon} edge {edge}"
                );
                let signed = if inside { -edge } else { edge };
                if -1.0 < signed {
                    assert!(
                        (found[0].edge_nm - signed).abs() < 0.01,
                        "{lat} {lon}: {} for {signed}",
                        found[0].edge_nm
                    );
                } else {
                    assert!(
                        found[0].edge_nm <= -0.99 && signed - 0.01 < found[0].edge_nm,
                        "{found:?} {signed}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_corridor_is_a_geodesic_buffer_with_round_ends() {
    let line = [
        Coord { x: -15.0, y: 58.0 },
        Coord { x: -5.0, y: 58.0 },
        Coord { x: -4.0, y: 61.0 },
    ];
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
        if [0.0, 5.0, 5.25]
            .iter()
            .all(|border| 0.01 < (beyond - border).abs())
        {
            assert_eq!(
                relation(&zones, lat, lon),
                want,
                "{lat} {lon}: {beyond} nm beyond"
            );
        }
    }
    // Round, not square: 15 nm from the end on every bearing beyond it, where a square end would reach 21.
    let end = LatLon::new(58.0, -15.0);
    for bearing in [200.0, 225.0, 270.0, 315.0, 340.0] {
        let at = |nm: f64| end.destination(bearing, nm * 1852.0);
        assert_eq!(
            relation(&zones, at(14.99).lat, at(14.99).lon),
            "in",
            "{bearing}"
        );
        assert_eq!(
            relation(&zones, at(15.01).lat, at(15.01).lon),
            "near",
            "{bearing}"
        );
        assert_eq!(
            relation(&zones, at(20.01).lat, at(20.01).lon),
            "outside",
            "{bearing}"
        );
        assert_eq!(
            relation(&zones, at(20.3).lat, at(20.3).lon),
            "none",
            "{bearing}"
        );
    }
}

#[test]
fn a_circle_reaches_its_radius_on_every_side_at_every_place() {
    for (lat, lon) in [
        (0.0, 0.0),
        (10.0, 180.0),
        (-62.0, -179.9),
        (89.9, 40.0),
        (14.6, -52.4),
    ] {
        for radius in [0.5, 12.0, 150.0] {
            let geometry = format!(r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#);
            let zones = zone(&format!(r#""kind":"area","radius_nm":{radius}"#), &geometry);
            for bearing in [0.0, 77.0, 180.0, 264.0] {
                let at = |nm: f64| LatLon::new(lat, lon).destination(bearing, nm * 1852.0);
                let (inner, outer) = (at(radius - 0.02), at(radius + 0.02));
                assert_eq!(
                    relation(&zones, inner.lat, inner.lon),
                    "in",
                    "{lat} {lon} {radius} {bearing}"
                );
                assert_eq!(
                    relation(&zones, outer.lat, outer.lon),
                    "outside",
                    "{lat} {lon} {radius} {bearing}"
                );
            }
        }
    }
}

#[test]
fn the_antimeridian_is_a_place_like_any_other() {
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
        assert!(
            middle < -1.0,
            "180 degrees is no border of {geometry}: {middle}"
        );
    }
    let lane = zone(
        r#""kind":"corridor","half_width_nm":10"#,
        r#"{"type":"LineString","coordinates":[[179,0],[-179,0]]}"#,
    );
    assert_eq!(relation(&lane, 0.1, 180.0), "in");
    assert_eq!(relation(&lane, 0.0, 0.0), "none");
}

#[test]
fn touching_polygons_have_no_border_between_them() {
    let two = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[1,0.25],[2,0.25],[2,0.75],[1,0.75],[1,0.25]]]]}"#;
    let zones = zone(r#""kind":"area""#, two);
    for lon in [0.5, 0.999, 1.0, 1.001, 1.5] {
        let hit = hits(&zones, 0.5, lon)[0];
        assert!(
            hit.relation == Relation::In && hit.edge_nm < -1.0,
            "{lon}: {hit:?}"
        );
    }
    assert_eq!(relation(&zones, 0.9, 1.01), "none");
    let apart = self::zones(&[
        (
            "west",
            r#""kind":"area""#,
            &polygon("[[[0,0],[1,0],[1,1],[0,1],[0,0]]]"),
        ),
        (
            "east",
            r#""kind":"area""#,
            &polygon("[[[1,0],[2,0],[2,1],[1,1],[1,0]]]"),
        ),
    ]);
    assert_eq!(
        hits(&apart, 0.5, 1.0)
            .iter()
            .filter(|hit| hit.relation == Relation::In)
            .count(),
        2
    );
    let pinched = zone(
        r#""kind":"area""#,
        &polygon("[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,2],[2,1],[2,3],[0,2]]]"),
    );
    assert_eq!(
        relation(&pinched, 2.0, 1.0),
        "none",
        "a hole that touches the border in one point"
    );
    assert_eq!(relation(&pinched, 2.0, 3.0), "in");
    assert_eq!(relation(&pinched, 0.5, 0.5), "in");
}

/// Walks a vessel through a zone: minutes and nautical miles beyond the border, and what it is told, as `minute entered in`.
fn walk(properties: &str, fixes: &[(i64, f64)]) -> Vec<String> {
    let zones = zone(properties, r#"{"type":"Point","coordinates":[0,0]}"#);
    let (mut presence, mut found, mut out, mut told) =
        (Presence::default(), Vec::new(), Vec::new(), Vec::new());
    let start = Time::from_utc(2026, 3, 1, 0, 0, 0).unwrap();
    for (index, (seconds, beyond)) in fixes.iter().enumerate() {
        let at = LatLon::new(0.0, 0.0).destination(90.0, (10.0 + beyond) * 1852.0);
        zones.at(at, &mut found);
        let sighting = if index == 0 {
            Sighting::First
        } else {
            Sighting::Next
        };
        presence.step(
            &zones,
            &found,
            start + Span::from_seconds(*seconds),
            sighting,
            &mut out,
        );
        for crossing in out.drain(..) {
            let (word, relation, at) = match crossing {
                Crossing::Entered { relation, at, .. } => ("entered", relation, at),
                Crossing::Left { relation, at, .. } => ("left", relation, at),
            };
            told.push(format!(
                "{seconds}: {word} {} since {}",
                relation.name(),
                (at - start).seconds()
            ));
        }
    }
    told
}

const CIRCLE: &str = r#""kind":"area","radius_nm":10"#;
const CIRCLE_NEAR: &str = r#""kind":"area","radius_nm":10,"near_nm":2"#;

#[test]
fn a_border_is_crossed_when_a_fix_is_clearly_beyond_or_stays_beyond() {
    assert_eq!(
        walk(CIRCLE, &[(0, 1.0), (10, -0.21)]),
        ["10: entered in since 10"]
    );
    assert_eq!(
        walk(CIRCLE, &[(0, 1.0), (10, -0.1), (40, -0.1), (70, -0.1)]),
        ["70: entered in since 10"]
    );
    assert_eq!(
        walk(CIRCLE, &[(0, 1.0), (10, -0.1), (40, -0.3)]),
        ["40: entered in since 10"]
    );
    assert_eq!(
        walk(CIRCLE, &[(0, -1.0), (10, 0.1), (69, 0.1)]),
        Vec::<String>::new(),
        "59 s are not enough"
    );
    assert_eq!(
        walk(
            CIRCLE,
            &[(0, -1.0), (10, 0.1), (40, -0.1), (80, 0.1), (130, 0.1)]
        ),
        Vec::<String>::new(),
        "a return starts anew"
    );
    assert_eq!(
        walk(CIRCLE, &[(0, -1.0), (10, 0.21), (20, -0.21)]),
        ["10: left in since 10", "20: entered in since 20"]
    );
    assert_eq!(
        walk(CIRCLE, &[(0, -5.0), (7200, 60.0)]),
        ["7200: left in since 7200"],
        "crossed during a hole"
    );
}

#[test]
fn being_inside_at_first_is_no_entry_and_both_borders_tell_their_own() {
    assert_eq!(
        walk(CIRCLE, &[(0, -1.0), (60, -1.0), (120, 1.0)]),
        ["120: left in since 120"]
    );
    assert_eq!(
        walk(
            CIRCLE_NEAR,
            &[(0, 9.0), (10, 1.0), (20, -1.0), (30, 1.0), (40, 9.0)]
        ),
        [
            "10: entered near since 10",
            "20: entered in since 20",
            "30: left in since 30",
            "40: left near since 40"
        ]
    );
    assert_eq!(
        walk(CIRCLE_NEAR, &[(0, 9.0), (3600, -1.0), (7200, 9.0)]),
        [
            "3600: entered near since 3600",
            "3600: entered in since 3600",
            "7200: left in since 7200",
            "7200: left near since 7200"
        ]
    );
}

#[test]
fn a_zone_off_duty_tells_nothing_but_the_place_is_kept() {
    let night = r#""kind":"area","radius_nm":10,"hours_utc":"20:00-05:00""#;
    let morning = 6 * 3600;
    assert_eq!(
        walk(night, &[(0, 1.0), (10, -1.0)]),
        ["10: entered in since 10"]
    );
    assert_eq!(
        walk(night, &[(morning, 1.0), (morning + 10, -1.0)]),
        Vec::<String>::new()
    );
    let again = 21 * 3600;
    assert_eq!(
        walk(night, &[(morning, 1.0), (morning + 10, -1.0), (again, 1.0)]),
        [format!("{again}: left in since {again}")]
    );
}

#[test]
fn presence_is_empty_away_from_zones_and_moves_to_a_new_set_by_id() {
    let old = zones(&[
        ("a", CIRCLE, r#"{"type":"Point","coordinates":[50,0]}"#),
        ("b", CIRCLE, r#"{"type":"Point","coordinates":[0,0]}"#),
    ]);
    let new = zones(&[("b", CIRCLE, r#"{"type":"Point","coordinates":[0,0]}"#)]);
    let mut presence = Presence::default();
    let mut out = Vec::new();
    presence.step(
        &old,
        &hits(&old, 0.0, 0.0),
        Time::from_seconds(0),
        Sighting::First,
        &mut out,
    );
    assert_eq!(presence.relation(ZoneIx(1)), Some(Relation::In));
    presence.renumber(&old, &new);
    assert_eq!(
        presence.iter().collect::<Vec<_>>(),
        [(ZoneIx(0), Relation::In)]
    );
    presence.step(&new, &[], Time::from_seconds(60), Sighting::Next, &mut out);
    assert!(
        presence.is_empty()
            && matches!(
                out[..],
                [Crossing::Left {
                    zone: ZoneIx(0),
                    ..
                }]
            )
    );
}

#[test]
fn months_and_hours_switch_zones_and_the_next_change_is_known() {
    let point = r#"{"type":"Point","coordinates":[0,0]}"#;
    let time = |text: &str| Time::parse(text).unwrap();
    let active = |zones: &ZoneSet, text: &str| zones.zones()[0].active(time(text));
    let night = zone(
        r#""kind":"area","radius_nm":1,"hours_utc":"20:00-05:00""#,
        point,
    );
    assert!(active(&night, "2026-03-01T20:00:00Z") && active(&night, "2026-03-02T04:59:59Z"));
    assert!(!active(&night, "2026-03-02T05:00:00Z") && !active(&night, "2026-03-01T19:59:59Z"));
    assert_eq!(
        night.next_change(time("2026-03-01T12:00:00Z")),
        Some(time("2026-03-01T20:00:00Z"))
    );
    assert_eq!(
        night.next_change(time("2026-03-01T20:00:00Z")),
        Some(time("2026-03-02T05:00:00Z"))
    );
    let winter = zone(
        r#""kind":"area","radius_nm":1,"months":"[10,11,12]","hours_utc":null"#,
        point,
    );
    assert!(active(&winter, "2026-10-01T00:00:00Z") && active(&winter, "2026-12-31T23:59:59.999Z"));
    assert!(!active(&winter, "2026-09-30T23:59:59Z") && !active(&winter, "2027-01-01T00:00:00Z"));
    assert_eq!(
        winter.next_change(time("2026-10-05T00:00:00Z")),
        Some(time("2027-01-01T00:00:00Z"))
    );
    assert_eq!(
        winter.next_change(time("2027-01-01T00:00:00Z")),
        Some(time("2027-10-01T00:00:00Z"))
    );
    let both = zone(
        r#""kind":"area","radius_nm":1,"months":[12],"hours_utc":"22:00-02:00""#,
        point,
    );
    assert!(active(&both, "2026-12-31T23:30:00Z") && !active(&both, "2027-01-01T01:00:00Z"));
    assert_eq!(
        both.next_change(time("2026-12-31T23:30:00Z")),
        Some(time("2027-01-01T00:00:00Z"))
    );
    let always = zone(r#""kind":"area","radius_nm":1"#, point);
    assert_eq!(always.next_change(time("2026-01-01T00:00:00Z")), None);
}

#[test]
fn calm_water_is_circles_and_zones_and_its_distance_is_to_points_and_edges() {
    let port = zones(&[
        (
            "port",
            r#""kind":"port""#,
            &polygon("[[[0,0],[0.2,0],[0.2,0.2],[0,0.2],[0,0]]]"),
        ),
        (
            "summer",
            r#""kind":"anchorage","radius_nm":2,"months":[7]"#,
            r#"{"type":"Point","coordinates":[5,0]}"#,
        ),
    ]);
    let harbours = Ports::harbours_from_csv("lat,lon,name,radius_nm\n10,10,Big,3\n").unwrap();
    let chart = Chart {
        zones: port,
        coast: Coast::none().into(),
        ports: harbours.into(),
        calm_margin_nm: 5.4,
    };
    let winter = Time::parse("2026-01-01T00:00:00Z").unwrap();
    let summer = Time::parse("2026-07-01T00:00:00Z").unwrap();
    let calm = |lat, lon, time| chart.calm(LatLon::new(lat, lon), time);
    assert!(calm(0.1, 0.1, winter).inside && calm(0.1, 0.1, winter).nearest_nm == 0.0);
    assert!(
        !calm(0.1, 0.3, winter).inside && (calm(0.1, 0.3, winter).nearest_nm - 6.01).abs() < 0.01
    );
    assert!(
        calm(10.0, 10.05, winter).inside,
        "2.96 nm from a 3 nm harbour"
    );
    assert!(
        (calm(10.0, 10.05, winter).nearest_nm - 2.96).abs() < 0.02,
        "to the point, not to the circle"
    );
    assert!(!calm(10.0, 10.052, winter).inside);
    assert!(calm(0.0, 5.0, summer).inside && !calm(0.0, 5.0, winter).inside);
    assert_eq!(calm(0.0, 5.0, winter).nearest_nm, f64::INFINITY);
}

#[test]
fn every_shipped_corridor_is_there_with_its_weight() {
    let zones = ZoneSet::built_in();
    let weights = [
        15, 10, 10, 10, 15, 5, 15, 5, 5, 5, 5, 15, 15, 15, 10, 15, 15, 10,
    ];
    assert_eq!(zones.zones().len(), weights.len());
    for (number, weight) in (1..).zip(weights) {
        let prefix = format!("c{number:02}-");
        let zone = zones
            .zones()
            .iter()
            .find(|zone| zone.id.starts_with(&prefix))
            .unwrap();
        assert_eq!(
            (zone.weight, zone.near_nm, zone.watched()),
            (weight, 5.0, true),
            "{}",
            zone.id
        );
        assert!(
            zone.source.is_some() && zone.reviewed.is_some(),
            "{}",
            zone.id
        );
        let narrow = [3, 4, 5, 16, 17].contains(&number);
        assert_eq!(
            zone.calm_margin_nm.is_some_and(|margin| margin <= 2.0),
            narrow,
            "{}",
            zone.id
        );
        let shore = zone
            .asks("loitering")
            .and_then(|settings| settings.get("min_shore_nm"))
            .and_then(|nm| nm.as_f64());
        assert_eq!(shore, narrow.then_some(2.0), "{}", zone.id);
    }
    let at = |lat, lon| {
        hits(&zones, lat, lon)
            .iter()
            .map(|hit| zones.get(hit.zone).id[..3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(at(17.5, -18.3), ["c07"]);
    assert_eq!(at(36.0, -5.6), ["c03", "c04"]);
    assert_eq!(at(51.75, 2.95), ["c15"], "the branch of the Channel lane");
    assert!(at(40.7, -35.0).is_empty());
}

#[test]
fn the_shipped_files_and_the_example_are_those_in_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("zones");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    let (examples, shipped): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|(name, _)| name.ends_with(".sample"));
    let mut ids: Vec<String> = ZoneSet::parse(&shipped)
        .unwrap()
        .zones()
        .iter()
        .map(|zone| zone.id.clone())
        .collect();
    let mut built_in: Vec<String> = ZoneSet::built_in()
        .zones()
        .iter()
        .map(|zone| zone.id.clone())
        .collect();
    ids.sort();
    built_in.sort();
    assert_eq!(
        ids, built_in,
        "a zone file is not built in, or a built-in one is gone"
    );
    let example = ZoneSet::parse(&examples).unwrap();
    let kinds: Vec<&str> = example
        .zones()
        .iter()
        .map(|zone| zone.kind.name())
        .collect();
    assert_eq!(kinds, ["corridor", "area", "port", "anchorage", "benign"]);
}

#[test]
fn lists_and_objects_may_be_text_as_qgis_writes_them() {
    let text = r#"{"type":"FeatureCollection","name":"layer","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
        {"type":"Feature","id":7,"properties":{"fid":1,"id":"q","name":"Q","kind":"corridor","half_width_nm":"12.5","radius_nm":null,"weight":10.0,
         "behaviours":"[\"loitering\"]","settings":"{\"loitering\":{\"after_minutes\":90}}","months":[ 10, 11 ],"hours_utc":"","calm":"false","calm_margin_nm":null,
         "reviewed":"2026\/11\/22","layer":"lanes"},"geometry":{"type":"MultiLineString","coordinates":[[[1,1,0],[2,2,0]]]}}]}"#;
    let zones = ZoneSet::parse(&[("q.geojson".to_owned(), format!("\u{feff}{text}"))]).unwrap();
    let zone = zones.get(zones.find("q").unwrap());
    assert_eq!(zone.settings["loitering"]["after_minutes"], 90);
    assert!(zone.runs("loitering") && !zone.runs("rendezvous") && !zone.calm);
    assert_eq!(
        (zone.months, zone.weight, zone.near_nm, zone.line),
        (0b110_0000_0000, 10, 5.0, 2)
    );
    assert_eq!(zone.reviewed.as_deref(), Some("2026-11-22"));
}

#[test]
fn each_mistake_gets_its_own_sentence() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-zones");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut told = String::new();
    for name in names.iter().filter(|name| name.ends_with(".geojson")) {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let errors = ZoneSet::parse(&[(name.clone(), text)])
            .err()
            .unwrap_or_default();
        assert!(!errors.is_empty(), "{name} was read without complaint");
        for error in errors {
            told.push_str(&format!("{error}\n"));
        }
    }
    let expected = folder.join("messages.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&expected, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&expected).unwrap());
}

#[test]
fn faults_of_several_files_come_together_and_ids_are_unique_over_all() {
    let good = |id: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\n\"features\":[\n{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{id}\",\"name\":\"n\",\"kind\":\"area\",\"radius_nm\":1}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[0,0]}}}}]}}"
        )
    };
    let files = [
        ("a", good("x")),
        ("b", good("x")),
        ("c", "nonsense".to_owned()),
    ];
    let files = files.map(|(name, text)| (format!("{name}.geojson"), text));
    let errors = ZoneSet::parse(&files).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("c.geojson:1: not JSON"), "{told:?}");
    assert_eq!(
        told[1],
        "b.geojson:3: id: \"x\" is already used in a.geojson:3: ids are unique over all files"
    );
}

#[test]
fn damaged_files_never_panic() {
    let example = std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("zones/example.geojson.sample"),
    )
    .unwrap();
    let mut random = fastrand::Rng::with_seed(23);
    for _ in 0..400 {
        let mut bytes = example.clone();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..bytes.len());
            match random.u8(..3) {
                0 => bytes[at] = random.u8(b' '..b'~'),
                1 => bytes.truncate(at.max(100)),
                _ => bytes[at] = b"0123456789-.[]{},"[random.usize(..17)],
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(errors) = ZoneSet::parse(&[("f".to_owned(), text)]) {
            assert!(errors.iter().all(|error| 0 < error.line));
        }
    }
}

#[test]
fn the_command_says_what_is_known_of_a_place() {
    let chart = Chart::with_built_in(ZoneSet::built_in());
    let now = Time::parse("2026-03-01T04:00:00Z").unwrap();
    let told = |lat, lon| {
        let mut out = Vec::new();
        command::test(&chart, LatLon::new(lat, lon), now, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let off_tenerife = told(27.0, -16.69);
    assert!(
        off_tenerife.starts_with("27.0000 N 16.6900 W at 2026-03-01T04:00:00Z\n"),
        "{off_tenerife}"
    );
    assert!(
        off_tenerife.contains("zones:  c06-canary-approaches (Canary approaches, corridor): in, "),
        "{off_tenerife}"
    );
    assert!(
        off_tenerife.contains("shore:  59.") || off_tenerife.contains("shore:  60."),
        "{off_tenerife}"
    );
    assert!(
        off_tenerife.contains("calm:   no, none within 30 nm"),
        "{off_tenerife}"
    );
    let harbour = told(28.47, -16.24);
    assert!(
        harbour.contains("calm:   yes, ") && harbour.contains("off Santa Cruz De Tenerife, Spain"),
        "{harbour}"
    );
    let mut out = Vec::new();
    assert!(command::show(&chart.zones, "c05-canary-inter-island", &mut out).unwrap());
    assert!(!command::show(&chart.zones, "c05", &mut out).unwrap());
    command::list(&chart, now, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for part in [
        "settings       loitering: {",
        "perhaps c05-canary-inter-island",
        "18 zones, 18 active",
        "weight         +15",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
