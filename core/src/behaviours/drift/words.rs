//! The texts of `drift` alerts.

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
        let off = of.stated("drift_degrees", ", ", "° off its heading,");
        let speed = of.stated("speed_made_good_knots", " at ", " kn");
        format!("{}{speed}{off} for {}", of.have("drifted", "been drifting"), of.held())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether the engine failed or was stopped")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("drifting {}", of.held())
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Moves slowly, not in the direction of its heading".to_owned()
    }
}
