//! aisstream.io: an envelope with the service's time around one message, in which "not available" has the values of the radio message.
//!
//! Field names follow the service's published models (ais-message-models). A message may have any subset of the fields
//! of its type; positions and speeds are in degrees and knots. `MetaData` repeats what the message says, but for the
//! service's own time, which Go prints as `2026-04-25 09:47:25.26746452 +0000 UTC`.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::object::{DecodedMessage, Object, payload};
use super::values::{self, CALL_SIGN, Flag, Integer, LONG_NAME, NAME, Number, SAFETY_TEXT, Text, hull, parse};
use crate::ais::message::INOPERATIVE;
use crate::ais::moment::stamp;
use crate::ais::report::TimeBasis;
use crate::ais::report::{Aid, Body, Class, Dimensions, Position, Static};
use crate::ais::station::StationText;
use crate::ais::tally::Reject;
use crate::base::units::Mmsi;

/// The outermost object.
#[derive(Deserialize)]
struct Envelope<'a> {
    /// Name of the type; must equal the key of the message.
    #[serde(borrow, rename = "MessageType")]
    message_type: Text<'a>,
    /// The service's own data; may be missing.
    #[serde(borrow, default, rename = "MetaData")]
    meta_data: Option<MetaData<'a>>,
    /// The message itself.
    #[serde(borrow, rename = "Message")]
    message: Message<'a>,
}

/// What the service adds.
#[derive(Deserialize)]
struct MetaData<'a> {
    /// Sender; used only if the message has none that is valid.
    #[serde(rename = "MMSI", default)]
    mmsi: Integer,
    /// When the service received the message.
    #[serde(borrow, default)]
    time_utc: Text<'a>,
}

/// The one message of an envelope, keyed by the name of its type.
struct Message<'a> {
    /// Name of the type, such as `PositionReport`.
    name: Cow<'a, str>,
    /// The fields; boxed, because there are many and most are absent.
    content: Box<Content<'a>>,
}

/// The fields that every message has.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Head {
    /// AIS message type 1-27.
    #[serde(rename = "MessageID")]
    message_id: Integer,
    /// MMSI of the sender.
    #[serde(rename = "UserID")]
    user_id: Integer,
    /// False marks a message that must not be used.
    #[serde(rename = "Valid")]
    valid: Flag,
}

/// The fields of all messages with a position or static data.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Content<'a> {
    #[serde(rename = "MessageID")]
    message_id: Integer,
    #[serde(rename = "UserID")]
    user_id: Integer,
    valid: Flag,
    /// Navigational status; 15 means "not defined".
    navigational_status: Integer,
    /// Speed in knots; 102.3 means "not available", in type 27 it is 63.
    sog: Number,
    /// Longitude in degrees; 181 means "not available".
    longitude: Number,
    /// Latitude in degrees; 91 means "not available".
    latitude: Number,
    /// Course in degrees; 360 means "not available".
    cog: Number,
    /// True heading in degrees; 511 means "not available".
    true_heading: Number,
    /// Distinguishes transmissions, together with `communication_state`.
    timestamp: Integer,
    /// Radio state; differs between transmissions with the same content.
    communication_state: Integer,
    /// IMO number; 0 means "not available".
    imo_number: Integer,
    #[serde(borrow)]
    call_sign: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    name_extension: Text<'a>,
    /// Ship type, or type of aid in message 21.
    #[serde(rename = "Type")]
    kind: Integer,
    /// Distances from the antenna.
    dimension: Option<Sides>,
    /// Estimated arrival.
    eta: Option<Arrival>,
    /// Draught in metres.
    maximum_static_draught: Number,
    #[serde(borrow)]
    destination: Text<'a>,
    #[serde(rename = "VirtualAtoN")]
    virtual_aid: Flag,
    /// Safety text of type 14.
    #[serde(borrow)]
    text: Text<'a>,
    /// Part A of type 24, name only.
    #[serde(borrow)]
    report_a: Option<PartA<'a>>,
    /// Part B of type 24.
    #[serde(borrow)]
    report_b: Option<PartB<'a>>,
}

/// Metres from the antenna to bow (A), stern (B), port (C) and starboard (D).
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Sides {
    a: Integer,
    b: Integer,
    c: Integer,
    d: Integer,
}

