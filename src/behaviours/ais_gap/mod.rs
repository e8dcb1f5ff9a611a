//! AIS gap: a vessel falls silent at sea where it should be heard.
//!
//! ## Watches
//! Every vessel last heard at least `min_shore_nm` from shore, outside calm water and its margin.
//! ## Why
//! Transponders are switched off before transfers, and on again once there is nothing left to see.
//! ## Opens
//! Silent for `watched_minutes` if the vessel was last seen watched, or if dead reckoning reaches the near edge of a watched zone within
//! `heading_hours`; elsewhere for `after_hours`. Also, the reception model gives less than `max_probability` that no receiver hears such a
//! vessel for that time, whether it carried on or stood still. For an hour its own record counts too. Reception must have been known when
//! the silence began. Only a fact until `long_hours`, or where its course leads out of the feed's reach; at most low where vessels fall
//! silent all the time. The only vessel of an input is judged when it is heard again.
//! ## Ends
//! Heard again, with distance, implied speed and slack (the time left once that distance is sailed at its usual speed). At most low within
//! `in_place_nm` of where it fell silent, if not under way. A late fix shortens, splits or disproves the gap. Over after 30 days (lost).
//! ## Blind spots
//! A broken transponder looks the same. Where reception is thin or unknown, nothing is reported. Three vessels that switch off together,
//! with no other vessel near, look like a dead receiver.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::behaviours::Behaviour;
use crate::coverage::{Slot, TOLD_BELOW};
use crate::episodes::gap::{MIN_SHORE_NM, Spot};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, Fix, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Presence, Relation, ZoneIx};

use super::runner::profile::{Profiles, Standing};
use super::{
    Explanation, Interest, Output, Place, Places, Rule, Scene, Scope, Signal, SignalKind, Step, Subject, minutes,
    ordered, positive,
};

mod dark;
mod explain;
mod told;

use dark::{Dark, Evidence, Why};

const NAME: Behaviour = Behaviour::AisGap;
/// Longest silence that is followed; then the vessel is lost.
const LOST_AFTER: Span = Span::from_hours(30 * 24);
/// How long closed gaps are kept for late reports that correct them.
const CORRECTED_WITHIN: Span = Span::from_hours(48);
const MOST_CLOSED: usize = 1000;
/// Below this speed a vessel is not under way. Knots.
const UNDER_WAY_KNOTS: f64 = 3.0;
/// Steps of dead reckoning towards zones.
const STEP: Span = Span::from_minutes(10);

