//! Ended alerts that late reports may still change.
//!
//! Alerts that rest on a silence have a share of their own, so that many short alerts of other behaviours cannot push them out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alerts::id::Key;
use crate::base::time::{Span, Time};
use crate::behaviours::End;

use super::entry::Entry;

/// How long after its end an alert may be corrected, retracted or reopened, in engine time.
const KEPT: Span = Span::from_hours(48);
/// Maximum number of archived alerts of most behaviours. Beyond it those that ended first are dropped.
const MOST: usize = 300;
/// The same for alerts and facts of behaviours that rest on a silence.
const MOST_CORRECTED: usize = 1000;
/// Starts closer than this are the same start. A later alert of a vessel may begin a millisecond after the end of the earlier one.
pub(super) const SAME_START: Span = Span::from_millis(1000);

/// Ended alerts that late reports may still change.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Archive {
    /// Alerts and facts of behaviours that rest on a silence. The end of the silence can disprove them long after they ended.
    corrected: EndedAlerts,
    /// Alerts of the other behaviours.
    others: EndedAlerts,
}

/// Ended alerts by key and start.
#[derive(Default, Serialize, Deserialize)]
struct EndedAlerts {
    /// The alerts by key and start. One key may have several.
    entries: BTreeMap<(Key, Time), Entry>,
    /// The engine time at which each ended, with its place in `entries`; the oldest first.
    by_end: BTreeSet<(Time, Key, Time)>,
}

impl Archive {
    /// Keeps an ended alert if late reports can still change it.
    pub(super) fn keep(&mut self, key: &Key, entry: Entry, now: Time) {
        if key.behaviour.character().rests_on_silence {
            self.corrected.keep(key, entry, now, MOST_CORRECTED);
        } else if entry.alert.announced {
            self.others.keep(key, entry, now, MOST);
        }
    }

    /// All archived alerts and facts.
    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.corrected.entries.values_mut().chain(self.others.entries.values_mut())
    }

    /// Takes out the alerts that `wanted` selects, ordered by key and start.
    pub(super) fn take_if(&mut self, wanted: impl Fn(&Key, &Entry) -> bool) -> Vec<(Key, Entry)> {
        let mut taken: Vec<(Key, Entry)> = Vec::new();
        for ended in [&mut self.corrected, &mut self.others] {
            let places = ended.entries.iter().filter(|((key, _), entry)| wanted(key, entry));
            for place in places.map(|(place, _)| place.clone()).collect::<Vec<_>>() {
                taken.extend(ended.take(&place).map(|entry| (place.0, entry)));
            }
        }
        taken.sort_by(|a, b| (&a.0, a.1.alert.started_at).cmp(&(&b.0, b.1.alert.started_at)));
        taken
    }

    /// Takes out the last alert of a key if it ended after `since`. An alert whose end is final stays.
    pub(super) fn take_last(&mut self, key: &Key, since: Time) -> Option<Entry> {
        let ended = self.of(key);
        let (place, entry) = ended.entries.range((key.clone(), Time::MIN)..=(key.clone(), Time::MAX)).next_back()?;
        let overlaps = entry.alert.ended_at.is_some_and(|ended_at| since < ended_at);
        let for_good = entry.end.is_some_and(End::is_final);
        let place = (overlaps && !for_good).then(|| place.clone())?;
        ended.take(&place)
    }

    /// Takes out the alert of a key that began at `started_at`, give or take `SAME_START`.
    pub(super) fn take(&mut self, key: &Key, started_at: Time) -> Option<Entry> {
        let ended = self.of(key);
        let near = (key.clone(), started_at - SAME_START)..=(key.clone(), started_at + SAME_START);
        let place = ended.entries.range(near).next()?.0.clone();
        ended.take(&place)
    }

    /// The share of the archive that alerts of this key belong to.
    fn of(&mut self, key: &Key) -> &mut EndedAlerts {
        if key.behaviour.character().rests_on_silence { &mut self.corrected } else { &mut self.others }
    }
}

impl EndedAlerts {
    /// Adds an alert that ended at `now`. Drops those that ended more than `KEPT` before, and the oldest beyond `most`.
    fn keep(&mut self, key: &Key, entry: Entry, now: Time, most: usize) {
        let started_at = entry.alert.started_at;
        self.by_end.insert((now, key.clone(), started_at));
        self.entries.insert((key.clone(), started_at), entry);
        while let Some((ended, _, _)) = self.by_end.first()
            && (*ended < now - KEPT || most < self.by_end.len())
        {
            if let Some((_, key, started_at)) = self.by_end.pop_first() {
                self.entries.remove(&(key, started_at));
            }
        }
    }

    /// Takes out the alert at this place, if it is still there.
    fn take(&mut self, place: &(Key, Time)) -> Option<Entry> {
        self.by_end.retain(|(_, key, started_at)| (key, started_at) != (&place.0, &place.1));
        self.entries.remove(place)
    }
}
