//! The routes and their rights.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use utoipa::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::description::{self, Description};
use super::sources::Sources;
use super::{
    acts, alerts, audit, cases, deliveries, events, map, me, picture, session, silences, status, tokens, users,
    vessels, violations,
};
use crate::http::access::{Right, admit};
use crate::http::problem::Problem;

/// Prefix of all routes.
const PREFIX: &str = "/api/v1";

/// Collects routes, each with its right.
pub(in crate::http) struct Routes {
    /// The routes so far, and their descriptions.
    router: OpenApiRouter<Sources>,
    /// For the gate in front of each route.
    sources: Sources,
}

impl Routes {
    /// Adds the methods of one path, all behind the same right. The description of each gets the right as `x-right`.
    pub(in crate::http) fn add(mut self, right: Right, methods: UtoipaMethodRouter<Sources>) -> Routes {
        let (schemas, mut paths, router) = methods;
        for item in paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten();
            for operation in operations {
                let named = serde_json::to_value(right).unwrap_or_default();
                operation.extensions.get_or_insert_default().insert("x-right".to_owned(), named);
            }
        }
        let router = router.layer(from_fn_with_state((self.sources.access.clone(), right), admit));
        self.router = self.router.routes((schemas, paths, router));
        self
    }
}

/// Hands something that several routes have in common to the handlers of one of them, as an extension.
pub(in crate::http) fn shared<T: Clone + Send + Sync + 'static>(
    common: &Extension<T>,
    methods: UtoipaMethodRouter<Sources>,
) -> UtoipaMethodRouter<Sources> {
    let (schemas, paths, router) = methods;
    (schemas, paths, router.layer(common.clone()))
}

/// All routes of the API. The caller adds what holds for the whole listener.
pub(in crate::http) fn router(sources: Sources) -> Router {
    let routes = Routes { router: OpenApiRouter::with_openapi(Description::openapi()), sources: sources.clone() };
    let routes = session::add(routes);
    let routes = me::add(routes);
    let routes = users::add(routes);
    let routes = tokens::add(routes);
    let routes = violations::add(routes);
    let routes = alerts::add(routes);
    let routes = cases::add(routes);
    let routes = vessels::add(routes);
    let routes = status::add(routes);
    let routes = audit::add(routes);
    let routes = picture::add(routes);
    let routes = map::add(routes);
    let routes = acts::add(routes);
    let routes = events::add(routes);
    let routes = silences::add(routes);
    let routes = deliveries::add(routes);
    let (router, document) = OpenApiRouter::new().nest(PREFIX, routes.router).split_for_parts();
    let described =
        Router::new().route(&format!("{PREFIX}/openapi.json"), get(description::show)).with_state(Arc::new(document));
    router.with_state(sources).merge(described).fallback(unknown)
}

/// A path that is not a route.
async fn unknown() -> Problem {
    Problem::not_found("there is no such route; /api/v1/openapi.json lists them")
}
