//! The inputs as the loop sees them.

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use crate::ais::SourceId;
use crate::clock::Moment;
use crate::inputs::State;
use crate::telemetry::InputCounters;
use crate::time::Time;

/// The loop's state of one input.
pub(super) struct Source {
    pub(super) name: String,
    /// Its number in the engine; stable across restarts.
    pub(super) id: SourceId,
    /// Lines of a recording still to be skipped because they were processed before a restart.
    pub(super) skip: u64,
    pub(super) counters: Arc<InputCounters>,
    pub(super) state: State,
    pub(super) heard: Moment,
    /// When the last line was received, by the wall clock; `None` before the first since the start.
    pub(super) heard_at: Option<Time>,
    /// Whether the input has reported its first state.
    pub(super) begun: bool,
    /// Whether the engine treats it as silent (first step, after `idle_after_seconds`); the next line resets it.
    pub(super) idle: bool,
    /// Whether the engine has been notified of the second step: silent for as long as reports may be late.
    pub(super) released: bool,
    /// Maximum delay of its reports.
    pub(super) lateness: Duration,
    /// Whether the log already reports that its clock lags.
    pub(super) lagging: bool,
    pub(super) lines: u64,
}

impl Source {
    /// Whether the engine must be notified of silence: once after `idle_after`, and once when no late report can still be on its way.
    pub(super) fn falls_silent(&mut self, now: Moment, idle_after: Duration) -> bool {
        let silent = now.since(self.heard);
        if !self.idle && idle_after <= silent {
            self.idle = true;
            info!(input = %self.name, seconds = idle_after.as_secs(), "input silent; the engine no longer waits for it");
            return true;
        }
        self.idle && idle_after.max(self.lateness) <= silent && !std::mem::replace(&mut self.released, true)
    }

    /// The part of a batch that was not processed before a restart.
    pub(super) fn not_used_yet<'a>(&mut self, lines: &'a [u8]) -> &'a [u8] {
        let mut rest = lines;
        while 0 < self.skip
            && let Some(end) = memchr::memchr(b'\n', rest)
        {
            rest = &rest[end + 1..];
            self.skip -= 1;
        }
        rest
    }
}
