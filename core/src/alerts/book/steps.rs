//! What one signal does to an alert: it opens, continues, stops, ends or reopens.

use crate::alerts::alert::{Change, ChangeKind};
use crate::alerts::id::Key;
use crate::alerts::view::View;
use crate::base::time::{Span, Time};
use crate::behaviours::{End, Holding, Subject};

use super::alert_book::AlertBook;
use super::context::Context;
use super::entry::Entry;
use super::lifecycle::{Action, Observation, State, Transition, transition};

impl AlertBook {
    /// Takes in that a behaviour holds: opens an alert, or continues the one that is open, pending or archived. Nothing opens while
    /// the vessel's positions are in doubt, for hours that were already published, for a behaviour that gave way to a stronger one,
    /// or beyond `max_open`.
    pub(super) fn holds(
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
                // A flood of facts must not keep alerts out.
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
        // A pending alert came back within its merge window.
        if let Some(deadline) = entry.deadline.take() {
            self.deadlines.remove(&(deadline, key.clone()));
        }
        if let Action::Publish(change) = act {
            self.supersede(now, &key, began, view, out);
            self.publish(now, &key, change, reason, view, out);
        }
    }

    /// Opens an ended alert again, under its old id and with its next revision.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn reopens(
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
        self.no_repeat(&key, &entry);
        entry.hold(now, &key, subject, holding, &Context::new(&self.policy, &self.memory, view));
        self.entries.insert(key.clone(), entry);
        self.publish(now, &key, ChangeKind::Updated, "a late report shows that it continues".to_owned(), view, out);
    }

    /// Takes in that a behaviour stopped: the alert becomes pending, or ends at once if the behaviour cannot resume.
    pub(super) fn over(
        &mut self,
        now: Time,
        key: Key,
        ended_at: Time,
        end: End,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
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
            Action::Publish(_) => self.end(now, &key, observation, None, view, out),
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

    /// Ends an alert: publishes its last change, with the alert that took its place if `by` names one, and moves it to the memory and
    /// the archive. A retracted alert goes to neither, because it
    /// never was: it must not count as a repeat, nor be corrected.
    pub(super) fn end(
        &mut self,
        at: Time,
        key: &Key,
        observation: Observation,
        by: Option<&str>,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
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
        // The caller has set why it ended, unless the merge window closed; then the reason is that of the stop.
        let why = entry.end.map_or("", End::words);
        let reason = by.map_or_else(|| why.to_owned(), |by| format!("{why} by {by}"));
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
}