/// Settings `[behaviours.ais_gap]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// `long_points` are added from `long_hours` on, `longer_points` instead from `longer_hours` on. They are removed
    /// if the gap closes with less than `slack_minutes`. Points.
    #[schemars(range(min = -100, max = 100))]
    pub long_points: i32,
    /// as above
    #[schemars(range(min = -100, max = 100))]
    pub longer_points: i32,
    /// Minimum distance from shore when last heard. Nautical miles, at least 1.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// Required silence of a vessel that was watched, or heading for a watched zone, when last heard. Minutes, at least
    /// 30.
    #[schemars(range(min = 0, max = 43_200))]
    pub watched_minutes: f64,
    /// Required silence elsewhere. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub after_hours: f64,
    /// How far ahead dead reckoning looks for the near edge of a zone that the vessel is heading for. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub heading_hours: f64,
    /// The silence must be less probable than this. At most 0.01.
    #[schemars(range(min = 0, max = 1))]
    pub max_probability: f64,
    /// A gap is a fact until it has lasted this long. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub long_hours: f64,
    /// Duration from which `longer_points` count. Hours.
    #[schemars(range(min = 0, max = 2400))]
    pub longer_hours: f64,
    /// With less slack than this the silence needs no explanation. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub slack_minutes: f64,
    /// A vessel heard again within this distance, and not under way, scores at most low. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub in_place_nm: f64,
    /// Points if the vessel is the only one that its input hears, because the receiver may have failed; 0 or less.
    #[schemars(range(min = -100, max = 100))]
    pub alone_points: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 20,
            long_points: 10,
            longer_points: 20,
            min_shore_nm: 6.0,
            watched_minutes: 90.0,
            after_hours: 6.0,
            heading_hours: 2.0,
            max_probability: 0.001,
            long_hours: 3.0,
            longer_hours: 12.0,
            slack_minutes: 30.0,
            in_place_nm: 1.0,
            alone_points: -10,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, points) in
            [("score", self.score), ("long_points", self.long_points), ("longer_points", self.longer_points)]
        {
            if !(0..=100).contains(&points) {
                problems.push(format!("{key} must lie between 0 and 100, not {points}"));
            }
        }
        if !(-100..=0).contains(&self.alone_points) {
            problems.push(format!("alone_points must lie between -100 and 0, not {}", self.alone_points));
        }
        if !(0.0..=20.0).contains(&self.in_place_nm) {
            problems.push(format!("in_place_nm must lie between 0 and 20, not {}", self.in_place_nm));
        }
        if !self.min_shore_nm.is_finite() || self.min_shore_nm < MIN_SHORE_NM {
            problems.push(format!("min_shore_nm must be {MIN_SHORE_NM} or more, not {}", self.min_shore_nm));
        }
        if !self.watched_minutes.is_finite() || self.watched_minutes < 30.0 {
            problems.push(format!("watched_minutes must be 30 or more, not {}", self.watched_minutes));
        }
        if !(0.0 < self.max_probability && self.max_probability <= TOLD_BELOW) {
            let given = self.max_probability;
            problems.push(format!("max_probability must lie above 0 and not above {TOLD_BELOW}, not {given}"));
        }
        if !(0.0..=12.0).contains(&self.heading_hours) {
            problems.push(format!("heading_hours must lie between 0 and 12, not {}", self.heading_hours));
        }
        positive(&mut problems, "after_hours", self.after_hours);
        positive(&mut problems, "long_hours", self.long_hours);
        positive(&mut problems, "slack_minutes", self.slack_minutes);
        let watched = self.watched_minutes / 60.0;
        ordered(&mut problems, ("watched_minutes in hours", watched), ("after_hours", self.after_hours));
        ordered(&mut problems, ("long_hours", self.long_hours), ("longer_hours", self.longer_hours));
        problems
    }
}

/// The `ais_gap` behaviour and its state.
pub struct AisGap {
    profiles: Profiles<Settings>,
    dark: FxHashMap<TrackIx, Dark>,
    /// Gaps that were reported and are over, by vessel and start.
    closed: BTreeMap<(TrackKey, Time), (Dark, Spot)>,
}

/// Whether a vessel that is heard again is not under way, by its reported speed or its speed made good.
fn lies_still(vessel: Vessel<'_>, fix: Fix) -> bool {
    let made_good = vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| smg.knots);
    fix.said.sog_knots().or(made_good).is_none_or(|knots| knots < UNDER_WAY_KNOTS)
}

impl AisGap {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> AisGap {
        AisGap { profiles: Profiles::new(NAME, settings, chart), dark: FxHashMap::default(), closed: BTreeMap::new() }
    }

