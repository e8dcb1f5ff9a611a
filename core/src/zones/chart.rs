//! All static data that a position is judged by: zones, coast, ports, calm water, watchlists.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::hit::Relation;
use super::set::{CALM_REACH_NM, ZoneSet};
use super::watchlist::Watchlists;
use crate::base::time::Time;
use crate::geo::{Coast, LatLon, Ports, SEEN_NM, Wind};

/// Calm water nearer than this is always found by [`Chart::calm`]. Nautical miles.
pub const CALM_KNOWN_NM: f64 = SEEN_NM.min(CALM_REACH_NM) - 0.1;

/// A position relative to calm water.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calm {
    /// Whether it is inside the circle of a harbour or anchorage point, or in an active port or anchorage zone.
    pub inside: bool,
    /// Nautical miles to the nearest such point or zone edge, 0 inside a zone; infinite beyond 30 nm.
    pub nearest_nm: f64,
}

/// The current zones together with coast, ports, wind and watchlists.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The current zones.
    pub zones: ZoneSet,
    /// Land and coastline.
    pub coast: Arc<Coast>,
    /// Harbours and anchorage points.
    pub ports: Arc<Ports>,
    /// Wind at sea; empty unless the operator provided a file.
    pub wind: Arc<Wind>,
    /// Distance from calm water within which sea behaviours do not start, unless a zone overrides it; in nautical miles.
    pub calm_margin_nm: f64,
    /// Vessels the analysts want alerts for.
    pub watchlists: Arc<Watchlists>,
}

impl Chart {
    /// Combines the zones with the built-in coast and ports and the default margin of 5.4 nm (10 km).
    pub fn with_built_in(zones: ZoneSet) -> Chart {
        let watchlists = Arc::default();
        let (coast, ports) = (Coast::built_in(), Ports::built_in());
        Chart { zones, coast, ports, wind: Arc::default(), calm_margin_nm: 5.4, watchlists }
    }

    /// The position relative to calm water at that time.
    pub fn calm(&self, at: LatLon, time: Time) -> Calm {
        let zone_nm = self.zones.calm_nm(at, time);
        let point_nm = self.ports.nearest_point_nm(at);
        // The margin is for rounding.
        let in_circle =
            point_nm <= self.ports.largest_circle_nm() * (1.0 + 1e-9) && self.ports.calm_round(at).is_some();
        Calm { inside: zone_nm <= 0.0 || (point_nm.is_finite() && in_circle), nearest_nm: zone_nm.min(point_nm) }
    }

    /// Distance a vessel can go without entering calm water, given the distance to the nearest one from [`Chart::calm`]. Nautical miles.
    pub fn clear_of_calm_nm(&self, nearest_nm: f64) -> f64 {
        // Distances to points are to their centres, and beyond some range they are only known to be greater.
        nearest_nm.min(CALM_KNOWN_NM) - self.ports.largest_circle_nm()
    }

    /// Name of the calm water at a position: the zone that contains it, otherwise the harbour or anchorage point whose circle does.
    pub fn calm_name(&self, at: LatLon, time: Time) -> Option<Arc<str>> {
        let mut hits = Vec::new();
        self.zones.at(at, &mut hits);
        let inside = hits.iter().filter(|hit| hit.relation == Relation::In).map(|hit| self.zones.get(hit.zone));
        let named =
            inside.filter(|zone| zone.calm_water() && zone.active(time)).map(|zone| Arc::from(zone.name.as_str()));
        let point = || self.ports.calm_round(at).map(|port| Arc::clone(&port.name)).filter(|name| !name.is_empty());
        named.min().or_else(point)
    }

    /// Nautical miles to the nearest shore: 0 on land and inland water, infinite without a coastline.
    /// On the hot path prefer [`Chart::shore_nm_within`] if a bound is known.
    pub fn shore_nm(&self, at: LatLon) -> f64 {
        self.coast.shore_nm(at)
    }

    /// As [`Chart::shore_nm`], but faster if shore is known to be at most `most_nm` away.
    pub fn shore_nm_within(&self, at: LatLon, most_nm: f64) -> f64 {
        self.coast.shore_nm_within(at, most_nm)
    }
}
