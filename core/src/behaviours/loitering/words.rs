//! The texts of `loitering` alerts.
//!
//! Score line: `loitering`. A vessel at anchor is described by its swing, so that a reader sees what the anchor was concluded from.

use crate::base::text::{decimals, distance};
use crate::base::time::Span;
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, below, counted};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Form, Round};

/// A summary states the counted time if more than this was not counted.
const UNCOUNTED: Span = Span::from_minutes(20);
/// A vessel that moved less than this has not moved. Nautical miles.
const UNMOVED_NM: f64 = 0.005;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let round = self.measured.round.as_ref().map_or_else(String::new, |round| {
            let Round { circling_path_nm, circling_hours, circling_net_nm, .. } = round;
            let (path, hours) = (decimals(*circling_path_nm), decimals(*circling_hours));
            format!(" ({path} nm sailed in {hours} h, {} nm made good)", decimals(*circling_net_nm))
        });
        // The threshold, because the speed itself changes from fix to fix.
        let slow = format!("{} {}", of.have("stayed", "stayed"), below(self.thresholds.slow_knots()));
        let clock = of.held();
        match self.form {
            Form::Circling => format!("{}{round} for {clock}", of.have("circled", "been circling")),
            Form::SlowAndCircling => format!("{slow} and circled{round} for {clock}"),
            Form::Slow => format!("{slow}{} for {}", self.anchored(of), self.counted(of)),
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("boats without AIS near it would not be seen")
    }

    fn opened(&self, of: &Opening) -> String {
        match &self.measured.slow {
            Some(slow) => format!("{} {}", below(self.thresholds.slow_knots()), of.held(slow.counted_minutes)),
            None => format!("circling for {}", of.whole()),
        }
    }

    fn line(&self, _: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        match self.form {
            Form::Circling => "Circles in a small area without making good any distance".to_owned(),
            Form::Slow | Form::SlowAndCircling => {
                format!("Stays {} away from harbours and anchorages", below(self.thresholds.slow_knots()))
            }
        }
    }

    fn at_anchor(&self) -> Option<AtAnchor> {
        self.measured.at_anchor
    }
}

impl Facts {
    /// How it lies at anchor, between commas; empty if it does not.
    fn anchored(&self, of: &Circumstances<'_>) -> String {
        if !of.anchored {
            return String::new();
        }
        match self.measured.at_anchor {
            Some(AtAnchor::Swing { anchored_nm, .. } | AtAnchor::Still { anchored_nm, .. }) => {
                match f64::from(anchored_nm) {
                    ..UNMOVED_NM => ", without leaving its position,".to_owned(),
                    nm => format!(", within {} of one position,", distance(nm)),
                }
            }
            Some(AtAnchor::Status { .. }) | None => ", reporting itself at anchor or moored,".to_owned(),
        }
    }

    /// The time that counted, and the whole time if much of it did not.
    fn counted(&self, of: &Circumstances<'_>) -> String {
        let clock = of.held();
        let counted = self.measured.slow.as_ref().map(|slow| counted(slow.counted_minutes));
        match counted.filter(|counted| UNCOUNTED < clock - *counted) {
            Some(counted) => format!("{counted} of {clock} (the rest not reported, or faster)"),
            None => clock.to_string(),
        }
    }
}
