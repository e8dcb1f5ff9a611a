//! Bodies of requests: JSON of a known shape and bounded length, or a problem that says what is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
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
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" {
            return Err(Problem::content_type("send the body as application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Problem::body("the body ended early", Vec::new()),
            }
        })?;
        serde_json::from_slice(&bytes).map(JsonBody).map_err(|error| {
            let text = error.to_string();
            // The position is more than a person needs if a member is at fault.
            let what =
                if error.is_data() { text.split(" at line ").next().unwrap_or_default().to_owned() } else { text };
            Problem::body(format!("the body is not as expected: {what}"), Vec::new())
        })
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
