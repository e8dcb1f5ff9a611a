//! Whether a vessel's silence is the receiver's: its input or station says nothing, or everybody around fell silent with it.

use super::feeds::{BUSY, PAUSE};
use super::{Cell, Coverage};
use crate::time::{Span, Time};
use crate::tracks::Fix;

/// An input with few reports that says nothing for so long has an outage.
const QUIET_PAUSE: Span = Span::from_minutes(20);

impl Coverage {
    /// Whether nobody is heard at present where and by whom a vessel was last heard.
    pub fn reception_lost(&self, last: &Fix, now: Time) -> bool {
        let input = self.feeds.input(last.source).is_some_and(|(last_at, usual)| {
            let pause = if BUSY <= usual { PAUSE } else { QUIET_PAUSE };
            pause <= now - last_at
        });
        input || self.feeds.station_silent(last.station, now) || self.quiet.covers(Cell::of(last.position))
    }
}
