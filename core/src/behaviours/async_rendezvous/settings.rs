//! Settings of the asynchronous rendezvous.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, ordered};

/// Settings `[behaviours.async_rendezvous]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Minimum distance from shore of the slow leg or kink. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum time from the leg or kink to the boat's stop. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub min_hours: f64,
    /// Maximum time from the leg or kink to the boat's stop. Hours, at most 48.
    #[schemars(range(min = 0.01, max = 48))]
    pub max_hours: f64,
    /// Maximum distance of the stop from the leg or kink. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub reach_nm: f64,
    /// Speed at which a floating object drifts, which adds to that distance. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub drift_knots: f64,
    /// Maximum distance, drift included. Nautical miles, at most 10; not below `reach_nm`.
    #[schemars(range(min = 0, max = 10))]
    pub max_reach_nm: f64,
    /// A craft shorter than this is small. Metres.
    #[schemars(range(min = 1, max = 500))]
    pub small_metres: f64,
    /// A boat that has come this much closer to its start is on its way back. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub back_nm: f64,
    /// Maximum number of ships named besides the likeliest.
    #[schemars(range(min = 0, max = 100))]
    pub candidates: u32,
    /// A fishing vessel must have been under way before, above this speed. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub fishing_under_way_knots: f64,
    /// How long the fishing vessel must have been under way. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub fishing_under_way_minutes: f64,
    /// A boat that comes later than this is less likely to have come for a dropped object. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub late_hours: f64,
    /// Points for a boat that comes later than `late_hours`; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub late_points: i32,
    /// A boat that stops farther away than this is less likely, too. Nautical miles.
    #[schemars(range(min = 0.01, max = 1500))]
    pub far_nm: f64,
    /// Points for a boat that stops farther away than `far_nm`; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub far_points: i32,
    /// Radius in which stops of such craft are counted, to estimate how many would happen by chance. Nautical miles, at
    /// most 30.
    #[schemars(range(min = 1, max = 30))]
    pub chance_nm: f64,
    /// Number of stops expected by chance from which `chance_points` apply.
    #[schemars(range(min = 0.01, max = 1000))]
    pub chance_from: f64,
    /// Points if chance explains as many stops as `chance_from`; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub chance_points: i32,
    /// Number of stops expected by chance from which the event is a fact.
    #[schemars(range(min = 0, max = 1000))]
    pub chance_fact_from: f64,
    /// If more craft than this stop within reach of one slow leg or kink, they are one alert.
    #[schemars(range(min = 0, max = 100_000))]
    pub crowd_craft: u32,
    /// If more craft than this stop there, they are a fact.
    #[schemars(range(min = 0, max = 100_000))]
    pub crowd_fact_craft: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 40,
            min_shore_nm: 6.0,
            min_hours: 0.5,
            max_hours: 48.0,
            reach_nm: 1.0,
            drift_knots: 0.7,
            max_reach_nm: 6.0,
            small_metres: 30.0,
            back_nm: 5.0,
            candidates: 3,
            fishing_under_way_knots: 5.0,
            fishing_under_way_minutes: 30.0,
            late_hours: 24.0,
            late_points: -10,
            far_nm: 3.0,
            far_points: -10,
            chance_nm: 10.0,
            chance_from: 0.5,
            chance_points: -20,
            chance_fact_from: 2.0,
            crowd_craft: 3,
            crowd_fact_craft: 5,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("chance_from", self.chance_from), ("chance_fact_from", self.chance_fact_from)),
            ordered(
                ("crowd_craft", f64::from(self.crowd_craft)),
                ("crowd_fact_craft", f64::from(self.crowd_fact_craft)),
            ),
            ordered(("min_hours", self.min_hours), ("max_hours", self.max_hours)),
            ordered(("reach_nm", self.reach_nm), ("max_reach_nm", self.max_reach_nm)),
        ]
    }
}

impl Settings {
    /// How far a floating object may have drifted after this many hours. Nautical miles.
    pub fn reach_at(&self, hours: f64) -> f64 {
        (self.reach_nm + self.drift_knots * hours).min(self.max_reach_nm)
    }
}
