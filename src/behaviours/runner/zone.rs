//! Conditions of vessels in zones that ask for them: the common part of `zone_speed` and `limit_hugging`.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::behaviours::{Behaviour, End};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::{Zone, ZoneIx};

use crate::behaviours::runner::condition::{Condition, Verdict};
use crate::behaviours::{Output, Scene, Signal, SignalKind, Step, Subject};

/// Interval at which a condition that holds is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);

/// State of one behaviour about vessels in zones that ask for it.
pub(in crate::behaviours) struct Watches {
    name: Behaviour,
    vessels: FxHashMap<TrackIx, State>,
}

/// One vessel and the zones in which the condition is counted.
#[derive(Serialize, Deserialize)]
pub(in crate::behaviours) struct State {
    name: Behaviour,
    key: TrackKey,
    last_fix: Time,
    zones: Vec<Watched>,
}

/// The condition of one vessel in one zone.
#[derive(Serialize, Deserialize)]
pub(in crate::behaviours) struct Watched {
    zone_id: String,
    pub(in crate::behaviours) condition: Condition,
    /// Time before this does not count, because the place must hold throughout.
    pub(in crate::behaviours) not_before: Time,
    said_at: Option<Time>,
}

impl Watches {
    pub(in crate::behaviours) fn new(name: Behaviour) -> Watches {
        Watches { name, vessels: FxHashMap::default() }
    }

    pub(in crate::behaviours) fn knows(&self, vessel: TrackIx) -> bool {
        self.vessels.contains_key(&vessel)
    }

    /// Whether the vessel's condition in this zone is already being counted.
    pub(in crate::behaviours) fn knows_in(&self, vessel: TrackIx, zone_id: &str) -> bool {
        self.vessels.get(&vessel).is_some_and(|state| state.zones.iter().any(|watched| watched.zone_id == zone_id))
    }

    /// The vessel's state at a fix at which only `zones` may count. `None` if there is nothing to keep.
    pub(in crate::behaviours) fn visit(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        at: Time,
        zones: &[ZoneIx],
        out: &mut Output,
    ) -> Option<&mut State> {
        if !self.knows(step.vessel) && zones.is_empty() {
            return None;
        }
        let name = self.name;
        let state = self.vessels.entry(step.vessel).or_insert_with(|| {
            out.wakes.push((scene.tracks.lost_at(step.vessel, at), step.key, step.vessel));
            out.activity.push((step.vessel, Activity::Keeps));
            State { name, key: step.key, last_fix: at, zones: Vec::new() }
        });
        state.last_fix = at;
        state.leave(step.vessel, End::LeftZone, out, |zone_id| {
            zones.iter().any(|zone| scene.chart.zones.get(*zone).id == zone_id)
        });
        Some(state)
    }

    /// Time that the condition of a vessel in a zone has counted. Minutes.
    pub(in crate::behaviours) fn counted_minutes(&self, vessel: TrackIx, zone_id: &str) -> f64 {
        let watched = self.vessels.get(&vessel).into_iter().flat_map(|state| &state.zones);
        let mut here = watched.filter(|watched| watched.zone_id == zone_id);
        here.next().map_or(0.0, |watched| watched.condition.counted().minutes())
    }

    /// Drops a vessel without any zone left.
    pub(in crate::behaviours) fn rest(&mut self, vessel: TrackIx, out: &mut Output) {
        if self.vessels.get(&vessel).is_some_and(|state| state.zones.is_empty()) {
            self.vessels.remove(&vessel);
            out.activity.push((vessel, Activity::Done));
        }
    }

    /// Ends what is open about a vessel that was lost; otherwise asks to be woken again.
    pub(in crate::behaviours) fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(state) = self.vessels.get_mut(&vessel).filter(|state| state.key == key) else {
            return;
        };
        let lost_at = scene.tracks.lost_at(vessel, state.last_fix);
        if scene.now < lost_at {
            out.wakes.push((lost_at, key, vessel));
            return;
        }
        state.leave(vessel, End::Lost, out, |_| false);
        self.vessels.remove(&vessel);
        out.activity.push((vessel, Activity::Done));
    }

    pub(in crate::behaviours) fn forget(&mut self, vessel: TrackIx, reason: End, out: &mut Output) {
        if let Some(mut state) = self.vessels.remove(&vessel) {
            state.leave(vessel, reason, out, |_| false);
        }
    }

    /// Ends conditions of zones that are gone, inactive or no longer ask.
    pub(in crate::behaviours) fn reload(&mut self, scene: &Scene<'_>, asks: impl Fn(&Zone) -> bool, out: &mut Output) {
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.vessels.iter().map(|(ix, state)| (state.key, *ix)).collect();
        vessels.sort_unstable();
        for (_, vessel) in vessels {
            if let Some(state) = self.vessels.get_mut(&vessel) {
                state.leave(vessel, End::ZoneGone, out, |zone_id| {
                    scene.chart.zones.find(zone_id).is_some_and(|zone| {
                        let zone = scene.chart.zones.get(zone);
                        asks(zone) && zone.active(scene.now)
                    })
                });
            }
        }
    }

    remembers! { pub(in crate::behaviours) kept { vessels } parts {} built { name } }
}

impl State {
    /// The vessel's condition in one zone. If it is new, time before `not_before` does not count.
    pub(in crate::behaviours) fn watched(&mut self, zone_id: &str, not_before: Time) -> &mut Watched {
        let place = match self.zones.iter().position(|watched| watched.zone_id == zone_id) {
            Some(place) => place,
            None => {
                self.zones.push(Watched {
                    zone_id: zone_id.to_owned(),
                    condition: Condition::new(),
                    not_before,
                    said_at: None,
                });
                self.zones.len() - 1
            }
        };
        &mut self.zones[place]
    }

    /// Ends and drops every zone for which `stays` is false.
    fn leave(&mut self, vessel: TrackIx, reason: End, out: &mut Output, stays: impl Fn(&str) -> bool) {
        let (name, key) = (self.name, self.key);
        self.zones.retain_mut(|watched| {
            let keep = stays(&watched.zone_id);
            if !keep && let Verdict::Over(ended_at) = watched.condition.leave() {
                out.signals.push(over(name, key, vessel, &watched.zone_id, ended_at, reason));
            }
            keep
        });
    }
}

impl Watched {
    /// Whether the condition is due to be reported again. If so, it counts as reported.
    pub(in crate::behaviours) fn says(&mut self, at: Time) -> bool {
        let says = self.said_at.is_none_or(|said| SAY_EVERY <= at - said);
        if says {
            self.said_at = Some(at);
        }
        says
    }

    /// Marks the condition as over, so that it is reported at once when it next holds.
    pub(in crate::behaviours) fn is_over(&mut self) {
        self.said_at = None;
    }
}

pub(in crate::behaviours) fn over(
    behaviour: Behaviour,
    key: TrackKey,
    vessel: TrackIx,
    zone_id: &str,
    ended_at: Time,
    reason: End,
) -> Signal {
    Signal { behaviour, subject: Subject::in_zone(key, vessel, zone_id), kind: SignalKind::Over { ended_at, reason } }
}
