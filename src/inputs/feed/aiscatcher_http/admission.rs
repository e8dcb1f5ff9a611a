//! Admission of connections. Unauthenticated ones share a few places for a short time; authenticated ones have places of their own.
//!
//! Scanners and broken clients reach a public port too. They compete only for the places of unauthenticated connections, where a new one
//! may displace one that waits. A station that has authenticated cannot be displaced.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::TcpListener;
use tracing::warn;

use super::ingest::Ingest;
use super::refusal::Refusal;
use crate::platform::net::{self, Connection, Deadline, Lifetime, Lobby, PerAddressLimit, Permit, Place};
use crate::platform::telemetry::InputCounters;

/// Time in which a connection must authenticate, in the header of a request.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Places for unauthenticated connections, in addition to `max_clients`. Each costs a file descriptor and a few kilobytes.
const STRANGERS: usize = 128;

/// The listener: accepts connections and assigns their places.
pub(super) struct Admission {
    /// Bound by the input.
    listener: TcpListener,
    /// Places of connections that have not authenticated yet.
    lobby: Lobby,
    /// Where refusals are counted and settings are found.
    ingest: Arc<Ingest>,
}

impl Admission {
    /// Accepts connections on `listener`, which is already bound.
    pub(super) fn new(listener: TcpListener, ingest: Arc<Ingest>) -> Admission {
        Admission { listener, lobby: Lobby::new(STRANGERS), ingest }
    }
}

impl Listener for Admission {
    type Io = Connection<StationLifetime>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection<StationLifetime>, SocketAddr) {
        let port = &self.ingest.port;
        let failed = |error: &io::Error| warn!(input = %port.settings.name, %error, "connection not accepted");
        let (stream, peer) = net::accept(&self.listener, failed).await;
        InputCounters::add(&port.counters.connections, 1);
        let place = self.lobby.take(peer.ip()).await;
        (Connection::http1(stream, StationLifetime::new(peer, place, Arc::clone(&self.ingest))), peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The client of a connection.
#[derive(Clone)]
pub(super) struct Peer {
    /// Address and port of the client, for limits and the log.
    pub(super) address: SocketAddr,
    /// Shared with the lifetime of the connection.
    standing: Arc<AdmissionState>,
}

impl Connected<IncomingStream<'_, Admission>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Admission>) -> Peer {
        Peer { address: *stream.remote_addr(), standing: Arc::clone(&stream.io().lifetime.standing) }
    }
}

impl Peer {
    /// Called once the client has authenticated: its connection gets a reserved place and keeps it.
    pub(super) fn admit(&self, reserved: &PerAddressLimit) -> Result<(), Refusal> {
        let mut held = self.standing.held.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            HeldPlace::Reserved(_) => return Ok(()),
            // The connection is being closed to make room.
            HeldPlace::Lobby(place) if place.is_displaced() => return Err(Refusal::NoHead),
            HeldPlace::Lobby(_) => {}
        }
        *held = HeldPlace::Reserved(reserved.take(self.address.ip()).ok_or(Refusal::Full)?);
        self.standing.admitted.store(true, Relaxed);
        Ok(())
    }
}

/// Admission state of a connection, shared with its requests.
struct AdmissionState {
    /// Dropping it gives the place back.
    held: Mutex<HeldPlace>,
    /// Set once and never cleared, so that each read of the connection need not lock `held`.
    admitted: AtomicBool,
}

/// The place a connection holds.
enum HeldPlace {
    /// Before the client has authenticated.
    Lobby(Place),
    /// After that, until the connection ends.
    Reserved(#[expect(dead_code, reason = "it is only given back when dropped")] Permit),
}

/// How long a connection lasts. It is closed if it does not authenticate in time or its place is needed for another, and later if it has
/// had no response for `idle_timeout_seconds`, as when a peer sends too slowly or never reads.
pub(super) struct StationLifetime {
    /// Shared with the requests of the connection.
    standing: Arc<AdmissionState>,
    /// The last value of [`AdmissionState::admitted`] that was read.
    admitted: bool,
    /// When the connection is closed; moved by each response once it is admitted.
    deadline: Deadline,
    /// `idle_timeout_seconds`.
    idle: Duration,
    /// For the log of refusals.
    peer: SocketAddr,
    /// Where refusals are counted.
    ingest: Arc<Ingest>,
}

impl StationLifetime {
    /// The lifetime of a connection that has just taken its place in the lobby.
    fn new(peer: SocketAddr, place: Place, ingest: Arc<Ingest>) -> StationLifetime {
        let idle = Duration::from_secs(u64::from(ingest.port.settings.idle_timeout_seconds));
        let deadline = Deadline::new(idle.min(HEAD_TIME), &place);
        let standing = AdmissionState { held: Mutex::new(HeldPlace::Lobby(place)), admitted: AtomicBool::new(false) };
        StationLifetime { standing: Arc::new(standing), admitted: false, deadline, idle, peer, ingest }
    }
}

impl Lifetime for StationLifetime {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if !self.admitted && self.standing.admitted.load(Relaxed) {
            self.admitted = true;
            self.deadline.restart(self.idle);
        }
        let is_over = self.deadline.is_over(context);
        let is_displaced = !self.admitted && self.deadline.is_displaced(context);
        if !is_over && !is_displaced {
            return Ok(());
        }
        if !self.admitted {
            self.ingest.refusals.count(&self.ingest.port, self.peer, &Refusal::NoHead);
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    fn written(&mut self) {
        if self.admitted {
            self.deadline.restart(self.idle);
        }
    }
}
