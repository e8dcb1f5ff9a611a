//! Runs an input: starts it again after a failure, with delays, and reports its state.
//!
//! An input never stops the daemon. Whatever goes wrong in it is logged here, counted, and tried again.

use std::sync::atomic::Ordering::Relaxed;

use tracing::{error, info, warn};

use super::feed::Settings;
use super::message::State;
use super::port::Port;
use super::reconnect::{Attempt, Reconnect};
use crate::platform::net::{LogLimit, earlier};

/// Runs an input until it is stopped or, for a recording, until its end. A failed input is retried: almost at once if it had delivered
/// lines, with growing delays otherwise. The log reports the first failures and then only some of them.
/// `settings` must be checked. Returns once the input has ended or the daemon stops.
pub async fn run(settings: Settings, port: Port) {
    let entry = settings.entry();
    let (mut reconnect, mut log) = (Reconnect::default(), LogLimit::default());
    loop {
        let started = port.clock.moment();
        let outcome = tokio::select! {
            biased;
            // Checked first, so that an input that always has lines cannot outlast a stop.
            () = port.stop.cancelled(), if !settings.kind.drains() => return,
            outcome = entry.run(&port) => outcome,
        };
        if port.stop.is_cancelled() {
            return;
        }
        let error = match outcome {
            Ok(()) => {
                info!(input = %port.settings.name, "input ended");
                return port.state(State::Ended).await;
            }
            // Reading a broken recording again would deliver its first part twice.
            Err(error) if settings.kind.is_recording() => {
                error!(input = %port.settings.name, %error, "input failed and is not read any further");
                return port.state(State::Ended).await;
            }
            Err(error) => error,
        };
        port.counters.reason.set(&error.to_string());
        port.state(State::Down).await;
        let held = port.clock.moment().since(started);
        let wait = reconnect.next(Attempt { held, delivered: port.counters.take_delivered() }, fastrand::f64());
        // The server's own wish, and a limit on connections per minute, may only lengthen the delay.
        let wait = wait.max(error.wait()).max(entry.spacing().saturating_sub(held));
        let line = log.next(port.clock.moment());
        if let Some(left_out) = line {
            let again_in_seconds = wait.as_secs_f64().round() as u64;
            warn!(input = %port.settings.name, %error, again_in_seconds, earlier_not_logged = earlier(left_out), "input down");
        }
        // A connection after a failure that was not logged is not logged either, or each line would lack its counterpart.
        port.counters.is_hushed.store(line.is_none(), Relaxed);
        tokio::select! {
            biased;
            () = port.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
