//! Leaps in time: broken clocks, real gaps, sparse feeds, starts and ends.

use super::*;
use crate::ais::{Body, SourceId, StationId, TimeBasis};
use crate::base::units::Mmsi;

const HOUR: i64 = 3600;

fn report(mmsi: u32, seconds: i64) -> Report {
    Report {
        at: Time::from_seconds(1_000_000_000 + seconds),
        basis: TimeBasis::Tag,
        uncertainty: Span::ZERO,
        source: SourceId(0),
        station: StationId(0),
        mmsi: Mmsi(mmsi),
        payload: 0,
        body: Body::Other,
    }
}

/// Feeds reports, given as vessel and second; returns the seconds of those believed, in order of release, and how many were
/// refused.
fn believed(reports: impl IntoIterator<Item = (u32, i64)>) -> (Vec<i64>, u64) {
    let (mut leaps, mut out) = (Leaps::new(), Vec::new());
    let mut refused = 0;
    for (mmsi, second) in reports {
        refused += leaps.observe(report(mmsi, second), &mut out);
    }
    refused += leaps.settle(&mut out);
    (out.iter().map(|report| report.at.seconds() - 1_000_000_000).collect(), refused)
}

/// Two ships heard in turn, one report every `step` seconds, from `from` to `to`.
fn two(from: i64, to: i64, step: usize) -> impl Iterator<Item = (u32, i64)> {
    (from..to).step_by(step).map(|second| (second as u32 / 10 % 2 + 1, second))
}

#[test]
fn one_broken_clock_is_refused_wherever_it_occurs() {
    for ahead in [HOUR, 12 * HOUR, 24 * HOUR, 900_000_000] {
        for place in [0, 1, 19, 20, 200, 360] {
            let mut all: Vec<_> = two(0, HOUR, 10).collect();
            all.insert(place, (9, all[place.min(359)].1 + ahead));
            let (kept, refused) = believed(all);
            assert_eq!((kept.len(), refused), (360, 1), "{ahead} s ahead at {place}");
            assert_eq!(kept.last(), Some(&3590));
        }
    }
}

#[test]
fn a_step_of_up_to_a_quarter_of_an_hour_is_not_a_leap() {
    let with = |ahead: i64| {
        let all = two(0, HOUR, 10).chain([(9, 3590 + ahead), (1, 3590)]);
        believed(all).1
    };
    assert_eq!(with(900), 0);
    assert_eq!(with(901), 1);
}

#[test]
fn two_ships_with_the_same_wrong_clock_among_others_are_refused() {
    let wrong = two(0, HOUR, 50).map(|(mmsi, second)| (mmsi + 10, second + 12 * HOUR));
    let mut all: Vec<_> = two(0, HOUR, 10).chain(wrong).collect();
    all.sort_by_key(|(mmsi, second)| (second % (12 * HOUR), *mmsi));
    let (kept, refused) = believed(all);
    assert_eq!((kept.len(), refused), (360, 72));
}

#[test]
fn a_real_gap_is_believed_once_two_vessels_agree_after_it() {
    let after = 10 * HOUR;
    assert_eq!(believed(two(0, HOUR, 10).chain(two(after, after + HOUR, 10))), believed_all(720));
    // At the end three reports are enough, even from one vessel; two are not.
    for (last, lost) in [
        (vec![(1, after), (2, after + 10), (1, after + 20)], 0),
        (vec![(1, after), (2, after + 10)], 2),
        (vec![(1, after), (1, after + 10), (1, after + 20)], 0),
    ] {
        assert_eq!(believed(two(0, HOUR, 10).chain(last)).1, lost);
    }
}

fn believed_all(count: usize) -> (Vec<i64>, u64) {
    let (kept, refused) = believed(two(0, HOUR, 10).chain(two(10 * HOUR, 11 * HOUR, 10)));
    assert_eq!(kept.len(), count);
    (kept, refused)
}

#[test]
fn a_single_vessel_heard_seldom_is_believed() {
    for minutes in [16, 30, 180, 1440] {
        let seldom = (0..50).map(|number| (1, number * minutes * 60));
        let (kept, refused) = believed(seldom);
        assert_eq!((kept.len(), refused), (50, 0), "every {minutes} min");
        assert!(kept.is_sorted());
    }
    // One vessel, and a hole of 17 h.
    let all = (0..60).chain(1080..1140).map(|minute| (1, minute * 60));
    assert_eq!(believed(all).1, 0);
}

#[test]
fn hourly_tables_are_believed() {
    let table = (0..24).flat_map(|hour| (1..=8).map(move |mmsi| (mmsi, hour * HOUR)));
    assert_eq!(believed(table).1, 0);
}

#[test]
fn reports_of_a_feed_in_disorder_are_believed() {
    // Every third report is fresh; the others arrive up to 40 min late.
    let all = (0..600).map(|number| (number as u32 % 7 + 1, number * 10 - (number % 3) * 1200));
    let (kept, refused) = believed(all);
    assert!(refused <= 10 && 590 <= kept.len(), "{refused} refused");
}

#[test]
fn a_station_that_lags_does_not_hold_the_others_after_a_gap() {
    let mut all: Vec<_> = two(0, HOUR, 10).chain(two(2 * HOUR, 3 * HOUR, 10)).collect();
    let delayed = two(HOUR - 300, 2 * HOUR, 100).map(|(_, second)| (9, second, second + HOUR + 300));
    for (mmsi, second, arrives) in delayed {
        let place = all.iter().position(|(_, at)| arrives < *at).unwrap_or(all.len());
        all.insert(place, (mmsi, second));
    }
    let (_, refused) = believed(all);
    assert!(refused <= 20, "{refused} refused");
}

#[test]
fn a_time_that_cannot_be_ahead_of_the_truth_is_believed_at_once() {
    let (mut leaps, mut out) = (Leaps::new(), Vec::new());
    for second in [0, 10, 10 * HOUR, 20 * HOUR] {
        assert_eq!(leaps.trust(report(1, second), &mut out), 0);
    }
    assert_eq!(out.len(), 4);
}

#[test]
fn a_feed_in_order_stays_in_order_whatever_its_holes() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..200 {
        let mut at = 0;
        let mut next = |_: i32| {
            at += if random.u8(..4) == 0 { random.i64(600..20_000) } else { random.i64(0..900) };
            (random.u32(1..4), at)
        };
        let all: Vec<(u32, i64)> = (0..300).map(&mut next).collect();
        let (kept, refused) = believed(all);
        assert!(kept.is_sorted(), "round {round}");
        assert!(refused <= 2, "round {round}: {refused} refused");
    }
}
