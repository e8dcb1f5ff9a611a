//! HTTP: AIS-catcher posts its messages in batches; each becomes a line that names the station.

mod batch;
mod door;
mod refusal;

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING};
use axum::routing::post;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::info;

use super::{Batch, InputError, Message, Port, State};
use crate::secret::Secret;
use crate::telemetry::InputCounters;
use batch::{Split, split};
use door::{Door, Lock, Peer};
use refusal::{Refusal, Untold};

/// Longest body, as sent and as unpacked: a busy station posts some hundred kilobytes a minute.
const MAX_BODY: usize = 16 * 1024 * 1024;
/// Bodies read at once, so that the memory they take is bounded.
const BODIES: usize = 4;
/// A body has come by then.
const BODY_TIME: Duration = Duration::from_secs(30);
/// So long a request waits while the engine is busy.
const ENGINE_TIME: Duration = Duration::from_secs(5);

/// `[inputs.aiscatcher_http]`: who may post. Either pair or token will do where both are given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The user name of HTTP Basic authentication (AIS-catcher: `-H … userpwd USER:PASSWORD`).
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// A bearer token, for programs that send one.
    pub token: Option<Secret>,
}

impl Settings {
    /// Whether anybody has to say who they are.
    pub fn asks(&self) -> bool {
        self.password.is_some() || self.token.is_some()
    }

    /// What is wrong with it; `path` is the table's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        match (&self.user, &self.password) {
            (Some(_), None) => {
                problems.push(format!("{path}.user: has no password; write password = {{ file = \"PATH\" }}"))
            }
            (None, Some(_)) => problems.push(format!("{path}.password: has no user; write user = \"NAME\"")),
            (Some(user), _) if user.is_empty() || user.contains(':') || user.contains(char::is_control) => {
                problems.push(format!("{path}.user: is empty or holds a colon; write a plain name"));
            }
            _ => {}
        }
        for (key, secret) in [("password", &self.password), ("token", &self.token)] {
            problems.extend(secret.iter().flat_map(|secret| secret.problems(&format!("{path}.{key}"))));
        }
        problems
    }

    fn lock(&self) -> Result<Lock, InputError> {
        let mut lock = Lock::default();
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            lock.add_pair(user, &password.read()?);
        }
        if let Some(token) = &self.token {
            lock.add_token(&token.read()?);
        }
        Ok(lock)
    }
}

/// What every request needs.
struct Desk {
    port: Port,
    lock: Lock,
    bodies: Semaphore,
    untold: Untold,
}

/// Ends only with an error, when the address cannot be listened on or a secret cannot be read.
pub(super) async fn run(port: &Port) -> Result<(), InputError> {
    let lock = port.settings.aiscatcher_http.clone().unwrap_or_default().lock()?;
    let address = port.settings.address.as_deref().unwrap_or_default();
    let listener = TcpListener::bind(address).await.map_err(InputError::io(format!("listen on {address}")))?;
    let bound = listener.local_addr().map_err(InputError::io("listen"))?;
    info!(address = %bound, input = %port.settings.name, "listening");
    port.state(State::Up).await;
    axum::serve(Door::new(listener, port), routes(port, lock))
        .with_graceful_shutdown(port.stop.clone().cancelled_owned())
        .await
        .map_err(InputError::io("serve"))
}

fn routes(port: &Port, lock: Lock) -> IntoMakeServiceWithConnectInfo<Router, Peer> {
    let desk = Arc::new(Desk { port: port.clone(), lock, bodies: Semaphore::new(BODIES), untold: Untold::default() });
    let routes = Router::new().route("/", post(take)).route("/ingest/aiscatcher", post(take)).with_state(desk);
    routes.into_make_service_with_connect_info::<Peer>()
}

