//! The texts of `zone_speed` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::decimals;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, number};
use crate::zones::Chart;

/// On which side of the band the speed is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Below the minimum.
    TooSlow,
    /// Above the limit.
    TooFast,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::TooSlow => &["too_slow"],
            Form::TooFast => &["too_fast"],
        }
    }

    /// `has made 28.9 kn for 20 min in Speed watch, where the limit is 25 kn`.
    fn deed(self, of: &Circumstances<'_>) -> String {
        let (key, limit, beyond) = match self {
            Form::TooSlow => ("min_knots", "minimum", "below"),
            Form::TooFast => ("max_knots", "limit", "above"),
        };
        let (held, zone, bound) = (of.held(), of.zone(), number(of.thresholds, key));
        let outside = |knots: &f64, bound: f64| if self == Form::TooSlow { *knots < bound } else { bound < *knots };
        let knots = of.number("speed_made_good_knots");
        match (knots.filter(|knots| bound.is_none_or(|bound| outside(knots, bound))), bound) {
            (Some(knots), Some(bound)) => {
                let (made, knots) = (of.have("made", "made"), decimals(knots));
                format!("{made} {knots} kn for {held} in {zone}, where the {limit} is {} kn", decimals(bound))
            }
            (_, bound) => {
                let was = of.have("was", "been");
                let bound = bound.map_or_else(String::new, |bound| format!(" of {} kn", decimals(bound)));
                format!("{was} {beyond} the {limit}{bound} in {zone} for {held}")
            }
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        match self {
            Form::TooSlow => format!("below the zone's minimum speed {}", of.held()),
            Form::TooFast => format!("above the zone's limit {}", of.held()),
        }
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        match self {
            Form::TooSlow => "Below the zone's minimum speed".to_owned(),
            Form::TooFast => "Above the zone's speed limit".to_owned(),
        }
    }
}
