//! The rule of `out_and_back`.
//!
//! A trip begins where a vessel leaves calm water and is dropped when it calls at a port. Most vessels at sea are on a trip, so a `Trip` is
//! small, holds no more than one stop, and is not followed fix by fix. The alert opens and ends at the fix that comes back near the start.

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::explain::zones_by_name;
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Place, Step, minutes};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, SpeedMadeGood};
use crate::zones::{Chart, Relation};

use super::facts::{Facts, Measured};
use super::settings::Settings;

/// Number of fixes that a stop needs.
const FIXES: u32 = 4;
/// The same for a vessel heard only by satellite.
const FIXES_SATELLITE: u32 = 2;

/// How far back the report is looked for that was the last one in calm water. Looks at it are half an hour apart, and longer over a hole.
const LOOKED_BACK: Span = Span::from_hours(6);
/// Distance within which a report is at the place of such a look. Metres.
const SAME_PLACE_METRES: f64 = 200.0;
/// Least silence that is counted, and least time that a port call takes.
const CALL: Span = Span::from_hours(1);

/// The `out_and_back` behaviour and its state.
pub(crate) type OutAndBack = PerVessel<OutAndBackRule>;

/// The rule: a vessel leaves calm water, stops far out, and comes back.
pub(crate) struct OutAndBackRule {
    /// The settings in force in each zone.
    profiles: Profiles<Settings>,
    /// Room for the profiles of a step, kept between steps to save an allocation for each fix.
    scratch: Vec<u16>,
}

/// The trip of one vessel at sea. Kept small, since there are many.
#[derive(Serialize, Deserialize)]
pub(crate) struct Trip {
    /// Where the vessel was last seen in calm water: latitude and longitude.
    start: (f32, f32),
    /// Greatest distance from there so far.
    farthest_nm: f32,
    /// How long it was not heard since, in silences of `CALL` or more. Hours.
    unheard_hours: f32,
    /// When it was there.
    left_at: Time,
    /// Its first stop far out that lasted long enough, or the one that is being counted; `None` without either.
    stop: Option<Box<Stop>>,
}

/// The vessel's stop in open water, far out.
#[derive(Serialize, Deserialize)]
struct Stop {
    /// Where it began.
    at: LatLon,
    /// Distance from shore there. Nautical miles.
    shore_nm: f64,
    /// Distance from the start of the trip there. Nautical miles.
    start_nm: f64,
    /// Index of the settings in force there. They decide about the rest of the trip.
    profile: u16,
    /// Start of the first slow span.
    since: Time,
    /// Time up to which spans are counted, so that spans that overlap count once.
    covered: Time,
    /// Time counted so far.
    counted: Span,
    /// Number of slow fixes, with the one at the start of the first span.
    fixes: u32,
    /// Whether the stop has lasted long enough.
    done: bool,
    /// Whether the vessel has moved on since. Later fixes then change nothing.
    over: bool,
}

impl VesselRule for OutAndBackRule {
    type Settings = Settings;
    type State = Trip;
    const BEHAVIOUR: Behaviour = Behaviour::OutAndBack;
    const INTEREST: Interest = Interest::LEFT_CALM.with(Interest::LOOK).with(Interest::SLOW);

    fn new(settings: &Settings, chart: &Chart) -> OutAndBackRule {
        OutAndBackRule { profiles: Profiles::new(Behaviour::OutAndBack, settings, chart), scratch: Vec::new() }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.out_and_back
    }

