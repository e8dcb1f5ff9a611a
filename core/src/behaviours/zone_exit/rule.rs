//! The rule of `zone_exit`.
//!
//! Everything but the direction is that of `runner::crossing`.

use crate::behaviours::runner::crossing::{Border, Crossings, Measured, Settings, Way};
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::{self, AnyFacts, Behaviour};

use super::facts::{Facts, Form};

/// The `zone_exit` behaviour and its state.
pub(crate) type ZoneExit = PerVessel<Crossings<Outward>>;

/// Borders crossed outward.
pub(crate) struct Outward;

impl Border for Outward {
    const BEHAVIOUR: Behaviour = Behaviour::ZoneExit;
    const WAY: Way = Way::Out;

    fn facts(measured: Measured) -> AnyFacts {
        Facts { form: Form, measured, thresholds: () }.into()
    }

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.zone_exit
    }
}
