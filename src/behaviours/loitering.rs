//! Loitering: a vessel that stays slow, or goes round in circles, near a watched corridor or area.
//!
//! ## Watches
//! Every vessel in or near an active corridor, area or benign zone, outside calm water and its margin, at least `min_shore_nm` off.
//! ## Why
//! Slow hours offshore come before transfers at sea: a mother ship waits for its daughters, a dropper for the dark.
//! ## Opens
//! **Slow**: speed made good below `slow_knots` for `after_minutes`. **Circling**: over the shortest window of
//! `circling_min_hours` to `circling_max_hours` the path is at least `circling_path_nm`, net displacement below
//! `circling_displacement` of it, median speed between `circling_min_knots` and `circling_max_knots`, the box no wider than
//! `circling_box_nm`, and the signed sum of course changes at least `circling_turn_degrees`.
//! ## Ends
//! Slow: speed made good at or above `moving_knots` for `end_minutes`. Circling: displacement above `circling_end_displacement` of
//! the path over 2 h. Both: when the place no longer allows it, or without a fix for 6 h (lost).
//! ## Blind spots
//! A disabled ship and one that waits for orders look the same. A hole in reception can hide a departure and a return. Who
//! comes alongside without a transponder is not seen.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::state::{Word, remembers, word};
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::{Chart, Crossing};

use super::condition::Rule;
use super::profile::{Profiles, Standing};
use super::stay::Stay;
use super::{
    Behaviour, Explanation, Holding, Interest, Output, Place, Places, Scene, Scope, Signal, SignalKind, Step, Subject,
    hysteresis, minutes, not_negative, number, ordered, positive, thresholds,
};

const NAME: &str = "loitering";
/// The begin threshold must hold this long again for the same alert (SPEC "Alerts").
const RESUME_AFTER: Span = Span::from_minutes(5);
/// How often an open condition is said again.
const SAY_EVERY: Span = Span::from_minutes(1);
/// Fixes needed within the condition: any vessel, and one heard only by satellite.
const FIXES: u32 = 4;
const FIXES_SATELLITE: u32 = 2;

/// `[behaviours.loitering]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether it runs.
    pub enabled: bool,
    /// Base points.
    pub score: i32,
    /// Least distance from shore. Nautical miles.
    pub min_shore_nm: f64,
    /// Below this the vessel is slow. Knots made good.
    pub slow_knots: f64,
    /// From this on it moves again. Knots made good; not below `slow_knots`.
    pub moving_knots: f64,
    /// How long it must be slow. Minutes.
    pub after_minutes: f64,
    /// How long it must move again. Minutes.
    pub end_minutes: f64,
    /// A vessel that says it is at anchor or moored and swings less than this is anchored. Radius in nautical miles.
    pub anchored_swing_nm: f64,
    /// Whether circling is looked for.
    pub circling: bool,
    /// Shortest window. Hours.
    pub circling_min_hours: f64,
    /// Longest window, at most 12. Hours.
    pub circling_max_hours: f64,
    /// Least path in the window. Nautical miles.
    pub circling_path_nm: f64,
    /// Net displacement stays below this share of the path, 0-1.
    pub circling_displacement: f64,
    /// Displacement above this share of the path over 2 h ends it, 0-1; not below `circling_displacement`.
    pub circling_end_displacement: f64,
    /// Least median speed. Knots.
    pub circling_min_knots: f64,
    /// Greatest median speed. Knots.
    pub circling_max_knots: f64,
    /// Greatest side of the box. Nautical miles.
    pub circling_box_nm: f64,
    /// Least signed sum of course changes, either way. Degrees.
    pub circling_turn_degrees: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 30,
            min_shore_nm: 3.0,
            slow_knots: 2.0,
            moving_knots: 3.0,
            after_minutes: 60.0,
            end_minutes: 15.0,
            anchored_swing_nm: 0.3,
            circling: true,
            circling_min_hours: 3.0,
            circling_max_hours: 12.0,
            circling_path_nm: 8.0,
            circling_displacement: 0.25,
            circling_end_displacement: 0.5,
            circling_min_knots: 2.0,
            circling_max_knots: 8.0,
            circling_box_nm: 15.0,
            circling_turn_degrees: 720.0,
        }
    }
}

