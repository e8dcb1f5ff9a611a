//! Retry: what becomes of deliveries that were not taken. They are given up, sent one by one, or tried again after a wait.

use std::time::Duration;

use crate::delivery::in_flight::Attempt;
use crate::delivery::send::SendError;
use crate::delivery::sink_state::{Failure, Health, SinkState, Wait};
use crate::platform::clock::Moment;
use crate::platform::net::Backoff;

/// Extra wait of the delivery that failed, so that another one is tried first.
const ANOTHER_FIRST: Duration = Duration::from_secs(1);

/// What the decision depends on beside the error and the sink's health.
#[derive(Debug)]
pub(in crate::delivery) struct Terms {
    /// The waits of `[delivery] retry_seconds`.
    pub(in crate::delivery) backoff: Backoff,
    /// Upper bound of a wait: the time after which a delivery is given up.
    pub(in crate::delivery) longest: Duration,
    /// Whether other deliveries are in flight.
    pub(in crate::delivery) has_others: bool,
    /// The current moment.
    pub(in crate::delivery) now: Moment,
    /// A random number in 0..1, which varies the wait.
    pub(in crate::delivery) chance: f64,
}

/// What becomes of the deliveries.
#[derive(Debug)]
pub(in crate::delivery) enum Retry {
    /// They are not tried again.
    Never { attempts: Vec<Attempt>, reason: String },
    /// Each is sent by itself, at once: only one of them may have been refused.
    Singly { attempts: Vec<Attempt> },
    /// They are tried again after the wait.
    Later { attempts: Vec<Attempt>, wait: Duration, reason: String, cause: Cause },
}

/// What was at fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::delivery) enum Cause {
    /// Some recipients behind the sink. `any`: whether this attempt has reached another one.
    Recipients { any: bool },
    /// This delivery, as far as is known; others are tried meanwhile.
    Delivery,
    /// The sink: it takes nothing.
    Sink,
}

/// Decides what becomes of deliveries that failed with this error, and records in `health` what the failure says about the sink.
pub(in crate::delivery) fn decide(
    error: SendError,
    mut attempts: Vec<Attempt>,
    health: &mut Health,
    terms: &Terms,
) -> Retry {
    match error {
        SendError::Refused { reason } if attempts.len() <= 1 => {
            health.refused();
            Retry::Never { attempts, reason }
        }
        SendError::Refused { .. } => {
            attempts.iter_mut().for_each(|attempt| attempt.alone = true);
            Retry::Singly { attempts }
        }
        SendError::Gone { reason } => {
            health.state = SinkState::Gone { reason: reason.clone() };
            Retry::Never { attempts, reason }
        }
        SendError::Partly { taken: any, reason } => {
            attempts.iter_mut().for_each(|attempt| attempt.tries += 1);
            let wait = terms.backoff.delay(attempts.first().map_or(1, |attempt| attempt.tries), terms.chance);
            // Each is retried by itself: recipients that already have one of them must not get it again because of another.
            for attempt in &mut attempts {
                (attempt.wait, attempt.alone, attempt.partly) = (Some((terms.now, wait)), true, true);
            }
            Retry::Later { attempts, wait, reason, cause: Cause::Recipients { any } }
        }
        SendError::Later { wait, reason } => {
            attempts.iter_mut().for_each(|attempt| attempt.tries += 1);
            let first = attempts.first();
            let failure = Failure {
                row: first.and_then(|attempt| attempt.delivery.row),
                of_delivery: first.is_some(),
                tries: first.map_or(1, |attempt| attempt.tries),
                asked: wait.unwrap_or_default(),
            };
            let Wait { time, is_down } =
                health.failed(&failure, terms.now, &terms.backoff, terms.chance, terms.longest);
            let own = match (is_down, terms.has_others) {
                // The sink's back-off is wait enough.
                (true, false) => None,
                // Another delivery is tried next; this one may be the only problem.
                (true, true) => Some(time + ANOTHER_FIRST),
                (false, _) => Some(time),
            };
            if let Some(own) = own {
                attempts.iter_mut().for_each(|attempt| attempt.wait = Some((terms.now, own)));
            }
            let cause = if is_down || !terms.has_others { Cause::Sink } else { Cause::Delivery };
            Retry::Later { attempts, wait: time, reason, cause }
        }
    }
}

#[cfg(test)]
mod tests;
