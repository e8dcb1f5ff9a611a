//! The rule of `dark_rendezvous`.
//!
//! A stop and a silence become known in either order, so the rule judges stops on both occasions: when a vessel has stopped for long
//! enough, and when a silence begins, goes on, ends or is corrected. The vessel named in an alert stays named while it remains possible,
//! even if another one becomes likelier.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::runner::profile::{Profiles, Standing};
use crate::behaviours::shared::dropped::zones_at;
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Place, Places, Rule, Scene, Signal,
    SignalKind, Step, Subject, minutes,
};
use crate::picture::episodes::gap::Gap;
use crate::picture::episodes::{Halt, News};
use crate::picture::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::Chart;

use super::beside::{Beside, beside};
use super::candidates::{Candidate, candidates, stop_end};
use super::facts::{Facts, Form, Measured};
use super::settings::Settings;

/// Search distance for stops around the ends of a gap. Nautical miles.
pub(super) const FARTHEST_NM: f64 = 120.0;
/// How long before a stop a gap may begin: the most slack that can be set, plus two days under way.
const LONGEST_GAP: Span = Span::from_hours(216);
/// Maximum number of meetings kept so that they can be judged again. Beyond it the oldest whose stop is over is dropped. If all stops
/// go on, a new meeting is not reported.
const MOST: usize = 5000;
/// Interval at which a continuing silence is judged again.
const ASK_EVERY: Span = Span::from_minutes(15);
/// How long a continuing silence is judged again.
const ASKED_WITHIN: Span = Span::from_hours(48);
/// How long a meeting may still be judged again.
const JUDGED_WITHIN: Span = Span::from_hours(30 * 24);

/// The `dark_rendezvous` behaviour and its state.
pub struct DarkRendezvous {
    /// The base settings, for searches that begin before the place of the stop is known.
    pub(super) base: Settings,
    /// The settings in force in each zone.
    pub(super) profiles: Profiles<Settings>,
    /// Meetings reported, by the id of the halt.
    meetings: BTreeMap<u64, Meeting>,
    /// Silent vessels whose return is awaited.
    dark: FxHashMap<TrackIx, TrackKey>,
}

/// A meeting that was reported.
#[derive(Serialize, Deserialize)]
struct Meeting {
    /// The vessel that stopped and the one named as silent.
    subject: Subject,
    /// The silent vessel.
    dark: TrackKey,
    /// Start of its gap.
    from: Time,
    /// When the vessel stopped.
    started_at: Time,
    /// When the meeting was found.
    satisfied_at: Time,
    /// Index of the settings in force at the stop when it was found. They stay in force for the meeting.
    profile: u16,
    /// Number of candidates when last reported.
    possible: usize,
    /// Number of stops that the same silence leaves time for, including this one.
    stops: usize,
    /// Whether the silent vessel had been heard again when last reported, so that its slack was final.
    heard_again: bool,
    /// Whether the stop has ended, so that only a correction or a retraction can follow.
    over: bool,
    /// Whether a vessel that was heard alongside proved to explain the stop. The alert was retracted and is not opened again.
    explained: bool,
}

impl Meeting {
    /// A signal about it.
    fn signal(&self, kind: SignalKind) -> Signal {
        Signal { behaviour: Behaviour::DarkRendezvous, subject: self.subject.clone(), kind }
    }

    /// The signal that the stop is over, with what was measured of the whole of it.
    fn closes(&self, halt: &Halt, holding: Box<Holding>) -> Signal {
        self.signal(SignalKind::Closes { ended_at: halt.last_at, reason: End::StopEnded, holding })
    }
}

impl DarkRendezvous {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> DarkRendezvous {
        DarkRendezvous {
            base: settings.clone(),
            profiles: Profiles::new(Behaviour::DarkRendezvous, settings, chart),
            meetings: BTreeMap::new(),
            dark: FxHashMap::default(),
        }
    }

    /// The settings under which a halt counts as a stop, if any.
    pub(super) fn profile(&self, scene: &Scene<'_>, halt: &Halt) -> Option<u16> {
        let mut profiles = Vec::new();
        let zones = zones_at(scene.chart, halt.position);
        self.profiles.anywhere(scene.chart, zones.iter().map(|(zone, _)| *zone), scene.now, &mut profiles);
        let place = Place::at(scene.chart, halt.position, scene.now);
        profiles.into_iter().find(|index| {
            let profile = self.profiles.get(*index);
            let settings = &profile.settings;
            minutes(settings.stop_minutes) <= halt.still && profile.at_sea(&place, settings.min_shore_nm, Standing::New)
        })
    }

