//! The map of a report: scale, tracks and marks.

use super::*;

fn at(minute: i64) -> Time {
    Time::from_seconds(1_767_225_600 + 60 * minute)
}

fn map(places: &[(f64, f64)]) -> Map {
    let points = (0..).zip(places).map(|(number, (lat, lon))| (at(10 * number), LatLon::new(*lat, *lon))).collect();
    let place = LatLon::new(places[0].0, places[0].1);
    Map {
        title: "a <map>".to_owned(),
        lines: vec![Line { name: "ALFA".to_owned(), points, style: 0 }],
        marks: vec![Mark { number: 1, at: place }],
        from: at(0),
        until: at(600),
    }
}

fn drawn(map: &Map) -> String {
    map.svg().map_or(String::new(), |svg| svg.document())
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
    assert!(alone.svg().is_none());
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
