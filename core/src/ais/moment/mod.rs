//! The time formats of feeds and recordings.
//!
//! A line may claim a time in a dozen ways. Whatever the way, a time outside 2000-2050 is not believed. Times are kept
//! to the millisecond; finer decimals are cut off.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use super::station::StationText;
use crate::base::time::{Span, Time};

/// Claimed times outside 2000-01-01..2050-01-01 are not believed: they are sample counters or come from unset clocks. Milliseconds.
const FIRST: i64 = 946_684_800_000;
/// End of the believed times, exclusive. Milliseconds.
const LAST: i64 = 2_524_608_000_000;

/// The time if it is within 2000-2050, otherwise `None`.
pub(super) fn believable(time: Time) -> Option<Time> {
    (FIRST..LAST).contains(&time.millis()).then_some(time)
}

/// Reads UNIX time in seconds or milliseconds (from 1e12 on), with or without decimals; `None` outside 2000-2050.
pub(super) fn unix_time(text: &[u8]) -> Option<Time> {
    let (mut whole, mut digits) = (0i64, 0);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if 9 < digit {
            break;
        }
        // Only wraps on absurd lengths, which the next check rejects.
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit));
        digits += 1;
    }
    // Nine digits reach back to 1973 in seconds; fifteen are beyond any time in milliseconds.
    if !(9..=15).contains(&digits) {
        return None;
    }
    let decimals = &text[digits..];
    if 1_000_000_000_000 <= whole {
        return believable(Time::from_millis(whole));
    }
    let millis = whole * 1000 + milliseconds(decimals)?;
    believable(Time::from_millis(millis))
}

/// Milliseconds from the text after the seconds: empty, or a decimal fraction of which the first three digits count.
fn milliseconds(decimals: &[u8]) -> Option<i64> {
    match decimals {
        [] => Some(0),
        [b'.' | b',', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            let three = [0, 1, 2].map(|i| i64::from(digits.get(i).map_or(0, |digit| digit - b'0')));
            Some(three[0] * 100 + three[1] * 10 + three[2])
        }
        _ => None,
    }
}

/// Value of a text of 1 to 15 digits; `None` for anything else.
pub(super) fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || 15 < digits.len() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |number: i64, digit: &u8| number * 10 + i64::from(digit - b'0');
    Some(digits.iter().fold(0, add))
}

/// A date and time of day whose time zone is not yet known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Civil {
    /// The moment if the clock showed UTC.
    as_utc: Time,
}

impl Civil {
    /// Reads `YYYY-MM-DD HH:MM:SS`, also with `T`, `/` or `.` as separators and with decimals. Also returns the text that follows.
    pub(super) fn year_first(text: &[u8]) -> Option<(Civil, &[u8])> {
        let [y1, y2, y3, y4, b'-' | b'/' | b'.', m1, m2, b'-' | b'/' | b'.', d1, d2, rest @ ..] = text else {
            return None;
        };
        let year = number(&[*y1, *y2, *y3, *y4])?;
        let date = (year, number(&[*m1, *m2])?, number(&[*d1, *d2])?);
        Civil::time_of_day(date, rest)
    }

    /// Reads `DD/MM/YYYY HH:MM:SS`. Also returns the text that follows.
    pub(super) fn day_first(text: &[u8]) -> Option<(Civil, &[u8])> {
        let [d1, d2, b'/' | b'-' | b'.', m1, m2, b'/' | b'-' | b'.', y1, y2, y3, y4, rest @ ..] = text else {
            return None;
        };
        let year = number(&[*y1, *y2, *y3, *y4])?;
        let date = (year, number(&[*m1, *m2])?, number(&[*d1, *d2])?);
        Civil::time_of_day(date, rest)
    }

