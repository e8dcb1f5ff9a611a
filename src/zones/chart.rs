//! Everything fixed that a position is judged by: zones, shore distance, ports, calm water.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CALM_REACH_NM, Relation, Watchlists, ZoneSet};
use crate::geo::{Coast, LatLon, Ports, SEEN_NM, Wind};
use crate::time::Time;

/// How a position lies to calm water.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calm {
    /// In the circle of a harbour or anchorage point, or in an active port or anchorage zone.
    pub inside: bool,
    /// Nautical miles to the nearest such point or to the nearest such zone's edge, 0 inside a zone; infinite beyond 30 nm.
    pub nearest_nm: f64,
}

/// The zones of the moment with the coast and the ports.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The zones.
    pub zones: ZoneSet,
    /// Land and shore.
    pub coast: Arc<Coast>,
    /// Harbours and anchorage points.
    pub ports: Arc<Ports>,
    /// Wind at sea, where the operator gave a file of it.
    pub wind: Arc<Wind>,
    /// Sea behaviours do not open this near to calm water, unless a zone says otherwise; in nautical miles.
    pub calm_margin_nm: f64,
    /// Ships that somebody wants to hear of.
    pub watchlists: Arc<Watchlists>,
}

impl Chart {
    /// The zones with the coast and ports that are built in and the default margin of 5.4 nm (10 km).
    pub fn with_built_in(zones: ZoneSet) -> Chart {
        let watchlists = Arc::default();
        let (coast, ports) = (Coast::built_in(), Ports::built_in());
        Chart { zones, coast, ports, wind: Arc::default(), calm_margin_nm: 5.4, watchlists }
    }

    /// How the position lies to calm water at that time.
    pub fn calm(&self, at: LatLon, time: Time) -> Calm {
        let zone_nm = self.zones.calm_nm(at, time);
        let point_nm = self.ports.nearest_point_nm(at);
        Calm {
            inside: zone_nm <= 0.0 || (point_nm.is_finite() && self.ports.calm_round(at).is_some()),
            nearest_nm: zone_nm.min(point_nm),
        }
    }

    /// How far one may go without coming into calm water, from where the nearest is `nearest_nm` off (as `calm` says). Nautical miles.
    pub fn clear_of_calm_nm(&self, nearest_nm: f64) -> f64 {
        // Distances to points are to their middles, and beyond some way they are only known to be greater.
        nearest_nm.min(SEEN_NM.min(CALM_REACH_NM) - 0.1) - self.ports.largest_circle_nm()
    }

    /// What the calm water at a position is called: the zone that holds it, else the harbour or anchorage point whose circle does.
    pub fn calm_name(&self, at: LatLon, time: Time) -> Option<Arc<str>> {
        let mut hits = Vec::new();
        self.zones.at(at, &mut hits);
        let inside = hits.iter().filter(|hit| hit.relation == Relation::In).map(|hit| self.zones.get(hit.zone));
        let named =
            inside.filter(|zone| zone.calm_water() && zone.active(time)).map(|zone| Arc::from(zone.name.as_str()));
        let point = || self.ports.calm_round(at).map(|port| Arc::clone(&port.name)).filter(|name| !name.is_empty());
        named.min().or_else(point)
    }

    /// Nautical miles to the nearest shore: 0 on land and inland water, infinite without a coast.
    pub fn shore_nm(&self, at: LatLon) -> f64 {
        self.coast.shore_nm(at)
    }

    /// The same for one who knows that shore is at most `most_nm` off.
    pub fn shore_nm_within(&self, at: LatLon, most_nm: f64) -> f64 {
        self.coast.shore_nm_within(at, most_nm)
    }
}