async fn take(
    Shared(desk): Shared<Arc<Desk>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> Result<String, Refusal> {
    let taken = try_take(&desk, request).await;
    taken.inspect_err(|refusal| desk.untold.count(&desk.port, peer, refusal))
}

async fn try_take(desk: &Desk, request: Request) -> Result<String, Refusal> {
    let (parts, body) = request.into_parts();
    let counters = &desk.port.counters;
    if !desk.lock.admits(parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes())) {
        return Err(Refusal::Unauthorised);
    }
    let packed = is_packed(&parts.headers)?;
    let _place = desk.bodies.try_acquire().map_err(|_| Refusal::Busy)?;
    let body = timeout(BODY_TIME, whole(body)).await.map_err(|_| Refusal::Slow)??;
    InputCounters::add(&counters.bytes, body.len() as u64);
    let received = Some(desk.port.clock.now());
    let work = tokio::task::spawn_blocking(move || {
        let body = if packed { unpack(&body)? } else { body };
        split(&body).map_err(|error| Refusal::Body(error.to_string()))
    });
    let Split { lines, count, overlong } = work.await.map_err(|_| Refusal::Busy)??;
    InputCounters::add(&counters.overlong, overlong);
    if !lines.is_empty() {
        let room = timeout(ENGINE_TIME, desk.port.sender.reserve()).await;
        let room = room.ok().and_then(Result::ok).ok_or(Refusal::Busy)?;
        room.send(Message::Lines(Batch { source: desk.port.source, received, lines, acknowledge: None }));
    }
    Ok(format!("{count} messages taken\n"))
}

fn is_packed(headers: &HeaderMap) -> Result<bool, Refusal> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii()) {
        None | Some(b"" | b"identity") => Ok(false),
        Some(kind) if kind.eq_ignore_ascii_case(b"gzip") || kind.eq_ignore_ascii_case(b"x-gzip") => Ok(true),
        Some(_) => Err(Refusal::Packing),
    }
}

async fn whole(body: Body) -> Result<Vec<u8>, Refusal> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::Body("the body broke off".to_owned()))?;
        if MAX_BODY < bytes.len() + piece.len() {
            return Err(Refusal::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// No more than a body may have comes out, whatever goes in.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(MAX_BODY as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(count) if MAX_BODY < count => Err(Refusal::TooLong),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Refusal::Body(broken(&error))),
    }
}

fn broken(error: &io::Error) -> String {
    format!("the body is no gzip: {error}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::super::{Kind, Limits};
    use super::*;
    use crate::ais::SourceId;
    use crate::clock::Clock;
    use crate::time::Span;

    #[tokio::test]
    async fn a_post_that_is_not_taken_is_counted_by_its_reason() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("token");
        fs::write(&path, "t0ken").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        let settings = Settings { token: Some(Secret::File(path)), ..Settings::default() };
        let (sender, _lines) = tokio::sync::mpsc::channel(1);
        let port = Port {
            source: SourceId(0),
            settings: Arc::new(super::super::Settings::of(Kind::AiscatcherHttp, "stations")),
            limits: Limits { ratio: 1, bytes: 1 },
            lateness: Span::ZERO,
            clock: Clock,
            counters: Arc::default(),
            sender,
            stop: tokio_util::sync::CancellationToken::new(),
            sockets: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let served = axum::serve(Door::new(listener, &port), routes(&port, settings.lock().expect("a token")));
        tokio::spawn(served.into_future());
        let good = "{\"protocol\":\"jsonaiscatcher\",\"msgs\":[{\"class\":\"AIS\"}]}";
        for (token, packing, body, status) in [
            ("t0ken", "identity", good, 200),
            ("other", "identity", good, 401),
            ("t0ken", "br", good, 415),
            ("t0ken", "gzip", good, 400),
            ("t0ken", "identity", "{", 400),
        ] {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            let request = format!(
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
                 Content-Encoding: {packing}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("answered");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{token} {packing} {body}: {answer}");
        }
        let some = port.counters.refused_posts().into_iter().filter(|(_, count)| 0 < *count);
        assert_eq!(some.collect::<Vec<_>>(), [("unauthorised", 1), ("packing", 1), ("body", 2)]);
    }
}
