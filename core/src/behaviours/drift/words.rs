//! The texts of `drift` alerts.
//!
//! Score line: `drift`, with the points of a merchant ship or of any other vessel.

use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, stated};

use super::facts::Facts;

impl Words for Facts {
    /// `drifted at 2 kn, 72° off its heading, for 40 min`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let off = stated(", ", self.measured.median_degrees, "° off its heading,");
        let speed = stated(" at ", self.measured.median_knots, " kn");
        let held = of.held_for(self.measured.counted_minutes);
        format!("{}{speed}{off} {held}", of.have("drifted", "been drifting"))
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether the engine failed or was stopped")
    }

    fn opened(&self, of: &Opening) -> String {
        format!("drifting {}", of.held(self.measured.counted_minutes))
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        "Moves slowly, not in the direction of its heading".to_owned()
    }

    fn at_anchor(&self) -> Option<AtAnchor> {
        self.measured.at_anchor
    }
}
