//! Settings of `identity_change`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::Coherent;

/// Settings `[behaviours.identity_change]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of a new MMSI together with a new name or flag.
    #[schemars(range(min = 0, max = 100))]
    pub new_identity_score: i32,
    /// Base points of an IMO number with a wrong check digit; always a fact.
    #[schemars(range(min = 0, max = 100))]
    pub check_digit_score: i32,
    /// Maximum age of the fix that shows whether a vessel is under way. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub fresh_minutes: f64,
    /// A vessel is under way anywhere from this speed made good on. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub under_way_knots: f64,
    /// A slower vessel nearer to shore than this is taken to lie in a harbour. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub harbour_shore_nm: f64,
    /// Maximum number of IMO numbers whose ships are remembered. Beyond it those heard longest ago are forgotten and
    /// counted.
    #[schemars(range(min = 1000, max = 100_000_000))]
    pub max_remembered: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 15,
            new_identity_score: 35,
            check_digit_score: 5,
            fresh_minutes: 30.0,
            under_way_knots: 1.0,
            harbour_shore_nm: 1.0,
            max_remembered: 200_000,
        }
    }
}

impl Coherent for Settings {}