    /// Reads the time of day that follows a date. A fraction after a point is read, a zone is left in the rest.
    fn time_of_day((year, month, day): (i64, i64, i64), text: &[u8]) -> Option<(Civil, &[u8])> {
        let [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else {
            return None;
        };
        let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
        let second = number(&[*s1, *s2])?;
        let time = Time::from_utc(year as i32, month as u32, day as u32, hour as u32, minute as u32, second as u32)?;
        let more = match rest {
            [b'.', digits @ ..] => 1 + digits.iter().take_while(|d| d.is_ascii_digit()).count(),
            _ => 0,
        };
        let (decimals, rest) = rest.split_at(more);
        let millis = Span::from_millis(milliseconds(decimals)?);
        let as_utc = time + millis;
        Some((Civil { as_utc }, rest))
    }

    /// The moment in the zone written behind it: nothing, `Z` or `UTC`, or an offset such as `+02`, `+0200` or `+02:00`.
    pub(super) fn with_zone(self, zone: &[u8]) -> Option<Time> {
        match zone.trim_ascii() {
            [] | b"Z" | b"z" | b"UTC" => self.utc(),
            zone => believable(self.as_utc - offset(zone)?),
        }
    }

    /// The moment if the clock shows UTC; `None` outside 2000-2050.
    pub(super) fn utc(self) -> Option<Time> {
        believable(self.as_utc)
    }
}

/// The clock of a receiver that writes local time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LocalClock {
    /// Zone of the clock, from the settings of the input; `None` means UTC.
    #[serde(skip)]
    zone: Option<TimeZone>,
    /// Last quarter of an hour looked up, with its offset. Offsets only change on quarters.
    known: Option<(i64, Span)>,
    /// Last moment read; `Time::MIN` before the first.
    last: Time,
}

/// Milliseconds in a quarter of an hour.
const QUARTER: i64 = 15 * 60_000;

impl LocalClock {
    /// Creates a clock in this zone; `None` means UTC.
    pub(super) fn new(zone: Option<TimeZone>) -> LocalClock {
        LocalClock { zone, known: None, last: Time::MIN }
    }

    /// Changes the zone of the clock.
    pub(super) fn set_zone(&mut self, zone: Option<TimeZone>) {
        if self.zone != zone {
            (self.zone, self.known) = (zone, None);
        }
    }

    /// The moment at which the clock showed this. In the hour repeated in autumn, the reading that continues from the last one.
    pub(super) fn read(&mut self, civil: Civil) -> Option<Time> {
        let time = self.resolve(civil).and_then(believable)?;
        self.last = time;
        Some(time)
    }

    /// The moment of a reading, believable or not. A reading in the hour left out in spring is taken as if the clock
    /// had not been moved.
    fn resolve(&mut self, civil: Civil) -> Option<Time> {
        let Some(zone) = &self.zone else {
            return Some(civil.as_utc);
        };
        // A zone look-up costs more than reading the rest of the line, and neighbouring lines share their offset.
        let quarter = civil.as_utc.millis().div_euclid(QUARTER);
        if let Some((known, offset)) = self.known
            && known == quarter
        {
            return Some(civil.as_utc - offset);
        }
        let (year, month, day, hour, minute, second) = civil.as_utc.civil();
        let local =
            civil::DateTime::new(year as i16, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0)
                .ok()?;
        let span = |offset: jiff::tz::Offset| Span::from_seconds(i64::from(offset.seconds()));
        match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                self.known = Some((quarter, span(offset)));
                Some(civil.as_utc - span(offset))
            }
            AmbiguousOffset::Gap { before, .. } => Some(civil.as_utc - span(before)),
            AmbiguousOffset::Fold { before, after } => {
                let early = civil.as_utc - span(before);
                let late = civil.as_utc - span(after);
                // The first passage unless the clock would go back more than 5 min: then the hour is the repeated one.
                let would_go_back = Span::from_minutes(5) < self.last - early;
                let passed = would_go_back && self.last != Time::MIN;
                Some(if passed { late } else { early })
            }
        }
    }

    /// Reads the time before a sentence: UNIX time, or date and time of this clock or in the offset written after it.
    /// Separators and brackets around it are ignored. `None` if the text is anything else.
    pub(super) fn prefix(&mut self, text: &[u8]) -> Option<Time> {
        let loose = |byte: &u8| b" \t,;|[]\"'".contains(byte);
        let start = text.iter().position(|byte| !loose(byte))?;
        let end = text.iter().rposition(|byte| !loose(byte))?;
        let text = &text[start..=end];
        if let Some(time) = unix_time(text) {
            return Some(time);
        }
        let (civil, rest) = Civil::year_first(text)?;
        match rest {
            [] => self.read(civil),
            b"Z" | b" Z" | b" UTC" | b"UTC" => civil.utc(),
            _ => believable(civil.as_utc - offset(rest)?),
        }
    }
}

