//! The listener of the API: handshakes beside each other, and connections that last only for those who have signed in.
//!
//! A browser keeps one connection open for hours, with the stream of changes on it. Anybody else has some seconds: a client that sends
//! slowly, or not at all, cannot keep others out.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tracing::{debug, warn};

use crate::http::access::Standing;
use crate::platform::net::{Connection, Deadline, Lifetime, Lobby, Place, ServerTls, accept};

/// Maximum life of a connection whose last reader was not identified. Signing in takes one request.
const STRANGER: Duration = Duration::from_secs(20);
/// What such a connection has left, once, if a request is being answered at its end.
const REST: Duration = Duration::from_secs(6);
/// A connection of a signed-in reader on which nothing was sent for this long ends. The stream of changes beats every 15 s.
const QUIET: Duration = Duration::from_secs(75);
/// Maximum time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Connections that are ready and wait for the server.
const READY: usize = 64;

/// Accepts connections and hands out those that are ready.
pub(super) struct SiteListener {
    /// Connections after their handshake.
    ready: Receiver<(Stream, SocketAddr)>,
    /// Its own address.
    address: SocketAddr,
    /// Accepts and begins handshakes.
    task: JoinHandle<()>,
}

/// A connection, encrypted or not.
pub(super) enum Stream {
    /// Without TLS.
    Plain(Connection<SiteLifetime>),
    /// With TLS.
    Encrypted(Box<TlsStream<Connection<SiteLifetime>>>),
}

/// How long a connection lasts.
pub(super) struct SiteLifetime {
    /// The end of the current period.
    deadline: Deadline,
    /// Its place among the connections.
    place: Arc<Place>,
    /// Whether a reader has signed in on it.
    standing: Arc<Standing>,
    /// Whether anything was written in the current period.
    active: bool,
    /// Whether it keeps its place.
    settled: bool,
    /// Whether it got its [`REST`].
    extended: bool,
}

/// The connection that a request came by.
#[derive(Clone)]
pub(super) struct Caller {
    /// Address of the client.
    pub(super) address: SocketAddr,
    /// Its place among the connections.
    pub(super) place: Arc<Place>,
    /// Whether a reader has signed in on it.
    pub(super) standing: Arc<Standing>,
}

impl SiteListener {
    /// Begins to accept on a socket that is already bound.
    pub(super) fn new(listener: TcpListener, places: u16, tls: Option<ServerTls>) -> io::Result<SiteListener> {
        let address = listener.local_addr()?;
        let (sender, ready) = channel(READY);
        let lobby = Lobby::new(usize::from(places));
        let task = tokio::spawn(accept_all(listener, lobby, tls, sender));
        Ok(SiteListener { ready, address, task })
    }
}

impl Drop for SiteListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts for ever. Each handshake runs by itself, so that a slow one delays no other.
async fn accept_all(listener: TcpListener, lobby: Lobby, tls: Option<ServerTls>, ready: Sender<(Stream, SocketAddr)>) {
    loop {
        let failed = |error: &io::Error| warn!(%error, "cannot accept a connection to the API");
        let (stream, peer) = accept(&listener, failed).await;
        // Small answers and events must not wait for a full packet. A failure costs only time.
        let _ = stream.set_nodelay(true);
        let place = Arc::new(lobby.take(peer.ip()).await);
        let deadline = Deadline::new(STRANGER, &place);
        let standing = Arc::new(Standing::default());
        let lifetime = SiteLifetime { deadline, place, standing, active: false, settled: false, extended: false };
        let connection = Connection::new(stream, lifetime);
        let (ready, acceptor) = (ready.clone(), tls.as_ref().map(ServerTls::acceptor));
        tokio::spawn(async move {
            let stream = match acceptor {
                None => Stream::Plain(connection),
                Some(acceptor) => match timeout(HANDSHAKE, acceptor.accept(connection)).await {
                    Ok(Ok(stream)) => Stream::Encrypted(Box::new(stream)),
                    // Normal for a browser that does not trust the certificate yet, and for scanners.
                    Ok(Err(error)) => return debug!(%error, %peer, "a TLS handshake has failed"),
                    Err(_) => return debug!(%peer, "a TLS handshake took too long"),
                },
            };
            // Fails only once the server has ended.
            drop(ready.send((stream, peer)).await);
        });
    }
}

impl Listener for SiteListener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The accepting task ends only with this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, SiteListener>> for Caller {
    fn connect_info(stream: IncomingStream<'_, SiteListener>) -> Caller {
        let lifetime = stream.io().lifetime();
        let (place, standing) = (Arc::clone(&lifetime.place), Arc::clone(&lifetime.standing));
        Caller { address: *stream.remote_addr(), place, standing }
    }
}

impl Stream {
    /// What limits the connection.
    fn lifetime(&self) -> &SiteLifetime {
        match self {
            Stream::Plain(connection) => &connection.lifetime,
            Stream::Encrypted(stream) => &stream.get_ref().0.lifetime,
        }
    }
}

impl Lifetime for SiteLifetime {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let signed_in = self.standing.is_signed_in();
        if signed_in != self.settled {
            // Without a place that it may keep, it can still be displaced like any other.
            self.settled = self.place.settle(signed_in);
        }
        if self.deadline.is_displaced(context) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        // Polled again after each restart, so that the task is woken at the new end.
        while self.deadline.is_over(context) {
            let rest = match signed_in {
                true if std::mem::take(&mut self.active) => QUIET,
                false if self.standing.is_answering() && !std::mem::replace(&mut self.extended, true) => REST,
                _ => return Err(io::ErrorKind::TimedOut.into()),
            };
            self.deadline.restart(rest);
        }
        Ok(())
    }

    fn written(&mut self) {
        self.active = true;
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Encrypted(stream) => Pin::new(&mut **stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Encrypted(stream) => Pin::new(&mut **stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Encrypted(stream) => Pin::new(&mut **stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Encrypted(stream) => Pin::new(&mut **stream).poll_shutdown(context),
        }
    }
}
