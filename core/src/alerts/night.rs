//! Night: the sun is so far below the horizon that a meeting cannot be seen.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::{LatLon, sun_altitude_degrees};

/// Altitude of the sun below which it is night: the end of civil twilight (SPEC "Points"). Degrees above the horizon.
const NIGHT_DEGREES: f64 = -6.0;
/// Least and largest number of moments, evenly spaced, at which a period is looked at.
const MOMENTS: (i64, i64) = (60, 1440);
/// Time between two moments, unless their number is the least or the largest.
const STEP: Span = Span::from_minutes(2);
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
        let dark = |at| sun_altitude_degrees(place, at) < NIGHT_DEGREES;
        if to <= from {
            return if dark(from) { Night::Whole } else { Night::No };
        }
        let whole = (to - from).millis();
        let moments = (whole / STEP.millis()).clamp(MOMENTS.0, MOMENTS.1);
        let middle = |moment: i64| from + Span::from_millis(whole * (2 * moment + 1) / (2 * moments));
        let darkness = (0..moments).filter(|moment| dark(middle(*moment))).count() as i64 * whole / moments;
        let least = LEAST.millis().min(whole / 10);
        match (darkness < least, whole - darkness < least) {
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
        let is_dark = || sun_altitude_degrees(place, now.1) < NIGHT_DEGREES;
        match self {
            _ if grown == Span::ZERO => true,
            Night::No => grown < LEAST && !is_dark(),
            Night::Whole => grown < LEAST && is_dark(),
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
                // The moments of a look are two minutes apart, and these one.
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
}
