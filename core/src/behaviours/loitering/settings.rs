//! Settings of loitering.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::base::time::Span;

use super::super::checks::{Coherent, hysteresis, ordered};
use super::super::minutes;
use super::super::runner::condition::Timing;
use super::super::shared::anchored::Anchorage;

/// How long the begin threshold must hold again for the same alert to resume (SPEC "Alerts").
const RESUME_AFTER: Span = Span::from_minutes(5);
/// Number of fixes that the condition needs.
const FIXES: u32 = 4;
/// The same for a vessel heard only by satellite.
const FIXES_SATELLITE: u32 = 2;

/// Settings `[behaviours.loitering]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum distance from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// The vessel is slow below this speed. Knots made good.
    #[schemars(range(min = 0.1, max = 5))]
    pub slow_knots: f64,
    /// The vessel moves again from this speed on. Knots made good; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be slow. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must move again. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// A vessel that reports being at anchor or moored, and swings within this radius, is anchored. Nautical miles.
    #[schemars(range(min = 0.01, max = 10))]
    pub anchored_swing_nm: f64,
    /// A vessel that stays within that radius for this long is anchored too, whatever status it reports. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub anchored_after_minutes: f64,
    /// A vessel that has never been under way since it was first heard, and stays within this radius, lies still.
    /// Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub still_nm: f64,
    /// A vessel that is slow again within this distance of where it lay has only shifted. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub shift_nm: f64,
    /// Maximum duration of a shift. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub shift_minutes: f64,
    /// Whether to look for circling.
    pub circling: bool,
    /// Shortest window for circling. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub circling_min_hours: f64,
    /// Longest window for circling. Hours, at most 12.
    #[schemars(range(min = 0, max = 12))]
    pub circling_max_hours: f64,
    /// Minimum distance sailed in the window. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub circling_path_nm: f64,
    /// Net displacement must stay below this share of the distance sailed, 0-1.
    #[schemars(range(min = 0.01, max = 1))]
    pub circling_displacement: f64,
    /// Circling ends when the displacement over the whole window exceeds this share of the distance sailed, 0-1; not
    /// below `circling_displacement`.
    #[schemars(range(min = 0, max = 1))]
    pub circling_end_displacement: f64,
    /// A vessel whose median speed in the window is below this does not circle. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub circling_min_knots: f64,
    /// A vessel whose median speed in the window is above this does not circle. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub circling_max_knots: f64,
    /// The track in the window must be no wider and no higher than this. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub circling_box_nm: f64,
    /// The course changes in the window must add up to at least this to one side; turns to the other side are
    /// subtracted. Degrees.
    #[schemars(range(min = 1, max = 3600))]
    pub circling_turn_degrees: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 30,
            min_shore_nm: 3.0,
            slow_knots: 2.0,
            moving_knots: 3.0,
            after_minutes: 60.0,
            end_minutes: 15.0,
            anchored_swing_nm: 0.3,
            anchored_after_minutes: 180.0,
            still_nm: 0.1,
            shift_nm: 5.0,
            shift_minutes: 240.0,
            circling: true,
            circling_min_hours: 3.0,
            circling_max_hours: 12.0,
            circling_path_nm: 8.0,
            circling_displacement: 0.25,
            circling_end_displacement: 0.5,
            circling_min_knots: 2.0,
            circling_max_knots: 8.0,
            circling_box_nm: 15.0,
            circling_turn_degrees: 720.0,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots)),
            hysteresis(
                ("circling_displacement", self.circling_displacement),
                ("circling_end_displacement", self.circling_end_displacement),
            ),
            ordered(("circling_min_hours", self.circling_min_hours), ("circling_max_hours", self.circling_max_hours)),
            ordered(("circling_min_knots", self.circling_min_knots), ("circling_max_knots", self.circling_max_knots)),
        ]
    }
}

impl Settings {
    /// The times and fixes that slow loitering needs.
    pub(crate) fn rule(&self, merge: Span, satellite_only: bool) -> Timing {
        Timing {
            after: minutes(self.after_minutes),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(self.after_minutes)),
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
            slower_than: Some(self.moving_knots),
        }
    }
    /// Limits within which a slow vessel counts as anchored.
    pub(crate) fn anchorage(&self) -> Anchorage {
        Anchorage {
            swing_nm: self.anchored_swing_nm,
            after: minutes(self.anchored_after_minutes),
            still_nm: self.still_nm,
        }
    }
}
