//! How a stronger alert takes the place of a weaker one in the book: one stop is one row (SPEC "Behaviours").

use crate::alerts::alert::{Alert, Change};
use crate::alerts::id::Key;
use crate::alerts::view::View;
use crate::base::time::Time;

use super::alert_book::AlertBook;
use super::lifecycle::Observation;
use super::supersede::{stronger, supersedes, weaker};

/// Number of characters of an id in the reason of another alert: as lists show it, enough to find it.
const ID_SHOWN: usize = 8;

impl AlertBook {
    /// Ends the weaker alerts that the alert of `key` supersedes; its behaviour has held since `since`.
    pub(super) fn supersede(&mut self, now: Time, key: &Key, since: Time, view: &View<'_>, out: &mut Vec<Change>) {
        for weak in weaker(key) {
            let (Some(strong), Some(other)) = (self.entries.get(key), self.entries.get(&weak)) else {
                continue;
            };
            if !supersedes(&strong.alert, since, &other.alert) {
                continue;
            }
            // The weaker alert ends first, so that the line of the stronger one can name it in `replaces`.
            let (id, began, score) = (other.alert.id.clone(), other.alert.started_at, strong.alert.score);
            let by =
                format!("{} {}", strong.alert.behaviour, strong.alert.id.get(..ID_SHOWN).unwrap_or(&strong.alert.id));
            if let Some(other) = self.entries.get_mut(&weak) {
                other.give_way(score);
            }
            self.end(now, &weak, Observation::Superseded, Some(&by), view, out);
            self.memory.superseded(&weak, began);
            if let Some(strong) = self.entries.get_mut(key) {
                strong.replaces(&id);
            }
        }
    }

    /// Whether a stronger alert about the same hours is already open.
    pub(super) fn is_superseded(&self, key: &Key, alert: &Alert) -> bool {
        stronger(key.behaviour).any(|behaviour| {
            // The smallest key that the behaviour can have.
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
}
