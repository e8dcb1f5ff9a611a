//! Zone speed: a vessel keeps a speed outside the band that a zone sets.
//!
//! ## Watches
//! Every vessel inside active zones that ask with `{"zone_speed":{"min_knots":3,"max_knots":25}}`.
//! ## Why
//! A vessel that slows down in a traffic lane, or races through an anchorage, has a reason.
//! ## Opens
//! Speed made good is below `min_knots` or above `max_knots` for `after_minutes`.
//! ## Ends
//! The speed is back in the band, by `margin_knots`, for `end_minutes`; or the vessel leaves the zone; or 6 h pass without
//! a fix (lost).
//! ## Blind spots
//! Speed over a hole in reception does not count. Anchored ships are slow, so set `min_knots` only in zones without
//! anchoring.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::Span;
use crate::tracks::{SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Chart, Relation, ZoneIx};

use super::explain::or_nobody_asks;
use super::runner::condition::{Observation, Timing, Verdict};
use super::runner::profile::Profiles;
use super::runner::zone::{Watched, Watches, over};
use super::{
    Explanation, Holding, Interest, Output, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, minutes,
    not_negative, number, ordered, positive, thresholds,
};

const NAME: Behaviour = Behaviour::ZoneSpeed;
const RESUME_AFTER: Span = Span::from_minutes(5);

/// Settings `[behaviours.zone_speed]`.
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
    /// Lower end of the band. Knots; 0 for none.
    #[schemars(range(min = 0, max = 200))]
    pub min_knots: f64,
    /// Upper end of the band. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub max_knots: f64,
    /// How far inside the band the speed must be for the alert to end. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub margin_knots: f64,
    /// How long the vessel must be outside the band. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub after_minutes: f64,
    /// How long the vessel must be back in the band. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub end_minutes: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 10,
            asked_score: 40,
            min_knots: 0.0,
            max_knots: 60.0,
            margin_knots: 0.5,
            after_minutes: 20.0,
            end_minutes: 5.0,
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
        positive(&mut problems, "max_knots", self.max_knots);
        positive(&mut problems, "after_minutes", self.after_minutes);
        positive(&mut problems, "end_minutes", self.end_minutes);
        not_negative(&mut problems, "min_knots", self.min_knots);
        not_negative(&mut problems, "margin_knots", self.margin_knots);
        ordered(&mut problems, ("min_knots", self.min_knots), ("max_knots", self.max_knots));
        let band = self.max_knots - self.min_knots;
        let room = if self.min_knots == 0.0 { band } else { band / 2.0 };
        if 0.0 <= room && room < self.margin_knots {
            problems.push(format!(
                "margin_knots ({}) must not be above {room}: no speed would be back in the band of {} to {}",
                self.margin_knots, self.min_knots, self.max_knots
            ));
        }
        problems
    }

    /// Whether these settings, or a zone's overrides of them, set a band at all.
    pub fn has_band(&self, overrides: &Map<String, Value>) -> bool {
        let defaults = Settings::default();
        let own = self.min_knots != defaults.min_knots || self.max_knots != defaults.max_knots;
        own || ["min_knots", "max_knots"].iter().any(|key| overrides.contains_key(*key))
    }

    fn rule(&self, merge: Span) -> Timing {
        Timing {
            after: minutes(self.after_minutes),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER,
            merge,
            fixes: 4,
        }
    }

    /// The end of the band, `too_slow` or `too_fast`, that a speed outside it or within its margin is closer to.
    fn side(&self, knots: f64) -> &'static str {
        if knots - self.min_knots < self.max_knots - knots { "too_slow" } else { "too_fast" }
    }

    fn observe(&self, knots: f64) -> Observation {
        if knots < self.min_knots || self.max_knots < knots {
            return Observation::Meets;
        }
        let back = self.min_knots + self.margin_knots <= knots || self.min_knots == 0.0;
        let back = back && (knots <= self.max_knots - self.margin_knots);
        if back { Observation::Ends } else { Observation::Between }
    }
}

/// The `zone_speed` behaviour and its state.
pub struct ZoneSpeed {
    profiles: Profiles<Settings>,
    watches: Watches,
}

impl ZoneSpeed {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> ZoneSpeed {
        ZoneSpeed { profiles: Profiles::new(NAME, settings, chart), watches: Watches::new(NAME) }
    }
}

impl Rule for ZoneSpeed {
    fn name(&self) -> Behaviour {
        NAME
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
                *relation == Relation::In && scene.chart.zones.get(*zone).asks(NAME.name()).is_some()
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
                    out.signals.push(over(NAME, step.key, step.vessel, zone_id, ended_at, "back within the limits"));
                }
                Verdict::Nothing => {}
            }
        }
        self.watches.rest(step.vessel, out);
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let asking = step.presence.iter().filter_map(|(zone, relation)| {
            let profile = self.profiles.asked(NAME, scene.chart, zone, scene.now)?;
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

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.watches.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, _places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.zone_speed, scene.chart);
        self.watches.reload(scene, |zone| zone.asks(NAME.name()).is_some(), out);
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
        behaviour: NAME,
        subject: Subject::in_zone(step.key, step.vessel, &scene.chart.zones.get(zone).id),
        kind: SignalKind::Holds(Box::new(Holding {
            started_at: watched.condition.started_at(),
            satisfied_at: watched.condition.satisfied_at().unwrap_or(step.at),
            last_at: step.fix.map_or(step.at, |fix| fix.at),
            form: settings.side(knots),
            position,
            shore_nm: position.map(|position| scene.chart.shore_nm(position)),
            zones: step.presence.iter().collect(),
            base: vec![(NAME.name(), settings.score)],
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

#[cfg(test)]
mod tests;
