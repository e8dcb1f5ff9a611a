//! The rule of `ais_gap`.
//!
//! The reception model (`picture::coverage`) reports which vessels fell silent, and how improbable that is. The rule adds where the vessel
//! was and how long it must be silent there. A vessel passes through three states: followed but not reported (`Dark` without
//! `satisfied_at`), reported, and closed. Closed gaps are kept for 48 h, because a late fix may split, shorten or disprove them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::{
    Behaviour, End, Explanation, Interest, Output, PictureRule, Place, Places, Rule, Scene, SignalKind, Step, minutes,
};
use crate::picture::coverage::Slot;
use crate::picture::episodes::gap::Spot;
use crate::picture::tracks::{Activity, Fix, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Presence, Relation, ZoneIx};

use super::dark::{Dark, Evidence, Why};
use super::settings::Settings;

/// Longest silence that is followed. After that the vessel is lost.
pub(super) const LOST_AFTER: Span = Span::from_hours(30 * 24);
/// How long closed gaps are kept for late reports that correct them.
const CORRECTED_WITHIN: Span = Span::from_hours(48);
/// Maximum number of closed gaps kept. Beyond it those that closed first are dropped, as the alert book drops their alerts.
const MOST_CLOSED: usize = 1000;
/// Speed below which a vessel is not under way. Knots.
const UNDER_WAY_KNOTS: f64 = 3.0;
/// Interval between the positions of dead reckoning towards zones.
const STEP: Span = Span::from_minutes(10);

/// The `ais_gap` behaviour and its state.
pub struct AisGap {
    /// The settings in force in each zone.
    pub(super) profiles: Profiles<Settings>,
    /// Vessels that are silent now, reported or not.
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
        AisGap {
            profiles: Profiles::new(Behaviour::AisGap, settings, chart),
            dark: FxHashMap::default(),
            closed: BTreeMap::new(),
        }
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
        // Where zones overlap, the shortest silence that one of them requires is enough.
        if zones.iter().any(|(zone, _)| watched(*zone)) {
            let required = |profile: &u16| minutes(self.profiles.get(*profile).settings.watched_minutes);
            let profile = profiles.into_iter().min_by_key(required)?;
            return Some(Why { profile, required: required(&profile), zones, heading: None });
        }
        let profile = profiles.into_iter().next()?;
        let settings = &self.profiles.get(profile).settings;
        let elsewhere = minutes(settings.after_hours * 60.0);
        let ahead = minutes(settings.heading_hours * 60.0);
        // A vessel that lay still is not heading anywhere.
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

    /// Begins to follow a vessel that the reception model found silent, and requests the wake-up at which the silence is long enough.
    fn fell_silent(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        // After a late fix, the rest of a silence is reported again. A gap that is open already just continues.
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
            reported: 0,
            evidence: Evidence::of(scene, step.vessel, silence),
        };
        // The silence may be long enough already when the model finds it, and a wake-up must not be in the past.
        out.wakes.push((dark.due(dark.why.required).max(scene.now), step.key, step.vessel));
        out.activity.push((step.vessel, Activity::Keeps));
        self.dark.insert(step.vessel, dark);
    }

    /// Handles a fix of a vessel that was silent. The fix may be late.
    fn heard(&mut self, scene: &Scene<'_>, step: &Step<'_>, fix: Fix, out: &mut Output) {
        let Some(mut dark) = self.dark.remove(&step.vessel) else {
            return;
        };
        out.activity.push((step.vessel, Activity::Done));
        // Nothing was reported that this fix could close or correct.
        if dark.satisfied_at.is_none() || fix.at <= dark.from.at {
            return;
        }
        let to = Spot { at: fix.at, position: fix.position };
        let settings = &self.profiles.get(dark.why.profile).settings;
        let vessel = scene.tracks.vessel(step.vessel);
        // If the vessel is still silent, the fix came late, and the silence before and after it is judged separately.
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
            // The first part is too short for a gap, but the part after the late fix may be long enough on its own.
            let mut later = Dark { from: to, ..dark.clone() };
            later.evidence.update(scene, silence);
            if later.stands(scene.now, settings) {
                later.reported = later.stage(settings, scene.now);
                out.signals.push(later.says(step.vessel, settings, scene.now, SignalKind::Corrects));
                out.wakes.push((later.next_due(settings, scene.now), step.key, step.vessel));
                out.activity.push((step.vessel, Activity::Keeps));
                self.dark.insert(step.vessel, later);
                return;
            }
        }
        out.signals.push(dark.disproved(step.vessel));
    }

    /// Handles a vessel that is heard again and is the only one on its input, which was silent too. The vessel's own record shows how
    /// good reception was.
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
            reported: 0,
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

    /// Handles a late fix inside a closed gap. Judges what remains of the gap before and after the fix.
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

    /// Keeps a closed gap for late fixes. Once there are `MOST_CLOSED`, those too old to be corrected make room; if there are none, the one
    /// that closed first does, which a late fix is least likely to correct.
    fn keep_closed(&mut self, now: Time, dark: Dark, to: Spot) {
        if MOST_CLOSED <= self.closed.len() {
            self.closed.retain(|_, (_, to)| now - CORRECTED_WITHIN <= to.at);
        }
        if MOST_CLOSED <= self.closed.len()
            && let Some(first) =
                self.closed.iter().min_by_key(|(place, (_, to))| (to.at, **place)).map(|(place, _)| *place)
        {
            self.closed.remove(&first);
        }
        self.closed.insert((dark.key, dark.from.at), (dark, to));
    }

    /// Ends the gap of a vessel without a position where it closed: the vessel is lost or forgotten, or no zone asks any more. It has been
    /// silent until `now`.
    fn over(&mut self, vessel: TrackIx, now: Time, reason: End, out: &mut Output) {
        let Some(dark) = self.dark.remove(&vessel) else {
            return;
        };
        if let Some(satisfied_at) = dark.satisfied_at {
            let settings = &self.profiles.get(dark.why.profile).settings;
            out.signals.push(dark.gives_up(vessel, settings, satisfied_at.max(now), reason));
        }
    }
}

