//! Port calls: their length, and what interrupts them.

use super::*;
use crate::base::units::Mmsi;

const SHIP: TrackKey = TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 };
const QUAY: LatLon = LatLon { lat: 36.13, lon: -5.43 };

fn minute(minute: i64) -> Time {
    Time::from_seconds(minute * 60)
}

fn fix(calls: &mut PortCalls, at: i64, knots: f64, calm: bool) -> Sailing {
    let smg = Some((knots, minute(at - 5)));
    let berth = Berth { at: minute(at), position: QUAY, smg, calm, first_at: minute(0), draught_dm: Some(78) };
    calls.take(SHIP, &berth, || Some("Algeciras".into()))
}

#[test]
fn a_stay_of_half_an_hour_is_a_call_and_a_shorter_one_is_not() {
    let mut calls = PortCalls::default();
    for at in (100..=400).step_by(5) {
        assert_eq!(fix(&mut calls, at, 0.1, true), Sailing::Staying);
    }
    assert!(calls.in_port_between(SHIP, minute(390), minute(400)));
    assert_eq!(fix(&mut calls, 405, 6.0, true), Sailing::Staying, "still inside");
    assert_eq!(fix(&mut calls, 410, 8.0, false), Sailing::Sailed);
    let call = &calls.of(SHIP)[0];
    assert_eq!((call.from, call.to, call.port.as_deref()), (minute(95), minute(400), Some("Algeciras")));
    assert!(call.arrived && call.draught_dm == Some(78));
    for at in (1000..=1020).step_by(5) {
        fix(&mut calls, at, 0.1, true);
    }
    assert_eq!(fix(&mut calls, 1030, 8.0, false), Sailing::AtSea);
    assert_eq!(calls.of(SHIP).len(), 1);
    assert!(!calls.in_port_between(SHIP, minute(401), minute(2000)));
}

#[test]
fn drifting_over_the_edge_shifting_berth_and_silence_are_part_of_it() {
    let mut calls = PortCalls::default();
    fix(&mut calls, 100, 0.1, true);
    assert_eq!(fix(&mut calls, 110, 0.8, false), Sailing::Staying, "swings over the edge");
    fix(&mut calls, 130, 5.0, true);
    fix(&mut calls, 3000, 0.1, true);
    assert_eq!(fix(&mut calls, 3010, 9.0, false), Sailing::Sailed);
    fix(&mut calls, 3090, 0.2, true);
    fix(&mut calls, 3200, 0.2, true);
    assert_eq!(fix(&mut calls, 3300, 9.0, false), Sailing::Sailed);
    assert_eq!(calls.of(SHIP).len(), 1, "back within two hours");
    assert_eq!(calls.of(SHIP)[0].to, minute(3200));
}

#[test]
fn old_calls_are_forgotten_and_one_vessel_keeps_six() {
    let mut calls = PortCalls::default();
    for day in 0..9 {
        let start = 10 + day * 1440;
        fix(&mut calls, start, 0.1, true);
        fix(&mut calls, start + 60, 0.1, true);
        fix(&mut calls, start + 70, 9.0, false);
    }
    assert_eq!(calls.of(SHIP).len(), MOST_OF_ONE);
    calls.sweep(minute(8 * 1440 + 70) + KEEP);
    assert_eq!(calls.of(SHIP).len(), 1);
    calls.sweep(minute(9 * 1440) + KEEP);
    assert_eq!((calls.of(SHIP).len(), calls.count), (0, 0));
}
