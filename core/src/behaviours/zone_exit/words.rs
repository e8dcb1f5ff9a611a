//! The texts of `zone_exit` alerts.
//!
//! Score line: `zone_exit`.

use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::Facts;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        format!("left {} {}", of.zone(), of.crossed(self.measured.unheard_since))
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        self.measured.stated(from)
    }

    fn opened(&self, _: &Opening) -> String {
        "left the zone".to_owned()
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        "Left the zone".to_owned()
    }
}
