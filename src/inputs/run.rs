//! Runs an input: starts it again after a failure, with delays, and reports its state.

use std::sync::atomic::Ordering::Relaxed;

use tracing::{error, info, warn};

use super::backoff::{Attempt, Backoff};
use super::error::InputError;
use super::feed;
use super::message::State;
use super::port::Port;
use super::settings::Kind;
use crate::telemetry::Sparing;

/// Runs an input until it is stopped or, for a recording, until its end. A failed input is retried: almost at once if it had delivered
/// lines, with growing delays otherwise. The log reports the first failures and then only some of them.
pub async fn run(port: Port) {
    let mut backoff = Backoff::default();
    let (began, mut sparing) = (port.clock.moment(), Sparing::default());
    loop {
        let started = port.clock.moment();
        let outcome = tokio::select! {
            biased;
            () = port.stop.cancelled(), if !port.settings.kind.takes_leave() => return,
            outcome = once(&port) => outcome,
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
            Err(error) if port.settings.kind.is_recording() => {
                error!(input = %port.settings.name, %error, "input failed and is not read any further");
                return port.state(State::Ended).await;
            }
            Err(error) => error,
        };
        port.counters.reason.set(&error.to_string());
        port.state(State::Down).await;
        let held = port.clock.moment().since(started);
        let wait = backoff.next(Attempt { held, delivered: port.counters.take_delivered() }, fastrand::f64());
        let wait = wait.max(error.wait()).max(port.settings.spacing().saturating_sub(held));
        let said = sparing.may(port.clock.moment().since(began));
        if let Some(unsaid) = said {
            let again_in_seconds = wait.as_secs_f64().round();
            warn!(input = %port.settings.name, %error, again_in_seconds, unsaid, "input down");
        }
        port.counters.is_hushed.store(said.is_none(), Relaxed);
        tokio::select! {
            biased;
            () = port.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// `Ok` when the input has ended for good.
async fn once(port: &Port) -> Result<(), InputError> {
    match port.settings.kind {
        Kind::Tcp => feed::tcp::run(port).await,
        Kind::TcpListen => feed::tcp_listen::run(port).await,
        Kind::Udp => feed::udp::run(port).await,
        Kind::Gpsd => feed::gpsd::run(port).await,
        Kind::AiscatcherHttp => feed::aiscatcher_http::run(port).await,
        Kind::File | Kind::Stdin => feed::file::run(port).await,
        Kind::Fifo => feed::fifo::run(port).await,
        Kind::Aisstream => feed::aisstream::run(port).await,
        Kind::Digitraffic => feed::digitraffic::run(port).await,
        Kind::Barentswatch => feed::barentswatch::run(port).await,
        Kind::Nats => feed::nats::run(port).await,
        Kind::Serial => feed::serial::run(port).await,
    }
}
