//! When a condition opens, pauses, ends and resumes.

use super::*;

const RULE: Timing = Timing {
    after: Span::from_minutes(60),
    end_after: Span::from_minutes(15),
    resume_after: Span::from_minutes(5),
    merge: Span::from_minutes(60),
    fixes: 4,
    slower_than: Some(3.0),
};

const HERE: LatLon = LatLon { lat: 28.0, lon: -17.0 };

fn minute(minute: i64) -> Time {
    Time::from_seconds(minute * 60)
}

/// Observes a span of five minutes that ends at `at`.
fn see(condition: &mut Condition, observation: Observation, at: i64) -> Verdict {
    let smg = SpeedMadeGood { knots: 0.0, since: minute(at - 5), over_hole: false };
    condition.observe(&RULE, observation, &smg, minute(at), HERE)
}

#[test]
fn opens_at_the_fix_that_completes_the_hour() {
    let mut condition = Condition::new();
    for at in 5..60 {
        assert_eq!(see(&mut condition, Observation::Meets, at), Verdict::Nothing);
    }
    assert_eq!(see(&mut condition, Observation::Meets, 60), Verdict::Opened);
    assert_eq!(condition.started_at(), minute(0));
    assert_eq!(see(&mut condition, Observation::Meets, 61), Verdict::Holds);
}

#[test]
fn a_pause_counts_nothing_and_resets_nothing() {
    let mut condition = Condition::new();
    for at in 5..=40 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 41..=50 {
        see(&mut condition, Observation::Between, at);
    }
    for at in 51..70 {
        assert_eq!(see(&mut condition, Observation::Meets, at), Verdict::Nothing);
    }
    assert_eq!(see(&mut condition, Observation::Meets, 70), Verdict::Opened);
    assert_eq!(condition.started_at(), minute(0));
}

#[test]
fn a_hole_counts_nothing_and_resets_nothing() {
    let mut condition = Condition::new();
    for at in 5..=30 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 125..150 {
        assert_eq!(see(&mut condition, Observation::Meets, at), Verdict::Nothing);
    }
    // 30 minutes before the hole, and 30 from the first fix after it, at 120.
    assert_eq!(see(&mut condition, Observation::Meets, 150), Verdict::Opened);
    assert_eq!(condition.started_at(), minute(0));
}

#[test]
fn ends_at_the_last_slow_fix_and_comes_back_within_the_hour() {
    let mut condition = Condition::new();
    for at in 5..=60 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 70..80 {
        assert_eq!(see(&mut condition, Observation::Ends, at), Verdict::Holds);
    }
    assert_eq!(see(&mut condition, Observation::Ends, 80), Verdict::Over(minute(60)));
    assert_eq!(see(&mut condition, Observation::Meets, 119), Verdict::Opened);
    assert_eq!(condition.started_at(), minute(0));
    assert_eq!(condition.satisfied_at(), Some(minute(60)));
}

#[test]
fn what_comes_back_after_the_merge_window_is_new() {
    let mut condition = Condition::new();
    for at in 5..=60 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 70..=80 {
        see(&mut condition, Observation::Ends, at);
    }
    for at in 130..185 {
        assert_eq!(see(&mut condition, Observation::Meets, at), Verdict::Nothing);
    }
    assert_eq!(see(&mut condition, Observation::Meets, 185), Verdict::Opened);
    assert_eq!(condition.started_at(), minute(125));
}

#[test]
fn what_comes_back_at_the_very_end_of_the_merge_window_is_new_as_the_alert_is_over_by_then() {
    let mut condition = Condition::new();
    for at in 5..=60 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 70..=80 {
        see(&mut condition, Observation::Ends, at);
    }
    assert_eq!(see(&mut condition, Observation::Meets, 120), Verdict::Nothing);
    assert_eq!((condition.started_at(), condition.counted_in_all()), (minute(115), Span::from_minutes(5)));
}

#[test]
fn few_fixes_are_not_enough() {
    let mut condition = Condition::new();
    let smg = |since| SpeedMadeGood { knots: 0.1, since: minute(since), over_hole: false };
    for (since, at) in [(0, 20), (20, 40)] {
        let verdict = condition.observe(&RULE, Observation::Meets, &smg(since), minute(at), HERE);
        assert_eq!(verdict, Verdict::Nothing);
    }
    let verdict = condition.observe(&RULE, Observation::Meets, &smg(40), minute(60), HERE);
    assert_eq!(verdict, Verdict::Opened);
}

