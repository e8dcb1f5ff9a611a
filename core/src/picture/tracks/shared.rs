//! Shared MMSIs: sent from many places, by test sets, sets as delivered, or a whole fleet.
//!
//! The places of an MMSI are remembered for a day. Above `tracks.shared_above_places` of them the MMSI identifies no vessel: its
//! tracks still show where ships are, but the silence of any one of them means nothing.

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};

use super::key::TrackIx;
use super::places::Place;
use super::shard::Shard;
use super::track::Flag;

/// How long a place counts after the MMSI was last heard there.
const REMEMBERED: Span = Span::from_hours(24);
/// A track that begins this close to where an earlier one ended is at the same place. Metres.
const SAME_METRES: f64 = 5.0 * METRES_PER_NM;
/// Maximum number of places remembered per MMSI.
const MOST_PLACES: usize = 16;

impl Shard {
    /// See [`Tracks::places_within_a_day`](super::Tracks::places_within_a_day).
    pub(super) fn places_within_a_day(&self, mmsi: Mmsi) -> usize {
        let remembered = self.places.of.get(&mmsi.0).map_or(0, Vec::len);
        remembered.max(self.chain(mmsi).count())
    }

    /// Records the places of all tracks of an MMSI when a further track of it, `ix`, begins at `now`.
    pub(super) fn note_place(&mut self, ix: TrackIx, now: Time) {
        let mmsi = Mmsi(self.hot[ix.0 as usize].mmsi);
        let tracks: Vec<TrackIx> = self.chain(mmsi).collect();
        for other in tracks.into_iter().filter(|other| *other != ix) {
            self.note_last_place(other);
        }
        self.note_last_place(ix);
        self.judge_sharing(mmsi, now);
    }

    /// Records where a track was last heard.
    pub(super) fn note_last_place(&mut self, ix: TrackIx) {
        let hot = &self.hot[ix.0 as usize];
        if hot.fixes == 0 {
            return;
        }
        let place = Place { ordinal: hot.ordinal, at: hot.last_at, position: hot.position() };
        // The place of another live track is never replaced: two ships may lie side by side.
        let live: Vec<u16> = self.chain(Mmsi(hot.mmsi)).map(|ix| self.hot[ix.0 as usize].ordinal).collect();
        let places = self.places.of.entry(hot.mmsi).or_default();
        let known = places.iter().position(|known| known.ordinal == place.ordinal).or_else(|| {
            let same = |known: &Place| known.position.metres_to(place.position) <= SAME_METRES;
            places.iter().position(|known| !live.contains(&known.ordinal) && same(known))
        });
        match known {
            Some(known) => places[known] = place,
            None => places.push(place),
        }
        if MOST_PLACES < places.len()
            && let Some((oldest, _)) = places.iter().enumerate().min_by_key(|(_, known)| (known.at, known.ordinal))
        {
            places.swap_remove(oldest);
        }
    }

    /// Whether places are remembered for an MMSI.
    pub(super) fn has_places(&self, mmsi: Mmsi) -> bool {
        self.places.of.contains_key(&mmsi.0)
    }

    /// Forgets places not heard for a day, and judges again whether their MMSIs are shared.
    pub(super) fn sweep_places(&mut self, now: Time) {
        // The order has no effect, because each MMSI is independent.
        let numbers: Vec<u32> = self.places.of.keys().copied().collect();
        for mmsi in numbers.into_iter().map(Mmsi) {
            let tracks: Vec<TrackIx> = self.chain(mmsi).collect();
            tracks.into_iter().for_each(|ix| self.note_last_place(ix));
            self.judge_sharing(mmsi, now);
        }
    }

    /// Forgets the places of an MMSI that are older than a day, and marks its tracks as shared or not by the number of the others.
    fn judge_sharing(&mut self, mmsi: Mmsi, now: Time) {
        let Some(places) = self.places.of.get_mut(&mmsi.0) else {
            return;
        };
        places.retain(|place| now - place.at <= REMEMBERED);
        let is_shared = self.settings.shared_above_places < places.len() as u32;
        if places.is_empty() {
            self.places.of.remove(&mmsi.0);
        }
        let tracks: Vec<TrackIx> = self.chain(mmsi).collect();
        for ix in tracks {
            self.hot[ix.0 as usize].mark(Flag::Shared, is_shared);
        }
    }
}
