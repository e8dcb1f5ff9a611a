//! The thread that serves the pages.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io, thread};

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::bounded::{Bounded, Caller};
use super::health::{STALLED, health};
use super::metrics::{Beside, metrics};
use super::process::process;
use super::status::status;
use super::{Settings, View};
use crate::clock::Clock;
use crate::lobby::widen;
use crate::service::Sockets;
use crate::{journal, store};

/// The name of a socket that the service manager opened for the pages.
pub const NAME: &str = "http";
/// A connection lives no longer, also one that asks slowly or for nothing; where all places are taken, that one goes first.
const LIFE: Duration = Duration::from_secs(10);
/// How long a page waits for what is counted on the disk.
const COUNTING: Duration = Duration::from_secs(5);
/// How long to wait before an address that is taken is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// What the pages are made from.
#[derive(Clone, Debug)]
pub struct Pages {
    /// What the loop said last.
    pub view: watch::Receiver<Arc<View>>,
    /// The store's file.
    pub store: Option<PathBuf>,
    /// The journal's folder.
    pub journal: Option<PathBuf>,
    /// What the age of a view is measured with.
    pub clock: Clock,
}

impl Pages {
    /// Serves them until told to stop, from a thread of its own; nothing without an address and a socket. An address that is taken is
    /// tried again.
    pub fn serve(self, settings: Settings, sockets: Arc<Sockets>, stop: CancellationToken) -> io::Result<()> {
        let first = open(&settings, &sockets);
        let run = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return error!(%error, "no metrics and health: no runtime to serve them with"),
            };
            runtime.block_on(self.run(first, &settings, &sockets, stop));
            // What is being counted must not hold the end back.
            runtime.shutdown_background();
        };
        thread::Builder::new().name("http".to_owned()).spawn(run).map(drop)
    }

    async fn run(
        self,
        first: io::Result<TcpListener>,
        settings: &Settings,
        sockets: &Sockets,
        stop: CancellationToken,
    ) {
        let (mut opened, mut said) = (first, false);
        loop {
            let listener = opened.and_then(|listener| {
                let address = listener.local_addr()?;
                Ok((tokio::net::TcpListener::from_std(listener)?, address))
            });
            match listener {
                Ok((listener, address)) => {
                    info!(%address, "serving /metrics, /healthz, /readyz and /status");
                    let bounded = Bounded::new(listener, settings.max_connections, LIFE);
                    let serving = axum::serve(bounded, self.router(settings.allow_remote)).into_future();
                    tokio::select! {
                        () = stop.cancelled() => return,
                        Err(error) = serving => return error!(%error, "no metrics and health any more"),
                    }
                }
                Err(error) if !said => {
                    said = true;
                    error!(%error, "no metrics and health; it is tried again");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RETRY) => {}
            }
            opened = open(settings, sockets);
        }
    }

    /// With names of machines, others may ask by them; else only this one is meant.
    fn router(&self, by_name: bool) -> IntoMakeServiceWithConnectInfo<Router, Caller> {
        let pages = Router::new()
            .route("/", get(show_pages))
            .route("/metrics", get(show_metrics))
            .route("/healthz", get(show_health))
            .route("/readyz", get(show_readiness))
            .route("/status", get(show_status))
            .with_state(self.clone());
        let pages = if by_name { pages } else { pages.layer(from_fn(named_by_address)) };
        pages.layer(from_fn(answered)).into_make_service_with_connect_info::<Caller>()
    }

    /// The view and its age.
    fn view(&self) -> (Arc<View>, Duration) {
        let view = Arc::clone(&self.view.borrow());
        let age = self.clock.moment().since(view.seen);
        (view, age)
    }

    /// Counts on the disk. What cannot be counted in time is left out; a disk that hangs must not hide that it does.
    async fn counted(self) -> Beside {
        let counted = tokio::task::spawn_blocking(move || self.beside());
        match timeout(COUNTING, counted).await {
            Ok(Ok(beside)) => beside,
            _ => Beside { process: process(), ..Beside::default() },
        }
    }

    fn beside(&self) -> Beside {
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |found| found.len());
        let log = |path: &PathBuf| {
            let mut name = path.clone().into_os_string();
            name.push("-wal");
            PathBuf::from(name)
        };
        Beside {
            process: process(),
            backlog: self.store.as_ref().and_then(|path| store::backlog(path).ok()),
            store_bytes: self.store.as_ref().map(|path| size(path) + size(&log(path))),
            journal: self.journal.as_ref().and_then(|folder| journal::usage(folder).ok()),
        }
    }
}

/// The socket that the service manager opened, else one at the address.
fn open(settings: &Settings, sockets: &Sockets) -> io::Result<TcpListener> {
    let listener = match (sockets.tcp(NAME), settings.address.as_deref()) {
        (Some(handed), _) => handed?,
        (None, Some(address)) => {
            let named = |error: io::Error| io::Error::other(format!("listen on {address}: {error}"));
            TcpListener::bind(address).map_err(named)?
        }
        (None, None) => return Err(io::Error::other("http.address: is missing")),
    };
    let address: SocketAddr = listener.local_addr()?;
    if !settings.allows(address) {
        let text = format!("{address} is for other machines too; http.allow_remote = true allows it");
        return Err(io::Error::other(text));
    }
    widen(&listener)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A page of the Internet that has its own name lead here gets nothing (DNS rebinding): whoever asks names an address, this machine, or
/// nobody.
async fn named_by_address(request: Request, next: Next) -> Response {
    let name = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    let host =
        name.map(|name| name.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(name, |(host, _)| host));
    let ip = |host: &str| host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
    match host.is_none_or(|host| host == "localhost" || !host.contains('.') || ip(host)) {
        true => next.run(request).await,
        false => page(StatusCode::MISDIRECTED_REQUEST, TEXT, "ask by address\n".to_owned()),
    }
}

/// A connection that is being answered does not make room for another, as one does that only sits there.
async fn answered(ConnectInfo(Caller(place)): ConnectInfo<Caller>, request: Request, next: Next) -> Response {
    let _kept = place.keep();
    next.run(request).await
}

/// What there is to ask for.
async fn show_pages() -> Response {
    const PAGES: &str = "atalaia\n\n\
        /status   feeds, sinks and engine as JSON\n\
        /readyz   whether the daemon works; reasons and warnings as JSON\n\
        /healthz  whether the main loop makes progress\n\
        /metrics  for Prometheus\n";
    page(StatusCode::OK, TEXT, PAGES.to_owned())
}

async fn show_metrics(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    match metrics(&view, age, &pages.counted().await) {
        Ok(text) => page(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text),
        Err(error) => page(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
    }
}

/// Whether the loop gets on; nothing else, so that nobody restarts a daemon for a full disk.
async fn show_health(State(pages): State<Pages>) -> Response {
    let (_, age) = pages.view();
    match age < STALLED {
        true => page(StatusCode::OK, TEXT, "ok\n".to_owned()),
        false => page(
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            format!("the main loop has made no progress for {} s\n", age.as_secs()),
        ),
    }
}

async fn show_readiness(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    let health = health(&view, age);
    let status = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &health)
}

async fn show_status(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    json(StatusCode::OK, &status(&view, age, &pages.counted().await))
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Truths, numbers, texts and lists of them.
    let text = serde_json::to_string(value).expect("plain data");
    page(status, "application/json", format!("{text}\n"))
}

const TEXT: &str = "text/plain; charset=utf-8";

fn page(status: StatusCode, kind: &'static str, text: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, text).into_response()
}
