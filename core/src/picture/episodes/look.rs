//! One look at a vessel, as the detectors of episodes take it. The engine takes one at every fix of a vessel that is slow or followed, and
//! every five minutes at one in or near a zone. A fast vessel far from any zone costs nothing.

use crate::picture::tracks::{Fix, SpeedMadeGood, TrackKey, Vessel};

use super::craft::Craft;

/// Distance from shore below which every vessel slows down and turns (SPEC `async_rendezvous`). Nautical miles.
pub const SHORE_NM: f64 = 6.0;

/// One fix, with what the detectors of episodes need to know about it.
pub struct Look<'a> {
    /// The vessel.
    pub vessel: Vessel<'a>,
    /// The vessel's key, which is never reused.
    pub key: TrackKey,
    /// The fix.
    pub fix: Fix,
    /// Speed made good at the fix. `None` over a hole too long to count.
    pub smg: Option<SpeedMadeGood>,
    /// Whether the fix is at least `SHORE_NM` from shore.
    pub off_shore: bool,
    /// Looks up the distance from shore. Nautical miles.
    pub shore_nm: &'a dyn Fn() -> f64,
    /// Whether the fix is in calm water (circles and calm zones, without the margin).
    pub calm: bool,
    /// Whether the vessel is in or near a corridor, area or benign zone.
    pub watched: bool,
    /// Whether this is the first fix of a 5-minute slot.
    pub tick: bool,
}

impl Look<'_> {
    /// The kind of craft of the vessel of a fix.
    pub(super) fn craft(&self) -> Craft {
        let length = self.vessel.identity().and_then(|identity| identity.length());
        Craft::of(self.vessel.ship_type(), self.vessel.class(), length)
    }

    /// Whether slowing and turning mean nothing for this vessel. Fishing and pleasure craft, pilots, rescuers and dredgers
    /// do it for work or pleasure, and a vessel at anchor does not move (SPEC `async_rendezvous`).
    pub(super) fn is_its_trade(&self) -> bool {
        matches!(self.vessel.ship_type(), Some(30 | 33 | 36 | 37 | 50 | 51)) || self.vessel.says_anchored()
    }
}
