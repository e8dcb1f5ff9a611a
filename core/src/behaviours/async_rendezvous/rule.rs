//! The rule of `async_rendezvous`.
//!
//! The rule looks back: when a small craft has lain still for ten minutes, it searches the kept episodes for ships that slowed or turned
//! there before. If this is the craft's first stop of the trip, the collection is reported at once. Otherwise the craft waits in `waiting`
//! until it turns back, since a stop on the way out is not its farthest point.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::text::elapsed;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::shared::dropped::{Spot, small, zones_at};
use crate::behaviours::shared::one_hull::one_hull;
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Place, Places, Rule, Scene, Signal,
    SignalKind, Step, Subject, minutes,
};
use crate::geo::LatLon;
use crate::picture::episodes::{Halt, News};
use crate::picture::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::Chart;

use super::facts::{Dropped, Facts, Form, Measured};
use super::settings::Settings;

/// Longest slow leg that is searched for, since legs are found by where they began: ten hours at 4 kn. Nautical miles.
pub(super) const LONGEST_LEG_NM: f64 = 40.0;
/// How long the boat must be below 1 kn.
pub const STOPPED_FOR: Span = Span::from_minutes(10);
/// After this long without a fix the boat may have left.
const LOST_AFTER: Span = Span::from_hours(6);
/// Maximum number of craft listed by number.
const CRAFT_NAMED: usize = 10;
/// Interval at which a collection is reported again.
const SAY_EVERY: Span = Span::from_minutes(5);
/// If the boat is later farther out than its stop by this much, the stop was not its farthest point. Nautical miles.
const FARTHER_NM: f64 = 0.5;
/// Maximum number of boats whose farthest point is not yet known. Beyond it new ones are ignored.
const MOST_WAITING: usize = 20_000;

/// The `async_rendezvous` behaviour and its state.
pub struct AsyncRendezvous {
    /// The base settings, which apply to the boat wherever it stops.
    pub(super) base: Settings,
    /// The settings in force in each zone, which apply to the ship where it slowed or turned.
    profiles: Profiles<Settings>,
    /// Collections that were reported and continue, by boat.
    pub(super) collecting: FxHashMap<TrackIx, Collecting>,
    /// Boats whose stop may prove to be their farthest point.
    pub(super) waiting: FxHashMap<TrackIx, Waiting>,
}

/// A boat's stop, and the ships that were there before.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Find {
    /// Id of the stop among the kept episodes.
    pub(super) halt: u64,
    boat: (TrackKey, TrackIx),
    /// What the stop may belong to, the likeliest first; never empty. No more than are listed.
    drops: Vec<Drop>,
    /// Number of ships that it may belong to, also of those that are not listed.
    ships: usize,
}

/// A slow leg or kink that a boat's stop may belong to.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Drop {
    ship: (TrackKey, TrackIx),
    /// Index of the settings in force where the leg or kink began.
    profile: u16,
    /// Distance of the stop from the leg or kink. Nautical miles.
    nm: f64,
    /// That distance as a share of the distance allowed, 0-1.
    share: f64,
    /// Time from the leg or kink to the stop. Hours.
    hours: f64,
    /// The leg or kink. The alert takes the zones where it began.
    spot: Spot,
    /// The leg or kink as alerts state it. Kept as JSON, because the tag `drop` of an alert line cannot be read back from the binary form
    /// of a snapshot.
    #[serde(with = "crate::base::state::json")]
    what: Dropped,
}

/// A collection that was reported and continues.
#[derive(Serialize, Deserialize)]
pub(super) struct Collecting {
    /// The stop, and what it may belong to.
    pub(super) find: Find,
    /// The likeliest ship and the boat. It stays the same even if that ship is forgotten.
    subject: Subject,
    /// When it was found.
    satisfied_at: Time,
    /// When it was last reported.
    said_at: Time,
}

