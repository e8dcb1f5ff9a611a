//! Settings of `feed_silent`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.feed_silent]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A live input is silent after this long without a line, by time of receipt. Seconds.
    #[schemars(range(min = 1, max = 604_800))]
    pub silent_seconds: f64,
    /// Minimum silence of a station, however often it reports otherwise. Minutes, at least 10.
    #[schemars(range(min = 10, max = 43_200))]
    pub station_min_minutes: f64,
    /// Minimum silence of an area. It is also at least twice the longest earlier pause of the area's vessels. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub area_minutes: f64,
    /// Number of vessels that must fall silent together in an area, each heard at least every 20 min before.
    #[schemars(range(min = 1, max = 10_000))]
    pub area_vessels: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            silent_seconds: 90.0,
            station_min_minutes: 15.0,
            area_minutes: 20.0,
            area_vessels: 3,
        }
    }
}

impl Coherent for Settings {}
