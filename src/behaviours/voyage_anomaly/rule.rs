//! The rule of `voyage_anomaly`.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, Place, Places, Rule, Scene, Scope, Signal, SignalKind,
    Step, Subject, minutes, number, thresholds,
};
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Fields, Learned, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Hit, Relation, ZoneIx};

use super::{Form, Settings};

/// Number of short calls in a row that open an alert.
const IN_A_ROW: u8 = 2;

/// The `voyage_anomaly` behaviour and its state.
pub struct VoyageAnomaly {
    settings: Settings,
    profiles: Profiles<Settings>,
    vessels: FxHashMap<TrackIx, State>,
}

/// State of one vessel, kept only after a recent change of destination or a short call.
#[derive(Serialize, Deserialize)]
struct State {
    key: TrackKey,
    change: Option<NewDestination>,
    /// When to read the draught after the last call.
    read_at: Option<Time>,
    /// Number of short calls in a row, and the start of the first.
    short: Option<(u8, Time)>,
}

/// Position of a watched vessel, and the settings in force there.
#[derive(Serialize, Deserialize)]
struct Spot {
    place: Place,
    zones: Vec<(ZoneIx, Relation)>,
    settings: Settings,
}

/// A change of destination from one harbour to another.
#[derive(Serialize, Deserialize)]
struct NewDestination {
    from: Arc<str>,
    to: Arc<str>,
    since: Time,
}

impl VoyageAnomaly {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> VoyageAnomaly {
        VoyageAnomaly {
            settings: settings.clone(),
            profiles: Profiles::new(Behaviour::VoyageAnomaly, settings, chart),
            vessels: FxHashMap::default(),
        }
    }

    fn state(&mut self, key: TrackKey, vessel: TrackIx) -> &mut State {
        self.vessels.entry(vessel).or_insert(State { key, change: None, read_at: None, short: None })
    }

    /// Drops a vessel without any state.
    fn rest(&mut self, vessel: TrackIx) {
        let idle = |state: &State| state.change.is_none() && state.read_at.is_none() && state.short.is_none();
        if self.vessels.get(&vessel).is_some_and(idle) {
            self.vessels.remove(&vessel);
        }
    }

    /// The place, zones and settings of a vessel, if it is watched there and at sea.
    fn watched(&self, scene: &Scene<'_>, vessel: &Vessel<'_>) -> Option<Spot> {
        let fix = vessel.last()?;
        let mut hits: Vec<Hit> = Vec::new();
        scene.chart.zones.at(fix.position, &mut hits);
        let zones = hits.iter().filter(|hit| hit.relation != Relation::Outside);
        let zones: Vec<_> = zones.map(|hit| (hit.zone, hit.relation)).collect();
        let mut profiles = Vec::new();
        let watched = zones.iter().map(|(zone, _)| *zone).filter(|zone| scene.chart.zones.get(*zone).watched());
        watched.clone().next()?;
        self.profiles.anywhere(scene.chart, watched, scene.now, &mut profiles);
        let settings = self.profiles.get(*profiles.first()?).settings.clone();
        let place = Place::at(scene.chart, fix.position, scene.now);
        let settle = minutes(settings.settle_hours * 60.0);
        let calls = &scene.episodes.port_calls;
        let in_port = place.calm.inside
            || calls.stay(vessel.key()).is_some()
            || calls.in_port_between(vessel.key(), scene.now - settle, scene.now);
        (!in_port).then_some(Spot { place, zones, settings })
    }

