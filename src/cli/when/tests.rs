//! Times as people type them, and what is refused.

use super::*;

/// A Wednesday at 04:10.
const NOW: &str = "2026-03-04T04:10:00Z";

fn read_at_now(text: &str, side: Side) -> String {
    let now = Time::parse(NOW).expect("a time");
    read(text, now, side).map_or_else(|| "none".to_owned(), |time| time.to_string())
}

#[test]
fn times_in_the_past_as_people_type_them() {
    for (text, time) in [
        ("now", "2026-03-04T04:10:00Z"),
        ("02:00", "2026-03-04T02:00:00Z"),
        ("2:00", "2026-03-04T02:00:00Z"),
        ("22:30", "2026-03-03T22:30:00Z"),
        ("22:30:15z", "2026-03-03T22:30:15Z"),
        ("04:10", "2026-03-04T04:10:00Z"),
        ("today", "2026-03-04T00:00:00Z"),
        ("today 02:00", "2026-03-04T02:00:00Z"),
        ("yesterday", "2026-03-03T00:00:00Z"),
        ("Yesterday  02:00", "2026-03-03T02:00:00Z"),
        ("-6h", "2026-03-03T22:10:00Z"),
        ("6h", "2026-03-03T22:10:00Z"),
        ("3 hours ago", "2026-03-04T01:10:00Z"),
        ("-90m", "2026-03-04T02:40:00Z"),
        ("-2d", "2026-03-02T04:10:00Z"),
        ("-1d 12h", "2026-03-02T16:10:00Z"),
        ("+2h", "2026-03-04T06:10:00Z"),
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        ("2026-03-01 04:00", "2026-03-01T04:00:00Z"),
        ("2026-03-01 4:00", "2026-03-01T04:00:00Z"),
        ("2026-03-01T04:00", "2026-03-01T04:00:00Z"),
        ("2026-03-01T04:00:00.5Z", "2026-03-01T04:00:00.500Z"),
        ("2026-03-01T05:00:00+01:00", "2026-03-01T04:00:00Z"),
        ("2026-03-01 05:00+01:00", "2026-03-01T04:00:00Z"),
    ] {
        assert_eq!(read_at_now(text, Side::Past), time, "{text}");
    }
}

#[test]
fn a_time_of_day_ahead_is_the_next_one() {
    for (text, time) in [
        ("02:00", "2026-03-05T02:00:00Z"),
        ("04:10", "2026-03-05T04:10:00Z"),
        ("06:00", "2026-03-04T06:00:00Z"),
        ("tomorrow", "2026-03-05T00:00:00Z"),
        ("tomorrow 06:00", "2026-03-05T06:00:00Z"),
        ("12h", "2026-03-04T16:10:00Z"),
        ("+2d", "2026-03-06T04:10:00Z"),
        ("-6h", "2026-03-03T22:10:00Z"),
    ] {
        assert_eq!(read_at_now(text, Side::Ahead), time, "{text}");
    }
}

#[test]
fn anything_else_is_refused_with_the_accepted_forms() {
    for text in
        ["", "-", "--json", "25:00", "02:60", "noon", "2026-02-30", "2026-03-01 25:00", "6", "-6", "6x", "02:00:00:00"]
    {
        assert_eq!(read_at_now(text, Side::Past), "none", "{text}");
        assert_eq!(read_at_now(text, Side::Ahead), "none", "{text}");
    }
    assert!(past("noon").is_err_and(|error| error.contains("yesterday 02:00")));
    assert!(ahead("noon").is_err_and(|error| error.contains("+12h")));
}

#[test]
fn times_and_lengths_are_shown_as_short_as_possible() {
    let time = |text: &str| Time::parse(text).expect("a time");
    let shown = |text: &str| short(time(text), time(NOW));
    assert_eq!(shown("2026-03-04T02:07:59Z"), "02:07");
    assert_eq!(shown("2026-03-03T22:30:00Z"), "03-03 22:30");
    assert_eq!(shown("2025-12-31T22:30:00Z"), "2025-12-31 22:30");
    let minutes = |minutes| words(atalaia_core::base::time::Span::from_minutes(minutes));
    assert_eq!(
        [-5, 0, 59, 60, 200, 2879, 2880].map(minutes),
        ["0 min", "0 min", "59 min", "1 h", "3 h", "47 h", "2 d"]
    );
}

#[test]
fn lengths_are_above_zero() {
    let hours = atalaia_core::base::time::Span::from_hours;
    assert_eq!(length("12h"), Ok(hours(12)));
    assert_eq!(length("+90m"), Ok(atalaia_core::base::time::Span::from_minutes(90)));
    assert_eq!(length("2d"), Ok(hours(48)));
    for text in ["0h", "-1h", "12", "soon", ""] {
        assert!(length(text).is_err(), "{text}");
    }
}

#[test]
fn a_long_time_is_shown_in_days() {
    let minutes = |minutes| lasting(atalaia_core::base::time::Span::from_minutes(minutes));
    assert_eq!([42, 185, 85_015 * 60].map(minutes), ["42 min", "3 h 05 min", "3542 days"]);
    let short = words(atalaia_core::base::time::Span::from_minutes(3_750));
    assert_eq!((minutes(3_750), short.as_str()), ("2 days".to_owned(), "2 d"), "62.5 h are the same everywhere");
    assert_eq!([-1, -61].map(minutes), ["0 min", "0 min"], "a report ahead of our clock was heard just now");
}
