//! The texts of `small_craft_stop` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::decimals;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, STOPPED_KNOTS, Words};
use crate::zones::Chart;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let (held, wind) = (of.held(), of.stated("wind_knots", ", in wind of up to ", " kn,"));
        match of.still_knots() {
            Some(knots) if STOPPED_KNOTS <= knots => {
                let drifted = of.have("drifted", "been drifting");
                format!("{drifted} at {} kn{wind} for {held}", decimals(knots))
            }
            Some(_) | None => format!("{} stopped{wind} for {held}", of.have("lay", "lain")),
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not say why, and craft without AIS beside it would not be seen")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("{} {}", of.slow(), of.held())
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match code {
            "gale" => "Gale there: yachts heave to".to_owned(),
            _ => "Small craft stopped or drifting in mid-ocean".to_owned(),
        }
    }
}
