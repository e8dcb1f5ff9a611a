//! The texts of `slowdown` alerts.
//!
//! A slowdown over a hole is a fact, because nothing shows what the vessel did meanwhile. Score line: `slowdown`.

use crate::base::text::{about_hours, decimals};
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Words, below};

use super::facts::{Facts, Followed, OverHole};

impl Words for Facts {
    /// `has slowed to 1.2 kn (usual 11.5 kn) for 1 h 29 min after 24 h under way`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        match self {
            Facts::Followed { measured, thresholds } => {
                let Followed { counted_minutes, median_knots, usual_knots, under_way_hours, .. } = measured;
                let slow = match median_knots {
                    Some(knots) => format!("{} to {} kn", of.have("slowed", "slowed"), decimals(*knots)),
                    None => format!("{} {}", of.have("stayed", "stayed"), below(thresholds.slow_knots)),
                };
                let (usual, before) = (decimals(*usual_knots), about_hours(*under_way_hours));
                format!("{slow} (usual {usual} kn) {} after {before} under way", of.held_for(*counted_minutes))
            }
            Facts::Hole { measured, .. } => {
                let OverHole { hole_minutes, made_good_nm, implied_knots, usual_knots, .. } = measured;
                let (nm, knots, usual) = (decimals(*made_good_nm), decimals(*implied_knots), decimals(*usual_knots));
                let hole = hole_minutes.whole_minutes();
                format!(
                    "made good {nm} nm in {hole} without a report ({knots} kn; usual {usual} kn), under way before and after"
                )
            }
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("transfers, and boats without AIS near it, would not be seen")
    }

    fn opened(&self, of: &Opening) -> String {
        match self {
            Facts::Followed { measured, thresholds } => {
                let (slow, held) = (below(thresholds.slow_knots), of.held(measured.counted_minutes));
                format!("{slow} {held}, after {} under way", about_hours(measured.under_way_hours))
            }
            Facts::Hole { .. } => "little distance made good without a report, under way before and after".to_owned(),
        }
    }

    fn line(&self, _: &str, site: &Site<'_>) -> String {
        match self {
            Facts::Followed { .. } if site.is_at_sea() => "Slowed right down on passage, in open water".to_owned(),
            Facts::Followed { .. } => format!("Slowed right down on passage, {}", site.off_shore()),
            Facts::Hole { .. } => "Made good little distance between two reports, on passage".to_owned(),
        }
    }

    fn limits(&self) -> Vec<Limit> {
        match self {
            Facts::Followed { .. } => Vec::new(),
            Facts::Hole { measured, .. } => {
                let hole = measured.hole_minutes.whole_minutes();
                vec![Limit::fact(format!("Shown only by a gap of {hole} between reports: recorded as a fact"))]
            }
        }
    }

    fn at_anchor(&self) -> Option<AtAnchor> {
        match self {
            Facts::Followed { measured, .. } => measured.at_anchor,
            Facts::Hole { .. } => None,
        }
    }
}