/// Estimated arrival in UTC, without a year.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Arrival {
    month: Integer,
    day: Integer,
    hour: Integer,
    minute: Integer,
}

/// Part A of type 24.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct PartA<'a> {
    valid: Flag,
    #[serde(borrow)]
    name: Text<'a>,
}

/// Part B of type 24.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct PartB<'a> {
    valid: Flag,
    ship_type: Integer,
    #[serde(borrow)]
    call_sign: Text<'a>,
    dimension: Option<Sides>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Message<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Message<'a>, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Message<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one message under the name of its type")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message<'de>, A::Error> {
                let Some(Text(name)) = map.next_key::<Text<'de>>()? else {
                    return Err(A::Error::custom("a message is expected"));
                };
                // The other types have fields of other types under the same names, so only their head is read.
                let content = match kind_of(&name, None) {
                    Some(1..=5 | 9 | 11 | 14 | 18 | 19 | 21 | 24 | 27) => Box::new(map.next_value()?),
                    _ => {
                        let Head { message_id, user_id, valid } = map.next_value()?;
                        Box::new(Content { message_id, user_id, valid, ..Content::default() })
                    }
                };
                // An envelope has one message; what follows it is ignored.
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Message { name, content })
            }
        }
        from.deserialize_map(One)
    }
}

/// Reads an envelope.
/// Fails with `JsonFields` if it is malformed or marked as invalid, `UnknownType` for a name that is not known, and
/// `Mmsi` without a valid sender.
pub(super) fn read(text: &str) -> Result<Object<'static>, Reject> {
    let Envelope { message_type, meta_data, message: Message { name, content } } = parse(text)?;
    if message_type.0 != name || content.valid.0 == Some(false) {
        return Err(Reject::JsonFields);
    }
    let kind = kind_of(&name, content.message_id.0).ok_or(Reject::UnknownType)?;
    let meta = meta_data.unwrap_or(MetaData { mmsi: Integer(None), time_utc: Text::default() });
    let mmsi = content.user_id.mmsi().or_else(|_| meta.mmsi.mmsi())?;
    let time = stamp(meta.time_utc.0.as_bytes()).map(|time| (TimeBasis::Receiver, time));
    let (body, more) = match kind {
        1..=3 | 9 | 18 | 27 => (Body::Position(content.position(kind)), None),
        4 | 11 => (Body::Base(content.position(kind)), None),
        5 => (Body::Static(Box::new(content.voyage())), None),
        14 => (content.text.words(SAFETY_TEXT).map_or(Body::Other, Body::SafetyText), None),
        19 => {
            let said = Box::new(content.class_b());
            (Body::Position(content.position(kind)), Some(said))
        }
        21 => (Body::Aid(Box::new(content.aid())), None),
        24 => (content.part(mmsi).map_or(Body::Other, |said| Body::Static(Box::new(said))), None),
        _ => (Body::Other, None),
    };
    let payload = payload((kind, &body, &more, content.timestamp.0, content.communication_state.0));
    let station = StationText::default();
    Ok(Object::Message(Box::new(DecodedMessage { kind, mmsi, time, station, payload, body, more, repeated: false })))
}

/// AIS message type by the service's name for it. The three position reports of class A share one name; `id` distinguishes them.
fn kind_of(name: &str, id: Option<i64>) -> Option<u8> {
    let kind = match name {
        "PositionReport" => match id {
            Some(id @ 1..=3) => id as u8,
            None => 1,
            Some(_) => return None,
        },
        "BaseStationReport" if id == Some(11) => 11,
        "BaseStationReport" => 4,
        "ShipStaticData" => 5,
        "AddressedBinaryMessage" => 6,
        "BinaryAcknowledge" if id == Some(13) => 13,
        "BinaryAcknowledge" => 7,
        "BinaryBroadcastMessage" => 8,
        "StandardSearchAndRescueAircraftReport" => 9,
        "CoordinatedUTCInquiry" => 10,
        "AddressedSafetyMessage" => 12,
        "SafetyBroadcastMessage" => 14,
        "Interrogation" => 15,
        "AssignedModeCommand" => 16,
        "GnssBroadcastBinaryMessage" => 17,
        "StandardClassBPositionReport" => 18,
        "ExtendedClassBPositionReport" => 19,
        "DataLinkManagementMessage" => 20,
        "AidsToNavigationReport" => 21,
        "ChannelManagement" => 22,
        "GroupAssignmentCommand" => 23,
        "StaticDataReport" => 24,
        "SingleSlotBinaryMessage" => 25,
        "MultiSlotBinaryMessage" => 26,
        "LongRangeAisBroadcastMessage" => 27,
        _ => return None,
    };
    Some(kind)
}

