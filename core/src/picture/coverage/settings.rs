//! Settings of the reception model.

use serde::{Deserialize, Serialize};

/// `[coverage]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Amount of data after which the reception model is used. Hours, at most 14 days.
    #[schemars(range(min = 0, max = 336))]
    pub learn_hours: u32,
    /// Upper limit of the 0.25° cells kept, at most the whole earth; beyond it those with the least data are dropped and counted.
    #[schemars(range(min = 1000, max = 1_036_800))]
    pub max_cells: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { learn_hours: 24, max_cells: 200_000 }
    }
}
