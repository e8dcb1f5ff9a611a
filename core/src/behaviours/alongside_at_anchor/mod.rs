//! Alongside at anchor: a small craft lies beside a merchant ship that is at anchor or moored.
//!
//! ## Watches
//! Cargo ships and tankers (types 70-89) that report being at anchor or moored, inside active ports, anchorages and
//! areas that ask with `{"alongside_at_anchor":{}}`. Small craft near them: under 30 m, class B, or of unknown length
//! and neither a merchant nor a passenger ship; never pilots, tugs, tenders, law enforcement and the like (31, 32,
//! 50-59).
//! ## Why
//! Packages leave a ship over its side before it is searched, mostly by night. Craft that supply or crew ships are
//! known by type.
//! ## Opens
//! The two are within `alongside_metres`, hull to hull where dimensions and heading are known, at whole UTC minutes for
//! `after_minutes`. A break longer than `break_minutes` restarts the count. Points are added by night, and if the same
//! craft visited the same ship within the previous `visit_days`.
//! ## Ends
//! They are further apart than `apart_metres`, or the ship is under way, for `end_minutes`; or the ship is outside the
//! zone; or one is silent for 6 h (lost).
//! ## Blind spots
//! Craft without a transponder are not seen. A boat that is moored beside a moored ship for its own reasons looks the
//! same.

mod alongside;
pub(super) mod rule;
mod words;

use super::checks::{Coherent, hysteresis};
use crate::base::fault::Fault;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, IsPolygon, RestsOn, Roles, Silence, ZoneUse,
    never,
};
use crate::zones::Kind;
use rule::asked_by;
use serde::{Deserialize, Serialize};

pub(crate) use rule::AlongsideAtAnchor;
pub use words::Form;

/// Settings `[behaviours.alongside_at_anchor]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs, in zones that ask for it.
    pub enabled: bool,
    /// Base points. If a zone sets its own points, they are not raised to `asked_score`.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A zone that asks raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
    /// Points added if any part of the visit is by night (sun below -6°).
    #[schemars(range(min = 0, max = 100))]
    pub night_points: i32,
    /// Points added if the same craft visited the same ship before, within `visit_days`.
    #[schemars(range(min = 0, max = 100))]
    pub second_visit_points: i32,
    /// How long an earlier visit counts. Days, at most 30.
    #[schemars(range(min = 0, max = 30))]
    pub visit_days: f64,
    /// A craft shorter than this is small. Metres.
    #[schemars(range(min = 1, max = 500))]
    pub small_metres: f64,
    /// Maximum distance that counts as alongside. Metres, at most 200.
    #[schemars(range(min = 1, max = 200))]
    pub alongside_metres: f64,
    /// How long the craft must be alongside. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// A break longer than this restarts the count. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub break_minutes: f64,
    /// The craft and the ship have parted beyond this distance. Metres; not below `alongside_metres`.
    #[schemars(range(min = 0, max = 10_000))]
    pub apart_metres: f64,
    /// The alert ends once they have been apart for this long. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            asked_score: 40,
            night_points: 15,
            second_visit_points: 10,
            visit_days: 14.0,
            small_metres: 30.0,
            alongside_metres: 100.0,
            after_minutes: 10.0,
            break_minutes: 3.0,
            apart_metres: 200.0,
            end_minutes: 10.0,
        }
    }
}

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [hysteresis(("alongside_metres", self.alongside_metres), ("apart_metres", self.apart_metres))]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Alongside at anchor",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked,
    needs_every_fix: never,
    rests_on: RestsOn::Neither,
    is_muted: true,
    is_stop: false,
    usual: None,
    has_habit: false,
    looks_like_fishing: false,
    silence: Silence::Apart,
    is_about_identity: false,
    weighs_chance: false,
    is_scored_alone: false,
    gains_by_meeting: false,
    roles: Roles::Sizes,
    lead: None,
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: Some("met"),
    is_uncertain: never,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Movement,
};

fn may_be_asked(kind: Kind, _: IsPolygon) -> Result<(), String> {
    match asked_by(kind) {
        true => Ok(()),
        false => Err(format!("only a port, anchorage or area can ask for it, not a zone of kind {}", kind.name())),
    }
}

#[cfg(test)]
mod tests;
