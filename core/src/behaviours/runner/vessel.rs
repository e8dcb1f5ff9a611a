//! The runner for rules about one vessel ([`VesselRule`]), and what such a rule may see. The runner keeps the state of every vessel.

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::state::{Damaged, pack, unpack};
use crate::base::time::{Span, Time};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, LaneRule, Output, Places, Rule, Scene, Settings, Signal,
    SignalKind, Step, Subject,
};
use crate::geo::LatLon;
use crate::picture::episodes::{GearSign, HeldSign, Hole, PortCall, Still};
use crate::picture::tracks::{self, Activity, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Presence};

/// What a rule about one vessel may read: that vessel, its own history, and the chart. Of other vessels, only whether one is alongside
/// or lay at the same place.
pub(crate) struct VesselScene<'a> {
    /// Engine time.
    pub(crate) now: Time,
    /// Zones, coast and ports.
    pub(crate) chart: &'a Chart,
    /// How long after its end a condition may resume as the same alert.
    pub(crate) merge: Span,
    /// The vessel.
    pub(crate) vessel: Vessel<'a>,
    /// Everything else, for the questions below only. What a rule sees beyond them would not be the same on any number of lanes.
    whole: &'a Scene<'a>,
}

impl<'a> VesselScene<'a> {
    pub(super) fn new(whole: &'a Scene<'a>, vessel: TrackIx) -> VesselScene<'a> {
        let Scene { now, chart, merge, tracks, .. } = *whole;
        VesselScene { now, chart, merge, vessel: tracks.vessel(vessel), whole }
    }

    /// When the vessel, last heard at `last`, counts as lost.
    pub(crate) fn lost_at(&self, last: Time) -> Time {
        self.whole.tracks.lost_at(self.vessel.ix(), last)
    }

    /// The settings of the tracks.
    pub(crate) fn settings(&self) -> &'a tracks::Settings {
        self.whole.tracks.settings()
    }

    /// How and since when it has lain still; `None` if it moves.
    pub(crate) fn lies(&self) -> Option<Still> {
        self.whole.episodes.lying.of(self.vessel.key())
    }

    /// Why it counts as held in place at `position`, by its own past or because others lie there; `None` if it does not.
    pub(crate) fn held_at(&self, position: LatLon) -> Option<HeldSign> {
        self.whole.episodes.lying.held(self.vessel.key(), position)
    }

    /// Why it counts as fishing gear; `None` if it does not.
    pub(crate) fn gear(&self) -> Option<GearSign> {
        self.whole.episodes.gear.sign_of(&self.vessel)
    }

    /// Its completed port calls, the earliest first.
    pub(crate) fn port_calls(&self) -> &'a [PortCall] {
        self.whole.episodes.port_calls.of(self.vessel.key())
    }

    /// Whether it is in port now.
    pub(crate) fn is_in_port(&self) -> bool {
        self.whole.episodes.port_calls.stay(self.vessel.key()).is_some()
    }

    /// Whether it was in port at some time between these two.
    pub(crate) fn was_in_port(&self, from: Time, to: Time) -> bool {
        self.whole.episodes.port_calls.in_port_between(self.vessel.key(), from, to)
    }

    /// Its last hole of an hour or more; `None` if none is kept.
    pub(crate) fn hole(&self) -> Option<Hole> {
        self.whole.episodes.holes.of(self.vessel.key())
    }

    /// Whether another vessel, heard within the last `heard_within`, is within `metres` and came there after `since`. A vessel that
    /// already lay there is a neighbour at the same anchorage.
    pub(crate) fn is_visited(&self, since: Time, metres: f64, heard_within: Span) -> bool {
        let Some(fix) = self.vessel.last() else {
            return false;
        };
        let mut is_visited = false;
        self.whole.tracks.near(fix.position, metres, |other, _| {
            let is_heard = other.last().is_some_and(|last| fix.at - last.at <= heard_within);
            let came_later = || self.whole.episodes.lying.of(other.key()).is_none_or(|still| since <= still.since);
            is_visited |= other.ix() != self.vessel.ix() && other.takes_part() && is_heard && came_later();
        });
        is_visited
    }
}

/// Sends signals of one rule about one vessel or one pair.
pub(crate) struct Signals<'a> {
    /// The behaviour that reports.
    behaviour: Behaviour,
    /// The vessels that it reports about.
    vessels: Vessels,
    /// Where the signals go, in the order in which they are sent.
    out: &'a mut Vec<Signal>,
}

