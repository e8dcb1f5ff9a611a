//! Whether a vessel's silence is due to reception: its input or station is silent, or all vessels around it fell silent too. Unlike the
//! slots of the model this looks at the present moment, so that an outage shows before its slot has ended.

use crate::base::time::{Span, Time};
use crate::picture::tracks::Fix;

use super::cells::Cell;
use super::feeds::{BUSY, PAUSE};
use super::model::Coverage;

/// How long an input with few reports must be silent to have an outage.
const QUIET_PAUSE: Span = Span::from_minutes(20);

impl Coverage {
    /// Whether reception is lost at present at the place, input or station where a vessel was last heard. A busy input counts as lost after
    /// `PAUSE`, one with few reports after `QUIET_PAUSE`.
    pub fn reception_lost(&self, last: &Fix, now: Time) -> bool {
        let input = self.feeds.input(last.source).is_some_and(|(last_at, usual)| {
            let pause = if BUSY <= usual { PAUSE } else { QUIET_PAUSE };
            pause <= now - last_at
        });
        input || self.feeds.station_silent(last.station, now) || self.quiet.covers(Cell::of(last.position))
    }
}