/// A stop that is a collection if it proves to be the farthest point of the boat's trip.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The stop, and what it may belong to.
    pub(super) find: Find,
    /// Where the trip began: the last port of call, or the boat's first stop since.
    pub(super) start: LatLon,
    /// Distance of the stop from there. Nautical miles.
    pub(super) out_nm: f64,
    /// When the boat stopped. A trip that is not decided within 48 h never is.
    since: Time,
}

impl AsyncRendezvous {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> AsyncRendezvous {
        AsyncRendezvous {
            base: settings.clone(),
            profiles: Profiles::new(Behaviour::AsyncRendezvous, settings, chart),
            collecting: FxHashMap::default(),
            waiting: FxHashMap::default(),
        }
    }

    /// Handles a vessel that has lain still for ten minutes. Looks for ships that were there before.
    fn halted(&mut self, scene: &Scene<'_>, id: u64, out: &mut Output) {
        let Some(halt) = scene.episodes.halts.get(id) else {
            return;
        };
        let boat = scene.tracks.vessel(halt.vessel);
        // The place in the slab may have been given to another vessel since.
        let is_small = boat.key() == halt.key && small(&boat, self.base.small_metres).is_some();
        let known = self.collecting.contains_key(&halt.vessel) || self.waiting.contains_key(&halt.vessel);
        if !is_small || known || !super::chance::came_for_it(scene, &boat, halt, &self.base) {
            return;
        }
        let mut drops = self.drops(scene, halt);
        if drops.is_empty() {
            return;
        }
        let ships = drops.len();
        drops.truncate(1 + self.base.candidates as usize);
        let find = Find { halt: id, boat: (halt.key, halt.vessel), drops, ships };
        let left_at = scene.episodes.port_calls.of(halt.key).last().map_or(Time::MIN, |call| call.to);
        let mut earlier =
            scene.episodes.halts.of(halt.key).filter(|(other, kept)| *other < id && left_at < kept.started_at);
        // The first stop since the boat left port needs no further proof; a later one must prove to be the farthest point of the trip.
        let Some((_, first)) = earlier.next() else {
            return self.open(scene, find, out);
        };
        let start = scene.episodes.port_calls.of(halt.key).last().map_or(first.position, |call| call.at);
        if MOST_WAITING <= self.waiting.len() {
            return;
        }
        let out_nm = start.metres_to(halt.position) / METRES_PER_NM;
        self.waiting.insert(halt.vessel, Waiting { find, start, out_nm, since: scene.now });
        out.activity.push((halt.vessel, Activity::Keeps));
    }

    /// The slow legs and kinks that the halt may belong to, the likeliest first, at most one for each ship.
    fn drops(&self, scene: &Scene<'_>, halt: &Halt) -> Vec<Drop> {
        let mut drops: Vec<Drop> = Vec::new();
        // A zone may allow up to 10 nm, the most that `max_reach_nm` can be.
        let around = (self.base.max_reach_nm.max(10.0) + LONGEST_LEG_NM) * METRES_PER_NM;
        for (_, leg, _) in scene.episodes.legs.near(halt.position, around) {
            let place = Spot::of_leg(leg);
            let what = Dropped::of_leg(leg);
            drops.extend(self.drop(scene, halt, (leg.key, leg.vessel), &place, what));
        }
        for (_, kink, _) in scene.episodes.kinks.near(halt.position, around) {
            let place = Spot::of_kink(kink);
            let what = Dropped::of_kink(kink);
            drops.extend(self.drop(scene, halt, (kink.key, kink.vessel), &place, what));
        }
        drops.sort_by(|a, b| a.share.total_cmp(&b.share).then(a.ship.0.cmp(&b.ship.0)));
        let mut ships: Vec<TrackKey> = Vec::new();
        drops.retain(|drop| {
            let new = !ships.contains(&drop.ship.0);
            ships.push(drop.ship.0);
            new
        });
        drops
    }

