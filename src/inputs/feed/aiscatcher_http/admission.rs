//! Admission of connections. Unauthenticated ones share a few places for a short time; authenticated ones have places of their own.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tracing::warn;

use super::Ingest;
use super::refusal::Refusal;
use crate::inputs::Settings;
use crate::inputs::per_address::{AddressCounts, AddressPermit};
use crate::lobby::{Lobby, Place};
use crate::telemetry::InputCounters;

/// Pause after a failed accept, so that the loop does not spin.
const BREATH: Duration = Duration::from_millis(100);
/// Time in which a connection must authenticate, in the header of a request.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Places for unauthenticated connections, in addition to `max_clients`. Each costs a file descriptor and a few kilobytes.
const STRANGERS: usize = 128;

/// The places of authenticated connections.
pub(super) struct Reserved {
    places: Arc<Semaphore>,
    counts: AddressCounts,
    most_per_address: u16,
}

impl Reserved {
    /// As many places as the settings allow.
    pub(super) fn new(settings: &Settings) -> Reserved {
        Reserved {
            places: Arc::new(Semaphore::new(usize::from(settings.max_clients))),
            counts: AddressCounts::default(),
            most_per_address: settings.max_clients_per_address,
        }
    }
}

/// The listener: accepts connections and assigns their places.
pub(super) struct Admission {
    listener: TcpListener,
    lobby: Lobby,
    ingest: Arc<Ingest>,
}

impl Admission {
    /// Accepts connections on `listener`, which is already bound.
    pub(super) fn new(listener: TcpListener, ingest: Arc<Ingest>) -> Admission {
        Admission { listener, lobby: Lobby::new(STRANGERS), ingest }
    }
}

impl Listener for Admission {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    InputCounters::add(&self.ingest.port.counters.connections, 1);
                    let place = self.lobby.take(peer.ip()).await;
                    return (Connection::new(stream, peer, place, Arc::clone(&self.ingest)), peer);
                }
                Err(error) => {
                    warn!(input = %self.ingest.port.settings.name, %error, "connection not accepted");
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The client of a connection.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    standing: Arc<Standing>,
}

impl Connected<IncomingStream<'_, Admission>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Admission>) -> Peer {
        Peer { address: *stream.remote_addr(), standing: Arc::clone(&stream.io().standing) }
    }
}

impl Peer {
    /// Called once the client has authenticated: its connection gets a reserved place and keeps it.
    pub(super) fn admit(&self, reserved: &Reserved) -> Result<(), Refusal> {
        let mut held = self.standing.held.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            Held::Reserved { .. } => return Ok(()),
            // The connection is being closed to make room.
            Held::Lobby(place) if place.is_displaced() => return Err(Refusal::NoHead),
            Held::Lobby(_) => {}
        }
        let place = Arc::clone(&reserved.places).try_acquire_owned().map_err(|_| Refusal::Full)?;
        let permit =
            AddressPermit::take(&reserved.counts, self.address.ip(), reserved.most_per_address).ok_or(Refusal::Full)?;
        *held = Held::Reserved { _place: place, _seat: permit };
        self.standing.admitted.store(true, Relaxed);
        Ok(())
    }
}

/// Admission state of a connection, shared with its requests.
struct Standing {
    held: Mutex<Held>,
    admitted: AtomicBool,
}

/// The place a connection holds.
enum Held {
    Lobby(Place),
    Reserved { _place: OwnedSemaphorePermit, _seat: AddressPermit },
}

/// A connection with its place. It is closed if it does not authenticate in time or its place is needed for another, and later if it has
/// had no response for `idle_timeout_seconds`, as when a peer sends too slowly or never reads.
pub(super) struct Connection {
    stream: TcpStream,
    standing: Arc<Standing>,
    /// The last value of [`Standing::admitted`] that was read.
    admitted: bool,
    end: Pin<Box<Sleep>>,
    displaced: Pin<Box<WaitForCancellationFutureOwned>>,
    idle: Duration,
    peer: SocketAddr,
    ingest: Arc<Ingest>,
}

impl Connection {
    fn new(stream: TcpStream, peer: SocketAddr, place: Place, ingest: Arc<Ingest>) -> Connection {
        let idle = Duration::from_secs(u64::from(ingest.port.settings.idle_timeout_seconds));
        let displaced = Box::pin(place.displaced());
        let standing = Standing { held: Mutex::new(Held::Lobby(place)), admitted: AtomicBool::new(false) };
        let end = Box::pin(sleep(idle.min(HEAD_TIME)));
        Connection { stream, standing: Arc::new(standing), admitted: false, end, displaced, idle, peer, ingest }
    }

    /// Fails once the connection has run out of time or lost its place.
    fn stays(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.admitted && self.standing.admitted.load(Relaxed) {
            self.admitted = true;
            self.begin_again();
        }
        let is_over = self.end.as_mut().poll(cx).is_ready();
        let is_displaced = !self.admitted && self.displaced.as_mut().poll(cx).is_ready();
        if !is_over && !is_displaced {
            return Ok(());
        }
        if !self.admitted {
            self.ingest.untold.count(&self.ingest.port, self.peer, &Refusal::NoHead);
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    fn begin_again(&mut self) {
        let end = Instant::now() + self.idle;
        self.end.as_mut().reset(end);
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // Data that has arrived is read first: it may contain the credentials.
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => {
                self.stays(cx)?;
                Poll::Pending
            }
            read => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stays(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if self.admitted && written.is_ready() {
            self.begin_again();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
