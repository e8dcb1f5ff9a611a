//! Messages decoded by gpsd; AIS-catcher uses the same names.
//!
//! With `scaled: false` values are in the units of the radio message, and otherwise in degrees, knots and metres. A
//! message may have any subset of the fields of its type.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::head::Head;
use super::object::{DecodedMessage, Object, payload};
use super::values::{
    self, AnyValue, CALL_SIGN, Flag, Integer, LONG_NAME, NAME, Number, SAFETY_TEXT, Text, hull, parse,
};
use crate::ais::message::INOPERATIVE;
use crate::ais::moment::number;
use crate::ais::report::{Aid, Body, Class, Dimensions, Position, Static, UNITS_PER_DEGREE};
use crate::ais::tally::Reject;
use crate::base::units::Mmsi;

/// A message with a position.
#[derive(Deserialize, Default)]
#[serde(default)]
struct PositionFields {
    /// False if values are in units of the radio message; absent means scaled.
    scaled: Flag,
    /// Navigational status.
    status: Integer,
    /// Speed over ground.
    speed: Speed,
    /// Degrees east, or message units.
    lon: Number,
    /// Degrees north, or message units.
    lat: Number,
    /// Degrees, or message units.
    course: Number,
    /// Degrees.
    heading: Number,
    /// Distinguishes transmissions, together with `radio`.
    second: Integer,
    /// Radio state of the transmission.
    radio: Integer,
}

/// A speed: a number, or gpsd's words for "not available" and "at least 102.2 kn".
#[derive(Clone, Copy, Default)]
enum Speed {
    /// Not available.
    #[default]
    Absent,
    /// At least 102.2 kn, the end of the scale.
    Most,
    /// A speed, in knots or in message units.
    Of(f64),
}

/// A message with static data.
#[derive(Deserialize, Default)]
#[serde(default)]
struct StaticFields<'a> {
    /// As in [`PositionFields`]; decides the unit of the draught.
    scaled: Flag,
    /// IMO number.
    imo: Integer,
    #[serde(borrow)]
    callsign: Text<'a>,
    #[serde(borrow)]
    shipname: Text<'a>,
    /// Name of an aid to navigation.
    #[serde(borrow)]
    name: Text<'a>,
    /// Ship type.
    shiptype: Integer,
    /// Metres from the antenna to the bow; the next three are those to stern, port and starboard.
    to_bow: Integer,
    to_stern: Integer,
    to_port: Integer,
    to_starboard: Integer,
    /// Metres, or decimetres if unscaled.
    draught: Number,
    #[serde(borrow)]
    destination: Text<'a>,
    #[serde(borrow)]
    eta: Text<'a>,
    /// Type of aid to navigation.
    aid_type: Integer,
    /// Whether the aid is virtual.
    virtual_aid: Flag,
    /// Safety text of type 14.
    #[serde(borrow)]
    text: Text<'a>,
}

impl<'de> Deserialize<'de> for Speed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Speed, D::Error> {
        match AnyValue::deserialize(from)? {
            AnyValue::Nothing => Ok(Speed::Absent),
            AnyValue::Integer(value) => Ok(Speed::Of(value as f64)),
            AnyValue::Number(value) => Ok(Speed::Of(value)),
            AnyValue::Text(word) if word == "nan" => Ok(Speed::Absent),
            AnyValue::Text(word) if word == "fast" => Ok(Speed::Most),
            AnyValue::Text(_) | AnyValue::Truth(_) => Err(D::Error::custom("a speed is expected")),
        }
    }
}

