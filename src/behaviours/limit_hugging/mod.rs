//! Limit hugging: a vessel that stays slow just outside a line at which an authority's powers end.
//!
//! ## Watches
//! Every vessel outside active polygons that ask with `{"limit_hugging":{}}`. Calm water and shore do not matter.
//! ## Why
//! A vessel that awaits a delivery waits where boarding needs the consent of its flag state. MV Matthew made for the
//! high seas when challenged.
//! ## Opens
//! The vessel is below `slow_knots` for `after_hours`, outside the polygon and at most `reach_nm` from its border
//! throughout. The polygon's own `near_nm` does not matter.
//! ## Ends
//! The vessel leaves the belt, outward or inward, by 0.2 nm; or makes `moving_knots` for `end_minutes`; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Fishing along a line looks the same, and so does waiting for a berth. The line is only as good as the zone file.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{BELT_NM, Chart, Relation, ZoneIx};

use super::explain::or_nobody_asks;
use super::runner::condition::{Observation, Timing, Verdict};
use super::runner::profile::Profiles;
use super::runner::zone::{Watched, Watches, over};
use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, hysteresis,
    minutes, number, positive, thresholds,
};

const NAME: Behaviour = Behaviour::LimitHugging;
const RESUME_AFTER: Span = Span::from_minutes(5);
/// Slack at both edges of the belt for vessels already in it. Nautical miles (SPEC: 0.2 nm at every border).
const HYSTERESIS_NM: f64 = 0.2;
/// Fixes needed within the condition: for any vessel, and for one heard only by satellite.
const FIXES: u32 = 4;
const FIXES_SATELLITE: u32 = 2;

/// Settings `[behaviours.limit_hugging]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs, around polygons that ask for it.
    pub enabled: bool,
    /// Base points. If a zone sets its own points, they are not raised to `asked_score`.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A zone that asks raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
    /// Maximum distance outside the border. Nautical miles, at most 12.
    #[schemars(range(min = 0, max = 1500))]
    pub reach_nm: f64,
    /// The vessel is slow below this speed. Knots made good, at most 5.
    #[schemars(range(min = 0, max = 200))]
    pub slow_knots: f64,
    /// The vessel moves again from this speed on. Knots made good; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// How long the vessel must be slow there. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub after_hours: f64,
    /// How long the vessel must move again. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            asked_score: 40,
            reach_nm: 5.0,
            slow_knots: 5.0,
            moving_knots: 7.0,
            after_hours: 6.0,
            end_minutes: 60.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, points) in [("score", self.score), ("asked_score", self.asked_score)] {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        for (key, value) in [
            ("reach_nm", self.reach_nm),
            ("slow_knots", self.slow_knots),
            ("after_hours", self.after_hours),
            ("end_minutes", self.end_minutes),
        ] {
            positive(&mut problems, key, value);
        }
        if BELT_NM < self.reach_nm {
            problems.push(format!("reach_nm must not be above {BELT_NM}: vessels are looked for that far out"));
        }
        if 5.0 < self.slow_knots {
            problems.push("slow_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        hysteresis(&mut problems, ("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots));
        problems
    }

    fn rule(&self, merge: Span, satellite_only: bool) -> Timing {
        Timing {
            after: minutes(self.after_hours * 60.0),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
        }
    }

    fn observe(&self, knots: f64) -> Observation {
        match knots {
            knots if knots < self.slow_knots => Observation::Meets,
            knots if knots < self.moving_knots => Observation::Between,
            _ => Observation::Ends,
        }
    }

    /// Whether a position this far outside the border is in the belt. A vessel already `known` there gets the
    /// hysteresis.
    fn in_belt(&self, edge_nm: f64, known: bool) -> bool {
        match known {
            true => -HYSTERESIS_NM < edge_nm && edge_nm <= self.reach_nm + HYSTERESIS_NM,
            false => 0.0 < edge_nm && edge_nm <= self.reach_nm,
        }
    }
}

/// The `limit_hugging` behaviour and its state.
pub struct LimitHugging {
    profiles: Profiles<Settings>,
    watches: Watches,
}

impl LimitHugging {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> LimitHugging {
        LimitHugging { profiles: Profiles::new(NAME, settings, chart), watches: Watches::new(NAME) }
    }
}

impl Rule for LimitHugging {
    fn name(&self) -> Behaviour {
        NAME
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
                    out.signals.push(over(NAME, step.key, step.vessel, zone_id, ended_at, "under way again"));
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

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.watches.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, _places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.limit_hugging, scene.chart);
        self.watches.reload(scene, |zone| zone.asks(NAME.name()).is_some(), out);
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
        behaviour: NAME,
        subject: Subject::in_zone(step.key, step.vessel, &scene.chart.zones.get(zone).id),
        kind: SignalKind::Holds(Box::new(Holding {
            started_at: watched.condition.started_at(),
            satisfied_at: watched.condition.satisfied_at().unwrap_or(step.at),
            last_at: fix.at,
            form: "outside",
            position: Some(fix.position),
            shore_nm: Some(scene.chart.shore_nm(fix.position)),
            zones,
            base: vec![(NAME.name(), settings.score)],
            asked,
            anchored: false,
            measured,
            thresholds: thresholds(settings, &["reach_nm", "slow_knots", "moving_knots", "after_hours", "end_minutes"]),
        })),
    }
}

#[cfg(test)]
mod tests;
