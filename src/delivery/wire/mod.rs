//! Byte stream to one receiver over TCP or TLS, opened on demand and dropped when it breaks; also UDP datagrams.
//!
//! Used by protocols whose receiver answers nothing. Three measures make up for that: a new connection must stay open for a moment, the
//! send buffer is kept small, and what was written shortly before a connection ended is written again. A receiver may therefore get a
//! message twice, but a lost one needs a failure that shows on neither side.

use std::collections::VecDeque;
use std::net::{Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::send::SendError;
use crate::platform::clock::{Clock, Moment};
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::Fault;

/// Idle time after which TCP keepalive probes the connection, and the interval of the probes.
/// Three unanswered probes end the connection, so a dead peer is noticed within 80 s even without traffic.
const PROBE_AFTER: Duration = Duration::from_secs(20);
/// Time within which a refusing receiver closes a new connection. With TLS 1.3 its refusal of our certificate arrives only after our side
/// of the handshake is complete, when the first alert may already have been written.
const REFUSES_WITHIN: Duration = Duration::from_millis(1500);

/// Age up to which data written before the connection ended may be unread and is sent again.
const UNSURE_FOR: Duration = Duration::from_secs(30);
/// Maximum amount of recent data kept for sending again. Bytes.
const MOST_UNSURE: usize = 256 * 1024;
/// Socket send buffer, which the kernel doubles. Writes beyond it wait for the receiver's machine to acknowledge, so they do not count as
/// delivered yet. Bytes.
const SEND_BYTES: usize = 16 * 1024;

/// Transport of a sink's connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Encrypted; the receiver is verified by its certificate.
    #[default]
    Tls,
    /// Unencrypted TCP.
    Tcp,
    /// Unencrypted UDP; datagrams may be lost.
    Udp,
}

impl Transport {
    /// The server at this address, for checks of whether it can be reached. `None` for UDP, which gives no answer.
    pub(super) fn endpoint(self, address: &str) -> Option<Endpoint> {
        match self {
            Transport::Udp => None,
            Transport::Tcp => Endpoint::at(address, false),
            Transport::Tls => Endpoint::at(address, true),
        }
    }
}

/// A host and port: `host:port` or `[v6]:port`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Address {
    /// Name or address, without brackets.
    pub(super) host: String,
    /// Never zero.
    pub(super) port: u16,
}

impl FromStr for Address {
    /// The caller names the key and what to write instead.
    type Err = ();

    fn from_str(text: &str) -> Result<Address, ()> {
        let (host, port) = text.rsplit_once(':').ok_or(())?;
        let port = port.parse().map_err(drop)?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(v6) => v6.parse::<Ipv6Addr>().map_err(drop)?.to_string(),
            None => host.to_owned(),
        };
        let plain =
            !host.is_empty() && !host.contains(|c: char| c.is_control() || c.is_whitespace() || "/@[]".contains(c));
        let one_colon_or_v6 = !host.contains(':') || host.parse::<Ipv6Addr>().is_ok();
        if plain && one_colon_or_v6 && port != 0 { Ok(Address { host, port }) } else { Err(()) }
    }
}

impl Address {
    /// Whether the address is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    }

    /// The fault of the key `address` in the settings, if any.
    pub(super) fn problem(text: &str) -> Option<Fault> {
        text.parse::<Address>()
            .is_err()
            .then(|| Fault::new("address", "is not an address").advise("write \"host:port\" or \"[v6]:port\""))
    }

