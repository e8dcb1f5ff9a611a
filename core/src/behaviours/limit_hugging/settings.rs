//! Settings of `limit_hugging`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis};

use crate::base::time::Span;
use crate::behaviours::facts::minutes;
use crate::behaviours::runner::condition::{Observation, Timing};
use crate::zones::BELT_NM;

/// How long the begin threshold must hold again for the same alert to resume (SPEC "Alerts").
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
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots))]
    }
}

impl Settings {
    /// The times and fixes that the condition needs.
    pub(super) fn rule(&self, merge: Span, satellite_only: bool) -> Timing {
        Timing {
            after: minutes(self.after_hours * 60.0),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
            slower_than: Some(self.moving_knots),
        }
    }

    /// What a speed made good shows about the condition. Knots.
    pub(super) fn observe(&self, knots: f64) -> Observation {
        match knots {
            knots if knots < self.slow_knots => Observation::Meets,
            knots if knots < self.moving_knots => Observation::Between,
            _ => Observation::Ends,
        }
    }

    /// Whether a position this far outside the border is in the belt. A vessel already `known` there gets the
    /// hysteresis.
    pub(super) fn in_belt(&self, edge_nm: f64, known: bool) -> bool {
        match known {
            true => -HYSTERESIS_NM < edge_nm && edge_nm <= self.reach_nm + HYSTERESIS_NM,
            false => 0.0 < edge_nm && edge_nm <= self.reach_nm,
        }
    }
}
