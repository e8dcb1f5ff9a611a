//! The texts of `out_and_back` alerts.

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
        let back = of.stated("back_nm", " to within ", " nm of its start");
        let out = of.stated("farthest_nm", " ", " nm");
        let stop = of.hours("stop_hours", " for ", "");
        format!("went{out} out and returned{back} after {} without a port call, having stopped{stop}", of.held())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whom it met there")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "returned after a stop in open water".to_owned()
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Went far out, stopped in open water and came back without a port call".to_owned()
    }
}
