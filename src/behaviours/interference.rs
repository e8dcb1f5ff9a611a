//! Interference: many vessels jump to one place.
//!
//! ## Watches
//! Where ships and tenders jump to.
//! ## Why
//! Jammed and falsified satellite navigation puts whole fleets on one airfield: none of them is there, and none of them is to blame.
//! ## Opens
//! When `vessels` of them jump within `radius_nm` of each other within `window_minutes`: one notice for the area, named by its cell. While it lasts, jumps, conflicts and loitering of these vessels open no alert.
//! ## Ends
//! No further jump to the place for `window_minutes`.
//! ## Blind spots
//! Positions that drift away without a jump, and receivers that fall silent when jammed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{TrackIx, TrackKey};
use crate::units::{METRES_PER_NM, Mmsi};
use crate::zones::{Chart, Relation, ZoneIx};

use super::sharing::is_watched;
use super::{
    Behaviour, Explanation, Holding, Interest, Output, Places, Scene, Scope, Signal, SignalKind, Step, Subject,
    minutes, positive, thresholds,
};

const NAME: &str = "interference";
/// Side of the cells that name an area. Degrees.
const CELL_DEGREES: f64 = 0.25;
/// Jumps remembered at most; beyond it the oldest are dropped.
const MOST_JUMPS: usize = 10_000;

/// `[behaviours.interference]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether it runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// So many vessels make it one.
    pub vessels: u32,
    /// "One place". Nautical miles.
    pub radius_nm: f64,
    /// How soon one after another; and quiet for this long it is over. Minutes.
    pub window_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 20, vessels: 5, radius_nm: 5.0, window_minutes: 30.0 }
    }
}

impl Settings {
    /// All faults; each begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        positive(&mut problems, "radius_nm", self.radius_nm);
        positive(&mut problems, "window_minutes", self.window_minutes);
        if self.vessels < 2 {
            problems.push("vessels must be at least 2".to_owned());
        }
        problems
    }
}

/// The behaviour.
pub struct Interference {
    settings: Settings,
    /// Jumps within the window, oldest first.
    jumps: VecDeque<Landing>,
    areas: BTreeMap<String, Area>,
}

#[derive(Serialize, Deserialize)]
struct Landing {
    at: Time,
    mmsi: Mmsi,
    to: LatLon,
}

/// An area where positions are not to be believed.
#[derive(Serialize, Deserialize)]
struct Area {
    centre: LatLon,
    started_at: Time,
    opened_at: Time,
    last_at: Time,
    vessels: BTreeSet<Mmsi>,
    zones: Vec<(ZoneIx, Relation)>,
}

impl Interference {
    /// Zones do not matter to it.
    pub fn new(settings: &Settings, _chart: &Chart) -> Interference {
        Interference { settings: settings.clone(), jumps: VecDeque::new(), areas: BTreeMap::new() }
    }

    fn is_near(&self, a: LatLon, b: LatLon) -> bool {
        a.metres_to(b) <= self.settings.radius_nm * METRES_PER_NM
    }

    /// Whether the jumps around this one make an area of it.
    fn gather(&mut self, step: &Step<'_>, at: Time, to: LatLon) -> Option<String> {
        let near: Vec<&Landing> = self.jumps.iter().filter(|jump| self.is_near(jump.to, to)).collect();
        let vessels: BTreeSet<Mmsi> = near.iter().map(|jump| jump.mmsi).collect();
        if vessels.len() < self.settings.vessels as usize {
            return None;
        }
        let started_at = near.iter().map(|jump| jump.at).min().unwrap_or(at);
        let name = cell_name(to);
        let zones = step.presence.iter().collect();
        let area = Area { centre: to, started_at, opened_at: at, last_at: at, vessels, zones };
        self.areas.insert(name.clone(), area);
        Some(name)
    }

    fn close(&mut self, name: &str, reason: &'static str, out: &mut Output) {
        if let Some(area) = self.areas.remove(name) {
            let signal = |kind| Signal { behaviour: NAME, subject: subject(name), kind };
            out.signals.push(signal(SignalKind::Over { ended_at: area.last_at, reason }));
            out.signals.push(signal(SignalKind::Mutes { vessels: Vec::new() }));
        }
    }
}

fn subject(cell: &str) -> Subject {
    Subject { vessels: Vec::new(), zone_id: cell.to_owned() }
}

