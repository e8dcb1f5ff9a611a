//! A proxy between the NATS client and the server that checks every announced message size.
//!
//! The client has no limit on the size of a message and cannot use a connection made elsewhere. So the gate connects to the server, with
//! TLS where configured, and the client connects to the gate over loopback. To keep other local processes out, the client presents a
//! random name made by the gate, which the gate replaces with the real one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use super::guard::{Guard, LONGEST_LINE, Violation};
use super::login::Identity;
use crate::platform::tls::{self, TlsError};

/// Buffer size of one read. Bytes. As long as the longest protocol line.
const READ_BYTES: usize = 64 * 1024;
/// Payload in flight to the consumer; the server waits while this is used up. Bytes.
const ROOM_BYTES: usize = 64 << 20;
/// Time allowed for the client to connect and send its first line.
const COMES_WITHIN: Duration = Duration::from_secs(5);
/// Time allowed for any other process that connects and sends nothing.
const SPEAKS_WITHIN: Duration = Duration::from_secs(2);
/// Time allowed for data in flight after one side has closed.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a connection cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The server cannot be reached, or closed the connection.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The TLS handshake failed.
    #[error("{}", tls::certificate_fault(.0).unwrap_or_else(|| format!("TLS: {}", .0)))]
    Handshake(io::Error),
    /// The certificate files cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The first line is not a NATS greeting.
    #[error("{0}")]
    Violation(#[from] Violation),
}

/// A connection to a server, for one client.
#[derive(Debug)]
pub struct Gate {
    /// Where the client connects: a port on loopback.
    address: SocketAddr,
    /// The random name that the client must present.
    name: String,
    /// Payload bytes that may still be forwarded.
    room: Arc<Semaphore>,
    /// Cancelled when the connection has ended.
    ended: CancellationToken,
    /// Why the server ended it; unset otherwise.
    fault: Arc<OnceLock<String>>,
}

/// A connection to the server, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The greeting of a server.
struct Greeting {
    /// Its INFO object.
    info: Value,
    /// Bytes received after it.
    rest: Vec<u8>,
}

/// The client as it connected.
struct Visitor {
    /// Its connection.
    stream: TcpStream,
    /// Its CONNECT line, with the real name.
    said: Vec<u8>,
}

impl Gate {
    /// Connects to a server, encrypted with `tls`, or with the system's trust store if only the server asks for TLS. `host` is an address
    /// without brackets, or a name; `name` is our client name at the server; `identity` is the login, whose secret is removed from the
    /// server's errors.
    ///
    /// # Errors
    /// Errors of the way to the server and of its greeting. Those of the client come later, from the client.
    pub async fn open(
        host: &str,
        port: u16,
        tls: Option<ClientConfig>,
        name: &str,
        identity: &Identity,
    ) -> Result<Gate, GateError> {
        let mut stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let Greeting { mut info, rest } = greeting(&mut stream).await?;
        let asks = info["tls_required"].as_bool() == Some(true);
        let server: Box<dyn Stream> = match tls {
            // Bytes sent before encryption cannot be trusted.
            _ if !rest.is_empty() && (asks || tls.is_some()) => return Err(Violation::Protocol.into()),
            Some(config) => Box::new(encrypted(stream, host, config).await?),
            None if asks => Box::new(encrypted(stream, host, tls::Settings::default().client()?).await?),
            None => Box::new(stream),
        };
        // Client and gate talk over loopback without TLS, and the client must not learn of other servers.
        info["tls_required"] = false.into();
        info["tls_available"] = false.into();
        info["connect_urls"] = Value::Array(Vec::new());

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let gate = Gate {
            address: listener.local_addr()?,
            name: secret_name()?,
            room: Arc::new(Semaphore::new(ROOM_BYTES)),
            ended: CancellationToken::new(),
            fault: Arc::default(),
        };
        let (room, fault) = (Arc::clone(&gate.room), Arc::clone(&gate.fault));
        let guard = Guard::hiding(identity.secret());
        let (ended, ours, theirs) = (gate.ended.clone().drop_guard(), gate.name.clone(), name.to_owned());
        tokio::spawn(async move {
            let greeting = format!("INFO {info}\r\n");
            let came = timeout(COMES_WITHIN, admit(&listener, greeting.as_bytes(), &ours, &theirs)).await;
            // One client only: whatever connects later is refused by the system.
            drop(listener);
            if let Ok(Ok(visitor)) = came {
                relay(server, visitor, (rest, guard), &room, &fault).await;
            }
            drop(ended);
        });
        Ok(gate)
    }

    /// The address for the client.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// The name the client must present.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Releases the payload bytes of a message that has been consumed, so that as many may follow.
    pub fn make_room(&self, bytes: usize) {
        self.room.add_permits(bytes);
    }