/// The vessels of a signal.
#[derive(Clone, Copy)]
enum Vessels {
    /// A single vessel.
    One((TrackKey, TrackIx)),
    /// A pair, in the order that the rule gave the two.
    Two((TrackKey, TrackIx), (TrackKey, TrackIx)),
}

impl<'a> Signals<'a> {
    /// Sends signals about a pair, given its vessels.
    pub(super) fn of_pair(
        behaviour: Behaviour,
        a: (TrackKey, TrackIx),
        b: (TrackKey, TrackIx),
        out: &'a mut Vec<Signal>,
    ) -> Signals<'a> {
        Signals { behaviour, vessels: Vessels::Two(a, b), out }
    }

    /// Reports that the condition holds.
    pub(crate) fn holds(&mut self, holding: Holding) {
        self.push("", SignalKind::Holds(Box::new(holding)));
    }

    /// Reports that the condition is over, and last held at `ended_at`.
    pub(crate) fn over(&mut self, ended_at: Time, reason: End) {
        self.push("", SignalKind::Over { ended_at, reason });
    }

    /// Like `holds`, but for the condition in one zone, whose id becomes part of the alert's.
    pub(crate) fn holds_in(&mut self, zone_id: &str, holding: Holding) {
        self.push(zone_id, SignalKind::Holds(Box::new(holding)));
    }

    /// Like `over`, but for the condition in one zone.
    pub(crate) fn over_in(&mut self, zone_id: &str, ended_at: Time, reason: End) {
        self.push(zone_id, SignalKind::Over { ended_at, reason });
    }

    /// Reports that the condition reported to begin at `started_at` never held.
    pub(crate) fn disproved(&mut self, started_at: Time, reason: End) {
        self.push("", SignalKind::Disproved { started_at, reason });
    }

    /// Adds one signal. `zone_id` is empty unless the condition is in one zone.
    fn push(&mut self, zone_id: &str, kind: SignalKind) {
        let subject = match self.vessels {
            Vessels::One((key, vessel)) => Subject::in_zone(key, vessel, zone_id),
            Vessels::Two(a, b) => Subject { zone_id: zone_id.to_owned(), ..Subject::pair(a, b) },
        };
        self.out.push(Signal { behaviour: self.behaviour, subject, kind });
    }
}

