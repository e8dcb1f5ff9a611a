//! Bodies of requests: JSON of a known shape and bounded length, or a problem that says what is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::problem::{Place, Problem};

/// Maximum length of a body, unless a route allows less. Bytes.
pub(super) const LONGEST: usize = 1024 * 1024;

/// The body of a request, read from JSON. Unknown members are refused by types that say so.
#[derive(Debug)]
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody<T>, Problem> {
        let headers = request.headers().clone();
        must_be_json(&headers)?;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Problem::body("the body ended early", Vec::new()),
            }
        })?;
        read(&headers, &bytes).map(JsonBody)
    }
}

/// Reads a body from JSON.
///
/// # Errors
/// `content-type` or `body`, with what is wrong.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &Bytes) -> Result<T, Problem> {
    must_be_json(headers)?;
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        // The position is more than a person needs if a member is at fault.
        let what = if error.is_data() { text.split(" at line ").next().unwrap_or_default().to_owned() } else { text };
        Problem::body(format!("the body is not as expected: {what}"), Vec::new())
    })
}

/// A problem unless the headers say that the body is JSON.
fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Problem::content_type("send the body as application/json")),
    }
}

/// The problem of a body beyond [`LONGEST`].
pub(super) fn too_large() -> Problem {
    Problem::too_large(format!("send at most {} KiB", LONGEST / 1024))
}

/// The problem of one member of a body.
pub(super) fn wrong(member: &str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    let place = Place { pointer: format!("/{member}"), detail: detail.clone() };
    Problem::body(format!("{member}: {detail}"), vec![place])
}
