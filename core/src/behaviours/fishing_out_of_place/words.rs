//! The texts of `fishing_out_of_place` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Chart;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let stopped = of.have("was stopped", "been stopped");
        let passage = of.hours("passage_hours", " of ", "");
        let knots = of.stated("passage_knots", " at ", " kn");
        let far = of.stated("passage_nm", " (", " nm)");
        format!("{stopped} for {} after a straight passage{passage}{knots}{far}", of.held())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("craft without AIS would not be seen")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("stopped {}, after a long straight passage", of.held())
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match code {
            "foreign_flag" => "Flag state from another region, or unknown".to_owned(),
            _ => "Fishing vessel on a straight course for days, then stops far out".to_owned(),
        }
    }
}
