//! The rule of `limit_hugging`.

use serde_json::Map;

use crate::behaviours::explain::or_nobody_asks;
use crate::behaviours::runner::condition::Verdict;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::runner::zone::{Watched, Watches, over};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step,
    Subject, number, thresholds,
};
use crate::state::remembers;
use crate::time::Time;
use crate::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Chart, Relation, ZoneIx};

use super::{Form, Settings};

/// The `limit_hugging` behaviour and its state.
pub struct LimitHugging {
    profiles: Profiles<Settings>,
    watches: Watches,
}

impl LimitHugging {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> LimitHugging {
        LimitHugging {
            profiles: Profiles::new(Behaviour::LimitHugging, settings, chart),
            watches: Watches::new(Behaviour::LimitHugging),
        }
    }
}

impl Rule for LimitHugging {
    fn behaviour(&self) -> Behaviour {
        Behaviour::LimitHugging
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        let mut belts: Vec<(ZoneIx, f64)> = Vec::new();
        for (zone, edge_nm) in scene.chart.zones.belts(fix.position) {
            let known = self.watches.knows_in(step.vessel, &scene.chart.zones.get(zone).id);
            let profile = self.profiles.of(scene.chart, zone, scene.now);
            if profile.is_some_and(|profile| profile.settings.in_belt(edge_nm, known)) {
                belts.push((zone, edge_nm));
            }
        }
        let vessel = scene.tracks.vessel(step.vessel);
        if belts.is_empty() && !self.watches.knows(step.vessel) || !vessel.takes_part() {
            return;
        }
        let zones: Vec<ZoneIx> = belts.iter().map(|(zone, _)| *zone).collect();
        let Some(state) = self.watches.visit(scene, step, fix.at, &zones, out) else {
            return;
        };
        for (zone, edge_nm) in belts {
            let Some(profile) = self.profiles.of(scene.chart, zone, scene.now) else {
                continue;
            };
            let settings = &profile.settings;
            let zone_id = &scene.chart.zones.get(zone).id;
            let watched = state.watched(zone_id, in_belt_since(scene, step, &fix, zone, settings));
            let Some(smg) = step.smg else {
                continue;
            };
            let smg = SpeedMadeGood { since: smg.since.max(watched.not_before), ..smg };
            let rule = settings.rule(scene.merge, vessel.satellite_only());
            match watched.condition.observe(&rule, settings.observe(smg.knots), &smg, fix.at) {
                Verdict::Opened | Verdict::Holds => {
                    // Measurements on the way out do not describe the condition.
                    if !watched.condition.is_ending() && watched.says(fix.at) {
                        let asked = (!profile.own_score).then_some(settings.asked_score);
                        out.signals.push(holds(scene, step, &fix, (zone, edge_nm), watched, settings, asked));
                    }
                }
                Verdict::Over(ended_at) => {
                    watched.is_over();
                    out.signals.push(over(
                        Behaviour::LimitHugging,
                        step.key,
                        step.vessel,
                        zone_id,
                        ended_at,
                        End::UnderWayAgain,
                    ));
                }
                Verdict::Nothing => {}
            }
        }
        self.watches.rest(step.vessel, out);
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let Some(fix) = step.fix else {
            return or_nobody_asks(Vec::new(), scene, step);
        };
        let told = scene.chart.zones.belts(fix.position).filter_map(|(zone, edge_nm)| {
            let settings = &self.profiles.of(scene.chart, zone, scene.now)?.settings;
            let zone_id = &scene.chart.zones.get(zone).id;
            let counted = self.watches.counted_minutes(step.vessel, zone_id);
            let told = Explanation::new(format!("outside {zone_id}"))
                .takes_part(scene, step)
                .is("outside", edge_nm > 0.0, "true", 0.0 < edge_nm)
                .at_most("outside_nm", Some(edge_nm.max(0.0)), settings.reach_nm)
                .below("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.slow_knots)
                .at_least("slow_hours", Some(counted / 60.0), settings.after_hours);
            Some(told)
        });
        or_nobody_asks(told.collect(), scene, step)
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.watches.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.watches.forget(vessel, reason, out);
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.profiles.rebuild(Behaviour::LimitHugging, &settings.limit_hugging, scene.chart);
        self.watches.reload(scene, |zone| zone.asks(Behaviour::LimitHugging.name()).is_some(), out);
    }

    remembers! { kept { profiles } parts { watches } built {} }
}

/// Start of the time that counts for a vessel new in the belt: the start of the fix's span if it was there already,
/// else the fix.
fn in_belt_since(scene: &Scene<'_>, step: &Step<'_>, fix: &Fix, zone: ZoneIx, settings: &Settings) -> Time {
    let Some(since) = step.smg.map(|smg| smg.since) else {
        return fix.at;
    };
    let bridge = scene.tracks.settings().max_hole(false);
    let before = scene.tracks.vessel(step.vessel).position_at(since, bridge);
    let was_there = before.is_some_and(|before| {
        let edge = scene.chart.zones.belts(before).find(|(other, _)| *other == zone);
        edge.is_some_and(|(_, edge_nm)| settings.in_belt(edge_nm, false))
    });
    if was_there { since } else { fix.at }
}

fn holds(
    scene: &Scene<'_>,
    step: &Step<'_>,
    fix: &Fix,
    (zone, edge_nm): (ZoneIx, f64),
    watched: &Watched,
    settings: &Settings,
    asked: Option<i32>,
) -> Signal {
    let mut measured = Map::new();
    measured.insert("counted_minutes".into(), number(watched.condition.counted().minutes(), 1));
    measured.insert("outside_nm".into(), number(edge_nm.max(0.0), 2));
    if let Some(smg) = step.smg {
        measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
    }
    // The belt may be wider than the zone's own "near", or the zone may have none.
    let mut zones: Vec<_> = step.presence.iter().collect();
    if !zones.iter().any(|(listed, _)| *listed == zone) {
        zones.push((zone, Relation::Near));
    }
    Signal {
        behaviour: Behaviour::LimitHugging,
        subject: Subject::in_zone(step.key, step.vessel, &scene.chart.zones.get(zone).id),
        kind: SignalKind::Holds(Box::new(Holding {
            started_at: watched.condition.started_at(),
            satisfied_at: watched.condition.satisfied_at().unwrap_or(step.at),
            last_at: fix.at,
            form: Form.into(),
            position: Some(fix.position),
            shore_nm: Some(scene.chart.shore_nm(fix.position)),
            zones,
            base: vec![(Behaviour::LimitHugging.name(), settings.score)],
            asked,
            anchored: false,
            measured,
            thresholds: thresholds(settings, &["reach_nm", "slow_knots", "moving_knots", "after_hours", "end_minutes"]),
        })),
    }
}