/// Reads a message without sentences.
/// Fails with `Mmsi`, `UnknownType` or `JsonFields`.
pub(super) fn read(text: &str, head: &Head<'_>) -> Result<Object<'static>, Reject> {
    let mmsi = head.mmsi.mmsi()?;
    let kind: u8 = head.kind.within(1..=27).ok_or(Reject::UnknownType)?;
    let (body, more, second, radio) = match kind {
        1..=4 | 9 | 11 | 18 | 27 => {
            let at: PositionFields = parse(text)?;
            (at.body(kind), None, at.second.0, at.radio.0)
        }
        19 => {
            let (at, who): (PositionFields, StaticFields<'_>) = (parse(text)?, parse(text)?);
            let said = Box::new(who.said(kind, mmsi));
            (at.body(kind), Some(said), at.second.0, at.radio.0)
        }
        21 => {
            let (at, who): (PositionFields, StaticFields<'_>) = (parse(text)?, parse(text)?);
            (Body::Aid(Box::new(who.aid(at.position(kind)))), None, at.second.0, None)
        }
        5 | 24 => (Body::Static(Box::new(parse::<StaticFields<'_>>(text)?.said(kind, mmsi))), None, None, None),
        14 => match parse::<StaticFields<'_>>(text)?.text.words(SAFETY_TEXT) {
            Some(text) => (Body::SafetyText(text), None, None, None),
            None => (Body::Other, None, None, None),
        },
        _ => (Body::Other, None, None, None),
    };
    let payload = payload((kind, &body, &more, second, radio));
    let (time, station) = (head.time(), head.station());
    Ok(Object::Message(Box::new(DecodedMessage { kind, mmsi, time, station, payload, body, more, repeated: false })))
}

impl PositionFields {
    /// The position, as the kind of station that a message type comes from.
    fn body(&self, kind: u8) -> Body {
        match kind {
            4 | 11 => Body::Base(self.position(kind)),
            _ => Body::Position(self.position(kind)),
        }
    }

    /// The position in degrees and knots. Values that stand for "not available" become absent.
    fn position(&self, kind: u8) -> Position {
        let in_degrees = self.scaled.0.unwrap_or(true);
        // On the air, types 9 and 27 have whole knots, and type 27 also has tenths of a minute and whole degrees.
        let (minutes, knots, degrees) = match (in_degrees, kind) {
            (true, _) => (1.0, 1.0, 1.0),
            (false, 27) => (600.0, 1.0, 1.0),
            (false, 9) => (UNITS_PER_DEGREE, 1.0, 10.0),
            (false, _) => (UNITS_PER_DEGREE, 10.0, 10.0),
        };
        let operates = self.second.0 != Some(i64::from(INOPERATIVE));
        let place = self.lat.0.zip(self.lon.0).filter(|_| operates).map(|(lat, lon)| (lat / minutes, lon / minutes));
        let class = match kind {
            1..=3 | 27 => Class::A,
            18 | 19 => Class::B,
            _ => Class::Unknown,
        };
        let speed = match self.speed {
            _ if matches!(kind, 4 | 11 | 21) => None,
            Speed::Absent => None,
            Speed::Most if kind == 9 => Some(1022.0),
            Speed::Most => Some(102.2),
            // 63 kn means "not available" in type 27.
            Speed::Of(value) if kind == 27 && value == 63.0 => None,
            Speed::Of(value) => Some(value / knots),
        };
        let course = self.course.0.map(|value| value / degrees);
        let heading = self.heading.0.filter(|_| !matches!(kind, 9 | 27));
        let status = self.status.within(0..=15).filter(|_| matches!(kind, 1..=3 | 27));
        match kind {
            9 => Position::aircraft(place, speed, course),
            _ => Position::new(class, kind, place, speed, course, heading, status),
        }
    }
}

impl StaticFields<'_> {
    /// Static data of types 5, 19 and 24.
    fn said(&self, kind: u8, mmsi: Mmsi) -> Static {
        // Auxiliary craft (98MID) send the mother ship's MMSI in place of their dimensions.
        let tender = kind == 24 && mmsi.0 / 10_000_000 == 98;
        Static {
            class: Some(if kind == 5 { Class::A } else { Class::B }),
            imo: self.imo.imo(),
            name: self.shipname.words(NAME),
            call_sign: self.callsign.words(CALL_SIGN),
            ship_type: self.shiptype.ship_type(),
            dimensions: self.hull().filter(|_| !tender),
            draught_dm: self.draught.draught(if self.scaled.0.unwrap_or(true) { 10.0 } else { 1.0 }),
            destination: self.destination.words(NAME),
            eta: self.eta(),
        }
    }

    /// Type 21.
    fn aid(&self, position: Position) -> Aid {
        Aid {
            position,
            kind: self.aid_type.within(1..=31),
            name: self.name.words(LONG_NAME).or_else(|| self.shipname.words(LONG_NAME)),
            dimensions: self.hull(),
            is_virtual: self.virtual_aid.0.unwrap_or(false),
        }
    }

    /// The dimensions; `None` if all are 0 or impossible.
    fn hull(&self) -> Option<Dimensions> {
        hull([self.to_bow, self.to_stern, self.to_port, self.to_starboard])
    }

    /// Estimated arrival, `MM-DDTHH:MMZ`.
    fn eta(&self) -> Option<(u8, u8, u8, u8)> {
        let [m1, m2, b'-', d1, d2, b'T' | b' ', h1, h2, b':', n1, n2, b'Z'] = self.eta.0.as_bytes() else {
            return None;
        };
        let two = |tens: &u8, ones: &u8| number(&[*tens, *ones]);
        values::eta([two(m1, m2), two(d1, d2), two(h1, h2), two(n1, n2)])
    }
}
