//! The alert book: signals in, changes out.
//!
//! A signal belongs to the alert with its key (behaviour, vessels, zone). The table in `lifecycle` decides what happens next. An alert
//! whose behaviour has stopped stays open for the merge window, and ends at the moment that window closes.

mod alert;
pub mod cases;
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
mod notice;
mod of_interest;
mod party;
mod point;
mod roles;
mod score;
mod scored;
mod settings;
mod summary;
mod supersede;

pub use alert::{
    Alert, Change, ChangeKind, Confidence, Evidence, EvidenceTrack, ScoreReason, Sentence, Severity, Status,
};
pub use class::{Class, system_title};
pub use handling::{Handling, HandlingSettings};
pub use id::digest;
pub use notice::{Notice, NoticeKind};
pub use point::EvidencePoint;
pub use score::ScoreSettings;
pub use settings::Settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ais::StationId;
use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::behaviours::{About, Behaviour, Doubt, End, Holding, Signal, SignalKind, Subject};
pub use crate::behaviours::{VesselRef, ZoneRef};
use crate::picture::coverage::Coverage;
use crate::picture::episodes::Episodes;
use crate::picture::episodes::gap::Gaps;
use crate::picture::tracks::{TrackIx, TrackKey, Tracks};
use crate::zones::Chart;

use corrections::Archive;
use entry::{Context, Entry};
use group::{Groups, groups};
use id::Key;
use lifecycle::{Action, Observation, State, Transition, transition};
use memory::Memory;
use mute::Mute;
use supersede::{stronger, supersedes, weaker};

/// What the book may read while it decides.
pub struct View<'a> {
    /// The tracks of all vessels.
    pub tracks: &'a Tracks,
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// Past and present episodes of the vessels, by place and vessel.
    pub episodes: &'a Episodes,
    /// The reception model: how well each place is heard, and how long vessels were there.
    pub coverage: &'a Coverage,
    /// Gaps in the reception of vessels at sea.
    pub gaps: &'a Gaps,
    /// Returns the name of a station; empty if the feed does not name it.
    pub station_name: &'a dyn Fn(StationId) -> String,
    /// Returns the score of the case that a vessel is part of; 0 if there is none.
    pub case_score: &'a dyn Fn(TrackKey) -> i32,
}

/// Every alert and fact that is open or pending.
pub struct AlertBook {
    policy: Policy,
    entries: BTreeMap<Key, Entry>,
    /// When the merge windows of pending alerts close.
    deadlines: BTreeSet<(Time, Key)>,
    groups: Groups,
    memory: Memory,
    /// Ended alerts that may still be corrected.
    archive: Archive,
    mute: Mute,
    /// The last revision of each stored alert, as of the last restart.
    known_elsewhere: BTreeMap<String, u32>,
    /// The latest time at which the book was called; no change is dated before it.
    latest: Time,
    /// Number of facts and alerts that were not opened because too many were open.
    refused: u64,
}

