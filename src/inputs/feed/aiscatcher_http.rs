//! HTTP input: AIS-catcher posts its messages in batches; each message becomes a line that names the station.
//!
//! A post is checked in this order: credentials, a place for the connection, encoding, size and speed of the body, and only then its
//! content. An unauthenticated client therefore costs a few kilobytes and little computing.
//!
//! The response is sent once the lines are in the channel to the main loop, before they are durable.

mod admission;
mod batch;
mod body;
mod credentials;
mod ingest;
mod refusal;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tracing::info;

use crate::inputs::common::CommonSettings;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::{Batch, Message, State};
use crate::inputs::port::Port;
use crate::platform::net::widen;
use crate::platform::secret::Secret;
use crate::platform::service::{Protocol, with_holder};
use crate::platform::table::Table;
use crate::platform::telemetry::InputCounters;
use admission::{Admission, Peer};
use atalaia_core::base::fault::{self, Fault};
use batch::{BatchLines, split};
use body::{ReceivedBody, unpack};
use credentials::Credentials;
use ingest::Ingest;
use refusal::Refusal;

/// How long a request waits for its turn, and again while the engine is busy.
const BUSY_TIME: Duration = Duration::from_secs(5);

/// `[inputs.aiscatcher_http]`: credentials of the stations. If both user and token are given, either is accepted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// User name for HTTP Basic authentication (AIS-catcher: `-H … userpwd USER:PASSWORD`).
    pub user: Option<String>,
    /// Password of the user.
    pub password: Option<Secret>,
    /// Bearer token, for programs that send one.
    pub token: Option<Secret>,
}

/// Splits the body of a post. Returns its lines, the number of messages, and how many of them were left out as overlong; `None` if it is
/// not a batch.
/// For the fuzzer, which does not see the types of this module.
#[cfg(any(test, fuzzing))]
pub(crate) fn split_batch(body: &[u8]) -> Option<(Vec<u8>, usize, u64)> {
    let BatchLines { lines, count, overlong } = split(body).ok()?;
    Some((lines, count, overlong))
}

impl Table for Settings {
    fn usual() -> Option<Settings> {
        Some(Settings::default())
    }

    fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        match (&self.user, &self.password) {
            (Some(_), None) => {
                problems.push(Fault::new("user", "has no password").advise("write password = { file = \"PATH\" }"))
            }
            (None, Some(_)) => problems.push(Fault::new("password", "has no user").advise("write user = \"NAME\"")),
            (Some(user), _) if user.is_empty() || user.contains(':') || user.contains(char::is_control) => {
                problems.push(Fault::new("user", "is empty or holds a colon").advise("write a plain name"));
            }
            _ => {}
        }
        for (key, secret) in [("password", &self.password), ("token", &self.token)] {
            problems.extend(secret.iter().flat_map(|secret| fault::below(key, secret.problems())));
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.password.iter_mut().chain(&mut self.token).for_each(|secret| secret.within(folder));
    }
}

impl Settings {
    /// Whether authentication is required.
    fn asks(&self) -> bool {
        self.password.is_some() || self.token.is_some()
    }

    /// Reads the secrets; done once for each run of the input.
    fn credentials(&self) -> Result<Credentials, InputError> {
        let mut credentials = Credentials::default();
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            credentials.add_pair(user, &password.read()?);
        }
        if let Some(token) = &self.token {
            credentials.add_token(&token.read()?);
        }
        Ok(credentials)
    }
}

/// Whether only programs on this machine can connect.
/// A name other than `localhost` counts as reachable, because it may resolve to anything.
fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An HTTP server that AIS-catcher posts to.
pub(super) struct AiscatcherHttp;

impl Input for AiscatcherHttp {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "aiscatcher-http",
        about: "AIS-catcher posts the messages it receives.",
        table: "`[inputs.aiscatcher_http]`, for `aiscatcher-http`. Without it, no authentication is required.",
        address: AddressUse::Listener { protocol: Protocol::Tcp, example: "127.0.0.1:8110" },
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    fn problems(common: &CommonSettings, own: &Settings) -> Vec<Fault> {
        let is_near = common.address.as_deref().is_none_or(is_loopback);
        if own.asks() || is_near {
            return Vec::new();
        }
        vec![Fault::new("address", "listens on a public address without authentication").advise(
            "write [inputs.aiscatcher_http] with user and password or a token below it, or an address of 127.0.0.1",
        )]
    }

