//! The texts of `small_craft_stop` alerts.
//!
//! Score lines: `small_craft_stop` is the base, `gale` takes points from it.

use crate::base::text::decimals;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, STOPPED_KNOTS, Words, below, stated};

use super::facts::Facts;

/// Distance from shore from which a text speaks of mid-ocean. Nautical miles.
const MID_OCEAN_NM: f64 = 100.0;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let held = of.held_for(self.measured.counted_minutes);
        let wind = stated(", in wind of up to ", self.measured.wind_knots, " kn,");
        match self.measured.median_knots.map(f64::from) {
            Some(knots) if STOPPED_KNOTS <= knots => {
                let drifted = of.have("drifted", "been drifting");
                format!("{drifted} at {} kn{wind} {held}", decimals(knots))
            }
            Some(_) | None => format!("{} stopped{wind} {held}", of.have("lay", "lain")),
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not say why, and craft without AIS beside it would not be seen")
    }

    fn opened(&self, of: &Opening) -> String {
        format!("{} {}", below(self.thresholds.slow_knots), of.held(self.measured.counted_minutes))
    }

    fn line(&self, code: &str, site: &Site<'_>) -> String {
        match code {
            "gale" => "Gale there: yachts heave to".to_owned(),
            _ if site.is_off_shore(MID_OCEAN_NM) => "Small craft stopped or drifting in mid-ocean".to_owned(),
            _ => format!("Small craft stopped or drifting {}", site.off_shore()),
        }
    }
}
