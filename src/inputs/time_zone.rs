//! Time zones, as the settings and the command line name them.

use jiff::tz::{Offset, TimeZone};

/// Parses a time zone from the settings or the command line: an IANA name, `UTC`, or a fixed offset (`+02:00`).
/// `None` if it is neither.
pub fn time_zone(text: &str) -> Option<TimeZone> {
    let offset = || {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        // A second sign (`+-2`) parses as a number, so it is rejected here.
        if !(0..=59).contains(&minutes) || hours < 0 {
            return None;
        }
        let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
        Some(TimeZone::fixed(offset))
    };
    match text {
        "Z" => Some(TimeZone::UTC),
        _ => offset().or_else(|| TimeZone::get(text).ok()),
    }
}
