//! The rule of `slowdown`.
//!
//! The usual speed and the time under way are measured once, when the slowdown begins: the slow time itself must not count.

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::runner::case::{Case, FIXES, FIXES_SATELLITE, Kept, RESUME_AFTER, Seen, Where};
use crate::behaviours::runner::condition::{Observation, Timing};
use crate::behaviours::runner::lone::{self, Lone};
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::{self, AnyFacts, Behaviour, End, Explanation, Interest, Rounded, Step, minutes};
use crate::picture::tracks::SpeedMadeGood;
use crate::zones::{Chart, Kind, Presence, Zone};

use super::facts::{Facts, Followed};
use super::hole::{self, Hole};
use super::settings::Settings;

/// The `slowdown` behaviour and its state.
pub(crate) type Slowdown = PerVessel<SlowdownRule>;

/// The rule: a slowdown that was followed fix by fix, or one inferred over a hole in reception.
pub(crate) struct SlowdownRule {
    /// The slowdown that is followed fix by fix.
    followed: Lone<SlowedDown>,
}

/// What is kept about one vessel; at least one of the two.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// `None` while no slowdown is counted.
    followed: Option<lone::State<Before>>,
    /// The hole over which it was slow, until it is seen under way again.
    hole: Option<Hole>,
}

impl VesselRule for SlowdownRule {
    type Settings = Settings;
    type State = State;
    const BEHAVIOUR: Behaviour = Behaviour::Slowdown;
    const INTEREST: Interest = Interest::SLOW.with(Interest::SLOW_HOLE);

    fn new(settings: &Settings, chart: &Chart) -> SlowdownRule {
        SlowdownRule { followed: Lone::new(settings, chart) }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.slowdown
    }

    fn observe(&mut self, state: &mut Option<State>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let mut now = state.take().unwrap_or_default();
        self.followed.observe(&mut now.followed, scene, step, begin, out);
        if step.interest.meets(Interest::SLOW_HOLE) || now.hole.is_some() {
            // A slowdown that is followed fix by fix shows more than one over a hole.
            let is_busy = now.followed.is_some();
            now.hole = self
                .followed
                .settings_here(scene, step)
                .and_then(|settings| hole::observe(now.hole.take(), &settings, scene, step, is_busy, out));
        }
        *state = (now.followed.is_some() || now.hole.is_some()).then_some(now);
    }

    fn explain(&self, state: Option<&State>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let followed = state.and_then(|state| state.followed.as_ref());
        self.followed.explain(followed, scene, step, |shown, settings, seen, kept| {
            let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
            let since = step.smg.map_or(step.at, |smg| smg.since);
            let usual = kept.map_or_else(|| seen.vessel.usual_knots(since), |kept| kept.own.usual_knots);
            let before = || seen.vessel.above_until(since, knots, within, scene.settings());
            let under_way = kept.map_or_else(before, |kept| kept.own.under_way);
            let smg = step.smg.map(|smg| smg.knots);
            let trade = type_of(seen.vessel.ship_type());
            let pilots = seen.zones().any(|zone| is_pilot_station(scene.chart.zones.get(zone)));
            shown
                .is("ship_type", trade, "not 30, 33, 36, 50", !slows_by_trade(seen))
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

    fn close(&self, state: State, reason: End, out: &mut Signals<'_>) {
        state.followed.into_iter().for_each(|followed| self.followed.close(followed, reason, out));
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart, now: Time) {
        self.followed.configure(settings, chart, now);
    }

    fn review(&self, state: &mut Option<State>, scene: &VesselScene<'_>, presence: &Presence, out: &mut Signals<'_>) {
        if let Some(state) = state {
            self.followed.review(&mut state.followed, scene, presence, out);
        }
        state.take_if(|state| state.followed.is_none() && state.hole.is_none());
    }

    fn due(&self, state: &State, scene: &VesselScene<'_>) -> Option<Time> {
        state.followed.as_ref().map(|followed| self.followed.lost_at(followed, scene))
    }

    fn wake(&mut self, state: &mut Option<State>, _scene: &VesselScene<'_>, out: &mut Signals<'_>) {
        // The hole is kept until the vessel is heard again. Only then is it known whether it was under way.
        let followed = state.as_mut().and_then(|state| state.followed.take());
        followed.into_iter().for_each(|followed| self.followed.close(followed, End::Lost, out));
        state.take_if(|state| state.hole.is_none());
    }

    remembers! { kept {} parts { followed } built {} }
}

/// The condition of a slowdown that is followed fix by fix.
pub(crate) struct SlowedDown;

/// The vessel's speed and time under way before it slowed down.
#[derive(Serialize, Deserialize)]
pub(crate) struct Before {
    /// Its usual speed. Knots.
    usual_knots: f64,
    /// How long it was under way.
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

    fn observe(settings: &Settings, kept: &mut Kept<Before>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = seen.step.smg?;
        let usual_knots = kept.own.usual_knots;
        let aside = slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone)));
        let slow = smg.knots < settings.slow_knots && smg.knots < settings.slow_share * usual_knots && !aside;
        let observation = match slow {
            true => Observation::Meets,
            // Neither slow nor back at its usual speed.
            false if smg.knots <= settings.end_share * usual_knots && !aside => Observation::Between,
            false => Observation::Ends,
        };
        Some((observation, smg))
    }

