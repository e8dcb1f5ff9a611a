//! The alert book: signals in, changes out.
//!
//! A signal's key (behaviour, vessels, zone) finds its alert; the table in `lifecycle` says how that goes on. An alert whose
//! behaviour stopped stays open for the merge window and ends when that closes, at that very moment.

mod alert;
mod class;
mod corrections;
mod doubt;
mod entry;
mod everyday;
mod evidence;
mod group;
mod habit;
pub mod handling;
mod history;
mod id;
mod ingredients;
mod knowledge;
mod lifecycle;
mod memory;
mod mute;
mod named;
mod notice;
mod of_interest;
mod other_reasons;
mod party;
mod roles;
mod score;
mod scored;
mod settings;
mod summary;
mod supersede;
mod whole;

pub use alert::{
    Alert, Change, ChangeKind, Evidence, EvidencePoint, EvidenceTrack, ScoreReason, Sentence, Severity, Status,
    VesselRef, ZoneRef,
};
pub use class::{Class, system_title};
pub use handling::{Handling, HandlingSettings};
pub(crate) use id::{NOTICES, digest};
pub use notice::{Notice, NoticeKind};
pub use score::ScoreSettings;
pub use settings::Settings;
pub(crate) use whole::many;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ais::StationId;
use crate::behaviours::{Doubt, Holding, Signal, SignalKind, Subject};
use crate::coverage::Coverage;
use crate::episodes::Episodes;
use crate::episodes::gap::Gaps;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey, Tracks};
use crate::zones::Chart;

use corrections::Archive;
use entry::{Context, Entry};
use group::{Groups, groups};
use id::Key;
use lifecycle::{Action, Observation, State, Transition, transition};
use memory::Memory;
use mute::Mute;
use supersede::{stronger, supersedes, weaker};

/// What the book may look at while it decides.
pub struct View<'a> {
    /// The picture.
    pub tracks: &'a Tracks,
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// What happened where, and lately.
    pub episodes: &'a Episodes,
    /// How well each place is heard, and for how long vessels were there.
    pub coverage: &'a Coverage,
    /// Who was silent at sea.
    pub gaps: &'a Gaps,
    /// Names the stations; empty for "not said".
    pub station_name: &'a dyn Fn(StationId) -> String,
    /// The score of the case a vessel is part of; 0 without one.
    pub case_score: &'a dyn Fn(TrackKey) -> i32,
}

/// Every alert and fact that is open or waits whether it comes back.
pub struct AlertBook {
    policy: Policy,
    entries: BTreeMap<Key, Entry>,
    /// When merge windows close.
    deadlines: BTreeSet<(Time, Key)>,
    groups: Groups,
    memory: Memory,
    /// What ended and may still be corrected.
    archive: Archive,
    mute: Mute,
    /// How many revisions others have of alerts, as of the last restart.
    known_elsewhere: BTreeMap<String, u32>,
    /// The latest moment the book was asked at; no line comes before it.
    latest: Time,
    refused: u64,
}

/// What the book goes by.
struct Policy {
    settings: Settings,
    score: ScoreSettings,
    handling: HandlingSettings,
}

impl AlertBook {
    /// An empty book.
    pub fn new(settings: Settings, score: ScoreSettings, handling: HandlingSettings) -> AlertBook {
        AlertBook {
            policy: Policy { settings, score, handling },
            entries: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            groups: Groups::default(),
            memory: Memory::default(),
            archive: Archive::default(),
            mute: Mute::default(),
            known_elsewhere: BTreeMap::new(),
            latest: Time::MIN,
            refused: 0,
        }
    }

    /// Puts new settings in force. What waits keeps the window it began with; scores change when they are next made.
    pub fn configure(&mut self, settings: Settings, score: ScoreSettings, handling: HandlingSettings) {
        self.policy = Policy { settings, score, handling };
    }

