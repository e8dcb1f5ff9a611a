//! The texts of `dark_rendezvous` alerts.
//!
//! The subject is the vessel that stopped, as nothing is known of the other one at the time. Score lines: `dark_rendezvous` is the base,
//! `lay_still` takes points from it.

use crate::base::text::about_hours;
use crate::base::units::Mmsi;
use crate::behaviours::named::{Role, VesselRef};
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Tense, Who, Words, plain};

use super::facts::{Facts, Form, Measured};

impl Words for Facts {
    fn who(&self, of: &Circumstances<'_>) -> Who {
        // The silent vessel is named in the rest of the sentence.
        Who::vessels(of.vessels.iter().filter(|vessel| vessel.role != Some(Role::Dark)))
    }

    /// `stopped for 40 min at a position that GHOST (Spain, sailing), silent since 10:00 UTC, could have reached (one of 2 candidates)`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let dark = of.vessels.iter().find(|vessel| vessel.role == Some(Role::Dark));
        let dark = dark.map_or_else(|| "a vessel".to_owned(), VesselRef::title);
        let Measured { silent_since, slack_hours, stopped_minutes, possible, .. } = &self.measured;
        // The alert lasts as long as the vessel stays there, though it may drift faster meanwhile.
        let (since, held, slack) = (of.clock(*silent_since), of.held_for(*stopped_minutes), about_hours(*slack_hours));
        let candidates = match possible {
            0 | 1 => "the only candidate".to_owned(),
            possible => format!("one of {possible} candidates"),
        };
        let stopped = if of.tense == Tense::Past { "stopped" } else { "has been stopped" };
        format!(
            "{stopped} {held} at a position that {dark}, silent since {since} UTC, could have reached \
             ({candidates}; {slack} of unaccounted time)"
        )
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether they met")
    }

    fn opened(&self, _: &Opening) -> String {
        "stopped within reach of a silent vessel".to_owned()
    }

    fn line(&self, code: &str, _: &Site<'_>) -> String {
        match code {
            "lay_still" => "The silent vessel lay still when last heard".to_owned(),
            _ => "Stopped where a silent vessel could have come and returned in time".to_owned(),
        }
    }

    fn part(&self, part: &'static str) -> String {
        match part {
            "one_of_many" => "one of many silent vessels".to_owned(),
            "many_stops" => "one of many stops within reach".to_owned(),
            other => plain(other),
        }
    }

    fn limits(&self) -> Vec<Limit> {
        let Measured { possible, stops_within_reach: stops, .. } = &self.measured;
        let text = match self.form {
            Form::Possible => return Vec::new(),
            Form::OneOfMany => format!("{possible} silent vessels could have come"),
            Form::ManyStops => format!("Its silence leaves time for {stops} stops"),
        };
        vec![Limit::fact(format!("{text}: too many to single one out; recorded as a fact"))]
    }

    fn dark(&self) -> Option<Mmsi> {
        Some(self.measured.dark_mmsi)
    }

    fn is_uncertain(&self) -> bool {
        1 < self.measured.possible
    }
}
