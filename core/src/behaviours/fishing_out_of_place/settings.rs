//! Settings of `fishing_out_of_place`.

use serde::{Deserialize, Serialize};

use crate::behaviours::checks::{hysteresis, not_negative, ordered, positive};

/// Settings `[behaviours.fishing_out_of_place]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Points added for a flag from another part of the world, or an unknown flag.
    #[schemars(range(min = -100, max = 100))]
    pub foreign_points: i32,
    /// Minimum distance from shore, of the passage and of the stop. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Minimum speed of the passage. A zone cannot override this key or the next four. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub min_knots: f64,
    /// Maximum speed of the passage. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub max_knots: f64,
    /// Minimum duration of the passage. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub passage_hours: f64,
    /// Minimum share of the distance sailed that is made good, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub straight_share: f64,
    /// How long after the passage the stop must begin. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub within_hours: f64,
    /// The vessel has stopped below this speed. Knots made good.
    #[schemars(range(min = 0, max = 200))]
    pub stop_knots: f64,
    /// The vessel is under way from this speed on. Knots made good; not below `stop_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be stopped. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be under way again. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            foreign_points: 10,
            min_shore_nm: 200.0,
            min_knots: 6.0,
            max_knots: 10.0,
            passage_hours: 48.0,
            straight_share: 0.9,
            within_hours: 6.0,
            stop_knots: 1.0,
            moving_knots: 3.0,
            after_minutes: 30.0,
            end_minutes: 30.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("min_knots", self.min_knots),
            ("passage_hours", self.passage_hours),
            ("straight_share", self.straight_share),
            ("stop_knots", self.stop_knots),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        not_negative(&mut problems, "within_hours", self.within_hours);
        for (key, points) in [("score", self.score), ("foreign_points", self.foreign_points)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        if 1.0 < self.straight_share {
            problems.push("straight_share must not be above 1".to_owned());
        }
        if 5.0 < self.stop_knots {
            problems.push("stop_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        ordered(&mut problems, ("min_knots", self.min_knots), ("max_knots", self.max_knots));
        hysteresis(&mut problems, ("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots));
        problems
    }
}
