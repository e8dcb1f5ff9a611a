//! Reports of browsers about what the content security policy has stopped. They are counted: one means a fault in the console, or an attack.

use axum::body::Bytes;
use axum::http::StatusCode;
use tracing::debug;
use utoipa_axum::routes;

use super::routes::Routes;
use crate::http::access::Right;
use crate::http::traffic::Traffic;

/// Adds the routes of this file.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add(Right::Open, routes!(count))
}

/// Counts a report of a browser. What it says is not kept: anybody may send one.
#[utoipa::path(post, path = "/csp", tag = "description", request_body(content = String, content_type = "application/csp-report"),
    responses(
        (status = 204, description = "Counted"),
        (status = 413, description = "The body is too large"),
        (status = 429, description = "Too many requests"),
        (status = 503, description = "Busy")))]
async fn count(report: Bytes) -> StatusCode {
    Traffic::of_process().policy_reports.inc();
    debug!(bytes = report.len(), "a browser reports a violation of the content security policy");
    StatusCode::NO_CONTENT
}
