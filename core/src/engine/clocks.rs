//! How far the engine is, and how the times of the inputs stand to the clock.

use crate::ais::{ClockFault, SourceId};
use crate::base::time::{Span, Time};

use super::machine::Engine;

impl Engine {
    /// How far everything is decided: the lowest watermark, and never before the last step; `None` before the first. It differs from
    /// [`now`](Engine::now) while the first reports after a pause wait for later ones.
    pub fn time(&self) -> Option<Time> {
        Some(self.now?.max(self.watermarks.lowest().unwrap_or(Time::MIN)))
    }

    /// Inputs whose clocks lag so far behind receipt that engine time no longer waits for them.
    pub fn lagging(&self) -> Vec<SourceId> {
        self.watermarks.lagging()
    }

    /// When the last report of an input was received, and how far its own time was behind that; `None` before the first report,
    /// and for recordings.
    pub fn reported(&self, source: SourceId) -> Option<(Time, Span)> {
        self.watermarks.reported(source)
    }

    /// Number of reports of a recording or a pipe that were not used, because they were too far from the time of the live inputs beside it.
    pub fn refused(&self, source: SourceId) -> u64 {
        self.watermarks.refused(source)
    }

    /// What is wrong with the times of an input at `now`, by the clock; `None` if nothing is.
    pub fn clock_fault(&self, source: SourceId, now: Time) -> Option<ClockFault> {
        self.decoder.clock_fault(source, now)
    }
}
