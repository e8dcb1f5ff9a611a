//! Slowdown in a hole: the vessel was under way before and after a silence in which it made little way (part of
//! `slowdown`).

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::geo::LatLon;
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::units::METRES_PER_NM;
use crate::zones::{Relation, ZoneIx};

use super::super::{Holding, Interest, Output, Scene, Signal, SignalKind, Step, Subject, minutes, number, thresholds};
use super::{NAME, Settings};

/// Vessels that may have slowed down in a hole, until they are seen under way again.
#[derive(Default)]
pub(super) struct Holes {
    waiting: FxHashMap<TrackIx, Slow>,
}

/// A hole over which a vessel was slow.
#[derive(Clone, Serialize, Deserialize)]
struct Slow {
    key: TrackKey,
    from: Time,
    to: Time,
    position: LatLon,
    zones: Vec<(ZoneIx, Relation)>,
    shore_nm: f64,
    nm: f64,
    knots: f64,
    usual_knots: f64,
}

impl Holes {
    pub(super) fn waits(&self, vessel: TrackIx) -> bool {
        self.waiting.contains_key(&vessel)
    }

    pub(super) fn forget(&mut self, vessel: TrackIx) {
        self.waiting.remove(&vessel);
    }

    /// Handles a fix where the place allows a slowdown. `busy` is set while a slowdown between fixes is being counted.
    pub(super) fn step(
        &mut self,
        settings: &Settings,
        scene: &Scene<'_>,
        step: &Step<'_>,
        busy: bool,
        out: &mut Output,
    ) {
        if step.interest.meets(Interest::SLOW_HOLE) {
            if let Some(slow) = begin(settings, scene, step).filter(|_| !busy) {
                self.waiting.insert(step.vessel, slow);
                out.activity.push((step.vessel, Activity::Keeps));
            }
            return;
        }
        let Some(slow) = self.waiting.get(&step.vessel) else {
            return;
        };
        let under_way = step.smg.is_some_and(|smg| settings.under_way_knots < smg.knots);
        if under_way && !busy {
            tell(slow, settings, step, out);
        }
        if under_way || busy || minutes(settings.within_minutes) < step.at - slow.to {
            self.waiting.remove(&step.vessel);
            if !busy {
                out.activity.push((step.vessel, Activity::Done));
            }
        }
    }

    remembers! { pub(super) kept { waiting } parts {} built {} }
}

/// The hole that ends with this fix, if the vessel was under way before it and slow over it.
fn begin(settings: &Settings, scene: &Scene<'_>, step: &Step<'_>) -> Option<Slow> {
    let (fix, previous, place) = (step.fix?, step.previous?, step.place?);
    let vessel = scene.tracks.vessel(step.vessel);
    let over = vessel.speed_made_good().filter(|smg| smg.over_hole)?;
    let length = (fix.at - previous.at).minutes();
    let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
    let before = vessel.above_until(previous.at, knots, within, scene.tracks.settings());
    let usual_knots = vessel.usual_knots(previous.at);
    let slow = over.knots < settings.slow_knots && over.knots < settings.slow_share * usual_knots;
    let fits = (settings.hole_min_minutes..=settings.hole_max_minutes).contains(&length) && within <= before;
    (slow && fits).then(|| Slow {
        key: step.key,
        from: previous.at,
        to: fix.at,
        position: previous.position.between(fix.position, 0.5),
        zones: step.presence.iter().collect(),
        shore_nm: place.shore_nm(scene.chart),
        nm: previous.position.metres_to(fix.position) / METRES_PER_NM,
        knots: over.knots,
        usual_knots,
    })
}

/// Reports the slowdown and its end.
fn tell(slow: &Slow, settings: &Settings, step: &Step<'_>, out: &mut Output) {
    let mut measured = Map::new();
    measured.insert("hole_minutes".into(), number((slow.to - slow.from).minutes(), 0));
    measured.insert("made_good_nm".into(), number(slow.nm, 1));
    measured.insert("implied_knots".into(), number(slow.knots, 1));
    measured.insert("usual_knots".into(), number(slow.usual_knots, 1));
    measured.insert("shore_nm".into(), number(slow.shore_nm, 1));
    let keys = ["min_shore_nm", "under_way_knots", "slow_knots", "slow_share", "hole_min_minutes", "hole_max_minutes"];
    let holding = Holding {
        started_at: slow.from,
        satisfied_at: step.at,
        last_at: slow.to,
        form: "hole",
        position: Some(slow.position),
        shore_nm: Some(slow.shore_nm),
        zones: slow.zones.clone(),
        base: vec![(NAME.name(), settings.score)],
        asked: None,
        anchored: false,
        measured,
        thresholds: thresholds(settings, &keys),
    };
    let subject = Subject::one(slow.key, step.vessel);
    let over = SignalKind::Over { ended_at: slow.to, reason: "under way again" };
    for kind in [SignalKind::Holds(Box::new(holding)), over] {
        out.signals.push(Signal { behaviour: NAME, subject: subject.clone(), kind });
    }
}
