//! The rule of `zone_exit`.

use crate::behaviours::runner::crossing::{Crossings, Way};
use crate::behaviours::{Behaviour, End, Explanation, Interest, Output, Places, Rule, Scene, Scope, Step};
use crate::state::remembers;
use crate::tracks::{TrackIx, TrackKey};
use crate::zones::Chart;

use super::{Form, Settings};

/// The `zone_exit` behaviour and its state.
pub struct ZoneExit {
    crossings: Crossings,
}

impl ZoneExit {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneExit {
        ZoneExit { crossings: Crossings::new(Form.into(), Way::Out, settings, chart) }
    }
}

impl Rule for ZoneExit {
    fn behaviour(&self) -> Behaviour {
        Behaviour::ZoneExit
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

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.crossings.close(vessel, reason, out);
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.crossings.reload(scene, &settings.zone_exit, out);
    }

    remembers! { kept {} parts { crossings } built {} }
}
