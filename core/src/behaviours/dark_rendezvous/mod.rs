//! Dark rendezvous: a ship stops at sea while another, silent at the time, could have come to it and gone back.
//!
//! ## Watches
//! Halts with `stop_minutes` below 1 kn, at least `min_shore_nm` from shore and outside calm water and its margin; and
//! the gaps of other vessels that the reception model finds improbable.
//! ## Why
//! A vessel that wants to meet unseen turns its transponder off, but its partner still has to stop.
//! ## Opens
//! At no more than `speed_factor` times its usual speed, the silent vessel could have reached the stop and come back to
//! where it was heard again, with `slack_minutes` to `max_slack_hours` to spare, of which `together_minutes` while the
//! other lay stopped. No third vessel lay alongside. Of several candidates the one with the most slack is named, with
//! the number of all. With more than `most_candidates` candidates, or if one silence leaves time for more than
//! `most_stops` stops, it is only a fact.
//! ## Ends
//! The stop ends. Retracted if the silent vessel is heard again where it could not have come from there, or if a late
//! report shows that it was elsewhere.
//! ## Blind spots
//! That a vessel could have come does not prove that it did. Boats without transponders have no gaps, and neither has
//! any vessel where reception is thin.

mod candidates;
mod explain;
mod rule;
mod words;

use super::checks::{Coherent, ordered};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, RestsOn, Roles, Silence, UsualStops, ZoneUse,
    any_zone, never,
};
use crate::behaviours::words::number;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use rule::DarkRendezvous;
pub use words::Form;

/// Settings `[behaviours.dark_rendezvous]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points if the silent vessel was at anchor, or had lain still for hours, when it was last heard; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub lay_still_points: i32,
    /// Minimum distance of the stop from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// How long the ship must be stopped (below 1 kn). Minutes, at least 15.
    #[schemars(range(min = 15, max = 43_200))]
    pub stop_minutes: f64,
    /// Maximum speed of the silent vessel, as a multiple of its usual speed.
    #[schemars(range(min = 0.1, max = 3))]
    pub speed_factor: f64,
    /// Minimum time the silent vessel must have to spare after the way there and back. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub slack_minutes: f64,
    /// How much of that time must fall within the ship's stop. Minutes; not above `slack_minutes`.
    #[schemars(range(min = 0, max = 43_200))]
    pub together_minutes: f64,
    /// Maximum time to spare. With more, the silence says nothing about the stop. Hours, at most 168.
    #[schemars(range(min = 0, max = 168))]
    pub max_slack_hours: f64,
    /// Maximum number of candidates named.
    #[schemars(range(min = 1, max = 100))]
    pub candidates: u32,
    /// With more candidates than this, the event is a fact.
    #[schemars(range(min = 0, max = 100_000))]
    pub most_candidates: u32,
    /// The event is also a fact if one silence leaves time for more stops than this.
    #[schemars(range(min = 0, max = 100_000))]
    pub most_stops: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 35,
            lay_still_points: -20,
            min_shore_nm: 12.0,
            stop_minutes: 15.0,
            speed_factor: 1.1,
            slack_minutes: 45.0,
            together_minutes: 15.0,
            max_slack_hours: 48.0,
            candidates: 3,
            most_candidates: 5,
            most_stops: 3,
        }
    }
}

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [
            ordered(("together_minutes", self.together_minutes), ("slack_minutes", self.slack_minutes)),
            ordered(("slack_minutes in hours", self.slack_minutes / 60.0), ("max_slack_hours", self.max_slack_hours)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Possible meeting with a silent vessel",
    chapter: Chapter::AtSea,
    about: About::Vessels,
    zones: ZoneUse::Settings,
    may_be_asked: any_zone,
    needs_every_fix: never,
    rests_on: RestsOn::Meeting,
    is_muted: true,
    is_stop: true,
    usual: Some(UsualStops { counted: Counted::Stops, around: true }),
    has_habit: false,
    looks_like_fishing: true,
    silence: Silence::Included,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::OneDark,
    lead: None,
    supersedes: &[],
    rests_on_silence: true,
    is_grouped: false,
    meets: Some("may have met"),
    is_uncertain,
    history_hours: 50,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

/// Whether more than one silent vessel could have come.
fn is_uncertain(measured: &Map<String, Value>) -> bool {
    number(measured, "possible").is_some_and(|possible| 1.0 < possible)
}

#[cfg(test)]
mod tests;
