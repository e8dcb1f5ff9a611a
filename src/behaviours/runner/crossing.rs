//! Borders crossed and not yet crossed back: the common part of `zone_entry` and `zone_exit`.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::{Behaviour, End, Form};
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::{Chart, Crossing, Relation, ZoneIx};

use crate::behaviours::explain::or_nobody_asks;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::{Explanation, Holding, Output, Scene, Signal, SignalKind, Step, Subject, number};

/// Settings `[behaviours.zone_entry]` and `[behaviours.zone_exit]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs, in zones that ask for it.
    pub enabled: bool,
    /// Base points. If a zone sets its own points, they are not raised to `asked_score`.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A zone that asks raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 10, asked_score: 40 }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        // Scores are checked for every behaviour, and there are no other values here.
        Vec::new()
    }
}

/// Direction in which a border is crossed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::behaviours) enum Way {
    In,
    Out,
}

/// Open crossings of one vessel: ids of the zones, and the last fix.
#[derive(Serialize, Deserialize)]
struct Open {
    key: TrackKey,
    zones: Vec<String>,
    last_fix: Time,
    /// Whether zones were reloaded since the last check, so that a border may have moved.
    recheck: bool,
}

/// Open crossings of all vessels in one direction.
pub(in crate::behaviours) struct Crossings {
    name: Behaviour,
    form: Form,
    way: Way,
    profiles: Profiles<Settings>,
    open: FxHashMap<TrackIx, Open>,
}

impl Crossings {
    /// Creates the state for the behaviour of this form, with each zone's overrides.
    pub(in crate::behaviours) fn new(form: Form, way: Way, settings: &Settings, chart: &Chart) -> Crossings {
        let name = form.behaviour();
        Crossings { name, form, way, profiles: Profiles::new(name, settings, chart), open: FxHashMap::default() }
    }

