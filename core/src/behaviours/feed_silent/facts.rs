//! The facts of `feed_silent` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::time::Time;
use crate::behaviours::facts::{Parts, Record, Rounded, named, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour. What was measured decides the form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// What was measured.
    pub(crate) measured: Measured,
    /// Earlier silences of the same alert; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) earlier: Option<Earlier>,
    /// The thresholds in force.
    pub(crate) thresholds: Thresholds,
}

impl Facts {
    /// The form in which the behaviour holds.
    pub(crate) fn form(&self) -> Form {
        match self.measured {
            Measured::Area { .. } => Form::Area,
            Measured::Station { .. } => Form::Station,
            Measured::Input { .. } => Form::Input,
        }
    }
}

impl Record for Facts {
    fn measured(&self) -> Map<String, Value> {
        let mut measured = named(&self.measured);
        measured.extend(self.earlier.iter().flat_map(named));
        measured
    }

    fn thresholds(&self) -> Map<String, Value> {
        named(&self.thresholds)
    }
}

/// What is silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// An input.
    Input,
    /// A receiving station.
    Station,
    /// All vessels in an area.
    Area,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Input => &["input"],
            Form::Station => &["station"],
            Form::Area => &["area"],
        }
    }
}

/// What was measured, by what is silent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Measured {
    /// All vessels in an area.
    Area {
        /// Number of vessels that should be heard there.
        vessels_lost: u32,
        /// Longest usual pause between two reports of any of them. Minutes.
        heard_every_minutes: Rounded<1>,
        /// Name of the area.
        area: String,
    },
    /// A receiving station.
    Station {
        /// Longest usual pause between two of its reports. Minutes.
        usual_interval_minutes: Rounded<1>,
        /// Name of the station.
        station: String,
    },
    /// An input.
    Input {
        /// Name of the input.
        input: String,
    },
}

/// What came before the present silence in the same alert. An alert includes every silence that begins within the merge window of the one
/// before, and between two of them there was reception.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Earlier {
    /// Number of silences before the present one.
    pub(crate) earlier_silences: u32,
    /// How long there was reception between the silences, altogether. Minutes.
    pub(crate) heard_between_minutes: Rounded<1>,
    /// When the present silence began.
    pub(crate) silent_since: Time,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        silent_seconds: f64,
        station_min_minutes: f64,
        area_minutes: f64,
        area_vessels: u32,
    }
}
