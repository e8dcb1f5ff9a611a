//! The listener of the pages, with a fixed number of short-lived connections. A client that sends slowly, or not at all, cannot keep others
//! out.
//!
//! A monitoring system asks every few seconds and must always get through. A place therefore belongs to a connection only while a request
//! is answered; at any other time a newer connection may take it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::TcpListener;
use tracing::warn;

use crate::platform::clock::Clock;
use crate::platform::net::{self, Connection, Deadline, Lifetime, Lobby, LogLimit, Place};

/// Minimum interval between log messages about displaced connections.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Accepts every connection and limits its lifetime. When all places are taken, a waiting connection is closed early to make room.
pub(super) struct PageListener {
    /// Bound and checked by `serve`.
    listener: TcpListener,
    /// The places, `max_connections` of them.
    lobby: Lobby,
    /// Maximum lifetime of a connection.
    life: Duration,
    /// Limits messages about displaced connections.
    log: LogLimit,
    /// Number of displaced connections at the last log message.
    logged: u64,
}

/// The lifetime of a connection: a fixed time, or until its place is needed.
pub(super) struct PageLifetime {
    /// Its end, at the latest.
    deadline: Deadline,
    /// Shared with the request that is being answered.
    place: Arc<Place>,
}

/// The lobby place of the connection that a request came by.
#[derive(Clone)]
pub(super) struct Caller(pub(super) Arc<Place>);

impl Connected<IncomingStream<'_, PageListener>> for Caller {
    fn connect_info(stream: IncomingStream<'_, PageListener>) -> Caller {
        Caller(Arc::clone(&stream.io().lifetime.place))
    }
}

impl PageListener {
    /// A listener with this many places, on a socket that is already bound.
    pub(super) fn new(listener: TcpListener, places: u16, life: Duration) -> PageListener {
        let lobby = Lobby::new(usize::from(places));
        PageListener { listener, lobby, life, log: LogLimit::every(LOG_EVERY), logged: 0 }
    }

    /// Logs how many connections were displaced, at most once per interval.
    /// Displacement is normal for an idle connection and becomes news only in numbers.
    fn log_displaced(&mut self) {
        let all = self.lobby.displaced();
        if self.logged < all && self.log.next(Clock.moment()).is_some() {
            let connections = all - self.logged;
            // Those displaced meanwhile are in the next message.
            self.logged = all;
            warn!(connections, "closed idle connections to the pages to make room for new ones");
        }
    }
}

impl Listener for PageListener {
    type Io = Connection<PageLifetime>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection<PageLifetime>, SocketAddr) {
        let failed = |error: &io::Error| warn!(%error, "cannot accept a connection to the pages");
        let (stream, peer) = net::accept(&self.listener, failed).await;
        let place = Arc::new(self.lobby.take(peer.ip()).await);
        self.log_displaced();
        let deadline = Deadline::new(self.life, &place);
        (Connection::http1(stream, PageLifetime { deadline, place }), peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Lifetime for PageLifetime {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.deadline.is_over(context) || self.deadline.is_displaced(context) {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn a_silent_connection_is_closed_after_its_lifetime_or_when_another_needs_its_place() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            for (life, next) in [(Duration::from_millis(50), false), (Duration::from_secs(60), true)] {
                let bound = TcpListener::bind("127.0.0.1:0").await.expect("bound");
                let mut pages = PageListener::new(bound, 1, life);
                let address = pages.local_addr().expect("an address");
                let _silent = TcpStream::connect(address).await.expect("connected");
                let (mut first, _) = pages.accept().await;
                let _next = TcpStream::connect(address).await.expect("connected");
                let mut second = None;
                if next {
                    second = Some(pages.accept().await);
                }
                let mut bytes = [0; 8];
                let read = timeout(Duration::from_secs(5), first.read(&mut bytes)).await.expect("soon");
                let error = read.expect_err("its time is over");
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                drop(second);
            }
        });
    }
}
