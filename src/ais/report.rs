//! What one AIS message, CSV row or JSON object says, with what is not available or cannot be right left out.

use serde::{Deserialize, Serialize};

use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::units::Mmsi;

/// Which input a line came from: an index into the engine's list of inputs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SourceId(pub u16);

/// Which station heard a report: an index into `Decoder::station_name`; 0 is "not said".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct StationId(pub u16);

/// Where the event time of a report came from (SPEC "Time"), best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TimeBasis {
    /// TAG block `c:`.
    Tag,
    /// Gatehouse `$PGHP` line before the sentence.
    Gatehouse,
    /// A receiver's time: before or after the sentence, or in the JSON object that carries it.
    Receiver,
    /// The time column of a CSV row, or the time that a database's JSON object gives.
    Column,
    /// The stream's own clock: RMC, ZDA, or type 4 of the same station.
    OwnClock,
    /// The moment we received it.
    Receipt,
}

/// One decoded report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Event time.
    pub at: Time,
    /// Where `at` came from.
    pub basis: TimeBasis,
    /// How much earlier than `at` the transmission may have been sent; zero where `at` is the time of reception.
    pub uncertainty: Span,
    /// The input it came by.
    pub source: SourceId,
    /// The station that heard it.
    pub station: StationId,
    /// Who sent it.
    pub mmsi: Mmsi,
    /// Hash of the message bits (CSV and JSON: of the values, with the time where it is the message's): equal for copies of one
    /// transmission.
    pub payload: u64,
    /// What it says.
    pub body: Body,
}

/// The content of a report, by family.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Body {
    /// Types 1, 2, 3, 9, 18, 19 (its position half), 27, CSV rows and JSON objects.
    Position(Position),
    /// Types 5, 19 (its static half), 24 A or B, and the static columns of CSV rows.
    Static(Box<Static>),
    /// Type 14 safety text (trimmed): tells a distress device under test from an active one.
    SafetyText(Box<str>),
    /// Types 4 and 11: where a base station is, or a mobile that answers for UTC.
    Base(Position),
    /// Type 21: an aid to navigation.
    Aid(Box<Aid>),
    /// Every other counted type: nothing but that its sender was heard.
    Other,
}

impl Body {
    /// Where its sender or the thing it tells of is, when it says so.
    pub fn lat_lon(&self) -> Option<LatLon> {
        match self {
            Body::Position(position) | Body::Base(position) => position.lat_lon(),
            Body::Aid(aid) => aid.position.lat_lon(),
            Body::Static(_) | Body::SafetyText(_) | Body::Other => None,
        }
    }
}

/// AIS transponder class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Class {
    /// Class A (types 1-3, 5, 27 unless known otherwise).
    A,
    /// Class B (types 18, 19, 24).
    B,
    /// Not said (CSV rows and JSON objects without it).
    Unknown,
}

/// A position report. Kept in the units of the air, so that a report is small and compares exactly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Position {
    lat: i32,
    lon: i32,
    sog: u16,
    cog: u16,
    heading: u16,
    status: u8,
    /// Resolution in place (metres) and in time (seconds), as `coarse` writes them.
    place_code: u8,
    time_code: u8,
    /// Class of the transponder that sent it.
    pub class: Class,
    /// AIS message type 1-27; 0 for a CSV row, and for a JSON object that does not tell.
    pub message_type: u8,
}

/// Units of latitude and longitude in one degree (1/10 000 minute).
pub const UNITS_PER_DEGREE: f64 = 600_000.0;
const NO_POSITION: i32 = i32::MAX;
const NOWHERE: (i32, i32) = (NO_POSITION, NO_POSITION);
const NO_SPEED: u16 = u16::MAX;
const NO_STATUS: u8 = u8::MAX;
/// Resolution in place of the long-range report (type 27): 0.1 minute of arc. Metres.
const LONG_RANGE_METRES: f64 = 185.2;

/// Steps finer than this do not matter beside antennas and clocks. Metres.
const FINEST_METRES: f64 = 10.0;

fn place_code(message_type: u8) -> u8 {
    if message_type == 27 { coarse(LONG_RANGE_METRES) } else { 0 }
}