impl Settings {
    /// All faults; each begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("slow_knots", self.slow_knots),
            ("after_minutes", self.after_minutes),
            ("end_minutes", self.end_minutes),
            ("anchored_swing_nm", self.anchored_swing_nm),
            ("circling_min_hours", self.circling_min_hours),
            ("circling_path_nm", self.circling_path_nm),
            ("circling_displacement", self.circling_displacement),
            ("circling_box_nm", self.circling_box_nm),
            ("circling_turn_degrees", self.circling_turn_degrees),
        ] {
            positive(&mut problems, key, value);
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        if 5.0 < self.slow_knots {
            problems.push("slow_knots must not be above 5: nobody who makes more is looked at".to_owned());
        }
        if 12.0 < self.circling_max_hours {
            problems.push("circling_max_hours must not be above 12: tracks are kept 13 h".to_owned());
        }
        for (begin, end) in [
            (("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots)),
            (
                ("circling_displacement", self.circling_displacement),
                ("circling_end_displacement", self.circling_end_displacement),
            ),
        ] {
            hysteresis(&mut problems, begin, end);
        }
        for (low, high) in [
            (("circling_min_hours", self.circling_min_hours), ("circling_max_hours", self.circling_max_hours)),
            (("circling_min_knots", self.circling_min_knots), ("circling_max_knots", self.circling_max_knots)),
        ] {
            ordered(&mut problems, low, high);
        }
        problems
    }

    pub(super) fn rule(&self, merge: Span, satellite_only: bool) -> Rule {
        Rule {
            after: minutes(self.after_minutes),
            end_after: minutes(self.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(self.after_minutes)),
            merge,
            fixes: if satellite_only { FIXES_SATELLITE } else { FIXES },
        }
    }
}

/// The behaviour.
pub struct Loitering {
    profiles: Profiles<Settings>,
    /// When the zones in force came into force.
    profiles_since: Time,
    vessels: FxHashMap<TrackIx, State>,
    scratch: Vec<u16>,
}

/// What is kept about one vessel.
#[derive(Serialize, Deserialize)]
struct State {
    key: TrackKey,
    judged: Vec<Stay>,
    /// Said to hold and not yet said to be over.
    said: Option<Said>,
    last_fix: Time,
    waking: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    at: Time,
    started_at: Time,
    satisfied_at: Time,
    #[serde(deserialize_with = "word")]
    form: Word,
    zones: Vec<(crate::zones::ZoneIx, crate::zones::Relation)>,
}

impl Loitering {
    /// With the zones' own settings.
    pub fn new(settings: &Settings, chart: &Chart) -> Loitering {
        Loitering {
            profiles: Profiles::new(NAME, settings, chart),
            profiles_since: Time::MIN,
            vessels: FxHashMap::default(),
            scratch: Vec::new(),
        }
    }
}

impl Behaviour for Loitering {
    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SLOW.and(Interest::TICK).and(Interest::CROSSED)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let (Some(fix), Some(place)) = (step.fix, step.place) else {
            return;
        };
        let vessel = scene.tracks.vessel(step.vessel);
        let known = self.vessels.contains_key(&step.vessel);
        if !vessel.takes_part() || (!known && step.presence.is_empty()) {
            return;
        }
        let mut profiles = std::mem::take(&mut self.scratch);
        self.profiles.watched(scene.chart, step.presence, scene.now, &mut profiles);
        if known || !profiles.is_empty() {
            let state = self.vessels.entry(step.vessel).or_insert_with(|| State {
                key: step.key,
                judged: Vec::new(),
                said: None,
                last_fix: fix.at,
                waking: false,
            });
            state.last_fix = fix.at;
            let not_before = entered_at(step).max(self.profiles_since);
            let (mut over_at, mut left) = (None, false);
            for profile in &profiles {
                if !state.judged.iter().any(|judged| judged.profile == *profile) {
                    state.judged.push(Stay::new(*profile, not_before));
                }
            }
            for judged in &mut state.judged {
                let allowed = profiles.contains(&judged.profile);
                let profile = self.profiles.get(judged.profile);
                let standing = if judged.is_open() { Standing::Open } else { Standing::New };
                let at_sea = profile.at_sea(&place, profile.settings.min_shore_nm, standing);
                left |= !(allowed && at_sea);
                let ended = match allowed && at_sea {
                    true => judged.observe(&profile.settings, scene, &vessel, &fix, step),
                    false => judged.leave(),
                };
                over_at = over_at.max(ended);
            }
            let reason = match (profiles.is_empty(), left) {
                (true, _) => "left the zone",
                (false, true) => "near shore or calm water",
                (false, false) => "under way again",
            };
            state.speak(scene, step, &place, &self.profiles, over_at, reason, out);
            state.rest(scene, &self.profiles, step.vessel, out);
            if state.is_empty() {
                self.vessels.remove(&step.vessel);
                out.activity.push((step.vessel, Activity::Done));
            } else if !known {
                out.activity.push((step.vessel, Activity::Keeps));
            }
        }
        self.scratch = profiles;
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let stays = self.vessels.get(&step.vessel).map_or(&[][..], |state| &state.judged);
        let of = |profile: u16| stays.iter().find(|stay| stay.profile == profile);
        let told = |profile: u16| Stay::explain(of(profile), self.profiles.get(profile), scene, step, watched);
        profiles.into_iter().flat_map(told).collect()
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(state) = self.vessels.get_mut(&vessel).filter(|state| state.key == key) else {
            return;
        };
        let lost_at = state.last_fix + scene.tracks.settings().lost_after();
        if scene.now < lost_at {
            out.wakes.push((lost_at, key, vessel));
            return;
        }
        state.close(vessel, "lost", out);
        self.vessels.remove(&vessel);
        out.activity.push((vessel, Activity::Done));
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        if let Some(mut state) = self.vessels.remove(&vessel) {
            state.close(vessel, reason, out);
        }
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.loitering, scene.chart);
        self.profiles_since = scene.now;
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.vessels.iter().map(|(ix, state)| (state.key, *ix)).collect();
        vessels.sort_unstable();
        for (_, ix) in vessels {
            let mut allowed = Vec::new();
            self.profiles.watched(scene.chart, places.presence(ix), scene.now, &mut allowed);
            let Some(state) = self.vessels.get_mut(&ix) else {
                continue;
            };
            match allowed.first() {
                None => {
                    state.close(ix, "zone removed or inactive", out);
                    self.vessels.remove(&ix);
                    out.activity.push((ix, Activity::Done));
                }
                // What runs goes on under the settings it began with where these still exist, else under the new ones.
                Some(first) => {
                    for judged in &mut state.judged {
                        if !allowed.contains(&judged.profile) {
                            judged.profile = *first;
                        }
                    }
                    state.judged.dedup_by_key(|judged| judged.profile);
                }
            }
        }
    }

    remembers! { kept { profiles, profiles_since, vessels } parts {} built { scratch } }
}

