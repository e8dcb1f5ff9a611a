//! A small number for each track, the same until the program stops, and when what a vessel says of itself last changed.

use std::hash::{DefaultHasher, Hash, Hasher};

use atalaia_core::engine::questions::{Picture, PictureVessel};
use atalaia_core::picture::tracks::TrackKey;

/// A track of the picture with its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed {
    /// The track.
    pub(super) track: TrackKey,
    /// Place of its vessel in the picture.
    pub(super) place: usize,
    /// Its number.
    pub(super) key: u32,
    /// Cursor of the picture in which its names last changed.
    pub(super) named: u32,
    /// Hash of its names.
    names: u64,
}

/// The numbers of the tracks of the last picture.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Ordered by track.
    pub(super) tracks: Vec<Keyed>,
    /// The number of the next new track. A number is not used again: a page may still show its vessel.
    next: u32,
}

impl Keys {
    /// Takes over the tracks of the picture with this cursor. Those of the last picture keep their numbers.
    pub(super) fn take(&mut self, picture: &Picture, cursor: u32) {
        let mut order: Vec<(TrackKey, usize)> =
            picture.vessels.iter().enumerate().map(|(place, vessel)| (vessel.key, place)).collect();
        order.sort_unstable();
        let before = std::mem::take(&mut self.tracks);
        let mut before = before.into_iter().peekable();
        for (track, place) in order {
            while before.next_if(|known| known.track < track).is_some() {}
            let known = before.next_if(|known| known.track == track);
            let names = hash_of(&picture.vessels[place]);
            let key = known.map_or(self.next, |known| known.key);
            self.next += u32::from(known.is_none());
            let named = known.filter(|known| known.names == names).map_or(cursor, |known| known.named);
            self.tracks.push(Keyed { track, place, key, named, names });
        }
    }
}

/// A hash of what a vessel says of itself, and of whether it counts as personal data: a reader gets its names once that is no longer so.
fn hash_of(vessel: &PictureVessel) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&vessel.name, &vessel.call_sign, vessel.imo, vessel.hull, vessel.ship_type, vessel.traits.personal)
        .hash(&mut hasher);
    hasher.finish()
}
