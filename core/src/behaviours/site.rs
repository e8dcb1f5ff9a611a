//! Where an alert is placed, for score lines that say something about the place: each claim is looked up for that alert, because a zone
//! may let a behaviour run close to shore and in calm water.

use crate::base::time::Time;
use crate::geo::LatLon;
use crate::zones::{Chart, Relation, ZoneIx};

/// Distance from shore from which a place is away from it: the least that shipped zones ask of behaviours at sea. Nautical miles.
const AWAY_NM: f64 = 2.0;
/// Radius around a port within which a vessel may lie at it, if calm water is switched off: that of a very small harbour. Nautical miles.
const PORT_NM: f64 = 1.0;

/// How texts state a place in or near calm water or at a port, and one that is not known.
const AT_HARBOUR: &str = "at or near a harbour or anchorage";
const UNKNOWN: &str = "at a place that is not known";

/// Where an alert is placed, and when.
pub(crate) struct Site<'a> {
    /// The position; `None` as in `Holding::position`.
    pub(crate) position: Option<LatLon>,
    /// Its distance from shore in nautical miles; `None` without a position.
    pub(crate) shore_nm: Option<f64>,
    /// When the vessel is there; calm water may depend on it.
    pub(crate) at: Time,
    /// The zones that the position is in or near.
    pub(crate) zones: &'a [(ZoneIx, Relation)],
    /// Zones, coast and ports.
    pub(crate) chart: &'a Chart,
}

impl Site<'_> {
    /// Whether it is known to be at least this far from shore. Nautical miles.
    pub(super) fn is_off_shore(&self, nm: f64) -> bool {
        self.shore_nm.is_some_and(|shore_nm| nm <= shore_nm)
    }

    /// Whether it is away from harbours and anchorages: not in calm water, nor at a port. `None` without a position.
    fn is_off_harbours(&self) -> Option<bool> {
        self.position.map(|position| {
            let port = self.chart.ports.nearest(position);
            port.is_none_or(|(_, nm)| PORT_NM < nm) && !self.chart.calm(position, self.at).inside
        })
    }

    /// Where it is, as to harbours: `away from harbours and anchorages` or `at or near a harbour or anchorage`.
    pub(super) fn off_harbours(&self) -> &'static str {
        match self.is_off_harbours() {
            Some(true) => "away from harbours and anchorages",
            Some(false) => AT_HARBOUR,
            None => UNKNOWN,
        }
    }

    /// Whether it is known to be away from shore, harbours and anchorages.
    pub(super) fn is_at_sea(&self) -> bool {
        self.is_off_shore(AWAY_NM) && self.is_off_harbours() == Some(true)
    }

    /// Where it is, at sea or not: `away from shore`, `near shore` or `at or near a harbour or anchorage`.
    pub(super) fn off_shore(&self) -> &'static str {
        match (self.is_off_harbours(), self.is_off_shore(AWAY_NM)) {
            (None, _) => UNKNOWN,
            (Some(false), _) => AT_HARBOUR,
            (Some(true), false) => "near shore",
            (Some(true), true) => "away from shore",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_not_known_is_not_called_a_harbour() {
        let chart = crate::testing::chart(crate::testing::AREA);
        let unknown = Site { position: None, shore_nm: None, at: Time::from_seconds(0), zones: &[], chart: &chart };
        assert_eq!([unknown.off_shore(), unknown.off_harbours()], ["at a place that is not known"; 2]);
        assert!(!unknown.is_at_sea());
        let at_sea = Site { position: Some(LatLon::new(28.0, -17.0)), shore_nm: Some(30.0), ..unknown };
        let places = [at_sea.off_shore(), at_sea.off_harbours()];
        assert_eq!(places, ["away from shore", "away from harbours and anchorages"]);
    }
}
