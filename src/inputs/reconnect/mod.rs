//! Delay before a failed input is started again: short after an attempt that delivered lines, growing while none do.
//!
//! Two kinds of failure must not be confused. A feed that works and drops its connection now and then should be back at once. One that
//! refuses, or accepts and sends nothing, must not be asked again and again at full speed. Whether the last attempt delivered a usable line
//! tells them apart.

use std::time::Duration;

use crate::platform::net::Backoff;

/// Initial delay, which then doubles. Also the minimum interval between the starts of two attempts that delivered.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The delays after attempts that delivered nothing.
/// At most a minute, so that a feed that comes back is used again within a minute.
const BACKOFF: Backoff = Backoff::doubling(FIRST_WAIT, Duration::from_secs(60));
/// A connection open this long without a line is a quiet feed, not a failing one; the next delay is short again.
const HEALTHY: Duration = Duration::from_secs(60);

/// Outcome of the last attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// Time from its start to its end.
    pub(super) held: Duration,
    /// Whether it received a line that can be AIS.
    /// A server's greeting or refusal does not count.
    pub(super) delivered: bool,
}

/// Computes the delay before the next attempt.
#[derive(Debug, Default)]
pub(super) struct Reconnect {
    /// Number of attempts in a row that delivered nothing.
    failures: u32,
}

impl Reconnect {
    /// The delay after this attempt. `chance` is a random number in 0..1.
    /// The delay varies at random, so that the clients of a server that restarts do not all return in the same second.
    pub(super) fn next(&mut self, last: Attempt, chance: f64) -> Duration {
        if last.delivered || HEALTHY <= last.held {
            self.failures = 0;
        }
        if last.delivered {
            // Counted from the start of the attempt: a feed that held longer is retried without a delay.
            let rest = FIRST_WAIT.saturating_sub(last.held);
            return Backoff::doubling(rest, rest).delay(1, chance);
        }
        self.failures = self.failures.saturating_add(1);
        BACKOFF.delay(self.failures, chance)
    }
}

#[cfg(test)]
mod tests;
