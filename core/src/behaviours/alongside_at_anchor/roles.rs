//! The roles in a visit: which vessels are a ship at anchor, and which a small craft.

use crate::ais::Class;
use crate::picture::tracks::Vessel;

/// Whether the vessel is a cargo ship or tanker whose latest status is at anchor or moored.
pub(super) fn is_ship_at_anchor(vessel: &Vessel<'_>, small_metres: f64) -> bool {
    is_ship(vessel, small_metres) && vessel.says_anchored()
}

/// Whether the vessel is a cargo ship or tanker, and not known to be small. Harbour tugs and workboats often say that they are one.
fn is_ship(vessel: &Vessel<'_>, small_metres: f64) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    let is_small = length.is_some_and(|length| f64::from(length) < small_metres);
    vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind)) && !is_small
}

/// Whether the vessel says that it tows astern, or pushes ahead or tows alongside: it works as a tug, whatever its type.
fn says_tug(vessel: &Vessel<'_>) -> bool {
    matches!(vessel.status(), Some(11 | 12))
}

/// Whether the craft is short, class B, or of unknown length and neither a merchant nor a passenger ship. Craft whose
/// work takes them alongside ships never are.
pub(super) fn is_small_craft(vessel: &Vessel<'_>, small_metres: f64) -> bool {
    let kind = vessel.ship_type();
    if says_tug(vessel) || kind.is_some_and(|kind| matches!(kind, 31 | 32 | 50..=59)) {
        return false;
    }
    let length = vessel.identity().and_then(|identity| identity.length());
    match length {
        Some(length) if f64::from(length) < small_metres => true,
        _ if kind.is_some_and(|kind| (60..=89).contains(&kind)) => false,
        Some(_) => vessel.class() == Class::B,
        None => true,
    }
}

/// Whether what the craft sent shows that it is small: short, class B, fishing or pleasure.
pub(super) fn is_known_small(vessel: &Vessel<'_>, small_metres: f64) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    let is_short = length.is_some_and(|length| f64::from(length) < small_metres);
    let is_large = vessel.ship_type().is_some_and(|kind| (60..=89).contains(&kind));
    is_short || (!is_large && vessel.class() == Class::B) || matches!(vessel.ship_type(), Some(30 | 36 | 37))
}
