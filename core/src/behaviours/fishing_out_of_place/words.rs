//! The texts of `fishing_out_of_place` alerts.
//!
//! Score lines: `fishing_out_of_place` is the base, `foreign_flag` adds to it.

use crate::base::text::{about_hours, decimals};
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::{Facts, Measured};

/// Distance from shore from which a vessel is far out. Nautical miles.
const FAR_NM: f64 = 100.0;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let stopped = of.have("was stopped", "been stopped");
        let Measured { counted_minutes, passage_hours, passage_knots, passage_nm, .. } = self.measured;
        let (took, knots, nm) = (about_hours(passage_hours), decimals(passage_knots), decimals(passage_nm));
        let held = of.held_for(counted_minutes);
        format!("{stopped} {held} after a straight passage of {took} at {knots} kn ({nm} nm)")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("craft without AIS would not be seen")
    }

    fn opened(&self, of: &Opening) -> String {
        format!("stopped {}, after a long straight passage", of.held(self.measured.counted_minutes))
    }

    fn line(&self, code: &str, site: &Site<'_>) -> String {
        match code {
            "foreign_flag" => "Flag state from another region, or unknown".to_owned(),
            _ => {
                let passage = about_hours(self.measured.passage_hours);
                let place = if site.is_off_shore(FAR_NM) { "far out" } else { site.off_shore() };
                format!("Fishing vessel stops {place}, after a straight passage of {passage}")
            }
        }
    }
}
