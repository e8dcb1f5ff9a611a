//! Where goods dropped overboard may be, and which craft may collect them. Part of `async_rendezvous`;
//! `dark_rendezvous` uses the look-up of zones too.

use serde::{Deserialize, Serialize};

use crate::ais::Class;
use crate::base::time::Time;
use crate::geo::LatLon;
use crate::picture::episodes::{Kink, SlowLeg};
use crate::picture::tracks::Vessel;
use crate::zones::{Chart, Hit, Relation, ZoneIx};

/// Where a ship may have dropped something: a slow leg, or the farthest point of a kink.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Spot {
    /// Where the leg began, or the farthest point of the kink.
    pub(crate) from: LatLon,
    /// Where the leg was last, or the same point of the kink.
    pub(crate) to: LatLon,
    /// When the leg was last seen, or the ship was farthest aside. An object cannot have drifted before the leg was over.
    pub(crate) at: Time,
    /// Distance from shore, as measured with the episode. Nautical miles.
    pub(crate) shore_nm: f64,
}

impl Spot {
    /// Where an object dropped during a slow leg may have been dropped.
    pub(crate) fn of_leg(leg: &SlowLeg) -> Spot {
        Spot { from: leg.position, to: leg.last_position, at: leg.last_at, shore_nm: leg.shore_nm }
    }

    /// Where an object dropped at a kink was dropped.
    pub(crate) fn of_kink(kink: &Kink) -> Spot {
        Spot { from: kink.position, to: kink.position, at: kink.aside_at, shore_nm: kink.shore_nm }
    }

    /// Distance of `at` from the straight line between `from` and `to`. Metres.
    pub(crate) fn metres_from(&self, at: LatLon) -> f64 {
        let (x, y) = self.from.plane(self.to);
        let (px, py) = self.from.plane(at);
        let share = self.share_nearest(at);
        (px - share * x).hypot(py - share * y)
    }

    /// Where on that line the point nearest to `at` lies, as a share of its length from `from`, 0-1.
    pub(crate) fn share_nearest(&self, at: LatLon) -> f64 {
        let (x, y) = self.from.plane(self.to);
        let (px, py) = self.from.plane(at);
        let length2 = x * x + y * y;
        // A kink has no length, and a division by it no result.
        if length2 < 1.0 { 0.0 } else { ((px * x + py * y) / length2).clamp(0.0, 1.0) }
    }
}

/// The zones that a position is in or near.
pub(crate) fn zones_at(chart: &Chart, place: LatLon) -> Vec<(ZoneIx, Relation)> {
    let mut hits: Vec<Hit> = Vec::new();
    chart.zones.at(place, &mut hits);
    hits.iter().filter(|hit| hit.relation != Relation::Outside).map(|hit| (hit.zone, hit.relation)).collect()
}

/// Why a craft counts as small, in a word or two. `None` if it is not small or not known to be: reported as a merchant
/// ship, tug or state vessel, or of unknown type without any other sign.
pub(crate) fn small(vessel: &Vessel<'_>, small_metres: f64) -> Option<String> {
    let kind = vessel.ship_type();
    if !vessel.takes_part() || matches!(kind, Some(31..=35 | 50..=55 | 58 | 60..=89)) {
        return None;
    }
    let length = vessel.identity().and_then(|identity| identity.length());
    let by_type = match kind {
        Some(30) => Some("fishing"),
        Some(36) => Some("sailing"),
        Some(37) => Some("pleasure"),
        Some(_) | None => None,
    };
    match (length, by_type) {
        (Some(length), _) if f64::from(length) < small_metres => Some(format!("{length} m long")),
        (_, Some(kind)) => Some(format!("{kind} by type")),
        (None, None) if vessel.class() == Class::B => Some("class B".to_owned()),
        (_, None) => None,
    }
}
