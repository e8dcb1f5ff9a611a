//! The texts of `out_and_back` alerts.
//!
//! Score line: `out_and_back`. The trip is over when its alert opens, so every sentence is in the past tense.

use crate::base::text::{about_hours, decimals};
use crate::base::time::Time;
use crate::behaviours::words::{self, Caveat, Circumstances, Opening, Words};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Measured};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let Measured { farthest_nm, back_nm, stop_hours, .. } = &self.measured;
        let (out, back, stop) = (decimals(*farthest_nm), decimals(*back_nm), about_hours(*stop_hours));
        let held = of.held();
        let unheard = self.measured.unheard_hours.map(|hours| format!(" ({} of it unheard)", about_hours(hours)));
        let unheard = unheard.unwrap_or_default();
        format!(
            "went {out} nm out and returned to within {back} nm of its start after {held}{unheard} without a port call, having stopped for {stop}"
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
        "returned after a stop in open water".to_owned()
    }

    fn line(&self, _: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        "Went far out, stopped in open water and came back without a port call".to_owned()
    }
}
