//! Zone entry: a vessel comes into a zone that asks to be told.
//!
//! ## Watches
//! Every vessel, at the borders of zones that ask with `{"zone_entry":{}}` and are active.
//! ## Why
//! Some waters are worth a look at whoever enters them.
//! ## Opens
//! At the first fix more than 0.2 nm inside, or the second in a row inside at least 60 s after the first. First seen inside, or inside after it was lost, is no entry.
//! ## Ends
//! When it leaves the zone, or after 6 h without a fix (lost).
//! ## Blind spots
//! A border crossed while nobody hears the vessel is crossed at the first fix after it. A vessel that switches off is not seen to cross.

use serde::{Deserialize, Serialize};

use crate::tracks::{TrackIx, TrackKey};
use crate::zones::{Chart, ZoneIx};

use super::crossing::{Crossings, Way};
use super::profile::Profiles;
use super::{Behaviour, Interest, Output, Places, Scene, Scope, Step};

const NAME: &str = "zone_entry";

/// `[behaviours.zone_entry]`
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
pub struct ZoneEntry {
    profiles: Profiles<Settings>,
    crossings: Crossings,
}

impl ZoneEntry {
    /// With the zones' own settings.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneEntry {
        ZoneEntry { profiles: Profiles::new(NAME, settings, chart), crossings: Crossings::new(NAME, Way::In) }
    }
}

impl Behaviour for ZoneEntry {
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
        self.profiles.rebuild(NAME, &settings.zone_entry, scene.chart);
        let asks = |zone: ZoneIx| {
            let zone = scene.chart.zones.get(zone);
            zone.asks(NAME).is_some() && zone.active(scene.now)
        };
        self.crossings.reload(scene, places, asks, out);
    }
}

#[cfg(test)]
mod tests;
