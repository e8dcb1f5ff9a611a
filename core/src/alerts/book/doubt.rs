//! Retraction of alerts that rested on false positions, such as those of a jammed receiver (SPEC `interference`).

use crate::alerts::alert::{Change, ChangeKind};
use crate::alerts::id::Key;
use crate::alerts::view::View;
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::{Behaviour, Doubt, End};

use super::alert_book::AlertBook;
use super::context::Context;
use super::entry::Entry;
use super::lifecycle::Observation;
use super::mute;

impl AlertBook {
    /// The doubt about a vessel's positions that now keeps a behaviour from opening; `None` if there is none.
    pub fn doubt(&self, behaviour: Behaviour, mmsi: Mmsi, now: Time) -> Option<Doubt> {
        self.mute.of(mmsi, now).filter(|_| mute::rests_on_place(behaviour))
    }

    /// Retracts the alerts, open or recently ended, that opened while the positions of these vessels were false.
    pub(super) fn take_back(&mut self, now: Time, doubts: &[Doubt], view: &View<'_>, out: &mut Vec<Change>) {
        // An alert is judged by when it opened: one that opened on true positions is not retracted when later ones prove false.
        let in_doubt = |key: &Key, entry: &Entry| {
            let opened_at = entry.alert.opened_at;
            let false_then =
                |doubt: &&Doubt| doubt.since <= opened_at && doubt.until.is_none_or(|until| opened_at < until);
            mute::rests_on_place(key.behaviour)
                && key.tracks.iter().any(|track| doubts.iter().filter(false_then).any(|doubt| doubt.mmsi == track.mmsi))
        };
        let open = self.entries.iter().filter(|(key, entry)| in_doubt(key, entry));
        for key in open.map(|(key, _)| key.clone()).collect::<Vec<Key>>() {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.end = Some(End::PositionsFalse);
            }
            self.end(now, &key, Observation::Disproved, None, view, out);
        }
        for (key, mut entry) in self.archive.take_if(in_doubt) {
            self.no_repeat(&key, &entry);
            let context = Context::new(&self.policy, &self.memory, view);
            entry.publish(ChangeKind::Retracted, now, End::PositionsFalse.words().to_owned(), &key, &context, out);
            self.remember_end(&key, entry.alert.ended_at.unwrap_or(now), false);
        }
    }
}
