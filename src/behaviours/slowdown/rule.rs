//! The rule of `slowdown`.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::behaviours::runner::condition::{Observation, Timing};
use crate::behaviours::runner::vessel::{Case, FIXES, FIXES_SATELLITE, Facts, Kept, Lone, RESUME_AFTER, Seen, Where};
use crate::behaviours::{
    Behaviour, End, Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, minutes, number, thresholds,
};
use crate::state::remembers;
use crate::time::Span;
use crate::tracks::{Activity, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Chart, Kind, Zone};

use super::hole::Holes;
use super::{Form, Settings};

/// The `slowdown` behaviour and its state.
pub struct Slowdown {
    vessels: Lone<SlowedDown>,
    holes: Holes,
}

impl Slowdown {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> Slowdown {
        Slowdown { vessels: Lone::new(settings, chart), holes: Holes::default() }
    }
}

impl Rule for Slowdown {
    fn behaviour(&self) -> Behaviour {
        Behaviour::Slowdown
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW.and(Interest::SLOW_HOLE)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        self.vessels.step(scene, step, out);
        if !step.interest.meets(Interest::SLOW_HOLE) && !self.holes.waits(step.vessel) {
            return;
        }
        let busy = self.vessels.knows(step.vessel);
        match self.vessels.settings_here(scene, step) {
            Some(settings) => self.holes.step(&settings, scene, step, busy, out),
            None => self.holes.forget(step.vessel),
        }
        if busy || self.holes.waits(step.vessel) {
            out.activity.push((step.vessel, Activity::Keeps));
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.vessels.explain(scene, step, |told, settings, seen, kept| {
            let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
            let since = step.smg.map_or(step.at, |smg| smg.since);
            let usual = kept.map_or_else(|| seen.vessel.usual_knots(since), |kept| kept.own.usual_knots);
            let before = || seen.vessel.above_until(since, knots, within, scene.tracks.settings());
            let under_way = kept.map_or_else(before, |kept| kept.own.under_way);
            let smg = step.smg.map(|smg| smg.knots);
            let trade = type_of(seen.vessel.ship_type());
            let pilots = seen.zones().any(|zone| is_pilot_station(scene.chart.zones.get(zone)));
            told.is("ship_type", trade, "not 30, 33, 36, 50", !slows_by_trade(seen))
                .is("pilot_station", pilots, "false", !pilots)
                .at_least("under_way_minutes", Some(under_way.minutes()), settings.under_way_minutes)
                .below("speed_made_good_knots", smg, settings.slow_knots)
                .below("share_of_usual_speed", smg.map(|knots| knots / usual), settings.slow_share)
                .at_least(
                    "slow_minutes",
                    Some(kept.map_or(0.0, |kept| kept.condition.counted().minutes())),
                    settings.after_minutes,
                )
        })
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        self.vessels.wake(scene, key, vessel, out);
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.holes.forget(vessel);
        self.vessels.forget(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &crate::behaviours::Settings, places: &Places, out: &mut Output) {
        self.vessels.reload(scene, &settings.slowdown, places, out);
    }

    remembers! { kept {} parts { vessels, holes } built {} }
}

/// The condition of a slowdown, for the runner.
#[derive(Serialize, Deserialize)]
struct SlowedDown;

/// The vessel's speed and time under way before it slowed down.
#[derive(Serialize, Deserialize)]
struct Before {
    usual_knots: f64,
    under_way: Span,
}

impl Case for SlowedDown {
    type Settings = Settings;
    type Own = Before;
    const BEHAVIOUR: Behaviour = Behaviour::Slowdown;
    const WHERE: Where = Where::Watched;
    const ENDS: End = End::UnderWayAgain;

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn anchored_swing_nm(settings: &Settings) -> Option<f64> {
        Some(settings.anchored_swing_nm)
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Before> {
        let smg = seen.step.smg.filter(|smg| smg.knots < settings.slow_knots)?;
        if slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone))) {
            return None;
        }
        let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
        let under_way = seen.vessel.above_until(smg.since, knots, within, seen.scene.tracks.settings());
        if under_way < minutes(settings.under_way_minutes) {
            return None;
        }
        let usual_knots = seen.vessel.usual_knots(smg.since);
        (smg.knots < settings.slow_share * usual_knots).then_some(Before { usual_knots, under_way })
    }

    fn observe(settings: &Settings, kept: &mut Kept<Before>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = seen.step.smg?;
        let usual_knots = kept.own.usual_knots;
        let aside = slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone)));
        let slow = smg.knots < settings.slow_knots && smg.knots < settings.slow_share * usual_knots && !aside;
        let observation = match slow {
            true => Observation::Meets,
            false if smg.knots <= settings.end_share * usual_knots && !aside => Observation::Between,
            false => Observation::Ends,
        };
        Some((observation, smg))
    }

    fn rule(settings: &Settings, _kept: &Kept<Before>, seen: &Seen<'_>) -> Timing {
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES },
        }
    }

    fn facts(settings: &Settings, kept: &Kept<Before>, seen: &Seen<'_>) -> Facts {
        let mut measured = Map::new();
        measured.insert("counted_minutes".into(), number(kept.condition.counted().minutes(), 1));
        if let Some(smg) = seen.step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        measured.insert("usual_knots".into(), number(kept.own.usual_knots, 1));
        measured.insert("under_way_hours".into(), number(kept.own.under_way.hours(), 1));
        measured.insert("swing_nm".into(), number(kept.swing.radius_nm(), 2));
        measured.insert("shore_nm".into(), number(seen.shore_nm(), 1));
        Facts {
            form: Form::Followed.into(),
            base: vec![(Behaviour::Slowdown.name(), settings.score)],
            measured,
            thresholds: thresholds(
                settings,
                &[
                    "min_shore_nm",
                    "under_way_knots",
                    "under_way_minutes",
                    "within_minutes",
                    "slow_knots",
                    "slow_share",
                    "after_minutes",
                    "end_share",
                    "end_minutes",
                ],
            ),
        }
    }
}

fn type_of(ship_type: Option<u8>) -> String {
    ship_type.map_or("unknown".to_owned(), |kind| kind.to_string())
}

/// Whether the vessel slows down all day as part of its work: fishing vessels, dredgers, sailing vessels and pilots.
fn slows_by_trade(seen: &Seen<'_>) -> bool {
    matches!(seen.vessel.ship_type(), Some(30 | 33 | 36 | 50))
}

/// Whether the zone is a pilot station, where ships slow down. Its id or name says so.
fn is_pilot_station(zone: &Zone) -> bool {
    zone.kind == Kind::Benign && [&zone.id, &zone.name].iter().any(|text| text.to_lowercase().contains("pilot"))
}