    /// Judges one halt again and reports any change.
    fn judge(&mut self, scene: &Scene<'_>, id: u64, out: &mut Output) {
        let Some(halt) = scene.episodes.halts.get(id) else {
            return;
        };
        if self.explain_stop(scene, id, halt, out) {
            return;
        }
        let meeting = self.meetings.get(&id);
        let named = meeting.map(|meeting| meeting.dark);
        let stops = meeting.map_or(0, |meeting| self.stops_of(meeting.dark, meeting.from));
        // Gaps are few, and look-ups on the chart are slow. Most stops have no silent vessel in reach.
        if named.is_none() && !self.is_near_a_gap(scene, halt) {
            return;
        }
        let Some(profile) = meeting.map(|meeting| meeting.profile).or_else(|| self.profile(scene, halt)) else {
            return;
        };
        let mut candidates = candidates(scene, halt, self.profiles.get(profile), named);
        let settings = self.profiles.get(profile).settings.clone();
        if let Some(meeting) = self.meetings.get_mut(&id) {
            if let Some(place) = candidates.iter().position(|candidate| candidate.gap.key == meeting.dark) {
                // The vessel already named stays first. The number of candidates may be news, and once the gap closes, so is the slack.
                let heard_again = candidates[place].gap.to.is_some();
                let news = (candidates.len(), stops, heard_again);
                if (meeting.possible, meeting.stops, meeting.heard_again) == news {
                    return;
                }
                // A stop that is over is corrected by what is final only.
                let is_final = heard_again && !meeting.heard_again;
                (meeting.possible, meeting.stops, meeting.heard_again) = news;
                candidates[..=place].rotate_right(1);
                let holding = holding(scene, halt, meeting, &candidates, &settings);
                match meeting.over {
                    false => out.signals.push(meeting.signal(SignalKind::Holds(holding))),
                    true if is_final => out.signals.push(meeting.closes(halt, holding)),
                    true => {}
                }
                return;
            }
            let kind = SignalKind::Disproved { started_at: meeting.started_at, reason: End::SilentElsewhere };
            out.signals.push(meeting.signal(kind));
            self.meetings.remove(&id);
        }
        let Some(best) = candidates.first() else {
            return;
        };
        // A vessel that transmits and lay alongside explains the stop better than a silent one.
        if beside(scene, halt, best.gap.key).as_ref().is_some_and(Beside::explains) {
            return;
        }
        if !self.make_room() {
            return;
        }
        let meeting = Meeting {
            subject: Subject::pair((halt.key, halt.vessel), (best.gap.key, best.ix)),
            dark: best.gap.key,
            from: best.gap.from.at,
            started_at: halt.started_at,
            satisfied_at: scene.now,
            profile,
            possible: candidates.len(),
            stops: 1 + self.stops_of(best.gap.key, best.gap.from.at),
            heard_again: best.gap.to.is_some(),
            over: halt.over,
            explained: false,
        };
        out.signals.push(meeting.signal(SignalKind::Holds(holding(scene, halt, &meeting, &candidates, &settings))));
        if halt.over {
            out.signals.push(meeting.signal(SignalKind::Over { ended_at: halt.last_at, reason: End::StopEnded }));
        }
        self.meetings.insert(id, meeting);
    }

    /// Whether a vessel that was heard alongside explains a stop whose meeting was reported. The first time, the alert is retracted.
    fn explain_stop(&mut self, scene: &Scene<'_>, id: u64, halt: &Halt, out: &mut Output) -> bool {
        let Some(meeting) = self.meetings.get_mut(&id) else {
            return false;
        };
        let explains = if halt.over { Beside::explains } else { Beside::explains_so_far };
        if !meeting.explained && beside(scene, halt, meeting.dark).as_ref().is_some_and(explains) {
            (meeting.explained, meeting.over) = (true, true);
            let kind = SignalKind::Disproved { started_at: meeting.started_at, reason: End::AnotherAlongside };
            out.signals.push(meeting.signal(kind));
        }
        meeting.explained
    }

    /// Number of stops found so far that one silence leaves time for.
    fn stops_of(&self, dark: TrackKey, from: Time) -> usize {
        let open = self.meetings.values().filter(|meeting| !meeting.explained);
        open.filter(|meeting| meeting.dark == dark && meeting.from == from).count()
    }

    /// Whether any vessel within reach was silent during a halt, by time and distance alone.
    fn is_near_a_gap(&self, scene: &Scene<'_>, halt: &Halt) -> bool {
        let until = stop_end(halt, scene.now);
        let mut gaps = scene.gaps.during(halt.started_at, until, LONGEST_GAP);
        gaps.any(|gap| gap.key != halt.key && gap.from.position.metres_to(halt.position) <= FARTHEST_NM * METRES_PER_NM)
    }

