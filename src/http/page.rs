//! Responses: their bodies and the headers that all of them have.
//!
//! Nothing is cached, because a page shows the present, and browsers must not guess another content type.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Content type of plain text.
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// A response with a JSON body.
/// Ends in a line feed, so that it can be read in a terminal.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Plain structs, lists and maps with string keys always serialise.
    let text = serde_json::to_string(value).expect("plain data");
    page(status, "application/json", format!("{text}\n"))
}

/// A JSON response with status 200.
pub(super) fn found(value: &impl Serialize) -> Response {
    json(StatusCode::OK, value)
}

/// A response with a body of this content type.
pub(super) fn page(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body.into()).into_response()
}
