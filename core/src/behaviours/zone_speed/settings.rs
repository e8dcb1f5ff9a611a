//! Settings of `zone_speed`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, ordered};

use crate::base::time::Span;
use crate::behaviours::facts::minutes;
use crate::behaviours::runner::condition::{Observation, Timing};

/// How long the begin threshold must hold again for the same alert to resume (SPEC "Alerts").
const RESUME_AFTER: Span = Span::from_minutes(5);
/// Number of fixes that the condition needs.
const FIXES: u32 = 4;
/// The same for a vessel heard only by satellite.
const FIXES_SATELLITE: u32 = 2;

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
    /// A vessel below this speed is too slow, unless the zone sets its own limit. Knots; 0 for none.
    #[schemars(range(min = 0, max = 200))]
    pub min_knots: f64,
    /// A vessel above this speed is too fast, unless the zone sets its own limit. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub max_knots: f64,
    /// How far inside the band the speed must be for the alert to end. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub margin_knots: f64,
    /// How long the vessel must be outside the band. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be back in the band. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
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

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        let crossed = ordered(("min_knots", self.min_knots), ("max_knots", self.max_knots));
        // A margin says nothing about a band whose limits are the wrong way round.
        vec![crossed.or_else(|| self.wide_margin())]
    }

    fn lacks(&self, overrides: &Map<String, Value>) -> Option<Fault> {
        let defaults = Settings::default();
        let own = self.min_knots != defaults.min_knots || self.max_knots != defaults.max_knots;
        let has_band = own || ["min_knots", "max_knots"].iter().any(|key| overrides.contains_key(*key));
        let fault = || Fault::new("", "gives neither min_knots nor max_knots, so no vessel is too slow or too fast");
        (!has_band).then(|| fault().advise("write for instance {\"zone_speed\": {\"max_knots\": 30}}"))
    }
}

impl Settings {
    /// A margin that leaves no speed within it.
    fn wide_margin(&self) -> Option<Fault> {
        let Settings { min_knots, max_knots, margin_knots, .. } = self;
        let band = max_knots - min_knots;
        let room = if *min_knots == 0.0 { band } else { band / 2.0 };
        let what = || format!("{margin_knots} leaves no speed within the band of {min_knots} to {max_knots} knots");
        (room < *margin_knots).then(|| Fault::new("margin_knots", what()).advise(format!("write {room} or less")))
    }

    /// The times and fixes that the condition needs.
    pub(super) fn rule(&self, merge: Span, satellite_only: bool) -> Timing {
        Timing {
            after: minutes(self.after_minutes),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
            // The vessel may as well be too fast.
            slower_than: None,
        }
    }

    /// What a speed made good shows about the condition: outside the band, within it, or within the margin at its ends. Knots.
    pub(super) fn observe(&self, knots: f64) -> Observation {
        if knots < self.min_knots || self.max_knots < knots {
            return Observation::Meets;
        }
        let back = self.min_knots + self.margin_knots <= knots || self.min_knots == 0.0;
        let back = back && (knots <= self.max_knots - self.margin_knots);
        if back { Observation::Ends } else { Observation::Between }
    }
}
