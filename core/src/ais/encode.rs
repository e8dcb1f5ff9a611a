//! Encodes AIS sentences for the demo's simulated meeting, the benchmark and scenario tests.
//!
//! The bit layouts are those of ITU-R M.1371-5, annex 8. Speeds, courses and headings out of range are clamped.
//! Nothing of this is used to decode.

use std::fmt::Write;

use super::report::Dimensions;
use super::sentence::xor;
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Payload characters per sentence; keeps it within the 82 characters of NMEA 0183.
const PART: usize = 56;

/// Position and movement of a vessel; `None` is sent as "not available".
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Motion {
    /// Latitude and longitude in degrees north and east.
    pub lat_lon: Option<(f64, f64)>,
    /// Speed over ground in knots.
    pub sog_knots: Option<f64>,
    /// Course over ground in degrees.
    pub cog_degrees: Option<f64>,
    /// True heading in degrees.
    pub heading_degrees: Option<f64>,
    /// Navigational status 0-14.
    pub status: Option<u8>,
    /// UTC second of the fix, 0-59.
    pub second: Option<u8>,
}

/// Static and voyage data of a vessel; empty, 0 and `None` are sent as "not available".
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Identity<'a> {
    /// IMO number.
    pub imo: u32,
    /// Call sign, at most 7 characters.
    pub call_sign: &'a str,
    /// Name, at most 20 characters.
    pub name: &'a str,
    /// Ship and cargo type, 1-99.
    pub ship_type: u8,
    /// Distances from the antenna, in metres.
    pub dimensions: Dimensions,
    /// Estimated arrival: month, day, hour, minute.
    pub eta: Option<(u8, u8, u8, u8)>,
    /// Draught in decimetres.
    pub draught_dm: u8,
    /// Destination, at most 20 characters.
    pub destination: &'a str,
}

/// Framing of the sentences of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope<'a> {
    /// Talker, two letters.
    pub talker: &'a str,
    /// Whether to send VDO, "about myself", and not VDM.
    pub own_ship: bool,
    /// Radio channel, `A` or `B`.
    pub channel: char,
    /// Sequence id 0-9, used if the message has several parts.
    pub sequence: u8,
    /// Time of a TAG block (`c:`), in seconds if whole, otherwise in milliseconds.
    pub time: Option<Time>,
    /// Station of a TAG block (`s:`).
    pub station: Option<&'a str>,
}

impl Default for Envelope<'_> {
    /// `!AIVDM` on channel A, without a TAG block.
    fn default() -> Self {
        Envelope { talker: "AI", own_ship: false, channel: 'A', sequence: 0, time: None, station: None }
    }
}

/// The bits of a message under construction, one per byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Bits from the most significant on, each 0 or 1.
    bits: Vec<u8>,
}

impl Message {
    /// Type 1, 2 or 3: position of class A.
    pub fn class_a(kind: u8, mmsi: Mmsi, motion: &Motion) -> Message {
        Message::head(kind, mmsi)
            .put(4, u32::from(motion.status.unwrap_or(15)))
            .put(8, 128) // rate of turn: not available
            .put(10, tenths(motion.sog_knots, 1022, 1023))
            .put(1, 0)
            .place(motion.lat_lon, 28, 27, 600_000.0)
            .put(12, tenths(motion.cog_degrees, 3599, 3600))
            .put(9, whole(motion.heading_degrees, 359, 511))
            .put(6, u32::from(motion.second.unwrap_or(60)))
            .put(25, 0)
    }

    /// Type 4: time and position of a base station.
    pub fn base_station(mmsi: Mmsi, time: Time, lat_lon: Option<(f64, f64)>) -> Message {
        let (year, month, day, hour, minute, second) = time.civil();
        Message::head(4, mmsi)
            .put(14, year as u32)
            .put(4, month)
            .put(5, day)
            .put(5, hour)
            .put(6, minute)
            .put(6, second)
            .put(1, 0)
            .place(lat_lon, 28, 27, 600_000.0)
            .put(34, 0)
    }

