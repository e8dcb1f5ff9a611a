//! The facts of `ais_gap` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};
use crate::picture::coverage::Usual;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// How long the vessel is silent, or how the silence is explained.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Silent.
    Silent,
    /// Silent for many hours.
    LongSilent,
    /// Its course left the feed's coverage.
    OutOfReach,
    /// Heard again where it went silent.
    InPlace,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Silent => &["silent"],
            Form::LongSilent => &["long_silent"],
            Form::OutOfReach => &["out_of_reach"],
            Form::InPlace => &["in_place"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// How long it has been silent: between the minutes of its last fix and of the next. Minutes.
    pub(crate) silent_minutes: Rounded<0>,
    /// How long a silence must be to open an alert there. Minutes.
    pub(crate) required_minutes: Rounded<1>,
    /// Probability that it was transmitting and not heard, 0-1; `None` for the only vessel of its input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unheard_probability: Option<Rounded<9>>,
    /// Its usual speed. Knots.
    pub(crate) usual_knots: Rounded<1>,
    /// Part of the silence in which its input heard nothing. Minutes; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feed_missed_minutes: Option<Rounded<1>>,
    /// Share of the 10-minute slots of the day before in which it was heard at least, as only slots with a speed made good are counted. Per
    /// cent, rounded down; `None` if it is not evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) own_record_percent: Option<Rounded<0>>,
    /// Share of the 10-minute slots since it was first heard in which it was heard at most. Per cent; `None` unless that is seldom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heard_at_most_percent: Option<Rounded<1>>,
    /// True for the only vessel of its input, otherwise `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) only_vessel_of_its_input: Option<bool>,
    /// When its course left the feed's coverage, from the beginning of the silence. Minutes; `None` if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) out_of_reach_minutes: Option<Rounded<0>>,
    /// How common silences are there; `None` if they are rare.
    #[serde(flatten)]
    pub(crate) usual_silence: Option<UsualSilence>,
    /// Name of the zone ahead on its course; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heading_for: Option<String>,
    /// Where it reappeared; `None` while it is silent.
    #[serde(flatten)]
    pub(crate) reappeared: Option<Reappearance>,
}

/// How common silences are where the vessel fell silent.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct UsualSilence {
    /// Where they are usual.
    pub(crate) silence_usual_of: Usual,
    /// Number of silences of other vessels there; one vessel may have several. Counts fade.
    pub(crate) silences_of_others: Rounded<0>,
    /// How long vessels were heard there. Vessel-hours.
    pub(crate) others_heard_hours: Rounded<0>,
}

/// Where the vessel was heard again.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Reappearance {
    /// Distance from where it fell silent. Nautical miles.
    pub(crate) distance_nm: Rounded<3>,
    /// Speed over that distance in a straight line. Knots.
    pub(crate) implied_knots: Rounded<1>,
    /// Time that its usual speed leaves unexplained. Hours.
    pub(crate) slack_hours: Rounded<1>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_shore_nm: f64,
        watched_minutes: f64,
        after_hours: f64,
        max_probability: f64,
        long_hours: f64,
        slack_minutes: f64,
        in_place_nm: f64,
    }
}
