//! Out and back: a vessel that goes far out, stops in open water, and comes back without a port call.
//!
//! ## Watches
//! Every vessel that leaves calm water (the circles and zones themselves, without their margin).
//! ## Why
//! Tugs and service craft without a tow or a charter have fetched tonnes in this way, with their AIS on all the time.
//! The other vessel need not be seen.
//! ## Opens
//! More than `out_nm` from where it left (`fishing_out_nm` for fishing vessels), the vessel stays below `stop_knots`
//! for `stop_minutes`, outside calm water and its margin and at least `min_shore_nm` from shore. It is then within
//! `return_nm` of where it left, at most `within_days` later, and was not below `port_knots` in calm water between. The
//! alert is placed where the vessel stopped.
//! ## Ends
//! At once, as the vessel has returned.
//! ## Blind spots
//! The vessel's place is looked at every half hour and whenever it is slow, so the start is known to half an hour's
//! way. A port call within a hole in reception is not seen. Offshore supply, research and fishing vessels do the same
//! for a living.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::Behaviour;
use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey, Vessel};
use crate::units::METRES_PER_NM;
use crate::zones::{Chart, Relation};

use super::explain::zones_by_name;
use super::runner::profile::{Profiles, Standing};
use super::{
    Explanation, Holding, Interest, Output, Place, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject,
    hysteresis, minutes, not_negative, number, ordered, positive, thresholds,
};

const NAME: Behaviour = Behaviour::OutAndBack;
/// Fixes needed within a stop: for any vessel, and for one heard only by satellite.
const FIXES: u32 = 4;
const FIXES_SATELLITE: u32 = 2;

/// Settings `[behaviours.out_and_back]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Minimum distance of the stop from where the vessel left. Nautical miles; not below `return_nm`.
    pub out_nm: f64,
    /// The same for fishing vessels. Nautical miles.
    pub fishing_out_nm: f64,
    /// Minimum distance of the stop from shore. Nautical miles.
    pub min_shore_nm: f64,
    /// The vessel has stopped below this speed. Knots made good.
    pub stop_knots: f64,
    /// The stop is over from this speed on. Knots made good; not below `stop_knots`.
    pub moving_knots: f64,
    /// How long the vessel must stop. Minutes.
    pub stop_minutes: f64,
    /// The vessel has returned within this distance of where it left. Nautical miles.
    pub return_nm: f64,
    /// A vessel below this speed in calm water makes a port call. Knots made good.
    pub port_knots: f64,
    /// Maximum duration of the trip. Days.
    pub within_days: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 40,
            out_nm: 50.0,
            fishing_out_nm: 100.0,
            min_shore_nm: 12.0,
            stop_knots: 1.0,
            moving_knots: 2.0,
            stop_minutes: 60.0,
            return_nm: 20.0,
            port_knots: 3.0,
            within_days: 14.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("out_nm", self.out_nm),
            ("fishing_out_nm", self.fishing_out_nm),
            ("stop_knots", self.stop_knots),
            ("stop_minutes", self.stop_minutes),
            ("return_nm", self.return_nm),
            ("within_days", self.within_days),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        not_negative(&mut problems, "port_knots", self.port_knots);
        if !(0..=100).contains(&self.score) {
            problems.push(format!("score must lie between 0 and 100, not {}", self.score));
        }
        for (key, value) in [("moving_knots", self.moving_knots), ("port_knots", self.port_knots)] {
            if 5.0 < value {
                problems.push(format!("{key} must not be above 5: nobody who makes more is looked at"));
            }
        }
        hysteresis(&mut problems, ("stop_knots", self.stop_knots), ("moving_knots", self.moving_knots));
        for (low, high) in [
            (("return_nm", self.return_nm), ("out_nm", self.out_nm)),
            (("return_nm", self.return_nm), ("fishing_out_nm", self.fishing_out_nm)),
        ] {
            ordered(&mut problems, low, high);
        }
        problems
    }

    fn out_nm(&self, vessel: &Vessel<'_>) -> f64 {
        match vessel.ship_type() {
            Some(30) => self.fishing_out_nm,
            _ => self.out_nm,
        }
    }
}

/// The `out_and_back` behaviour and its state.
pub struct OutAndBack {
    profiles: Profiles<Settings>,
    /// Trips of the vessels that are outside the calm water they left.
    trips: FxHashMap<TrackIx, Trip>,
    scratch: Vec<u16>,
}

/// The trip of one vessel at sea. Kept small, since there are many.
#[derive(Serialize, Deserialize)]
struct Trip {
    start: (f32, f32),
    farthest_nm: f32,
    left_at: Time,
    stop: Option<Box<Stop>>,
}