    /// Why a vessel last heard here is watched, and for how long it must be silent. `None` where gaps are not reported.
    fn why(
        &self,
        scene: &Scene<'_>,
        vessel: TrackIx,
        presence: &Presence,
        place: &Place,
        open: Standing,
    ) -> Option<Why> {
        let silence = scene.coverage.silence(vessel).or_else(|| scene.coverage.ended(vessel))?;
        let zones: Vec<(ZoneIx, Relation)> = presence.iter().collect();
        let watched = |zone: ZoneIx| {
            let zone = scene.chart.zones.get(zone);
            zone.watched() && zone.active(scene.now)
        };
        let mut profiles = Vec::new();
        self.profiles.anywhere(scene.chart, zones.iter().map(|(zone, _)| *zone), scene.now, &mut profiles);
        profiles.retain(|profile| {
            let profile = self.profiles.get(*profile);
            profile.at_sea(place, profile.settings.min_shore_nm, open)
        });
        if zones.iter().any(|(zone, _)| watched(*zone)) {
            let required = |profile: &u16| minutes(self.profiles.get(*profile).settings.watched_minutes);
            let profile = profiles.into_iter().min_by_key(required)?;
            return Some(Why { profile, required: required(&profile), zones, heading: None });
        }
        let profile = profiles.into_iter().next()?;
        let settings = &self.profiles.get(profile).settings;
        let elsewhere = minutes(settings.after_hours * 60.0);
        let ahead = minutes(settings.heading_hours * 60.0);
        let steps = if silence.under_way() { ahead.millis() / STEP.millis() } else { 0 };
        let mut hits = Vec::new();
        for step in 1..=steps {
            let at = silence.expected_at(silence.since + Span::from_millis(step * STEP.millis()));
            scene.chart.zones.at(at, &mut hits);
            let reached = hits.iter().find(|hit| hit.relation != Relation::Outside && watched(hit.zone));
            let Some(zone) = reached.map(|hit| hit.zone) else {
                continue;
            };
            // The zone's settings do not apply out here, but they decide which vessels are watched for.
            if self.profiles.of(scene.chart, zone, scene.now).is_some() {
                let heading = Some(scene.chart.zones.get(zone).id.clone());
                return Some(Why { profile, required: minutes(settings.watched_minutes), zones, heading });
            }
        }
        Some(Why { profile, required: elsewhere, zones, heading: None })
    }

    fn fell_silent(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        // After a late fix the rest of a silence arrives again; an open gap just continues.
        let Some(silence) = scene.coverage.silence(step.vessel) else {
            return;
        };
        let known = |dark: &Dark| dark.satisfied_at.is_some() || dark.from.at == silence.since;
        if self.dark.get(&step.vessel).is_some_and(known) {
            return;
        }
        let place = Place::at(scene.chart, silence.position, scene.now);
        let Some(why) = self.why(scene, step.vessel, step.presence, &place, Standing::New) else {
            return;
        };
        let dark = Dark {
            key: step.key,
            from: Spot { at: silence.since, position: silence.position },
            shore_nm: place.shore_nm,
            usual_knots: scene.tracks.vessel(step.vessel).usual_knots(silence.since),
            why,
            satisfied_at: None,
            told: 0,
            evidence: Evidence::of(scene, step.vessel, silence),
        };
        out.wakes.push((dark.due(dark.why.required).max(scene.now), step.key, step.vessel));
        out.activity.push((step.vessel, Activity::Keeps));
        self.dark.insert(step.vessel, dark);
    }

    /// A fix, in time or late, of a vessel that was silent.
    fn heard(&mut self, scene: &Scene<'_>, step: &Step<'_>, fix: Fix, out: &mut Output) {
        let Some(mut dark) = self.dark.remove(&step.vessel) else {
            return;
        };
        out.activity.push((step.vessel, Activity::Done));
        if dark.satisfied_at.is_none() || fix.at <= dark.from.at {
            return;
        }
        let to = Spot { at: fix.at, position: fix.position };
        let settings = &self.profiles.get(dark.why.profile).settings;
        let vessel = scene.tracks.vessel(step.vessel);
        // Silent again since this fix, so it came late. Both parts are judged separately.
        let rest = scene.coverage.silence(step.vessel);
        if rest.is_some() {
            let before = Fix { at: dark.from.at, position: dark.from.position, ..fix };
            dark.evidence.judged(scene.coverage.judge(vessel, &before, fix.at));
        } else if let Some(silence) = scene.coverage.ended(step.vessel) {
            dark.evidence.update(scene, silence);
        }
        if dark.stands(to.at, settings) {
            dark.evidence.lies_still = lies_still(vessel, fix);
            out.signals.push(dark.closes(step.vessel, settings, to));
            self.keep_closed(scene.now, dark, to);
            return;
        }
        if let Some(silence) = rest {
            let mut later = Dark { from: to, ..dark.clone() };
            later.evidence.update(scene, silence);
            if later.stands(scene.now, settings) {
                later.told = later.level(settings, scene.now);
                out.signals.push(later.says(step.vessel, settings, scene.now, SignalKind::Corrects));
                out.wakes.push((later.next_due(settings, scene.now), step.key, step.vessel));
                out.activity.push((step.vessel, Activity::Keeps));
                self.dark.insert(step.vessel, later);
                return;
            }
        }
        out.signals.push(dark.disproved(step.vessel));
    }

