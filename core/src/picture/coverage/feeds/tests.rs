//! Holes in the reception of inputs and stations.

use super::*;

const SOURCE: SourceId = SourceId(0);
const STATION: StationId = StationId(3);

fn at(seconds: i64) -> Time {
    Time::from_seconds(seconds)
}

#[test]
fn a_slot_without_a_report_is_a_hole_of_that_input_alone() {
    let mut feeds = Feeds::default();
    for slot in 0..4 {
        feeds.heard(SourceId(1), StationId(0), at(slot * 600 + 10));
        if slot != 2 {
            feeds.heard(SOURCE, StationId(0), at(slot * 600 + 20));
        }
        assert!(feeds.turn(Slot::of(at(slot * 600))));
    }
    let holes: Vec<bool> = (0..4).map(|slot| feeds.hole(SOURCE, Slot::of(at(slot * 600)))).collect();
    assert_eq!(holes, [false, false, true, false]);
    assert!(!feeds.hole(SourceId(1), Slot::of(at(1200))));
    assert!(feeds.hole(SourceId(7), Slot::of(at(1200))));
}

#[test]
fn a_downtime_of_the_daemon_is_a_hole_of_every_input_however_seldom_it_sends() {
    let mut feeds = Feeds::default();
    // Five of ten minutes are missing in the second and the fourth slot; only for the second was a downtime recorded.
    for slot in 0..5 {
        for minute in (0..10).filter(|minute| slot % 2 == 0 || *minute < 5) {
            feeds.heard(SOURCE, StationId(0), at(slot * 600 + minute * 60));
        }
        if slot == 1 {
            feeds.away(at(600 + 270), at(600 + 590));
        }
        feeds.turn(Slot::of(at(slot * 600)));
    }
    let holes: Vec<bool> = (0..5).map(|slot| feeds.hole(SOURCE, Slot::of(at(slot * 600)))).collect();
    assert_eq!(holes, [false, true, false, false, false]);
}

#[test]
fn a_busy_input_that_breaks_off_early_in_a_slot_has_a_hole_there() {
    let mut feeds = Feeds::default();
    for second in 0..3 * 600 {
        feeds.heard(SOURCE, StationId(0), at(second));
        if second % 600 == 599 {
            assert!(feeds.turn(Slot::of(at(second))));
        }
    }
    for second in 1800..1900 {
        feeds.heard(SOURCE, StationId(0), at(second));
    }
    assert!(!feeds.turn(Slot::of(at(1800))));
    for second in 2450..3000 {
        feeds.heard(SOURCE, StationId(0), at(second));
    }
    assert!(feeds.turn(Slot::of(at(2400))), "it was there for most of the slot");
    assert!(feeds.hole(SOURCE, Slot::of(at(1800))));
}

#[test]
fn the_usual_interval_of_a_station_is_known_after_a_thousand_intervals() {
    let mut feeds = Feeds::default();
    let mut second = 0;
    for number in 0..3000 {
        second += if number % 100 == 99 { 100 } else { 5 };
        feeds.heard(SOURCE, STATION, at(second));
        if number == 900 {
            assert_eq!(feeds.pulse(STATION).and_then(|pulse| pulse.usual), None);
        }
    }
    let pulse = feeds.pulse(STATION).expect("it was heard");
    assert_eq!(pulse.usual, Some(Span::from_seconds(128)));
    assert_eq!((pulse.last_at, feeds.station_back(STATION, at(second))), (at(second), None));
    feeds.heard(SOURCE, STATION, at(second + 400));
    feeds.heard(SOURCE, STATION, at(second + 800));
    assert_eq!(feeds.station_back(STATION, at(second)), Some(at(second + 400)));
    assert_eq!(feeds.pulses().count(), 1);
}

#[test]
fn a_station_that_is_fed_in_bursts_is_silent_only_when_a_burst_is_missing() {
    let mut feeds = Feeds::default();
    let usual = |feeds: &Feeds| feeds.pulse(STATION).and_then(|pulse| pulse.usual).map(Span::minutes);
    // Twenty minutes of reports, then half an hour without any.
    for burst in 0..6 {
        for second in 0..1200 {
            feeds.heard(SOURCE, STATION, at(burst * 3000 + second));
        }
        match burst {
            0 | 1 => {}
            // Two pauses do not make a habit.
            2 => assert!(usual(&feeds).is_some_and(|minutes| minutes < 1.0)),
            _ => assert!(usual(&feeds).is_some_and(|minutes| (44.0..46.0).contains(&minutes)), "{burst}"),
        }
    }
    // A single long outage does not raise the limit.
    for second in 0..600 {
        feeds.heard(SOURCE, STATION, at(36_000 + second));
    }
    assert!(usual(&feeds).is_some_and(|minutes| minutes < 46.0));
}
