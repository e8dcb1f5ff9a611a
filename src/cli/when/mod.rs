//! Times as people type them: `02:00`, `yesterday 02:00`, `-6h`, `now`, `2026-03-01 04:00`, RFC 3339.
//!
//! UTC unless an offset is given. A time of day without a date is the last such moment for [`past`] and the next one
//! for [`ahead`]; a length without a sign is taken the same way. A date without a time is its first moment.
//!
//! Analysts type times in the middle of a watch, mostly of the last hours, so that short forms matter and a
//! wrong guess is worse than a question: what has none of the forms is refused with a list of them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use crate::platform::clock::Clock;
use atalaia_core::base::time::Time;

/// The accepted forms, named in every error. Those for times that are usually past.
const FORMS: &str = "write now, 02:00, yesterday, yesterday 02:00, -6h, -90m, -2d, 2026-03-01, 2026-03-01 04:00 \
    or 2026-03-01T04:00:00Z (UTC)";
/// The accepted forms for times that are usually to come.
const FORMS_AHEAD: &str = "write now, 06:00, tomorrow, tomorrow 06:00, +12h, +90m, +2d, 2026-03-01, 2026-03-01 04:00 \
    or 2026-03-01T04:00:00Z (UTC)";

/// Minutes of a day.
const DAY: i64 = 1440;
/// From this length on, in minutes, a length of time is shown in days.
const TWO_DAYS: i64 = 2 * DAY;

/// Whether a time of day without a date, or a length without a sign, is before or after now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    /// Before now, or now.
    Past,
    /// After now.
    Ahead,
}

/// Parses a time that is usually in the past: `--since`, `--at`, and `--until` of a period. Nothing is
/// refused for being in the future: that is left to the commands.
///
/// # Errors
/// The accepted forms.
pub(super) fn past(text: &str) -> Result<Time, String> {
    read(text, Clock.now(), Side::Past).ok_or_else(|| FORMS.to_owned())
}

/// Parses a time that is usually in the future: the end of a silence or an acknowledgement.
///
/// # Errors
/// The accepted forms.
pub(super) fn ahead(text: &str) -> Result<Time, String> {
    read(text, Clock.now(), Side::Ahead).ok_or_else(|| FORMS_AHEAD.to_owned())
}

/// Parses a length of time above zero: `12h`, `90m`, `2d`.
///
/// # Errors
/// The accepted forms. A length of zero or less is refused too: a silence of no length would look as if it
/// had been made.
pub(super) fn length(text: &str) -> Result<atalaia_core::base::time::Span, String> {
    let epoch = Time::from_millis(0);
    let length = shifted(text.trim().trim_start_matches('+'), epoch).map(|moment| moment - epoch);
    length
        .filter(|length| atalaia_core::base::time::Span::ZERO < *length)
        .ok_or_else(|| "write a length of time: 12h, 90m, 2d".to_owned())
}

/// A time as a list shows it: `06:52` if today, `03-03 22:30` if this year, else `2025-12-31 22:30`. UTC. As short as
/// possible, so that the columns of a list stay narrow.
pub(super) fn short(at: Time, now: Time) -> String {
    let ((year, month, day, ..), (this_year, ..)) = (at.civil(), now.civil());
    match (at.date() == now.date(), year == this_year) {
        (true, _) => at.clock(),
        (false, true) => format!("{month:02}-{day:02} {}", at.clock()),
        (false, false) => at.minute(),
    }
}

/// A length of time with one unit, rounded down: `12 min`, `3 h`, `2 d`. A negative one counts as zero.
/// Minutes below an hour, hours below two days, days from then on.
pub(super) fn words(span: atalaia_core::base::time::Span) -> String {
    let minutes = minutes(span);
    match minutes {
        ..60 => format!("{minutes} min"),
        60..TWO_DAYS => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / DAY),
    }
}

/// A length of time as a page shows it: `42 min`, `3 h 05 min`, `12 days`. Days from two days on, rounded down as in [`words`].
/// A negative one counts as zero: the clock of a receiver may be ahead of ours.
pub(super) fn lasting(span: atalaia_core::base::time::Span) -> String {
    let minutes = minutes(span);
    match minutes {
        TWO_DAYS.. => format!("{} days", minutes / DAY),
        _ => atalaia_core::base::time::Span::from_minutes(minutes).to_string(),
    }
}

