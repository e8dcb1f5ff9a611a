//! The texts of `zone_speed` alerts.
//!
//! Score line: `zone_speed`.

use crate::base::text::decimals;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Form};

impl Words for Facts {
    /// `has made 28.9 kn for 20 min in Speed watch, where the limit is 25 kn`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let (bound, limit, beyond) = match self.form {
            Form::TooSlow => (self.thresholds.min_knots, "minimum", "below"),
            Form::TooFast => (self.thresholds.max_knots, "limit", "above"),
        };
        let knots = f64::from(self.measured.speed_made_good_knots);
        // It may have come back since.
        let outside = if self.form == Form::TooSlow { knots < bound } else { bound < knots };
        let (held, zone, bound) = (of.held(), of.zone(), decimals(bound));
        if outside {
            let (made, knots) = (of.have("made", "made"), decimals(knots));
            return format!("{made} {knots} kn for {held} in {zone}, where the {limit} is {bound} kn");
        }
        format!("{} {beyond} the {limit} of {bound} kn in {zone} for {held}", of.have("was", "been"))
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

    fn line(&self, _: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        match self.form {
            Form::TooSlow => "Below the zone's minimum speed".to_owned(),
            Form::TooFast => "Above the zone's speed limit".to_owned(),
        }
    }
}
