//! The texts of `zone_speed` alerts.
//!
//! Score line: `zone_speed`.

use crate::base::text::decimals;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::{Facts, Form};

impl Words for Facts {
    /// `has been above the limit of 25 kn in Speed watch for 20 min, at up to 28.9 kn`; with breaks,
    /// `was above the limit of 25 kn in Speed watch for 54 min of the 2 h 32 min from 16:02 to 18:34 UTC (the rest not reported, or slower), at
    /// up to 29.1 kn`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let (limit, bound, at, otherwise) = match self.form {
            Form::TooSlow => ("below the minimum", self.thresholds.min_knots, "down to", "faster"),
            Form::TooFast => ("above the limit", self.thresholds.max_knots, "at up to", "slower"),
        };
        let (was, zone) = (of.have("was", "been"), of.zone());
        let held = of.held_for_or(self.measured.counted_minutes, otherwise);
        let (bound, knots) = (decimals(bound), decimals(self.measured.extreme_knots));
        format!("{was} {limit} of {bound} kn in {zone} {held}, {at} {knots} kn")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(&self, of: &Opening) -> String {
        match self.form {
            Form::TooSlow => format!("below the zone's minimum speed {}", of.held(self.measured.counted_minutes)),
            Form::TooFast => format!("above the zone's limit {}", of.held(self.measured.counted_minutes)),
        }
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        match self.form {
            Form::TooSlow => "Below the zone's minimum speed".to_owned(),
            Form::TooFast => "Above the zone's speed limit".to_owned(),
        }
    }
}
