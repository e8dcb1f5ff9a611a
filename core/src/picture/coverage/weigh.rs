//! How one slot of a silence is weighed: where the vessel would be, and whether it would be heard there.
//!
//! The chances not to be heard in successive slots are multiplied, as sums of logarithms. Sums are kept for a vessel that moved on as
//! before and for one that stopped; the one that explains the silence better counts (SPEC `ais_gap`). A third sum leaves the edge of
//! reception out of account.

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, Vessel};

use super::cells::Cell;
use super::model::Coverage;
use super::silence::{EXPECTED, GIVEN_UP, OWN_RECORD, Silence};
use super::slot::Slot;

/// Distances ahead of a vessel. If no vessels are heard at either of them, the feed's reception ends there. Nautical miles.
const AHEAD_NM: [f64; 2] = [15.0, 30.0];
/// Distance ahead of a vessel that reaches into the next sixteenth of a cell, as the edge of reception may cross its own. Nautical miles.
const EDGE_NM: f64 = 4.0;

impl Coverage {
    /// Computes a silence again, from the fix to `until`, by what is known of reception now. Returns its probability, 0-1, and
    /// how much of it the feed itself missed, as far as that is remembered (ten hours).
    pub fn judge(&self, vessel: Vessel<'_>, from: &Fix, until: Time) -> (f64, Span) {
        let mut silence = Silence::new(vessel, from, self.holes, self.judged(from));
        let (first, last) = (Slot::of(from.at).0 + 1, Slot::of(until).0);
        for slot in (first..last).take(GIVEN_UP as usize) {
            self.weigh(&mut silence, Slot(slot));
        }
        (silence.unheard(), silence.missed(self.holes))
    }

    /// Weighs one slot of a vessel's silence. Returns the cell in which it was expected and counts as not heard, if any.
    pub(super) fn weigh(&self, silence: &mut Silence, slot: Slot) -> Option<Cell> {
        let (moving, still) = silence.cells(slot);
        let quiet = self.quiet_area(silence, moving, still);
        if is_recent(silence, slot) {
            silence.quiet_area = quiet;
        }
        let dead = self.feeds.hole(silence.source, slot) || self.feeds.station_silent(silence.station, slot.end());
        if dead || quiet.is_some() || self.stations_silent(moving, slot) {
            silence.holes += 1;
            return None;
        }
        if silence.left.is_none() && self.leaves(silence, slot) {
            silence.left = Some(slot.start());
        }
        let ln_unheard = |chance: f64| (-chance).ln_1p() as f32;
        let within = ln_unheard(self.cells.reception(moving, silence.class, slot).chance());
        silence.ln_within += within;
        if silence.left.is_none() {
            silence.ln_moving += within.min(ln_unheard(self.chance(silence, moving, slot)));
        }
        silence.ln_still += ln_unheard(self.chance(silence, still, slot));
        let expected = silence.under_way() && silence.counted < EXPECTED;
        expected.then(|| {
            silence.count(slot);
            moving
        })
    }

    /// The quiet area that explains why a vessel is not heard, by the cell that names it: the one it was lost in, if that is still quiet, or
    /// one in which it would be.
    fn quiet_area(&self, silence: &Silence, moving: Cell, still: Cell) -> Option<Cell> {
        let lost_in = silence.quiet_area.filter(|heart| self.quiet.is_quiet(*heart));
        lost_in.or_else(|| self.quiet.heart(moving)).or_else(|| self.quiet.heart(still))
    }

    /// Whether the stations that heard vessels in a cell last are silent.
    fn stations_silent(&self, cell: Cell, slot: Slot) -> bool {
        let stations = self.cells.stations(cell);
        stations.is_some_and(|stations| stations.iter().all(|station| self.feeds.station_silent(*station, slot.end())))
    }

    /// Probability, 0-1, that the vessel would have been heard at a place, by the feed's record there and by its own.
    pub(super) fn chance(&self, silence: &Silence, cell: Cell, slot: Slot) -> f64 {
        let chance = self.cells.reception(cell, silence.class, slot).chance();
        match silence.has_own_record() && is_recent(silence, slot) {
            true => chance.max(f64::from(silence.own_record.min(OWN_RECORD))),
            false => chance,
        }
    }

    /// Whether a vessel that moved on as before has left the feed's reception: no vessel was heard just ahead of where it would be,
    /// nor further on.
    fn leaves(&self, silence: &Silence, slot: Slot) -> bool {
        let at = slot.middle();
        let unknown = |place: LatLon| self.cells.reception(Cell::of(place), silence.class, slot).chance() == 0.0;
        silence.under_way()
            && silence.ahead(at, EDGE_NM).is_some_and(|edge| !self.cells.is_heard_at(edge))
            && AHEAD_NM.iter().all(|nm| silence.ahead(at, *nm).is_some_and(unknown))
    }
}

/// Whether a slot is so soon after a vessel's last fix that it is still expected on its course.
fn is_recent(silence: &Silence, slot: Slot) -> bool {
    slot.since(Slot::of(silence.since)) <= i64::from(EXPECTED)
}