/// Observes a span of five minutes that looks slow, of a vessel that is by then `miles` north of where it was first seen.
fn see_away(condition: &mut Condition, at: i64, miles: f64) -> Verdict {
    let smg = SpeedMadeGood { knots: 0.0, since: minute(at - 5), over_hole: false };
    let there = LatLon { lat: HERE.lat + miles / 60.0, ..HERE };
    condition.observe(&RULE, Observation::Meets, &smg, minute(at), there)
}

#[test]
fn a_ship_that_sails_on_is_not_slow_however_slow_each_span_looks() {
    let mut condition = Condition::new();
    for at in 5..400 {
        assert_eq!(see_away(&mut condition, at, f64::from(at as i32) * 14.0 / 60.0), Verdict::Nothing, "{at}");
    }
}

#[test]
fn the_start_is_where_the_ship_has_stayed_since() {
    let mut condition = Condition::new();
    // At 12 kn for three hours, then at rest.
    let miles = |at: i64| f64::from(at.min(180) as i32) * 12.0 / 60.0;
    let opened = (5..400).find(|at| see_away(&mut condition, *at, miles(*at)) == Verdict::Opened).expect("it opens");
    assert!((225..=240).contains(&opened), "{opened}");
    assert!(minute(170) <= condition.started_at(), "{:?}", condition.started_at());
}

#[test]
fn an_open_condition_is_over_once_the_ship_has_gone_and_does_not_resume() {
    let mut condition = Condition::new();
    let miles = |at: i64| f64::from(at.max(120) as i32 - 120) * 12.0 / 60.0;
    let verdicts: Vec<Verdict> = (5..400).map(|at| see_away(&mut condition, at, miles(at))).collect();
    let over: Vec<&Verdict> = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Over(_))).collect();
    // It left after two hours; 47 min later it is farther away than 3 kn since the start and a mile allow.
    assert_eq!(over, [&Verdict::Over(minute(166))]);
    assert!(!condition.is_open());
}

#[test]
fn a_push_that_comes_back_counts_like_the_rest() {
    let mut condition = Condition::new();
    for at in 5..=40 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 41..=44 {
        assert_eq!(see(&mut condition, Observation::Leaves, at), Verdict::Nothing);
        assert_eq!(
            (condition.counted(), condition.held_until(minute(at))),
            (Span::from_minutes(40), minute(40)),
            "{at}"
        );
    }
    for at in 45..60 {
        assert_eq!(see(&mut condition, Observation::Meets, at), Verdict::Nothing);
    }
    assert_eq!(see(&mut condition, Observation::Meets, 60), Verdict::Opened);
    assert_eq!(condition.counted_in_all(), Span::from_minutes(60));
}

#[test]
fn a_vessel_that_moves_all_the_time_and_stays_is_slow() {
    let mut condition = Condition::new();
    for at in 5..60 {
        assert_eq!(see(&mut condition, Observation::Leaves, at), Verdict::Nothing);
    }
    assert_eq!(see(&mut condition, Observation::Leaves, 60), Verdict::Opened);
    assert_eq!((condition.counted(), condition.holds()), (Span::from_minutes(60), true));
    for at in 61..=90 {
        assert_eq!(see(&mut condition, Observation::Leaves, at), Verdict::Holds);
        // Whether it stayed in the last five minutes is not known yet.
        assert_eq!(condition.holds(), 65 < at, "{at}");
    }
    assert_eq!((condition.counted(), condition.held_until(minute(90))), (Span::from_minutes(85), minute(85)));
}

#[test]
fn a_vessel_that_sails_away_was_slow_until_it_began_to_move() {
    let mut condition = Condition::new();
    for at in 5..=70 {
        see(&mut condition, Observation::Meets, at);
    }
    for at in 71..=72 {
        see(&mut condition, Observation::Leaves, at);
    }
    // Speeds made good over spans that begin before the vessel left.
    for at in 73..83 {
        assert_eq!(see(&mut condition, Observation::Ends, at), Verdict::Holds, "{at}");
    }
    assert_eq!(see(&mut condition, Observation::Ends, 83), Verdict::Over(minute(70)));
    assert_eq!(condition.counted_in_all(), Span::from_minutes(70));
}

#[test]
fn what_counted_before_the_ship_was_found_far_away_is_not_part_of_what_follows() {
    let mut condition = Condition::new();
    for at in 5..=70 {
        see_away(&mut condition, at, 0.0);
    }
    assert_eq!(see_away(&mut condition, 90, 20.0), Verdict::Over(minute(70)));
    for at in 100..155 {
        assert_eq!(see_away(&mut condition, at, 20.0), Verdict::Nothing);
    }
    assert_eq!(see_away(&mut condition, 155, 20.0), Verdict::Opened);
    assert_eq!((condition.started_at(), condition.counted_in_all()), (minute(95), Span::from_minutes(60)));
}
