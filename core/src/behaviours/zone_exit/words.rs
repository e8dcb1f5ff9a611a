//! The texts of `zone_exit` alerts.

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
        format!("left {} at {} UTC", of.zone(), of.started_at.clock())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "left the zone".to_owned()
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Left the zone".to_owned()
    }
}