    /// How a halt matches a slow leg or kink under the settings at that place; `None` if an object dropped there could not be
    /// at the halt by now.
    pub(super) fn drop(
        &self,
        scene: &Scene<'_>,
        halt: &Halt,
        ship: (TrackKey, TrackIx),
        spot: &Spot,
        what: Dropped,
    ) -> Option<Drop> {
        let hours = (halt.started_at - spot.at).hours();
        // Most legs fail here, so time and distance are checked before the slow look-ups on the chart.
        let nm = spot.metres_from(halt.position) / METRES_PER_NM;
        if ship.0 == halt.key || hours < 0.0 || 10.0 < nm || one_hull(scene, ship.0, halt.key).is_some() {
            return None;
        }
        let zones = zones_at(scene.chart, spot.from);
        let here = Place::at(scene.chart, halt.position, scene.now);
        let mut profiles: Vec<u16> = zones
            .iter()
            .filter(|(zone, _)| scene.chart.zones.get(*zone).watched())
            .filter_map(|(zone, _)| self.profiles.index_of(scene.chart, *zone, scene.now))
            .collect();
        profiles.sort_unstable();
        let profile = profiles.into_iter().find(|profile| {
            let profile = self.profiles.get(*profile);
            let settings = &profile.settings;
            let reach_nm = settings.reach_at(hours);
            settings.min_shore_nm <= spot.shore_nm
                && settings.min_hours <= hours
                && hours <= settings.max_hours
                && nm <= reach_nm
                && profile.at_sea(&here, 0.0, Standing::New)
        })?;
        let reach_nm = self.profiles.get(profile).settings.reach_at(hours);
        Some(Drop { ship, profile, nm, share: nm / reach_nm, hours, spot: *spot, what })
    }

    /// Reports a collection, unless it joins a crowd that is already one alert, or the ship has been forgotten. A stop that is over by now,
    /// because it proved to be the farthest point only later, ends at once.
    fn open(&mut self, scene: &Scene<'_>, find: Find, out: &mut Output) {
        let (Some(best), Some(halt)) = (find.drops.first(), scene.episodes.halts.get(find.halt)) else {
            return;
        };
        if self.gather(scene, best, out) {
            return;
        }
        // The ship may have been forgotten since, and its place in the slab reused.
        let Some(ship) = scene.tracks.find(best.ship.0) else {
            return;
        };
        let subject = Subject::pair((ship.key(), ship.ix()), find.boat);
        let over = halt.over;
        let collecting = Collecting { subject: subject.clone(), satisfied_at: scene.now, said_at: scene.now, find };
        let boat = collecting.find.boat;
        out.signals.push(self.holds(scene, &collecting, halt));
        if over {
            let kind = SignalKind::Over { ended_at: halt.last_at, reason: End::BoatLeft };
            out.signals.push(Signal { behaviour: Behaviour::AsyncRendezvous, subject, kind });
            return;
        }
        self.collecting.insert(boat.1, collecting);
        out.activity.push((boat.1, Activity::Keeps));
        out.wakes.push((scene.now + LOST_AFTER, boat.0, boat.1));
    }

    /// Makes a crowd of craft at one leg or kink one alert, which lists them: the first stays and is reported again, the others that were
    /// reported give way to it. Returns whether there is such an alert.
    fn gather(&mut self, scene: &Scene<'_>, at: &Drop, out: &mut Output) -> bool {
        let settings = &self.profiles.get(at.profile).settings;
        let crowd = super::chance::crowd(scene, &at.spot, at.ship.0, settings);
        if crowd.len() <= settings.crowd_craft as usize {
            return false;
        }
        let same = |other: &Drop| other.ship.0 == at.ship.0 && other.spot.at == at.spot.at;
        let there = self.collecting.values().filter(|known| same(&known.find.drops[0]));
        let mut there: Vec<_> = there.map(|known| (known.satisfied_at, known.find.boat)).collect();
        there.sort_unstable();
        let Some(((_, (_, first)), others)) = there.split_first() else {
            return false;
        };
        for (_, (_, boat)) in others {
            self.close(*boat, Some(scene.now), End::Superseded, out);
        }
        if let Some(first) = self.collecting.get_mut(first) {
            first.said_at = scene.now;
        }
        let known = &self.collecting[first];
        if let Some(halt) = scene.episodes.halts.get(known.find.halt) {
            out.signals.push(self.holds(scene, known, halt));
        }
        true
    }

