//! Whether a report is new, a copy, late or impossible, and which track it belongs to.

use serde::{Deserialize, Serialize};

use crate::time::Span;
use crate::units::{METRES_PER_SECOND_PER_KNOT, knots};

use super::identity::Learned;
use super::track::{Fix, SpeedMadeGood};
use super::{TrackIx, TrackKey};

/// Fixes that make a jump a track of its own.
pub const CONFIRMING_FIXES: usize = 3;
/// A candidate nobody confirms for this long is dropped; a track silent for this long gives its name to its successor.
pub(super) const CANDIDATE_AGE: Span = Span::from_minutes(30);
/// Receiver clocks and slot delays blur positions: this much is no jump. Metres.
const JITTER_METRES: f64 = 200.0;

/// What a report did to the picture.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// A vessel moved on.
    Fix {
        /// Who.
        vessel: TrackIx,
        /// Its fix before, if any.
        previous: Option<Fix>,
        /// Speed made good at this fix.
        smg: Option<SpeedMadeGood>,
        /// Its MMSI turned up, three fixes long, where it could not have gone.
        jump: Option<Box<Jump>>,
    },
    /// Static data changed, or a change was repeated; or a distress device spoke that does not know where it is.
    Identity {
        /// Whose; of several tracks under one MMSI the one heard last.
        vessel: TrackIx,
        /// What is new; absent when only the estimated arrival is.
        learned: Option<Box<Learned>>,
    },
    /// Older than its vessel's last fix: joined the trail.
    Late {
        /// Whose.
        vessel: TrackIx,
        /// What it says.
        fix: Fix,
    },
    /// Not for the picture.
    Refused(Refusal),
}

/// An MMSI turned up where no ship could have gone from where it was.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Jump {
    /// The track it was on: another, or the same where that had already been silent for 30 min.
    pub from: (TrackKey, TrackIx),
    /// The last fix there that is older than `first`; where none is known, the last one.
    pub before: Fix,
    /// The first fix at the new place; two more confirmed it.
    pub first: Fix,
}

impl Jump {
    /// How far. Metres.
    pub fn metres(&self) -> f64 {
        self.before.position.metres_to(self.first.position)
    }

    /// Time it had for that, with what the clocks leave open; absent where both places are of one moment.
    pub fn elapsed(&self) -> Option<Span> {
        let between = self.first.at - self.before.at;
        let uncertain = self.before.said.uncertainty() + self.first.said.uncertainty();
        (Span::ZERO < between).then_some(between + uncertain)
    }

    /// The speed it would have taken; absent where both places are of one moment. Knots.
    pub fn implied_knots(&self) -> Option<f64> {
        self.elapsed().map(|elapsed| knots(self.metres(), elapsed.seconds()))
    }
}

/// Why a report did not change the picture; counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// Another station's copy of a transmission already seen.
    Copy,
    /// A second position for the same moment.
    SameMoment,
    /// It would have needed an impossible speed; kept as a candidate for another ship.
    Jump,
    /// Without a position.
    NoPosition,
    /// A station that is not tracked (coast, aircraft, aid, handheld).
    NotTracked,
    /// Static data that said nothing new.
    NothingNew,
    /// Too old for its vessel's trail.
    TooLate,
    /// Its time is too uncertain to tell whether it is newer than its vessel's last fix.
    UncertainTime,
    /// Another vessel's, its number damaged on the way.
    DamagedNumber,
    /// A coarse or late-stamped position, while a finer one of the same vessel is at hand.
    Coarse,
}

/// Whether one vessel could have made both fixes, as far as their resolution in place and time tells. `jump_knots` is the speed no
/// ship makes.
pub(super) fn possible(from: &Fix, to: &Fix, jump_knots: f64) -> bool {
    let uncertain = from.said.uncertainty() + to.said.uncertainty();
    let seconds = ((to.at - from.at).abs() + uncertain).seconds();
    let metres = from.position.metres_to(to.position);
    let metres = metres - from.said.resolution_metres() - to.said.resolution_metres();
    metres <= jump_knots * METRES_PER_SECOND_PER_KNOT * seconds + JITTER_METRES
}
