//! Common instants: positions, distance and speeds of two ships at a whole minute. Shared by the behaviours about pairs.

use crate::ais::Class;
use crate::base::time::{Span, Time};
use crate::base::units::knots;
use crate::geo::{Hull, LatLon, angle_between, hull_metres};
use crate::picture::tracks::Vessel;

use crate::behaviours::Scene;

/// Span over which the speed at an instant is measured.
const SPEED_SPAN: Span = Span::from_minutes(5);
/// Speed below which longer holes are bridged ([`Bridges::slow`]). Knots.
const SLOW_BRIDGE_KNOTS: f64 = 3.0;

/// The longest holes between fixes over which positions are interpolated. Always those of the base settings, since the
/// distance between two ships does not depend on the zone.
#[derive(Clone, Copy)]
pub(crate) struct Bridges {
    /// Class A at 3 kn or more.
    pub(crate) fast: Span,
    /// Class B, and class A below 3 kn.
    pub(crate) slow: Span,
}

/// Two ships at the same whole minute.
pub(crate) struct CommonInstant {
    pub(crate) at: Time,
    /// Midpoint of the two.
    pub(crate) middle: LatLon,
    /// Distance between the two, hull to hull where that is known. Never less than the resolution of a position, below which nothing is known.
    pub(crate) metres: f64,
    /// Speed made good of each.
    pub(crate) knots: [f64; 2],
    /// Angle between their courses made good, 0-180. Degrees.
    pub(crate) course_apart: f64,
    /// Course made good of the first ship. Degrees.
    pub(crate) course: f64,
}

/// The two ships at `at`; `None` if either position is not known then.
pub(crate) fn instant_of(
    scene: &Scene<'_>,
    bridges: Bridges,
    a: &Vessel<'_>,
    b: &Vessel<'_>,
    at: Time,
) -> Option<CommonInstant> {
    let bridge = |vessel: &Vessel<'_>| {
        let slow = vessel.speed_made_good().is_none_or(|smg| smg.knots < SLOW_BRIDGE_KNOTS);
        let span = if vessel.class() == Class::B || slow { bridges.slow } else { bridges.fast };
        match vessel.satellite_only() {
            true => span.max(scene.tracks.settings().max_hole(true)),
            false => span,
        }
    };
    let position_a = a.position_at(at, bridge(a))?;
    let position_b = b.position_at(at, bridge(b))?;
    let (speed_a, course_a) = motion(a, position_a, at, bridge(a));
    let (speed_b, course_b) = motion(b, position_b, at, bridge(b));
    Some(CommonInstant {
        at,
        middle: position_a.between(position_b, 0.5),
        metres: distance(a, position_a, b, position_b).max(resolution(a)).max(resolution(b)),
        knots: [speed_a, speed_b],
        course_apart: angle_between(course_a, course_b),
        course: course_a,
    })
}

/// Resolution of the vessel's latest position: 0 but for long-range reports and tables with few digits. Metres.
fn resolution(vessel: &Vessel<'_>) -> f64 {
    vessel.last().map_or(0.0, |fix| fix.said.resolution_metres())
}

/// Speed made good (knots) and course (degrees) over the five minutes before an instant.
pub(crate) fn motion(vessel: &Vessel<'_>, position: LatLon, at: Time, bridge: Span) -> (f64, f64) {
    match vessel.position_at(at - SPEED_SPAN, bridge) {
        Some(before) => {
            let (east, north) = before.plane(position);
            let course = east.atan2(north).to_degrees().rem_euclid(360.0);
            (knots(before.metres_to(position), SPEED_SPAN.seconds()), course)
        }
        None => {
            let smg = vessel.speed_made_good().map_or(0.0, |smg| smg.knots);
            (smg, vessel.last().and_then(|fix| fix.said.cog_degrees()).unwrap_or(0.0))
        }
    }
}

/// Distance between two ships: between their hulls if dimensions and heading are known, otherwise between antennas.
/// Metres.
pub(crate) fn distance(a: &Vessel<'_>, at_a: LatLon, b: &Vessel<'_>, at_b: LatLon) -> f64 {
    let antennas = at_a.metres_to(at_b);
    let hull = |vessel: &Vessel<'_>, at: LatLon| {
        let dimensions = vessel.identity().and_then(|identity| identity.dimensions).unwrap_or_default();
        Hull {
            at,
            heading_degrees: vessel.last().and_then(|fix| fix.said.heading_degrees()),
            bow: f64::from(dimensions.bow),
            stern: f64::from(dimensions.stern),
            port: f64::from(dimensions.port),
            starboard: f64::from(dimensions.starboard),
        }
    };
    // Far beyond the length of any hull, the difference does not matter.
    if 2500.0 < antennas { antennas } else { hull_metres(hull(a, at_a), hull(b, at_b)).min(antennas) }
}
