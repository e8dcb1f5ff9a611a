//! Corrections: final facts that are known only at the end, and what late reports change in open and ended alerts.

use crate::alerts::alert::{Change, ChangeKind};
use crate::alerts::id::Key;
use crate::alerts::view::View;
use crate::base::time::{Span, Time};
use crate::behaviours::{End, Holding};

use super::alert_book::AlertBook;
use super::archive::SAME_START;
use super::context::Context;
use super::entry::Entry;
use super::lifecycle::Observation;

impl AlertBook {
    /// Ends an alert with its last facts, or corrects the end of one that had ended. Nothing happens if the book no longer has the alert.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn closes(
        &mut self,
        now: Time,
        key: Key,
        ended_at: Time,
        end: End,
        holding: Holding,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let started_at = holding.started_at;
        if let Some(entry) = self.entries.get_mut(&key) {
            let context = Context::new(&self.policy, &self.memory, view);
            entry.settle(&key, holding, &context);
            entry.ended(ended_at, end);
            return self.end(now, &key, Observation::StoppedForGood, None, view, out);
        }
        let Some(mut entry) = self.archive.take(&key, started_at) else {
            return;
        };
        self.no_repeat(&key, &entry);
        let context = Context::new(&self.policy, &self.memory, view);
        entry.settle(&key, holding, &context);
        entry.ended(ended_at, end);
        // Groups count open alerts only, so the line concerns this alert only.
        entry.publish(ChangeKind::Ended, now, "corrected by a later report".to_owned(), &key, &context, out);
        self.remember_end(&key, ended_at, entry.alert.announced);
        self.archive.keep(&key, entry, now);
    }

    /// Retracts an alert, open or archived, that later evidence disproved. `started_at` may differ from the start of the
    /// alert by `SAME_START`.
    pub(super) fn disproved(
        &mut self,
        now: Time,
        key: Key,
        started_at: Time,
        end: End,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let open =
            self.entries.get(&key).is_some_and(|entry| (entry.alert.started_at - started_at).abs() <= SAME_START);
        if open {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.end = Some(end);
            }
            return self.end(now, &key, Observation::Disproved, None, view, out);
        }
        let Some(mut entry) = self.archive.take(&key, started_at) else {
            return;
        };
        self.no_repeat(&key, &entry);
        let context = Context::new(&self.policy, &self.memory, view);
        entry.publish(ChangeKind::Retracted, now, end.words().to_owned(), &key, &context, out);
        // The retracted hours no longer count: the end moves back to the start, so that an alert about them may open again.
        self.remember_end(&key, started_at, false);
    }

    /// Takes an alert that left the archive out of the repeats: it was retracted, or its own end must not count against it.
    pub(super) fn no_repeat(&mut self, key: &Key, entry: &Entry) {
        if entry.alert.announced {
            self.memory.takes_back(key, entry.alert.ended_at.unwrap_or(entry.alert.last_at));
        }
    }

    /// Corrects the remembered end of the last alert of this key. `counts` is whether later alerts are repeats of it.
    pub(super) fn remember_end(&mut self, key: &Key, ended_at: Time, counts: bool) {
        let keep = Span::from_hours(24 * i64::from(self.policy.score.repeat_days));
        self.memory.ended(key, ended_at, counts, keep, self.policy.settings.max_remembered);
    }
}
