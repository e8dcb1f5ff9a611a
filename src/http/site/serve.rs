//! The thread that serves the API and the console.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::guard::{bounded, by_connection, counted, dressed, of_this_host};
use super::listener::{Caller, SiteListener};
use crate::http::access::{Access, Secret, Settings};
use crate::http::api::{Sources, router};
use crate::http::ask::Asker;
use crate::http::body::LONGEST;
use crate::http::console;
use crate::http::endpoint::Endpoint;
use crate::http::hosts::Hosts;
use crate::http::view::View;
use crate::platform::clock::Clock;
use crate::platform::net::ServerTls;
use crate::platform::service::Sockets;
use crate::storage::store::{self, Bootstrap};
use atalaia_core::base::time::Span;

/// Name of the socket that the service manager may open for the API.
pub const NAME: &str = "api";
/// How long the token for the first administrator is valid.
const FIRST: Span = Span::from_seconds(15 * 60);
/// Time that requests have to finish when the daemon stops.
const LAST: Duration = Duration::from_secs(2);

/// What the API and the console are made from.
#[derive(Clone, Debug)]
pub struct Site {
    /// The last view that the main loop published.
    pub view: watch::Receiver<Arc<View>>,
    /// Path of the store's file.
    pub store: PathBuf,
    /// Folder of the journal; `None` without one.
    pub journal: Option<PathBuf>,
    /// Wall clock and steady clock.
    pub clock: Clock,
    /// The way for questions to the main loop.
    pub asker: Asker,
}

impl Site {
    /// Serves from a separate thread until `stop` is cancelled. If the address is in use, it is tried again at intervals. If nobody may sign
    /// in yet, a token for making the first administrator is logged.
    ///
    /// # Errors
    /// If the certificate cannot be used, the store cannot be written, or the thread cannot be started.
    pub fn serve(self, settings: Settings, sockets: Arc<Sockets>, stop: CancellationToken) -> io::Result<()> {
        let tls =
            ServerTls::new(&settings.tls, self.clock).map_err(|error| io::Error::other(format!("api.tls: {error}")))?;
        self.bootstrap()?;
        let allowed = settings.clone();
        let endpoint = Endpoint {
            name: NAME,
            serves: "the API",
            address: settings.address.clone(),
            allows: Box::new(move |address| allowed.allows(address)),
            advice: "set [api.tls], or api.allow_remote = true",
            sockets,
            clock: self.clock,
        };
        let stopped = stop.clone();
        endpoint.serve(stop, async move |listener, address| {
            let listener = SiteListener::new(listener, settings.max_connections, tls.clone())?;
            self.serve_with(listener, address, &settings, tls.is_some(), &stopped).await;
            Ok(())
        })
    }

    /// Logs a token for making the first administrator, if there are no people yet. A restart makes a new one.
    fn bootstrap(&self) -> io::Result<()> {
        let secret = Secret::fresh()?;
        let until = self.clock.now() + FIRST;
        let needed = store::bootstrap(&self.store, &secret.digest(), until).map_err(io::Error::other)?;
        if needed == Bootstrap::Needed {
            let token = secret.expose();
            warn!(%until, token, "nobody may sign in yet: make the first administrator with this token at /login#token=TOKEN");
        }
        Ok(())
    }

    /// Serves until `stop` is cancelled. Only a failure of the server itself ends it earlier.
    async fn serve_with(
        &self,
        listener: SiteListener,
        address: SocketAddr,
        settings: &Settings,
        secure: bool,
        stop: &CancellationToken,
    ) {
        info!(%address, tls = secure, "serving the API and the console");
        let pages = match console::router() {
            Ok(pages) => pages,
            Err(error) => return error!(%error, "cannot prepare the console"),
        };
        let routes = self.routes(pages, settings, secure, address);
        let routes = routes.into_make_service_with_connect_info::<Caller>();
        let stopping = stop.clone();
        let serving = axum::serve(listener, routes)
            .with_graceful_shutdown(async move { stopping.cancelled().await })
            .into_future();
        let late = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST).await;
        };
        tokio::select! {
            () = late => {}
            ended = serving => {
                if let Err(error) = ended {
                    error!(%error, "serving the API has failed");
                }
            }
        }
    }

    /// All routes, and what holds for each. The last layer is the first that a request meets.
    fn routes(&self, pages: Router, settings: &Settings, secure: bool, address: SocketAddr) -> Router {
        let access = Access::new(&self.store, self.clock, settings.clone(), secure).watching(self.view.clone());
        let sources = Sources::new(self.store.clone(), self.asker.clone(), self.view.clone(), self.clock);
        let hosts = match address.ip().is_loopback() {
            true => Hosts::Local(settings.public_host().map(Arc::from)),
            false => Hosts::Any,
        };
        router(sources.with_access(access).with_journal(self.journal.clone()))
            .merge(pages)
            .layer(DefaultBodyLimit::max(LONGEST))
            .layer(from_fn(bounded))
            .layer(from_fn_with_state(hosts, of_this_host))
            .layer(from_fn(by_connection))
            .layer(from_fn(dressed))
            .layer(from_fn(counted))
    }
}