    /// The signal that the collection continues, with the form and points as they are now.
    fn holds(&self, scene: &Scene<'_>, collecting: &Collecting, halt: &Halt) -> Signal {
        let find = &collecting.find;
        let drop = &find.drops[0];
        let settings = &self.profiles.get(drop.profile).settings;
        let rate = super::chance::rate(scene, halt, settings);
        let expected = super::chance::expected(&rate, &drop.spot, drop.hours, settings);
        let crowd = super::chance::crowd(scene, &drop.spot, drop.ship.0, settings);
        let mut base = vec![(Behaviour::AsyncRendezvous.name(), settings.score)];
        base.extend((settings.late_hours < drop.hours).then_some(("late", settings.late_points)));
        base.extend((settings.far_nm < drop.nm).then_some(("far", settings.far_points)));
        base.extend((settings.chance_from <= expected).then_some(("by_chance", settings.chance_points)));
        let form = match crowd.len() {
            _ if settings.chance_fact_from <= expected => Form::ByChance,
            crowd if (settings.crowd_fact_craft as usize) < crowd => Form::Crowd,
            _ => Form::Collected,
        };
        let others = find.drops[1..].iter();
        let others = others.map(|other| format!("{} ({:.1} nm, {:.1} h)", other.ship.0.mmsi.0, other.nm, other.hours));
        let mut others: Vec<String> = others.collect();
        let more = find.ships.saturating_sub(find.drops.len());
        if 0 < more {
            others.push(format!("and {more} more"));
        }
        let measured = Measured {
            drop: drop.what,
            passed_at: drop.what.passed_at(drop.spot.share_nearest(halt.position)),
            hours_between: drop.hours.into(),
            distance_nm: drop.nm.into(),
            dropper_mmsi: drop.ship.0.mmsi,
            collector_mmsi: halt.key.mmsi,
            such_stops_per_day: rate.per_day().into(),
            expected_by_chance: expected.into(),
            craft_stopped_there: crowd.len().max(1),
            craft: (1 < crowd.len()).then(|| crowd.iter().take(CRAFT_NAMED).map(|key| key.mmsi).collect()),
            stopped_minutes: elapsed(halt.started_at, halt.last_at).minutes().into(),
            ships_there: (1 < find.ships).then_some(find.ships),
            other_candidates: (!others.is_empty()).then_some(others),
        };
        let kind = SignalKind::Holds(Box::new(Holding {
            started_at: halt.started_at,
            satisfied_at: collecting.satisfied_at,
            last_at: halt.last_at,
            facts: Facts { form, measured, thresholds: settings.into() }.into(),
            position: Some(halt.last_position),
            shore_nm: Some(halt.shore_nm),
            zones: zones_at(scene.chart, drop.spot.from),
            base,
            asked: None,
            anchored: false,
        }));
        Signal { behaviour: Behaviour::AsyncRendezvous, subject: collecting.subject.clone(), kind }
    }

    /// Ends a collection that was reported. Without `ended_at` it ends when it was found, as nothing later is known to have held.
    fn close(&mut self, boat: TrackIx, ended_at: Option<Time>, reason: End, out: &mut Output) {
        if let Some(collecting) = self.collecting.remove(&boat) {
            let ended_at = ended_at.unwrap_or(collecting.satisfied_at);
            let kind = SignalKind::Over { ended_at, reason };
            out.signals.push(Signal { behaviour: Behaviour::AsyncRendezvous, subject: collecting.subject, kind });
            self.release(boat, out);
        }
    }

