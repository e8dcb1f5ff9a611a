//! What the fixes of a vessel, and the lack of them, teach about reception.
//!
//! A slot between two fixes of a vessel counts against its cell only once: either here, when the vessel is heard again, or at the end of
//! the slot, while it is still expected (`Silence::count`).

use crate::ais::Class;
use crate::base::time::Span;
use crate::picture::tracks::{Fix, TrackIx, TrackKey, Tracks};

use super::cells::{Cell, Hearing};
use super::loss::{self, Loss};
use super::model::Coverage;
use super::silence::{self, EXPECTED, OWN_DOING, REPORTED_BELOW, Silence, takes_part};
use super::slot::Slot;

/// Fixes further apart than this, six hours, do not show where a vessel was in between. Slots.
const BRIDGE: i64 = 36;
/// How long an input must have heard no other vessel for a vessel to be its only one.
const ALONE_FOR: Span = Span::from_hours(24);
/// Weight of a vessel lying still in a loss of reception, because it may have switched off in port.
const STILL_WEIGHT: f64 = 0.25;

impl Coverage {
    /// Counts the slots from one fix of a vessel to the next as heard or not heard.
    pub(super) fn learn(&mut self, class: Class, previous: &Fix, fix: &Fix, silence: Option<&Silence>) {
        let (from, to) = (Slot::of(previous.at), Slot::of(fix.at));
        let missed = to.since(from) - 1;
        // After a longer silence the vessel was not expected here. The slot of a second fix is already counted.
        if !(0..=BRIDGE).contains(&missed) {
            return;
        }
        let most = self.settings.max_cells;
        self.cells.count(Cell::of(fix.position), class, to, Hearing::Yes, most);
        self.cells.heard_at(fix.position, fix.station, to);
        // Of a silence too improbable to be the receiver's fault, only the first hour counts against the cells.
        let doubtful = silence.is_some_and(|silence| OWN_DOING <= missed && silence.unheard() < REPORTED_BELOW / 10.0);
        let until = if doubtful { to.0.min(from.0 + 1 + i64::from(EXPECTED)) } else { to.0 };
        let counted = |slot: Slot| silence.is_some_and(|silence| silence.has_counted(slot));
        for missed in (from.0 + 1..until).map(Slot).filter(|slot| !counted(*slot)) {
            let cell = Cell::of(silence::between(previous, fix, missed));
            if !self.feeds.hole(previous.source, missed) && !self.quiet.covered(cell, missed) {
                self.cells.count(cell, class, missed, Hearing::No, most);
            }
        }
    }

    /// Finds the vessels heard in the slot before and not in this one.
    pub(super) fn miss(&mut self, slot: Slot, tracks: &Tracks) -> Vec<Loss> {
        let mut lost = Vec::new();
        for vessel in tracks.iter() {
            let Some(last) = vessel.last().filter(|last| slot.since(Slot::of(last.at)) == 1) else {
                continue;
            };
            if !takes_part(vessel) {
                continue;
            }
            let mut silence = Silence::new(vessel, &last, self.holes, self.judged(&last));
            silence.alone = self.is_alone(tracks, &last, silence.key, slot);
            if !self.feeds.hole(last.source, slot) {
                let cell = Cell::of(last.position);
                let chance = self.chance(&silence, cell, slot);
                lost.push(Loss {
                    key: silence.key,
                    vessel: vessel.ix(),
                    source: last.source,
                    position: last.position,
                    cell,
                    at: last.at,
                    weight: if silence.under_way() { chance } else { chance * STILL_WEIGHT },
                    habit: loss::habit(vessel, &last),
                });
            }
            self.silent.insert(vessel.ix(), silence);
        }
        // Weights are summed, so the order must not depend on the slab.
        lost.sort_unstable_by_key(|loss| loss.key);
        lost
    }

    /// Counts a silence that has become long: in its cell, and on its input if nothing explains it.
    pub(super) fn note(&mut self, vessel: TrackIx, slot: Slot) {
        let Some(silence) = self.silent.get_mut(&vessel) else {
            return;
        };
        let cell = Cell::of(silence.position);
        silence.noted = self.cells.fell_silent(cell, silence.class, silence.under_way(), silence.key, slot);
        if silence.unheard_if_learned() < REPORTED_BELOW {
            silence.noted_of_feed = self.feed_silences.fell_silent(silence.source, silence.key, slot);
        }
    }

    /// Whether enough was known of reception at the time of a fix.
    pub(super) fn judged(&self, fix: &Fix) -> bool {
        self.learned_from.is_some_and(|from| from <= Slot::of(fix.at))
    }

    /// Whether a vessel's input is silent in this slot and had heard no other vessel for a day, so that the vessel may be the cause.
    pub(super) fn is_alone(&self, tracks: &Tracks, last: &Fix, key: TrackKey, slot: Slot) -> bool {
        let by_it = |fix: Fix| fix.source == last.source && last.at - ALONE_FOR <= fix.at;
        let others = || tracks.iter().any(|other| other.key() != key && other.last().is_some_and(by_it));
        self.feeds.hole(last.source, slot) && !self.feeds.was_away() && !others()
    }
}
