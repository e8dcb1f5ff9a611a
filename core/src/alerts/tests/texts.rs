//! What an analyst checks by hand: durations that agree with the displayed times, limits by number, countries by name.

use crate::behaviours::AnyFacts;

use super::*;

/// The reason and the summary of the first line of a holding with these facts.
fn opens(facts: impl Into<AnyFacts>, change: impl Fn(&mut Holding)) -> (String, String) {
    let mut sea = Sea::new();
    let other = Ship { mmsi: 636_000_009, name: "BRAVO", ..CARGO };
    let (a, b) = (sea.ship(CARGO), sea.ship(other));
    let mut holding = slow(0, 60);
    holding.facts = facts.into();
    holding.shore_nm = None;
    holding.position = None;
    change(&mut holding);
    let behaviour = holding.facts.form().behaviour();
    let subject = if behaviour == Behaviour::Rendezvous { Subject::pair(a, b) } else { Subject::one(a.0, a.1) };
    let changes = sea.take(holding.last_at, vec![holds(behaviour, subject, holding)]);
    let first = changes.first().expect("a line");
    (first.reason.clone(), first.alert.summary.clone())
}

#[test]
fn the_minutes_of_a_meeting_agree_with_its_times() {
    let meets = |last: i64, counted: u32| {
        let until = |holding: &mut Holding| (holding.satisfied_at, holding.last_at) = (minute(last), minute(last));
        opens(facts::meets(rendezvous::Form::Close, counted, 60.0), until)
    };
    let (reason, summary) = meets(9, 10);
    assert_eq!(reason, "close together, within 100 m, in each of the 10 minutes from 12:00 to 12:09 UTC");
    let expected = "ALFA (Spain, cargo) and BRAVO (Liberia, cargo) have stayed within 60 m of each other at 1.1 kn (median) for 10 min.";
    assert!(summary.starts_with(expected), "{summary}");
    assert!(meets(10, 10).1.contains(" (median) for 11 min. "), "one minute is no difference: {:?}", meets(10, 10));
    assert!(meets(60, 55).1.contains(" for 55 min of the 1 h 01 min since 12:00 UTC"), "{:?}", meets(60, 55));
    assert!(meets(11, 10).0.ends_with("in 10 of the 12 minutes from 12:00 to 12:11 UTC"), "{:?}", meets(11, 10));
}

#[test]
fn a_stop_that_is_not_the_whole_alert_says_so() {
    let stopped = || facts::may_have_met(dark_rendezvous::Form::Possible, 1, 1);
    let hour = |holding: &mut Holding| holding.last_at = minute(60);
    let (_, summary) = opens(stopped(), hour);
    assert!(summary.contains(" stopped for 40 min of the 1 h 00 min since 12:00 UTC at a position that "), "{summary}");
    let (_, summary) = opens(stopped(), |holding| holding.last_at = minute(40));
    assert!(summary.contains(" stopped for 40 min at a position that "), "{summary}");
}

#[test]
fn uncounted_time_is_stated() {
    let hour = || facts::loiters(loitering::Form::Slow, 60);
    let whole = opens(hour(), |_| {});
    assert_eq!(whole.0, "below 2 kn for 1 h 00 min");
    let holes = |holding: &mut Holding| (holding.satisfied_at, holding.last_at) = (minute(75), minute(75));
    let (reason, summary) = opens(hour(), holes);
    assert_eq!(reason, "below 2 kn for 1 h 00 min of the 1 h 15 min since 12:00 UTC");
    let part =
        "ALFA (Spain, cargo) has stayed below 2 kn for 1 h 00 min of 1 h 15 min (the rest not reported, or faster).";
    assert!(summary.starts_with(part), "{summary}");
    // Both times are cut to the minute, so one minute is no difference.
    let rounded = |holding: &mut Holding| (holding.satisfied_at, holding.last_at) = (minute(61), minute(61));
    let (_, summary) = opens(hour(), rounded);
    assert!(summary.starts_with("ALFA (Spain, cargo) has stayed below 2 kn for 1 h 01 min."), "{summary}");
}

#[test]
fn seconds_do_not_make_the_shown_times_disagree() {
    let late = |holding: &mut Holding| {
        holding.started_at = minute(0) + Span::from_seconds(50);
        (holding.satisfied_at, holding.last_at) = (minute(61), minute(61));
    };
    assert_eq!(
        opens(facts::loiters(loitering::Form::Slow, 60), late).0,
        "below 2 kn for 1 h 01 min",
        "12:00 to 13:01, as shown"
    );
}

#[test]
fn a_limit_is_named_by_its_number() {
    let fast = |knots, last| {
        let until = |holding: &mut Holding| holding.last_at = minute(last);
        opens(facts::speeds(zone_speed::Form::TooFast, knots), until).1
    };
    let expected = "ALFA (Spain, cargo) has been above the limit of 25 kn in a zone for 20 min, at up to 28.9 kn.";
    for latest in [28.0, 24.8] {
        let summary = fast(latest, 20);
        assert!(summary.starts_with(expected), "{summary}");
    }
    let summary = fast(28.0, 152);
    let breaks = "above the limit of 25 kn in a zone for 20 min of the 2 h 32 min since 12:00 UTC (the rest not reported, or slower), at up to";
    assert!(summary.contains(breaks), "{summary}");
}

#[test]
fn a_silence_is_stated_as_long_as_it_was_measured() {
    let until = |holding: &mut Holding| (holding.satisfied_at, holding.last_at) = (minute(90), minute(90));
    let (reason, summary) = opens(facts::falls_silent(ais_gap::Form::LongSilent, 180), until);
    assert_eq!(reason, "silent for 1 h 30 min, in an area with good reception");
    let said = "has been silent since 12:00 UTC (for at least 3 h 00 min by 15:00 UTC) in an area with good reception.";
    assert!(summary.contains(said), "{summary}");
}

#[test]
fn the_distance_to_the_coast_is_that_of_the_stated_position() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 60))]);
    // Nothing else changes, so no line is due and no score is computed.
    let mut nearer = slow(0, 62);
    nearer.shore_nm = Some(1.2);
    sea.take(minute(62), vec![holds(Behaviour::Loitering, subject.clone(), nearer)]);
    sea.take(minute(70), vec![over(Behaviour::Loitering, subject, minute(62), End::UnderWayAgain)]);
    let changes = sea.wake(minute(200));
    let summary = &changes.first().expect("the end").alert.summary;
    assert!(summary.contains("1.2 nm off the coast"), "{summary}");
}
