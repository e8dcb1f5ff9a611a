//! Vicinity: bounds of a vessel's distances from shore and calm water, known without a look-up on the chart.
//!
//! A look-up of the coast costs far more than a comparison. Most fixes are of vessels so far from every border that rough
//! bounds already decide.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::geo::LatLon;
use crate::zones::{CALM_KNOWN_NM, Calm, Chart};

/// Distance from shore and calm water at a position.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Distance from shore; 0 on land. Nautical miles.
    pub shore_nm: f64,
    /// Calm water at the position.
    pub calm: Calm,
}

impl Place {
    /// Looks up a position, without the cache.
    pub fn at(chart: &Chart, position: LatLon, now: Time) -> Place {
        Place { shore_nm: chart.shore_nm(position), calm: chart.calm(position, now) }
    }
}

/// How far a vessel is from shore and calm water: exactly, or within bounds that are replaced by a look-up where they do not decide.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Vicinity {
    /// Position that the distances belong to.
    pub(super) middle: LatLon,
    /// When the vessel is there; calm water may depend on it.
    pub(super) at: Time,
    /// Whether it is in calm water. Known exactly even where the distances are not.
    pub(super) in_calm: bool,
    /// Distance from shore.
    pub(super) shore_nm: Within,
    /// Distance from the nearest harbour, anchorage point or calm zone; infinite beyond `CALM_KNOWN_NM`.
    pub(super) calm_nm: Within,
}

/// Bounds of a distance; equal if it is known exactly. Nautical miles.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Within {
    /// The distance is at least this.
    least: f64,
    /// The distance is at most this; infinite if nothing bounds it.
    most: f64,
}

impl Within {
    /// A distance that was looked up.
    pub(super) fn exactly(nm: f64) -> Within {
        Within { least: nm, most: nm }
    }

    /// Bounds of a distance that was `nm` before the vessel moved by `moved` nautical miles.
    pub(super) fn after(nm: f64, moved: f64) -> Within {
        // The margin covers chords, the ellipsoid and rounding.
        let off = moved + nm * 0.005 + 0.02;
        if nm.is_finite() { Within { least: nm - off, most: nm + off } } else { Within::exactly(nm) }
    }

    /// Like `after`, but for calm water. Its distance is infinite beyond `CALM_KNOWN_NM`.
    pub(super) fn after_calm(nm: f64, moved: f64) -> Within {
        // Beyond that distance calm water is not searched, so nothing bounds how far it is.
        let Within { least, most } = Within::after(nm.min(CALM_KNOWN_NM), moved);
        Within { least, most: if most < CALM_KNOWN_NM { most } else { f64::INFINITY } }
    }

    /// Whether the distance is known exactly.
    pub(super) fn is_exact(self) -> bool {
        self.least == self.most
    }

    /// Whether the distance is at least `nm`; `None` if the bounds do not decide that.
    fn is_at_least(self, nm: f64) -> Option<bool> {
        match (nm <= self.least, self.most < nm) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        }
    }
}

impl Vicinity {
    /// Whether the position is in calm water.
    pub fn in_calm(&self) -> bool {
        self.in_calm
    }

    /// Whether the position is at least `nm` nautical miles from shore.
    pub fn is_off_shore(&self, chart: &Chart, nm: f64) -> bool {
        self.shore_nm.is_at_least(nm).unwrap_or_else(|| nm <= self.shore_nm(chart))
    }

    /// Whether the position is more than `nm` nautical miles from shore.
    pub fn is_beyond(&self, chart: &Chart, nm: f64) -> bool {
        match self.shore_nm.is_at_least(nm) {
            Some(far) if !self.shore_nm.is_exact() => far,
            Some(_) | None => nm < self.shore_nm(chart),
        }
    }

    /// Whether the nearest harbour, anchorage point or calm zone is at least `nm` nautical miles away. The position may still be in
    /// the circle of a point, and so in calm water.
    pub fn is_off_calm(&self, chart: &Chart, nm: f64) -> bool {
        self.calm_nm.is_at_least(nm).unwrap_or_else(|| nm <= self.calm_water_nm(chart))
    }

    /// The exact distance from shore, looked up if only bounds are known. Nautical miles.
    pub fn shore_nm(&self, chart: &Chart) -> f64 {
        match self.shore_nm.is_exact() {
            true => self.shore_nm.least,
            false => cached(chart.shore_nm_within(self.middle, self.shore_nm.most)),
        }
    }

    /// The exact distances, looked up if only bounds are known.
    pub fn place(&self, chart: &Chart) -> Place {
        let calm = Calm { inside: self.in_calm, nearest_nm: self.calm_water_nm(chart) };
        Place { shore_nm: self.shore_nm(chart), calm }
    }

    /// The exact distance from calm water, looked up if only bounds are known. Nautical miles.
    fn calm_water_nm(&self, chart: &Chart) -> f64 {
        match self.calm_nm.is_exact() {
            true => self.calm_nm.least,
            false => cached(chart.calm(self.middle, self.at).nearest_nm),
        }
    }
}

/// A distance rounded to the precision of the cache.
pub(super) fn cached(nm: f64) -> f64 {
    f64::from(nm as f32)
}
