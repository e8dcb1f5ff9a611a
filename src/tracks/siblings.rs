//! Several ships under one MMSI: which of them a fix belongs to, when there is one more, when they are one again.

use crate::time::{Span, Time};
use crate::units::Mmsi;

use super::TrackIx;
use super::accept::{self, CANDIDATE_AGE, Jump, Outcome, Refusal};
use super::store::Shard;
use super::sweep::CONFIRMED_FIXES;
use super::track::{Fix, Flag, NO_NEXT, Vessel};

impl Shard {
    /// The tracks under one MMSI, the youngest first.
    pub(super) fn under(&self, mmsi: Mmsi) -> impl Iterator<Item = Vessel<'_>> {
        self.chain(mmsi).map(|ix| self.inside(ix))
    }

    /// See `Tracks::fixes_elsewhere`.
    pub(super) fn fixes_elsewhere(&self, mmsi: Mmsi) -> usize {
        self.candidates.waiting(mmsi.0)
    }

    /// The track of this MMSI that could have made the fix; of several the nearest.
    pub(super) fn nearest_possible(&self, mmsi: Mmsi, first: u32, fix: &Fix) -> Option<TrackIx> {
        let limit = self.settings.jump_knots;
        if self.hot[first as usize].next == NO_NEXT {
            let last = self.hot[first as usize].last()?;
            return accept::possible(&last, fix, limit).then_some(TrackIx(first));
        }
        self.chain(mmsi)
            .filter_map(|ix| self.hot[ix.0 as usize].last().map(|last| (ix, last)))
            .filter(|(_, last)| accept::possible(last, fix, limit))
            .min_by(|(_, a), (_, b)| {
                let metres = |last: &Fix| last.position.metres_to(fix.position);
                metres(a).total_cmp(&metres(b))
            })
            .map(|(ix, _)| ix)
    }

    /// A fix no track of this MMSI could have made: another ship once two more agree with it.
    pub(super) fn jump(&mut self, mmsi: Mmsi, fix: Fix) -> Outcome {
        let limit = self.settings.jump_knots;
        let Some(confirmed) = self.candidates.add(mmsi.0, fix, limit) else {
            return Outcome::Refused(Refusal::Jump);
        };
        let alone_after = self.alone_after(mmsi);
        let before = self.chain(mmsi).max_by_key(|ix| self.hot[ix.0 as usize].last_at);
        let jump = before.and_then(|from| {
            let hot = &self.hot[from.0 as usize];
            let last = hot.last().filter(|_| CONFIRMED_FIXES <= hot.fixes)?;
            let first = confirmed[0];
            // The ship that was left may go on sending: what it sent since says nothing of the way to the new place.
            let point = self.cold[from.0 as usize].trail.at_or_before(first.at).filter(|_| first.at < last.at);
            let before = point.map_or(last, |point| Fix { at: point.at, position: point.position, ..last });
            Some(Box::new(Jump { from: (hot.key(), from), before, first }))
        });
        let successor = self.chain(mmsi).find(|ix| {
            let hot = &self.hot[ix.0 as usize];
            hot.fixes < CONFIRMED_FIXES || alone_after <= fix.at - hot.last_at
        });
        let ix = match successor {
            Some(ix) => {
                self.cold[ix.0 as usize].trail.clear();
                self.hot[ix.0 as usize].smg = f32::NAN;
                ix
            }
            None => {
                let last = self.chain(mmsi).map(|ix| self.hot[ix.0 as usize].ordinal).max();
                self.create(mmsi, last.unwrap_or(0).saturating_add(1))
            }
        };
        for earlier in &confirmed[..confirmed.len() - 1] {
            self.move_on(ix, *earlier);
        }
        match self.move_on(ix, fix) {
            Outcome::Fix { vessel, previous, smg, .. } => Outcome::Fix { vessel, previous, smg, jump },
            other => other,
        }
    }

    /// Notes that an older track of an MMSI is heard after a further one, the `first`, began: twice makes two ships of it.
    pub(super) fn note_beside(&mut self, ix: TrackIx, first: u32, at: Time) {
        if first == ix.0 || CANDIDATE_AGE < at - self.cold[first as usize].first_at {
            return;
        }
        let hot = &mut self.hot[ix.0 as usize];
        let again = hot.is(Flag::Beside);
        hot.mark(if again { Flag::BesideTwice } else { Flag::Beside }, true);
    }

    /// How long one of several tracks of an MMSI is silent before it is taken for a mistake about the others: two ships that
    /// were both heard stay two for as long as a vessel may be silent.
    fn alone_after(&self, mmsi: Mmsi) -> Span {
        match self.chain(mmsi).any(|ix| self.hot[ix.0 as usize].is(Flag::BesideTwice)) {
            true => self.settings.lost_after(),
            false => CANDIDATE_AGE,
        }
    }

    /// Two ships under one MMSI are one again when the other has been silent for 30 min, or 6 h if both were heard.
    pub(super) fn retire_silent_siblings(&mut self, ix: TrackIx, now: Time) {
        let mmsi = Mmsi(self.hot[ix.0 as usize].mmsi);
        let alone_after = self.alone_after(mmsi);
        let silent: Vec<TrackIx> = self
            .chain(mmsi)
            .filter(|other| *other != ix)
            .filter(|other| alone_after < now - self.hot[other.0 as usize].last_at)
            .collect();
        for other in silent {
            self.forget(other);
        }
    }
}