/// The vessel's stop in open water, far out.
#[derive(Serialize, Deserialize)]
struct Stop {
    at: LatLon,
    shore_nm: f64,
    start_nm: f64,
    profile: u16,
    since: Time,
    covered: Time,
    counted: Span,
    fixes: u32,
    /// Whether the stop has lasted long enough.
    done: bool,
    /// Whether the vessel has moved on since. Later fixes then change nothing.
    over: bool,
}

impl OutAndBack {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> OutAndBack {
        OutAndBack { profiles: Profiles::new(NAME, settings, chart), trips: FxHashMap::default(), scratch: Vec::new() }
    }
}

impl Rule for OutAndBack {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::LEFT_CALM.and(Interest::LOOK).and(Interest::SLOW)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        let Some(fix) = step.fix.or(vessel.last()) else {
            return;
        };
        if !vessel.takes_part() {
            return;
        }
        let Some(trip) = self.trips.get_mut(&step.vessel) else {
            if let Some(start) = step.left_calm {
                self.trips.insert(step.vessel, Trip::new(start, step, &fix));
            }
            return;
        };
        let mut profiles = std::mem::take(&mut self.scratch);
        self.profiles.anywhere(scene.chart, zones_of(step).into_iter(), scene.now, &mut profiles);
        let profile = profiles.first().copied();
        self.scratch = profiles;
        let start = trip.start();
        // Computed on the sphere, as this runs at every slow fix of every vessel on a trip.
        let nm = start.metres_to(fix.position) / METRES_PER_NM;
        trip.farthest_nm = trip.farthest_nm.max(nm as f32);
        // The settings are those of the place where the vessel stopped.
        let base = trip.stop.as_ref().map(|stop| stop.profile).or(profile);
        let Some(settings) = base.map(|profile| &self.profiles.get(profile).settings) else {
            return;
        };
        let done = trip.stop.as_deref().filter(|stop| stop.done);
        let in_time = fix.at - trip.left_at <= minutes(settings.within_days * 24.0 * 60.0);
        if let Some(stop) = done.filter(|_| nm <= settings.return_nm && in_time) {
            let of = Returned { trip, stop, settings, nm, fix: &fix };
            of.tell(scene, step, out);
            self.trips.remove(&step.vessel);
            return;
        }
        let is_calm = step.place.is_some_and(|place| place.in_calm());
        let in_port = is_calm && step.smg.is_some_and(|smg| smg.knots < settings.port_knots);
        if in_port || !in_time {
            self.trips.remove(&step.vessel);
            return;
        }
        if let Some(start) = step.left_calm.filter(|_| done.is_none()) {
            // The vessel passed through calm water on its way out, so its trip starts here.
            *trip = Trip::new(start, step, &fix);
            return;
        }
        if let (Some(smg), Some(place), Some(profile)) = (step.smg, step.place, profile) {
            let of = self.profiles.get(profile);
            let at_sea = of.is_at_sea(scene.chart, &place, of.settings.min_shore_nm, Standing::New);
            let far = of.settings.out_nm(&vessel) < nm;
            let fixes = if vessel.satellite_only() { FIXES_SATELLITE } else { FIXES };
            let shore_nm = || place.shore_nm(scene.chart);
            trip.look(&of.settings, profile, &fix, shore_nm, nm, &smg, at_sea && far, fixes);
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.tracks.vessel(step.vessel);
        let told = Explanation::new("").takes_part(scene, step);
        let Some(trip) = self.trips.get(&step.vessel) else {
            return vec![told.is("left_calm_water", "not seen, or in a port since", "seen", false)];
        };
        let mut profiles = Vec::new();
        self.profiles.anywhere(scene.chart, zones_of(step).into_iter(), scene.now, &mut profiles);
        let stop = trip.stop.as_deref();
        let Some(of) =
            stop.map(|stop| stop.profile).or(profiles.first().copied()).map(|index| self.profiles.get(index))
        else {
            return vec![told.is("runs_here", zones_by_name(scene.chart, step), "a zone where it runs", false)];
        };
        let settings = &of.settings;
        let there = stop.map(|stop| Place::at(scene.chart, stop.at, scene.now));
        let told = told.is("left_calm_water", trip.left_at.to_string(), "seen", true);
        let told = told.above("stop_nm_from_start", stop.map(|stop| stop.start_nm), settings.out_nm(&vessel));
        let told = of.explain_place(
            told,
            there.or_else(|| step.place.map(|place| place.place(scene.chart))).as_ref(),
            settings.min_shore_nm,
        );
        let told = told.at_least(
            "stopped_minutes",
            Some(stop.map_or(0.0, |stop| stop.counted.minutes())),
            settings.stop_minutes,
        );
        let back = step.fix.map(|fix| trip.start().nm_to(fix.position));
        let days = (scene.now - trip.left_at).hours() / 24.0;
        vec![told.at_most("nm_from_start_now", back, settings.return_nm).at_most(
            "days",
            Some(days),
            settings.within_days,
        )]
    }

