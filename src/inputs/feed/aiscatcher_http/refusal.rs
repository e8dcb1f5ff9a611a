//! Posts that are refused: the response to the client, the counters and the log message.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::warn;

use super::body::MAX_BODY;
use crate::inputs::Port;
use crate::telemetry::RefusedPost;

/// `Retry-After` of a busy response, in seconds.
const AGAIN: &str = "10";
/// Minimum interval between two log messages.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Why a batch was refused. The text is the body of the response.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("authentication required")]
    Unauthorised,
    #[error("busy, try again later")]
    Busy,
    #[error("too many connections, in all or from this address; try again later")]
    Full,
    #[error("the request header did not arrive in time")]
    NoHead,
    #[error("longer than {} MiB", MAX_BODY >> 20)]
    TooLong,
    #[error("the body arrived too slowly")]
    Slow,
    #[error("unsupported content encoding; use gzip or none")]
    Packing,
    #[error("{0}")]
    Body(String),
}

impl Refusal {
    fn why(&self) -> RefusedPost {
        match self {
            Refusal::Unauthorised => RefusedPost::Unauthorised,
            Refusal::Busy | Refusal::Full => RefusedPost::Busy,
            Refusal::NoHead => RefusedPost::NoHead,
            Refusal::TooLong => RefusedPost::TooLong,
            Refusal::Slow => RefusedPost::Slow,
            Refusal::Packing => RefusedPost::Packing,
            Refusal::Body(_) => RefusedPost::Body,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let text = format!("{self}\n");
        match self {
            Refusal::Unauthorised => {
                let headers = [(WWW_AUTHENTICATE, "Basic realm=\"atalaia\""), (CONNECTION, "close")];
                (StatusCode::UNAUTHORIZED, headers, text).into_response()
            }
            Refusal::Busy | Refusal::Full => {
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, AGAIN)], text).into_response()
            }
            Refusal::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, text).into_response(),
            Refusal::NoHead | Refusal::Slow => (StatusCode::REQUEST_TIMEOUT, text).into_response(),
            Refusal::Packing => (StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response(),
            Refusal::Body(_) => (StatusCode::BAD_REQUEST, text).into_response(),
        }
    }
}

/// Refused posts not yet logged.
#[derive(Default)]
pub(super) struct Untold(Mutex<Since>);

#[derive(Default)]
struct Since {
    told: Option<Instant>,
    posts: u64,
}

impl Untold {
    /// Counts a refusal and logs it if one is due; nothing of what was sent is logged.
    pub(super) fn count(&self, port: &Port, peer: SocketAddr, refusal: &Refusal) {
        let why = refusal.why();
        port.counters.refuse(why);
        if let Some(posts) = self.due(Instant::now()) {
            warn!(input = %port.settings.name, posts, last_peer = %peer, last_reason = why.name(), "posts refused");
        }
    }

    /// The number of posts to log, including this one, if a message is due.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.posts += 1;
        if since.told.is_some_and(|told| now < told + TELL_EVERY) {
            return None;
        }
        since.told = Some(now);
        Some(std::mem::take(&mut since.posts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_logged_at_once_and_then_once_a_minute() {
        let untold = Untold::default();
        let began = Instant::now();
        let told: Vec<Option<u64>> =
            [0, 1, 59, 60, 61, 300].map(|seconds| untold.due(began + Duration::from_secs(seconds))).into();
        assert_eq!(told, [Some(1), None, None, Some(3), None, Some(2)]);
    }
}
