//! All routes of the API.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::description;
use super::routes::{PREFIX, Routes};
use super::sources::Sources;
use super::{
    acts, alerts, audit, case_acts, cases, deliveries, events, map, me, picture, session, silences, status, tokens,
    users, vessels, violations,
};
use crate::http::problem::Problem;

/// All routes of the API. The caller adds what holds for the whole listener.
pub(in crate::http) fn router(sources: Sources) -> Router {
    let routes = Routes::new(sources);
    let routes = session::add(routes);
    let routes = me::add(routes);
    let routes = users::add(routes);
    let routes = tokens::add(routes);
    let routes = violations::add(routes);
    let routes = alerts::add(routes);
    let routes = cases::add(routes);
    let routes = case_acts::add(routes);
    let routes = vessels::add(routes);
    let routes = status::add(routes);
    let routes = audit::add(routes);
    let routes = picture::add(routes);
    let routes = map::add(routes);
    let routes = acts::add(routes);
    let routes = events::add(routes);
    let routes = silences::add(routes);
    let routes = deliveries::add(routes);
    let (router, document) = routes.finish();
    let described =
        Router::new().route(&format!("{PREFIX}/openapi.json"), get(description::show)).with_state(Arc::new(document));
    router.merge(described).fallback(unknown)
}

/// A path that is not a route.
async fn unknown() -> Problem {
    Problem::not_found("there is no such route; /api/v1/openapi.json lists them")
}
