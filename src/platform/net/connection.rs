//! A connection that ends when its time is over or its place has been given to another.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::lobby::Place;

/// What a client of HTTP/2 begins with; no method of HTTP/1.1 has this name.
const HTTP2: &[u8] = b"PRI * HTTP/2";

/// Decides how long a connection lasts.
pub trait Lifetime: Unpin {
    /// Fails once the connection must end; otherwise makes sure that the task is woken when it must.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()>;

    /// Called when something has been written.
    fn written(&mut self) {}
}

/// The end of a connection's time, and whether its place has been given to another.
pub struct Deadline {
    /// Completes when the time is over.
    end: Pin<Box<Sleep>>,
    /// Completes when the place has been given away.
    displaced: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Deadline {
    /// After `time` from now, or when `place` is given to another connection.
    pub fn new(time: Duration, place: &Place) -> Deadline {
        Deadline { end: Box::pin(sleep(time)), displaced: Box::pin(place.displaced()) }
    }

    /// Whether the time is over.
    pub fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.end.as_mut().poll(context).is_ready()
    }

    /// Whether the place has been given to another connection.
    pub fn is_displaced(&mut self, context: &mut Context<'_>) -> bool {
        self.displaced.as_mut().poll(context).is_ready()
    }

    /// Starts the time again.
    pub fn restart(&mut self, time: Duration) {
        self.end.as_mut().reset(Instant::now() + time);
    }
}

/// A TCP connection with a limited lifetime. Reading and writing fail with `TimedOut` once it is over.
pub struct Connection<L> {
    /// The connection itself.
    stream: TcpStream,
    /// What limits it.
    pub lifetime: L,
    /// What the peer may not begin with, as far as it has begun with it; empty if it may begin with anything.
    refused: &'static [u8],
}

impl<L> Connection<L> {
    /// A connection that lasts as long as `lifetime` allows.
    pub fn new(stream: TcpStream, lifetime: L) -> Connection<L> {
        Connection { stream, lifetime, refused: &[] }
    }

    /// The same for a server of HTTP/1.1 alone. The server would answer a peer that begins with HTTP/2, which opens many requests on one
    /// connection and so passes by limits on connections.
    pub fn http1(stream: TcpStream, lifetime: L) -> Connection<L> {
        Connection { stream, lifetime, refused: HTTP2 }
    }

    /// Compares what was read with what the peer may not begin with.
    fn compare(&mut self, read: &[u8]) -> io::Result<()> {
        for byte in read {
            self.refused = match self.refused.split_first() {
                Some((first, [])) if first == byte => return Err(io::Error::other("HTTP/2 is not served here")),
                Some((first, rest)) if first == byte => rest,
                _ => &[],
            };
            if self.refused.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<L: Lifetime> AsyncRead for Connection<L> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        // Data that has arrived is read first: it may contain the credentials that make the connection last longer.
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => {
                self.lifetime.check(context)?;
                Poll::Pending
            }
            read => {
                self.compare(&buffer.filled()[before..])?;
                read
            }
        }
    }
}

impl<L: Lifetime> AsyncWrite for Connection<L> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lifetime.check(context)?;
        // A peer that reads nothing must not keep its place: writing counts as progress only once the system takes bytes.
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.lifetime.written();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