    /// Ends only with an error, if the address cannot be listened on or a secret cannot be read.
    async fn run(port: &Port, settings: &Settings) -> Result<(), InputError> {
        let credentials = settings.credentials()?;
        let address = port.settings.address.as_deref().unwrap_or_default();
        // The error names the process that holds the port, if that can be found out.
        let failed = |error| InputError::io(format!("listen on {address}"))(with_holder(error, address, Protocol::Tcp));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        widen(&listener).map_err(InputError::io("listen"))?;
        let bound = listener.local_addr().map_err(InputError::io("listen"))?;
        info!(address = %bound, input = %port.settings.name, "listening");
        port.state(State::Up).await;
        let ingest = Arc::new(Ingest::new(port.clone(), credentials));
        axum::serve(Admission::new(listener, Arc::clone(&ingest)), routes(ingest))
            .with_graceful_shutdown(port.stop.clone().cancelled_owned())
            .await
            .map_err(InputError::io("serve"))
    }
}

/// Both paths take the same posts. Any other path or method is answered by the router, without being counted.
fn routes(ingest: Arc<Ingest>) -> IntoMakeServiceWithConnectInfo<Router, Peer> {
    let routes = Router::new().route("/", post(take)).route("/ingest/aiscatcher", post(take)).with_state(ingest);
    routes.into_make_service_with_connect_info::<Peer>()
}

/// Answers a post, and counts and logs a refusal.
async fn take(
    Shared(ingest): Shared<Arc<Ingest>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Result<String, Refusal> {
    let taken = try_take(&ingest, &peer, request).await;
    taken.inspect_err(|refusal| ingest.refusals.count(&ingest.port, peer.address, refusal))
}

/// Takes a post in the order that the module describes.
async fn try_take(ingest: &Ingest, peer: &Peer, request: Request) -> Result<String, Refusal> {
    let (parts, body) = request.into_parts();
    let counters = &ingest.port.counters;
    // First of all, so that an unauthenticated client learns nothing about the state of the input.
    if !ingest.credentials.admits(parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes())) {
        return Err(Refusal::Unauthorised);
    }
    peer.admit(&ingest.reserved)?;
    let packed = is_packed(&parts.headers)?;
    // Nothing of the body has been read before this point.
    let ReceivedBody { bytes, room } = ingest.bodies.read(body).await?;
    InputCounters::add(&counters.bytes, bytes.len() as u64);
    // Before the wait for a turn, which says nothing about when the messages were heard.
    let received = Some(ingest.port.clock.now());
    let turn = timeout(BUSY_TIME, ingest.turns.acquire()).await;
    let _turn = turn.ok().and_then(Result::ok).ok_or(Refusal::Busy)?;
    // Unpacking and splitting 16 MiB takes long enough to hold up other tasks.
    let work = tokio::task::spawn_blocking(move || {
        let bytes = if packed { unpack(&bytes)? } else { bytes };
        split(&bytes).map_err(|error| Refusal::Body(error.to_string()))
    });
    let BatchLines { lines, count, overlong } = work.await.map_err(|_| Refusal::Busy)??;
    // The body is no longer in memory; its lines are bounded by the turns.
    drop(room);
    InputCounters::add(&counters.overlong, overlong);
    if !lines.is_empty() {
        // Nothing has been handed on yet, so a batch that is refused here is refused as a whole.
        let place = timeout(BUSY_TIME, ingest.port.sender.reserve()).await;
        let place = place.ok().and_then(Result::ok).ok_or(Refusal::Busy)?;
        place.send(Message::Lines(Batch { source: ingest.port.source, received, lines, acknowledge: None }));
    }
    Ok(format!("{count} messages accepted\n"))
}

/// An encoding that is not supported is refused before its body is read.
fn is_packed(headers: &HeaderMap) -> Result<bool, Refusal> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii()) {
        None | Some(b"" | b"identity") => Ok(false),
        Some(kind) if kind.eq_ignore_ascii_case(b"gzip") || kind.eq_ignore_ascii_case(b"x-gzip") => Ok(true),
        Some(_) => Err(Refusal::Packing),
    }
}

#[cfg(test)]
mod tests;