/// Metres or seconds as a square in one byte, rounded up: 0 to 65,025.
fn coarse(value: f64) -> u8 {
    value.max(0.0).sqrt().ceil().min(255.0) as u8
}

fn fine(code: u8) -> f64 {
    f64::from(code) * f64::from(code)
}

/// Exactly 0 N 0 E is what a receiver without a fix sends for a position.
fn unless_zero(place: (i32, i32)) -> (i32, i32) {
    if place == (0, 0) { NOWHERE } else { place }
}

impl Position {
    /// From decoded values; `None`, and what is out of range (|lat| > 90, |lon| > 180, speed over 102.2 kn, course or
    /// heading outside 0..360, status over 15), becomes absent. A position needs both coordinates, and is not exactly 0 N 0 E.
    pub fn new(
        class: Class,
        message_type: u8,
        lat_lon: Option<(f64, f64)>,
        sog_knots: Option<f64>,
        cog_degrees: Option<f64>,
        heading_degrees: Option<f64>,
        status: Option<u8>,
    ) -> Position {
        let (lat, lon) = match lat_lon {
            Some((lat, lon)) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => {
                ((lat * UNITS_PER_DEGREE).round() as i32, (lon * UNITS_PER_DEGREE).round() as i32)
            }
            _ => NOWHERE,
        };
        let (lat, lon) = unless_zero((lat, lon));
        let tenths = |value: Option<f64>, top: f64| match value {
            Some(value) if 0.0 <= value && value < top => (value * 10.0).round() as u16,
            _ => NO_SPEED,
        };
        Position {
            lat,
            lon,
            sog: tenths(sog_knots, 102.25),
            cog: tenths(cog_degrees, 359.95),
            heading: tenths(heading_degrees, 359.95),
            status: status.filter(|status| *status < 15).unwrap_or(NO_STATUS),
            place_code: place_code(message_type),
            time_code: 0,
            class,
            message_type,
        }
    }

    /// Of a search and rescue aircraft (type 9), whose speed is in whole knots up to 1022.
    pub(crate) fn aircraft(lat_lon: Option<(f64, f64)>, sog_knots: Option<f64>, cog_degrees: Option<f64>) -> Position {
        let sog = sog_knots.filter(|knots| (0.0..=1022.0).contains(knots)).map(|knots| knots.round() as u16 * 10);
        let position = Position::new(Class::Unknown, 9, lat_lon, None, cog_degrees, None, None);
        Position { sog: sog.unwrap_or(NO_SPEED), ..position }
    }

