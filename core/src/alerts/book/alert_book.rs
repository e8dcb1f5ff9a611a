//! The book itself: the open alerts and facts, and what the engine may ask of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::alerts::alert::{Alert, Change};
use crate::alerts::handling::HandlingSettings;
use crate::alerts::id::Key;
use crate::alerts::memory::Memory;
use crate::alerts::score::ScoreSettings;
use crate::alerts::settings::Settings;
use crate::alerts::view::View;
use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::{About, Behaviour, Doubt, Signal, SignalKind};
use crate::picture::tracks::TrackIx;

use super::archive::Archive;
use super::context::Policy;
use super::entry::Entry;
use super::group::Groups;
use super::lifecycle::Observation;
use super::mute::Mute;
use super::supersede::stronger;

/// Every alert and fact that is open or pending. The engine owns it; its state goes into snapshots, its settings do not.
///
/// Its maps are ordered, so that the order of changes never depends on hashing.
pub struct AlertBook {
    /// The settings in force.
    pub(super) policy: Policy,
    /// Open and pending alerts and facts; one is never in the state `Absent` between two calls.
    pub(super) entries: BTreeMap<Key, Entry>,
    /// When the merge windows of pending alerts close; the same times as in the entries.
    pub(super) deadlines: BTreeSet<(Time, Key)>,
    /// The announced pairs that may form groups.
    pub(super) groups: Groups,
    /// What is remembered of alerts after their end.
    pub(super) memory: Memory,
    /// Ended alerts that may still be corrected.
    pub(super) archive: Archive,
    /// The vessels whose positions are in doubt.
    pub(super) mute: Mute,
    /// The last revision of each stored alert, by id, as of the last restart. An alert that opens continues from there, so that no
    /// revision is used twice.
    pub(super) known_elsewhere: BTreeMap<String, u32>,
    /// The latest time at which the book was called; no change is dated before it.
    pub(super) latest: Time,
    /// Number of facts and alerts that were not opened because too many were open.
    pub(super) refused: u64,
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

    /// The handling settings in force.
    pub fn handling(&self) -> &HandlingSettings {
        &self.policy.handling
    }

    /// Applies new settings. A pending alert keeps the window it started with; a score changes when it is next computed.
    pub fn configure(&mut self, settings: Settings, score: ScoreSettings, handling: HandlingSettings) {
        self.policy = Policy { settings, score, handling };
    }

    /// Takes in the signals of one step, and appends what changed to `out`. They may be in any order between subjects; those about one
    /// subject must be in order of time. Merge windows that closed by `now` end first.
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
            self.end(self.latest, &key, Observation::WindowClosed, None, view, out);
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
        // A notice may outlive the tracks of the vessels it names, whether it is pending or not.
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

    remembers! { pub(crate) kept {
        entries, deadlines, groups, memory, archive, mute, known_elsewhere, latest, refused
    } parts {} built { policy } }
}
