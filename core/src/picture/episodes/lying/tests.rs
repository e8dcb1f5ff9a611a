//! Vessels that lie still, and places where vessels are held.

use super::*;
use crate::base::units::Mmsi;

const RIG: LatLon = LatLon { lat: 28.0, lon: -17.0 };

fn key(mmsi: u32) -> TrackKey {
    TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 }
}

/// A position every half hour of `hours`, swinging round the rig at this distance.
fn lie(lying: &mut StillVessels, mmsi: u32, hours: std::ops::RangeInclusive<i64>, metres: f64) {
    for half in hours.start() * 2..=hours.end() * 2 {
        let place = RIG.destination((half * 77 % 360) as f64, metres);
        lying.take(key(mmsi), Time::from_seconds(half * 1800), place, Some(0.1));
    }
}

#[test]
fn a_jack_up_is_held_after_a_day_and_not_before() {
    let mut lying = StillVessels::default();
    lie(&mut lying, 1, 0..=23, 100.0);
    assert_eq!(lying.held(key(1), RIG), None);
    lie(&mut lying, 1, 24..=24, 100.0);
    let held = lying.held(key(1), RIG);
    assert!(matches!(held, Some(HeldSign::Itself { radius_nm, .. }) if radius_nm < 0.1), "{held:?}");
}

#[test]
fn a_second_visit_of_twelve_hours_on_a_later_day_is_held() {
    for (hours, is_held) in [(11, false), (12, true)] {
        let mut lying = StillVessels::default();
        lie(&mut lying, 1, 0..=4, 50.0);
        lying.take(key(1), Time::from_seconds(5 * 3600), RIG.destination(90.0, 30_000.0), Some(9.0));
        lie(&mut lying, 1, 40..=40 + hours, 50.0);
        assert_eq!(lying.held(key(1), RIG).is_some(), is_held, "{hours} h");
    }
}

#[test]
fn beside_what_was_held_counts_for_fourteen_days_and_three_tenths_of_a_mile() {
    let mut lying = StillVessels::default();
    lie(&mut lying, 1, 0..=30, 20.0);
    let at = |nm: f64| RIG.destination(90.0, nm * METRES_PER_NM);
    assert!(matches!(lying.held(key(2), at(0.25)), Some(HeldSign::BesideHeld { .. })));
    assert_eq!(lying.held(key(2), at(0.35)), None);
    lying.sweep(Time::from_seconds(29 * 3600) + KEEP);
    assert!(lying.held(key(2), RIG).is_some());
    lying.sweep(Time::from_seconds(31 * 3600) + KEEP);
    assert_eq!(lying.held(key(2), RIG), None);
}

#[test]
fn a_vessel_that_drifts_out_of_the_circle_begins_again() {
    let mut lying = StillVessels::default();
    // 0.15 nm in each half hour: never three hours within 0.3 nm.
    for half in 0..60 {
        let place = RIG.destination(90.0, half as f64 * 0.15 * METRES_PER_NM);
        let at = Time::from_seconds(half * 1800);
        lying.take(key(1), at, place, Some(0.3));
        let still = lying.of(key(1)).expect("followed");
        assert!(at - still.since < ANCHORED_AFTER && still.radius_nm < CIRCLE_NM);
    }
    assert_eq!(lying.held(key(1), RIG), None);
}

/// A position at each of these hours, at the rig.
fn heard(lying: &mut StillVessels, hours: &[i64], knots: f64) {
    for hour in hours {
        lying.take(key(1), Time::from_seconds(hour * 3600), RIG, Some(knots));
        lying.sweep(Time::from_seconds(hour * 3600));
    }
}

#[test]
fn a_platform_heard_now_and_then_is_held_and_not_at_anchor() {
    let mut lying = StillVessels::default();
    heard(&mut lying, &[0, 6, 12, 24, 48, 96, 97], 0.0);
    assert!(matches!(lying.held(key(1), RIG), Some(HeldSign::Itself { time, .. }) if time == Span::from_hours(97)));
    assert_eq!(lying.of(key(1)).map(|still| still.since.seconds() / 3600), Some(96));
    lying.sweep(Time::from_seconds(104 * 3600));
    assert_eq!(lying.of(key(1)), None);
    // A silence longer than the time before it, way on, or 0.7 nm away: it may have been elsewhere.
    let elsewhere: [(&[i64], f64); 2] = [(&[0, 20, 60, 61], 0.0), (&[0, 7, 14, 28, 56], 1.5)];
    for (hours, knots) in elsewhere {
        let mut lying = StillVessels::default();
        heard(&mut lying, hours, knots);
        assert_eq!(lying.held(key(1), RIG), None);
    }
    let mut lying = StillVessels::default();
    heard(&mut lying, &[0, 6, 12, 24], 0.0);
    let away = RIG.destination(90.0, 0.7 * METRES_PER_NM);
    lying.take(key(1), Time::from_seconds(48 * 3600), away, Some(0.0));
    assert_eq!(lying.held(key(1), away), None);
}