    /// The only vessel of its input is heard again. Both were silent; the vessel's own record shows how good reception was.
    fn was_alone(&mut self, scene: &Scene<'_>, step: &Step<'_>, fix: Fix, out: &mut Output) {
        let Some(silence) = scene.coverage.ended(step.vessel) else {
            return;
        };
        let place = Place::at(scene.chart, silence.position, scene.now);
        let Some(why) = self.why(scene, step.vessel, step.presence, &place, Standing::New) else {
            return;
        };
        let settings = &self.profiles.get(why.profile).settings;
        let vessel = scene.tracks.vessel(step.vessel);
        let evidence = Evidence { lies_still: lies_still(vessel, fix), ..Evidence::alone(scene, step.vessel, silence) };
        let from = Spot { at: silence.since, position: silence.position };
        let usual_knots = vessel.usual_knots(silence.since);
        let dark = Dark {
            key: step.key,
            from,
            shore_nm: place.shore_nm,
            usual_knots,
            why,
            satisfied_at: Some(fix.at),
            told: 0,
            evidence,
        };
        if dark.length(fix.at) < dark.why.required {
            return;
        }
        let to = Spot { at: fix.at, position: fix.position };
        out.signals.push(dark.says(step.vessel, settings, fix.at, SignalKind::Holds));
        out.signals.push(dark.closes(step.vessel, settings, to));
        self.keep_closed(scene.now, dark, to);
    }

    /// A late fix inside a closed gap: judges what remains of the gap before and after it.
    fn corrected(&mut self, scene: &Scene<'_>, step: &Step<'_>, fix: Fix, out: &mut Output) {
        let before = (step.key, Time::MIN)..(step.key, fix.at);
        let Some((place, (dark, to))) = self.closed.range(before).next_back() else {
            return;
        };
        let (place, dark, to) = (*place, dark.clone(), *to);
        if to.at <= fix.at {
            return;
        }
        self.closed.remove(&place);
        let settings = &self.profiles.get(dark.why.profile).settings;
        let vessel = scene.tracks.vessel(step.vessel);
        let heard = Spot { at: fix.at, position: fix.position };
        let judged = |from: Spot, until: Time| {
            let mut part = Dark { from, ..dark.clone() };
            let before = Fix { at: from.at, position: from.position, ..fix };
            part.evidence.judged(scene.coverage.judge(vessel, &before, until));
            part
        };
        let first = judged(dark.from, heard.at);
        let second = judged(heard, to.at);
        let stands = (first.stands(heard.at, settings), second.stands(to.at, settings));
        if stands.0 {
            out.signals.push(first.closes(step.vessel, settings, heard));
        } else {
            out.signals.push(dark.disproved(step.vessel));
        }
        if stands.1 {
            out.signals.push(second.says(step.vessel, settings, to.at, SignalKind::Holds));
            out.signals.push(second.closes(step.vessel, settings, to));
        }
        if stands.0 {
            self.keep_closed(scene.now, first, heard);
        }
        if stands.1 {
            self.keep_closed(scene.now, second, to);
        }
    }

