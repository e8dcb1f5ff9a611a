//! One vessel as the columns of a frame have it.

use super::keys::Keyed;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::questions::PictureVessel;
use atalaia_core::geo::LatLon;

/// Its transponder is of class B.
pub(super) const CLASS_B: u16 = 1;
/// Only satellites have heard it.
pub(super) const SATELLITE_ONLY: u16 = 2;
/// Its latest fix is older than [`STALE_AFTER`].
pub(super) const STALE: u16 = 4;
/// It reports that it is at anchor or moored.
pub(super) const ANCHORED: u16 = 8;
/// It is on a watchlist.
pub(super) const LISTED: u16 = 16;
/// One of its open alerts belongs to a case.
pub(super) const IN_CASE: u16 = 32;
/// Several ships use its MMSI.
pub(super) const CONFLICT: u16 = 64;
/// It has open alerts, and all of them are acknowledged.
pub(super) const ACKNOWLEDGED: u16 = 128;
/// Three bits from here on have the severity of its worst open alert, from 1 for info; 0 without one.
pub(super) const SEVERITY_SHIFT: u16 = 8;
/// One of its open alerts belongs to an exercise.
pub(super) const EXERCISE: u16 = 2048;

/// A number of 16 bits that is not known.
pub(super) const UNKNOWN: u16 = u16::MAX;
/// A number of 8 bits that is not known.
pub(super) const UNKNOWN_BYTE: u8 = u8::MAX;
/// Units of latitude and longitude in a degree.
const UNITS_PER_DEGREE: f64 = 1e7;
/// Age from which a vessel is shown as stale: five times the interval of a vessel at anchor (ITU-R M.1371).
const STALE_AFTER: Span = Span::from_minutes(15);
/// The same for a vessel that only satellites hear, which pass every few hours.
const STALE_AFTER_SATELLITE: Span = Span::from_hours(6);

/// A vessel in the units of a frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Row {
    /// Number of the track.
    pub(super) key: u32,
    /// MMSI.
    pub(super) mmsi: u32,
    /// Latitude in 1e-7 degrees north.
    pub(super) lat: i32,
    /// Longitude in 1e-7 degrees east.
    pub(super) lon: i32,
    /// Time of the fix, from which the age follows.
    pub(super) at: Time,
    /// Speed over ground in 0.1 kn; [`UNKNOWN`] if not sent.
    pub(super) sog: u16,
    /// Course over ground in 0.1°; [`UNKNOWN`] if not sent.
    pub(super) cog: u16,
    /// True heading in degrees; [`UNKNOWN`] if not sent.
    pub(super) heading: u16,
    /// Ship type 1-99; [`UNKNOWN_BYTE`] if never sent.
    pub(super) ship_type: u8,
    /// Length in units of 2 m, at most 508 m; [`UNKNOWN_BYTE`] if never sent.
    pub(super) length: u8,
    /// The flags of this file.
    pub(super) flags: u16,
}

/// `bit` if the condition holds.
pub(super) fn flag(bit: u16, holds: bool) -> u16 {
    if holds { bit } else { 0 }
}

impl Row {
    /// The row of a vessel at engine time `now`. `marks` are the flags of its alerts. That it is on a watchlist is one of them, because the
    /// engine does not know who may know it.
    pub(super) fn of(keyed: &Keyed, vessel: &PictureVessel, marks: u16, now: Option<Time>) -> Row {
        let (said, at) = (&vessel.fix.said, vessel.fix.at);
        let traits = vessel.traits;
        let limit = if traits.satellite_only { STALE_AFTER_SATELLITE } else { STALE_AFTER };
        let is_stale = now.is_some_and(|now| limit < now - at);
        Row {
            key: keyed.key,
            mmsi: keyed.track.mmsi.0,
            lat: (vessel.fix.position.lat * UNITS_PER_DEGREE).round() as i32,
            lon: (vessel.fix.position.lon * UNITS_PER_DEGREE).round() as i32,
            at,
            sog: number(said.sog_knots(), 10.0),
            cog: number(said.cog_degrees(), 10.0),
            heading: number(said.heading_degrees(), 1.0),
            ship_type: vessel.ship_type.unwrap_or(UNKNOWN_BYTE),
            length: vessel.length().map_or(UNKNOWN_BYTE, |metres| metres.div_ceil(2).min(254) as u8),
            flags: marks
                | flag(CLASS_B, traits.class_b)
                | flag(SATELLITE_ONLY, traits.satellite_only)
                | flag(STALE, is_stale)
                | flag(ANCHORED, vessel.says_anchored())
                | flag(CONFLICT, traits.in_conflict),
        }
    }

    /// Its position.
    pub(super) fn position(&self) -> LatLon {
        LatLon { lat: f64::from(self.lat) / UNITS_PER_DEGREE, lon: f64::from(self.lon) / UNITS_PER_DEGREE }
    }
}

/// A number in units of which `per` make one; [`UNKNOWN`] if it is absent.
fn number(value: Option<f64>, per: f64) -> u16 {
    // The cast limits what is out of range.
    value.map_or(UNKNOWN, |value| ((value * per).round() as u16).min(UNKNOWN - 1))
}
