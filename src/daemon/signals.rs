//! Requests to stop or reload, from signals or from the command that runs the daemon.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Request {
    /// SIGTERM, SIGINT or the cancelled token.
    Stop,
    /// SIGHUP.
    Reload,
}

/// The signals that the daemon reacts to.
pub(super) struct Signals {
    /// Cancelled by the command that runs the daemon; cancelling it also stops the inputs and the pages.
    pub(super) stop: CancellationToken,
    /// SIGTERM, as systemd sends it.
    terminate: Signal,
    /// SIGINT, from a terminal.
    interrupt: Signal,
    /// SIGHUP.
    hang_up: Signal,
}

impl Signals {
    /// Registers the signals; from now on none is lost.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub(super) fn register(stop: CancellationToken) -> io::Result<Signals> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Signals { stop, terminate, interrupt, hang_up: signal(SignalKind::hangup())? })
    }

    /// The next request; a stop comes first. Cancel-safe.
    pub(super) async fn next(&mut self) -> Request {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Request::Stop,
            _ = self.interrupt.recv() => Request::Stop,
            () = self.stop.cancelled() => Request::Stop,
            _ = self.hang_up.recv() => Request::Reload,
        }
    }
}
