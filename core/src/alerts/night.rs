//! Night: the sun is so far below the horizon that a meeting cannot be seen.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::{LatLon, sun_altitude_degrees, sun_hour_degrees};

/// Altitude of the sun below which it is night: the end of civil twilight (SPEC "Points"). Degrees above the horizon.
const NIGHT_DEGREES: f64 = -6.0;
/// Sunset and sunrise are found to within this.
const STEP: Span = Span::from_minutes(1);
/// The sun's turn from its highest point to its lowest. Degrees.
const HALF_TURN: f64 = 180.0;
/// Time in which the sun turns by a degree. Milliseconds.
const A_DEGREE: f64 = 240_000.0;
/// Darkness or light that lasts less than this, and less than a tenth of the period, does not count. An absolute time, so that a
/// period that goes on does not lose a night that it had.
const LEAST: Span = Span::from_minutes(10);

/// How much of a period is night.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Night {
    /// Next to nothing.
    #[default]
    No,
    /// A part of it.
    Partly,
    /// All of it, or next to all.
    Whole,
}

impl Night {
    /// How much of a period is night at a place. A moment is a period without length. Near the poles it may be night, or not, for
    /// months.
    pub(super) fn of(place: LatLon, (from, to): (Time, Time)) -> Night {
        let mut was_dark = is_dark(place, from);
        if to <= from {
            return if was_dark { Night::Whole } else { Night::No };
        }
        let least = Span::from_millis(LEAST.millis().min((to - from).millis() / 10));
        // Darkness and light, each as far as it is known. More than the least of both is not needed.
        let mut lasted = [Span::ZERO; 2];
        let mut at = from;
        while at < to && lasted.iter().any(|span| *span < least) {
            let until = turn_after(place, at).min(to);
            let dark = is_dark(place, until);
            let changed_at = if dark == was_dark { until } else { change(place, (at, until), was_dark) };
            lasted[usize::from(was_dark)] += changed_at - at;
            lasted[usize::from(dark)] += until - changed_at;
            (at, was_dark) = (until, dark);
        }
        let [light, darkness] = lasted;
        match (darkness < least, light < least) {
            (true, _) => Night::No,
            (false, true) => Night::Whole,
            (false, false) => Night::Partly,
        }
    }

    /// Whether the result for the period `before` also holds for the period `now`. Looks at the sun once at most; if unsure, returns false.
    pub(super) fn holds(self, place: LatLon, before: (Time, Time), now: (Time, Time)) -> bool {
        let grown = now.1 - before.1;
        if before.0 != now.0 || grown < Span::ZERO {
            return false;
        }
        match self {
            _ if grown == Span::ZERO => true,
            Night::No => grown < LEAST && !is_dark(place, now.1),
            Night::Whole => grown < LEAST && is_dark(place, now.1),
            // As the period grows, its darkness and its light can only increase. From this length on the limit stays the same.
            Night::Partly => LEAST.millis() * 10 <= (before.1 - before.0).millis(),
        }
    }

    /// How a sentence says it after a comma: `at night`. `None` if it is not night.
    pub(super) fn said(self) -> Option<&'static str> {
        match self {
            Night::No => None,
            Night::Partly => Some("partly at night"),
            Night::Whole => Some("at night"),
        }
    }
}

/// Whether the sun is so low that it is night.
fn is_dark(place: LatLon, at: Time) -> bool {
    sun_altitude_degrees(place, at) < NIGHT_DEGREES
}

/// The next moment at which the sun is at its highest or lowest. Until then it only sinks or only rises.
fn turn_after(place: LatLon, at: Time) -> Time {
    let turned = sun_hour_degrees(place, at).rem_euclid(HALF_TURN);
    // At a turn this is half a day later, whichever way the hour angle was rounded.
    at + Span::from_millis(((HALF_TURN - turned) * A_DEGREE) as i64).max(STEP)
}