    /// From values already in units of the air (1/10 000 minute, 0.1 kn, 0.1°), all known to be in range where `Some`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn from_units(
        class: Class,
        message_type: u8,
        lat_lon: Option<(i32, i32)>,
        sog: Option<u16>,
        cog: Option<u16>,
        heading: Option<u16>,
        status: Option<u8>,
    ) -> Position {
        let (lat, lon) = unless_zero(lat_lon.unwrap_or(NOWHERE));
        Position {
            lat,
            lon,
            sog: sog.unwrap_or(NO_SPEED),
            cog: cog.unwrap_or(NO_SPEED),
            heading: heading.unwrap_or(NO_SPEED),
            status: status.unwrap_or(NO_STATUS),
            place_code: place_code(message_type),
            time_code: 0,
            class,
            message_type,
        }
    }

    /// Where, when it says so.
    pub fn lat_lon(&self) -> Option<LatLon> {
        (self.lat != NO_POSITION)
            .then(|| LatLon::new(f64::from(self.lat) / UNITS_PER_DEGREE, f64::from(self.lon) / UNITS_PER_DEGREE))
    }

    /// Latitude and longitude in 1/600 000 degree.
    pub fn units(&self) -> Option<(i32, i32)> {
        (self.lat != NO_POSITION).then_some((self.lat, self.lon))
    }

    /// The same with the position of `earlier`, where it has none of its own.
    pub(crate) fn or_where(self, earlier: &Position) -> Position {
        match self.units() {
            Some(_) => self,
            None => Position { lat: earlier.lat, lon: earlier.lon, place_code: earlier.place_code, ..self },
        }
    }

    /// The same from a source that gives places in steps of `metres`; finer than 10 m is as good as exact.
    pub(crate) fn in_steps_of(self, metres: f64) -> Position {
        let place_code = if metres < FINEST_METRES { 0 } else { coarse(metres) };
        Position { place_code: place_code.max(self.place_code), ..self }
    }

    /// The same, sent up to `span` before the time that goes with it.
    pub(crate) fn within(self, span: Span) -> Position {
        Position { time_code: coarse(span.seconds()), ..self }
    }

    /// Step in which the place is given, metres; 0 where it is fine enough for every use.
    pub fn resolution_metres(&self) -> f64 {
        fine(self.place_code)
    }

    /// How much earlier than its time it may have been sent; zero for a time of reception.
    pub fn uncertainty(&self) -> Span {
        Span::from_seconds(fine(self.time_code) as i64)
    }

    /// Speed over ground in knots, 0..=102.2 (102.2 means "or more"); of an aircraft (type 9) up to 1022.
    pub fn sog_knots(&self) -> Option<f64> {
        (self.sog != NO_SPEED).then(|| f64::from(self.sog) / 10.0)
    }

    /// Course over ground in degrees, 0..360.
    pub fn cog_degrees(&self) -> Option<f64> {
        (self.cog != NO_SPEED).then(|| f64::from(self.cog) / 10.0)
    }

    /// True heading in degrees, 0..360.
    pub fn heading_degrees(&self) -> Option<f64> {
        (self.heading != NO_SPEED).then(|| f64::from(self.heading) / 10.0)
    }

    /// Navigational status 0-14 (ITU-R M.1371 table 45); 15 "not defined" is absent, save from a distress device, where it
    /// means a test and is read from the MMSI class and the absence together.
    pub fn status(&self) -> Option<u8> {
        (self.status != NO_STATUS).then_some(self.status)
    }
}

/// Static and voyage data; what a message does not carry is absent.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Static {
    /// Class of the transponder, where the message tells.
    pub class: Option<Class>,
    /// IMO number as sent, 1..=9 999 999 (its check digit not yet checked).
    pub imo: Option<u32>,
    /// Name, trimmed, without `@`; never empty.
    pub name: Option<Box<str>>,
    /// Call sign, trimmed; never empty.
    pub call_sign: Option<Box<str>>,
    /// Ship and cargo type 1-99 (ITU-R M.1371 table 53).
    pub ship_type: Option<u8>,
    /// Distances from the antenna.
    pub dimensions: Option<Dimensions>,
    /// Draught in decimetres, 1..=255.
    pub draught_dm: Option<u8>,
    /// Destination, trimmed; never empty.
    pub destination: Option<Box<str>>,
    /// Estimated arrival: month, day, hour, minute as sent, where month and day are possible.
    pub eta: Option<(u8, u8, u8, u8)>,
}

impl Static {
    /// Whether nothing is said but perhaps the class.
    pub fn is_empty(&self) -> bool {
        let class = self.class;
        *self == Static { class, ..Static::default() }
    }
}

/// An aid to navigation, real or virtual.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Aid {
    /// Where it says it is.
    pub position: Position,
    /// Type of aid 1-31 (ITU-R M.1371 table 74).
    pub kind: Option<u8>,
    /// Name, without its extension; never empty.
    pub name: Option<Box<str>>,
    /// Extent around the reference point.
    pub dimensions: Option<Dimensions>,
    /// Sent from elsewhere: nothing floats there.
    pub is_virtual: bool,
}

/// Hull around the antenna, in metres.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Dimensions {
    /// To the bow.
    pub bow: u16,
    /// To the stern.
    pub stern: u16,
    /// To the port side.
    pub port: u8,
    /// To the starboard side.
    pub starboard: u8,
}

impl Dimensions {
    /// Length over all in metres; 0 when not given.
    pub fn length(self) -> u16 {
        self.bow + self.stern
    }

    /// Beam in metres; 0 when not given.
    pub fn beam(self) -> u16 {
        u16::from(self.port) + u16::from(self.starboard)
    }
}
