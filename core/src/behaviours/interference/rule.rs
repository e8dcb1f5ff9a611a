//! The rule of `interference`.
//!
//! An area opens when jumps of enough vessels land near one place within the window. From then on its vessels are muted: alerts that
//! rest on their positions since the first jump do not open, and open ones are retracted. `astray.rs` decides when a vessel's
//! positions count again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::behaviours::facts::OneForm;
use crate::behaviours::shared::sharing::is_watched;
use crate::behaviours::{
    Behaviour, Doubt, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal,
    SignalKind, Step, Subject, Verdict, minutes,
};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, Jump, TrackIx, TrackKey};
use crate::zones::{Chart, Relation, ZoneIx};

use super::astray::{Kind, Strays};
use super::facts::{Facts, Measured};
use super::settings::Settings;

/// Side of the cells that identify an area. Degrees.
const CELL_DEGREES: f64 = 0.25;
/// Maximum number of jumps remembered. Beyond it the oldest are dropped.
const MOST_JUMPS: usize = 10_000;
/// Maximum number of vessels that one notice names. Further ones are counted and muted.
const MOST_NAMED: usize = 100;

/// The `interference` behaviour and its state.
pub struct Interference {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// Jumps within the window, oldest first.
    jumps: VecDeque<Landing>,
    /// Areas whose notice is open, by the name of the cell of the jump that opened them.
    areas: BTreeMap<String, Area>,
    /// Vessels that jumped and are not back.
    strays: Strays,
}

/// A jump of one vessel, and where it landed.
#[derive(Clone, Serialize, Deserialize)]
struct Landing {
    /// When the jump was confirmed.
    at: Time,
    /// When the vessel was first heard where it landed.
    first: Time,
    /// Time of the vessel's first false position, which may be one at another place.
    since: Time,
    track: (TrackKey, TrackIx),
    /// Where it landed.
    to: LatLon,
}

/// An area in which positions are not to be trusted.
#[derive(Serialize, Deserialize)]
struct Area {
    /// Where the jump that opened it landed. It does not move, or one area could grow without limit.
    centre: LatLon,
    /// First false position in the area.
    started_at: Time,
    /// The jump that made the vessels enough.
    opened_at: Time,
    /// When the latest vessel to jump to it was first heard there.
    last_at: Time,
    /// Every vessel that jumped to it.
    vessels: BTreeSet<Mmsi>,
    /// The tracks by which the alert names its vessels.
    named: BTreeMap<Mmsi, (TrackKey, TrackIx)>,
    /// The zones that the landing place of the opening jump is in or near.
    zones: Vec<(ZoneIx, Relation)>,
}

impl Area {
    /// Adds the vessel of a jump. A vessel of which no track is left is counted but not named.
    fn add(&mut self, scene: &Scene<'_>, landing: &Landing) {
        let (key, _) = landing.track;
        self.vessels.insert(key.mmsi);
        self.last_at = self.last_at.max(landing.first);
        if self.named.len() < MOST_NAMED && !self.named.contains_key(&key.mmsi) {
            let track = scene.tracks.find(key).or_else(|| scene.tracks.under(key.mmsi).next());
            self.named.extend(track.map(|vessel| (key.mmsi, (vessel.key(), vessel.ix()))));
        }
    }

    /// The named vessels, and the cell.
    fn subject(&self, cell: &str) -> Subject {
        Subject { vessels: self.named.values().copied().collect(), zone_id: cell.to_owned() }
    }
}

impl Interference {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> Interference {
        Interference {
            settings: settings.clone(),
            jumps: VecDeque::new(),
            areas: BTreeMap::new(),
            strays: Strays::default(),
        }
    }

    /// Whether two places are within `radius_nm`, and so one place.
    fn is_near(&self, a: LatLon, b: LatLon) -> bool {
        a.metres_to(b) <= self.settings.radius_nm * METRES_PER_NM
    }

    /// The known area of false positions that contains a place, if any.
    fn area_at(&self, to: LatLon) -> Option<(&String, &Area)> {
        self.areas.iter().find(|(_, area)| self.is_near(area.centre, to))
    }