    /// Handles a destination that differs from the one before.
    fn destination(&mut self, scene: &Scene<'_>, step: &Step<'_>, learned: &Learned, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        let harbour = |said: Option<&str>| {
            let port = scene.chart.ports.destination(said?)?;
            Some(Arc::clone(&port.name))
        };
        let to = harbour(vessel.identity().and_then(|identity| identity.destination.as_deref()));
        let known = self.vessels.get_mut(&step.vessel).and_then(|state| state.change.take());
        let (from, since, to) = match (known, to) {
            (_, None) => return self.rest(step.vessel),
            (Some(known), Some(to)) if known.to == to => (known.from, known.since, to),
            (Some(known), Some(to)) => (known.from, step.at, to),
            (None, Some(to)) => match harbour(learned.before.destination.as_deref()) {
                Some(from) => (from, step.at, to),
                None => return,
            },
        };
        let watched = self.watched(scene, &vessel);
        let (Some(Spot { settings, .. }), true) = (watched, from != to) else {
            return self.rest(step.vessel);
        };
        out.wakes.push((since + minutes(settings.kept_minutes), step.key, step.vessel));
        self.state(step.key, step.vessel).change = Some(NewDestination { from, to, since });
    }

    /// The new destination was kept for long enough. Reports it if the ship is still watched and at sea.
    fn kept(&mut self, scene: &Scene<'_>, key: TrackKey, ix: TrackIx, out: &mut Output) {
        let vessel = scene.tracks.vessel(ix);
        let Some(change) = self.vessels.get_mut(&ix).and_then(|state| state.change.take()) else {
            return;
        };
        let Some(Spot { place, zones, settings }) = self.watched(scene, &vessel) else {
            return;
        };
        if scene.now < change.since + minutes(settings.kept_minutes) {
            out.wakes.push((change.since + minutes(settings.kept_minutes), key, ix));
            self.state(key, ix).change = Some(change);
            return;
        }
        let mut measured = Map::new();
        measured.insert("destination_before".into(), Value::from(&*change.from));
        measured.insert("destination_after".into(), Value::from(&*change.to));
        measured.insert("kept_minutes".into(), number((scene.now - change.since).minutes(), 0));
        let facts = Facts { started_at: change.since, form: Form::Destination, measured };
        facts.tell(scene, (key, ix), Some(place), zones, &settings, out);
    }

    /// Judges the call that ended `settle_hours` ago.
    fn call(&mut self, scene: &Scene<'_>, key: TrackKey, ix: TrackIx, out: &mut Output) {
        let vessel = scene.tracks.vessel(ix);
        let settings = self.settings.clone();
        let Some(call) = scene.episodes.port_calls.of(key).last().cloned() else {
            return;
        };
        let after = vessel.identity().and_then(|identity| identity.draught_dm);
        let change = call.draught_dm.zip(after).map(|(before, after)| f64::from(before.abs_diff(after)) / 10.0);
        let short = call.arrived
            && call.to - call.from < minutes(settings.call_hours * 60.0)
            && change.is_some_and(|metres| metres < settings.draught_metres);
        let before = self.state(key, ix).short.take();
        if !short {
            return;
        }
        let (count, since) = before.map_or((1, call.from), |(count, since)| (count.saturating_add(1), since));
        self.state(key, ix).short = Some((count, since));
        if count < IN_A_ROW {
            return;
        }
        let mut measured = Map::new();
        measured.insert("short_calls".into(), number(f64::from(count), 0));
        measured.insert("call_hours".into(), number((call.to - call.from).hours(), 1));
        measured.insert("draught_change_metres".into(), number(change.unwrap_or(0.0), 1));
        if let Some(port) = &call.port {
            measured.insert("port".into(), Value::from(&**port));
        }
        let (place, zones) =
            self.watched(scene, &vessel).map_or((None, Vec::new()), |spot| (Some(spot.place), spot.zones));
        let facts = Facts { started_at: since, form: Form::ShortCalls, measured };
        facts.tell(scene, (key, ix), place, zones, &settings, out);
    }
}

impl Rule for VoyageAnomaly {
    fn behaviour(&self) -> Behaviour {
        Behaviour::VoyageAnomaly
    }

    fn scope(&self) -> Scope {
        Scope::Episodes
    }

