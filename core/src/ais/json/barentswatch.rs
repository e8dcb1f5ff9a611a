//! BarentsWatch: all data known of a vessel in one object, any of them null, or one message identified by its `type`.
//!
//! Any field may be null. Times are RFC 3339; draught is in 0.1 m, and the estimated arrival has no year. Courses above
//! 360° have been relayed, and become absent.

use serde::Deserialize;

use super::object::{DecodedMessage, Object, payload};
use super::values::{self, CALL_SIGN, Integer, LONG_NAME, Label, NAME, Number, Text, hull, parse};
use crate::ais::moment::{number, stamp};
use crate::ais::report::TimeBasis;
use crate::ais::report::{Aid, Body, Class, Dimensions, Position, Static};
use crate::ais::tally::Reject;

/// The fields of every model, all optional but the MMSI.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Vessel<'a> {
    /// `Position`, `Staticdata`, `Aton` or another; missing in the combined model.
    #[serde(borrow, rename = "type")]
    model: Text<'a>,
    /// AIS message type; null or missing if the feed does not give it.
    message_type: Integer,
    /// The vessel, station or aid.
    mmsi: Integer,
    /// Time of the position, RFC 3339.
    #[serde(borrow)]
    msgtime: Text<'a>,
    /// Degrees north.
    latitude: Number,
    /// Degrees east.
    longitude: Number,
    /// Knots.
    speed_over_ground: Number,
    /// Degrees.
    course_over_ground: Number,
    /// Degrees.
    true_heading: Number,
    navigational_status: Integer,
    imo_number: Integer,
    #[serde(borrow)]
    call_sign: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    destination: Text<'a>,
    /// Estimated arrival, `MMDDhhmm`.
    #[serde(borrow)]
    eta: Label<'a>,
    ship_type: Integer,
    /// Length overall in metres.
    ship_length: Integer,
    /// Beam in metres.
    ship_width: Integer,
    /// Metres from the antenna to the bow; `dimension_b`, `c` and `d` are those to stern, port and starboard.
    dimension_a: Integer,
    dimension_b: Integer,
    dimension_c: Integer,
    dimension_d: Integer,
    /// Decimetres.
    draught: Number,
    /// `A` or `B`; `ais_class` in other models.
    #[serde(borrow)]
    report_class: Text<'a>,
    #[serde(borrow)]
    ais_class: Text<'a>,
    type_of_aids_to_navigation: Integer,
    /// Stream that the report came from; counts as its station.
    #[serde(borrow)]
    stream: Label<'a>,
}

/// Reads an object.
/// Fails with `JsonFields`, `Mmsi` or `UnknownType`.
pub(super) fn read(text: &str) -> Result<Object<'static>, Reject> {
    let vessel: Vessel<'_> = parse(text)?;
    let mmsi = vessel.mmsi.mmsi()?;
    let kind: u8 = match vessel.message_type.0 {
        None => 0,
        Some(_) => vessel.message_type.within(1..=27).ok_or(Reject::UnknownType)?,
    };
    let said = Box::new(vessel.said());
    let (body, more) = match &*vessel.model.0 {
        "Position" => (Body::Position(vessel.position(kind)), None),
        "Staticdata" => (Body::Static(said), None),
        "Aton" => (Body::Aid(Box::new(vessel.aid(kind))), None),
        // The combined model: a position with whatever is known besides, or static data alone.
        "" if vessel.latitude.0.is_some() || said.is_empty() => {
            (Body::Position(vessel.position(kind)), Some(said).filter(|said| !said.is_empty()))
        }
        "" => (Body::Static(said), None),
        // Binary messages and unknown models.
        _ => (Body::Other, None),
    };
    let time = stamp(vessel.msgtime.0.as_bytes());
    // The time belongs to the message here: one object is the state at that time.
    let payload = payload((kind, &body, time));
    let (time, station) = (time.map(|time| (TimeBasis::Column, time)), vessel.stream.station());
    Ok(Object::Message(Box::new(DecodedMessage { kind, mmsi, time, station, payload, body, more, repeated: true })))
}

impl Vessel<'_> {
    /// Class of the transponder; `None` if neither field gives it.
    fn class(&self) -> Option<Class> {
        match (&*self.report_class.0, &*self.ais_class.0) {
            ("A", _) | ("", "A") => Some(Class::A),
            ("B", _) | ("", "B") => Some(Class::B),
            _ => None,
        }
    }

    /// The position. Impossible values become absent.
    fn position(&self, kind: u8) -> Position {
        let place = self.latitude.0.zip(self.longitude.0);
        let class = self.class().unwrap_or(Class::Unknown);
        if kind == 9 {
            return Position::aircraft(place, self.speed_over_ground.0, self.course_over_ground.0);
        }
        let status = self.navigational_status.within(0..=15).filter(|_| class != Class::B);
        let (speed, course) = (self.speed_over_ground.0, self.course_over_ground.0);
        Position::new(class, kind, place, speed, course, self.true_heading.0, status)
    }

    /// The static data. Impossible values become absent.
    fn said(&self) -> Static {
        Static {
            class: self.class(),
            imo: self.imo_number.imo(),
            name: self.name.words(NAME),
            call_sign: self.call_sign.words(CALL_SIGN),
            ship_type: self.ship_type.ship_type(),
            dimensions: self.hull(),
            draught_dm: self.draught.draught(1.0),
            destination: self.destination.words(NAME),
            eta: self.eta(),
        }
    }

    /// Distances from the antenna. If only length and width are given, the antenna is assumed to be amidships.
    fn hull(&self) -> Option<Dimensions> {
        let sides = hull([self.dimension_a, self.dimension_b, self.dimension_c, self.dimension_d]);
        sides.or_else(|| {
            let length: u16 = self.ship_length.within(1..=1022).unwrap_or(0);
            let width: u8 = self.ship_width.within(1..=126).unwrap_or(0);
            let (bow, port) = (length.div_ceil(2), width.div_ceil(2));
            let hull = Dimensions { bow, stern: length / 2, port, starboard: width / 2 };
            (hull != Dimensions::default()).then_some(hull)
        })
    }

    /// Estimated arrival as month, day, hour and minute; `None` unless it is eight digits and possible.
    fn eta(&self) -> Option<(u8, u8, u8, u8)> {
        let [m1, m2, d1, d2, h1, h2, n1, n2] = self.eta.0.as_bytes() else {
            return None;
        };
        let two = |tens: &u8, ones: &u8| number(&[*tens, *ones]);
        values::eta([two(m1, m2), two(d1, d2), two(h1, h2), two(n1, n2)])
    }

    /// The object as an aid to navigation.
    fn aid(&self, kind: u8) -> Aid {
        let place = self.latitude.0.zip(self.longitude.0);
        Aid {
            position: Position::new(Class::Unknown, kind, place, None, None, None, None),
            kind: self.type_of_aids_to_navigation.within(1..=31),
            name: self.name.words(LONG_NAME),
            dimensions: self.hull(),
            is_virtual: false,
        }
    }
}
