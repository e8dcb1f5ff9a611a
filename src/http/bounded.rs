//! A listener whose connections are few and short-lived: whoever sends slowly, or nothing, does not keep others out for long.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tracing::warn;

/// After an accept that failed (no file descriptor left), so that the loop does not spin.
const BREATH: Duration = Duration::from_millis(100);

/// Takes connections while there are places; each lives so long and no longer.
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
    life: Duration,
}

/// A connection with an end.
pub(super) struct Mortal {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    /// Kept for as long as the connection lives; none only if the places were closed, which nobody does.
    _place: Option<OwnedSemaphorePermit>,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, places: u16, life: Duration) -> Bounded {
        Bounded { listener, places: Arc::new(Semaphore::new(usize::from(places))), life }
    }
}

impl Listener for Bounded {
    type Io = Mortal;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Mortal, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    return (Mortal { stream, end: Box::pin(sleep(self.life)), _place: place }, peer);
                }
                Err(error) => {
                    warn!(%error, "connection for metrics and health not accepted");
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
    /// Fails once its time is over.
    fn lives(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.end.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
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

    use super::*;

    #[test]
    fn a_connection_that_says_nothing_ends_and_gives_its_place_to_the_next() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
            let address = listener.local_addr().expect("an address");
            let mut bounded = Bounded::new(listener, 1, Duration::from_millis(50));
            let _silent = TcpStream::connect(address).await.expect("connected");
            let (mut first, _) = bounded.accept().await;
            let _next = TcpStream::connect(address).await.expect("connected");
            let second = tokio::time::timeout(Duration::from_millis(20), bounded.accept()).await;
            assert!(second.is_err(), "there is one place only");
            let error = first.read(&mut [0; 8]).await.expect_err("its time is over");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            drop(first);
            let _ = bounded.accept().await;
        });
    }
}
