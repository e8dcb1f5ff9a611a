//! Who comes in: connections are counted, idle ones closed, and those who post say who they are.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tracing::warn;

use crate::inputs::{Port, Seat, Seats};
use crate::secret::Revealed;
use crate::telemetry::InputCounters;

/// After an accept that failed or was refused, so that the loop does not spin.
const BREATH: Duration = Duration::from_millis(100);

/// The log is told no more often that there is no room.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// What opens it; without any key it is open.
#[derive(Default)]
pub(super) struct Lock {
    keys: Vec<Hmac<Sha256>>,
}

impl Lock {
    /// A user name and password.
    pub(super) fn add_pair(&mut self, user: &str, password: &Revealed) {
        self.keys.push(keyed(b"basic", &[user.as_bytes(), b":", password.expose().as_bytes()]));
    }

    /// A bearer token.
    pub(super) fn add_token(&mut self, token: &Revealed) {
        self.keys.push(keyed(b"bearer", &[token.expose().as_bytes()]));
    }

    /// Whether an `Authorization` header fits. How long it takes does not depend on how much of it is right.
    pub(super) fn admits(&self, header: Option<&[u8]>) -> bool {
        if self.keys.is_empty() {
            return true;
        }
        let Some(space) = header.and_then(|header| memchr::memchr(b' ', header)) else {
            return false;
        };
        let (scheme, shown) = header.unwrap_or_default().split_at(space);
        let shown = shown.trim_ascii();
        let shown = if scheme.eq_ignore_ascii_case(b"basic") {
            BASE64.decode(shown).ok().map(|pair| keyed(b"basic", &[&pair]))
        } else if scheme.eq_ignore_ascii_case(b"bearer") {
            Some(keyed(b"bearer", &[shown]))
        } else {
            None
        };
        let Some(tag) = shown.map(|shown| shown.finalize().into_bytes()) else {
            return false;
        };
        self.keys.iter().fold(false, |admitted, key| admitted | key.clone().verify_slice(&tag).is_ok())
    }
}

/// A code that only the same words give; comparing codes tells nothing of the words.
fn keyed(kind: &[u8], words: &[&[u8]]) -> Hmac<Sha256> {
    // A key of any length will do: it only keeps the kinds apart.
    let mut code = <Hmac<Sha256> as Mac>::new_from_slice(kind).expect("any length");
    words.iter().for_each(|word| code.update(word));
    code
}

/// Accepts as many connections as there are places.
pub(super) struct Door {
    listener: TcpListener,
    port: Port,
    places: Arc<Semaphore>,
    seats: Seats,
    /// When the log was told last that somebody was refused.
    told: Option<Instant>,
}

impl Door {
    /// At an address that is listened on.
    pub(super) fn new(listener: TcpListener, port: &Port) -> Door {
        let places = Arc::new(Semaphore::new(usize::from(port.settings.max_clients)));
        Door { listener, port: port.clone(), places, seats: Seats::default(), told: None }
    }
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        loop {
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    warn!(input = %self.port.settings.name, %error, "connection not accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            };
            let place = Arc::clone(&self.places).try_acquire_owned().ok();
            let seat = Seat::take(&self.seats, peer.ip(), self.port.settings.max_clients_per_address);
            if let (Some(place), Some(seat)) = (place, seat) {
                InputCounters::add(&self.port.counters.connections, 1);
                let longest = Duration::from_secs(u64::from(self.port.settings.idle_timeout_seconds));
                let idle = Box::pin(sleep(longest));
                return (Guest { stream, idle, longest, _place: (place, seat) }, peer);
            }
            if self.told.is_none_or(|told| TELL_EVERY <= told.elapsed()) {
                self.told = Some(Instant::now());
                warn!(input = %self.port.settings.name, %peer, "connection refused: all places are taken, or all that one address may have");
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who has connected.
#[derive(Clone)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

/// A connection with its place; it ends when it has had no answer for too long: whoever sends slowly, or never reads, gets none.
pub(super) struct Guest {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    longest: Duration,
    _place: (OwnedSemaphorePermit, Seat),
}

impl Guest {
    /// Waits on, unless it has been too long.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.idle.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Guest {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(read) => Poll::Ready(read),
            Poll::Pending => self.wait(cx),
        }
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => {
                let until = Instant::now() + self.longest;
                self.idle.as_mut().reset(until);
                Poll::Ready(written)
            }
            Poll::Pending => self.wait(cx),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed(text: &str) -> Revealed {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
        crate::secret::Secret::File(path).read().expect("a secret")
    }

    #[test]
    fn only_who_is_known_comes_in() {
        assert!(Lock::default().admits(None), "without keys it is open");
        let mut lock = Lock::default();
        lock.add_pair("station", &revealed("open:sesame"));
        lock.add_token(&revealed("t0ken"));
        let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
        for good in
            [basic("station:open:sesame"), "basic c3RhdGlvbjpvcGVuOnNlc2FtZQ==".to_owned(), "Bearer t0ken".to_owned()]
        {
            assert!(lock.admits(Some(good.as_bytes())), "{good}");
        }
        for bad in [
            basic("station:sesame"),
            basic("t0ken"),
            basic("station:open:sesame\0\0"),
            basic(""),
            "Bearer station:open:sesame".to_owned(),
            "Bearer ".to_owned(),
            "Bearer t0ken2".to_owned(),
            "Basic ???".to_owned(),
            "t0ken".to_owned(),
            "Digest t0ken".to_owned(),
            String::new(),
        ] {
            assert!(!lock.admits(Some(bad.as_bytes())), "{bad}");
        }
        assert!(!lock.admits(None));
    }
}