    /// Type 5: static and voyage data of class A.
    pub fn voyage(mmsi: Mmsi, identity: &Identity<'_>) -> Message {
        let (month, day, hour, minute) = identity.eta.unwrap_or((0, 0, 24, 60));
        Message::head(5, mmsi)
            .put(2, 0)
            .put(30, identity.imo)
            .text(identity.call_sign, 7)
            .text(identity.name, 20)
            .put(8, u32::from(identity.ship_type))
            .dimensions(identity.dimensions)
            .put(4, 1)
            .put(4, u32::from(month))
            .put(5, u32::from(day))
            .put(5, u32::from(hour))
            .put(6, u32::from(minute))
            .put(8, u32::from(identity.draught_dm))
            .text(identity.destination, 20)
            .put(2, 0)
    }

    /// Type 14: safety text, at most 156 characters.
    pub fn safety_text(mmsi: Mmsi, text: &str) -> Message {
        Message::head(14, mmsi).put(2, 0).text(text, text.chars().count().min(156))
    }

    /// Type 18: position of class B.
    pub fn class_b(mmsi: Mmsi, motion: &Motion) -> Message {
        Message::class_b_motion(18, mmsi, motion).put(29, 0)
    }

    /// Type 19: position and static data of class B in one message.
    pub fn class_b_extended(mmsi: Mmsi, motion: &Motion, identity: &Identity<'_>) -> Message {
        Message::class_b_motion(19, mmsi, motion)
            .put(4, 0)
            .text(identity.name, 20)
            .put(8, u32::from(identity.ship_type))
            .dimensions(identity.dimensions)
            .put(11, 0)
    }

    /// Type 24 part A: name.
    pub fn static_a(mmsi: Mmsi, name: &str) -> Message {
        Message::head(24, mmsi).put(2, 0).text(name, 20).put(8, 0)
    }

    /// Type 24 part B: ship type, call sign, dimensions.
    pub fn static_b(mmsi: Mmsi, identity: &Identity<'_>) -> Message {
        Message::head(24, mmsi)
            .put(2, 1)
            .put(8, u32::from(identity.ship_type))
            .put(42, 0)
            .text(identity.call_sign, 7)
            .dimensions(identity.dimensions)
            .put(6, 0)
    }

    /// Type 27: long range, with the position to 1/10 minute.
    pub fn long_range(mmsi: Mmsi, motion: &Motion) -> Message {
        Message::head(27, mmsi)
            .put(2, 0)
            .put(4, u32::from(motion.status.unwrap_or(15)))
            .place(motion.lat_lon, 18, 17, 600.0)
            .put(6, whole(motion.sog_knots, 62, 63))
            .put(9, whole(motion.cog_degrees, 359, 511))
            .put(2, 0)
    }

    /// The sentences that the message is sent in, without line ends.
    /// A message that fits into one sentence has no sequence id.
    pub fn sentences(&self, envelope: &Envelope<'_>) -> Vec<String> {
        let (payload, fill) = self.armoured();
        let parts = payload.len().div_ceil(PART).max(1);
        let mut sentences = Vec::with_capacity(parts);
        for (index, part) in payload.as_bytes().chunks(PART).enumerate() {
            let part = String::from_utf8_lossy(part);
            let formatter = if envelope.own_ship { "VDO" } else { "VDM" };
            let last = index + 1 == parts;
            let sequence = match parts {
                1 => String::new(),
                _ => envelope.sequence.to_string(),
            };
            let content = format!(
                "{}{formatter},{parts},{},{sequence},{},{part},{}",
                envelope.talker,
                index + 1,
                envelope.channel,
                if last { fill } else { 0 },
            );
            let checksum = xor(content.as_bytes());
            sentences.push(format!("{}!{content}*{checksum:02X}", envelope.tag()));
        }
        sentences
    }

    /// Starts a message: type, repeat indicator 0, MMSI.
    fn head(kind: u8, mmsi: Mmsi) -> Message {
        let bits = Vec::with_capacity(424);
        Message { bits }.put(6, u32::from(kind)).put(2, 0).put(30, mmsi.0)
    }

