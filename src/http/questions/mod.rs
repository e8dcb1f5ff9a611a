//! Questions of local commands, below `/api/v1` of the monitoring pages: read only, without a log-in, and only where the listener cannot be
//! reached from other machines.
//!
//! Each file is one endpoint. It reads the parameters, puts the question, and returns the answer as JSON. What is wrong with a request is
//! answered as `application/problem+json` (RFC 9457).
//!
//! An endpoint asks the running engine. The two ways to it differ in cost: `near` reads the published picture, which may be 1.5 s old. All
//! others put a question to the loop, so their answer is as fresh as the last report.

mod explanations;
mod near;
mod sources;
mod vessel;
mod who;

use std::path::PathBuf;

use axum::Router;
use axum::routing::get;

use self::sources::Sources;
use super::ask::Asker;
use super::problem::Problem;
use crate::platform::clock::Clock;

/// The endpoints in words, for the list of pages.
pub(super) const ENDPOINTS: &str = "\
        /api/v1/vessels?near=LAT,LON&radius_nm=R    vessels near a place\n\
        /api/v1/vessels/MMSI                        what is known of a vessel\n\
        /api/v1/vessels/MMSI/explanations           what it lacks for an alert\n\
        /api/v1/who?near=LAT,LON&radius_nm=R&from=T&to=T  who stopped, slowed, met or was dark there\n";

/// The routes of all endpoints.
/// The caller adds the checks of the connection and of the host name.
pub(super) fn router(asker: Asker, store: Option<PathBuf>, clock: Clock) -> Router {
    Router::new()
        .route(near::PATH, get(near::show))
        .route(vessel::PATH, get(vessel::show))
        .route(explanations::PATH, get(explanations::show))
        .route(who::PATH, get(who::show))
        .route("/api/{*rest}", get(unknown))
        .with_state(Sources::new(asker, store, clock))
}

/// A path below `/api` that is not an endpoint gets a problem in JSON, not a plain 404.
async fn unknown() -> Problem {
    Problem::not_found("there is no such endpoint; / lists them")
}