impl Rule for AisGap {
    fn behaviour(&self) -> Behaviour {
        Behaviour::AisGap
    }

    fn interest(&self) -> Interest {
        Interest::SILENT.with(Interest::LATE).with(Interest::ALONE)
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
            // The reception model drops a silence after a day. By then it was not improbable enough.
            None if dark.satisfied_at.is_none() => {
                self.dark.remove(&vessel);
                return out.activity.push((vessel, Activity::Done));
            }
            None => {}
        }
        if LOST_AFTER <= now - dark.from.at {
            self.over(vessel, now, End::Lost, out);
            return out.activity.push((vessel, Activity::Done));
        }
        let settings = &self.profiles.get(dark.why.profile).settings;
        if !dark.stands(now, settings) && dark.satisfied_at.is_none() {
            let again = dark.due(dark.why.required);
            // The required length is reached, but the silence is not improbable enough yet. The model counts in slots, so it is asked again
            // at the end of each.
            let again = if now < again { again } else { Slot::of(now).end() };
            return out.wakes.push((again, key, vessel));
        }
        dark.satisfied_at.get_or_insert(now);
        let stage = dark.stage(settings, now);
        // A wake-up that was requested for an earlier start brings no news.
        if dark.reported < stage {
            dark.reported = stage;
            out.signals.push(dark.says(vessel, settings, now, SignalKind::Holds));
        }
        out.wakes.push((dark.next_due(settings, now), key, vessel));
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.over(vessel, scene.now, reason, out);
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &crate::behaviours::Settings, places: &Places, out: &mut Output) {
        self.profiles.rebuild(Behaviour::AisGap, &settings.ais_gap, scene.chart);
        let mut vessels: Vec<(TrackKey, TrackIx)> = self.dark.iter().map(|(ix, dark)| (dark.key, *ix)).collect();
        vessels.sort_unstable();
        for (key, vessel) in vessels {
            let Some(from) = self.dark.get(&vessel).map(|dark| dark.from) else {
                continue;
            };
            // Once the reception model has dropped the silence, after a day, the reason for opening is no longer checked.
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
                self.over(vessel, scene.now, End::ZoneGone, out);
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

impl PictureRule for AisGap {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        match step.fix {
            None if step.interest.meets(Interest::SILENT) => self.fell_silent(scene, step, out),
            Some(fix) if step.interest.meets(Interest::LATE) => self.corrected(scene, step, fix, out),
            Some(fix) if step.interest.meets(Interest::ALONE) => self.was_alone(scene, step, fix, out),
            Some(fix) => self.heard(scene, step, fix, out),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::behaviours::ais_gap::dark::Evidence;
    use crate::geo::LatLon;
    use crate::picture::coverage::SilenceRate;
    use crate::zones::ZoneSet;

    /// A gap of the vessel with this number, from `minute` for two hours.
    fn gap(mmsi: u32, minute: i64) -> (Dark, Spot) {
        let position = LatLon::new(28.0, -17.0);
        let spot = |minute| Spot { at: Time::MIN + Span::from_hours(24 * 365) + Span::from_minutes(minute), position };
        let evidence = Evidence {
            unheard: 0.0,
            unheard_within: 0.0,
            left: None,
            missed: Span::ZERO,
            silence_rate: SilenceRate::default(),
            own_record: None,
            heard_seldom: None,
            alone: false,
            lay_still: false,
            lies_still: false,
        };
        let dark = Dark {
            key: TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 },
            from: spot(minute),
            shore_nm: 50.0,
            usual_knots: 10.0,
            why: Why { profile: 0, required: Span::from_minutes(90), zones: Vec::new(), heading: None },
            satisfied_at: Some(spot(minute + 90).at),
            reported: 1,
            evidence,
        };
        (dark, spot(minute + 120))
    }

    #[test]
    fn late_reports_can_correct_the_gaps_that_closed_last() {
        let mut rule = AisGap::new(&Settings::default(), &Chart::with_built_in(ZoneSet::none()));
        // The numbers fall, so that the oldest gap is the last by number.
        for minute in 0..MOST_CLOSED as i64 + 10 {
            let (dark, to) = gap(300_000_000 - minute as u32, minute);
            rule.keep_closed(to.at, dark, to);
        }
        assert_eq!(rule.closed.len(), MOST_CLOSED);
        let kept = |minute: i64| rule.closed.keys().any(|(key, _)| key.mmsi == Mmsi(300_000_000 - minute as u32));
        assert!(!kept(0) && !kept(9) && kept(10) && kept(MOST_CLOSED as i64 + 9));
    }
}
