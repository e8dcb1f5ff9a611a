//! Corrections: ends with facts that only the end shows, and what late reports do to alerts that are open or over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::time::{Span, Time};

use super::alert::{Change, ChangeKind};
use super::entry::{Context, Entry};
use super::id::Key;
use super::lifecycle::Observation;
use super::{AlertBook, View, mute};

/// How long after its end an alert may be corrected.
const KEPT: Span = Span::from_hours(48);
/// Kept at most; beyond it those that ended first can no longer be corrected.
const MOST: usize = 1000;
/// How long after its end an alert of another behaviour may be taken back, and how many are kept for that.
const KEPT_LATELY: Span = Span::from_hours(1);
const MOST_LATELY: usize = 300;
/// Starts nearer than this are one: a later alert of a vessel begins a millisecond after the earlier one ended.
const SAME_START: Span = Span::from_millis(1000);
/// Behaviours whose past later reports can change: the end of a silence disproves a meeting whose stop was over long before.
const CORRECTED: [&str; 2] = ["ais_gap", "dark_rendezvous"];

/// Ended alerts that may still be corrected, by key and start.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Archive {
    entries: BTreeMap<(Key, Time), Entry>,
    by_end: BTreeSet<(Time, Key, Time)>,
    /// What else ended lately: positions may turn out to have been false.
    lately: VecDeque<(Time, Key, Entry)>,
}

impl Archive {
    /// Keeps an alert that ended, if reports can still come that change it.
    pub(super) fn keep(&mut self, key: &Key, entry: Entry, now: Time) {
        if !CORRECTED.contains(&key.behaviour) {
            return self.keep_lately(key, entry, now);
        }
        let started_at = entry.alert.started_at;
        self.by_end.insert((now, key.clone(), started_at));
        self.entries.insert((key.clone(), started_at), entry);
        while let Some((ended, _, _)) = self.by_end.first()
            && (*ended < now - KEPT || MOST < self.by_end.len())
        {
            if let Some((_, key, started_at)) = self.by_end.pop_first() {
                self.entries.remove(&(key, started_at));
            }
        }
    }

    fn keep_lately(&mut self, key: &Key, entry: Entry, now: Time) {
        let old = |(ended, _, _): &(Time, Key, Entry)| *ended < now - KEPT_LATELY;
        while self.lately.front().is_some_and(old) || MOST_LATELY <= self.lately.len() {
            self.lately.pop_front();
        }
        if entry.alert.announced && mute::rests_on_place(key.behaviour) {
            self.lately.push_back((now, key.clone(), entry));
        }
    }

    /// Takes out the alerts that `wanted` picks, by key and start.
    pub(super) fn take_if(&mut self, wanted: impl Fn(&Key, &Entry) -> bool) -> Vec<(Key, Entry)> {
        let corrected = self.entries.iter().filter(|((key, _), entry)| wanted(key, entry));
        let corrected: Vec<(Key, Time)> = corrected.map(|(place, _)| place.clone()).collect();
        let mut taken: Vec<(Key, Entry)> = Vec::new();
        for (key, started_at) in corrected {
            taken.extend(self.take(&key, started_at).map(|entry| (key, entry)));
        }
        let (gone, stay): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.lately).into_iter().partition(|(_, key, entry)| wanted(key, entry));
        self.lately = stay;
        taken.extend(gone.into_iter().map(|(_, key, entry)| (key, entry)));
        taken.sort_by(|a, b| (&a.0, a.1.alert.started_at).cmp(&(&b.0, b.1.alert.started_at)));
        taken
    }

    /// Takes out the alert of a key that began at about `started_at`.
    fn take(&mut self, key: &Key, started_at: Time) -> Option<Entry> {
        let near = (key.clone(), started_at - SAME_START)..=(key.clone(), started_at + SAME_START);
        let place = self.entries.range(near).next()?.0.clone();
        self.by_end.retain(|(_, key, started_at)| (key, started_at) != (&place.0, &place.1));
        self.entries.remove(&place)
    }
}

impl AlertBook {
    /// It is over, and these are its last facts; of one that ended before, a corrected end.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn closes(
        &mut self,
        now: Time,
        key: Key,
        ended_at: Time,
        reason: &'static str,
        holding: Box<Holding>,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let started_at = holding.started_at;
        if let Some(entry) = self.entries.get_mut(&key) {
            let context = Context {
                settings: &self.settings,
                score: &self.score,
                handling: &self.handling,
                memory: &self.memory,
                view,
            };
            entry.settle(&key, holding, &context);
            entry.ended(ended_at, reason);
            return self.end(now, &key, Observation::StoppedForGood, view, out);
        }
        let Some(mut entry) = self.archive.take(&key, started_at) else {
            return;
        };
        let context = Context {
            settings: &self.settings,
            score: &self.score,
            handling: &self.handling,
            memory: &self.memory,
            view,
        };
        entry.settle(&key, holding, &context);
        entry.ended(ended_at, reason);
        entry.publish(ChangeKind::Ended, now, "a late report corrects its end".to_owned(), &key, &context, out);
        self.remember_end(&key, ended_at);
        self.archive.keep(&key, entry, now);
    }

    /// It never was.
    pub(super) fn disproved(
        &mut self,
        now: Time,
        key: Key,
        started_at: Time,
        reason: &'static str,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let open =
            self.entries.get(&key).is_some_and(|entry| (entry.alert.started_at - started_at).abs() <= SAME_START);
        if open {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.end_reason = reason;
            }
            return self.end(now, &key, Observation::Disproved, view, out);
        }
        let Some(mut entry) = self.archive.take(&key, started_at) else {
            return;
        };
        let context = Context {
            settings: &self.settings,
            score: &self.score,
            handling: &self.handling,
            memory: &self.memory,
            view,
        };
        entry.publish(ChangeKind::Retracted, now, reason.to_owned(), &key, &context, out);
        self.remember_end(&key, started_at);
    }

    /// The last alert of this key ended at another time than was remembered.
    pub(super) fn remember_end(&mut self, key: &Key, ended_at: Time) {
        let keep = Span::from_hours(24 * i64::from(self.score.repeat_days));
        self.memory.ended(key, ended_at, false, keep, self.settings.max_remembered);
    }
}
