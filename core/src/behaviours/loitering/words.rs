//! The texts of `loitering` alerts.
//!
//! Score line: `loitering`. A vessel at anchor is described by its swing, so that a reader sees what the anchor was concluded from.

use crate::base::text::{decimals, distance};
use crate::base::time::Span;
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::site::Site;
use crate::behaviours::words::{self, Caveat, Circumstances, Opening, Words, below};

use super::facts::{Facts, Form, Round};

/// A summary states the time at anchor if more than this was spent otherwise.
const OTHERWISE: Span = Span::from_minutes(20);
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
            Form::SlowAndCircling => format!("{slow} and circled{round} for {}", self.counted(of)),
            Form::Slow => self.slow(&slow, of),
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

    fn line(&self, _: &str, site: &Site<'_>) -> String {
        match self.form {
            Form::Circling => "Circles in a small area and makes good little distance".to_owned(),
            Form::Slow | Form::SlowAndCircling => {
                format!("Stays {} {}", below(self.thresholds.slow_knots()), site.off_harbours())
            }
        }
    }

    fn at_anchor(&self) -> Option<AtAnchor> {
        self.measured.at_anchor
    }
}

impl Facts {
    /// How long it stayed slow, and how it lies at anchor: `stayed below 2 kn, within 296 m of one position, for 6 h 00 min`, or
    /// `stayed below 2 kn for 8 h 00 min, 5 h 42 min of it within 296 m of one position`. Of a stay that did not all count, the time in one
    /// place is a part of the whole.
    fn slow(&self, slow: &str, of: &Circumstances<'_>) -> String {
        let counted = self.counted(of);
        match self.measured.at_anchor {
            _ if !of.anchored => format!("{slow} for {counted}"),
            Some(AtAnchor::Swing { anchored_nm, anchored_hours } | AtAnchor::Still { anchored_nm, anchored_hours }) => {
                let place = match f64::from(anchored_nm) {
                    ..UNMOVED_NM => "without leaving its position".to_owned(),
                    nm => format!("within {} of one position", distance(nm)),
                };
                let (lay, whole) = (words::counted((60.0 * f64::from(anchored_hours)).round()), of.held());
                match lay + OTHERWISE < whole {
                    true if self.is_part(of) => {
                        format!("{slow} for {counted}, and lay {place} for {lay} of those {whole}")
                    }
                    true => format!("{slow} for {counted}, {lay} of it {place}"),
                    false => format!("{slow}, {place}, for {counted}"),
                }
            }
            Some(AtAnchor::Status { .. }) | None => {
                format!("{slow}, reporting itself at anchor or moored, for {counted}")
            }
        }
    }

    /// The time that counted, and the whole time if part of it did not.
    fn counted(&self, of: &Circumstances<'_>) -> String {
        let clock = of.held();
        match self.slow_for().filter(|_| self.is_part(of)) {
            Some(counted) => format!("{counted} of {clock} (the rest not reported, or faster)"),
            None => clock.to_string(),
        }
    }

    /// The time that counted; `None` unless it is slow.
    fn slow_for(&self) -> Option<Span> {
        self.measured.slow.as_ref().map(|slow| words::counted(slow.counted_minutes))
    }

    /// Whether less than the whole time counted.
    fn is_part(&self, of: &Circumstances<'_>) -> bool {
        self.slow_for().is_some_and(|counted| words::is_part(counted, of.held()))
    }
}