    /// Takes in the signals of one step, in any order between subjects; those about one subject in order of time.
    pub fn take(&mut self, now: Time, mut signals: Vec<Signal>, view: &View<'_>, out: &mut Vec<Change>) {
        self.wake(now, view, out);
        // What may give way to another comes last: of what is said at one moment only the stronger opens.
        let order = |signal: &Signal| (stronger(signal.behaviour).next().is_some(), signal.behaviour);
        signals.sort_by(|a, b| (order(a), &a.subject).cmp(&(order(b), &b.subject)));
        // Before the rest: what rests on the same false positions may come earlier in the order.
        let mut doubts: Vec<Doubt> = Vec::new();
        for signal in &signals {
            if let SignalKind::Mutes { vessels } = &signal.kind {
                vessels.iter().for_each(|doubt| self.mute.set(*doubt, now));
                doubts.extend(vessels);
            }
        }
        for signal in signals {
            let key = Key::new(signal.behaviour, &signal.subject);
            match signal.kind {
                SignalKind::Holds(holding) => {
                    self.holds(now, key, &signal.subject, holding, view, out);
                }
                SignalKind::Over { ended_at, reason } => {
                    self.over(now, key, ended_at, reason, view, out);
                }
                SignalKind::Corrects(holding) => {
                    if let Some(entry) = self.entries.get_mut(&key) {
                        entry.starts_at(holding.started_at);
                    }
                    self.holds(now, key, &signal.subject, holding, view, out);
                }
                SignalKind::Closes { ended_at, reason, holding } => {
                    self.closes(now, key, ended_at, reason, holding, view, out);
                }
                SignalKind::Disproved { started_at, reason } => {
                    self.disproved(now, key, started_at, reason, view, out);
                }
                SignalKind::Mutes { .. } => {}
            }
        }
        if !doubts.is_empty() {
            self.take_back(now, &doubts, view, out);
        }
    }

    /// When the next merge window closes.
    pub fn due(&self) -> Option<Time> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Publishes the ends whose merge window closed by `now`, each at its own moment. Further calls change nothing.
    pub fn wake(&mut self, now: Time, view: &View<'_>, out: &mut Vec<Change>) {
        while let Some((deadline, _)) = self.deadlines.first()
            && *deadline <= now
        {
            let Some((deadline, key)) = self.deadlines.pop_first() else {
                break;
            };
            self.latest = self.latest.max(deadline);
            self.end(self.latest, &key, Observation::WindowClosed, view, out);
        }
        self.latest = self.latest.max(now);
    }

    /// What is open, facts included, by the moment it was opened.
    pub fn open(&self) -> Vec<Arc<Alert>> {
        let mut open: Vec<Arc<Alert>> = self.entries.values().map(|entry| Arc::clone(&entry.alert)).collect();
        open.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
        open
    }

    /// Of these ids others know so many revisions, and of the rest none. Where they know more, after a restart that lost some, what
    /// comes next counts on from there; where they know less, what is open is said again. `at` is the moment of the book, if it has
    /// one. What the book does not know itself counts on from there if it comes to it a second time.
    pub fn known(&mut self, revisions: &BTreeMap<String, u32>, at: Option<Time>, out: &mut Vec<Change>) {
        for entry in self.entries.values_mut() {
            let known = revisions.get(&entry.alert.id).copied().unwrap_or(0);
            at.into_iter().for_each(|at| entry.again(at, known, out));
            entry.at_least(known);
        }
        self.archive.entries_mut().for_each(|entry| {
            entry.at_least(revisions.get(&entry.alert.id).copied().unwrap_or(0));
        });
        self.known_elsewhere.clone_from(revisions);
    }