    fn rule(settings: &Settings, kept: &Kept<Before>, seen: &Seen<'_>) -> Timing {
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES },
            slower_than: Some(settings.end_share * kept.own.usual_knots),
        }
    }

    fn facts(settings: &Settings, kept: &Kept<Before>, seen: &Seen<'_>, at_anchor: Option<AtAnchor>) -> AnyFacts {
        let measured = Followed {
            counted_minutes: kept.condition.counted_in_all().minutes().into(),
            median_knots: kept.knots.value().map(Rounded::from),
            usual_knots: kept.own.usual_knots.into(),
            under_way_hours: kept.own.under_way.hours().into(),
            swing_nm: kept.swing.radius_nm().into(),
            shore_nm: seen.shore_nm().into(),
            at_anchor,
        };
        Facts::Followed { measured, thresholds: settings.into() }.into()
    }

    fn base(settings: &Settings, _kept: &Kept<Before>, _seen: &Seen<'_>) -> Vec<(&'static str, i32)> {
        vec![(Behaviour::Slowdown.name(), settings.score)]
    }
}

/// The vessel's speed and time under way before, if a slowdown may begin with this fix; otherwise `None`.
fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Before> {
    let smg = seen.step.smg.filter(|smg| smg.knots < settings.slow_knots)?;
    if slows_by_trade(seen) || seen.zones().any(|zone| is_pilot_station(seen.scene.chart.zones.get(zone))) {
        return None;
    }
    let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
    let under_way = seen.vessel.above_until(smg.since, knots, within, seen.scene.settings());
    if under_way < minutes(settings.under_way_minutes) {
        return None;
    }
    let usual_knots = seen.vessel.usual_knots(smg.since);
    (smg.knots < settings.slow_share * usual_knots).then_some(Before { usual_knots, under_way })
}

/// A ship type as the measured value of an explanation.
fn type_of(ship_type: Option<u8>) -> String {
    ship_type.map_or("unknown".to_owned(), |kind| kind.to_string())
}

/// Whether slowing down is usual for vessels of this type: fishing vessels, dredgers, sailing vessels and pilots.
fn slows_by_trade(seen: &Seen<'_>) -> bool {
    matches!(seen.vessel.ship_type(), Some(30 | 33 | 36 | 50))
}

/// Whether the zone is a pilot station, where ships slow down, by its id or name.
fn is_pilot_station(zone: &Zone) -> bool {
    zone.kind == Kind::Benign && [&zone.id, &zone.name].iter().any(|text| text.to_lowercase().contains("pilot"))
}
