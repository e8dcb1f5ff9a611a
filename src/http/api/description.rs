//! The description of the API (OpenAPI 3.1), and the pages about its problems.

use axum::extract::State;
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi;

use crate::http::page::found;

/// The head of the description; the routes add themselves.
#[derive(OpenApi)]
#[openapi(info(
    title = "Atalaia",
    description = "Alerts, cases and vessels of one watch. Every route names the right that it asks for as `x-right`.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
pub(super) struct Description;

/// Serves the description that was collected at the start.
#[utoipa::path(get, path = "/openapi.json", tag = "description",
    responses((status = 200, description = "This document")))]
pub(super) async fn show(State(document): State<std::sync::Arc<openapi::OpenApi>>) -> Response {
    found(&*document)
}
