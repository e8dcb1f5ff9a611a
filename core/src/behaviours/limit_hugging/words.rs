//! The texts of `limit_hugging` alerts.
//!
//! Score line: `limit_hugging`.

use crate::base::text::distance;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, below};

use super::facts::Facts;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let (stayed, slow) = (of.have("stayed", "stayed"), below(self.thresholds.slow_knots));
        let (held, out) = (of.held_for(self.measured.counted_minutes), distance(self.measured.median_outside_nm));
        format!("{stayed} {slow} {held}, {out} outside {} (median)", of.zone())
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(&self, of: &Opening) -> String {
        let (slow, held) = (below(self.thresholds.slow_knots), of.held(self.measured.counted_minutes));
        format!("{slow} outside the limit {held}")
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        "Stays slow just outside the limit".to_owned()
    }
}