    fn keep_closed(&mut self, now: Time, dark: Dark, to: Spot) {
        if MOST_CLOSED <= self.closed.len() {
            self.closed.retain(|_, (_, to)| now - CORRECTED_WITHIN <= to.at);
        }
        if self.closed.len() < MOST_CLOSED {
            self.closed.insert((dark.key, dark.from.at), (dark, to));
        }
    }

    fn over(&mut self, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        let Some(dark) = self.dark.remove(&vessel) else {
            return;
        };
        if let Some(satisfied_at) = dark.satisfied_at {
            let subject = Subject::one(dark.key, vessel);
            let kind = SignalKind::Over { ended_at: satisfied_at, reason };
            out.signals.push(Signal { behaviour: NAME, subject, kind });
        }
    }
}

impl Rule for AisGap {
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Vessel
    }

    fn interest(&self) -> Interest {
        Interest::SILENT.and(Interest::LATE).and(Interest::ALONE)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        match step.fix {
            None if step.interest.meets(Interest::SILENT) => self.fell_silent(scene, step, out),
            Some(fix) if step.interest.meets(Interest::LATE) => self.corrected(scene, step, fix, out),
            Some(fix) if step.interest.meets(Interest::ALONE) => self.was_alone(scene, step, fix, out),
            Some(fix) => self.heard(scene, step, fix, out),
            None => {}
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        self.conditions(scene, step)
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(dark) = self.dark.get_mut(&vessel).filter(|dark| dark.key == key) else {
            return;
        };
        let now = scene.now;
        match scene.coverage.silence(vessel) {
            Some(silence) => dark.evidence.update(scene, silence),
            // A day has passed without the silence becoming improbable enough.
            None if dark.satisfied_at.is_none() => {
                self.dark.remove(&vessel);
                return out.activity.push((vessel, Activity::Done));
            }
            None => {}
        }
        if LOST_AFTER <= now - dark.from.at {
            self.over(vessel, "lost", out);
            return out.activity.push((vessel, Activity::Done));
        }
        let settings = &self.profiles.get(dark.why.profile).settings;
        if !dark.stands(now, settings) && dark.satisfied_at.is_none() {
            let again = dark.due(dark.why.required);
            let again = if now < again { again } else { Slot::of(now).end() };
            return out.wakes.push((again, key, vessel));
        }
        dark.satisfied_at.get_or_insert(now);
        let level = dark.level(settings, now);
        if dark.told < level {
            dark.told = level;
            out.signals.push(dark.says(vessel, settings, now, SignalKind::Holds));
        }
        out.wakes.push((dark.next_due(settings, now), key, vessel));
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
        self.over(vessel, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.ais_gap, scene.chart);
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.dark.iter().map(|(ix, dark)| (dark.key, *ix)).collect();
        vessels.sort_unstable();
        for (key, vessel) in vessels {
            let Some(from) = self.dark.get(&vessel).map(|dark| dark.from) else {
                continue;
            };
            // After a day, the reason for opening is not checked any more.
            if scene.coverage.silence(vessel).is_none() {
                continue;
            }
            let place = Place::at(scene.chart, from.position, scene.now);
            let why = self.why(scene, vessel, places.presence(vessel), &place, Standing::Open);
            let Some(dark) = self.dark.get_mut(&vessel) else {
                continue;
            };
            let stays = why.filter(|why| {
                dark.satisfied_at.is_none() || why.required <= scene.now - dark.from.at - dark.evidence.missed
            });
            let Some(why) = stays else {
                self.over(vessel, "zone removed or inactive", out);
                out.activity.push((vessel, Activity::Done));
                continue;
            };
            dark.why = why;
            if dark.satisfied_at.is_none() {
                out.wakes.push((dark.due(dark.why.required).max(scene.now), key, vessel));
            }
        }
    }

    remembers! { kept { profiles, dark, closed } parts {} built {} }
}

#[cfg(test)]
mod tests;
