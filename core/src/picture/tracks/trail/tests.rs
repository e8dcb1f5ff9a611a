//! What a trail keeps, and what it answers.

use super::*;

fn point(seconds: i64) -> TrailPoint {
    TrailPoint {
        at: Time::from_seconds(seconds),
        position: LatLon::new(seconds as f64 / 1e5, 179.9),
        sog_knots: Some(1.5),
        cog_degrees: None,
    }
}

#[test]
fn a_fast_reporter_is_thinned_with_age_and_forgotten_after_the_horizon() {
    let mut trail = Trail::new();
    for seconds in (0..100_000).step_by(2) {
        trail.push(&point(seconds), Span::from_hours(12));
    }
    let points: Vec<_> = trail.since(Time::MIN).collect();
    assert!(points.len() < 250, "{}", points.len());
    let oldest = points[0].at;
    assert!(oldest <= Time::from_seconds(100_000 - 12 * 3600 + 600));
    assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at));
    // The last five minutes have a point every 10 s.
    let fine = trail.since(Time::from_seconds(99_700)).count();
    assert!((29..=31).contains(&fine), "{fine}");
}

#[test]
fn a_trail_spans_years_of_silence() {
    let mut trail = Trail::new();
    trail.push(&point(0), Span::from_hours(12));
    trail.push(&point(400_000_000), Span::from_hours(12));
    trail.push(&point(400_000_060), Span::from_hours(12));
    let last = trail.at_or_before(Time::MAX).expect("just pushed");
    assert_eq!(last.at, Time::from_seconds(400_000_060));
    assert_eq!(trail.since(Time::MIN).count(), 2);
}

#[test]
fn a_remembered_place_gives_the_same_answers() {
    let mut trail = Trail::new();
    let mut place = 0;
    for seconds in (0..50_000).step_by(7) {
        let at = Time::from_seconds(seconds - 300);
        assert_eq!(trail.at_or_before_from(&mut place, at), trail.at_or_before(at), "{seconds}");
        trail.push(&point(seconds), Span::from_hours(1));
    }
}

#[test]
fn a_walk_back_finds_the_points_around_every_moment() {
    let mut trail = Trail::new();
    for seconds in (0..40_000).step_by(13) {
        trail.push(&point(seconds), Span::from_hours(3));
    }
    let here = |point: TrailPoint| (point.at, point.position);
    for step in [1, 60, 300, 5000] {
        let mut place = usize::MAX;
        for seconds in (0..41_000).rev().step_by(step) {
            let at = Time::from_seconds(seconds);
            let around = [trail.at_or_before(at), trail.after(at)].map(|point| point.map(here));
            assert_eq!(trail.around(&mut place, at), around, "{seconds}");
        }
    }
}

#[test]
fn late_points_find_their_place_once() {
    let mut trail = Trail::new();
    for seconds in [0, 60, 180] {
        trail.push(&point(seconds), Span::from_hours(1));
    }
    assert!(trail.insert_late(&point(120)));
    assert!(!trail.insert_late(&point(121)));
    let times: Vec<_> = trail.since(Time::MIN).map(|kept| kept.at.seconds()).collect();
    assert_eq!(times, [0, 60, 120, 180]);
    assert_eq!(trail.at_or_before(Time::from_seconds(179)).map(|kept| kept.at.seconds()), Some(120));
}