    /// Handles a vessel that jumped to a place that it could not have reached.
    fn jumped(&mut self, scene: &Scene<'_>, step: &Step<'_>, jump: &Jump, fix: &Fix, out: &mut Output) {
        let window = minutes(self.settings.window_minutes);
        let back_minutes = minutes(self.settings.back_minutes);
        let mut doubts = Vec::new();
        self.strays.expire(scene.now, &mut doubts, out);
        while self.jumps.front().is_some_and(|jump| window < fix.at - jump.at || MOST_JUMPS <= self.jumps.len()) {
            self.jumps.pop_front();
        }
        let track = (step.key, step.vessel);
        let to = fix.position;
        // In a known area, the false place is the middle of the area, not the point where this vessel landed.
        let settled = self.area_at(to).map(|(_, area)| area.centre);
        match self.strays.jumped(scene, step, jump, fix, settled, self.settings.radius_nm) {
            Kind::Return => {
                self.strays.back(step.key.mmsi, fix.at, back_minutes, Some(track), &mut doubts, out);
                say_doubts(doubts, out);
            }
            Kind::Away { since } => {
                let landing = Landing { at: fix.at, first: jump.first.at, since, track, to };
                self.jumps.push_back(landing.clone());
                let known = self.area_at(to).map(|(name, _)| name.clone());
                let name = match known {
                    Some(name) => {
                        self.strays.noticed(scene, step.key.mmsi, back_minutes, &mut doubts, out);
                        if let Some(area) = self.areas.get_mut(&name) {
                            area.add(scene, &landing);
                        }
                        Some(name)
                    }
                    None => self.gather(scene, step, &landing, &mut doubts, out),
                };
                if let Some(name) = name {
                    self.say(scene, &name, out);
                    out.wakes.push((fix.at + window, step.key, step.vessel));
                } else if self.strays.is_noticed(step.key.mmsi) {
                    self.strays.noticed(scene, step.key.mmsi, back_minutes, &mut doubts, out);
                }
                say_doubts(doubts, out);
            }
        }
    }

    /// Opens or extends an area if enough vessels jumped to places around this one.
    fn gather(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        landing: &Landing,
        doubts: &mut Vec<Doubt>,
        out: &mut Output,
    ) -> Option<String> {
        let near = self.jumps.iter().filter(|jump| self.is_near(jump.to, landing.to));
        let near: Vec<Landing> = near.cloned().collect();
        let vessels: BTreeSet<Mmsi> = near.iter().map(|jump| jump.track.0.mmsi).collect();
        if vessels.len() < self.settings.vessels as usize {
            return None;
        }
        let mut area = Area {
            centre: landing.to,
            started_at: near.iter().map(|jump| jump.first).min().unwrap_or(landing.first),
            opened_at: landing.at,
            last_at: landing.first,
            vessels: BTreeSet::new(),
            named: BTreeMap::new(),
            zones: step.presence.iter().collect(),
        };
        near.iter().for_each(|jump| area.add(scene, jump));
        let back_minutes = minutes(self.settings.back_minutes);
        for jump in &near {
            let (key, _) = jump.track;
            if self.strays.is_away(key.mmsi) {
                continue;
            }
            // The vessel jumped back before the area was known.
            doubts.push(Doubt { mmsi: key.mmsi, since: jump.since, until: Some(scene.now + back_minutes) });
            if is_left_behind(scene, key) {
                out.verdicts.push(Verdict::Gone { track: jump.track });
            }
        }
        for mmsi in vessels {
            self.strays.noticed(scene, mmsi, back_minutes, doubts, out);
        }
        let name = cell_name(landing.to);
        self.areas.insert(name.clone(), area);
        Some(name)
    }

    /// Reports an area, as at its latest jump.
    fn say(&self, scene: &Scene<'_>, name: &str, out: &mut Output) {
        let Some(area) = self.areas.get(name) else {
            return;
        };
        let measured = Measured { vessels: area.vessels.len(), mmsis: area.vessels.iter().copied().collect() };
        let holding = Holding {
            started_at: area.started_at,
            satisfied_at: area.opened_at,
            last_at: area.last_at,
            facts: Facts { form: OneForm, measured, thresholds: (&self.settings).into() }.into(),
            position: Some(area.centre),
            shore_nm: Some(scene.chart.shore_nm(area.centre)),
            zones: area.zones.clone(),
            base: vec![(Behaviour::Interference.name(), self.settings.score)],
            asked: None,
            anchored: false,
        };
        let kind = SignalKind::Holds(Box::new(holding));
        out.signals.push(Signal { behaviour: Behaviour::Interference, subject: area.subject(name), kind });
    }

    /// Ends the notice of an area. Its vessels stay muted until each is back.
    fn close(&mut self, name: &str, reason: End, out: &mut Output) {
        if let Some(area) = self.areas.remove(name) {
            let kind = SignalKind::Over { ended_at: area.last_at, reason };
            out.signals.push(Signal { behaviour: Behaviour::Interference, subject: Subject::nobody(name), kind });
        }
    }
}