/// Whole minutes of a length of time, rounded down; 0 for a negative one.
fn minutes(span: atalaia_core::base::time::Span) -> i64 {
    span.millis().max(0) / 60_000
}

/// The time that `text` means at `now`. `None` if it has none of the forms. Full times are tried first,
/// because only they have an offset that must be kept.
fn read(text: &str, now: Time, side: Side) -> Option<Time> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if lower == "now" {
        return Some(now);
    }
    if let Some(time) = Time::parse(text) {
        return Some(time);
    }
    let (first, rest) =
        lower.split_once(char::is_whitespace).map_or((lower.as_str(), ""), |(day, of)| (day, of.trim()));
    if let Some(date) = day(first, now) {
        return moment(date, rest);
    }
    if let Some(of_day) = time_of_day(&lower) {
        let today = utc(now)?.date();
        let at = |date: Option<Date>| date.and_then(|date| time(date.to_datetime(of_day)));
        return match (side, at(Some(today))?) {
            (Side::Past, moment) if now < moment => at(today.yesterday().ok()),
            (Side::Ahead, moment) if moment <= now => at(today.tomorrow().ok()),
            (_, moment) => Some(moment),
        };
    }
    // `2026-03-01T04:00` and `2026-03-01 04:00`: UTC, because they have no offset.
    if let Ok(moment) = text.parse::<DateTime>() {
        return time(moment);
    }
    let signed = lower.starts_with(['-', '+']) || lower.ends_with("ago");
    match (signed, side) {
        (true, _) | (false, Side::Ahead) => shifted(&lower, now),
        (false, Side::Past) => shifted(&format!("-{lower}"), now),
    }
}

/// A day, by its name or date. `None` for any other word.
fn day(text: &str, now: Time) -> Option<Date> {
    let today = || utc(now).map(|now| now.date());
    match text {
        "today" => today(),
        "yesterday" => today()?.yesterday().ok(),
        "tomorrow" => today()?.tomorrow().ok(),
        // The length is checked first: jiff also reads the date out of a full time.
        _ if text.len() == "2026-03-01".len() => text.parse().ok(),
        _ => None,
    }
}

/// A moment of a day; its first if no time of day is given. `None` if the time of day has none of the forms.
fn moment(date: Date, of_day: &str) -> Option<Time> {
    match of_day {
        "" => time(date.to_datetime(jiff::civil::Time::midnight())),
        of_day => time(date.to_datetime(time_of_day(of_day)?)),
    }
}

/// `02:00`, `2:00`, `02:00:30`, each with or without a `Z`.
fn time_of_day(text: &str) -> Option<jiff::civil::Time> {
    let text = text.strip_suffix('z').unwrap_or(text);
    let mut parts = text.split(':');
    let mut part =
        || parts.next().filter(|part| (1..=2).contains(&part.len())).and_then(|part| part.parse::<i8>().ok());
    let (hour, minute) = (part()?, part()?);
    let second = match text.matches(':').count() {
        1 => 0,
        2 => part()?,
        _ => return None,
    };
    jiff::civil::Time::new(hour, minute, second, 0).ok()
}

/// `now` shifted by a signed length, such as `-6h`, `-1d 12h`, `3 hours ago`. Days have 24 hours.
fn shifted(text: &str, now: Time) -> Option<Time> {
    let span: Span = text.parse().ok()?;
    let moment = utc(now)?.checked_add(span).ok()?;
    Some(Time::from_millis(moment.timestamp().as_millisecond()))
}

/// A time as jiff calculates with it. `None` beyond the years that jiff knows.
fn utc(now: Time) -> Option<Zoned> {
    Timestamp::from_millisecond(now.millis()).ok().map(|now| now.to_zoned(TimeZone::UTC))
}

/// A civil time as UTC. `None` beyond the years that jiff knows.
fn time(moment: DateTime) -> Option<Time> {
    let moment = moment.to_zoned(TimeZone::UTC).ok()?;
    Some(Time::from_millis(moment.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests;
