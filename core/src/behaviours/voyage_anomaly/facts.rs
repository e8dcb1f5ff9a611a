//! The facts of `voyage_anomaly` alerts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::facts::{Parts, Record, Rounded, named, settings_in_force};

use super::settings::Settings;

/// What is unusual.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// The reported destination changed at sea.
    Destination,
    /// Port calls without loading or unloading.
    ShortCalls,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Destination => &["destination"],
            Form::ShortCalls => &["short_calls"],
        }
    }
}

/// The facts of the behaviour, by form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Facts {
    /// The reported destination changed at sea.
    Destination {
        /// What was measured.
        measured: NewDestination,
        /// The thresholds in force.
        thresholds: DestinationThresholds,
    },
    /// Port calls without loading or unloading.
    ShortCalls {
        /// What was measured.
        measured: ShortCalls,
        /// The thresholds in force.
        thresholds: CallThresholds,
    },
}

impl Facts {
    /// The form in which the behaviour holds.
    pub(crate) fn form(&self) -> Form {
        match self {
            Facts::Destination { .. } => Form::Destination,
            Facts::ShortCalls { .. } => Form::ShortCalls,
        }
    }
}

impl Record for Facts {
    fn measured(&self) -> Map<String, Value> {
        match self {
            Facts::Destination { measured, .. } => named(measured),
            Facts::ShortCalls { measured, .. } => named(measured),
        }
    }

    fn thresholds(&self) -> Map<String, Value> {
        match self {
            Facts::Destination { thresholds, .. } => named(thresholds),
            Facts::ShortCalls { thresholds, .. } => named(thresholds),
        }
    }
}

/// What was measured of a change of destination.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NewDestination {
    /// The port reported before, as the port list names it.
    pub(crate) destination_before: Arc<str>,
    /// The port reported since.
    pub(crate) destination_after: Arc<str>,
    /// How long the new one has been reported. Minutes.
    pub(crate) kept_minutes: Rounded<0>,
}

/// What was measured of port calls without loading or unloading.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ShortCalls {
    /// Number of short calls in a row.
    pub(crate) short_calls: Rounded<0>,
    /// Length of the latest call. Hours.
    pub(crate) call_hours: Rounded<1>,
    /// How much the reported draught changed at it. Metres.
    pub(crate) draught_change_metres: Rounded<1>,
    /// Name of its port; `None` if it is not in the port list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<Arc<str>>,
}

settings_in_force! {
    /// The thresholds for a change of destination.
    DestinationThresholds of Settings {
        kept_minutes: f64,
        settle_hours: f64,
    }
}

settings_in_force! {
    /// The thresholds for short calls.
    CallThresholds of Settings {
        settle_hours: f64,
        call_hours: f64,
        draught_metres: f64,
    }
}
