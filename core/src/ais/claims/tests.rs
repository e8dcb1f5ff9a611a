//! Stories of clocks that are right, wrong, set back, or played from a recording.

use super::*;

/// The clock of the host when each story begins.
const NOW: Time = Time::from_seconds(1_800_000_000);
/// What a wrong clock shows then.
const LONG_AGO: Time = Time::from_seconds(1_490_000_000);

/// What becomes of lines of a live input, each given by its own time and the time of receipt, in seconds after those two.
fn verdicts(claims: &mut Claims, lines: impl IntoIterator<Item = (i64, i64)>) -> Vec<Verdict> {
    let mut judge = |(own, received): (i64, i64)| {
        claims.judge(true, true, LONG_AGO + Span::from_seconds(own), NOW + Span::from_seconds(received))
    };
    lines.into_iter().map(&mut judge).collect()
}

/// How many lines are refused.
fn refused(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| **verdict == Verdict::Recording).count()
}

#[test]
fn a_recording_played_fast_is_refused_after_three_minutes_of_it() {
    for speed in [5_400, 60, 10, 2] {
        let mut claims = Claims::default();
        let told = verdicts(&mut claims, (0..54_000).map(|second| (second, second / speed)));
        let used = told.len() - refused(&told);
        let three_minutes_ahead = 180 * speed as usize / (speed as usize - 1) + speed as usize;
        assert!(used <= three_minutes_ahead, "{speed} times: {used} lines are used");
    }
}

#[test]
fn a_recording_that_begins_again_or_has_holes_stays_refused() {
    let mut claims = Claims::default();
    let of_loop = |round: i64| (0..54_000).map(move |second| (second, round * 10 + second / 5_400));
    verdicts(&mut claims, of_loop(0));
    let again = verdicts(&mut claims, of_loop(1));
    assert_eq!(refused(&again), again.len());
    let after_a_night = verdicts(&mut claims, (0..100).map(|second| (100_000 + second, 21)));
    assert_eq!(refused(&after_a_night), after_a_night.len());
}

#[test]
fn a_live_station_with_a_wrong_clock_counts_for_days() {
    let mut claims = Claims::default();
    // It loses a second an hour, and one line in ten is a minute late.
    let line = |second: i64| (second - second / 3_600 - if second % 10 == 0 { 60 } else { 0 }, second);
    let told = verdicts(&mut claims, (0..200_000).map(line));
    assert!(told.iter().all(|verdict| *verdict == Verdict::Unused(UnusedTime::Behind)));
}

#[test]
fn stations_with_different_wrong_clocks_on_one_input_count() {
    let mut claims = Claims::default();
    // Five minutes, a day and a year apart.
    let lines = (0..20_000).map(|second| (second + [0, 300, 86_400, 31_536_000][(second % 4) as usize], second));
    let told = verdicts(&mut claims, lines);
    assert_eq!(refused(&told), 0);
}

#[test]
fn lines_kept_back_by_an_outage_count_like_those_before_it() {
    let mut claims = Claims::default();
    verdicts(&mut claims, (0..1_000).map(|second| (second, second)));
    // Ten minutes at once, then as before.
    let told = verdicts(&mut claims, (1_000..1_600).map(|second| (second, 1_600)));
    assert_eq!(refused(&told), 0);
    let told = verdicts(&mut claims, (1_600..3_000).map(|second| (second, second)));
    assert_eq!(refused(&told), 0);
}

#[test]
fn a_live_station_behind_what_was_kept_back_at_the_start_counts_within_two_minutes() {
    let mut claims = Claims::default();
    verdicts(&mut claims, (0..3_600).map(|second| (second, 0)));
    let told = verdicts(&mut claims, (3_600..7_200).map(|second| (second, second - 3_600)));
    assert!(told[120..].iter().all(|verdict| *verdict == Verdict::Unused(UnusedTime::Behind)));
}

#[test]
fn the_fault_of_an_input_has_the_measured_offset_and_ends_with_it() {
    let mut claims = Claims::default();
    let in_two_hours = |received: Time| received + Span::from_hours(2);
    for second in 0..100 {
        let received = NOW + Span::from_seconds(second);
        assert_eq!(claims.judge(true, true, in_two_hours(received), received), Verdict::Unused(UnusedTime::Ahead));
    }
    let now = NOW + Span::from_seconds(100);
    let fault = ClockFault { ahead: Span::from_hours(2), is_partial: false, is_recording: false };
    assert_eq!(claims.fault(now), Some(fault));
    claims.judge(true, true, now, now);
    assert_eq!(claims.fault(now), Some(ClockFault { is_partial: true, ..fault }));
    assert_eq!(claims.fault(now + Span::from_minutes(3)), None);
}

#[test]
fn a_few_wrong_times_among_thousands_are_no_fault_of_the_input() {
    let mut claims = Claims::default();
    for line in 0..1_000 {
        let at = if line % 50 == 0 { LONG_AGO } else { NOW };
        claims.judge(true, true, at, NOW);
    }
    assert_eq!(claims.fault(NOW), None);
}