    /// Ids of the halts that a gap may be related to.
    pub(super) fn around(&self, scene: &Scene<'_>, gap: &Gap) -> Vec<u64> {
        let until = gap.to.map_or(scene.now, |to| to.at);
        let hours = (until - gap.from.at).hours();
        let latest = gap.from.at + self.base.longest();
        let nm = (hours * gap.usual_knots * self.base.speed_factor.max(1.0)).min(FARTHEST_NM);
        let latest = until.min(latest);
        let during = |halt: &Halt| halt.started_at <= latest && gap.from.at <= halt.last_at && halt.key != gap.key;
        let near = scene.episodes.halts.near_if(gap.from.position, nm * METRES_PER_NM, during);
        near.into_iter().map(|(id, _, _)| id).collect()
    }

    /// Judges the halts around a gap that is new, ended or corrected, and the meetings that rest on it.
    fn gap_changed(&mut self, scene: &Scene<'_>, key: TrackKey, out: &mut Output) {
        let mut ids: Vec<u64> = Vec::new();
        for gap in scene.gaps.of(key, scene.now - JUDGED_WITHIN, scene.now).filter(|gap| !gap.usual) {
            ids.extend(self.around(scene, gap));
        }
        ids.extend(self.meetings.iter().filter(|(_, meeting)| meeting.dark == key).map(|(id, _)| *id));
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            self.judge(scene, id, out);
        }
    }

    /// Drops the oldest meeting whose stop is over if there are `MOST`. Returns whether there is room for another one.
    fn make_room(&mut self) -> bool {
        if self.meetings.len() < MOST {
            return true;
        }
        // Ids grow with time, so the first entry is the oldest. One whose alert is open stays, because nothing else would end the alert.
        let oldest = self.meetings.iter().find(|(_, meeting)| meeting.over).map(|(id, _)| *id);
        oldest.is_some_and(|id| self.meetings.remove(&id).is_some())
    }

    /// Ends the alert of one meeting, unless it has ended. The meeting is kept, because the return of the silent vessel may still disprove
    /// it.
    fn end(&mut self, id: u64, ended_at: Time, reason: End, out: &mut Output) {
        if let Some(meeting) = self.meetings.get_mut(&id).filter(|meeting| !meeting.over) {
            meeting.over = true;
            out.signals.push(meeting.signal(SignalKind::Over { ended_at, reason }));
        }
    }

    /// Ends the alert of a meeting whose stop is over, with the whole stop as measured. The candidates are still those of the last report,
    /// unless the silence has ended meanwhile; then the meeting has been judged again.
    fn stop_over(&mut self, scene: &Scene<'_>, id: u64, out: &mut Output) {
        let Some(halt) = scene.episodes.halts.get(id) else {
            return;
        };
        if self.explain_stop(scene, id, halt, out) {
            return;
        }
        let Some(meeting) = self.meetings.get_mut(&id).filter(|meeting| !meeting.over) else {
            return;
        };
        meeting.over = true;
        let profile = self.profiles.get(meeting.profile);
        let mut candidates = candidates(scene, halt, profile, Some(meeting.dark));
        let Some(place) = candidates.iter().position(|candidate| candidate.gap.key == meeting.dark) else {
            out.signals.push(meeting.signal(SignalKind::Over { ended_at: halt.last_at, reason: End::StopEnded }));
            return;
        };
        candidates[..=place].rotate_right(1);
        meeting.possible = candidates.len();
        let holding = holding(scene, halt, meeting, &candidates, &profile.settings);
        out.signals.push(meeting.closes(halt, holding));
    }
}

/// What a meeting that is possible consists of. The form follows from how many candidates there are, and how many stops the same silence
/// leaves time for.
fn holding(
    scene: &Scene<'_>,
    halt: &Halt,
    meeting: &Meeting,
    candidates: &[Candidate],
    settings: &Settings,
) -> Box<Holding> {
    let best = &candidates[0];
    let listed = candidates[1..].iter().take(settings.candidates.saturating_sub(1) as usize);
    let mut others: Vec<String> = listed.map(|other| other.title(scene)).collect();
    let more = candidates.len() - 1 - others.len();
    if 0 < more {
        others.push(format!("and {more} more"));
    }
    let measured = Measured {
        dark_mmsi: best.gap.key.mmsi,
        silent_since: best.gap.from.at,
        slack_hours: best.slack.hours().into(),
        usual_knots: best.gap.usual_knots.into(),
        distance_nm: best.gap.from.position.nm_to(halt.position).into(),
        stopped_minutes: halt.still.minutes().into(),
        possible: candidates.len(),
        stops_within_reach: meeting.stops,
        there_minutes: best.there.minutes().into(),
        other_candidates: (1 < candidates.len()).then_some(others),
    };
    let many = settings.most_candidates < candidates.len() as u32;
    let wide = settings.most_stops < meeting.stops as u32;
    let mut base = vec![(Behaviour::DarkRendezvous.name(), settings.score)];
    if best.gap.lay_still {
        base.push(("lay_still", settings.lay_still_points));
    }
    Box::new(Holding {
        started_at: meeting.started_at,
        satisfied_at: meeting.satisfied_at,
        last_at: halt.last_at.max(meeting.started_at),
        facts: Facts {
            form: match (many, wide) {
                (true, _) => Form::OneOfMany,
                (false, true) => Form::ManyStops,
                (false, false) => Form::Possible,
            },
            measured,
            thresholds: settings.into(),
        }
        .into(),
        position: Some(halt.position),
        shore_nm: Some(halt.shore_nm),
        zones: zones_at(scene.chart, halt.position),
        base,
        asked: None,
        anchored: false,
    })
}