/// Reads an offset from UTC, such as `+02`, `+0200` or `+02:00`.
fn offset(text: &[u8]) -> Option<Span> {
    let [sign @ (b'+' | b'-'), h1, h2, minutes @ ..] = text else {
        return None;
    };
    let minutes = match minutes {
        [] => 0,
        [b':', m1, m2] | [m1, m2] => number(&[*m1, *m2])?,
        _ => return None,
    };
    let offset = Span::from_minutes(number(&[*h1, *h2])? * 60 + minutes);
    Some(if *sign == b'-' { -offset } else { offset })
}

/// Reads a moment in RFC 3339 or as Go prints it (`2026-04-25 09:47:25.26746452 +0000 UTC`); without an offset it is UTC.
/// Zone names after the offset are ignored. `None` if it is malformed or outside 2000-2050.
pub(super) fn stamp(text: &[u8]) -> Option<Time> {
    let (civil, rest) = Civil::year_first(text.trim_ascii())?;
    match rest.trim_ascii_start() {
        [] | b"Z" | b"UTC" => civil.utc(),
        rest => {
            let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
            believable(civil.as_utc - offset(&rest[..end])?)
        }
    }
}

/// Reads `YYYYMMDDHHMMSS` in UTC.
/// `None` if it is malformed or outside 2000-2050.
pub(super) fn compact(text: &[u8]) -> Option<Time> {
    let digits: &[u8; 14] = text.try_into().ok()?;
    let part = |from: usize, to: usize| number(&digits[from..to]);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let time = Time::from_utc(year as i32, month as u32, day as u32, hour as u32, minute as u32, second as u32)?;
    believable(time)
}

/// The fields after the checksum of a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Suffix {
    /// The first bare number that is a plausible time. If there are two, it is the time of receipt, and the time of forwarding follows.
    pub(super) time: Option<Time>,
    /// The station field: `r` or `b` and its number.
    pub(super) station: StationText,
    /// Whether the only field is a number that cannot be a time: a sample counter.
    pub(super) counter: bool,
}

impl Suffix {
    /// Reads the US Coast Guard form (`,s…,d…,T…,r003669958,1085889680`, in any order) and bare numbers.
    pub(super) fn read(text: &[u8]) -> Suffix {
        let mut suffix = Suffix::default();
        let Some(text) = text.trim_ascii().strip_prefix(b",") else {
            return suffix;
        };
        let mut fields = 0;
        let mut bare = false;
        for field in text.split(|byte| *byte == b',') {
            fields += 1;
            match field {
                [b'r' | b'b', _, ..] if suffix.station.is_empty() => {
                    suffix.station = StationText::new(field);
                }
                [b'0'..=b'9', ..] if suffix.time.is_none() => {
                    suffix.time = unix_time(field);
                    bare |= number(field).is_some();
                }
                _ => {}
            }
        }
        suffix.counter = fields == 1 && bare && suffix.time.is_none();
        suffix
    }
}

/// Time and station of a Gatehouse `$PGHP` line, given the text between `$` and `*`; `None` if its date is impossible.
pub(super) fn gatehouse(content: &[u8]) -> Option<(Time, StationText)> {
    // Address and message type come first.
    let mut fields = content.split(|byte| *byte == b',').skip(2);
    let mut next = || fields.next().and_then(number);
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    let millis = next()?;
    let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let time =
        Time::from_utc(i32::try_from(year).ok()?, small(month), small(day), small(hour), small(minute), small(second))?;
    if 1000 <= millis {
        return None;
    }
    // Country and region come before the MMSI of the base station.
    let station = fields.nth(2).map(StationText::new).unwrap_or_default();
    Some((believable(time + Span::from_millis(millis))?, station))
}

#[cfg(test)]
mod tests;
