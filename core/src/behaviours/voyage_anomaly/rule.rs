//! The rule of `voyage_anomaly`.
//!
//! Both forms are about the past: a change of destination is judged once it was kept for `kept_minutes`, a port call once the crew had
//! `settle_hours` to enter the new draught. The rule is woken for both, since a quiet vessel brings no step.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::shared::moment::Moment;
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Place, Step, minutes};
use crate::picture::tracks::{Fields, Learned};
use crate::zones::{Chart, Hit, Relation};

use super::facts::{self, Facts, ShortCalls};
use super::settings::Settings;

/// Number of short calls in a row that open an alert.
const IN_A_ROW: u8 = 2;

/// The `voyage_anomaly` behaviour and its state.
pub(crate) type VoyageAnomaly = PerVessel<VoyageRule>;

/// The rule: a new destination at sea, or short calls without loading.
pub(crate) struct VoyageRule {
    /// The base settings. They decide about port calls.
    settings: Settings,
    /// The settings in force in each zone, which decide about destinations.
    profiles: Profiles<Settings>,
}

/// What is kept about one vessel after a recent change of destination or a short call.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// A change that has not been kept for long enough yet; `None` without one.
    change: Option<NewDestination>,
    /// When to read the draught after the last call.
    read_at: Option<Time>,
    /// Number of short calls in a row, and the start of the first.
    short: Option<(u8, Time)>,
}

impl State {
    /// Whether nothing is kept that matters later.
    fn is_empty(&self) -> bool {
        self.change.is_none() && self.read_at.is_none() && self.short.is_none()
    }
}

/// A change of destination from one harbour to another.
#[derive(Serialize, Deserialize)]
pub(crate) struct NewDestination {
    /// Harbour of the destination before.
    from: Arc<str>,
    /// Harbour of the new destination.
    to: Arc<str>,
    /// When the new one was first received.
    since: Time,
    /// How long the ship has to keep it.
    kept: Span,
}

impl VoyageRule {
    /// The settings of the first watched zone at the vessel's position, if it is at sea.
    fn watched(&self, scene: &VesselScene<'_>) -> Option<Settings> {
        let fix = scene.vessel.last()?;
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
        let in_port = place.calm.inside || scene.is_in_port() || scene.was_in_port(scene.now - settle, scene.now);
        (!in_port).then_some(settings)
    }

    /// Handles a destination that differs from the one before; returns the change to keep.
    fn destination(
        &self,
        known: Option<NewDestination>,
        scene: &VesselScene<'_>,
        at: Time,
        learned: &Learned,
    ) -> Option<NewDestination> {
        let harbour = |said: Option<&str>| {
            let port = scene.chart.ports.destination(said?)?;
            Some(Arc::clone(&port.name))
        };
        let to = harbour(scene.vessel.identity().and_then(|identity| identity.destination.as_deref()))?;
        let (from, since) = match known {
            Some(known) if known.to == to => (known.from, known.since),
            Some(known) => (known.from, at),
            None => (harbour(learned.before.destination.as_deref())?, at),
        };
        let settings = self.watched(scene).filter(|_| from != to)?;
        Some(NewDestination { from, to, since, kept: minutes(settings.kept_minutes) })
    }

    /// Judges a change of destination that was kept for long enough, and reports it if the ship is still watched and at sea. Returns
    /// the change if the settings here require that it is kept for longer.
    fn judge(&self, change: NewDestination, scene: &VesselScene<'_>, out: &mut Signals<'_>) -> Option<NewDestination> {
        let settings = self.watched(scene)?;
        let kept = minutes(settings.kept_minutes);
        if scene.now < change.since + kept {
            return Some(NewDestination { kept, ..change });
        }
        let measured = facts::NewDestination {
            destination_before: change.from.as_ref().into(),
            destination_after: change.to.as_ref().into(),
            kept_minutes: (scene.now - change.since).minutes().into(),
        };
        let facts = Facts::Destination { measured, thresholds: (&settings).into() };
        // It has sailed on since the change, whose moment the sentence states.
        report(facts, change.since, scene, Moment::of(&scene.vessel, change.since, scene.chart), &settings, out);
        None
    }

