//! What became of an act, as a response.

use axum::http::header::ETAG;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::http::page::page;
use crate::http::problem::Problem;
use crate::storage::store::{ActOutcome, AlertItem};

/// The alert after an act, or the problem.
pub(super) fn outcome(outcome: ActOutcome) -> Result<Box<AlertItem>, Problem> {
    match outcome {
        ActOutcome::Done(item) => Ok(item),
        ActOutcome::Stale(item) => Err(Problem::stale("the alert has changed since; look at it again", item.value())),
        ActOutcome::Missing => Err(Problem::not_found("there is no such alert")),
        ActOutcome::Refused(text) => Err(Problem::refused(text)),
        ActOutcome::Lowers => Err(Problem::forbidden("your roles do not allow you to lower a marking")),
    }
}

/// A response with this body.
pub(super) fn response(status: u16, body: String, etag: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = page(status, "application/json", body);
    if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// The problem of a key that was used for another request.
pub(super) fn reused() -> Problem {
    Problem::conflict("Idempotency-Key: was used for another request within the last 24 hours; use a new one")
}
