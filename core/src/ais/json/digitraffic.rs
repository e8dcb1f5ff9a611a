//! Digitraffic: the MQTT topic names the vessel, so the input writes topic and payload as one object.
//!
//! Topics are `vessels-v2/MMSI/location`, `vessels-v2/MMSI/metadata` and `vessels-v2/status`. The payload has neither
//! the MMSI nor the class of the transponder. Values for "not available" are those of the radio message.

use serde::Deserialize;

use super::object::{DecodedMessage, Object, payload};
use super::values::{self, CALL_SIGN, Integer, NAME, Number, Text, hull, parse};
use crate::ais::report::TimeBasis;
use crate::ais::report::{Body, Class, Position, Static};
use crate::ais::station::StationText;
use crate::ais::tally::Reject;

/// Only the topic, to find out what the payload is.
#[derive(Deserialize)]
struct Topic<'a> {
    /// The MQTT topic.
    #[serde(borrow)]
    topic: Text<'a>,
}

/// Only the payload, once the topic has given its type.
#[derive(Deserialize)]
struct PayloadOf<P> {
    /// The payload of the MQTT message.
    payload: P,
}

/// Payload of a `location` topic.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Location {
    /// UNIX time in seconds.
    time: Number,
    /// Knots; 102.3 means "not available".
    sog: Number,
    /// Degrees; 360 means "not available".
    cog: Number,
    /// Navigational status; 15 means "not defined".
    nav_stat: Integer,
    /// Degrees; 511 means "not available".
    heading: Number,
    /// Degrees east.
    lon: Number,
    /// Degrees north.
    lat: Number,
}

/// Payload of a `metadata` topic.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    /// UNIX time in milliseconds.
    timestamp: Number,
    #[serde(borrow)]
    destination: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    /// Decimetres; 0 means "not available".
    draught: Number,
    /// Month, day, hour and minute in 4, 5, 5 and 6 bits, as in type 5.
    eta: Integer,
    /// Metres from the antenna to the bow; `ref_b`, `c` and `d` are those to stern, port and starboard.
    ref_a: Integer,
    ref_b: Integer,
    ref_c: Integer,
    ref_d: Integer,
    #[serde(borrow)]
    call_sign: Text<'a>,
    imo: Integer,
    /// Ship type.
    #[serde(rename = "type")]
    kind: Integer,
}

/// Reads an object of topic and payload.
/// Fails with `JsonFields` if topic or payload is malformed, and with `Mmsi` if the topic has no valid one.
pub(super) fn read(text: &str) -> Result<Object<'static>, Reject> {
    let Topic { topic } = parse(text)?;
    let mut levels = topic.0.rsplit('/');
    let (what, vessel) = (levels.next().unwrap_or_default(), levels.next().unwrap_or_default());
    let mmsi = || match vessel.len() <= 9 && vessel.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Integer(vessel.parse().ok()).mmsi(),
        false => Err(Reject::Mmsi),
    };
    let (mmsi, time, body) = match what {
        "location" => {
            let mmsi = mmsi()?;
            let PayloadOf::<Location> { payload: at } = parse(text)?;
            let place = at.lat.0.zip(at.lon.0);
            let status = at.nav_stat.within(0..=15);
            let position = Position::new(Class::Unknown, 0, place, at.sog.0, at.cog.0, at.heading.0, status);
            (mmsi, at.time.unix_time(), Body::Position(position))
        }
        "metadata" => {
            let mmsi = mmsi()?;
            let PayloadOf::<Metadata<'_>> { payload: data } = parse(text)?;
            (mmsi, data.timestamp.unix_time(), Body::Static(Box::new(data.said())))
        }
        // Any other topic is the status of the service.
        _ => return values::parse::<PayloadOf<serde::de::IgnoredAny>>(text).map(|_| Object::Other),
    };
    let payload = payload((&body, time));
    let time = time.map(|time| (TimeBasis::Column, time));
    let station = StationText::default();
    Ok(Object::Message(Box::new(DecodedMessage {
        kind: 0,
        mmsi,
        time,
        station,
        payload,
        body,
        more: None,
        repeated: false,
    })))
}

impl Metadata<'_> {
    /// The static data. Impossible values become absent.
    fn said(&self) -> Static {
        // Month, day, hour and minute packed into 20 bits.
        let part =
            |shift: u32, bits: u32| self.eta.within(0..=0xF_FFFF).map(|eta: i64| (eta >> shift) & ((1 << bits) - 1));
        Static {
            class: None,
            imo: self.imo.imo(),
            name: self.name.words(NAME),
            call_sign: self.call_sign.words(CALL_SIGN),
            ship_type: self.kind.ship_type(),
            dimensions: hull([self.ref_a, self.ref_b, self.ref_c, self.ref_d]),
            draught_dm: self.draught.draught(1.0),
            destination: self.destination.words(NAME),
            eta: values::eta([part(16, 4), part(11, 5), part(6, 5), part(0, 6)]),
        }
    }
}