    /// The fields that types 18 and 19 share, up to the UTC second.
    fn class_b_motion(kind: u8, mmsi: Mmsi, motion: &Motion) -> Message {
        Message::head(kind, mmsi)
            .put(8, 0)
            .put(10, tenths(motion.sog_knots, 1022, 1023))
            .put(1, 0)
            .place(motion.lat_lon, 28, 27, 600_000.0)
            .put(12, tenths(motion.cog_degrees, 3599, 3600))
            .put(9, whole(motion.heading_degrees, 359, 511))
            .put(6, u32::from(motion.second.unwrap_or(60)))
    }

    /// Appends the lowest `width` bits of a value, most significant first. A width above 32 pads with zeros in front.
    fn put(mut self, width: u32, value: u32) -> Message {
        for shift in (0..width).rev() {
            let bit = if shift < 32 { value >> shift & 1 } else { 0 };
            self.bits.push(bit as u8);
        }
        self
    }

    /// Appends a position, longitude first, in `units` per degree; 181 E 91 N stands for "not available".
    fn place(self, lat_lon: Option<(f64, f64)>, lon_width: u32, lat_width: u32, units: f64) -> Message {
        let (lat, lon) = lat_lon.unwrap_or((91.0, 181.0));
        self.put(lon_width, (lon * units).round() as i32 as u32).put(lat_width, (lat * units).round() as i32 as u32)
    }

    /// Appends the distances from the antenna, in metres.
    fn dimensions(self, dimensions: Dimensions) -> Message {
        self.put(9, u32::from(dimensions.bow))
            .put(9, u32::from(dimensions.stern))
            .put(6, u32::from(dimensions.port))
            .put(6, u32::from(dimensions.starboard))
    }

    /// Appends six-bit characters, with `@` after the end of the text and `?` for characters outside the alphabet.
    fn text(mut self, text: &str, characters: usize) -> Message {
        let mut letters = text.bytes();
        for _ in 0..characters {
            let value = match letters.next().map(|letter| letter.to_ascii_uppercase()) {
                None => 0,
                Some(letter @ 64..=95) => letter - 64,
                Some(letter @ 32..=63) => letter,
                Some(_) => b'?',
            };
            self = self.put(6, u32::from(value));
        }
        self
    }

    /// The payload in six-bit characters, and the number of padding bits in the last one.
    fn armoured(&self) -> (String, usize) {
        let fill = self.bits.len().next_multiple_of(6) - self.bits.len();
        let mut payload = String::with_capacity(self.bits.len().div_ceil(6));
        for sextet in self.bits.chunks(6) {
            let value = sextet.iter().fold(0, |value, bit| value << 1 | bit) << (6 - sextet.len());
            let letter = if value < 40 { value + 48 } else { value + 56 };
            payload.push(char::from(letter));
        }
        (payload, fill)
    }
}

impl Envelope<'_> {
    /// The TAG block with its checksum; empty if there is neither station nor time.
    fn tag(&self) -> String {
        let mut fields = String::new();
        if let Some(station) = self.station {
            let _ = write!(fields, "s:{station}");
        }
        if let Some(time) = self.time {
            let comma = if fields.is_empty() { "" } else { "," };
            let _ = match time.millis() % 1000 {
                0 => write!(fields, "{comma}c:{}", time.seconds()),
                _ => write!(fields, "{comma}c:{}", time.millis()),
            };
        }
        match fields.is_empty() {
            true => fields,
            false => format!("\\{fields}*{:02X}\\", xor(fields.as_bytes())),
        }
    }
}

/// A value in tenths, clamped to 0..=`top`; `absent` for `None`.
fn tenths(value: Option<f64>, top: u32, absent: u32) -> u32 {
    value.map_or(absent, |value| ((value * 10.0).round().max(0.0) as u32).min(top))
}

/// A value in whole units, clamped to 0..=`top`; `absent` for `None`.
fn whole(value: Option<f64>, top: u32, absent: u32) -> u32 {
    value.map_or(absent, |value| (value.round().max(0.0) as u32).min(top))
}
