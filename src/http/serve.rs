//! The thread that serves the pages.
//!
//! The thread has a runtime of its own, so a page cannot delay the engine, and an engine that hangs cannot delay the page that shows it.
//! Reading from the disk runs on further threads with a time limit, for the same reason.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::ask::Asker;
use super::endpoint::Endpoint;
use super::health::{STALLED, health};
use super::hosts::Hosts;
use super::listener::{Caller, PageListener};
use super::metrics::{Beside, metrics};
use super::page::{TEXT, found, json, page};
use super::process::process;
use super::questions;
use super::settings::Settings;
use super::status::{Identity, OwnStatus, status};
use super::traffic::Traffic;
use super::view::View;
use crate::platform::clock::Clock;
use crate::platform::service::Sockets;
use crate::storage::{journal, store};

/// Name of the socket that the service manager may open for the pages.
pub const NAME: &str = "http";
/// Maximum lifetime of a connection. If all places are taken, an idle connection is closed even earlier.
/// A page takes milliseconds. Keeping a connection open between scrapes would only hold its place.
const LIFE: Duration = Duration::from_secs(10);
/// Maximum time a page waits for values from the disk.
/// Within the usual time-out of a scrape, 10 s.
const COUNTING: Duration = Duration::from_secs(5);

/// The data that the pages are made from.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The last view that the main loop published.
    pub view: watch::Receiver<Arc<View>>,
    /// Path of the store's file; `None` without a store.
    pub store: Option<PathBuf>,
    /// Folder of the journal; `None` without a journal.
    pub journal: Option<PathBuf>,
    /// Clock that measures the age of a view.
    pub clock: Clock,
    /// The way for questions to the main loop.
    pub asker: Asker,
}

impl Pages {
    /// Serves the pages from a separate thread until `stop` is cancelled. If the address is in use, it is tried again at intervals.
    pub fn serve(self, settings: Settings, sockets: Arc<Sockets>, stop: CancellationToken) -> io::Result<()> {
        let allowed = settings.clone();
        let endpoint = Endpoint {
            name: NAME,
            serves: "the pages",
            address: settings.address.clone(),
            allows: Box::new(move |address| allowed.allows(address)),
            advice: "http.allow_remote = true allows it",
            sockets,
            clock: self.clock,
        };
        let stopped = stop.clone();
        endpoint.serve(stop, async move |listener, address| {
            info!(%address, "serving /metrics, /healthz, /readyz and /status");
            let pages = PageListener::new(listener, settings.max_connections, LIFE);
            let serving = axum::serve(pages, self.router(settings.allow_remote, address)).into_future();
            tokio::select! {
                () = stopped.cancelled() => {}
                // Only a failure of the server itself ends it earlier.
                Err(error) = serving => error!(%error, "serving the pages has failed"),
            }
            Ok(())
        })
    }

    /// Builds the routes. If `by_name` is set, requests for the pages may use any host name; otherwise only an address or a local name.
    /// Questions are answered only on an address that other machines cannot reach, because there is no log-in, and never by host name.
    fn router(&self, by_name: bool, address: SocketAddr) -> IntoMakeServiceWithConnectInfo<Router, Caller> {
        let answers = address.ip().is_loopback();
        let list = move || async move { show_pages(answers) };
        let pages = Router::new()
            .route("/", get(list))
            .route("/metrics", get(show_metrics))
            .route("/healthz", get(show_health))
            .route("/readyz", get(show_readiness))
            .route("/status", get(show_status))
            .with_state(self.clone());
        // A host name may be how other machines reach the pages, so it cannot be refused then.
        let pages = if by_name { pages } else { pages.layer(from_fn(named_by_address)) };
        let pages = match answers {
            true => pages.merge(
                questions::router(self.asker.clone(), self.store.clone(), self.clock).layer(from_fn(named_by_address)),
            ),
            false => pages,
        };
        pages.layer(from_fn(answered)).into_make_service_with_connect_info::<Caller>()
    }

    /// The current view and its age.
    fn view(&self) -> (Arc<View>, Duration) {
        let view = Arc::clone(&self.view.borrow());
        let age = self.clock.moment().since(view.seen);
        (view, age)
    }

    /// Reads values from the disk. Values that are not available in time are left out, so that a hanging disk cannot block the page that
    /// shows it.
    async fn counted(self) -> Beside {
        let counted = tokio::task::spawn_blocking(move || self.beside());
        match timeout(COUNTING, counted).await {
            Ok(Ok(beside)) => beside,
            _ => Beside { process: process(), ..Beside::default() },
        }
    }

    /// Backlog of all sinks; empty if it cannot be read in time.
    async fn undelivered(self) -> Vec<store::Backlog> {
        let Some(path) = self.store else {
            return Vec::new();
        };
        let now = self.clock.now();
        let counted = tokio::task::spawn_blocking(move || store::backlog(&path, now).unwrap_or_default());
        timeout(COUNTING, counted).await.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// Reads the values; may block on the disk.
    fn beside(&self) -> Beside {
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |found| found.len());
        let log = |path: &PathBuf| {
            let mut name = path.clone().into_os_string();
            // SQLite keeps its write-ahead log beside the database, and it may be larger than that.
            name.push("-wal");
            PathBuf::from(name)
        };
        Beside {
            process: process(),
            backlog: self.store.as_ref().and_then(|path| store::backlog(path, self.clock.now()).ok()),
            store_bytes: self.store.as_ref().map(|path| size(path) + size(&log(path))),
            journal: self.journal.as_ref().and_then(|folder| journal::usage(folder).ok()),
        }
    }
}

/// Refuses host names that are not those of this machine.
async fn named_by_address(request: Request, next: Next) -> Response {
    match Hosts::Local(None).allow(&request) {
        true => next.run(request).await,
        false => page(StatusCode::MISDIRECTED_REQUEST, TEXT, "ask by address\n".to_owned()),
    }
}

/// Keeps a connection from being displaced while its request is answered.
async fn answered(ConnectInfo(Caller(place)): ConnectInfo<Caller>, request: Request, next: Next) -> Response {
    let _kept = place.keep();
    next.run(request).await
}

/// Lists the available pages.
fn show_pages(answers: bool) -> Response {
    const PAGES: &str = "atalaia\n\n\
        /status   feeds, sinks and engine as JSON\n\
        /readyz   whether the daemon works; reasons and warnings as JSON\n\
        /healthz  whether the main loop makes progress\n\
        /metrics  for Prometheus\n";
    let questions = if answers { format!("\n{}", questions::ENDPOINTS) } else { String::new() };
    page(StatusCode::OK, TEXT, format!("{PAGES}{questions}"))
}

/// The page for Prometheus.
async fn show_metrics(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    match metrics(&view, age, &pages.counted().await, Traffic::of_process()) {
        Ok(text) => page(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text),
        Err(error) => page(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
    }
}

/// Whether the main loop makes progress. It checks nothing else, so that a supervisor does not restart the daemon because of a full disk.
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

/// Status 503 if there is a reason why the daemon does not do its work. Warnings alone do not change the status.
async fn show_readiness(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    let health = health(&view, age).and_undelivered(&view, &pages.undelivered().await);
    let status = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &health)
}

/// The page for people. Always status 200: it shows problems instead of being one.
async fn show_status(State(pages): State<Pages>) -> Response {
    let (view, age) = pages.view();
    let daemon = Identity::of(&view, pages.store.as_deref());
    found(&OwnStatus { daemon, status: status(&view, age, &pages.counted().await) })
}
