//! The rule of `zone_entry`.

use crate::behaviours::runner::crossing::{Border, Crossings, Way};
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::{self, Behaviour};

use super::Settings;
use super::words::Form;

/// The `zone_entry` behaviour and its state.
pub(crate) type ZoneEntry = PerVessel<Crossings<Inward>>;

/// Borders crossed inward.
pub(crate) struct Inward;

impl Border for Inward {
    const BEHAVIOUR: Behaviour = Behaviour::ZoneEntry;
    const WAY: Way = Way::In;

    fn form() -> behaviours::Form {
        Form.into()
    }

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.zone_entry
    }
}
