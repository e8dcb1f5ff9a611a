//! Where a vessel is, as far as that is known without a look-up: bounds of the distances from shore and calm water.

use crate::geo::LatLon;
use crate::time::Time;
use crate::zones::{CALM_KNOWN_NM, Calm, Chart};

use super::Place;

/// Where a vessel is, as far as it is known without a look-up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Vicinity {
    /// Position that the distances belong to.
    pub(super) middle: LatLon,
    /// When the vessel is there; calm water may depend on it.
    pub(super) at: Time,
    pub(super) in_calm: bool,
    pub(super) shore_nm: Within,
    pub(super) calm_nm: Within,
}

/// Bounds of a distance; equal if it is known exactly. Nautical miles.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Within {
    least: f64,
    most: f64,
}

impl Within {
    pub(super) fn exactly(nm: f64) -> Within {
        Within { least: nm, most: nm }
    }

    /// Bounds after a way of `moved` since the distance was `nm`.
    pub(super) fn after(nm: f64, moved: f64) -> Within {
        // The margin is for chords, the ellipsoid and rounding.
        let off = moved + nm * 0.005 + 0.02;
        if nm.is_finite() { Within { least: nm - off, most: nm + off } } else { Within::exactly(nm) }
    }

    /// The same for calm water, whose distance is infinite beyond some range.
    pub(super) fn after_calm(nm: f64, moved: f64) -> Within {
        let Within { least, most } = Within::after(nm.min(CALM_KNOWN_NM), moved);
        Within { least, most: if most < CALM_KNOWN_NM { most } else { f64::INFINITY } }
    }

    /// Whether the distance is known exactly.
    pub(super) fn is_exact(self) -> bool {
        self.least == self.most
    }

    /// Whether the distance is at least `nm`; `None` if that depends on where it lies.
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

    /// Whether it is at least this far from shore. Nautical miles.
    pub fn is_off_shore(&self, chart: &Chart, nm: f64) -> bool {
        self.shore_nm.is_at_least(nm).unwrap_or_else(|| nm <= self.shore_nm(chart))
    }

    /// Whether it is further than this from shore. Nautical miles.
    pub fn is_beyond(&self, chart: &Chart, nm: f64) -> bool {
        match self.shore_nm.is_at_least(nm) {
            Some(far) if !self.shore_nm.is_exact() => far,
            Some(_) | None => nm < self.shore_nm(chart),
        }
    }

    /// Whether it is at least this far from calm water, which it may still be in. Nautical miles.
    pub fn is_off_calm(&self, chart: &Chart, nm: f64) -> bool {
        self.calm_nm.is_at_least(nm).unwrap_or_else(|| nm <= self.calm_water_nm(chart))
    }

    /// The exact distance from shore, looked up unless it is known. Nautical miles.
    pub fn shore_nm(&self, chart: &Chart) -> f64 {
        match self.shore_nm.is_exact() {
            true => self.shore_nm.least,
            false => cached(chart.shore_nm_within(self.middle, self.shore_nm.most)),
        }
    }

    /// The exact distances, looked up unless they are known.
    pub fn place(&self, chart: &Chart) -> Place {
        let calm = Calm { inside: self.in_calm, nearest_nm: self.calm_water_nm(chart) };
        Place { shore_nm: self.shore_nm(chart), calm }
    }

    fn calm_water_nm(&self, chart: &Chart) -> f64 {
        match self.calm_nm.is_exact() {
            true => self.calm_nm.least,
            false => cached(chart.calm(self.middle, self.at).nearest_nm),
        }
    }
}

/// A distance with the precision of the cache.
pub(super) fn cached(nm: f64) -> f64 {
    f64::from(nm as f32)
}