/// When it becomes dark or light in a period at whose ends it is not the same, to within `STEP`.
fn change(place: LatLon, (mut from, mut to): (Time, Time), was_dark: bool) -> Time {
    while STEP < to - from {
        let middle = from + Span::from_millis((to - from).millis() / 2);
        if is_dark(place, middle) == was_dark {
            from = middle;
        } else {
            to = middle;
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_dusk_is_no_night_and_a_night_is_not_lost_as_the_day_goes_on() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let night = |from: &str, to: &str| {
            let at = |clock: &str| time(&format!("2026-03-{clock}:00Z"));
            Night::of(LatLon::new(21.0, -18.0), (at(from), at(to)))
        };
        // It is night from 19:43 to 07:04 UTC there.
        assert_eq!(night("01T12:00", "01T19:30"), Night::No);
        assert_eq!(night("01T12:00", "01T20:30"), Night::Partly);
        assert_eq!(night("01T20:00", "02T04:00"), Night::Whole);
        assert_eq!(night("01T19:38", "02T04:00"), Night::Whole, "a few minutes of dusk");
        assert_eq!(night("01T20:00", "02T10:00"), Night::Partly);
        assert_eq!(night("02T06:30", "02T19:00"), Night::Partly, "half an hour of it stays");
        assert_eq!(night("01T23:00", "01T23:00"), Night::Whole, "a moment");
        assert_eq!(night("01T12:00", "01T12:00"), Night::No, "a moment");
    }

    #[test]
    fn a_night_that_is_looked_at_as_it_goes_on_is_that_of_the_whole_period() {
        let place = LatLon::new(21.0, -18.0);
        for hour in 0..24 {
            let from = Time::parse("2026-03-01T00:00:00Z").expect("a time") + Span::from_hours(hour);
            let (mut before, mut night) = ((from, from), Night::of(place, (from, from)));
            let mut dark = 0.0;
            for minute in 1..24 * 60 {
                let now = (from, from + Span::from_minutes(minute));
                if !night.holds(place, before, now) {
                    (before, night) = (now, Night::of(place, now));
                }
                dark += f64::from(u8::from(sun_altitude_degrees(place, now.1) < NIGHT_DEGREES));
                let (light, least) = (minute as f64 - dark, 10.0_f64.min(minute as f64 / 10.0));
                // Dusk and dawn are found to within a minute, and these moments are a minute apart.
                let (is_little, is_much) = (|span: f64| span < least + 3.0, |span: f64| least - 3.0 < span);
                let is_right = match night {
                    Night::No => is_little(dark),
                    Night::Whole => is_little(light),
                    Night::Partly => is_much(dark) && is_much(light),
                };
                assert!(is_right, "{from}: {minute} min with {dark} min of darkness are not {night:?}");
            }
        }
    }

    /// Darkness in minutes, counted minute by minute.
    fn dark_minutes(place: LatLon, from: Time, minutes: i64) -> i64 {
        (0..minutes).filter(|minute| is_dark(place, from + Span::from_minutes(*minute))).count() as i64
    }

    #[test]
    fn dusk_and_dawn_are_those_of_every_minute_looked_at() {
        let start = Time::parse("2026-01-01T05:17:00Z").expect("a time");
        for lat in [0.0, 38.7, -54.0, 60.0, 66.0, 71.0, 84.0] {
            for day in (0..365).step_by(23) {
                let place = LatLon::new(lat, -170.0 + day as f64);
                let from = start + Span::from_hours(25 * day);
                let (minutes, dark) = (2000, dark_minutes(place, from, 2000));
                let night = Night::of(place, (from, from + Span::from_minutes(minutes)));
                let (is_little, is_much) = (|span: i64| span < 10 + 4, |span: i64| 10 - 4 < span);
                let is_right = match night {
                    Night::No => is_little(dark),
                    Night::Whole => is_little(minutes - dark),
                    Night::Partly => is_much(dark) && is_much(minutes - dark),
                };
                assert!(is_right, "{lat} N, {from}: {dark} min of darkness are not {night:?}");
                // Every change is found where a minute's look finds it.
                let until = turn_after(place, from);
                let before = is_dark(place, from);
                if before != is_dark(place, until) {
                    let at = change(place, (from, until), before);
                    assert!(is_dark(place, at) != before, "{from}");
                    assert!(is_dark(place, at - Span::from_minutes(2)) == before, "{from}");
                }
            }
        }
    }
}
