//! What a trail keeps, and what it answers.

use super::*;
use crate::base::state::{put, take};
use crate::base::time::{Span, Time};
use crate::geo::LatLon;

/// A trail as one list without packed blocks, which thins itself whenever the list is full: what a trail must keep and answer.
struct Plain {
    fixes: Vec<TrailPoint>,
}

impl Plain {
    fn push(&mut self, fix: &TrailPoint, keep: Span) {
        if self.fixes.last().is_some_and(|last| fix.at - last.at < Span::from_seconds(10)) {
            return;
        }
        if self.fixes.len() == self.fixes.capacity() {
            let mut last = Time::MIN;
            self.fixes.retain(|kept| {
                let spacing = match (fix.at - kept.at).millis() {
                    ..330_000 => 10,
                    330_000..1_260_000 => 150,
                    1_260_000.. => 300,
                };
                let stays = fix.at - keep <= kept.at
                    && (last == Time::MIN || Span::from_seconds(spacing - 1) <= kept.at - last);
                last = if stays { kept.at } else { last };
                stays
            });
            let len = self.fixes.len();
            if self.fixes.capacity() < len + 1 + len / 16 {
                self.fixes.reserve_exact(match len {
                    0 => 2,
                    few @ 1..24 => 24 - few,
                    many => many / 4,
                });
            }
        }
        self.fixes.push(*fix);
    }

    fn insert_late(&mut self, fix: &TrailPoint) -> bool {
        let place = self.fixes.partition_point(|kept| kept.at < fix.at);
        let is_near = |kept: &TrailPoint| (kept.at - fix.at).abs() < Span::from_seconds(10);
        if self.fixes.first().is_none_or(|first| fix.at <= first.at) || self.fixes.iter().any(is_near) {
            return false;
        }
        self.fixes.insert(place, *fix);
        true
    }

    fn at_or_before(&self, at: Time) -> Option<TrailPoint> {
        self.fixes.iter().rev().find(|kept| kept.at <= at).copied()
    }

    fn after(&self, at: Time) -> Option<TrailPoint> {
        self.fixes.iter().find(|kept| at < kept.at).copied()
    }
}

#[test]
fn however_fixes_are_stored_a_trail_keeps_and_answers_the_same() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..60 {
        let (mut trail, mut plain) = (Trail::new(), Plain { fixes: Vec::new() });
        let every = [5, 30, 60, 180, 300, 600][round % 6];
        let (mut seconds, mut keep, mut place) = (1_700_000_000, Span::from_minutes(30), 0);
        let (mut lat, mut lon) = (random.i32(-54_000_000..54_000_000), random.i32(-107_000_000..107_000_000));
        for step in 0..1200 {
            seconds += if random.u8(..) == 0 { random.i64(0..30_000) } else { random.i64(every / 2..=every * 3 / 2) };
            lat = (lat + random.i32(-3000..9000)).clamp(-54_000_000, 54_000_000);
            lon = (lon + random.i32(-9000..3000)).clamp(-107_999_999, 107_999_999);
            let mut fix = TrailPoint {
                at: Time::from_millis(seconds * 1000 + if round % 2 == 0 { 0 } else { random.i64(0..1000) }),
                position: LatLon::new(f64::from(lat) / 600_000.0, f64::from(lon) / 600_000.0),
                sog_knots: (random.u8(..20) != 0).then(|| f64::from(random.u16(0..1023)) / 10.0),
                cog_degrees: (random.u8(..20) != 0).then(|| f64::from(random.u16(0..3600)) / 10.0),
            };
            trail.push(&fix, keep);
            plain.push(&fix, keep);
            if random.u8(..40) == 0 {
                keep = [Span::from_minutes(30), Span::from_hours(13)][random.usize(..2)];
            }
            if random.u8(..30) == 0 {
                fix.at = fix.at - Span::from_seconds(random.i64(0..[100, 50_000][step % 2]));
                assert_eq!(trail.insert_late(&fix), plain.insert_late(&fix), "{round} {step}");
            }
            if random.u16(..600) == 0 {
                let mut saved = Vec::new();
                put(&trail, &mut saved);
                trail = take(&mut &saved[..]).expect("just written");
            }
            let at = fix.at - Span::from_seconds(random.i64(-60..[700, 60_000][step % 2]));
            assert_eq!(trail.at_or_before(at), plain.at_or_before(at), "{round} {step}");
            assert_eq!(trail.at_or_before_from(&mut place, at), plain.at_or_before(at), "{round} {step}");
            assert_eq!(trail.after(at), plain.after(at), "{round} {step}");
            if step % 20 == 0 {
                assert!(trail.since(at).eq(plain.fixes.iter().filter(|kept| at <= kept.at).copied()), "{round} {step}");
                assert!(trail.since(Time::MIN).eq(plain.fixes.iter().copied()), "{round} {step}");
                let (mut walk, mut back) = (Walk::new(), fix.at + Span::from_seconds(5));
                for _ in 0..40 {
                    let here = |fix: TrailPoint| (fix.at, fix.position);
                    let around = [plain.at_or_before(back), plain.after(back)].map(|fix| fix.map(here));
                    assert_eq!(trail.around(&mut walk, back), around, "{round} {step}");
                    back = back - Span::from_seconds(random.i64(0..900));
                }
            }
        }
    }
}

#[test]
fn a_day_of_a_ship_that_sends_every_five_minutes_takes_less_than_a_kilobyte() {
    for (keep, most) in [(30, 200), (13 * 60, 1000)] {
        let mut trail = Trail::new();
        for number in 0..288 {
            trail.push(&point(number * 300), Span::from_minutes(keep));
            assert!(trail.bytes() <= most, "{number}: {}", trail.bytes());
        }
    }
}

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
        let mut walk = Walk::new();
        for seconds in (0..41_000).rev().step_by(step) {
            let at = Time::from_seconds(seconds);
            let around = [trail.at_or_before(at), trail.after(at)].map(|point| point.map(here));
            assert_eq!(trail.around(&mut walk, at), around, "{seconds}");
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
