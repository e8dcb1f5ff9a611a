//! The texts of `position_jump` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::distance;
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
        let nm = of.number("distance_nm").map_or("far".to_owned(), distance);
        let minutes = of.stated("elapsed_minutes", " in ", " min");
        let knots = of.number("implied_knots").map_or_else(String::new, |knots| format!(" ({knots:.0} kn)"));
        format!("jumped {nm}{minutes}{knots} at {} UTC", of.started_at.clock())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show which position is true")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "three fixes where it could not have got to".to_owned()
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Reported from where it could not have got to".to_owned()
    }
}