impl Content<'_> {
    /// Position of a message of this type. Values that stand for "not available" become absent.
    fn position(&self, kind: u8) -> Position {
        let operates = self.timestamp.0 != Some(i64::from(INOPERATIVE));
        let place = self.latitude.0.zip(self.longitude.0).filter(|_| operates);
        let class = match kind {
            1..=3 | 27 => Class::A,
            18 | 19 => Class::B,
            _ => Class::Unknown,
        };
        let status = self.navigational_status.within(0..=15).filter(|_| matches!(kind, 1..=3 | 27));
        match kind {
            4 | 11 | 21 => Position::new(class, kind, place, None, None, None, None),
            9 => Position::aircraft(place, self.sog.0, self.cog.0),
            // 63 kn means "not available" here.
            27 => {
                let speed = self.sog.0.filter(|knots| *knots != 63.0);
                Position::new(class, kind, place, speed, self.cog.0, None, status)
            }
            _ => Position::new(class, kind, place, self.sog.0, self.cog.0, self.true_heading.0, status),
        }
    }

    /// Type 5.
    fn voyage(&self) -> Static {
        Static {
            class: Some(Class::A),
            imo: self.imo_number.imo(),
            name: self.name.words(NAME),
            call_sign: self.call_sign.words(CALL_SIGN),
            ship_type: self.kind.ship_type(),
            dimensions: self.dimension.as_ref().and_then(Sides::hull),
            draught_dm: self.maximum_static_draught.draught(10.0),
            destination: self.destination.words(NAME),
            eta: self.eta.as_ref().and_then(|eta| values::eta([eta.month.0, eta.day.0, eta.hour.0, eta.minute.0])),
        }
    }

    /// The static half of type 19.
    fn class_b(&self) -> Static {
        Static {
            class: Some(Class::B),
            name: self.name.words(NAME),
            ship_type: self.kind.ship_type(),
            dimensions: self.dimension.as_ref().and_then(Sides::hull),
            ..Static::default()
        }
    }

    /// Type 24. Of its two parts, the one that was sent is marked as valid.
    fn part(&self, mmsi: Mmsi) -> Option<Static> {
        let sent = |valid: Flag| valid.0 != Some(false);
        let (a, b) =
            (self.report_a.as_ref().filter(|a| sent(a.valid)), self.report_b.as_ref().filter(|b| sent(b.valid)));
        if a.is_none() && b.is_none() {
            return None;
        }
        // Auxiliary craft (98MID) send the mother ship's MMSI in place of their dimensions.
        let tender = mmsi.0 / 10_000_000 == 98;
        Some(Static {
            class: Some(Class::B),
            name: a.and_then(|a| a.name.words(NAME)),
            ship_type: b.and_then(|b| b.ship_type.ship_type()),
            call_sign: b.and_then(|b| b.call_sign.words(CALL_SIGN)),
            dimensions: b.and_then(|b| b.dimension.as_ref()).and_then(Sides::hull).filter(|_| !tender),
            ..Static::default()
        })
    }

    /// Type 21.
    fn aid(&self) -> Aid {
        // The extension continues a name that fills its field.
        let whole = match self.name_extension.words(LONG_NAME - NAME) {
            Some(more) => Text(Cow::Owned(format!("{}{more}", self.name.0.trim_end_matches('@')))),
            None => self.name.clone(),
        };
        Aid {
            position: self.position(21),
            kind: self.kind.within(1..=31),
            name: whole.words(LONG_NAME),
            dimensions: self.dimension.as_ref().and_then(Sides::hull),
            is_virtual: self.virtual_aid.0.unwrap_or(false),
        }
    }
}

impl Sides {
    /// The dimensions; `None` if all are 0 or impossible.
    fn hull(&self) -> Option<Dimensions> {
        hull([self.a, self.b, self.c, self.d])
    }
}
