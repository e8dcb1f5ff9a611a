//! Night: the sun is so far below the horizon that a meeting cannot be seen.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::{LatLon, sun_altitude_degrees};

/// Altitude of the sun below which it is night: the end of civil twilight (SPEC "Points"). Degrees above the horizon.
const NIGHT_DEGREES: f64 = -6.0;
/// Number of moments, evenly spaced, at which a period is looked at.
const MOMENTS: i64 = 60;
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
        let middle = |moment: i64| from + Span::from_millis(whole * (2 * moment + 1) / (2 * MOMENTS));
        let darkness = (0..MOMENTS).filter(|moment| dark(middle(*moment))).count() as i64 * whole / MOMENTS;
        let least = LEAST.millis().min(whole / 10);
        match (darkness < least, whole - darkness < least) {
            (true, _) => Night::No,
            (false, true) => Night::Whole,
            (false, false) => Night::Partly,
        }
    }

    /// Whether a period may have more or less night than an earlier look at it showed: it begins at another time, or has grown by so much that
    /// the darkness of that time counts.
    pub(super) fn may_differ(before: (Time, Time), now: (Time, Time)) -> bool {
        let least = LEAST.millis().min((now.1 - now.0).millis() / 10);
        before.0 != now.0 || least < (now.1 - before.1).abs().millis()
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
}