impl Rule for DarkRendezvous {
    fn behaviour(&self) -> Behaviour {
        Behaviour::DarkRendezvous
    }

    fn interest(&self) -> Interest {
        Interest::SILENT.with(Interest::LATE)
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        vec![self.as_stopped(scene, step), self.as_dark(scene, step)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        // The reach of a silent vessel grows with time.
        let open = scene.gaps.latest(key).filter(|gap| gap.to.is_none() && scene.now - gap.from.at <= ASKED_WITHIN);
        if self.dark.get(&vessel) == Some(&key) && open.is_some() {
            self.gap_changed(scene, key, out);
            out.wakes.push((scene.now + ASK_EVERY, key, vessel));
        }
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.dark.remove(&vessel);
        let about = |meeting: &Meeting| meeting.subject.vessels.iter().any(|(_, ix)| *ix == vessel);
        let ids: Vec<(u64, Time)> = self
            .meetings
            .iter()
            .filter(|(_, meeting)| about(meeting))
            .map(|(id, meeting)| (*id, meeting.satisfied_at))
            .collect();
        for (id, at) in ids {
            self.end(id, at, reason, out);
            self.meetings.remove(&id);
        }
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.base = settings.dark_rendezvous.clone();
        self.profiles.rebuild(Behaviour::DarkRendezvous, &self.base, scene.chart);
        let oldest = scene.now - JUDGED_WITHIN;
        self.meetings.retain(|_, meeting| oldest <= meeting.from);
    }

    remembers! { kept { profiles, meetings, dark } parts {} built { base } }
}

impl PictureRule for DarkRendezvous {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        match step.fix {
            None if step.interest.meets(Interest::SILENT) => {
                // A silence that is common there leaves no gap to search.
                let usual = scene.gaps.latest(step.key).is_none_or(|gap| gap.to.is_some() || gap.usual);
                // Judged a minute later, when every vessel that fell silent in this slot is known.
                if !usual && self.dark.insert(step.vessel, step.key).is_none() {
                    out.activity.push((step.vessel, Activity::Keeps));
                    out.wakes.push((scene.now + Span::from_minutes(1), step.key, step.vessel));
                }
            }
            Some(_) if step.interest.meets(Interest::LATE) => self.gap_changed(scene, step.key, out),
            Some(_) if self.dark.remove(&step.vessel).is_some() => {
                out.activity.push((step.vessel, Activity::Done));
                self.gap_changed(scene, step.key, out);
            }
            Some(_) | None => {}
        }
    }

    fn episode(&mut self, scene: &Scene<'_>, news: News, out: &mut Output) {
        match news {
            News::Stopped(id) => self.judge(scene, id, out),
            News::HaltEnded(id) => {
                let Some(halt) = scene.episodes.halts.get(id) else {
                    return;
                };
                if !self.meetings.contains_key(&id) && minutes(15.0) <= halt.still {
                    self.judge(scene, id, out);
                }
                self.stop_over(scene, id, out);
            }
            News::HaltBegan(_) | News::Still(_) | News::LegBegan(_) | News::LegEnded(_) | News::Kink(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::zones::ZoneSet;

    #[test]
    fn a_meeting_whose_alert_is_open_is_not_dropped_for_lack_of_room() {
        let chart = Chart::with_built_in(ZoneSet::none());
        let mut rule = DarkRendezvous::new(&Settings::default(), &chart);
        let track = |mmsi| (TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 }, TrackIx(mmsi));
        let meeting = |over| Meeting {
            subject: Subject::pair(track(1), track(2)),
            dark: track(2).0,
            from: Time::MIN,
            started_at: Time::MIN,
            satisfied_at: Time::MIN,
            profile: 0,
            possible: 1,
            stops: 1,
            heard_again: false,
            over,
            explained: false,
        };
        let ids = 0..MOST as u64;
        rule.meetings = ids.map(|id| (id, meeting(id == 7))).collect();
        assert!(rule.make_room());
        assert!(!rule.meetings.contains_key(&7) && rule.meetings.contains_key(&0));
        assert!(rule.make_room());
        rule.meetings.insert(MOST as u64, meeting(false));
        assert!(!rule.make_room());
        assert_eq!(rule.meetings.len(), MOST);
    }
}
