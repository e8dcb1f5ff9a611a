//! Settings of `ais_gap`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, ordered};

use crate::picture::coverage::REPORTED_BELOW;
use crate::picture::episodes::gap::MIN_SHORE_NM;

/// Settings `[behaviours.ais_gap]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// `long_points` are added from `long_hours` on, `longer_points` instead from `longer_hours` on. They are removed
    /// if the gap closes with less than `slack_minutes`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub long_points: i32,
    /// Points from `longer_hours` on, in place of `long_points`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub longer_points: i32,
    /// Minimum distance from shore when last heard. Nautical miles, at least 1.
    #[schemars(range(min = MIN_SHORE_NM, max = 1500))]
    pub min_shore_nm: f64,
    /// Required silence of a vessel that was watched, or heading for a watched zone, when last heard. Minutes, at least
    /// 30.
    #[schemars(range(min = 30, max = 43_200))]
    pub watched_minutes: f64,
    /// Required silence of any other vessel. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub after_hours: f64,
    /// How far ahead dead reckoning looks for the near edge of a zone that the vessel is heading for. Hours.
    #[schemars(range(min = 0, max = 12))]
    pub heading_hours: f64,
    /// The silence must be less probable than this. At most 0.01.
    #[schemars(range(min = 0.000_001, max = REPORTED_BELOW))]
    pub max_probability: f64,
    /// A gap is a fact until it has lasted this long. Hours.
    #[schemars(range(min = 0.01, max = 2400))]
    pub long_hours: f64,
    /// Duration from which `longer_points` count. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub longer_hours: f64,
    /// A silence needs no explanation if a vessel sailing on at its usual speed would have had less time to spare than
    /// this. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub slack_minutes: f64,
    /// A vessel heard again within this distance, and not under way, scores at most low. Nautical miles.
    #[schemars(range(min = 0, max = 20))]
    pub in_place_nm: f64,
    /// Points if the vessel is the only one that its input hears, because the receiver may have failed; 0 or less.
    #[schemars(range(min = -100, max = 0))]
    pub alone_points: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            long_points: 10,
            longer_points: 20,
            min_shore_nm: 6.0,
            watched_minutes: 90.0,
            after_hours: 6.0,
            heading_hours: 2.0,
            max_probability: 0.001,
            long_hours: 3.0,
            longer_hours: 12.0,
            slack_minutes: 30.0,
            in_place_nm: 1.0,
            alone_points: -10,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            ordered(("watched_minutes in hours", self.watched_minutes / 60.0), ("after_hours", self.after_hours)),
            ordered(("long_hours", self.long_hours), ("longer_hours", self.longer_hours)),
        ]
    }
}
