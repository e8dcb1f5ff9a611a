//! What a rule about pairs finds around one vessel at a step, while the lanes work in parallel.

use serde::{Deserialize, Serialize};

use crate::picture::tracks::{TrackIx, TrackKey};

/// The company of one vessel at one step.
pub struct Company {
    /// The vessel.
    pub(super) of: (TrackKey, TrackIx),
    /// The possible partners around the vessel with which it is in no pair yet, nearest first; `None` if it does not look for any
    /// at this step.
    pub(super) neighbours: Option<Vec<Neighbour>>,
    /// The other vessels of the pairs that it is in, ordered by key.
    pub(super) partners: Vec<Partner>,
}

/// A possible partner of a vessel.
pub(super) struct Neighbour {
    /// Distance between the latest fixes of the two. Metres.
    pub(super) metres: f64,
    pub(super) other: Partner,
}

/// The other vessel of a pair, or of a possible one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Partner {
    /// Its key, which is never reused.
    pub(super) key: TrackKey,
    /// Its place in the slab of tracks.
    pub(super) vessel: TrackIx,
    /// Whether it comes first in the pair.
    pub(super) is_first: bool,
}

impl Partner {
    /// The pair that a vessel and this partner form.
    pub(super) fn pair_with(&self, (key, vessel): (TrackKey, TrackIx)) -> Two {
        let (own, other) = ((key, vessel), (self.key, self.vessel));
        if self.is_first { Two(other, own) } else { Two(own, other) }
    }
}

/// The two vessels of a pair, in the order that the rule gave them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Two(pub(super) (TrackKey, TrackIx), pub(super) (TrackKey, TrackIx));

impl Two {
    /// The places of both in the slab of tracks.
    pub(super) fn vessels(&self) -> (TrackIx, TrackIx) {
        (self.0.1, self.1.1)
    }

    /// The keys of both.
    pub(super) fn keys(&self) -> (TrackKey, TrackKey) {
        (self.0.0, self.1.0)
    }
}