impl State {
    fn is_empty(&self) -> bool {
        self.judged.is_empty() && self.said.is_none()
    }

    /// Says that it holds or is over, if there is something new to say.
    #[allow(clippy::too_many_arguments)]
    fn speak(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        place: &Place,
        profiles: &Profiles<Settings>,
        over_at: Option<Time>,
        reason: &'static str,
        out: &mut Output,
    ) {
        let Some(fix) = step.fix else {
            return;
        };
        let open = self.judged.iter().filter(|judged| judged.is_open());
        let open = open.min_by_key(|judged| (!judged.holds(), judged.started_at()));
        let Some(judged) = open else {
            if let (Some(said), Some(ended_at)) = (self.said.take(), over_at) {
                let reason = match (reason, said.form) {
                    ("under way again", "circling") => "straightened out",
                    _ => reason,
                };
                out.signals.push(self.over(step.vessel, ended_at, reason));
            }
            return;
        };
        if !judged.holds() {
            return;
        }
        let form = match (judged.slow.is_open(), judged.circling.is_open()) {
            (true, true) => "slow+circling",
            (true, false) => "slow",
            (false, _) => "circling",
        };
        let zones: Vec<_> = step.presence.iter().collect();
        let started_at = self.said.as_ref().map_or(judged.started_at(), |said| said.started_at);
        let satisfied_at = self.said.as_ref().map_or(judged.satisfied_at(), |said| said.satisfied_at);
        let news = self
            .said
            .as_ref()
            .is_none_or(|said| said.form != form || said.zones != zones || SAY_EVERY <= fix.at - said.at);
        if !news {
            return;
        }
        let settings = &profiles.get(judged.profile).settings;
        let vessel = scene.tracks.vessel(step.vessel);
        let mut measured = serde_json::Map::new();
        if judged.slow.is_open() {
            measured.insert("counted_minutes".into(), number(judged.slow.counted().minutes(), 1));
            measured.insert("swing_nm".into(), number(judged.swing.radius_nm(), 2));
            measured.insert("max_knots".into(), number(judged.swing.fastest_knots, 1));
        }
        if let Some(smg) = step.smg {
            measured.insert("speed_made_good_knots".into(), number(smg.knots, 1));
        }
        judged.circling.measure(&mut measured);
        measured.insert("shore_nm".into(), number(place.shore_nm, 1));
        out.signals.push(Signal {
            behaviour: NAME,
            subject: Subject::one(self.key, step.vessel),
            kind: SignalKind::Holds(Box::new(Holding {
                started_at,
                satisfied_at,
                last_at: fix.at,
                form,
                position: Some(fix.position),
                shore_nm: Some(place.shore_nm),
                zones: zones.clone(),
                base: vec![(NAME, settings.score)],
                asked: None,
                anchored: judged.slow.is_open()
                    && vessel.says_anchored()
                    && judged.swing.radius_nm() < settings.anchored_swing_nm,
                measured,
                thresholds: thresholds(settings, keys_of(form)),
            })),
        });
        self.said = Some(Said { at: fix.at, started_at, satisfied_at, form, zones });
    }

