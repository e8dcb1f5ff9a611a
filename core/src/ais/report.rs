//! The content of one AIS message, CSV row or JSON object. Values that are not available or impossible are absent.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

/// Input a line came from: an index into the engine's list of inputs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SourceId(pub u16);

/// Station that received a report: an index for `Decoder::station_name`. 0 means that the feed does not name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct StationId(pub u16);

/// Source of a report's event time (SPEC "Time"), best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TimeBasis {
    /// TAG block field `c:`.
    Tag,
    /// Gatehouse `$PGHP` line before the sentence.
    Gatehouse,
    /// The receiver's time, before or after the sentence or in the JSON object that contains it.
    Receiver,
    /// Time column of a CSV row, or the time in a database's JSON object.
    Column,
    /// The stream's own clock: RMC, ZDA, or type 4 of the same station.
    OwnClock,
    /// Time at which the daemon received it.
    Receipt,
}

/// One decoded report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Event time.
    pub at: Time,
    /// Source of `at`.
    pub basis: TimeBasis,
    /// How much earlier than `at` the transmission may have been sent; zero if `at` is the time of reception.
    pub uncertainty: Span,
    /// Input the report came from.
    pub source: SourceId,
    /// Station that received it.
    pub station: StationId,
    /// Sender.
    pub mmsi: Mmsi,
    /// Hash of the message bits, equal for copies of one transmission. For CSV and JSON it is a hash of the values,
    /// including the time where the time belongs to the message.
    pub payload: u64,
    /// Content of the message.
    pub body: Body,
}

/// Content of a report, by family.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Body {
    /// A position: types 1, 2, 3, 9, 18, 19 (position half), 27, CSV rows and JSON objects.
    Position(Position),
    /// Static data: types 5, 19 (static half), 24 A or B, and the static columns of CSV rows.
    Static(Box<Static>),
    /// Type 14 safety text, trimmed. It distinguishes a distress device under test from an active one.
    SafetyText(Box<str>),
    /// Types 4 and 11: position of a base station, or of a mobile station that answered a UTC inquiry.
    Base(Position),
    /// Type 21: an aid to navigation.
    Aid(Box<Aid>),
    /// Every other type that is counted: it only shows that its sender was heard.
    Other,
}

impl Body {
    /// Position of the sender, or of the aid it describes; `None` if the report has no position.
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
    /// Class A (types 1-3, 5; also 27 unless known otherwise).
    A,
    /// Class B (types 18, 19, 24).
    B,
    /// Unknown: CSV rows and JSON objects that do not give the class.
    Unknown,
}

/// A position report. Values are kept in the units of the radio message, so that a report is small and compares exactly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Latitude in 1/10 000 minute, or `NO_POSITION`.
    lat: i32,
    /// Longitude in 1/10 000 minute, or `NO_POSITION`.
    lon: i32,
    /// Speed over ground in 0.1 kn, or `NO_SPEED`.
    sog: u16,
    /// Course over ground in 0.1°, or `NO_SPEED`.
    cog: u16,
    /// True heading in 0.1°, or `NO_SPEED`.
    heading: u16,
    /// Navigational status 0-15, or `NO_STATUS`.
    status: u8,
    /// Resolution of the position (metres), encoded by [`coarse`]; 0 if it is fine enough for every use.
    place_code: u8,
    /// Resolution in time (seconds), encoded in the same way.
    time_code: u8,
    /// Class of the transponder that sent it.
    pub class: Class,
    /// AIS message type 1-27; 0 for a CSV row, and for a JSON object that does not give the type.
    pub message_type: u8,
}

/// Latitude and longitude units in one degree; one unit is 1/10 000 minute.
pub const UNITS_PER_DEGREE: f64 = 600_000.0;
/// Marks an absent latitude or longitude; outside the range of either.
const NO_POSITION: i32 = i32::MAX;
/// Latitude and longitude of a report without a position.
const NOWHERE: (i32, i32) = (NO_POSITION, NO_POSITION);
/// Marks an absent speed, course or heading.
const NO_SPEED: u16 = u16::MAX;
/// The navigational status "not defined".
const UNDEFINED: u8 = 15;
/// Marks an absent navigational status.
const NO_STATUS: u8 = u8::MAX;
/// Position resolution of the long-range report (type 27): 0.1 minute of arc. Metres.
const LONG_RANGE_METRES: f64 = 185.2;

