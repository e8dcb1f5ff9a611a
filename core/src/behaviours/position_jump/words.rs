//! The texts of `position_jump` alerts.
//!
//! Score line: `position_jump`.

use crate::base::text::{decimals, distance};
use crate::base::time::{Span, Time};
use crate::behaviours::shared::sharing::{JumpFacts, Pace};
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::Facts;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let JumpFacts { distance_nm, pace, .. } = &self.measured;
        let pace = pace.map_or_else(String::new, |Pace { elapsed_minutes, implied_knots }| {
            // A jump of a few minutes is known to the tenth of one; days in minutes would be hard to read.
            let took = match elapsed_minutes.whole_minutes() {
                span if span < Span::from_hours(1) => format!("{} min", decimals(elapsed_minutes)),
                span => span.to_string(),
            };
            format!(" in {took} ({implied_knots:.0} kn)")
        });
        format!("jumped {}{pace} at {} UTC", distance(*distance_nm), of.clock(of.started_at))
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show which position is true")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        (from, from)
    }

    fn opened(&self, _: &Opening) -> String {
        "three fixes where it could not have got to".to_owned()
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        "Reported from where it could not have got to".to_owned()
    }
}
