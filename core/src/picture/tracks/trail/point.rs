//! One fix of a trail, as readers see it and as it is stored.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::geo::LatLon;

/// Resolution of a position in AIS messages: 1/10 000 of a minute of arc. Every feed is rounded to it when it is decoded.
const UNITS_PER_DEGREE: f64 = 600_000.0;
/// A stored speed or course that was not sent.
pub(super) const NONE: u16 = u16::MAX;

/// One kept fix of a trail.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrailPoint {
    /// Event time of the fix.
    pub at: Time,
    /// Position of the fix.
    pub position: LatLon,
    /// Reported speed over ground in knots; `None` if not sent.
    pub sog_knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not sent.
    pub cog_degrees: Option<f64>,
}

/// A kept fix as four words: time in milliseconds after the epoch of its trail, latitude and longitude in 1/600 000 degree as `i32`,
/// speed in 0.1 kn in the low half of the last word and course in 0.1° in its high half, each `NONE` if not sent.
pub(super) type Record = [u32; WORDS];

/// Number of words of a record.
pub(super) const WORDS: usize = 4;

/// The record of a fix. Its time is clamped to the 49 days after `epoch` (milliseconds) that a record can hold.
pub(super) fn record(point: &TrailPoint, epoch: i64) -> Record {
    // Rounds by hand, because the standard function is a call. Fixes are in these units already.
    let nearest = |value: f64| value + 0.5_f64.copysign(value);
    let tenths = |value: Option<f64>| value.map_or(NONE, |value| nearest(value * 10.0) as u16);
    let units = |degrees: f64| nearest(degrees * UNITS_PER_DEGREE) as i32 as u32;
    let offset = (point.at.millis() - epoch).clamp(0, i64::from(u32::MAX)) as u32;
    let motion = u32::from(tenths(point.sog_knots)) | u32::from(tenths(point.cog_degrees)) << 16;
    [offset, units(point.position.lat), units(point.position.lon), motion]
}

/// The fix of a record.
pub(super) fn point(record: &Record, epoch: i64) -> TrailPoint {
    let tenths = |value: u16| (value != NONE).then(|| f64::from(value) / 10.0);
    let (sog, cog) = motion(record);
    let (at, position) = place(record, epoch);
    TrailPoint { at, position, sog_knots: tenths(sog), cog_degrees: tenths(cog) }
}

/// Time and position of a record.
pub(super) fn place(record: &Record, epoch: i64) -> (Time, LatLon) {
    let degrees = |units: u32| f64::from(units as i32) / UNITS_PER_DEGREE;
    (Time::from_millis(millis(record, epoch)), LatLon::new(degrees(record[1]), degrees(record[2])))
}

/// Time of a record. Milliseconds.
pub(super) fn millis(record: &Record, epoch: i64) -> i64 {
    epoch + i64::from(record[0])
}

/// Stored speed (0.1 kn) and course (0.1°) of a record; `NONE` if not sent.
pub(super) fn motion(record: &Record) -> (u16, u16) {
    (record[3] as u16, (record[3] >> 16) as u16)
}
