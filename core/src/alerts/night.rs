//! Night: the sun is so far below the horizon that a meeting cannot be seen.

use crate::base::time::Time;
use crate::geo::{LatLon, sun_altitude_degrees};

/// Altitude of the sun below which it is night: the end of civil twilight (SPEC "Points"). Degrees above the horizon.
const NIGHT_DEGREES: f64 = -6.0;

/// Whether it is night at that place and time. Near the poles it may be night, or not, for months.
pub(super) fn is_night(position: LatLon, at: Time) -> bool {
    sun_altitude_degrees(position, at) < NIGHT_DEGREES
}
