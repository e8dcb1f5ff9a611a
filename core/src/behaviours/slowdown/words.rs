//! The texts of `slowdown` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::decimals;
use crate::base::time::Span;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Words, number};
use crate::zones::Chart;

/// How the slowdown is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// From fixes throughout the slowdown.
    Followed,
    /// From a hole in reception, with the vessel under way before and after it.
    Hole,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Followed => &[],
            Form::Hole => &["hole"],
        }
    }

    /// `has slowed to 1.2 kn (usual 11.5 kn) for 1 h 29 min after 24 h under way`.
    fn deed(self, of: &Circumstances<'_>) -> String {
        if self == Form::Hole {
            let made = of.stated("made_good_nm", "", " nm");
            let minutes = of.minutes("hole_minutes");
            let knots = of.stated("implied_knots", " (", " kn");
            let usual = of.stated("usual_knots", "; usual ", " kn)");
            return format!("made good {made} in {minutes} without a report{knots}{usual}, under way before and after");
        }
        let slow = match (of.still_knots(), number(of.thresholds, "slow_knots")) {
            (Some(knots), _) => format!("{} to {} kn", of.have("slowed", "slowed"), decimals(knots)),
            (None, Some(limit)) => format!("{} below {} kn", of.have("stayed", "stayed"), decimals(limit)),
            (None, None) => of.have("was slow", "been slow"),
        };
        let usual = of.stated("usual_knots", " (usual ", " kn)");
        let before = of.hours("under_way_hours", " after ", " under way");
        format!("{slow}{usual} for {}{before}", of.held())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("transfers, and boats without AIS near it, would not be seen")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        match self {
            Form::Hole => "little distance made good without a report, under way before and after".to_owned(),
            Form::Followed => format!("{} {}, after hours under way", of.slow(), of.held()),
        }
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        match self {
            Form::Hole => "Made good little distance between two reports, on passage".to_owned(),
            Form::Followed => "Slowed right down on passage, in open water".to_owned(),
        }
    }

    fn limits(self, holding: &Holding) -> Vec<Limit> {
        let hole = number(&holding.measured, "hole_minutes").filter(|_| self == Form::Hole);
        let text = |minutes| {
            let hole = Span::from_minutes(minutes as i64);
            format!("Shown only by a gap of {hole} between reports: recorded as a fact")
        };
        hole.map(text).map(Limit::fact).into_iter().collect()
    }
}