    fn wake(&mut self, _scene: &Scene<'_>, _key: TrackKey, _vessel: TrackIx, _out: &mut Output) {}

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, _reason: &'static str, _out: &mut Output) {
        self.trips.remove(&vessel);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, _places: &Places, _out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.out_and_back, scene.chart);
    }

    remembers! { kept { profiles, trips } parts {} built { scratch } }
}

impl Trip {
    fn new(start: LatLon, step: &Step<'_>, fix: &Fix) -> Trip {
        let left_at = step.previous.map_or(fix.at, |previous| previous.at);
        Trip { start: (start.lat as f32, start.lon as f32), farthest_nm: 0.0, left_at, stop: None }
    }

    fn start(&self) -> LatLon {
        LatLon::new(f64::from(self.start.0), f64::from(self.start.1))
    }

    /// Counts time towards a stop, or drops one that was too short.
    #[allow(clippy::too_many_arguments)]
    fn look(
        &mut self,
        settings: &Settings,
        profile: u16,
        fix: &Fix,
        shore_nm: impl Fn() -> f64,
        start_nm: f64,
        smg: &SpeedMadeGood,
        allowed: bool,
        fixes: u32,
    ) {
        if !allowed || settings.moving_knots <= smg.knots {
            match &mut self.stop {
                Some(stop) if stop.done => stop.over = true,
                stop => *stop = None,
            }
            return;
        }
        if self.stop.as_ref().is_some_and(|stop| stop.over) {
            return;
        }
        if settings.stop_knots <= smg.knots {
            // Between the thresholds: time until the next slow fix does not count.
            if let Some(stop) = &mut self.stop {
                stop.covered = fix.at;
            }
            return;
        }
        let stop = self.stop.get_or_insert_with(|| {
            Box::new(Stop {
                at: fix.position,
                shore_nm: shore_nm(),
                start_nm,
                profile,
                since: smg.since,
                covered: smg.since,
                counted: Span::ZERO,
                fixes: 1,
                done: false,
                over: false,
            })
        });
        stop.counted += fix.at - smg.since.max(stop.covered);
        stop.covered = fix.at;
        stop.fixes += 1;
        stop.done |= minutes(settings.stop_minutes) <= stop.counted && fixes <= stop.fixes;
    }
}

/// A completed trip.
struct Returned<'a> {
    trip: &'a Trip,
    stop: &'a Stop,
    settings: &'a Settings,
    nm: f64,
    fix: &'a Fix,
}

impl Returned<'_> {
    fn tell(&self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Returned { trip, stop, settings, nm, fix } = *self;
        let mut hits = Vec::new();
        scene.chart.zones.at(stop.at, &mut hits);
        let near = hits.iter().filter(|hit| hit.relation != Relation::Outside);
        let mut measured = Map::new();
        measured.insert("farthest_nm".into(), number(f64::from(trip.farthest_nm), 0));
        measured.insert("stop_nm".into(), number(stop.start_nm, 0));
        measured.insert("stop_hours".into(), number(stop.counted.hours(), 1));
        measured.insert("stopped_at".into(), stop.since.to_string().into());
        measured.insert("back_nm".into(), number(nm, 0));
        measured.insert("out_hours".into(), number((fix.at - trip.left_at).hours(), 1));
        measured.insert("shore_nm".into(), number(stop.shore_nm, 1));
        let subject = Subject::one(step.key, step.vessel);
        let keys = ["out_nm", "fishing_out_nm", "min_shore_nm", "stop_knots", "stop_minutes", "return_nm"];
        let holding = Holding {
            started_at: trip.left_at,
            satisfied_at: fix.at,
            last_at: fix.at,
            form: "",
            position: Some(stop.at),
            shore_nm: Some(stop.shore_nm),
            zones: near.map(|hit| (hit.zone, hit.relation)).collect(),
            base: vec![(NAME.name(), settings.score)],
            asked: None,
            anchored: false,
            measured,
            thresholds: thresholds(settings, &keys),
        };
        let holds = SignalKind::Holds(Box::new(holding));
        let over = SignalKind::Over { ended_at: fix.at, reason: "returned" };
        out.signals.extend([holds, over].map(|kind| Signal { behaviour: NAME, subject: subject.clone(), kind }));
    }
}

/// The zones the vessel is in or near.
fn zones_of(step: &Step<'_>) -> Vec<crate::zones::ZoneIx> {
    step.presence.iter().map(|(zone, _)| zone).collect()
}

#[cfg(test)]
mod tests;
