//! The texts of `dark_rendezvous` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::time::Span;
use crate::behaviours::Holding;
use crate::behaviours::named::{Role, VesselRef};
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Tense, Who, Words, number, plain};
use crate::zones::Chart;

/// How well a silent vessel can be singled out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Few silent vessels could have come.
    Possible,
    /// Many silent vessels could have come.
    OneOfMany,
    /// Its silence leaves time for many stops.
    ManyStops,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Possible => &["possible"],
            Form::OneOfMany => &["one_of_many"],
            Form::ManyStops => &["many_stops"],
        }
    }

    fn who(self, of: &Circumstances<'_>) -> Who {
        // The silent vessel is named in the rest of the sentence.
        Who::vessels(of.vessels.iter().filter(|vessel| vessel.role != Some(Role::Dark)))
    }

    /// `stopped for 40 min at a position that GHOST (Spain, sailing), silent since 10:00 UTC, could have reached (one of 2 candidates)`.
    fn deed(self, of: &Circumstances<'_>) -> String {
        let dark = of.vessels.iter().find(|vessel| vessel.role == Some(Role::Dark));
        let dark = dark.map_or_else(|| "a vessel".to_owned(), VesselRef::title);
        let since = of.text("silent_since").and_then(|at| at.get(11..16));
        let since = since.map_or_else(String::new, |clock| format!(" since {clock} UTC"));
        let stopped = of.number("stopped_minutes").map(|minutes| Span::from_minutes(minutes as i64));
        let minutes = stopped.map_or_else(String::new, |stopped| format!(" for {stopped}"));
        let slack = of.hours("slack_hours", "; ", " of unaccounted time");
        let candidates = match of.number("possible").unwrap_or(1.0) {
            ..2.0 => "the only candidate".to_owned(),
            possible => format!("one of {possible:.0} candidates"),
        };
        let stopped = if of.tense == Tense::Past { "stopped" } else { "has been stopped" };
        format!("{stopped}{minutes} at a position that {dark}, silent{since}, could have reached ({candidates}{slack})")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether they met")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "stopped within reach of a silent vessel".to_owned()
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match code {
            "lay_still" => "The silent vessel lay still when last heard".to_owned(),
            _ => "Stopped where a silent vessel could have come and returned in time".to_owned(),
        }
    }

    fn part(self, part: &'static str, _: &Map<String, Value>) -> String {
        match part {
            "one_of_many" => "one of many silent vessels".to_owned(),
            "many_stops" => "one of many stops within reach".to_owned(),
            other => plain(other),
        }
    }

    fn limits(self, holding: &Holding) -> Vec<Limit> {
        let measured = |key| number(&holding.measured, key);
        let text = match self {
            Form::Possible => None,
            Form::OneOfMany => measured("possible")
                .map(|possible| format!("{possible:.0} silent vessels could have come: too many to single one out")),
            Form::ManyStops => measured("stops_within_reach")
                .map(|stops| format!("Its silence leaves time for {stops:.0} stops: too many to single one out")),
        };
        text.map(|text| Limit::fact(format!("{text}; recorded as a fact"))).into_iter().collect()
    }
}
