//! The texts of `out_and_back` alerts.
//!
//! Score line: `out_and_back`. The trip is over when its alert opens, so every sentence is in the past tense.

use crate::base::text::{about_hours, decimals};
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{self, Caveat, Circumstances, Opening, Words};
use crate::geo::LatLon;

use super::facts::{Facts, Measured};

/// A trip that goes this far from its start goes far out. Nautical miles.
const FAR_NM: f64 = 50.0;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let Measured { start_lat, start_lon, farthest_nm, back_nm, stop_hours, .. } = &self.measured;
        let start = LatLon::new((*start_lat).into(), (*start_lon).into()).degrees_minutes();
        let left_at = of.clock(of.started_at);
        let (out, back, stop) = (decimals(*farthest_nm), decimals(*back_nm), about_hours(*stop_hours));
        let held = of.held();
        let unheard = self.measured.unheard_hours.map(|hours| format!(" ({} of it unheard)", about_hours(hours)));
        let unheard = unheard.unwrap_or_default();
        format!(
            "left {start} at {left_at} UTC, went {out} nm out and returned to within {back} nm of there after {held}{unheard} without a port call, having stopped for {stop}"
        )
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whom it met there")
    }

    /// The stop, where the alert is placed.
    fn stated(&self, _: Time, _: Time) -> (Time, Time) {
        let Measured { stopped_at, stop_hours, .. } = self.measured;
        (stopped_at, stopped_at + words::counted(60.0 * f64::from(stop_hours)))
    }

    fn opened(&self, _: &Opening) -> String {
        "returned after a stop without a port call".to_owned()
    }

    fn line(&self, _: &str, site: &Site<'_>) -> String {
        let out = if FAR_NM <= f64::from(self.measured.farthest_nm) { "far out" } else { "out" };
        // The alert is placed at the stop.
        let stopped = if site.is_at_sea() { "in open water" } else { site.off_shore() };
        format!("Went {out}, stopped {stopped} and came back without a port call")
    }
}
