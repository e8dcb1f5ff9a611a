//! Zone entry: a vessel enters a zone that asks for this alert.
//!
//! ## Watches
//! Every vessel, at the borders of active zones that ask with `{"zone_entry":{}}`.
//! ## Why
//! In some waters, every vessel that enters deserves a look.
//! ## Opens
//! At the first fix more than 0.2 nm inside, or at the second fix in a row inside, at least 60 s after the first. A
//! vessel that is first heard inside, or is heard inside after it was lost, has not entered.
//! ## Ends
//! The vessel leaves the zone, or 6 h pass without a fix (lost).
//! ## Blind spots
//! A border crossed in a hole in reception is crossed at the first fix after it. A vessel that switches its transponder
//! off is not seen to cross.

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::tracks::{TrackIx, TrackKey};
use crate::zones::Chart;

use super::runner::crossing::{Crossings, Way};
use super::{Explanation, Interest, Output, Places, Rule, Scene, Scope, Step};

const NAME: Behaviour = Behaviour::ZoneEntry;

/// Settings `[behaviours.zone_entry]`.
pub type Settings = super::runner::crossing::Settings;

/// The `zone_entry` behaviour and its state.
pub struct ZoneEntry {
    crossings: Crossings,
}

impl ZoneEntry {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneEntry {
        ZoneEntry { crossings: Crossings::new(NAME, Way::In, settings, chart) }
    }
}

impl Rule for ZoneEntry {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::CROSSED
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.crossings.step(scene, step, out);
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.crossings.explain(scene, step)
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.crossings.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.crossings.close(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, _places: &Places, out: &mut Output) {
        self.crossings.reload(scene, &settings.zone_entry, out);
    }

    remembers! { kept {} parts { crossings } built {} }
}

#[cfg(test)]
mod tests;
