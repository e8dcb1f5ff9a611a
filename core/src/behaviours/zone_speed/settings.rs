//! Settings of `zone_speed`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::time::Span;
use crate::behaviours::checks::{not_negative, ordered, positive};
use crate::behaviours::facts::minutes;
use crate::behaviours::runner::condition::{Observation, Timing};

const RESUME_AFTER: Span = Span::from_minutes(5);

/// Settings `[behaviours.zone_speed]`.
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
    /// Lower end of the band. Knots; 0 for none.
    #[schemars(range(min = 0, max = 200))]
    pub min_knots: f64,
    /// Upper end of the band. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub max_knots: f64,
    /// How far inside the band the speed must be for the alert to end. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub margin_knots: f64,
    /// How long the vessel must be outside the band. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be back in the band. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 10,
            asked_score: 40,
            min_knots: 0.0,
            max_knots: 60.0,
            margin_knots: 0.5,
            after_minutes: 20.0,
            end_minutes: 5.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, points) in [("score", self.score), ("asked_score", self.asked_score)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        positive(&mut problems, "max_knots", self.max_knots);
        positive(&mut problems, "after_minutes", self.after_minutes);
        positive(&mut problems, "end_minutes", self.end_minutes);
        not_negative(&mut problems, "min_knots", self.min_knots);
        not_negative(&mut problems, "margin_knots", self.margin_knots);
        ordered(&mut problems, ("min_knots", self.min_knots), ("max_knots", self.max_knots));
        let band = self.max_knots - self.min_knots;
        let room = if self.min_knots == 0.0 { band } else { band / 2.0 };
        if 0.0 <= room && room < self.margin_knots {
            problems.push(format!(
                "margin_knots ({}) must not be above {room}: no speed would be back in the band of {} to {}",
                self.margin_knots, self.min_knots, self.max_knots
            ));
        }
        problems
    }

    /// Whether these settings, or a zone's overrides of them, set a band at all.
    pub fn has_band(&self, overrides: &Map<String, Value>) -> bool {
        let defaults = Settings::default();
        let own = self.min_knots != defaults.min_knots || self.max_knots != defaults.max_knots;
        own || ["min_knots", "max_knots"].iter().any(|key| overrides.contains_key(*key))
    }

    pub(super) fn rule(&self, merge: Span) -> Timing {
        Timing {
            after: minutes(self.after_minutes),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: 4,
        }
    }

    pub(super) fn observe(&self, knots: f64) -> Observation {
        if knots < self.min_knots || self.max_knots < knots {
            return Observation::Meets;
        }
        let back = self.min_knots + self.margin_knots <= knots || self.min_knots == 0.0;
        let back = back && (knots <= self.max_knots - self.margin_knots);
        if back { Observation::Ends } else { Observation::Between }
    }
}
