//! Settings of the core: one table for each part.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::base::time::Span;
use crate::picture::{coverage, tracks};
use crate::{alerts, behaviours};

/// All settings of the core.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `[time]`
    pub time: TimeSettings,
    /// `[tracks]`
    pub tracks: tracks::Settings,
    /// `[alerts]`
    pub alerts: alerts::Settings,
    /// `[handling]`
    pub handling: alerts::HandlingSettings,
    /// `[zones]`
    pub zones: ZoneSettings,
    /// `[coverage]`
    pub coverage: coverage::Settings,
    /// `[score]`
    pub score: alerts::ScoreSettings,
    /// `[behaviours]`
    pub behaviours: behaviours::Settings,
}

impl Settings {
    /// What is wrong with the values beyond their ranges.
    pub fn problems(&self) -> Vec<Fault> {
        [self.tracks.problems(), self.handling.problems(), self.score.problems(), self.behaviours.problems()].concat()
    }
}

/// `[time]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TimeSettings {
    /// How late reports from stations may arrive and still be put in order; every alert waits this long. Seconds.
    #[schemars(range(min = 0, max = 86_400))]
    pub lateness_seconds: u32,
    /// The same for recordings: inputs of kind `file` and `stdin`. Seconds.
    #[schemars(range(min = 0, max = 86_400))]
    pub file_lateness_seconds: u32,
    /// After this long without a line, by the time of receipt, an input no longer holds time back. Seconds.
    #[schemars(range(min = 5, max = 86_400))]
    pub idle_after_seconds: u32,
}

impl Default for TimeSettings {
    fn default() -> TimeSettings {
        TimeSettings { lateness_seconds: 30, file_lateness_seconds: 120, idle_after_seconds: 60 }
    }
}

/// `[zones]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// Folder of the zone files (`*.geojson`); empty for the zones that are shipped with the program.
    pub folder: String,
    /// Sea behaviours do not open this close to a harbour, an anchorage point or the edge of a calm zone. Nautical miles.
    #[schemars(range(min = 0, max = 30))]
    pub calm_margin_nm: f64,
    /// Land for the distance to the shore: `built-in`, `off`, or the path of a GeoJSON file.
    pub coast: String,
    /// Harbours as calm water: `built-in`, `off`, or the path of a CSV file in World Port Index format.
    pub ports: String,
    /// Anchorage points as calm water: `built-in`, `off`, or the path of a CSV file.
    pub anchorages: String,
}

impl Default for ZoneSettings {
    fn default() -> ZoneSettings {
        let built_in = || "built-in".to_owned();
        ZoneSettings {
            folder: String::new(),
            calm_margin_nm: 5.4,
            coast: built_in(),
            ports: built_in(),
            anchorages: built_in(),
        }
    }
}

/// One input as the engine sees it.
#[derive(Clone, Debug)]
pub struct SourceClock {
    /// Name of the input, as in the settings.
    pub name: String,
    /// Time zone of the local times in its lines; UTC if `None`.
    pub time_zone: Option<TimeZone>,
    /// Whether the times in its reports are checked against the time of receipt; false for recordings and pipes.
    pub live: bool,
    /// Whether it is a recording. Once a live input has been heard, engine time does not wait for it.
    pub recording: bool,
    /// How late its reports may be. An input later than 15 min (satellite) never holds time back.
    pub lateness: Span,
}