    /// From now on the vessel's place in the slab may belong to another: what waits keeps what it last knew of the vessel.
    pub fn forget(&mut self, vessel: TrackIx) {
        for (_, key) in &self.deadlines {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.forget(vessel);
            }
        }
        // A notice goes on while tracks that it names are dropped.
        for first in id::NOTICES.map(Key::notices_of) {
            let behaviour = first.behaviour;
            let notices = self.entries.range_mut(first..);
            notices.take_while(|(key, _)| key.behaviour == behaviour && key.is_notice()).for_each(|(_, entry)| {
                entry.forget(vessel);
            });
        }
    }

    /// Facts and alerts not opened because too many were open.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Ended alerts and facts forgotten before `score.repeat_days` because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.memory.evicted()
    }

    fn holds(
        &mut self,
        now: Time,
        key: Key,
        subject: &Subject,
        mut holding: Box<Holding>,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let context = Context::new(&self.policy, &self.memory, view);
        let began = holding.started_at;
        let (observation, reason) = match self.entries.get_mut(&key) {
            Some(entry) => entry.hold(now, &key, subject, holding, &context),
            None if self.mute.holds(&key, now) => return,
            None => {
                if self.memory.was_superseded(&key, began) {
                    return;
                }
                let end = self.memory.last_end(&key);
                // All of it was told before: a late report does not tell it again.
                if end.is_some_and(|end| holding.last_at <= end) {
                    return;
                }
                // It was not over: a late report shows that it went on.
                if end.is_some_and(|end| began < end)
                    && let Some(entry) = self.archive.take_last(&key, began)
                {
                    return self.reopens(now, key, subject, holding, entry, view, out);
                }
                let mut entry = Entry::new(&key, subject, &mut holding, &context);
                entry.at_least(self.known_elsewhere.get(&entry.alert.id).copied().unwrap_or(0));
                if self.is_superseded(&key, &entry.alert) {
                    self.memory.superseded(&key, began);
                    return;
                }
                let most = self.policy.settings.max_open as usize;
                let most = if entry.alert.announced { 4 * most } else { most };
                if most <= self.entries.len() {
                    self.refused += 1;
                    return;
                }
                let reason = entry.opened_because();
                if entry.is_lead() {
                    self.memory.lead(&key, holding.started_at);
                }
                self.entries.insert(key.clone(), entry);
                (Observation::Holds, reason)
            }
        };
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        let Transition { next, act, .. } = transition(entry.state, observation);
        entry.state = next;
        if let Some(deadline) = entry.deadline.take() {
            self.deadlines.remove(&(deadline, key.clone()));
        }
        if let Action::Publish(change) = act {
            self.supersede(now, &key, began, view, out);
            self.publish(now, &key, change, reason, view, out);
        }
    }

    /// An alert that ended goes on.
    #[allow(clippy::too_many_arguments)]
    fn reopens(
        &mut self,
        now: Time,
        key: Key,
        subject: &Subject,
        holding: Box<Holding>,
        mut entry: Entry,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        entry.state = State::Open;
        entry.hold(now, &key, subject, holding, &Context::new(&self.policy, &self.memory, view));
        self.entries.insert(key.clone(), entry);
        self.publish(now, &key, ChangeKind::Updated, "a late report shows that it continues".to_owned(), view, out);
    }

    /// Ends what the alert of `key`, which began at `since`, takes the place of.
    fn supersede(&mut self, now: Time, key: &Key, since: Time, view: &View<'_>, out: &mut Vec<Change>) {
        for weak in weaker(key) {
            let (Some(strong), Some(other)) = (self.entries.get(key), self.entries.get(&weak)) else {
                continue;
            };
            if !supersedes(&strong.alert, since, &other.alert) {
                continue;
            }
            let (id, began, score) = (other.alert.id.clone(), other.alert.started_at, strong.alert.score);
            if let Some(other) = self.entries.get_mut(&weak) {
                other.give_way(score);
            }
            self.end(now, &weak, Observation::Superseded, view, out);
            self.memory.superseded(&weak, began);
            if let Some(strong) = self.entries.get_mut(key) {
                strong.replaces(&id);
            }
        }
    }

    /// Whether something that says more about the same hours is open already.
    fn is_superseded(&self, key: &Key, alert: &Alert) -> bool {
        stronger(key.behaviour).any(|behaviour| {
            let first = Key { behaviour, tracks: Vec::new(), place: String::new() };
            self.entries
                .range(first..)
                .take_while(|(other, _)| other.behaviour == behaviour)
                .filter(|(other, _)| key.tracks.iter().all(|track| other.tracks.contains(track)))
                .any(|(_, entry)| {
                    entry.alert.ended_at.is_none() && supersedes(&entry.alert, entry.alert.started_at, alert)
                })
        })
    }

    fn over(
        &mut self,
        now: Time,
        key: Key,
        ended_at: Time,
        reason: &'static str,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        let merge = match self.policy.settings.merge_of(key.behaviour) {
            Span::ZERO => Span::ZERO,
            // What shows that it went on may still be on its way.
            merge => merge + entry.lateness(view.tracks),
        };
        let observation = entry.stop(now, ended_at, reason, merge);
        let Transition { next, act, .. } = transition(entry.state, observation);
        match act {
            Action::Publish(_) => self.end(now, &key, observation, view, out),
            Action::Note => {
                entry.state = next;
                entry.look(&Context::new(&self.policy, &self.memory, view));
                if let Some(deadline) = entry.deadline {
                    self.deadlines.insert((deadline, key));
                }
            }
            Action::Ignore => {}
        }
    }

    /// Ends an alert: the last line, then only the memory knows it.
    fn end(&mut self, at: Time, key: &Key, observation: Observation, view: &View<'_>, out: &mut Vec<Change>) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let Transition { act, .. } = transition(entry.state, observation);
        let Action::Publish(change) = act else {
            return;
        };
        if let Some(deadline) = entry.deadline.take() {
            self.deadlines.remove(&(deadline, key.clone()));
        }
        let reason = entry.end_reason.to_owned();
        self.publish(at, key, change, reason, view, out);
        self.groups.remove(key);
        if let Some(entry) = self.entries.remove(key).filter(|_| change != ChangeKind::Retracted) {
            let alert = &entry.alert;
            let ended_at = alert.ended_at.unwrap_or(alert.last_at);
            let keep = Span::from_hours(24 * i64::from(self.policy.score.repeat_days));
            let most = self.policy.settings.max_remembered;
            self.memory.ended(key, ended_at, alert.announced, keep, most);
            self.archive.keep(key, entry, at);
        }
    }

    /// Writes a line, and one for every other alert whose group it changes.
    fn publish(
        &mut self,
        at: Time,
        key: &Key,
        change: ChangeKind,
        reason: String,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let context = Context::new(&self.policy, &self.memory, view);
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let over = matches!(change, ChangeKind::Ended | ChangeKind::Retracted);
        let joins = groups(key) && entry.alert.announced && !over;
        if !joins {
            return entry.publish(change, at, reason, key, &context, out);
        }
        self.groups.add(key);
        // Mostly the pair is in its group already, or joins the one its neighbours are in: no need to walk the whole of it.
        let known = self.groups.linked(key).filter_map(|pair| self.entries.get(pair)?.alert.group_id.as_deref());
        let known: BTreeSet<&str> = known.collect();
        let own = self.entries.get(key).and_then(|entry| entry.alert.group_id.as_deref());
        if let Some(group) =
            known.first().copied().filter(|group| known.len() == 1 && own.is_none_or(|own| own == *group))
        {
            let group = group.to_owned();
            if let Some(entry) = self.entries.get_mut(key) {
                entry.join(&group);
                entry.publish(change, at, reason, key, &context, out);
            }
            return;
        }
        let members = self.groups.around(key);
        let group = group_id(&members, &self.entries);
        for member in std::iter::once(key).chain(members.iter().filter(|member| *member != key)) {
            let Some(entry) = self.entries.get_mut(member) else {
                continue;
            };
            let moved = group.is_some() && entry.alert.group_id != group;
            if let Some(group) = group.as_deref().filter(|_| moved) {
                entry.join(group);
            }
            if member == key {
                entry.publish(change, at, reason.clone(), key, &context, out);
            } else if moved
                && let Transition { act: Action::Publish(change), why, .. } =
                    transition(entry.state, Observation::Grouped)
            {
                entry.publish(change, at, why.to_owned(), member, &context, out);
            }
        }
    }

    remembers! { pub(crate) kept { entries, deadlines, groups, memory, archive, mute, known_elsewhere, latest, refused } parts {} built { policy } }
}

/// The name of a group: the smallest its members already have, else the smallest id among them.
fn group_id(members: &BTreeSet<Key>, entries: &BTreeMap<Key, Entry>) -> Option<String> {
    let alerts = || members.iter().filter_map(|key| entries.get(key)).map(|entry| &entry.alert);
    let had = alerts().filter_map(|alert| alert.group_id.clone()).min();
    had.or_else(|| alerts().map(|alert| alert.id.clone()).min())
}

#[cfg(test)]
mod tests;
