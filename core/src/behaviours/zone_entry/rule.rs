//! The rule of `zone_entry`.
//!
//! Everything but the direction is that of `runner::crossing`.

use crate::behaviours::runner::crossing::{Border, Crossings, Measured, Settings, Way};
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::{self, AnyFacts, Behaviour};

use super::facts::{Facts, Form};

/// The `zone_entry` behaviour and its state.
pub(crate) type ZoneEntry = PerVessel<Crossings<Inward>>;

/// Borders crossed inward.
pub(crate) struct Inward;

impl Border for Inward {
    const BEHAVIOUR: Behaviour = Behaviour::ZoneEntry;
    const WAY: Way = Way::In;

    fn facts(measured: Measured) -> AnyFacts {
        Facts { form: Form, measured, thresholds: () }.into()
    }

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.zone_entry
    }
}
