//! Zone exit: a vessel leaves a zone that asks to be told.
//!
//! ## Watches
//! Every vessel, at the borders of zones that ask with `{"zone_exit":{}}` and are active.
//! ## Why
//! A ship that was told to stay, or that waited, is on its way.
//! ## Opens
//! At the first fix more than 0.2 nm outside, or the second in a row outside at least 60 s after the first.
//! ## Ends
//! When it comes back into the zone, or after 6 h without a fix (lost).
//! ## Blind spots
//! A border crossed while nobody hears the vessel is crossed at the first fix after it. A vessel that switches off is not seen to cross.

use serde::{Deserialize, Serialize};

use crate::tracks::{TrackIx, TrackKey};
use crate::zones::{Chart, ZoneIx};

use super::crossing::{Crossings, Way};
use super::profile::Profiles;
use super::{Behaviour, Interest, Output, Places, Scene, Scope, Step};

const NAME: &str = "zone_exit";

/// `[behaviours.zone_exit]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether it runs, in zones that ask for it.
    pub enabled: bool,
    /// Base points. A zone that gives its own is not raised to `asked_score`.
    pub score: i32,
    /// What a zone that asks raises it to.
    pub asked_score: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 10, asked_score: 40 }
    }
}

impl Settings {
    /// All faults; each begins with the key.
    pub fn problems(&self) -> Vec<String> {
        [("score", self.score), ("asked_score", self.asked_score)]
            .into_iter()
            .filter(|(_, points)| !(0..=100).contains(points))
            .map(|(key, points)| format!("{key} must lie between 0 and 100, not {points}"))
            .collect()
    }
}

/// The behaviour.
pub struct ZoneExit {
    profiles: Profiles<Settings>,
    crossings: Crossings,
}

impl ZoneExit {
    /// With the zones' own settings.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneExit {
        ZoneExit { profiles: Profiles::new(NAME, settings, chart), crossings: Crossings::new(NAME, Way::Out) }
    }
}

impl Behaviour for ZoneExit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::CROSSED
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let profiles = &self.profiles;
        let points = |zone: ZoneIx| {
            scene.chart.zones.get(zone).asks(NAME)?;
            let profile = profiles.of(scene.chart, zone, scene.now)?;
            let asked = (!profile.own_score).then_some(profile.settings.asked_score);
            profile.settings.enabled.then_some((profile.settings.score, asked))
        };
        self.crossings.step(scene, step, points, out);
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.crossings.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.crossings.close(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.zone_exit, scene.chart);
        let asks = |zone: ZoneIx| {
            let zone = scene.chart.zones.get(zone);
            zone.asks(NAME).is_some() && zone.active(scene.now)
        };
        self.crossings.reload(scene, places, asks, out);
    }
}
