//! Whether a report is new, a copy, late or impossible, and which track it belongs to.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};
use crate::units::METRES_PER_SECOND_PER_KNOT;

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
    /// The last fix there that is not younger than `first`.
    pub before: Fix,
    /// The first fix at the new place; two more confirmed it.
    pub first: Fix,
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
}

/// Whether one vessel could have made both fixes. `jump_knots` is the speed no ship makes.
pub(super) fn possible(from: &Fix, to: &Fix, jump_knots: f64) -> bool {
    let seconds = (to.at - from.at).abs().seconds();
    let metres = from.position.metres_to(to.position);
    metres <= jump_knots * METRES_PER_SECOND_PER_KNOT * seconds + JITTER_METRES
}

/// Fixes that no track of their MMSI could have made, waiting for two more that agree.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Candidates {
    waiting: FxHashMap<u32, Vec<Fix>>,
}

impl Candidates {
    /// Adds an impossible fix; hands out the confirmed fixes of another ship once there are three that agree.
    pub(super) fn add(&mut self, mmsi: u32, fix: Fix, jump_knots: f64) -> Option<Vec<Fix>> {
        let waiting = self.waiting.entry(mmsi).or_default();
        let agrees =
            waiting.last().is_some_and(|last| fix.at - last.at <= CANDIDATE_AGE && possible(last, &fix, jump_knots));
        if !agrees {
            waiting.clear();
        }
        waiting.push(fix);
        if waiting.len() < CONFIRMING_FIXES {
            return None;
        }
        self.waiting.remove(&mmsi)
    }

    /// How many agree so far.
    pub(super) fn waiting(&self, mmsi: u32) -> usize {
        self.waiting.get(&mmsi).map_or(0, Vec::len)
    }

    /// Drops candidates nobody confirmed.
    pub(super) fn expire(&mut self, now: Time) {
        self.waiting.retain(|_, fixes| fixes.last().is_some_and(|last| now - last.at <= CANDIDATE_AGE));
    }
}
