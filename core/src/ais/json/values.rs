//! The values of JSON feeds: numbers, texts and flags. They may be null or missing, but a value of another type is an error.
//!
//! Feeds write the same value in several ways: a name as a number, a whole number with a decimal point, a flag as 0 or 1.
//! Each type here accepts the ways that were seen and nothing else, so that a feed that changes its format is noticed
//! as `json_fields` and is not misread.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::error::Category;

use crate::ais::hidden::visible;
use crate::ais::message::possible_eta;
use crate::ais::moment::believable;
use crate::ais::report::Dimensions;
use crate::ais::station::StationText;
use crate::ais::tally::Reject;
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Maximum characters of a name or a destination: the size of the six-bit field.
pub(super) const NAME: usize = 20;
/// Maximum characters of the name of an aid, including its extension.
pub(super) const LONG_NAME: usize = 34;
/// Maximum characters of a call sign.
pub(super) const CALL_SIGN: usize = 7;
/// Maximum characters of a safety text.
pub(super) const SAFETY_TEXT: usize = 161;

/// Parses an object that the guard accepted.
/// Fails with `JsonFields` if a field is missing or of the wrong type, and with `Json` if it is not JSON.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Reject> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => Reject::JsonFields,
        Category::Syntax | Category::Eof | Category::Io => Reject::Json,
    })
}

/// A number; `None` for null.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Number(pub(super) Option<f64>);

/// A whole number; `None` for null. A number with a fraction is an error.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Integer(pub(super) Option<i64>);

/// A Boolean; `None` for null. 0 and 1 are accepted as well.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Flag(pub(super) Option<bool>);

/// A text; empty for null.
#[derive(Clone, Default, Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// A name that may be written as a number; empty for null.
#[derive(Clone, Default, Debug)]
pub(super) struct Label<'a>(pub(super) Cow<'a, str>);

/// Any JSON value, so that each type above accepts only the kinds it lists.
pub(super) enum AnyValue<'a> {
    /// Null.
    Nothing,
    /// `true` or `false`.
    Truth(bool),
    /// A number without a fraction or exponent.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A text; borrowed unless it has escapes.
    Text(Cow<'a, str>),
}

impl<'de> Deserialize<'de> for AnyValue<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<AnyValue<'de>, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = AnyValue<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a text, a truth or null")
            }
            fn visit_unit<E>(self) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Nothing)
            }
            fn visit_bool<E>(self, value: bool) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Truth(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Integer(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<AnyValue<'de>, E> {
                // Values beyond i64 are out of range for every field anyway.
                Ok(AnyValue::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
            }
            fn visit_f64<E>(self, value: f64) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Number(value))
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Text(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<AnyValue<'de>, E> {
                Ok(AnyValue::Text(Cow::Owned(value.to_owned())))
            }
        }
        from.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Number(None)),
            AnyValue::Integer(value) => Ok(Number(Some(value as f64))),
            AnyValue::Number(value) => Ok(Number(Some(value))),
            AnyValue::Truth(_) | AnyValue::Text(_) => Err(D::Error::custom("a number is expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Integer, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Integer(None)),
            AnyValue::Integer(value) => Ok(Integer(Some(value))),
            // Some programs write every number with a decimal point.
            AnyValue::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => Ok(Integer(Some(value as i64))),
            _ => Err(D::Error::custom("a whole number is expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Flag, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Flag(None)),
            AnyValue::Truth(value) => Ok(Flag(Some(value))),
            AnyValue::Integer(value @ (0 | 1)) => Ok(Flag(Some(value == 1))),
            _ => Err(D::Error::custom("true or false is expected")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text<'a>, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Text::default()),
            AnyValue::Text(value) => Ok(Text(value)),
            _ => Err(D::Error::custom("a text is expected")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Label<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Label<'a>, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Label::default()),
            AnyValue::Text(value) => Ok(Label(value)),
            AnyValue::Integer(value) => Ok(Label(Cow::Owned(value.to_string()))),
            _ => Err(D::Error::custom("a name or a number is expected")),
        }
    }
}

impl Text<'_> {
    /// The text up to its first `@`, trimmed and without invisible characters; `None` if nothing is
    /// left, if it is longer than its field, or if it contains control characters.
    pub(super) fn words(&self, most: usize) -> Option<Box<str>> {
        let said = self.0.split('@').next().unwrap_or_default().trim();
        let text: String = visible(said).collect();
        let text = text.trim();
        let possible = !text.is_empty() && text.chars().count() <= most && !said.contains(char::is_control);
        possible.then(|| text.into())
    }
}

impl Label<'_> {
    /// The label as a station name: characters that are not allowed there become `_`.
    pub(super) fn station(&self) -> StationText {
        let plain = |character: char| if character.is_ascii_graphic() { character as u8 } else { b'_' };
        // Station names are cut to 23 characters there; 32 bounds the work on a long label.
        StationText::new(&self.0.trim().chars().take(32).map(plain).collect::<Vec<u8>>())
    }
}

impl Integer {
    /// The number as a smaller type, if it is in `range`.
    pub(super) fn within<T: TryFrom<i64>>(self, range: std::ops::RangeInclusive<i64>) -> Option<T> {
        self.0.filter(|value| range.contains(value)).and_then(|value| T::try_from(value).ok())
    }

    /// An MMSI of at most nine digits.
    /// Fails with `Mmsi` if it is null, negative or longer.
    pub(super) fn mmsi(self) -> Result<Mmsi, Reject> {
        self.within(0..=999_999_999).map(Mmsi).ok_or(Reject::Mmsi)
    }

    /// A ship type 1-99; `None` for any other number.
    pub(super) fn ship_type(self) -> Option<u8> {
        self.within(1..=99)
    }

    /// An IMO number; its check digit is not checked here.
    /// `None` unless it is 1..=9 999 999.
    pub(super) fn imo(self) -> Option<u32> {
        self.within(1..=9_999_999)
    }
}

impl Number {
    /// Draught in decimetres, 1..=255. `decimetres` is the size of the feed's unit in decimetres.
    pub(super) fn draught(self, decimetres: f64) -> Option<u8> {
        let draught = (self.0? * decimetres).round();
        (1.0..=255.0).contains(&draught).then_some(draught as u8)
    }

    /// UNIX time in seconds or, from 1e12 on, in milliseconds.
    pub(super) fn unix_time(self) -> Option<Time> {
        let value = self.0?;
        let millis = if 1e12 <= value { value } else { value * 1000.0 };
        // Out-of-range values saturate and are rejected by `believable`.
        believable(Time::from_millis(millis.round() as i64))
    }
}

/// Hull dimensions from bow, stern, port and starboard; impossible sides count as not given.
pub(super) fn hull(sides: [Integer; 4]) -> Option<Dimensions> {
    let [bow, stern, port, starboard] = sides;
    let along = |side: Integer| side.within(0..=511).unwrap_or(0);
    let across = |side: Integer| side.within(0..=63).unwrap_or(0);
    let hull = Dimensions { bow: along(bow), stern: along(stern), port: across(port), starboard: across(starboard) };
    (hull != Dimensions::default()).then_some(hull)
}

/// An estimated arrival from month, day, hour and minute; `None` unless all four are possible.
pub(super) fn eta(parts: [Option<i64>; 4]) -> Option<(u8, u8, u8, u8)> {
    let small = |part: Option<i64>| part.and_then(|part| u32::try_from(part).ok());
    let [month, day, hour, minute] = parts.map(small);
    possible_eta(month?, day?, hour?, minute?)
}
