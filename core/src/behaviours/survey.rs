//! What a rule about pairs reads of the picture ahead of its step, while the lanes work in parallel.

use crate::base::time::Time;
use crate::behaviours::runner::instant::CommonInstant;
use crate::behaviours::runner::pairs::First;
use crate::picture::tracks::{TrackIx, TrackKey};

/// What a rule prepared for a step.
pub enum Survey {
    /// Nothing: the rule does not prepare its steps.
    Unprepared,
    /// As far as the survey can tell, the step would change nothing. The rule does not receive it, unless the fix may have shown two vessels
    /// to be one.
    Idle,
    /// The rule receives the step together with this.
    Found(Box<Findings>),
}

/// Neighbours and pairs of one vessel at one step. The common instants depend only on the tracks, whose fixes do not change until the step.
pub struct Findings {
    /// The possible partners around the vessel, nearest first; `None` if it does not look for any at this step.
    pub(super) neighbours: Option<Neighbours>,
    /// Those of its pairs that the step may change, ordered by the key of the other vessel.
    pub(super) pairs: Vec<PairMinutes>,
}

/// The possible partners of a vessel.
pub(super) struct Neighbours {
    /// The nearest ones, nearest first.
    pub(super) nearest: Vec<Neighbour>,
    /// Number of those left out because there were too many.
    pub(super) left_out: usize,
}

/// A possible partner of a vessel.
pub(super) struct Neighbour {
    /// Distance between the latest fixes of the two. Metres.
    pub(super) metres: f64,
    pub(super) key: TrackKey,
    pub(super) vessel: TrackIx,
    /// Which of the two comes first in the pair.
    pub(super) first: First,
}

/// One pair with its whole minutes that are not yet counted.
pub(super) struct PairMinutes {
    /// Key of the other vessel.
    pub(super) other: TrackKey,
    pub(super) pair: (TrackIx, TrackIx),
    /// The minute before the first one.
    pub(super) after: Time,
    /// One for each minute; `None` where a position is not known.
    pub(super) instants: Vec<Option<CommonInstant>>,
}