    /// As the resolver takes it.
    fn named(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

/// A connection, plain or encrypted.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// A connection that is kept between deliveries.
///
/// The receiver does not acknowledge what it reads. A delivery therefore counts as delivered once the network has accepted it on a
/// connection that stays open. When a connection ends, what was written within the last 30 s is written once more on the next one.
pub(super) struct Wire {
    /// Resolved for each new connection.
    address: Address,
    /// `None` for unencrypted TCP.
    tls: Option<Arc<ClientConfig>>,
    /// Time limit for one write, with the connection if necessary (`timeout_seconds`).
    wait: Duration,
    /// `None` before the first write and after a failure.
    open: Option<Box<dyn Stream>>,
    /// Recent writes on the open connection with their times, oldest first.
    unsure: VecDeque<(Moment, Vec<u8>)>,
    /// Data to write once more on the next connection, before anything else.
    owed: Vec<u8>,
}

impl Wire {
    /// Does not connect yet.
    pub(super) fn new(address: Address, tls: Option<ClientConfig>, wait: Duration) -> Wire {
        Wire { address, tls: tls.map(Arc::new), wait, open: None, unsure: VecDeque::new(), owed: Vec::new() }
    }

    /// Writes all bytes, on the kept connection if it is still open.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        let wait = self.wait;
        match timeout(wait, self.put(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(self.broken(reason)),
            Err(_) => Err(self.broken(format!("not taken within {} s", wait.as_secs()))),
        }
    }

    /// Connects if necessary and writes what is owed, then `bytes`. After an error the connection is not kept.
    async fn put(&mut self, bytes: &[u8]) -> Result<(), String> {
        let kept = self.kept();
        let is_fresh = kept.is_none();
        let mut stream = match kept {
            Some(stream) => stream,
            None => connect(&self.address, self.tls.as_ref(), self.wait).await?,
        };
        let failed = |error: std::io::Error| tls::describe(&error);
        // Empty unless the connection is new.
        stream.write_all(&self.owed).await.map_err(failed)?;
        stream.write_all(bytes).await.map_err(failed)?;
        stream.flush().await.map_err(failed)?;
        if is_fresh {
            stays_open(&mut stream, REFUSES_WITHIN.min(self.wait / 2)).await?;
        }
        self.open = Some(stream);
        self.owed.clear();
        if !bytes.is_empty() {
            self.unsure.push_back((Clock.moment(), bytes.to_vec()));
        }
        // Older data have been on an open connection for longer, so they are given up first.
        while MOST_UNSURE < self.unsure.iter().map(|(_, bytes)| bytes.len()).sum() {
            self.unsure.pop_front();
        }
        Ok(())
    }

    /// Checks whether the connection has ended and, if so, writes unconfirmed data again. Returns whether it did.
    pub(super) async fn tend(&mut self) -> Result<bool, SendError> {
        self.open = self.kept();
        if self.owed.is_empty() {
            return Ok(false);
        }
        self.write(&[]).await.map(|()| true)
    }

    /// Takes the kept connection; `None` if there is none or it has ended.
    fn kept(&mut self) -> Option<Box<dyn Stream>> {
        let kept = heard_out(self.open.take()?);
        if kept.is_none() {
            self.note_end();
        }
        kept
    }

    /// After the connection has ended, marks its recent writes to be written again.
    fn note_end(&mut self) {
        let now = Clock.moment();
        let lately = self.unsure.drain(..).filter(|(at, _)| now.since(*at) < UNSURE_FOR);
        self.owed.extend(lately.flat_map(|(_, bytes)| bytes));
    }

    /// Drops the connection and returns the error for the worker.
    fn broken(&mut self, reason: String) -> SendError {
        self.open = None;
        self.note_end();
        later(&self.address, &reason)
    }
}

/// Opens a connection, encrypted if `tls_config` is given. Data not acknowledged within `wait` breaks the connection.
pub(super) async fn connect(
    address: &Address,
    tls_config: Option<&Arc<ClientConfig>>,
    wait: Duration,
) -> Result<Box<dyn Stream>, String> {
    let stream = TcpStream::connect(address.named()).await.map_err(|error| error.to_string())?;
    // An alert must not wait for more to send. These options are helpful, not necessary, so errors are ignored.
    drop(stream.set_nodelay(true));
    // Detect a peer that vanished silently, so that at most the data in flight is wrongly counted as delivered.
    let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_AFTER).with_retries(3);
    let socket = SockRef::from(&stream);
    drop(socket.set_tcp_keepalive(&probes));
    drop(socket.set_tcp_user_timeout(Some(wait)));
    drop(socket.set_send_buffer_size(SEND_BYTES));
    let Some(config) = tls_config else {
        return Ok(Box::new(stream));
    };
    let name = ServerName::try_from(address.host.clone()).map_err(|error| error.to_string())?;
    let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
    Ok(Box::new(stream.map_err(|error| tls::certificate_fault(&error).unwrap_or_else(|| format!("TLS: {error}")))?))
}

/// Waits for `patience` and fails if the receiver closes the connection by then. Data it sends meanwhile is discarded.
async fn stays_open(stream: &mut Box<dyn Stream>, patience: Duration) -> Result<(), String> {
    let ends = async {
        let mut unread = [0; 4096];
        loop {
            match stream.read(&mut unread).await {
                Ok(0) => return "closed by the receiver at once".to_owned(),
                Ok(_) => {}
                Err(error) => return tls::describe(&error),
            }
        }
    };
    match timeout(patience, ends).await {
        Ok(reason) => Err(reason),
        Err(_) => Ok(()),
    }
}

/// Discards what the peer has sent. `None` if the connection has ended, which a write alone would not reveal.
fn heard_out(mut stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
    let mut unread = [0; 4096];
    // A peer that sent more than 4 MiB between two deliveries gets a new connection.
    for _ in 0..1024 {
        match stream.read(&mut unread).now_or_never() {
            None => return Some(stream),
            Some(Ok(0) | Err(_)) => return None,
            Some(Ok(_)) => {}
        }
    }
    None
}

/// Datagrams to one receiver or to a multicast group.
pub(super) struct Datagrams {
    /// Resolved when a socket is opened.
    address: Address,
    /// Of no effect for addresses that are not multicast.
    hops: u32,
    wait: Duration,
    /// `None` before the first datagram and after a failure.
    open: Option<UdpSocket>,
}

impl Datagrams {
    /// Datagrams to `address`. `hops` is the number of networks a multicast datagram may cross.
    pub(super) fn new(address: Address, hops: u32, wait: Duration) -> Datagrams {
        Datagrams { address, hops, wait, open: None }
    }

    /// Sends one datagram. Whether it arrived remains unknown.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        match timeout(self.wait, self.put(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(later(&self.address, &reason)),
            Err(_) => Err(later(&self.address, "no address found in time")),
        }
    }

    /// Opens a socket if there is none. `connect` on UDP only sets the destination, but errors of the network then show at the next send.
    async fn put(&mut self, bytes: &[u8]) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        let socket = match self.open.take() {
            Some(socket) => socket,
            None => {
                let to = lookup_host(self.address.named()).await.map_err(failed)?.next().ok_or("no such host")?;
                let any = if to.is_ipv4() { SocketAddr::from(([0; 4], 0)) } else { SocketAddr::from(([0; 16], 0)) };
                let socket = UdpSocket::bind(any).await.map_err(failed)?;
                socket.set_multicast_ttl_v4(self.hops).map_err(failed)?;
                socket.connect(to).await.map_err(failed)?;
                socket
            }
        };
        // Keep the socket only after a successful send, because the name may now resolve to another address.
        socket.send(bytes).await.map_err(failed)?;
        self.open = Some(socket);
        Ok(())
    }
}

/// A temporary failure, with the receiver in front of the reason.
fn later(address: &Address, reason: &str) -> SendError {
    SendError::Later { wait: None, reason: format!("{}:{}: {reason}", address.host, address.port) }
}

#[cfg(test)]
mod tests;
