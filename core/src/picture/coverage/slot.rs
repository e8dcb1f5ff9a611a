//! Slots: the ten-minute steps of event time in which reception is counted.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

/// Length of a slot (SPEC `ais_gap`).
pub const SLOT: Span = Span::from_minutes(10);

/// Ten minutes of event time, by number since 1970. Slots begin at whole multiples of ten minutes UTC, whatever the time of the first
/// report, so that recordings cut into files give the same slots.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Slot(pub(super) i64);

impl Slot {
    /// The slot that contains a moment.
    pub fn of(at: Time) -> Slot {
        Slot(at.millis().div_euclid(SLOT.millis()))
    }

    /// The first moment of the slot.
    pub fn start(self) -> Time {
        Time::from_millis(self.0 * SLOT.millis())
    }

    /// The first moment of the next slot.
    pub fn end(self) -> Time {
        Slot(self.0 + 1).start()
    }

    /// The moment half-way through the slot.
    pub fn middle(self) -> Time {
        self.start() + Span::from_millis(SLOT.millis() / 2)
    }

    /// Number of slots after another slot; negative if earlier.
    pub fn since(self, other: Slot) -> i64 {
        self.0 - other.0
    }
}
