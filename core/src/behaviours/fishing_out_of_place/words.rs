//! The texts of `fishing_out_of_place` alerts.
//!
//! Score lines: `fishing_out_of_place` is the base, `foreign_flag` adds to it.

use crate::base::text::{about_hours, decimals};
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Measured};

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

    fn line(&self, code: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        match code {
            "foreign_flag" => "Flag state from another region, or unknown".to_owned(),
            _ => {
                let passage = about_hours(self.measured.passage_hours);
                format!("Fishing vessel stops far out, after a straight passage of {passage}")
            }
        }
    }
}
