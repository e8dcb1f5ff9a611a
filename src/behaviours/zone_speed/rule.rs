//! The rule of `zone_speed`.

use serde_json::Map;

use crate::behaviours::explain::or_nobody_asks;
use crate::behaviours::runner::condition::{Observation, Verdict};
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::runner::zone::{Watched, Watches, over};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step,
    Subject, number, thresholds,
};
use crate::state::remembers;
use crate::tracks::{SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Chart, Relation, ZoneIx};

use super::Settings;

/// The `zone_speed` behaviour and its state.
pub struct ZoneSpeed {
    profiles: Profiles<Settings>,
    watches: Watches,
}

impl ZoneSpeed {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneSpeed {
        ZoneSpeed {
            profiles: Profiles::new(Behaviour::ZoneSpeed, settings, chart),
            watches: Watches::new(Behaviour::ZoneSpeed),
        }
    }
}

impl Rule for ZoneSpeed {
    fn behaviour(&self) -> Behaviour {
        Behaviour::ZoneSpeed
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::ASKED
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let (Some(fix), true) = (step.fix, scene.tracks.vessel(step.vessel).takes_part()) else {
            return;
        };
        let inside: Vec<ZoneIx> = step
            .presence
            .iter()
            .filter(|(zone, relation)| {
                *relation == Relation::In && scene.chart.zones.get(*zone).asks(Behaviour::ZoneSpeed.name()).is_some()
            })
            .map(|(zone, _)| zone)
            .collect();
        let Some(state) = self.watches.visit(scene, step, fix.at, &inside, out) else {
            return;
        };
        for zone in inside {
            let Some(profile) = self.profiles.of(scene.chart, zone, scene.now) else {
                continue;
            };
            let settings = &profile.settings;
            let rule = settings.rule(scene.merge);
            let zone_id = &scene.chart.zones.get(zone).id;
            let watched = state.watched(zone_id, fix.at);
            let Some(smg) = step.smg else {
                continue;
            };
            let smg = SpeedMadeGood { since: smg.since.max(watched.not_before), ..smg };
            match watched.condition.observe(&rule, settings.observe(smg.knots), &smg, fix.at) {
                Verdict::Opened | Verdict::Holds => {
                    if watched.says(fix.at) {
                        let asked = (!profile.own_score).then_some(settings.asked_score);
                        out.signals.push(holds(scene, step, zone, watched, settings, asked));
                    }
                }
                Verdict::Over(ended_at) => {
                    watched.is_over();
                    out.signals.push(over(
                        Behaviour::ZoneSpeed,
                        step.key,
                        step.vessel,
                        zone_id,
                        ended_at,
                        End::WithinLimits,
                    ));
                }
                Verdict::Nothing => {}
            }
        }
        self.watches.rest(step.vessel, out);
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let asking = step.presence.iter().filter_map(|(zone, relation)| {
            let profile = self.profiles.asked(Behaviour::ZoneSpeed, scene.chart, zone, scene.now)?;
            Some((&scene.chart.zones.get(zone).id, relation, &profile.settings))
        });
        let told = asking.map(|(zone_id, relation, settings)| {
            let knots = step.smg.map(|smg| smg.knots);
            let outside = knots.is_some_and(|knots| settings.observe(knots) == Observation::Meets);
            Explanation::new(format!("in {zone_id}"))
                .takes_part(scene, step)
                .is("relation", relation.name(), "in", relation == Relation::In)
                .is(
                    "speed_made_good_knots",
                    knots.map_or(serde_json::Value::Null, |knots| number(knots, 1)),
                    format!("outside {} to {}", settings.min_knots, settings.max_knots),
                    outside,
                )
                .at_least(
                    "outside_minutes",
                    Some(self.watches.counted_minutes(step.vessel, zone_id)),
                    settings.after_minutes,
                )
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
        self.profiles.rebuild(Behaviour::ZoneSpeed, &settings.zone_speed, scene.chart);
        self.watches.reload(scene, |zone| zone.asks(Behaviour::ZoneSpeed.name()).is_some(), out);
    }

    remembers! { kept { profiles } parts { watches } built {} }
}

fn holds(
    scene: &Scene<'_>,
    step: &Step<'_>,
    zone: ZoneIx,
    watched: &Watched,
    settings: &Settings,
    asked: Option<i32>,
) -> Signal {
    let knots = step.smg.map_or(0.0, |smg| smg.knots);
    let position = step.fix.map(|fix| fix.position);
    let mut measured = Map::new();
    measured.insert("counted_minutes".into(), number(watched.condition.counted().minutes(), 1));
    measured.insert("speed_made_good_knots".into(), number(knots, 1));
    Signal {
        behaviour: Behaviour::ZoneSpeed,
        subject: Subject::in_zone(step.key, step.vessel, &scene.chart.zones.get(zone).id),
        kind: SignalKind::Holds(Box::new(Holding {
            started_at: watched.condition.started_at(),
            satisfied_at: watched.condition.satisfied_at().unwrap_or(step.at),
            last_at: step.fix.map_or(step.at, |fix| fix.at),
            form: settings.side(knots).into(),
            position,
            shore_nm: position.map(|position| scene.chart.shore_nm(position)),
            zones: step.presence.iter().collect(),
            base: vec![(Behaviour::ZoneSpeed.name(), settings.score)],
            asked,
            anchored: false,
            measured,
            thresholds: thresholds(
                settings,
                &["min_knots", "max_knots", "margin_knots", "after_minutes", "end_minutes"],
            ),
        })),
    }
}
