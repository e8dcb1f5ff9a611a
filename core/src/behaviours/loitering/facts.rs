//! The facts of `loitering` alerts.
//!
//! Thresholds are those of the form alone: an alert for a slow vessel lists nothing about circling.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};
use crate::behaviours::shared::anchored::AtAnchor;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// How a vessel loiters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It stays slow.
    Slow,
    /// It stays slow, and circles.
    SlowAndCircling,
    /// It circles.
    Circling,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Slow => &["slow"],
            Form::SlowAndCircling => &["slow", "circling"],
            Form::Circling => &["circling"],
        }
    }

    fn is_circling(self) -> bool {
        self == Form::Circling
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// While it is slow, how; otherwise `None`.
    #[serde(flatten)]
    pub(crate) slow: Option<Slow>,
    /// Speed made good at the latest fix of a slow vessel. Knots; `None` if it only circles, and over a hole too long to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speed_made_good_knots: Option<Rounded<1>>,
    /// While it circles, how; otherwise `None`.
    #[serde(flatten)]
    pub(crate) round: Option<Round>,
    /// How it lies at anchor; `None` if it does not.
    #[serde(flatten)]
    pub(crate) at_anchor: Option<AtAnchor>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
}

/// What was measured of a slow vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Slow {
    /// How long it was slow, without what does not count. Minutes.
    pub(crate) counted_minutes: Rounded<1>,
    /// Radius of its positions. Nautical miles.
    pub(crate) swing_nm: Rounded<2>,
    /// Its greatest speed made good. Knots.
    pub(crate) max_knots: Rounded<1>,
}

/// What was measured of a vessel that circles, over the latest window that satisfied the definition.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Round {
    /// Length of the window. Hours.
    pub(crate) circling_hours: Rounded<1>,
    /// Distance sailed. Nautical miles.
    pub(crate) circling_path_nm: Rounded<1>,
    /// Distance made good. Nautical miles.
    pub(crate) circling_net_nm: Rounded<1>,
    /// Median speed. Knots.
    pub(crate) circling_median_knots: Rounded<1>,
    /// Sum of its turns, to whichever side. Degrees, from 0.
    pub(crate) circling_turn_degrees: Rounded<0>,
}

/// The thresholds in force, by form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Thresholds {
    /// For a slow vessel.
    Slow(SlowThresholds),
    /// For a vessel that circles, slow or not.
    Circling(CirclingThresholds),
}

impl Thresholds {
    /// The thresholds of a form.
    pub(crate) fn of(form: Form, settings: &Settings) -> Thresholds {
        match form {
            Form::Slow => Thresholds::Slow(settings.into()),
            Form::SlowAndCircling | Form::Circling => Thresholds::Circling(settings.into()),
        }
    }

    /// Speed made good below which a vessel is slow. Knots.
    pub(crate) fn slow_knots(&self) -> f64 {
        match self {
            Thresholds::Slow(slow) => slow.slow_knots,
            Thresholds::Circling(circling) => circling.slow_knots,
        }
    }
}

settings_in_force! {
    /// The thresholds of a slow vessel.
    SlowThresholds of Settings {
        min_shore_nm: f64,
        slow_knots: f64,
        moving_knots: f64,
        after_minutes: f64,
        end_minutes: f64,
        anchored_swing_nm: f64,
        anchored_after_minutes: f64,
        still_nm: f64,
        shift_nm: f64,
        shift_minutes: f64,
    }
}

settings_in_force! {
    /// The thresholds of a vessel that circles.
    CirclingThresholds of Settings {
        min_shore_nm: f64,
        slow_knots: f64,
        after_minutes: f64,
        circling_min_hours: f64,
        circling_max_hours: f64,
        circling_path_nm: f64,
        circling_displacement: f64,
        circling_end_displacement: f64,
        circling_min_knots: f64,
        circling_max_knots: f64,
        circling_box_nm: f64,
        circling_turn_degrees: f64,
    }
}