/// A rule that sees one vessel. [`PerVessel`] keeps its state of each vessel, wakes it, and ends what is open about vessels that are
/// lost or forgotten.
pub(crate) trait VesselRule: Send + 'static {
    /// Its table in the settings.
    type Settings;
    /// What it keeps about one vessel.
    type State: Serialize + DeserializeOwned + Send;
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// Steps that it needs of vessels that it does not follow.
    const INTEREST: Interest;

    /// The rule with the base settings and each zone's overrides.
    fn new(settings: &Self::Settings, chart: &Chart) -> Self;

    /// Its own table among the settings of all behaviours.
    fn settings(all: &Settings) -> &Self::Settings;

    /// Handles one step of a vessel. `state` is `None` if nothing is kept about the vessel. The rule sets it to begin to keep something,
    /// and clears it to stop.
    fn observe(
        &mut self,
        state: &mut Option<Self::State>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        out: &mut Signals<'_>,
    );

    /// The conditions as they are now. The step has the vessel's last fix, with no crossings and no interest.
    fn explain(&self, state: Option<&Self::State>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation>;

    /// Ends what is open about the vessel.
    fn close(&self, state: Self::State, reason: End, out: &mut Signals<'_>);

    /// Puts other zones or settings into force.
    fn configure(&mut self, settings: &Self::Settings, chart: &Chart, now: Time);

    /// Ends what the zones and settings now in force no longer allow.
    fn review(
        &self,
        _state: &mut Option<Self::State>,
        _scene: &VesselScene<'_>,
        _presence: &Presence,
        _out: &mut Signals<'_>,
    ) {
    }

    /// Whether it needs every step of a vessel with this state.
    fn follows(_state: &Self::State) -> bool {
        true
    }

    /// When the rule must be woken about the vessel, unless a step changes that; `None` if it need not be woken.
    fn due(&self, _state: &Self::State, _scene: &VesselScene<'_>) -> Option<Time> {
        None
    }

    /// Handles the time that `due` returned. By default the vessel is lost, and what is open ends.
    fn wake(&mut self, state: &mut Option<Self::State>, _scene: &VesselScene<'_>, out: &mut Signals<'_>) {
        if let Some(state) = state.take() {
            self.close(state, End::Lost, out);
        }
    }

    /// Appends what the rule keeps for all vessels, such as its profiles, to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores that from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;
}

/// A rule about one vessel, with the state of every vessel.
pub(crate) struct PerVessel<R: VesselRule> {
    /// The rule, with what it keeps for all vessels.
    rule: R,
    /// What it keeps about each vessel. A vessel without state has no slot.
    slots: FxHashMap<TrackIx, Slot<R::State>>,
}

/// What is kept about one vessel.
#[derive(Serialize, Deserialize)]
struct Slot<S> {
    /// The track. A wake-up for an earlier track in the same place of the slab is not for this one.
    key: TrackKey,
    /// `None` only while the rule acts on it.
    state: Option<S>,
    /// The next wake-up that was requested; `None` if none is pending.
    wakes_at: Option<Time>,
}

impl<R: VesselRule> PerVessel<R> {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub(crate) fn new(settings: &R::Settings, chart: &Chart) -> PerVessel<R> {
        PerVessel { rule: R::new(settings, chart), slots: FxHashMap::default() }
    }

    /// Lets the rule act on the state of a vessel. Then requests the next wake-up, and marks whether the rule follows the vessel.
    fn with(
        &mut self,
        scene: &Scene<'_>,
        (key, vessel): (TrackKey, TrackIx),
        out: &mut Output,
        act: impl FnOnce(&mut R, &mut Option<R::State>, &VesselScene<'_>, &mut Signals<'_>),
    ) {
        let of_vessel = VesselScene::new(scene, vessel);
        let mut signals =
            Signals { behaviour: R::BEHAVIOUR, vessels: Vessels::One((key, vessel)), out: &mut out.signals };
        let mut new = Slot { key, state: None, wakes_at: None };
        let known = self.slots.get_mut(&vessel);
        let is_known = known.is_some();
        let slot = known.unwrap_or(&mut new);
        let followed = slot.state.as_ref().is_some_and(R::follows);
        act(&mut self.rule, &mut slot.state, &of_vessel, &mut signals);
        let follows = slot.state.as_ref().is_some_and(R::follows);
        if follows != followed {
            out.activity.push((vessel, if follows { Activity::Keeps } else { Activity::Done }));
        }
        let due = slot.state.as_ref().and_then(|state| self.rule.due(state, &of_vessel));
        if let Some(due) = due.filter(|due| slot.wakes_at.is_none_or(|at| *due < at)) {
            slot.wakes_at = Some(due);
            out.wakes.push((due, key, vessel));
        }
        match (is_known, slot.state.is_some()) {
            (true, false) => drop(self.slots.remove(&vessel)),
            (false, true) => drop(self.slots.insert(vessel, new)),
            (true, true) | (false, false) => {}
        }
    }
}

impl<R: VesselRule> LaneRule for PerVessel<R> {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.with(scene, (step.key, step.vessel), out, |rule, state, scene, out| rule.observe(state, scene, step, out));
    }
}

impl<R: VesselRule> Rule for PerVessel<R> {
    fn behaviour(&self) -> Behaviour {
        R::BEHAVIOUR
    }

    fn interest(&self) -> Interest {
        R::INTEREST
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(slot) = self.slots.get_mut(&vessel).filter(|slot| slot.key == key) else {
            return;
        };
        slot.wakes_at = None;
        self.with(scene, (key, vessel), out, |rule, state, scene, out| {
            let due = state.as_ref().and_then(|state| rule.due(state, scene));
            if due.is_some_and(|due| due <= scene.now) {
                rule.wake(state, scene, out);
            }
        });
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let slot = self.slots.get(&step.vessel).filter(|slot| slot.key == step.key);
        let state = slot.and_then(|slot| slot.state.as_ref());
        self.rule.explain(state, &VesselScene::new(scene, step.vessel), step)
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        let Some(Slot { key, state: Some(state), .. }) = self.slots.remove(&vessel) else {
            return;
        };
        let mut signals =
            Signals { behaviour: R::BEHAVIOUR, vessels: Vessels::One((key, vessel)), out: &mut out.signals };
        self.rule.close(state, reason, &mut signals);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, places: &Places, out: &mut Output) {
        self.rule.configure(R::settings(settings), scene.chart, scene.now);
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.slots.iter().map(|(ix, slot)| (slot.key, *ix)).collect();
        // The order of a hash map would reach the output.
        vessels.sort_unstable();
        for vessel in vessels {
            let presence = places.presence(vessel.1);
            self.with(scene, vessel, out, |rule, state, scene, out| rule.review(state, scene, presence, out));
        }
    }

    fn save(&self, into: &mut Vec<u8>) {
        let PerVessel { rule, slots } = self;
        rule.save(into);
        pack(slots, into);
    }

    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        self.rule.restore(from)?;
        self.slots = unpack(from)?;
        Ok(())
    }
}