    /// Waits until the connection has ended.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Whether the connection has ended.
    pub fn is_over(&self) -> bool {
        self.ended.is_cancelled()
    }

    /// Why the server ended it: an invalid message, or a refused certificate.
    pub fn fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }
}

/// A random name that no other process on this machine can know.
fn secret_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| io::Error::other("no random numbers"))?;
    Ok(format!("atalaia {:032x}", u128::from_ne_bytes(bytes)))
}

/// Starts TLS on a connection. `host` must be in the server's certificate.
async fn encrypted(stream: TcpStream, host: &str, config: ClientConfig) -> Result<TlsStream<TcpStream>, GateError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| GateError::Handshake(io::Error::other(error)))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(GateError::Handshake)
}

/// Reads up to the first line end. Returns the line without it, and the bytes that follow.
async fn first_line(stream: &mut (impl AsyncRead + Unpin)) -> Result<(Vec<u8>, Vec<u8>), GateError> {
    let mut line = Vec::new();
    loop {
        if let Some(end) = memchr::memmem::find(&line, b"\r\n") {
            let rest = line.split_off(end + 2);
            line.truncate(end);
            return Ok((line, rest));
        }
        if LONGEST_LINE <= line.len() {
            return Err(Violation::Line.into());
        }
        if stream.read_buf(&mut line).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed by the other side").into());
        }
    }
}

/// Reads the INFO line that a NATS server sends first.
async fn greeting(stream: &mut TcpStream) -> Result<Greeting, GateError> {
    let (line, rest) = first_line(stream).await?;
    let info = line.strip_prefix(b"INFO ").and_then(|json| serde_json::from_slice::<Value>(json).ok());
    let info = info.filter(Value::is_object).ok_or(Violation::Protocol)?;
    Ok(Greeting { info, rest })
}

/// Waits for the client; other connections are closed.
async fn admit(listener: &TcpListener, greeting: &[u8], ours: &str, theirs: &str) -> io::Result<Visitor> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let said = async {
            stream.set_nodelay(true)?;
            stream.write_all(greeting).await?;
            first_line(&mut stream).await
        };
        let Ok(Ok((line, rest))) = timeout(SPEAKS_WITHIN, said).await else { continue };
        let words = line.strip_prefix(b"CONNECT ").and_then(|json| serde_json::from_slice::<Value>(json).ok());
        if let Some(mut words) = words
            && words["name"].as_str() == Some(ours)
        {
            words["name"] = theirs.into();
            return Ok(Visitor { stream, said: [format!("CONNECT {words}\r\n").as_bytes(), &rest].concat() });
        }
    }
}

/// Forwards both ways until one side closes or the server violates the protocol.
async fn relay(
    server: Box<dyn Stream>,
    visitor: Visitor,
    (rest, guard): (Vec<u8>, Guard),
    room: &Semaphore,
    fault: &OnceLock<String>,
) {
    let (mut from_server, mut to_server) = split(server);
    let (mut from_client, mut to_client) = visitor.stream.into_split();
    let up = async {
        to_server.write_all(&visitor.said).await?;
        to_server.flush().await?;
        copy(&mut from_client, &mut to_server).await
    };
    tokio::select! {
        biased;
        // The last message of the server explains more than the failed write.
        outcome = checked(&mut from_server, &mut to_client, (rest, guard), room) => {
            if let Err(reason) = outcome {
                // Set before the client notices the end. Only this task sets it.
                let _ = fault.set(reason);
            }
        }
        // Each side notices the end of the connection by itself.
        _ = up => {}
    }
    let last = async {
        let _ = to_server.shutdown().await;
        let _ = to_client.shutdown().await;
        // Closing with unread data resets the connection and loses what was sent last.
        let _ = copy(&mut from_client, &mut sink()).await;
    };
    let _ = timeout(LAST_WORDS, last).await;
}

/// Forwards checked data from the server while there is room. The error says why the server is at fault.
async fn checked(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    (first, mut guard): (Vec<u8>, Guard),
    room: &Semaphore,
) -> Result<(), String> {
    let mut buffer = first;
    loop {
        let passed = guard.pass(&buffer).map_err(|violation| violation.to_string())?;
        let wanted = u32::try_from(passed.deliveries).unwrap_or(u32::MAX);
        let Ok(taken) = room.acquire_many(wanted).await else { return Ok(()) };
        // The permits come back with `make_room`, once the consumer is done with the messages.
        taken.forget();
        if to.write_all(&passed.bytes).await.is_err() {
            return Ok(());
        }
        buffer.resize(READ_BYTES, 0);
        match from.read(&mut buffer).await {
            Ok(count @ 1..) => buffer.truncate(count),
            Ok(_) => return Ok(()),
            // The server's refusal of our certificate arrives only after the client has started to work.
            Err(error) => return tls::certificate_fault(&error).map_or(Ok(()), Err),
        }
    }
}
