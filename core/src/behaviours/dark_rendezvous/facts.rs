//! The facts of `dark_rendezvous` alerts.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// How well a silent vessel can be singled out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Few silent vessels could have come.
    Possible,
    /// Many silent vessels could have come.
    OneOfMany,
    /// Its silence leaves time for many stops.
    ManyStops,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Possible => &["possible"],
            Form::OneOfMany => &["one_of_many"],
            Form::ManyStops => &["many_stops"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// MMSI of the silent vessel: the likeliest if several are possible.
    pub(crate) dark_mmsi: Mmsi,
    /// When it was last heard.
    pub(crate) silent_since: Time,
    /// Time that it had left after a voyage to the stop and back at its usual speed. Hours.
    pub(crate) slack_hours: Rounded<1>,
    /// Its usual speed. Knots.
    pub(crate) usual_knots: Rounded<1>,
    /// Distance from where it was last heard to the stop. Nautical miles.
    pub(crate) distance_nm: Rounded<1>,
    /// How long the other vessel was stopped. Minutes.
    pub(crate) stopped_minutes: Rounded<0>,
    /// Number of silent vessels that could have come, at least 1.
    pub(crate) possible: usize,
    /// Number of stops that the silent vessel could have come to.
    pub(crate) stops_within_reach: usize,
    /// Longest time that it can have spent at the stop. Minutes.
    pub(crate) there_minutes: Rounded<0>,
    /// Other silent vessels that could have come: MMSI, name, the longest time that they can have spent at the stop, and their slack. The
    /// last entry counts those that are not listed. `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_candidates: Option<Vec<String>>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_shore_nm: f64,
        stop_minutes: f64,
        speed_factor: f64,
        slack_minutes: f64,
        together_minutes: f64,
        max_slack_hours: f64,
        most_candidates: u32,
    }
}