    /// Drops what counts nothing and asks to be woken when the vessel will be lost.
    fn rest(&mut self, scene: &Scene<'_>, profiles: &Profiles<Settings>, vessel: TrackIx, out: &mut Output) {
        let now = scene.now;
        self.judged.retain(|judged| {
            let settings = &profiles.get(judged.profile).settings;
            let rule = settings.rule(scene.merge, false);
            !judged.is_idle(&rule, now)
        });
        if !self.waking && !self.judged.is_empty() {
            self.waking = true;
            let lost_at = self.last_fix + scene.tracks.settings().lost_after();
            out.wakes.push((lost_at, self.key, vessel));
        }
    }

    /// Ends everything at the last moment it held.
    fn close(&mut self, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        let ended_at = self.judged.iter_mut().filter_map(Stay::leave).max();
        if let (Some(_), Some(ended_at)) = (self.said.take(), ended_at) {
            out.signals.push(self.over(vessel, ended_at, reason));
        }
    }

    fn over(&self, vessel: TrackIx, ended_at: Time, reason: &'static str) -> Signal {
        Signal { behaviour: NAME, subject: Subject::one(self.key, vessel), kind: SignalKind::Over { ended_at, reason } }
    }
}

/// When the vessel crossed the last border inward with this step; `Time::MIN` if it crossed none.
fn entered_at(step: &Step<'_>) -> Time {
    let entered = step.crossings.iter().filter_map(|crossing| match *crossing {
        Crossing::Entered { at, .. } => Some(at),
        Crossing::Left { .. } => None,
    });
    entered.max().unwrap_or(Time::MIN)
}

fn keys_of(form: &str) -> &'static [&'static str] {
    match form {
        "slow" => &["slow_knots", "moving_knots", "after_minutes", "end_minutes", "min_shore_nm", "anchored_swing_nm"],
        _ => &[
            "slow_knots",
            "after_minutes",
            "min_shore_nm",
            "circling_min_hours",
            "circling_max_hours",
            "circling_path_nm",
            "circling_displacement",
            "circling_end_displacement",
            "circling_min_knots",
            "circling_max_knots",
            "circling_box_nm",
            "circling_turn_degrees",
        ],
    }
}

#[cfg(test)]
mod tests;