/// The south-west corner of the cell: `36.00N 017.50W`.
fn cell_name(at: LatLon) -> String {
    let corner = |degrees: f64| (degrees / CELL_DEGREES).floor() * CELL_DEGREES;
    let (lat, lon) = (corner(at.lat), corner(at.lon));
    let side = |degrees: f64, positive, negative| if degrees < 0.0 { negative } else { positive };
    format!("{:05.2}{} {:06.2}{}", lat.abs(), side(lat, 'N', 'S'), lon.abs(), side(lon, 'E', 'W'))
}

impl Behaviour for Interference {
    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Episodes
    }

    fn interest(&self) -> Interest {
        Interest::JUMPED
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let (Some(_), Some(fix)) = (step.jump, step.fix) else {
            return;
        };
        let mmsi = step.key.mmsi;
        if !is_watched(mmsi) {
            return;
        }
        let window = minutes(self.settings.window_minutes);
        while self.jumps.front().is_some_and(|jump| window < fix.at - jump.at || MOST_JUMPS <= self.jumps.len()) {
            self.jumps.pop_front();
        }
        let to = fix.position;
        self.jumps.push_back(Landing { at: fix.at, mmsi, to });
        let known = self.areas.iter().find(|(_, area)| self.is_near(area.centre, to)).map(|(name, _)| name.clone());
        let Some(name) = known.or_else(|| self.gather(step, fix.at, to)) else {
            return;
        };
        let Some(area) = self.areas.get_mut(&name) else {
            return;
        };
        area.last_at = area.last_at.max(fix.at);
        area.vessels.insert(mmsi);
        let holding = Holding {
            started_at: area.started_at,
            satisfied_at: area.opened_at,
            last_at: area.last_at,
            form: "",
            position: Some(area.centre),
            shore_nm: Some(scene.chart.shore_nm(area.centre)),
            zones: area.zones.clone(),
            base: vec![(NAME, self.settings.score)],
            asked: None,
            anchored: false,
            measured: Map::from_iter([
                ("vessels".to_owned(), area.vessels.len().into()),
                ("mmsis".to_owned(), area.vessels.iter().map(|mmsi| mmsi.0).collect::<Vec<u32>>().into()),
            ]),
            thresholds: thresholds(&self.settings, &["vessels", "radius_nm", "window_minutes"]),
        };
        let vessels = area.vessels.iter().copied().collect();
        let signal = |kind| Signal { behaviour: NAME, subject: subject(&name), kind };
        out.signals.push(signal(SignalKind::Holds(Box::new(holding))));
        out.signals.push(signal(SignalKind::Mutes { vessels }));
        out.wakes.push((fix.at + window, step.key, step.vessel));
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let settings = &self.settings;
        let since = scene.now - minutes(settings.window_minutes);
        let told = match step.fix {
            None => Explanation::new("").is("position", "none", "a fix", false),
            Some(fix) => {
                let area = self.areas.values().find(|area| self.is_near(area.centre, fix.position));
                let here = self.jumps.iter().filter(|jump| since <= jump.at && self.is_near(jump.to, fix.position));
                let jumped: BTreeSet<Mmsi> = here.map(|jump| jump.mmsi).collect();
                let vessels = area.map_or(jumped.len(), |area| area.vessels.len());
                let about = format!("within {} nm of it, in {} min", settings.radius_nm, settings.window_minutes);
                let needed = settings.vessels as usize;
                Explanation::new(about).is(
                    "vessels_that_jumped_here",
                    vessels,
                    format!(">= {needed}"),
                    needed <= vessels,
                )
            }
        };
        vec![told]
    }

    fn wake(&mut self, scene: &Scene<'_>, _key: TrackKey, _vessel: TrackIx, out: &mut Output) {
        let window = minutes(self.settings.window_minutes);
        let quiet = self.areas.iter().filter(|(_, area)| area.last_at + window <= scene.now);
        let quiet: Vec<String> = quiet.map(|(name, _)| name.clone()).collect();
        for name in quiet {
            self.close(&name, "quiet", out);
        }
    }

    fn forget(&mut self, _scene: &Scene<'_>, _vessel: TrackIx, reason: &'static str, out: &mut Output) {
        if reason == "switched off" {
            for name in self.areas.keys().cloned().collect::<Vec<String>>() {
                self.close(&name, reason, out);
            }
        }
    }

    fn reload(&mut self, _scene: &Scene<'_>, settings: &super::Settings, _places: &Places, _out: &mut Output) {
        self.settings = settings.interference.clone();
    }

    remembers! { kept { jumps, areas } parts {} built { settings } }
}

#[cfg(test)]
mod tests;