    /// Reports what the crossings of this step begin and end.
    pub(in crate::behaviours) fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        if let Some(open) = self.open.get_mut(&step.vessel) {
            open.last_fix = fix.at;
        }
        for crossing in step.crossings {
            let (zone, at, way) = match *crossing {
                Crossing::Entered { zone, relation: Relation::In, at } => (zone, at, Way::In),
                Crossing::Left { zone, relation: Relation::In, at } => (zone, at, Way::Out),
                Crossing::Entered { .. } | Crossing::Left { .. } => continue,
            };
            let zone_id = &scene.chart.zones.get(zone).id;
            if way != self.way {
                self.over(step.vessel, zone_id, at, End::CrossedBack, out);
            } else if let Some((score, asked)) = self.points(scene, zone)
                && scene.tracks.vessel(step.vessel).takes_part()
            {
                self.begin(scene, step, zone_id, at, out);
                out.signals.push(self.holds(scene, step, zone, at, score, asked));
            }
        }
        self.end_moved(scene, step, fix.at, out);
    }

    /// Ends crossings that no longer hold because the zone itself moved.
    fn end_moved(&mut self, scene: &Scene<'_>, step: &Step<'_>, at: Time, out: &mut Output) {
        let Some(open) = self.open.get_mut(&step.vessel).filter(|open| open.recheck) else {
            return;
        };
        open.recheck = false;
        let inside = |id: &String| {
            scene.chart.zones.find(id).and_then(|zone| step.presence.relation(zone)) == Some(Relation::In)
        };
        let moved: Vec<String> = open.zones.iter().filter(|id| inside(id) != (self.way == Way::In)).cloned().collect();
        for zone_id in moved {
            self.over(step.vessel, &zone_id, at, End::ZoneMoved, out);
        }
    }

    /// The conditions at each zone nearby that asks for the behaviour.
    pub(in crate::behaviours) fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let asks = |zone: ZoneIx| self.profiles.asked(self.name, scene.chart, zone, scene.now).is_some();
        let crossed = |id: &str| {
            self.open.get(&step.vessel).is_some_and(|open| open.zones.iter().any(|known| known.as_str() == id))
        };
        let wanted = match self.way {
            Way::In => "its border crossed inward since it was first heard",
            Way::Out => "its border crossed outward since it was first heard",
        };
        let near = step.presence.iter().filter(|(zone, _)| asks(*zone)).map(|(zone, relation)| {
            let id = &scene.chart.zones.get(zone).id;
            let told = Explanation::new(id.as_str()).takes_part(scene, step);
            told.is("relation", relation.name(), wanted, crossed(id))
        });
        let mut told: Vec<Explanation> = near.collect();
        let left = self.open.get(&step.vessel).into_iter().flat_map(|open| &open.zones);
        for id in left.filter(|id| !told.iter().any(|told| told.about == id.as_str())).cloned().collect::<Vec<_>>() {
            let gone = Explanation::new(id.as_str()).takes_part(scene, step);
            told.push(gone.is("relation", "outside", wanted, true));
        }
        or_nobody_asks(told, scene, step)
    }

    /// Ends what is open about a vessel that was lost; otherwise asks to be woken again.
    pub(in crate::behaviours) fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(open) = self.open.get(&vessel).filter(|open| open.key == key) else {
            return;
        };
        let lost_at = scene.tracks.lost_at(vessel, open.last_fix);
        if scene.now < lost_at {
            out.wakes.push((lost_at, key, vessel));
            return;
        }
        self.close(vessel, End::Lost, out);
        out.activity.push((vessel, Activity::Done));
    }

    /// Ends everything open about a vessel, at its last fix.
    pub(in crate::behaviours) fn close(&mut self, vessel: TrackIx, reason: End, out: &mut Output) {
        let Some(open) = self.open.remove(&vessel) else {
            return;
        };
        for zone_id in &open.zones {
            out.signals.push(over(self.name, open.key, vessel, zone_id, open.last_fix, reason));
        }
    }

    /// Puts other settings and zones into force. Ends crossings of zones that are gone, inactive or no longer ask.
    pub(in crate::behaviours) fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, out: &mut Output) {
        self.profiles.rebuild(self.name, settings, scene.chart);
        let asks = |zone: ZoneIx| {
            let zone = scene.chart.zones.get(zone);
            zone.asks(self.name.name()).is_some() && zone.active(scene.now)
        };
        self.open.values_mut().for_each(|open| open.recheck = true);
        let mut ended: Vec<(TrackKey, TrackIx, String)> = Vec::new();
        #[allow(clippy::iter_over_hash_type)] // sorted below
        for (vessel, open) in &self.open {
            for zone_id in &open.zones {
                if !scene.chart.zones.find(zone_id).is_some_and(asks) {
                    ended.push((open.key, *vessel, zone_id.clone()));
                }
            }
        }
        ended.sort_unstable();
        for (_, vessel, zone_id) in ended {
            self.over(vessel, &zone_id, scene.now, End::ZoneGone, out);
        }
    }

    /// Base points, and the score the zone raises them to, if the zone asks and is active.
    fn points(&self, scene: &Scene<'_>, zone: ZoneIx) -> Option<(i32, Option<i32>)> {
        scene.chart.zones.get(zone).asks(self.name.name())?;
        let profile = self.profiles.of(scene.chart, zone, scene.now)?;
        let asked = (!profile.own_score).then_some(profile.settings.asked_score);
        profile.settings.enabled.then_some((profile.settings.score, asked))
    }

    fn begin(&mut self, scene: &Scene<'_>, step: &Step<'_>, zone_id: &str, at: Time, out: &mut Output) {
        let open = self.open.entry(step.vessel).or_insert_with(|| {
            out.activity.push((step.vessel, Activity::Keeps));
            let lost_at = scene.tracks.lost_at(step.vessel, step.at);
            out.wakes.push((lost_at, step.key, step.vessel));
            Open { key: step.key, zones: Vec::new(), last_fix: at.max(step.at), recheck: false }
        });
        if !open.zones.iter().any(|known| known == zone_id) {
            open.zones.push(zone_id.to_owned());
        }
    }

    fn over(&mut self, vessel: TrackIx, zone_id: &str, at: Time, reason: End, out: &mut Output) {
        let Some(open) = self.open.get_mut(&vessel) else {
            return;
        };
        let Some(place) = open.zones.iter().position(|known| known == zone_id) else {
            return;
        };
        open.zones.remove(place);
        out.signals.push(over(self.name, open.key, vessel, zone_id, at, reason));
        if open.zones.is_empty() {
            self.open.remove(&vessel);
            out.activity.push((vessel, Activity::Done));
        }
    }

    fn holds(
        &self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        zone: ZoneIx,
        at: Time,
        score: i32,
        asked: Option<i32>,
    ) -> Signal {
        let now = step.fix.map_or(step.at, |fix| fix.at);
        let position = step.fix.map(|fix| fix.position);
        let zone_id = &scene.chart.zones.get(zone).id;
        let mut measured = Map::new();
        if let Some(smg) = step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        let mut zones: Vec<_> = step.presence.iter().collect();
        if self.way == Way::Out && !zones.iter().any(|(listed, _)| *listed == zone) {
            zones.push((zone, Relation::Near));
        }
        Signal {
            behaviour: self.name,
            subject: Subject::in_zone(step.key, step.vessel, zone_id),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at: at,
                satisfied_at: now,
                last_at: now,
                form: self.form,
                position,
                shore_nm: position.map(|position| scene.chart.shore_nm(position)),
                zones,
                base: vec![(self.name.name(), score)],
                asked,
                anchored: false,
                measured,
                thresholds: Map::new(),
            })),
        }
    }

    remembers! { pub(in crate::behaviours) kept { profiles, open } parts {} built { name, form, way } }
}

fn over(behaviour: Behaviour, key: TrackKey, vessel: TrackIx, zone_id: &str, ended_at: Time, reason: End) -> Signal {
    Signal { behaviour, subject: Subject::in_zone(key, vessel, zone_id), kind: SignalKind::Over { ended_at, reason } }
}
