//! When a condition opens, pauses, ends and resumes.

use super::*;

const RULE: Timing = Timing {
    after: Span::from_minutes(60),
    end_after: Span::from_minutes(15),
    resume_after: Span::from_minutes(5),
    merge: Span::from_minutes(60),
    fixes: 4,
};

fn minute(minute: i64) -> Time {
    Time::from_seconds(minute * 60)
}

/// Observes a span of five minutes that ends at `at`.
fn see(condition: &mut Condition, observation: Observation, at: i64) -> Verdict {
    let smg = SpeedMadeGood { knots: 0.0, since: minute(at - 5), over_hole: false };
    condition.observe(&RULE, observation, &smg, minute(at))
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
    assert_eq!(see(&mut condition, Observation::Meets, 120), Verdict::Opened);
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
fn few_fixes_are_not_enough() {
    let mut condition = Condition::new();
    let smg = |since| SpeedMadeGood { knots: 0.1, since: minute(since), over_hole: false };
    for (since, at) in [(0, 20), (20, 40)] {
        let verdict = condition.observe(&RULE, Observation::Meets, &smg(since), minute(at));
        assert_eq!(verdict, Verdict::Nothing);
    }
    let verdict = condition.observe(&RULE, Observation::Meets, &smg(40), minute(60));
    assert_eq!(verdict, Verdict::Opened);
}
