//! The socket in front of the NATS client: a connection to the server whose every announcement is checked on its way.
//!
//! The client knows no bound for what it takes, and takes no connection from outside. So the gate connects to the server, by TLS
//! where that is wanted, and the client connects to the gate, on this machine. Only the client comes in: it shows a name that the
//! gate made for it, and the server is given the real one.

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

use super::Identity;
use super::guard::{Guard, LONGEST_LINE, Violation};
use crate::tls::{self, TlsError};

/// Of one read.
const READ_BYTES: usize = 64 * 1024;
/// Payload on its way to whoever uses it; the server waits while there is no room.
const ROOM_BYTES: usize = 64 << 20;
/// The client comes at once; so does what it says first.
const COMES_WITHIN: Duration = Duration::from_secs(5);
/// Somebody else who connects and says nothing holds the gate up no longer.
const SPEAKS_WITHIN: Duration = Duration::from_secs(2);
/// For what is on its way when one side has gone.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why no connection can be made.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The server cannot be reached, or broke off.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// No TLS with it.
    #[error("{}", tls::certificate_fault(.0).unwrap_or_else(|| format!("TLS: {}", .0)))]
    Handshake(io::Error),
    /// The files of certificates cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// It does not greet as a server does.
    #[error("{0}")]
    Violation(#[from] Violation),
}

/// A connection to a server, for one client.
#[derive(Debug)]
pub struct Gate {
    address: SocketAddr,
    name: String,
    room: Arc<Semaphore>,
    ended: CancellationToken,
    fault: Arc<OnceLock<String>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What a server says first.
struct Greeting {
    info: Value,
    /// What came behind it.
    rest: Vec<u8>,
}

/// The client, as it comes.
struct Visitor {
    stream: TcpStream,
    /// What it said, with the real name.
    said: Vec<u8>,
}

impl Gate {
    /// Connects to a server, encrypted by `tls`, or as the system trusts where only the server asks for it. `host`: an address
    /// without brackets, or a name. `name`: what the server is to call us. `identity`: what it is shown, and must not come back.
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
            // What came before it is encrypted proves nothing.
            _ if !rest.is_empty() && (asks || tls.is_some()) => return Err(Violation::Protocol.into()),
            Some(config) => Box::new(encrypted(stream, host, config).await?),
            None if asks => Box::new(encrypted(stream, host, tls::Settings::default().client()?).await?),
            None => Box::new(stream),
        };
        // Between the client and us nothing leaves the machine, and other servers are not its business.
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
            drop(listener);
            if let Ok(Ok(visitor)) = came {
                relay(server, visitor, (rest, guard), &room, &fault).await;
            }
            drop(ended);
        });
        Ok(gate)
    }

    /// Where the client connects to.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// As whom the client must come.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Payload bytes of a message that wants an acknowledgement are in use: as many may follow.
    pub fn make_room(&self, bytes: usize) {
        self.room.add_permits(bytes);
    }

    /// Waits until the connection is over.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Whether the connection is over.
    pub fn is_over(&self) -> bool {
        self.ended.is_cancelled()
    }

    /// What the server did that ended it: what it sent, or that it refused our certificate.
    pub fn fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }
}

/// Nobody else on this machine can know it.
fn secret_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| io::Error::other("no random numbers"))?;
    Ok(format!("atalaia {:032x}", u128::from_ne_bytes(bytes)))
}

async fn encrypted(stream: TcpStream, host: &str, config: ClientConfig) -> Result<TlsStream<TcpStream>, GateError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| GateError::Handshake(io::Error::other(error)))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(GateError::Handshake)
}

/// Reads to the first line end; the line without it, and what follows.
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

async fn greeting(stream: &mut TcpStream) -> Result<Greeting, GateError> {
    let (line, rest) = first_line(stream).await?;
    let info = line.strip_prefix(b"INFO ").and_then(|json| serde_json::from_slice::<Value>(json).ok());
    let info = info.filter(Value::is_object).ok_or(Violation::Protocol)?;
    Ok(Greeting { info, rest })
}

/// Waits for the client. Others who come are sent away.
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

/// Hands everything on both ways until one side has gone, or the server has broken the rules.
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
        // What the server said last tells more than that nothing can be written any more.
        outcome = checked(&mut from_server, &mut to_client, (rest, guard), room) => {
            if let Err(reason) = outcome {
                // Before the client sees that it is over; there is but one.
                let _ = fault.set(reason);
            }
        }
        // Which side has gone, and how, the other finds out.
        _ = up => {}
    }
    let last = async {
        let _ = to_server.shutdown().await;
        let _ = to_client.shutdown().await;
        // Closed with something unread, a connection is reset, and what was sent last is lost.
        let _ = copy(&mut from_client, &mut sink()).await;
    };
    let _ = timeout(LAST_WORDS, last).await;
}

/// Hands on what the server sends, as far as there is room for it.
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
        taken.forget();
        if to.write_all(&passed.bytes).await.is_err() {
            return Ok(());
        }
        buffer.resize(READ_BYTES, 0);
        match from.read(&mut buffer).await {
            Ok(count @ 1..) => buffer.truncate(count),
            Ok(_) => return Ok(()),
            // Our certificate is refused only when the client is at work already.
            Err(error) => return tls::certificate_fault(&error).map_or(Ok(()), Err),
        }
    }
}
