//! A listener with a fixed number of short-lived connections. A client that sends slowly, or not at all, cannot keep others out.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tracing::warn;

use crate::lobby::{Lobby, Place};

/// Pause after a failed accept, for example when no file descriptor is left, so that the loop does not spin.
const BREATH: Duration = Duration::from_millis(100);
/// Minimum interval between log messages about displaced connections.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Accepts every connection and limits its lifetime. When all places are taken, a waiting connection is closed early to make room.
pub(super) struct Bounded {
    listener: TcpListener,
    lobby: Lobby,
    life: Duration,
    /// Time of the last log message about displaced connections, and the total at that time; `None` before the first one.
    told: Option<(Instant, u64)>,
}

/// A connection with a limited lifetime.
pub(super) struct Mortal {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    displaced: Pin<Box<WaitForCancellationFutureOwned>>,
    place: Arc<Place>,
}

/// The lobby place of the connection that a request came by.
#[derive(Clone)]
pub(super) struct Caller(pub(super) Arc<Place>);

impl Connected<IncomingStream<'_, Bounded>> for Caller {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Caller {
        Caller(Arc::clone(&stream.io().place))
    }
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, places: u16, life: Duration) -> Bounded {
        Bounded { listener, lobby: Lobby::new(usize::from(places)), life, told: None }
    }

    /// Logs how many connections were displaced, at most once per interval.
    fn tell_displaced(&mut self) {
        let (at, before) = self.told.map_or((None, 0), |(at, count)| (Some(at), count));
        let all = self.lobby.displaced();
        if before < all && at.is_none_or(|at| TELL_EVERY <= at.elapsed()) {
            self.told = Some((Instant::now(), all));
            warn!(connections = all - before, "closed idle connections to the pages to make room for new ones");
        }
    }
}

impl Listener for Bounded {
    type Io = Mortal;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Mortal, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let place = Arc::new(self.lobby.take(peer.ip()).await);
                    self.tell_displaced();
                    let (end, displaced) = (Box::pin(sleep(self.life)), Box::pin(place.displaced()));
                    return (Mortal { stream, end, displaced, place }, peer);
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection to the pages");
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Mortal {
    /// Fails when the lifetime is over or the place has been given to another connection.
    fn lives(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let is_over = self.end.as_mut().poll(context).is_ready();
        match is_over || self.displaced.as_mut().poll(context).is_ready() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }
}

impl AsyncRead for Mortal {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lives(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Mortal {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lives(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn a_silent_connection_is_closed_after_its_lifetime_or_when_another_needs_its_place() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            for (life, next) in [(Duration::from_millis(50), false), (Duration::from_secs(60), true)] {
                let bound = TcpListener::bind("127.0.0.1:0").await.expect("bound");
                let mut bounded = Bounded::new(bound, 1, life);
                let address = bounded.local_addr().expect("an address");
                let _silent = TcpStream::connect(address).await.expect("connected");
                let (mut first, _) = bounded.accept().await;
                let _next = TcpStream::connect(address).await.expect("connected");
                let mut second = None;
                if next {
                    second = Some(bounded.accept().await);
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