    /// Judges the call that ended `settle_hours` ago; returns the number of short calls in a row, and the start of the first.
    fn call(&self, before: Option<(u8, Time)>, scene: &VesselScene<'_>, out: &mut Signals<'_>) -> Option<(u8, Time)> {
        let settings = &self.settings;
        let Some(call) = scene.port_calls().last() else {
            return before;
        };
        let after = scene.vessel.identity().and_then(|identity| identity.draught_dm);
        // Without a draught from before and after, a call proves nothing.
        let change = call.draught_dm.zip(after).map(|(before, after)| f64::from(before.abs_diff(after)) / 10.0);
        let short = call.arrived
            && call.to - call.from < minutes(settings.call_hours * 60.0)
            && change.is_some_and(|metres| metres < settings.draught_metres);
        if !short {
            return None;
        }
        let (count, since) = before.map_or((1, call.from), |(count, since)| (count.saturating_add(1), since));
        // Every further short call in a row is an event of its own, from the start of the first.
        if IN_A_ROW <= count {
            let measured = ShortCalls {
                short_calls: u32::from(count).into(),
                call_hours: (call.to - call.from).hours().into(),
                draught_change_metres: change.unwrap_or(0.0).into(),
                port: call.port.as_deref().map(Arc::from),
            };
            let moment = Moment::of(&scene.vessel, scene.now, scene.chart);
            let facts = Facts::ShortCalls { measured, thresholds: settings.into() };
            report(facts, since, scene, moment, settings, out);
        }
        Some((count, since))
    }
}

impl VesselRule for VoyageRule {
    type Settings = Settings;
    type State = State;
    const BEHAVIOUR: Behaviour = Behaviour::VoyageAnomaly;
    const INTEREST: Interest = Interest::LEARNED.with(Interest::SAILED);

    fn new(settings: &Settings, chart: &Chart) -> VoyageRule {
        VoyageRule { settings: settings.clone(), profiles: Profiles::new(Behaviour::VoyageAnomaly, settings, chart) }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.voyage_anomaly
    }

    fn observe(&mut self, state: &mut Option<State>, scene: &VesselScene<'_>, step: &Step<'_>, _out: &mut Signals<'_>) {
        let vessel = scene.vessel;
        if !vessel.takes_part() {
            return;
        }
        let mut now = state.take().unwrap_or_default();
        if let Some(learned) = step.learned
            && learned.changed.meets(Fields::DESTINATION)
            && !learned.shared
        {
            now.change = self.destination(now.change, scene, step.at, learned);
        }
        // Cargo ships and tankers: only they load and unload.
        let merchant = vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind));
        if step.interest.meets(Interest::SAILED) && merchant {
            now.read_at = Some(step.at + minutes(self.settings.settle_hours * 60.0));
        }
        *state = (!now.is_empty()).then_some(now);
    }

    fn explain(&self, state: Option<&State>, scene: &VesselScene<'_>, _step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.vessel;
        let said = vessel.identity().and_then(|identity| identity.destination.as_deref());
        let harbour = said.and_then(|said| scene.chart.ports.destination(said));
        let change = state.and_then(|state| state.change.as_ref());
        let kept = change.map(|change| (scene.now - change.since).minutes());
        let watched = self.watched(scene).is_some();
        let destination = Explanation::new("destination")
            .takes_part(&vessel)
            .is("watched_and_at_sea", watched, "true", watched)
            .is("destination", said, "a harbour of the index", harbour.is_some())
            .is("destination_before", change.map(|change| &*change.from), "another harbour", change.is_some())
            .at_least("kept_minutes", kept, self.settings.kept_minutes);
        let merchant = vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind));
        let calls = scene.port_calls();
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

    fn close(&self, _state: State, _reason: End, _out: &mut Signals<'_>) {}

    fn configure(&mut self, settings: &Settings, chart: &Chart, _now: Time) {
        self.settings = settings.clone();
        self.profiles.rebuild(Behaviour::VoyageAnomaly, settings, chart);
    }

    fn follows(_state: &State) -> bool {
        false
    }

    fn due(&self, state: &State, _scene: &VesselScene<'_>) -> Option<Time> {
        let kept_at = state.change.as_ref().map(|change| change.since + change.kept);
        kept_at.into_iter().chain(state.read_at).min()
    }

    fn wake(&mut self, state: &mut Option<State>, scene: &VesselScene<'_>, out: &mut Signals<'_>) {
        let mut now = state.take().unwrap_or_default();
        if let Some(change) = now.change.take_if(|change| change.since + change.kept <= scene.now) {
            now.change = self.judge(change, scene, out);
        }
        if now.read_at.take_if(|at| *at <= scene.now).is_some() {
            now.short = self.call(now.short, scene, out);
        }
        *state = (!now.is_empty()).then_some(now);
    }

    remembers! { kept { profiles } parts {} built { settings } }
}

/// Reports something that opens and ends at once.
fn report(
    facts: Facts,
    started_at: Time,
    scene: &VesselScene<'_>,
    Moment { position, shore_nm, zones }: Moment,
    settings: &Settings,
    out: &mut Signals<'_>,
) {
    out.holds(Holding {
        started_at,
        satisfied_at: scene.now,
        last_at: scene.now,
        facts: facts.into(),
        position,
        shore_nm,
        zones,
        base: vec![(Behaviour::VoyageAnomaly.name(), settings.score)],
        asked: None,
        anchored: false,
    });
    out.over(scene.now, End::SingleEvent);
}