/// The settings that the book applies.
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

    /// Applies new settings. A pending alert keeps the window it started with; a score changes when it is next computed.
    pub fn configure(&mut self, settings: Settings, score: ScoreSettings, handling: HandlingSettings) {
        self.policy = Policy { settings, score, handling };
    }

    /// Takes in the signals of one step. They may be in any order between subjects; those about one subject must be in order of
    /// time.
    pub fn take(&mut self, now: Time, mut signals: Vec<Signal>, view: &View<'_>, out: &mut Vec<Change>) {
        self.wake(now, view, out);
        // Behaviours that can be superseded come last, so that of two signals at the same time only the stronger one opens.
        let order = |signal: &Signal| (stronger(signal.behaviour).next().is_some(), signal.behaviour);
        signals.sort_by(|a, b| (order(a), &a.subject).cmp(&(order(b), &b.subject)));
        // Doubts come first: signals earlier in the order may rest on the same false positions.
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
                    self.holds(now, key, &signal.subject, *holding, view, out);
                }
                SignalKind::Over { ended_at, reason } => {
                    self.over(now, key, ended_at, reason, view, out);
                }
                SignalKind::Corrects(holding) => {
                    if let Some(entry) = self.entries.get_mut(&key) {
                        entry.starts_at(holding.started_at);
                    }
                    self.holds(now, key, &signal.subject, *holding, view, out);
                }
                SignalKind::Closes { ended_at, reason, holding } => {
                    self.closes(now, key, ended_at, reason, *holding, view, out);
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

    /// When the next merge window closes; `None` if no alert is pending.
    pub fn due(&self) -> Option<Time> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Publishes the ends of the merge windows that closed by `now`, each at its own time. Further calls change nothing.
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

    /// Open alerts and facts, ordered by the time they opened.
    pub fn open(&self) -> Vec<Arc<Alert>> {
        let mut open: Vec<Arc<Alert>> = self.entries.values().map(|entry| Arc::clone(&entry.alert)).collect();
        open.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
        open
    }

    /// Reconciles with the store: `revisions` maps the id of each stored alert to its last stored revision. If the store is ahead,
    /// after a restart that lost changes, later revisions continue from there. If it is behind, an open alert is published again
    /// with the engine time `at`; before the first step (`None`) nothing is published. An alert that the book does not hold
    /// continues from the stored revision if it opens again.
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

    /// Removes a vessel's index, which may now belong to another vessel. Alerts keep what they last knew of the vessel.
    pub fn forget(&mut self, vessel: TrackIx) {
        for (_, key) in &self.deadlines {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.forget(vessel);
            }
        }
        // A notice may outlive the tracks of the vessels it names.
        let areas = Behaviour::ALL.iter().filter(|behaviour| behaviour.character().about == About::Area);
        for first in areas.map(|behaviour| Key::notices_of(*behaviour)) {
            let behaviour = first.behaviour;
            let notices = self.entries.range_mut(first..);
            notices.take_while(|(key, _)| key.behaviour == behaviour && key.is_notice()).for_each(|(_, entry)| {
                entry.forget(vessel);
            });
        }
    }

    /// Number of facts and alerts that were not opened because too many were open.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Number of ended alerts and facts forgotten before `score.repeat_days` because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.memory.evicted()
    }

    fn holds(
        &mut self,
        now: Time,
        key: Key,
        subject: &Subject,
        holding: Holding,
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
                // A late report about hours that were already published must not open a second alert.
                if end.is_some_and(|end| holding.last_at <= end) {
                    return;
                }
                // A late report can show that the behaviour had not stopped when the alert ended.
                if end.is_some_and(|end| began < end)
                    && let Some(entry) = self.archive.take_last(&key, began)
                {
                    return self.reopens(now, key, subject, holding, entry, view, out);
                }
                let mut entry = Entry::new(&key, subject, holding, &context);
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
                if let Some(lead) = entry.lead() {
                    self.memory.lead(&key, lead, began);
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

    /// Opens an ended alert again.
    #[allow(clippy::too_many_arguments)]
    fn reopens(
        &mut self,
        now: Time,
        key: Key,
        subject: &Subject,
        holding: Holding,
        mut entry: Entry,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        entry.state = State::Open;
        entry.hold(now, &key, subject, holding, &Context::new(&self.policy, &self.memory, view));
        self.entries.insert(key.clone(), entry);
        self.publish(now, &key, ChangeKind::Updated, "a late report shows that it continues".to_owned(), view, out);
    }

    /// Ends the weaker alerts that the alert of `key` supersedes; its behaviour has held since `since`.
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

    /// Whether a stronger alert about the same hours is already open.
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

    fn over(&mut self, now: Time, key: Key, ended_at: Time, end: End, view: &View<'_>, out: &mut Vec<Change>) {
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        let merge = match self.policy.settings.merge_of(key.behaviour) {
            Span::ZERO => Span::ZERO,
            // A late report that shows that the behaviour continued may still arrive.
            merge => merge + entry.lateness(view.tracks),
        };
        let observation = entry.stop(now, ended_at, end, merge);
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

    /// Ends an alert: publishes its last change and moves it to the memory and the archive.
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
        let reason = entry.end.map_or(String::new(), |end| end.words().to_owned());
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

    /// Publishes a change, and one for every other alert whose group changes with it.
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
        // Usually the pair is already in its group, or joins that of its neighbours. The whole group need not be walked then.
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

/// The id of a group: the smallest that its members already have, otherwise the smallest alert id among them.
fn group_id(members: &BTreeSet<Key>, entries: &BTreeMap<Key, Entry>) -> Option<String> {
    let alerts = || members.iter().filter_map(|key| entries.get(key)).map(|entry| &entry.alert);
    let had = alerts().filter_map(|alert| alert.group_id.clone()).min();
    had.or_else(|| alerts().map(|alert| alert.id.clone()).min())
}

#[cfg(test)]
mod tests;
