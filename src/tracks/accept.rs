//! Whether a report is new, a copy, late or impossible, and which track it belongs to.

use rustc_hash::FxHashMap;

use crate::time::{Span, Time};
use crate::units::METRES_PER_SECOND_PER_KNOT;

use super::TrackIx;
use super::track::{Fix, SpeedMadeGood};

/// Copies of one transmission arrive within this (SPEC "Time").
const COPY_WINDOW: i64 = 30_000;
/// Fixes that make a jump a track of its own.
const CONFIRMING_FIXES: usize = 3;
/// A candidate nobody confirms for this long is dropped; a track silent for this long gives its name to its successor.
pub(super) const CANDIDATE_AGE: Span = Span::from_minutes(30);
/// Receiver clocks and slot delays blur positions: this much is no jump. Metres.
const JITTER_METRES: f64 = 200.0;

/// What a report did to the picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    /// A vessel moved on.
    Fix {
        /// Who.
        vessel: TrackIx,
        /// Its fix before, if any.
        previous: Option<Fix>,
        /// Speed made good at this fix.
        smg: Option<SpeedMadeGood>,
    },
    /// Static data changed.
    Identity {
        /// Whose.
        vessel: TrackIx,
    },
    /// Older than its vessel's last fix: joined the trail.
    Late {
        /// Whose.
        vessel: TrackIx,
    },
    /// Not for the picture.
    Refused(Refusal),
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

/// Recently heard transmissions, by hash, in two generations.
#[derive(Default)]
pub(super) struct Copies {
    turned_at: i64,
    current: FxHashMap<u64, i64>,
    previous: FxHashMap<u64, i64>,
}

impl Copies {
    /// Whether this transmission was heard within 30 s before or after; remembers it if not.
    pub(super) fn is_copy(&mut self, payload: u64, at: Time) -> bool {
        let at = at.millis();
        if COPY_WINDOW <= at - self.turned_at {
            std::mem::swap(&mut self.current, &mut self.previous);
            if 2 * COPY_WINDOW <= at - self.turned_at {
                self.previous.clear();
            }
            self.current.clear();
            self.turned_at = at;
        }
        if let Some(first) = self.previous.get(&payload)
            && (at - first).abs() <= COPY_WINDOW
        {
            return true;
        }
        match self.current.entry(payload) {
            std::collections::hash_map::Entry::Occupied(mut seen) => {
                let copy = (at - *seen.get()).abs() <= COPY_WINDOW;
                if !copy {
                    seen.insert(at);
                }
                copy
            }
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(at);
                false
            }
        }
    }
}

/// Whether one vessel could have made both fixes. `jump_knots` is the speed no ship makes.
pub(super) fn possible(from: &Fix, to: &Fix, jump_knots: f64) -> bool {
    let seconds = (to.at - from.at).abs().seconds();
    let metres = from.position.metres_to(to.position);
    metres <= jump_knots * METRES_PER_SECOND_PER_KNOT * seconds + JITTER_METRES
}

/// Fixes that no track of their MMSI could have made, waiting for two more that agree.
#[derive(Default)]
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
        let mut copies = Copies::default();
        let at = Time::from_seconds;
        assert!(!copies.is_copy(1, at(1000)));
        assert!(copies.is_copy(1, at(1001)));
        assert!(copies.is_copy(1, at(1030)));
        assert!(!copies.is_copy(2, at(1031)));
        assert!(!copies.is_copy(1, at(1062)));
        assert!(copies.is_copy(1, at(1063)));
        assert!(!copies.is_copy(1, at(9000)));
    }
}
