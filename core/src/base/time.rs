//! Event time: UTC milliseconds, and spans between two moments.

use std::fmt;
use std::num::NonZeroI64;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Prints as RFC 3339 with `Z`; the fraction appears only when it is not zero.
///
/// Stored as the milliseconds plus `BIAS`, which is not zero for any moment of a recording. So `Option<Time>` takes no more memory than
/// `Time`, and what is kept about a vessel has many of both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(NonZeroI64);

/// Difference between the stored number of a moment and its milliseconds: 146 million years.
const BIAS: i64 = 1 << 62;

/// A length of time in milliseconds; may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Span(i64);

impl Time {
    /// A moment before any that a recording can contain.
    pub const MIN: Time = Time::from_millis(i64::MIN / 4);
    /// A moment after any that a recording can contain.
    pub const MAX: Time = Time::from_millis(i64::MAX / 4);

    /// From milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Time {
        Time::stored(millis.saturating_add(BIAS))
    }

    /// The moment with this stored number. Zero gives a moment before any that a recording can contain.
    const fn stored(number: i64) -> Time {
        match NonZeroI64::new(number) {
            Some(number) => Time(number),
            None => Time(NonZeroI64::MIN),
        }
    }

    /// From whole seconds since 1970-01-01 UTC.
    pub const fn from_seconds(seconds: i64) -> Time {
        Time::from_millis(seconds * 1000)
    }

    /// From a UTC calendar date (proleptic Gregorian) and time of day; `None` when a part is out of range.
    pub fn from_utc(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Option<Time> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days_in_month = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let in_range =
            (1..=9999).contains(&year) && (1..=days_in_month).contains(&day) && hour < 24 && minute < 60 && second < 60;
        if !in_range {
            return None;
        }
        let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
        let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Time::from_seconds(days * 86_400 + of_day))
    }

    /// Parses RFC 3339 (`2026-03-01T04:10:00Z`, a fraction and a numeric offset allowed).
    /// `None` for anything else. Fractions beyond milliseconds are cut off.
    pub fn parse(text: &str) -> Option<Time> {
        let stamp: jiff::Timestamp = text.parse().ok()?;
        Some(Time::from_millis(stamp.as_millisecond()))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0.get().saturating_sub(BIAS)
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    pub const fn seconds(self) -> i64 {
        self.millis().div_euclid(1000)
    }

    /// The start of the UTC minute that contains this moment.
    pub const fn floor_minute(self) -> Time {
        Time::from_millis(self.millis().div_euclid(60_000) * 60_000)
    }

    /// Year, month (1-12), day, hour, minute, second in UTC.
    pub fn civil(self) -> (i64, u32, u32, u32, u32, u32) {
        let seconds = self.seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400) as u32;
        (year, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60)
    }

    /// `YYYY-MM-DD` in UTC.
    pub fn date(self) -> String {
        let (year, month, day, ..) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `YYYY-MM-DD HH:MM` in UTC, for sentences and tables that name UTC once.
    pub fn minute(self) -> String {
        format!("{} {}", self.date(), self.clock())
    }

    /// `HH:MM` in UTC beside another moment: with the date before it if the two are not on one day.
    pub fn clock_on(self, other: Time) -> String {
        match self.date() == other.date() {
            true => self.clock(),
            false => self.minute(),
        }
    }

    /// `HH:MM` in UTC, as an analyst writes it.
    pub fn clock(self) -> String {
        let (_, _, _, hour, minute, _) = self.civil();
        format!("{hour:02}:{minute:02}")
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({})", self.millis())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.millis().rem_euclid(1000) {
            0 => f.write_str("Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

/// As RFC 3339 in JSON and TOML, and as milliseconds in snapshots.
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(self),
            false => serializer.serialize_i64(self.millis()),
        }
    }
}

/// Reads what [`Serialize`] writes; any RFC 3339 time in JSON and TOML.
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        if !from.is_human_readable() {
            return i64::deserialize(from).map(Time::from_millis);
        }
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Time::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a time")))
    }
}

impl Span {
    /// Zero milliseconds.
    pub const ZERO: Span = Span(0);

    /// From milliseconds.
    pub const fn from_millis(millis: i64) -> Span {
        Span(millis)
    }

    /// From whole seconds.
    pub const fn from_seconds(seconds: i64) -> Span {
        Span(seconds * 1000)
    }

    /// From whole minutes.
    pub const fn from_minutes(minutes: i64) -> Span {
        Span(minutes * 60_000)
    }

    /// From whole hours.
    pub const fn from_hours(hours: i64) -> Span {
        Span(hours * 3_600_000)
    }

    /// The length in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The length in seconds, with the fraction.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// The length in minutes, with the fraction.
    pub fn minutes(self) -> f64 {
        self.0 as f64 / 6e4
    }

    /// The length in hours, with the fraction.
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3.6e6
    }

    /// The same length without its sign.
    pub const fn abs(self) -> Span {
        Span(self.0.abs())
    }
}

impl fmt::Display for Span {
    /// `42 min`, `3 h 05 min`; whole minutes, rounded down.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.div_euclid(60_000);
        match minutes {
            0..60 => write!(f, "{minutes} min"),
            _ => write!(f, "{} h {:02} min", minutes / 60, minutes % 60),
        }
    }
}

/// Saturates, so that arithmetic with [`Time::MIN`] and [`Time::MAX`] is safe; so do the other additions and subtractions.
impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time::stored(self.0.get().saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time::stored(self.0.get().saturating_sub(span.0))
    }
}

impl Sub for Time {
    type Output = Span;
    fn sub(self, other: Time) -> Span {
        Span(self.0.get().saturating_sub(other.0.get()))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Neg for Span {
    type Output = Span;
    fn neg(self) -> Span {
        Span(-self.0)
    }
}

/// Days since 1970 of a civil date, after Howard Hinnant's `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    // Years begin in March there, so that the leap day is the last of its year.
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The civil date of a day number; the inverse of `days_from_civil`.
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_rfc_3339() {
        let time = Time::from_utc(2026, 3, 1, 4, 10, 0).expect("a valid date");
        assert_eq!(time.to_string(), "2026-03-01T04:10:00Z");
        assert_eq!(Time::parse("2026-03-01T05:10:00+01:00"), Some(time));
        assert_eq!((time + Span::from_millis(7)).to_string(), "2026-03-01T04:10:00.007Z");
    }

    #[test]
    fn civil_dates_survive_the_round_trip() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, i64::from(month), i64::from(day)), days);
        }
    }

    #[test]
    fn a_moment_that_may_be_missing_takes_no_more_memory_and_all_keep_their_order() {
        assert_eq!(size_of::<Option<Time>>(), 8);
        let moments = [Time::MIN, Time::from_millis(-1), Time::from_millis(0), Time::from_seconds(1), Time::MAX];
        assert!(moments.is_sorted());
        for moment in moments {
            assert_eq!(Time::from_millis(moment.millis()), moment);
        }
        assert_eq!((Time::MAX - Time::MIN).millis(), i64::MAX / 4 - i64::MIN / 4);
        assert!(Time::from_millis(i64::MIN) < Time::MIN && Time::MAX < Time::from_millis(i64::MAX));
    }

    #[test]
    fn impossible_dates_are_refused() {
        assert_eq!(Time::from_utc(2023, 2, 29, 0, 0, 0), None);
        assert_eq!(Time::from_utc(2023, 13, 1, 0, 0, 0), None);
        assert_eq!(Time::from_utc(2023, 1, 1, 24, 0, 0), None);
        assert!(Time::from_utc(2024, 2, 29, 23, 59, 59).is_some());
    }
}