/// Whether another track of the number has been heard since this one.
fn is_left_behind(scene: &Scene<'_>, key: TrackKey) -> bool {
    let heard_at = |key| scene.tracks.find(key).and_then(|vessel| vessel.last()).map(|fix| fix.at);
    let others = scene.tracks.under(key.mmsi).filter(|other| other.key() != key);
    heard_at(key).is_some_and(|last| others.filter_map(|other| other.last()).any(|fix| last < fix.at))
}

/// Mutes the behaviours that rest on the positions of these vessels, or lifts that. Nothing is sent for an empty list.
fn say_doubts(doubts: Vec<Doubt>, out: &mut Output) {
    if !doubts.is_empty() {
        let kind = SignalKind::Mutes { vessels: doubts };
        out.signals.push(Signal { behaviour: Behaviour::Interference, subject: Subject::nobody(""), kind });
    }
}

/// The name of the cell that contains a position, from the cell's south-west corner: `36.00N 017.50W`.
fn cell_name(at: LatLon) -> String {
    let corner = |degrees: f64| (degrees / CELL_DEGREES).floor() * CELL_DEGREES;
    let (lat, lon) = (corner(at.lat), corner(at.lon));
    let side = |degrees: f64, positive, negative| if degrees < 0.0 { negative } else { positive };
    format!("{:05.2}{} {:06.2}{}", lat.abs(), side(lat, 'N', 'S'), lon.abs(), side(lon, 'E', 'W'))
}

impl Rule for Interference {
    fn behaviour(&self) -> Behaviour {
        Behaviour::Interference
    }

    fn interest(&self) -> Interest {
        Interest::JUMPED
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let settings = &self.settings;
        let since = scene.now - minutes(settings.window_minutes);
        let shown = match step.fix {
            None => Explanation::new("").is("position", "none", "a fix", false),
            Some(fix) => {
                let area = self.area_at(fix.position).map(|(_, area)| area);
                let here = self.jumps.iter().filter(|jump| since <= jump.at && self.is_near(jump.to, fix.position));
                let jumped: BTreeSet<Mmsi> = here.map(|jump| jump.track.0.mmsi).collect();
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
        let doubt = self.strays.doubt(step.key.mmsi).filter(|doubt| doubt.until.is_none_or(|until| scene.now < until));
        let positions = match doubt {
            None => "taken as right".to_owned(),
            Some(Doubt { since, until: None, .. }) => format!("false since {since}"),
            Some(Doubt { since, until: Some(until), .. }) => format!("false since {since}, left alone until {until}"),
        };
        vec![shown.is("positions", positions, "taken as false, as in interference", doubt.is_some())]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let mut doubts = Vec::new();
        self.strays.expire(scene.now, &mut doubts, out);
        say_doubts(doubts, out);
        if let Some(at) = self.strays.given_up_at(key.mmsi) {
            // Not more often than once an hour, although each fix at the false place moves that time.
            out.wakes.push((at.max(scene.now + minutes(60.0)), key, vessel));
        }
        let window = minutes(self.settings.window_minutes);
        let quiet = self.areas.iter().filter(|(_, area)| area.last_at + window <= scene.now);
        let quiet: Vec<String> = quiet.map(|(name, _)| name.clone()).collect();
        for name in quiet {
            self.close(&name, End::Quiet, out);
        }
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, _reason: End, _out: &mut Output) {
        self.strays.forget(scene.tracks.vessel(vessel).key(), vessel);
    }

    fn stop(&mut self, scene: &Scene<'_>, reason: End, out: &mut Output) {
        for name in self.areas.keys().cloned().collect::<Vec<String>>() {
            self.close(&name, reason, out);
        }
        let mut doubts = Vec::new();
        self.strays.lift_all(scene.now, &mut doubts, out);
        say_doubts(doubts, out);
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.interference.clone();
    }

    remembers! { kept { jumps, areas, strays } parts {} built { settings } }
}

impl PictureRule for Interference {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix.filter(|_| is_watched(step.key.mmsi)) else {
            return;
        };
        if let Some(jump) = step.jump {
            return self.jumped(scene, step, jump, &fix, out);
        }
        let mut doubts = Vec::new();
        self.strays.heard(step, &fix, minutes(self.settings.back_minutes), &mut doubts, out);
        say_doubts(doubts, out);
    }
}