    fn observe(&mut self, state: &mut Option<Trip>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let vessel = scene.vessel;
        let Some(fix) = step.fix.or(vessel.last()) else {
            return;
        };
        if !vessel.takes_part() {
            return;
        }
        let Some(trip) = state else {
            *state = step.left_calm.map(|start| Trip::new(start, scene, step, &fix));
            return;
        };
        if step.previous.is_some_and(|previous| may_have_called(scene, &previous, &fix)) {
            *state = step.left_calm.map(|start| Trip::new(start, scene, step, &fix));
            return;
        }
        trip.unheard_hours += unheard_hours(step, &fix);
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
            out.holds(Returned { trip, stop, settings, nm, fix: &fix }.holding(scene));
            out.over(fix.at, End::Returned);
            *state = None;
            return;
        }
        let is_calm = step.place.is_some_and(|place| place.in_calm());
        let in_port = is_calm && step.smg.is_some_and(|smg| smg.knots < settings.port_knots);
        // A port call explains why it went there, and after `within_days` the start means nothing.
        if in_port || !in_time {
            *state = None;
            return;
        }
        if let Some(start) = step.left_calm.filter(|_| done.is_none()) {
            // The vessel passed through calm water on its way out, so its trip starts here.
            *trip = Trip::new(start, scene, step, &fix);
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

    fn explain(&self, trip: Option<&Trip>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.vessel;
        let shown = Explanation::new("").takes_part(&vessel);
        let Some(trip) = trip else {
            return vec![shown.is("left_calm_water", "not seen, or perhaps in a port since", "seen", false)];
        };
        let mut profiles = Vec::new();
        self.profiles.anywhere(scene.chart, zones_of(step).into_iter(), scene.now, &mut profiles);
        let stop = trip.stop.as_deref();
        let Some(of) =
            stop.map(|stop| stop.profile).or(profiles.first().copied()).map(|index| self.profiles.get(index))
        else {
            return vec![shown.is(
                "runs_here",
                zones_by_name(scene.chart, step.presence),
                "a zone where it runs",
                false,
            )];
        };
        let settings = &of.settings;
        let there = stop.map(|stop| Place::at(scene.chart, stop.at, scene.now));
        let shown = shown.is("left_calm_water", trip.left_at.to_string(), "seen", true);
        let shown = shown.above("stop_nm_from_start", stop.map(|stop| stop.start_nm), settings.out_nm(&vessel));
        let shown = of.explain_place(
            shown,
            there.or_else(|| step.place.map(|place| place.place(scene.chart))).as_ref(),
            settings.min_shore_nm,
        );
        let shown = shown.at_least(
            "stopped_minutes",
            Some(stop.map_or(0.0, |stop| stop.counted.minutes())),
            settings.stop_minutes,
        );
        let back = step.fix.map(|fix| trip.start().nm_to(fix.position));
        let days = (scene.now - trip.left_at).hours() / 24.0;
        vec![shown.at_most("nm_from_start_now", back, settings.return_nm).at_most(
            "days",
            Some(days),
            settings.within_days,
        )]
    }

    fn close(&self, _trip: Trip, _reason: End, _out: &mut Signals<'_>) {}

    fn configure(&mut self, settings: &Settings, chart: &Chart, _now: Time) {
        self.profiles.rebuild(Behaviour::OutAndBack, settings, chart);
    }

    fn follows(_trip: &Trip) -> bool {
        false
    }

    remembers! { kept { profiles } parts {} built { scratch } }
}

impl Trip {
    /// A trip that begins with the last report from where the vessel was last seen in calm water, or with the nearest to it.
    fn new(calm: LatLon, scene: &VesselScene<'_>, step: &Step<'_>, fix: &Fix) -> Trip {
        let off = |at: LatLon| (calm.metres_to(at) / SAME_PLACE_METRES).max(1.0);
        let before = scene.vessel.trail_since(fix.at - LOOKED_BACK).filter(|point| point.at < fix.at);
        let before = before.map(|point| (point.at, point.position));
        // Of several at the place, the last.
        let report = before.reduce(|best, next| if off(next.1) <= off(best.1) { next } else { best });
        let last = step.previous.as_ref().unwrap_or(fix);
        let (left_at, start) = report.unwrap_or((last.at, last.position));
        Trip {
            start: (start.lat as f32, start.lon as f32),
            farthest_nm: 0.0,
            unheard_hours: unheard_hours(step, fix),
            left_at,
            stop: None,
        }
    }

    /// Where the trip began, to about 2 m.
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
                // The stop is kept for the alert at the return.
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
    /// The settings in force at the stop.
    settings: &'a Settings,
    /// Distance from the start at the fix. Nautical miles.
    nm: f64,
    /// The fix that is close enough to the start.
    fix: &'a Fix,
}

impl Returned<'_> {
    /// The facts of the whole trip. The alert is placed at the stop, in the zones there.
    fn holding(&self, scene: &VesselScene<'_>) -> Holding {
        let Returned { trip, stop, settings, nm, fix } = *self;
        let mut hits = Vec::new();
        scene.chart.zones.at(stop.at, &mut hits);
        let near = hits.iter().filter(|hit| hit.relation != Relation::Outside);
        let start = trip.start();
        let measured = Measured {
            start_lat: start.lat.into(),
            start_lon: start.lon.into(),
            farthest_nm: f64::from(trip.farthest_nm).into(),
            stop_nm: stop.start_nm.into(),
            stop_hours: stop.counted.hours().into(),
            stopped_at: stop.since,
            back_nm: nm.into(),
            out_hours: (fix.at - trip.left_at).hours().into(),
            unheard_hours: (0.0 < trip.unheard_hours).then(|| f64::from(trip.unheard_hours).into()),
            shore_nm: stop.shore_nm.into(),
        };
        Holding {
            started_at: trip.left_at,
            satisfied_at: fix.at,
            last_at: fix.at,
            facts: Facts { form: OneForm, measured, thresholds: settings.into() }.into(),
            position: Some(stop.at),
            shore_nm: Some(stop.shore_nm),
            zones: near.map(|hit| (hit.zone, hit.relation)).collect(),
            base: vec![(Behaviour::OutAndBack.name(), settings.score)],
            asked: None,
            anchored: false,
        }
    }
}

/// How long the vessel was not heard before a fix; 0 below `CALL`. Hours.
fn unheard_hours(step: &Step<'_>, fix: &Fix) -> f32 {
    let silence = step.previous.map_or(Span::ZERO, |previous| fix.at - previous.at);
    if CALL <= silence { silence.hours() as f32 } else { 0.0 }
}

/// Whether a vessel may have called at a port between two fixes: at its usual speed there was time to reach the nearest calm water or shore,
/// stay there, and come from there.
fn may_have_called(scene: &VesselScene<'_>, from: &Fix, to: &Fix) -> bool {
    if to.at - from.at < CALL {
        return false;
    }
    let port_nm = |at: LatLon| {
        let place = Place::at(scene.chart, at, scene.now);
        place.shore_nm.min(place.calm.nearest_nm)
    };
    let by_port = port_nm(from.position) + port_nm(to.position);
    let nm = by_port.max(from.position.metres_to(to.position) / METRES_PER_NM);
    nm / scene.vessel.usual_knots(from.at) <= (to.at - from.at - CALL).hours()
}

/// The zones the vessel is in or near.
fn zones_of(step: &Step<'_>) -> Vec<crate::zones::ZoneIx> {
    step.presence.iter().map(|(zone, _)| zone).collect()
}
