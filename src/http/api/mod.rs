//! Questions over HTTP, below `/api/v1`: read only, and only where the listener cannot be reached from other machines.
//!
//! Each file is one endpoint. It reads the parameters, puts the question, and returns the answer as JSON. What is wrong with a request is
//! answered as `application/problem+json` (RFC 9457).

mod explanations;
mod near;
mod parameters;
mod problem;
mod vessel;
mod who;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::ask::Asker;
use super::page::json;
use crate::platform::clock::Clock;
use parameters::Parameters;
use problem::Problem;

/// Number of searches that may read the store at the same time.
const SEARCHES: usize = 2;

/// What the endpoints answer from.
#[derive(Clone, Debug)]
pub(super) struct Api {
    /// The way to the main loop.
    asker: Asker,
    /// Path of the store's file; `None` without a store.
    store: Option<PathBuf>,
    clock: Clock,
    searches: Arc<Semaphore>,
}

/// The endpoints in words, for the list of pages.
pub(super) const ENDPOINTS: &str = "\
        /api/v1/vessels?near=LAT,LON&radius_nm=R    vessels near a place\n\
        /api/v1/vessels/MMSI                        what is known of a vessel\n\
        /api/v1/vessels/MMSI/explanations           what it lacks for an alert\n\
        /api/v1/who?near=LAT,LON&radius_nm=R&from=T&to=T  who stopped, slowed, met or was dark there\n";

/// The routes of all endpoints.
pub(super) fn router(asker: Asker, store: Option<PathBuf>, clock: Clock) -> Router {
    let api = Api { asker, store, clock, searches: Arc::new(Semaphore::new(SEARCHES)) };
    Router::new()
        .route(near::PATH, get(near::show))
        .route(vessel::PATH, get(vessel::show))
        .route(explanations::PATH, get(explanations::show))
        .route(who::PATH, get(who::show))
        .route("/api/{*rest}", get(unknown))
        .with_state(api)
}

async fn unknown() -> Problem {
    Problem::not_found("there is no such endpoint; / lists them")
}

/// An answer with status 200.
fn found(answer: &impl Serialize) -> Response {
    json(axum::http::StatusCode::OK, answer)
}
