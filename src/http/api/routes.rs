//! A set of routes, each behind the right that it states, and with who causes its requests.

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::description::Description;
use super::sources::Sources;
use crate::http::access::{Cause, Right, admit};

/// Prefix of all routes.
pub(in crate::http) const PREFIX: &str = "/api/v1";

/// Collects routes, each with its right.
pub(in crate::http) struct Routes {
    /// The routes so far, and their descriptions.
    router: OpenApiRouter<Sources>,
    /// For the gate in front of each route.
    sources: Sources,
}

impl Routes {
    /// No routes yet.
    pub(super) fn new(sources: Sources) -> Routes {
        Routes { router: OpenApiRouter::new(), sources }
    }

    /// The routes below [`PREFIX`], and their description.
    pub(super) fn finish(self) -> (Router, Document) {
        // `nest` keeps the head of the outer router only.
        let outer = OpenApiRouter::with_openapi(Description::openapi());
        let (router, document) = outer.nest(PREFIX, self.router).split_for_parts();
        (router.with_state(self.sources), document)
    }

    /// Adds the methods of one path, all behind the same right. The description of each gets the right as `x-right`. Requests count as use
    /// of the session.
    pub(in crate::http) fn add(self, right: Right, methods: UtoipaMethodRouter<Sources>) -> Routes {
        self.gated(right, Cause::Reader, methods)
    }

    /// The same for what a page reads again and again on its own: that does not keep a session from idling.
    pub(in crate::http) fn add_polled(self, right: Right, methods: UtoipaMethodRouter<Sources>) -> Routes {
        self.gated(right, Cause::Page, methods)
    }

    /// Adds the methods of one path behind the gate.
    fn gated(mut self, right: Right, cause: Cause, methods: UtoipaMethodRouter<Sources>) -> Routes {
        let (schemas, mut paths, router) = methods;
        for item in paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten();
            for operation in operations {
                let named = serde_json::to_value(right).unwrap_or_default();
                operation.extensions.get_or_insert_default().insert("x-right".to_owned(), named);
            }
        }
        let router = router.layer(from_fn_with_state((self.sources.access.clone(), right, cause), admit));
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
