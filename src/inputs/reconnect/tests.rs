//! How long an input waits before it is started again.

use super::*;

fn attempt(millis: u64, delivered: bool) -> Attempt {
    Attempt { held: Duration::from_millis(millis), delivered }
}

/// The share of an hour in which lines can be received from a feed that delivers, closes after `open` and takes 0.1 s to connect.
fn share(open: Duration) -> f64 {
    let connect = Duration::from_millis(100);
    let (mut reconnect, mut now, mut heard) = (Reconnect::default(), Duration::ZERO, Duration::ZERO);
    while now < Duration::from_secs(3600) {
        heard += open;
        now += connect + open + reconnect.next(Attempt { held: connect + open, delivered: true }, 0.0);
    }
    heard.as_secs_f64() / now.as_secs_f64()
}

#[test]
fn a_feed_that_closes_repeatedly_is_received_nearly_always() {
    assert!(0.98 <= share(Duration::from_secs(30)));
    assert!(0.90 <= share(Duration::from_secs(5)));
    assert!(0.90 <= share(FIRST_WAIT));
}

#[test]
fn without_lines_the_delays_grow_to_a_minute() {
    let mut reconnect = Reconnect::default();
    let waits: Vec<u64> = (0..8).map(|_| reconnect.next(attempt(0, false), 0.0).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(reconnect.next(attempt(59_999, false), 1.0).as_secs(), 30);
}

#[test]
fn an_attempt_that_delivered_is_followed_at_once_and_resets_the_delays() {
    let mut reconnect = Reconnect::default();
    for _ in 0..6 {
        reconnect.next(attempt(0, false), 0.0);
    }
    assert_eq!(reconnect.next(attempt(1_000, true), 0.0), Duration::ZERO);
    let waits: Vec<u64> = (0..3).map(|_| reconnect.next(attempt(5_000, false), 0.0).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4]);
}

#[test]
fn a_server_that_sends_a_line_and_closes_is_retried_once_a_second() {
    let mut reconnect = Reconnect::default();
    for _ in 0..3 {
        assert_eq!(reconnect.next(attempt(10, true), 0.0).as_millis(), 990);
    }
    assert_eq!(reconnect.next(attempt(999, true), 0.0).as_millis(), 1);
    assert_eq!(reconnect.next(attempt(0, true), 1.0).as_millis(), 500);
}

#[test]
fn a_quiet_connection_open_for_a_minute_resets_the_delay() {
    let mut reconnect = Reconnect::default();
    for _ in 0..6 {
        reconnect.next(attempt(0, false), 0.0);
    }
    assert_eq!(reconnect.next(Attempt { held: HEALTHY, delivered: false }, 0.0), FIRST_WAIT);
}
