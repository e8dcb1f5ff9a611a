//! The facts of `slowdown` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::facts::{Parts, Record, Rounded, named, settings_in_force};
use crate::behaviours::shared::anchored::AtAnchor;

use super::settings::Settings;

/// How the slowdown is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// From fixes throughout the slowdown.
    Followed,
    /// From a hole in reception, with the vessel under way before and after it.
    Hole,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Followed => &[],
            Form::Hole => &["hole"],
        }
    }
}

/// The facts of the behaviour, by form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Facts {
    /// From fixes throughout the slowdown.
    Followed {
        /// What was measured.
        measured: Followed,
        /// The thresholds in force.
        thresholds: FollowedThresholds,
    },
    /// From a hole in reception.
    Hole {
        /// What was measured.
        measured: OverHole,
        /// The thresholds in force.
        thresholds: HoleThresholds,
    },
}

impl Facts {
    /// The form in which the behaviour holds.
    pub(crate) fn form(&self) -> Form {
        match self {
            Facts::Followed { .. } => Form::Followed,
            Facts::Hole { .. } => Form::Hole,
        }
    }
}

impl Record for Facts {
    fn measured(&self) -> Map<String, Value> {
        match self {
            Facts::Followed { measured, .. } => named(measured),
            Facts::Hole { measured, .. } => named(measured),
        }
    }

    fn thresholds(&self) -> Map<String, Value> {
        match self {
            Facts::Followed { thresholds, .. } => named(thresholds),
            Facts::Hole { thresholds, .. } => named(thresholds),
        }
    }
}

/// What was measured of a slowdown that was followed fix by fix.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Followed {
    /// How long it was slow, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// Median speed made good over the time that counts. Knots; `None` before any time counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) median_knots: Option<Rounded<1>>,
    /// Its usual speed before. Knots.
    pub(crate) usual_knots: Rounded<1>,
    /// How long it was under way before. Hours.
    pub(crate) under_way_hours: Rounded<1>,
    /// Radius of its positions while slow. Nautical miles.
    pub(crate) swing_nm: Rounded<2>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
    /// How it lies at anchor; `None` if it does not.
    #[serde(flatten)]
    pub(crate) at_anchor: Option<AtAnchor>,
}

/// What was measured of a slowdown over a hole in reception.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct OverHole {
    /// Length of the hole. Minutes.
    pub(crate) hole_minutes: Rounded<0>,
    /// Distance between the positions before and after. Nautical miles.
    pub(crate) made_good_nm: Rounded<1>,
    /// Speed made good over the hole. Knots.
    pub(crate) implied_knots: Rounded<1>,
    /// Its usual speed before. Knots.
    pub(crate) usual_knots: Rounded<1>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
}

settings_in_force! {
    /// The thresholds of a slowdown that is followed fix by fix.
    FollowedThresholds of Settings {
        min_shore_nm: f64,
        under_way_knots: f64,
        under_way_minutes: f64,
        within_minutes: f64,
        slow_knots: f64,
        slow_share: f64,
        after_minutes: f64,
        end_share: f64,
        end_minutes: f64,
    }
}

settings_in_force! {
    /// The thresholds of a slowdown over a hole.
    HoleThresholds of Settings {
        min_shore_nm: f64,
        under_way_knots: f64,
        slow_knots: f64,
        slow_share: f64,
        hole_min_minutes: f64,
        hole_max_minutes: f64,
    }
}