    /// Stops following a boat about which nothing is kept.
    fn release(&self, boat: TrackIx, out: &mut Output) {
        if !self.collecting.contains_key(&boat) && !self.waiting.contains_key(&boat) {
            out.activity.push((boat, Activity::Done));
        }
    }
}

impl Rule for AsyncRendezvous {
    fn behaviour(&self) -> Behaviour {
        Behaviour::AsyncRendezvous
    }

    fn interest(&self) -> Interest {
        Interest(0)
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        vec![self.as_ship(scene, step), self.as_boat(scene, step)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        if self.collecting.get(&vessel).is_none_or(|collecting| collecting.find.boat.0 != key) {
            return;
        }
        let last_at = scene.tracks.vessel(vessel).last().map_or(Time::MIN, |fix| fix.at);
        if LOST_AFTER <= scene.now - last_at {
            self.close(vessel, Some(last_at), End::Lost, out);
        } else {
            out.wakes.push((last_at + LOST_AFTER, key, vessel));
        }
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.waiting.remove(&vessel);
        self.close(vessel, None, reason, out);
        // A ship that is forgotten takes its place in the alert with it. The boat's stop is not reported again.
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.base = settings.async_rendezvous.clone();
        self.profiles.rebuild(Behaviour::AsyncRendezvous, &self.base, scene.chart);
        let mut gone: Vec<(TrackKey, TrackIx)> = self
            .collecting
            .values()
            .filter(|collecting| {
                let zones = zones_at(scene.chart, collecting.find.drops[0].spot.from);
                !zones.iter().any(|(zone, _)| self.profiles.of(scene.chart, *zone, scene.now).is_some())
            })
            .map(|collecting| collecting.find.boat)
            .collect();
        gone.sort_unstable();
        for (_, boat) in gone {
            self.close(boat, Some(scene.now), End::ZoneRemoved, out);
        }
    }

    remembers! { kept { profiles, collecting, waiting } parts {} built { base } }
}

impl PictureRule for AsyncRendezvous {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        if let Some(collecting) = self.collecting.get_mut(&step.vessel)
            && SAY_EVERY <= scene.now - collecting.said_at
        {
            collecting.said_at = scene.now;
            let drop = collecting.find.drops[0].clone();
            let gathered = self.gather(scene, &drop, out);
            if let Some(collecting) = self.collecting.get(&step.vessel).filter(|_| !gathered)
                && let Some(halt) = scene.episodes.halts.get(collecting.find.halt)
            {
                out.signals.push(self.holds(scene, collecting, halt));
            }
        }
        let Some(waiting) = self.waiting.get(&step.vessel) else {
            return;
        };
        let nm = waiting.start.metres_to(fix.position) / METRES_PER_NM;
        let back_nm = self.profiles.get(waiting.find.drops[0].profile).settings.back_nm;
        // A boat that went farther out, or was out for two days, did not turn back at its stop.
        let settled = waiting.out_nm + FARTHER_NM < nm || minutes(60.0 * 48.0) < scene.now - waiting.since;
        if nm <= waiting.out_nm - back_nm {
            if let Some(waiting) = self.waiting.remove(&step.vessel) {
                self.open(scene, waiting.find, out);
            }
            self.release(step.vessel, out);
        } else if settled {
            self.waiting.remove(&step.vessel);
            self.release(step.vessel, out);
        }
    }

    fn episode(&mut self, scene: &Scene<'_>, news: News, out: &mut Output) {
        match news {
            News::Still(id) => self.halted(scene, id, out),
            News::HaltEnded(id) => {
                let Some(halt) = scene.episodes.halts.get(id) else {
                    return;
                };
                let mine = self.collecting.get(&halt.vessel).is_some_and(|collecting| collecting.find.halt == id);
                if mine {
                    self.close(halt.vessel, Some(halt.last_at), End::BoatLeft, out);
                }
            }
            News::HaltBegan(_) | News::Stopped(_) | News::LegBegan(_) | News::LegEnded(_) | News::Kink(_) => {}
        }
    }
}