/// Position steps finer than this are treated as exact: antenna offsets and clock errors are larger. Metres.
const FINEST_METRES: f64 = 10.0;

/// Resolution that a message type has by itself, encoded; 0 for all but the long-range report.
fn place_code(message_type: u8) -> u8 {
    if message_type == 27 { coarse(LONG_RANGE_METRES) } else { 0 }
}

/// Encodes metres or seconds in one byte, as the square root rounded up; covers 0 to 65,025.
fn coarse(value: f64) -> u8 {
    value.max(0.0).sqrt().ceil().min(255.0) as u8
}

/// Decodes what [`coarse`] encoded: at least the original value.
fn fine(code: u8) -> f64 {
    f64::from(code) * f64::from(code)
}

/// Treats exactly 0 N 0 E as no position: receivers without a fix send it.
fn unless_zero(place: (i32, i32)) -> (i32, i32) {
    if place == (0, 0) { NOWHERE } else { place }
}

impl Position {
    /// Creates a position from decoded values. Out-of-range values become absent: |lat| > 90, |lon| > 180, speed over 102.2 kn, course or
    /// heading outside 0..360, status over 15. A position needs both coordinates, and must not be exactly 0 N 0 E.
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
            // The limits are where rounding to tenths would reach "not available" (102.3 kn) or 360°.
            sog: tenths(sog_knots, 102.25),
            cog: tenths(cog_degrees, 359.95),
            heading: tenths(heading_degrees, 359.95),
            status: status.filter(|status| *status <= UNDEFINED).unwrap_or(NO_STATUS),
            place_code: place_code(message_type),
            time_code: 0,
            class,
            message_type,
        }
    }

    /// Creates the position of a search and rescue aircraft (type 9), whose speed is in whole knots up to 1022.
    pub(crate) fn aircraft(lat_lon: Option<(f64, f64)>, sog_knots: Option<f64>, cog_degrees: Option<f64>) -> Position {
        let sog = sog_knots.filter(|knots| (0.0..=1022.0).contains(knots)).map(|knots| knots.round() as u16 * 10);
        let position = Position::new(Class::Unknown, 9, lat_lon, None, cog_degrees, None, None);
        Position { sog: sog.unwrap_or(NO_SPEED), ..position }
    }

    /// Creates a position from values already in message units (1/10 000 minute, 0.1 kn, 0.1°), all known to be in range where `Some`.
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

    /// Position in degrees; `None` if not available.
    pub fn lat_lon(&self) -> Option<LatLon> {
        (self.lat != NO_POSITION)
            .then(|| LatLon::new(f64::from(self.lat) / UNITS_PER_DEGREE, f64::from(self.lon) / UNITS_PER_DEGREE))
    }

    /// Latitude and longitude in 1/600 000 degree; `None` if not available.
    pub fn units(&self) -> Option<(i32, i32)> {
        (self.lat != NO_POSITION).then_some((self.lat, self.lon))
    }

    /// This report, with the position of `earlier` if it has none of its own.
    pub(crate) fn or_where(self, earlier: &Position) -> Position {
        match self.units() {
            Some(_) => self,
            None => Position { lat: earlier.lat, lon: earlier.lon, place_code: earlier.place_code, ..self },
        }
    }

    /// This report, marked as coming from a source that rounds positions to steps of `metres`. Steps finer than 10 m count as exact.
    pub(crate) fn in_steps_of(self, metres: f64) -> Position {
        let place_code = if metres < FINEST_METRES { 0 } else { coarse(metres) };
        Position { place_code: place_code.max(self.place_code), ..self }
    }

    /// This report, marked as sent up to `span` before its event time.
    pub(crate) fn within(self, span: Span) -> Position {
        Position { time_code: coarse(span.seconds()), ..self }
    }

    /// Step to which the position is rounded, metres; 0 if it is fine enough for every use.
    pub fn resolution_metres(&self) -> f64 {
        fine(self.place_code)
    }

    /// How much earlier than its event time it may have been sent; zero if that is the time of reception.
    pub fn uncertainty(&self) -> Span {
        Span::from_seconds(fine(self.time_code) as i64)
    }

    /// Speed over ground in knots, 0..=102.2 (102.2 means "or more"), for an aircraft (type 9) up to 1022; `None` if not available.
    pub fn sog_knots(&self) -> Option<f64> {
        (self.sog != NO_SPEED).then(|| f64::from(self.sog) / 10.0)
    }

    /// Course over ground in degrees, 0..360; `None` if not available.
    pub fn cog_degrees(&self) -> Option<f64> {
        (self.cog != NO_SPEED).then(|| f64::from(self.cog) / 10.0)
    }

    /// True heading in degrees, 0..360; `None` if not available.
    pub fn heading_degrees(&self) -> Option<f64> {
        (self.heading != NO_SPEED).then(|| f64::from(self.heading) / 10.0)
    }

    /// Navigational status 0-14 (ITU-R M.1371 table 45); `None` for 15, "not defined", and if none was sent.
    pub fn status(&self) -> Option<u8> {
        (self.status < UNDEFINED).then_some(self.status)
    }

    /// Whether the navigational status 15, "not defined", was sent. From a distress device it means a test.
    pub fn sends_undefined_status(&self) -> bool {
        self.status == UNDEFINED
    }
}

