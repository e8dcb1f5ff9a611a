//! Settings of `alongside_at_anchor`.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis};
use crate::zones::Kind;

/// Settings `[behaviours.alongside_at_anchor]`.
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
    /// Points added if any part of the visit is by night (sun below -6°).
    #[schemars(range(min = 0, max = 100))]
    pub night_points: i32,
    /// Points added if the same craft visited the same ship before, within `visit_days`.
    #[schemars(range(min = 0, max = 100))]
    pub second_visit_points: i32,
    /// How long an earlier visit counts. Days, at most 30.
    #[schemars(range(min = 0, max = 30))]
    pub visit_days: f64,
    /// A craft shorter than this is small. Metres.
    #[schemars(range(min = 1, max = 500))]
    pub small_metres: f64,
    /// Maximum distance that counts as alongside. Metres, at most 200.
    #[schemars(range(min = 1, max = 200))]
    pub alongside_metres: f64,
    /// How long the craft must be alongside. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub after_minutes: f64,
    /// A break longer than this restarts the count. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub break_minutes: f64,
    /// The craft and the ship have parted beyond this distance. Metres; not below `alongside_metres`.
    #[schemars(range(min = 0, max = 10_000))]
    pub apart_metres: f64,
    /// The alert ends once they have been apart for this long. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
}

/// Whether a zone of this kind can ask for the behaviour (SPEC `alongside_at_anchor`).
pub(super) fn asked_by(kind: Kind) -> bool {
    matches!(kind, Kind::Port | Kind::Anchorage | Kind::Area)
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 25,
            asked_score: 40,
            night_points: 15,
            second_visit_points: 10,
            visit_days: 14.0,
            small_metres: 30.0,
            alongside_metres: 100.0,
            after_minutes: 10.0,
            break_minutes: 3.0,
            apart_metres: 200.0,
            end_minutes: 10.0,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![hysteresis(("alongside_metres", self.alongside_metres), ("apart_metres", self.apart_metres))]
    }
}
