//! The rule of `zone_exit`.

use crate::behaviours::runner::crossing::{Border, Crossings, Way};
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::{self, Behaviour};

use super::Settings;
use super::words::Form;

/// The `zone_exit` behaviour and its state.
pub(crate) type ZoneExit = PerVessel<Crossings<Outward>>;

/// Borders crossed outward.
pub(crate) struct Outward;

impl Border for Outward {
    const BEHAVIOUR: Behaviour = Behaviour::ZoneExit;
    const WAY: Way = Way::Out;

    fn form() -> behaviours::Form {
        Form.into()
    }

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.zone_exit
    }
}
