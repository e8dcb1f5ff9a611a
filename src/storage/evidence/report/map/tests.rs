//! The map of a report: scale, tracks and marks.

use std::collections::BTreeSet;

use atalaia_core::zones::{Requests, ZoneSet};

use super::*;

fn at(minute: i64) -> Time {
    Time::from_seconds(1_767_225_600 + 60 * minute)
}

fn map(places: &[(f64, f64)]) -> Map<'static> {
    let points = (0..).zip(places).map(|(number, (lat, lon))| (at(10 * number), LatLon::new(*lat, *lon))).collect();
    let place = LatLon::new(places[0].0, places[0].1);
    Map {
        title: "a <map>".to_owned(),
        lines: vec![Line { name: "ALFA".to_owned(), mmsi: 224_000_001, points, style: 0 }],
        marks: vec![Mark { number: 1, at: place }],
        from: at(0),
        until: at(600),
        charted: None,
    }
}

fn drawn(map: &Map) -> String {
    map.drawn().map_or(String::new(), |drawn| drawn.svg.document())
}

#[test]
fn a_map_shows_coast_track_mark_grid_and_scale() {
    let page = drawn(&map(&[(36.0, -5.9), (36.0, -5.7), (35.95, -5.4)]));
    for part in
        ["class=\"land\"", "class=\"track\"", "class=\"mark\"", ">36°00&#39;N<", "nautical miles<", "a &lt;map&gt;"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
}

#[test]
fn a_track_across_the_antimeridian_does_not_run_round_the_earth() {
    let page = drawn(&map(&[(-17.0, 179.9), (-17.0, -179.9)]));
    let track = page.split("class=\"track\" d=\"").nth(1).unwrap_or_default();
    let track = track.split('"').next().unwrap_or_default();
    let xs: Vec<f64> = track.split(['M', 'L']).filter_map(|part| part.split(' ').next()?.parse().ok()).collect();
    assert!(xs.len() == 2 && xs.iter().all(|x| (0.0..WIDTH).contains(x)), "{track}");
}

#[test]
fn one_place_is_enough_for_a_map_and_without_any_there_is_none() {
    let mut alone = map(&[(1.0, 2.0)]);
    assert!(drawn(&alone).contains("class=\"mark\""));
    alone.marks.clear();
    alone.lines.clear();
    assert!(alone.drawn().is_none());
    let pole = drawn(&map(&[(89.9, 0.0), (-89.9, 170.0)]));
    assert!(pole.contains("class=\"mark\"") && !pole.contains("NaN"));
}

#[test]
fn a_mile_is_as_long_to_the_east_as_to_the_north() {
    let view = View::around(&[(10.0, 60.0), (11.0, 60.5)], WIDTH, HEIGHT);
    let here = LatLon::new(60.25, 10.5);
    let (x, y) = view.place(here);
    let far = |bearing: f64| {
        let (to_x, to_y) = view.place(here.destination(bearing, 1852.0));
        (to_x - x).hypot(to_y - y)
    };
    assert!((far(0.0) / far(90.0) - 1.0).abs() < 0.01);
}

/// Zones of a file: a square area around the strait, and a small port.
fn zones() -> ZoneSet {
    let feature = |properties: &str, geometry: &str| {
        format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
    };
    let features = [
        feature(
            r#""id":"strait","name":"Strait <watch>","kind":"area","near_nm":5"#,
            r#"{"type":"Polygon","coordinates":[[[-6.2,35.85],[-5.3,35.85],[-5.3,36.1],[-6.2,36.1],[-6.2,35.85]]]}"#,
        ),
        feature(
            r#""id":"port","name":"Far port","kind":"port","radius_nm":2"#,
            r#"{"type":"Point","coordinates":[10,50]}"#,
        ),
        feature(
            r#""id":"old","name":"Watch of last year","kind":"area","radius_nm":8,"expires":"2025-06-01T00:00:00Z""#,
            r#"{"type":"Point","coordinates":[-5.6,36.0]}"#,
        ),
    ];
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    ZoneSet::parse(&[("a.geojson".to_owned(), text)], Requests::NONE).expect("sound zones")
}

/// Number of a label's attribute.
fn number(label: &str, name: &str) -> f64 {
    let value = label.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value.and_then(|value| value.parse().ok()).expect("a number")
}

#[test]
fn zones_are_outlined_and_their_names_keep_off_the_tracks() {
    let zones = zones();
    let named = BTreeSet::from(["strait".to_owned()]);
    let track = [(36.0, -5.9), (35.97, -5.75), (35.95, -5.6), (36.0, -5.5), (35.95, -5.4)];
    let mut map = map(&track);
    map.charted = Some(Charted { zones: &zones, named: &named });
    let drawn = map.drawn().expect("a map");
    assert_eq!(
        drawn.zones.as_deref(),
        Some(
            "Zones on the map: Strait <watch> (area). The dotted line is as far from a zone as still counts as near it."
        ),
        "neither the port far away nor the watch that expired"
    );
    let page = drawn.svg.document();
    assert_eq!((page.matches("class=\"zone zone-named\"").count(), page.matches("class=\"near\"").count()), (1, 1));
    let label =
        page.split("<text ").find(|label| label.starts_with("class=\"zone-name\"")).expect("the name is on the map");
    assert!(label.contains(">Strait &lt;watch&gt;<"), "{label}");
    let rect = Rect::of_name("Strait <watch>", (number(label, " x"), number(label, " y") - 3.5));
    let view = View::around(&map.shown(-5.9), WIDTH, HEIGHT);
    let inside = |(x, y): (f64, f64)| (rect.left..rect.right).contains(&x) && (rect.top..rect.bottom).contains(&y);
    for pair in track.windows(2) {
        let at = |share: f64| {
            let [(lat1, lon1), (lat2, lon2)] = [pair[0], pair[1]];
            view.place(LatLon::new(lat1 + (lat2 - lat1) * share, lon1 + (lon2 - lon1) * share))
        };
        let meets = (0..=500).map(|step| at(f64::from(step) / 500.0)).find(|point| inside(*point));
        assert_eq!(meets, None, "the name covers the track: {rect:?}");
    }
    // Without an alert that names it, a zone is drawn without its band.
    let nothing = BTreeSet::new();
    map.charted = Some(Charted { zones: &zones, named: &nothing });
    let page = map.drawn().expect("a map").svg.document();
    assert!(page.contains("class=\"zone\"") && !page.contains("class=\"near\""), "{page}");
}

#[test]
fn a_zone_across_the_antimeridian_is_drawn_where_the_map_is() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","name":"A","kind":"corridor",
        "half_width_nm":10},"geometry":{"type":"LineString","coordinates":[[179,-17],[-179,-17]]}}]}"#;
    let zones = ZoneSet::parse(&[("a.geojson".to_owned(), text.to_owned())], Requests::NONE).expect("sound zones");
    let named = BTreeSet::new();
    for places in [[(-17.0, 179.9), (-17.1, -179.9)], [(-17.0, -179.9), (-17.1, 179.9)]] {
        let mut map = map(&places);
        map.charted = Some(Charted { zones: &zones, named: &named });
        assert!(drawn(&map).contains("class=\"zone\""), "{places:?}");
    }
}
