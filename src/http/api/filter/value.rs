//! The values of the fields, as they are written in parameters and in `q`.

use crate::storage::store::WorkState;
use atalaia_core::ais::ship_type_name;
use atalaia_core::alerts::{Class, Severity, Status};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::Behaviour;

/// All severities, the lowest first.
pub(super) const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
/// Longest text that is searched for, in bytes.
const LONGEST: usize = 200;
/// Most values in one field.
const MOST: usize = 200;

/// What is wrong with a value, to be shown after the name of its field.
pub(in crate::http::api) type Wrong = String;

/// The values between commas, each read by `read`.
pub(in crate::http::api) fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let values: Vec<T> = text.split(',').map(|one| read(one.trim())).collect::<Result<_, _>>()?;
    match values.len() {
        0..=MOST => Ok(values),
        _ => Err(format!("has more than {MOST} values")),
    }
}

/// The value with this name, or the nearest name.
fn named<T: Copy>(word: &str, all: impl IntoIterator<Item = T>, name: impl Fn(T) -> &'static str) -> Result<T, Wrong> {
    let all: Vec<T> = all.into_iter().collect();
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    let place = names.iter().position(|name| *name == word);
    let unknown = || format!("`{}` is not known; {}", shown(word), advice(word, &names));
    place.and_then(|place| all.get(place).copied()).ok_or_else(unknown)
}

/// A severity by its name.
pub(super) fn severity(word: &str) -> Result<Severity, Wrong> {
    named(word, SEVERITIES, Severity::name)
}

/// A behaviour by its name.
pub(in crate::http::api) fn behaviour(word: &str) -> Result<Behaviour, Wrong> {
    named(word, Behaviour::ALL.iter().copied(), Behaviour::name)
}

/// A state that analysts give an alert.
pub(super) fn state(word: &str) -> Result<WorkState, Wrong> {
    named(word, WorkState::ALL, WorkState::name)
}

/// A status by its name.
pub(super) fn status(word: &str) -> Result<Status, Wrong> {
    let all = [(Status::Open, "open"), (Status::Ended, "ended"), (Status::Retracted, "retracted")];
    named(word, all, |(_, name)| name).map(|(status, _)| status)
}

/// A class by its name.
pub(super) fn kind(word: &str) -> Result<Class, Wrong> {
    named(word, [Class::Vessel, Class::System], Class::name)
}

/// `true` or `false`.
pub(in crate::http::api) fn truth(word: &str) -> Result<bool, Wrong> {
    named(word, [(true, "true"), (false, "false")], |(_, name)| name).map(|(truth, _)| truth)
}

/// The ship types of a word (`tanker`), a number (`80`) or a range (`80-89`). An underscore stands for a space.
pub(in crate::http::api) fn types(word: &str) -> Result<Vec<u8>, Wrong> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let range = first.parse::<u8>().ok().zip(last.parse::<u8>().ok());
        let range = range.filter(|(first, last)| first <= last && *last <= 99);
        let range = range.ok_or_else(|| "write a ship type from 0 to 99, as 80 or 80-89".to_owned())?;
        return Ok((range.0..=range.1).collect());
    }
    let (word, all) = (word.replace('_', " "), 1..=99_u8);
    let of = |number: &u8| ship_type_name(Some(*number));
    let found: Vec<u8> = all.clone().filter(|number| of(number) == word).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let mut names: Vec<&str> = all.map(|number| of(&number)).collect();
    names.sort_unstable();
    names.dedup();
    Err(format!("`{}` is not known; {}", shown(&word), advice(&word, &names)))
}

/// A flag state: two letters.
pub(in crate::http::api) fn flag(word: &str) -> Result<String, Wrong> {
    match word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => Ok(word.to_ascii_uppercase()),
        false => Err("write two letters, as ES".to_owned()),
    }
}

/// An MMSI: nine digits.
pub(in crate::http::api) fn mmsi(word: &str) -> Result<u32, Wrong> {
    digits(word, 9).ok_or_else(|| "an MMSI has nine digits, as 224123456".to_owned())
}

/// An IMO number: seven digits.
pub(in crate::http::api) fn imo(word: &str) -> Result<u32, Wrong> {
    digits(word, 7).ok_or_else(|| "an IMO number has seven digits, as 9074729".to_owned())
}

/// A number of exactly this many digits.
fn digits(word: &str, length: usize) -> Option<u32> {
    let is_number = word.len() == length && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten()
}

/// A text to search for: not empty and not too long.
pub(in crate::http::api) fn words(text: &str) -> Result<String, Wrong> {
    match text.trim() {
        "" => Err("write a text".to_owned()),
        text if LONGEST < text.len() => Err(format!("is longer than {LONGEST} bytes")),
        text => Ok(text.to_owned()),
    }
}

/// The full id of an alert or case.
pub(in crate::http::api) fn id(word: &str) -> Result<String, Wrong> {
    match word.len() == 26 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Ok(word.to_ascii_lowercase()),
        false => Err("write the whole id of 26 characters".to_owned()),
    }
}

/// A score: a whole number from 0 to 100.
pub(super) fn score(word: &str) -> Result<i64, Wrong> {
    let score = word.parse().ok().filter(|score| (0..=100).contains(score));
    score.ok_or_else(|| "write a whole number from 0 to 100".to_owned())
}

/// A moment, or how long ago: `2026-03-01T04:10:00Z`, `30m`, `6h`, `2d`. `now` is the moment from which that is counted.
pub(super) fn time(word: &str, now: Time) -> Result<Time, Wrong> {
    let wrong = || "write a time as 2026-03-01T04:10:00Z, or how long ago as 30m, 6h or 2d".to_owned();
    if let Some(time) = Time::parse(word) {
        return Ok(time);
    }
    let last = word.chars().next_back().ok_or_else(wrong)?;
    let number: u32 = word.strip_suffix(last).and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
    let span = match last {
        'm' => Span::from_minutes(i64::from(number)),
        'h' => Span::from_hours(i64::from(number)),
        'd' => Span::from_hours(24 * i64::from(number)),
        _ => return Err(wrong()),
    };
    Ok(now - span)
}

/// The beginning of a word from a request, without control characters, so that it can be quoted.
pub(super) fn shown(word: &str) -> String {
    word.chars().filter(|letter| !letter.is_control()).take(40).collect()
}
