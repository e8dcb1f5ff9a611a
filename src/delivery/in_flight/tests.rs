//! Which deliveries in flight are ready, and in which order they go.

use super::*;
use crate::delivery::testing::attempt;

fn rows(in_flight: &mut InFlight, together: usize) -> Vec<i64> {
    in_flight.take_ready(Clock.moment(), together).iter().filter_map(|attempt| attempt.delivery.row).collect()
}

#[test]
fn a_later_revision_of_an_alert_never_overtakes_an_earlier_one() {
    let mut in_flight = InFlight::default();
    in_flight.push(attempt(1, "a", Some(3600)));
    in_flight.push(attempt(2, "a", None));
    in_flight.push(attempt(3, "b", None));
    assert_eq!(rows(&mut in_flight, 10), [3]);
    assert_eq!(rows(&mut in_flight, 10), [0; 0]);
    in_flight.wake();
    assert_eq!(rows(&mut in_flight, 10), [1, 2]);
}

#[test]
fn nothing_is_ready_behind_what_waits() {
    let mut in_flight = InFlight::default();
    in_flight.push(attempt(1, "a", Some(3600)));
    in_flight.push(attempt(2, "a", None));
    assert!(Duration::from_secs(3000) < in_flight.next_in(Clock.moment()).expect("two wait"));
    in_flight.push(attempt(3, "b", None));
    assert_eq!(in_flight.next_in(Clock.moment()), Some(Duration::ZERO));
}

#[test]
fn what_is_too_old_is_taken_out_whether_it_is_ready_or_not() {
    let mut in_flight = InFlight::default();
    let old = |row, since, wait| Attempt { since: Time::from_millis(since), ..attempt(row, "a", wait) };
    in_flight.push(old(1, 0, Some(3600)));
    in_flight.push(old(2, 1000, None));
    in_flight.push(old(3, 1001, None));
    let late: Vec<Option<i64>> =
        in_flight.take_older(Time::from_millis(1000)).iter().map(|attempt| attempt.delivery.row).collect();
    assert_eq!((late, in_flight.len()), (vec![Some(1), Some(2)], 1));
}

#[test]
fn a_newer_revision_does_not_wait_for_recipients_that_lack_an_older_one() {
    let (mut in_flight, now) = (InFlight::default(), Clock.moment());
    in_flight.push(Attempt { partly: true, alone: true, ..attempt(1, "a", Some(3600)) });
    in_flight.push(attempt(2, "a", None));
    assert_eq!(in_flight.next_in(now), Some(Duration::ZERO));
    let taken = in_flight.take_ready(now, 10);
    assert_eq!(taken.iter().map(|attempt| attempt.delivery.row).collect::<Vec<_>>(), [Some(2)]);
    assert!(in_flight.take_partly(now).is_empty(), "not yet");
    assert_eq!((in_flight.len(), in_flight.fresh()), (1, 0));
    assert!(in_flight.take_outdated(&attempt(3, "b", None).delivery).is_empty(), "of another alert");
    assert_eq!((in_flight.take_outdated(&taken[0].delivery).len(), in_flight.len()), (1, 0));
    for row in 4..7 {
        in_flight.push(Attempt { partly: true, ..attempt(row, "c", None) });
    }
    let rows = |attempts: Vec<Attempt>| attempts.iter().map(|attempt| attempt.delivery.row).collect::<Vec<_>>();
    assert_eq!(rows(in_flight.take_partly_beyond(2)), [Some(4)]);
    assert_eq!(rows(in_flight.take_partly(now)), [Some(5)]);
    assert!(in_flight.take_ready(now, 10).is_empty(), "partly delivered ones are not taken here");
}

#[test]
fn a_wait_for_the_pace_is_noted_once_and_again_when_it_takes_longer() {
    let (mut in_flight, now) = (InFlight::default(), Clock.moment());
    in_flight.push(attempt(1, "a", None));
    in_flight.push(attempt(2, "b", Some(3600)));
    in_flight.push(Attempt { partly: true, ..attempt(3, "c", None) });
    let minute = |minutes: u64| now.later(Duration::from_secs(60 * minutes));
    let mut noted = |at, until| -> Vec<Option<i64>> {
        in_flight.note_paced(at, until).iter().map(|attempt| attempt.delivery.row).collect()
    };
    assert_eq!(noted(now, minute(5)), [Some(1)], "the others wait for something else");
    assert!(noted(minute(4), minute(5)).is_empty());
    assert_eq!(noted(minute(5), minute(10)), [Some(1)], "another one went first");
}

#[test]
fn what_is_put_back_goes_first_again() {
    let mut in_flight = InFlight::default();
    (1..=4).for_each(|row| in_flight.push(attempt(row, &format!("{row}"), None)));
    let taken = in_flight.take_ready(Clock.moment(), 2);
    in_flight.put_back(taken);
    assert_eq!(rows(&mut in_flight, 3), [1, 2, 3]);
}

#[test]
fn after_a_refusal_of_several_each_goes_alone() {
    let mut in_flight = InFlight::default();
    let mut two = vec![attempt(1, "a", None), attempt(2, "b", None)];
    two.iter_mut().for_each(|attempt| attempt.alone = true);
    in_flight.push(attempt(3, "c", None));
    in_flight.put_back(two);
    assert_eq!(rows(&mut in_flight, 10), [1]);
    assert_eq!(rows(&mut in_flight, 10), [2]);
    assert_eq!(rows(&mut in_flight, 10), [3]);
}