    fn interest(&self) -> Interest {
        Interest::LEARNED.and(Interest::SAILED)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        if !vessel.takes_part() {
            return;
        }
        if let Some(learned) = step.learned
            && learned.changed.meets(Fields::DESTINATION)
            && !learned.shared
        {
            self.destination(scene, step, learned, out);
        }
        let merchant = vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind));
        if step.interest.meets(Interest::SAILED) && merchant {
            let read_at = step.at + minutes(self.settings.settle_hours * 60.0);
            self.state(step.key, step.vessel).read_at = Some(read_at);
            out.wakes.push((read_at, step.key, step.vessel));
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.tracks.vessel(step.vessel);
        let state = self.vessels.get(&step.vessel).filter(|state| state.key == step.key);
        let said = vessel.identity().and_then(|identity| identity.destination.as_deref());
        let harbour = said.and_then(|said| scene.chart.ports.destination(said));
        let change = state.and_then(|state| state.change.as_ref());
        let kept = change.map(|change| (scene.now - change.since).minutes());
        let watched = self.watched(scene, &vessel).is_some();
        let destination = Explanation::new("destination")
            .takes_part(scene, step)
            .is("watched_and_at_sea", watched, "true", watched)
            .is("destination", said, "a harbour of the index", harbour.is_some())
            .is("destination_before", change.map(|change| &*change.from), "another harbour", change.is_some())
            .at_least("kept_minutes", kept, self.settings.kept_minutes);
        let merchant = vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind));
        let calls = scene.episodes.port_calls.of(step.key);
        let last = calls.last().map(|call| (call.to - call.from).hours());
        let short = state.and_then(|state| state.short).map_or(0, |(count, _)| count);
        let short_calls = Explanation::new("short calls")
            .is("ship_type", vessel.ship_type().map(u64::from), "70 to 89", merchant)
            .is(
                "arrival_seen",
                calls.last().map(|call| call.arrived),
                "true",
                calls.last().is_some_and(|call| call.arrived),
            )
            .below("last_call_hours", last, self.settings.call_hours)
            .at_least("short_calls_in_a_row", Some(f64::from(short)), f64::from(IN_A_ROW));
        vec![destination, short_calls]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(state) = self.vessels.get_mut(&vessel).filter(|state| state.key == key) else {
            return;
        };
        let reads = state.read_at.take_if(|at| *at <= scene.now).is_some();
        let changes = state.change.is_some();
        if changes {
            self.kept(scene, key, vessel, out);
        }
        if reads {
            self.call(scene, key, vessel, out);
        }
        self.rest(vessel);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, _reason: End, _out: &mut Output) {
        self.vessels.remove(&vessel);
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.voyage_anomaly.clone();
        self.profiles.rebuild(Behaviour::VoyageAnomaly, &self.settings, scene.chart);
    }

    remembers! { kept { profiles, vessels } parts {} built { settings } }
}

/// Facts of an alert that opens and ends at once.
struct Facts {
    started_at: Time,
    form: Form,
    measured: Map<String, Value>,
}

impl Facts {
    fn tell(
        self,
        scene: &Scene<'_>,
        (key, ix): (TrackKey, TrackIx),
        place: Option<Place>,
        zones: Vec<(ZoneIx, Relation)>,
        settings: &Settings,
        out: &mut Output,
    ) {
        let subject = Subject::one(key, ix);
        out.signals.push(Signal {
            behaviour: Behaviour::VoyageAnomaly,
            subject: subject.clone(),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: self.started_at,
                satisfied_at: scene.now,
                last_at: scene.now,
                form: self.form.into(),
                position: scene.tracks.vessel(ix).last().map(|fix| fix.position),
                shore_nm: place.map(|place| place.shore_nm),
                zones,
                base: vec![(Behaviour::VoyageAnomaly.name(), settings.score)],
                asked: None,
                anchored: false,
                measured: self.measured,
                thresholds: thresholds(settings, keys_of(self.form)),
            })),
        });
        out.signals.push(Signal {
            behaviour: Behaviour::VoyageAnomaly,
            subject,
            kind: SignalKind::Over { ended_at: scene.now, reason: End::SingleEvent },
        });
    }
}

fn keys_of(form: Form) -> &'static [&'static str] {
    match form {
        Form::Destination => &["kept_minutes", "settle_hours"],
        Form::ShortCalls => &["call_hours", "draught_metres", "settle_hours"],
    }
}
