//! Several ships under one MMSI: which of them a fix belongs to, when there is a further one, and when only one is left.
//!
//! The tracks of an MMSI form a chain, the youngest first. A fix continues the track that could have made it. If none could, it waits
//! as a candidate until two more agree with it. Then it either continues a track that is silent or unconfirmed, as a jump, or begins
//! a further one.

use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;

use super::accept::{self, CANDIDATE_AGE, Jump, Outcome, Refusal, metres_off};
use super::confirmed::CONFIRMED_FIXES;
use super::key::TrackIx;
use super::shard::Shard;
use super::track::{Fix, Flag, NO_NEXT, Vessel};

/// Maximum number of tracks under one MMSI.
const MOST_TRACKS: usize = 32;
/// How long a proven second ship may be silent before its track is dropped. Ships that share a number are not heard all the time.
const TWO_SHIPS_FOR: Span = Span::from_hours(24);

impl Shard {
    /// The tracks under one MMSI, the youngest first.
    pub(super) fn under(&self, mmsi: Mmsi) -> impl Iterator<Item = Vessel<'_>> {
        self.chain(mmsi).map(|ix| self.inside(ix))
    }

    /// See [`Tracks::fixes_elsewhere`](super::Tracks::fixes_elsewhere).
    pub(super) fn fixes_elsewhere(&self, mmsi: Mmsi) -> usize {
        self.candidates.waiting(mmsi.0)
    }

    /// The track of this MMSI that could have made the fix; of several, the nearest by dead reckoning. `None` if none could.
    pub(super) fn likeliest(&self, mmsi: Mmsi, first: u32, fix: &Fix) -> Option<TrackIx> {
        let limit = self.settings.jump_knots;
        if self.hot[first as usize].next == NO_NEXT {
            let last = self.hot[first as usize].last()?;
            return accept::possible(&last, fix, limit).then_some(TrackIx(first));
        }
        self.chain(mmsi)
            .filter_map(|ix| self.hot[ix.0 as usize].last().map(|last| (ix, last)))
            .filter(|(_, last)| accept::possible(last, fix, limit))
            .min_by(|(_, a), (_, b)| metres_off(a, fix).total_cmp(&metres_off(b, fix)))
            .map(|(ix, _)| ix)
    }

    /// Handles a fix that no track of this MMSI could have made. Once two more fixes agree with it, it is a jump.
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
            // The first ship may still be sending. Its later fixes say nothing about the way to the new place.
            let earlier = first.at - Span::from_millis(1);
            let point = self.cold[from.0 as usize].trail.at_or_before(earlier).filter(|_| first.at <= last.at);
            let before = point.map_or(last, |point| Fix { at: point.at, position: point.position, ..last });
            Some(Box::new(Jump { from: (hot.key(), from), before, first }))
        });
        if let Some(before) = before {
            self.note_name_before(mmsi, before, confirmed[0].at);
        }
        // A ship that reappears elsewhere keeps its track, and with it its alerts, unless another ship may still be using that track.
        let successor = self.chain(mmsi).find(|ix| {
            let hot = &self.hot[ix.0 as usize];
            hot.fixes < CONFIRMED_FIXES || alone_after <= fix.at - hot.last_at
        });
        let ix = match successor {
            Some(ix) => {
                if CONFIRMED_FIXES <= self.hot[ix.0 as usize].fixes {
                    self.note_last_place(ix);
                }
                // No position between the old place and the new one is known, so none may be interpolated.
                self.cold[ix.0 as usize].trail.clear();
                if let Some(identity) = self.cold[ix.0 as usize].told.identity_mut() {
                    identity.own_name = None;
                }
                self.hot[ix.0 as usize].smg = f32::NAN;
                ix
            }
            None => {
                self.make_room_under(mmsi);
                let last = self.chain(mmsi).map(|ix| self.hot[ix.0 as usize].ordinal).max();
                self.create(mmsi, last.unwrap_or(0).saturating_add(1))
            }
        };
        let (latest, earlier) = confirmed.split_last().map_or((&fix, &[][..]), |(latest, earlier)| (latest, earlier));
        for earlier in earlier {
            self.move_on(ix, *earlier);
        }
        let moved = self.move_on(ix, *latest);
        self.note_place(ix, latest.at);
        match moved {
            Outcome::Fix { vessel, previous, smg, .. } => Outcome::Fix { vessel, previous, smg, jump },
            other => other,
        }
    }

    /// Records that a track is heard while a later one of its MMSI is also heard; the second time shows that they are two ships.
    pub(super) fn note_beside(&mut self, ix: TrackIx, at: Time) {
        let ordinal = self.hot[ix.0 as usize].ordinal;
        let goes_on = self.chain(Mmsi(self.hot[ix.0 as usize].mmsi)).any(|other| {
            let hot = &self.hot[other.0 as usize];
            ordinal < hot.ordinal && CONFIRMED_FIXES <= hot.fixes && at - hot.last_at <= CANDIDATE_AGE
        });
        if !goes_on {
            return;
        }
        let hot = &mut self.hot[ix.0 as usize];
        let again = hot.is(Flag::Beside);
        hot.mark(if again { Flag::BesideTwice } else { Flag::Beside }, true);
    }

    /// Keeps the tracks of one MMSI within `MOST_TRACKS`: the longest silent is dropped.
    fn make_room_under(&mut self, mmsi: Mmsi) {
        if self.chain(mmsi).count() < MOST_TRACKS {
            return;
        }
        let silent = |ix: &TrackIx| (self.hot[ix.0 as usize].last_at, self.hot[ix.0 as usize].ordinal);
        if let Some(oldest) =
            self.chain(mmsi).filter(|ix| !self.hot[ix.0 as usize].is(Flag::InAlert)).min_by_key(silent)
        {
            self.forget(oldest);
        }
    }

    /// How long one of several tracks of an MMSI must be silent before the others are taken to be the only ship: 30 min, or a day
    /// if both were heard.
    fn alone_after(&self, mmsi: Mmsi) -> Span {
        match self.chain(mmsi).any(|ix| self.hot[ix.0 as usize].is(Flag::BesideTwice)) {
            true => TWO_SHIPS_FOR.max(self.settings.lost_after()),
            false => CANDIDATE_AGE,
        }
    }

    /// Drops the other tracks of a vessel's MMSI that have been silent for 30 min, or for a day if two ships were proved.
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
