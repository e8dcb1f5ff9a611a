//! What a server listens on, and the thread that serves it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::platform::clock::Clock;
use crate::platform::net::{LogLimit, earlier, widen};
use crate::platform::service::{Protocol, Sockets, with_holder};

/// Delay before an address that is in use is tried again. Another process, often the daemon that is being replaced, may free it.
const RETRY: Duration = Duration::from_secs(5);

/// What a server listens on.
pub(in crate::http) struct Endpoint {
    /// Name of the table of its settings, of the socket that the service manager may open for it, and of its thread.
    pub(in crate::http) name: &'static str,
    /// What is served there, for the log: `the pages`.
    pub(in crate::http) serves: &'static str,
    /// `IP:port`; `None` if only the service manager may open a socket.
    pub(in crate::http) address: Option<String>,
    /// Whether it may listen at this address. Also asked about a socket of the service manager.
    pub(in crate::http) allows: Box<dyn Fn(SocketAddr) -> bool + Send>,
    /// What to set so that other machines may reach it.
    pub(in crate::http) advice: &'static str,
    /// Sockets of the service manager.
    pub(in crate::http) sockets: Arc<Sockets>,
    /// Limits what is logged.
    pub(in crate::http) clock: Clock,
}

impl Endpoint {
    /// Serves on a thread of its own, with a runtime of its own, until `serve` returns without an error or `stop` is cancelled. `serve` is
    /// called with a listener and its address. If an address is in use, or `serve` fails, it is tried again at intervals.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub(in crate::http) fn serve(
        self,
        stop: CancellationToken,
        serve: impl AsyncFn(tokio::net::TcpListener, SocketAddr) -> io::Result<()> + Send + 'static,
    ) -> io::Result<()> {
        let name = self.name.to_owned();
        // Before the thread starts, so that a free address is bound when this function returns.
        let first = self.open();
        let run = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return error!(%error, "cannot start a runtime to serve {}", self.serves),
            };
            runtime.block_on(self.run(first, &stop, serve));
            // Do not wait for blocking reads from the disk.
            runtime.shutdown_background();
        };
        thread::Builder::new().name(name).spawn(run).map(drop)
    }

    /// Calls `serve` with a listener until it returns without an error.
    async fn run(
        &self,
        first: io::Result<TcpListener>,
        stop: &CancellationToken,
        serve: impl AsyncFn(tokio::net::TcpListener, SocketAddr) -> io::Result<()>,
    ) {
        let (mut opened, mut log) = (first, LogLimit::default());
        loop {
            let listening = |listener: TcpListener| {
                let address = listener.local_addr()?;
                Ok((tokio::net::TcpListener::from_std(listener)?, address))
            };
            let served = match opened.and_then(listening) {
                Ok((listener, address)) => serve(listener, address).await,
                Err(error) => Err(error),
            };
            let Err(error) = served else {
                return;
            };
            if let Some(left_out) = log.next(self.clock.moment()) {
                error!(%error, again_in_seconds = RETRY.as_secs(), earlier_not_logged = earlier(left_out), "cannot serve {}", self.serves);
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RETRY) => {}
            }
            opened = self.open();
        }
    }

    /// Takes the socket that the service manager opened, or else listens at the configured address.
    /// An error if the address is reachable from other machines without permission, also for a socket of the service manager.
    fn open(&self) -> io::Result<TcpListener> {
        let listener = match (self.sockets.tcp(self.name), self.address.as_deref()) {
            (Some(handed), _) => handed?,
            (None, Some(address)) => {
                let named = |error: io::Error| {
                    let error = with_holder(error, address, Protocol::Tcp);
                    io::Error::other(format!("listen on {address}: {error}"))
                };
                TcpListener::bind(address).map_err(named)?
            }
            (None, None) => return Err(io::Error::other(format!("{}.address: is missing", self.name))),
        };
        let address: SocketAddr = listener.local_addr()?;
        if !(self.allows)(address) {
            return Err(io::Error::other(format!("{address} is reachable from other machines; {}", self.advice)));
        }
        widen(&listener)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }
}
