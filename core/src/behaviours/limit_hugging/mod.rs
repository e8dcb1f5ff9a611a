//! Limit hugging: a vessel that stays slow just outside a line at which an authority's powers end.
//!
//! ## Watches
//! Every vessel outside active polygons that ask with `{"limit_hugging":{}}`. Calm water and shore do not matter.
//! ## Why
//! A vessel that awaits a delivery waits where boarding needs the consent of its flag state. MV Matthew made for the
//! high seas when challenged.
//! ## Opens
//! The vessel is below `slow_knots` for `after_hours`, outside the polygon and at most `reach_nm` from its border
//! throughout. The polygon's own `near_nm` does not matter.
//! ## Ends
//! The vessel leaves the belt, outward or inward, by 0.2 nm; or makes `moving_knots` for `end_minutes`; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Fishing along a line looks the same, and so does waiting for a berth. The line is only as good as the zone file.

mod rule;
mod words;

use super::checks::{Coherent, hysteresis};
use super::facts::minutes;
use super::runner::condition::{Observation, Timing};
use crate::base::fault::Fault;
use crate::base::time::Span;
use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, IsPolygon, RestsOn, Roles, Silence, ZoneUse,
    never,
};
use crate::zones::BELT_NM;
use crate::zones::Kind;
use serde::{Deserialize, Serialize};

pub(crate) use rule::LimitHugging;
pub use words::Form;

const RESUME_AFTER: Span = Span::from_minutes(5);
/// Slack at both edges of the belt for vessels already in it. Nautical miles (SPEC: 0.2 nm at every border).
const HYSTERESIS_NM: f64 = 0.2;
/// Number of fixes that the condition needs.
const FIXES: u32 = 4;
/// The same for a vessel heard only by satellite.
const FIXES_SATELLITE: u32 = 2;

/// Settings `[behaviours.limit_hugging]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs, around polygons that ask for it.
    pub enabled: bool,
    /// Base points. If a zone sets its own points, they are not raised to `asked_score`.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A zone that asks raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
    /// Maximum distance outside the border. Nautical miles, at most 12.
    #[schemars(range(min = 0.01, max = BELT_NM))]
    pub reach_nm: f64,
    /// The vessel is slow below this speed. Knots made good, at most 5.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The vessel moves again from this speed on. Knots made good; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be slow there. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub after_hours: f64,
    /// How long the vessel must move again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            asked_score: 40,
            reach_nm: 5.0,
            slow_knots: 5.0,
            moving_knots: 7.0,
            after_hours: 6.0,
            end_minutes: 60.0,
        }
    }
}

impl Coherent for Settings {
    fn problems(&self) -> Vec<Fault> {
        [hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots))]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Settings {
    fn rule(&self, merge: Span, satellite_only: bool) -> Timing {
        Timing {
            after: minutes(self.after_hours * 60.0),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
        }
    }

    fn observe(&self, knots: f64) -> Observation {
        match knots {
            knots if knots < self.slow_knots => Observation::Meets,
            knots if knots < self.moving_knots => Observation::Between,
            _ => Observation::Ends,
        }
    }

    /// Whether a position this far outside the border is in the belt. A vessel already `known` there gets the
    /// hysteresis.
    fn in_belt(&self, edge_nm: f64, known: bool) -> bool {
        match known {
            true => -HYSTERESIS_NM < edge_nm && edge_nm <= self.reach_nm + HYSTERESIS_NM,
            false => 0.0 < edge_nm && edge_nm <= self.reach_nm,
        }
    }
}

/// What the rest of the program must know about it.
pub const CHARACTER: Character = Character {
    title: "Slow outside a limit",
    chapter: Chapter::Zones,
    about: About::Vessels,
    zones: ZoneUse::Asked,
    may_be_asked,
    needs_every_fix: never,
    rests_on: RestsOn::OneVessel,
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
    roles: Roles::None,
    lead: None,
    supersedes: &[],
    rests_on_silence: false,
    is_grouped: false,
    meets: None,
    is_uncertain: never,
    history_hours: HISTORY_HOURS,
    cap: CapCategory::Security,
    cise: CiseAnomaly::Erratic,
};

fn may_be_asked(_: Kind, is_polygon: IsPolygon) -> Result<(), String> {
    match is_polygon {
        true => Ok(()),
        false => Err("only a polygon can ask for it".to_owned()),
    }
}

#[cfg(test)]
mod tests;
