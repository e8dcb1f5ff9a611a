//! Whether a report is new, a copy, late or impossible, and which track it belongs to.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};
use crate::units::METRES_PER_SECOND_PER_KNOT;

use super::identity::Learned;
use super::track::{Fix, SpeedMadeGood};
use super::{TrackIx, TrackKey};

/// Copies of one transmission arrive within this (SPEC "Time").
const COPY_WINDOW: i64 = 30_000;
/// A class A ship at full speed sends 30 a minute; one that sends more than this is no ship.
const MOST_HEARD: usize = 64;
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
}

/// What one MMSI sent lately: half a cache line, looked at with every report.
///
/// A transmission is known by 32 bits of its hash: within one vessel's 30 s that mistakes fewer than one report in a hundred million.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Heard {
    lately: [Transmission; 3],
    #[expect(
        clippy::box_collection,
        reason = "one thin pointer keeps a vessel's hot state at 64 bytes; few send so fast"
    )]
    more: Option<Box<Vec<Transmission>>>,
}

/// Its mark, 0 for an empty place, and the low 32 bits of its time in milliseconds: they come round after 49 days.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Transmission {
    mark: u32,
    at: u32,
}

impl Transmission {
    fn new(hash: u64, at: Time) -> Transmission {
        let mark = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32;
        Transmission { mark: mark.max(1), at: at.millis() as u32 }
    }

    /// Milliseconds from `earlier` to this.
    fn since(self, earlier: Transmission) -> i64 {
        i64::from(self.at.wrapping_sub(earlier.at) as i32)
    }

    fn is_copy_of(self, other: Transmission) -> bool {
        self.mark == other.mark && self.since(other).abs() <= COPY_WINDOW
    }
}

impl Heard {
    /// Whether the transmission of this hash was heard within 30 s before or after; remembers it if not.
    pub(super) fn is_copy(&mut self, hash: u64, at: Time) -> bool {
        let new = Transmission::new(hash, at);
        let mut all = self.lately.iter().chain(self.more.iter().flat_map(|more| more.iter()));
        if all.any(|known| new.is_copy_of(*known)) {
            return true;
        }
        self.remember(new);
        false
    }

    /// A value that depends on what the next report will read.
    pub(super) fn touch(&self) -> u32 {
        self.lately[0].mark
    }

    fn remember(&mut self, new: Transmission) {
        let gone = |known: &Transmission| known.mark == 0 || 2 * COPY_WINDOW < new.since(*known);
        if let Some(place) = self.lately.iter_mut().find(|known| gone(known)) {
            *place = new;
            return;
        }
        let more = self.more.get_or_insert_default();
        if more.len().is_power_of_two() {
            more.retain(|known| !gone(known));
        }
        if more.len() == MOST_HEARD {
            more.remove(0);
        }
        more.push(new);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_transmission_within_half_a_minute() {
        let mut copies = Heard::default();
        let at = Time::from_seconds;
        assert!(!copies.is_copy(1, at(1000)));
        assert!(copies.is_copy(1, at(1001)));
        assert!(copies.is_copy(1, at(1030)));
        assert!(!copies.is_copy(2, at(1031)));
        assert!(!copies.is_copy(1, at(1062)));
        assert!(copies.is_copy(1, at(1063)));
        assert!(!copies.is_copy(1, at(9000)));
    }

    #[test]
    fn a_fast_sender_is_remembered_for_half_a_minute_and_no_longer_than_needed() {
        let mut copies = Heard::default();
        for second in (0..6000).step_by(2) {
            let at = Time::from_seconds(second);
            assert!(!copies.is_copy(second as u64, at), "{second}");
            for back in (2..=30).step_by(2).filter(|back| *back <= second) {
                assert!(copies.is_copy((second - back) as u64, at), "{second} {back}");
            }
        }
        assert!(copies.more.is_some_and(|more| more.capacity() <= MOST_HEARD));
    }
}