/// Static and voyage data. Fields that a message does not have are `None`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Static {
    /// Class of the transponder, if the message shows it.
    pub class: Option<Class>,
    /// IMO number as sent, 1..=9 999 999; its check digit is not checked here.
    pub imo: Option<u32>,
    /// Name, trimmed, without `@`; never empty.
    pub name: Option<Box<str>>,
    /// Call sign, trimmed; never empty.
    pub call_sign: Option<Box<str>>,
    /// Ship and cargo type 1-99 (ITU-R M.1371 table 53).
    pub ship_type: Option<u8>,
    /// Distances from the antenna to the sides of the hull.
    pub dimensions: Option<Dimensions>,
    /// Draught in decimetres, 1..=255.
    pub draught_dm: Option<u8>,
    /// Destination, trimmed; never empty.
    pub destination: Option<Box<str>>,
    /// Estimated arrival as sent: month, day, hour, minute; present only if all four are possible.
    pub eta: Option<(u8, u8, u8, u8)>,
}

impl Static {
    /// Whether no field but the class is present.
    pub fn is_empty(&self) -> bool {
        let class = self.class;
        *self == Static { class, ..Static::default() }
    }
}

/// An aid to navigation, real or virtual.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Aid {
    /// Position of the aid, as sent.
    pub position: Position,
    /// Type of aid 1-31 (ITU-R M.1371 table 74).
    pub kind: Option<u8>,
    /// Name; never empty. From JSON feeds it includes the name extension.
    pub name: Option<Box<str>>,
    /// Extent around the reference point.
    pub dimensions: Option<Dimensions>,
    /// Whether the aid is virtual: broadcast from elsewhere, with nothing afloat at its position.
    pub is_virtual: bool,
}

/// Distances from the antenna to the sides of the hull, in metres.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Dimensions {
    /// Distance to the bow.
    pub bow: u16,
    /// Distance to the stern.
    pub stern: u16,
    /// Distance to the port side.
    pub port: u8,
    /// Distance to the starboard side.
    pub starboard: u8,
}

impl Dimensions {
    /// Overall length in metres; 0 if not given.
    pub fn length(self) -> u16 {
        self.bow + self.stern
    }

    /// Beam in metres; 0 if not given.
    pub fn beam(self) -> u16 {
        u16::from(self.port) + u16::from(self.starboard)
    }
}
