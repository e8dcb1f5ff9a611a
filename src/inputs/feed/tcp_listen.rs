//! TCP listener: programs connect and send lines. Each connection has its own line cutter, so lines never interleave.
//!
//! The protocol has no log-in: any program that reaches the port can send reports. It belongs on a trusted network. The limit for each
//! address keeps one client from taking all places.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::Port;
use crate::platform::net::{self, LogLimit, PerAddressLimit};
use crate::platform::service::{Protocol, with_holder};
use crate::platform::table::NoTable;
use crate::platform::telemetry::{ConnectedClient, InputCounters};

/// Minimum interval between two warnings about refused connections.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// A TCP listener.
pub(super) struct TcpListen;

impl Input for TcpListen {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "tcp-listen",
        about: "Listens for clients that connect and send lines.",
        table: "",
        address: AddressUse::Listener { protocol: Protocol::Tcp, example: "0.0.0.0:10110" },
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    /// Ends only with an error, if the address cannot be listened on.
    /// Each connection has a task of its own, which ends with the connection or with the daemon.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        let listener = open(port).await?;
        let bound = listener.local_addr().map_err(InputError::io("listen"))?;
        info!(address = %bound, input = %port.settings.name, "listening");
        port.state(State::Up).await;

        // A refused connection is dropped before a byte of it is read.
        let limit = PerAddressLimit::new(port.settings.max_clients, port.settings.max_clients_per_address);
        let (mut refused, mut log) = (0_u64, LogLimit::every(WARN_EVERY));
        loop {
            let failed = |error: &io::Error| warn!(input = %port.settings.name, %error, "connection not accepted");
            // Waits and goes on after an error such as too many open files.
            let (stream, peer) = net::accept(&listener, failed).await;
            let Some(permit) = limit.take(peer.ip()) else {
                refused += 1;
                // A flood of connections must not become a flood of log lines.
                if log.next(port.clock.moment()).is_some() {
                    warn!(
                        input = %port.settings.name, %peer, refused, max_clients = port.settings.max_clients,
                        max_clients_per_address = port.settings.max_clients_per_address,
                        "connections refused: all places are taken"
                    );
                }
                continue;
            };
            InputCounters::add(&port.counters.connections, 1);
            let client = ConnectedClient::count(&port.counters);
            info!(input = %port.settings.name, %peer, "client connected");
            let port = port.clone();
            tokio::spawn(async move {
                // Lowers the number of connected clients when the task ends, however it ends.
                let _client = client;
                let outcome = tokio::select! {
                    biased;
                    () = port.stop.cancelled() => return,
                    outcome = port.pump(stream) => outcome,
                };
                // The place is free before the log line is written.
                drop(permit);
                if let Err(reason) = outcome {
                    info!(input = %port.settings.name, %peer, %reason, "client disconnected");
                }
            });
        }
    }
}

/// The listener that the service manager opened for this input, otherwise a new one at the configured address.
async fn open(port: &Port) -> Result<TcpListener, InputError> {
    match port.sockets.tcp(&port.settings.name) {
        Some(handed) => {
            handed.and_then(TcpListener::from_std).map_err(InputError::io("take the listener of the service manager"))
        }
        None => {
            let address = port.settings.address.as_deref().unwrap_or_default();
            let failed =
                |error| InputError::io(format!("listen on {address}"))(with_holder(error, address, Protocol::Tcp));
            TcpListener::bind(address).await.map_err(failed)
        }
    }
}
