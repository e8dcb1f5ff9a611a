//! Posts that are refused: the response to the client, the counters and the log message.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::inputs::port::Port;
use crate::platform::net::LogLimit;
use crate::platform::telemetry::RefusedPost;

/// `Retry-After` of a busy response, in seconds.
const AGAIN: &str = "10";
/// Minimum interval between two log messages.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Why a batch was refused. The text is the body of the response.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No credentials, or wrong ones. The two are not distinguished.
    #[error("authentication required")]
    Unauthorised,
    /// No memory, no turn or no room in the channel to the main loop in time.
    #[error("busy, try again later")]
    Busy,
    /// All places that the address or all clients may have are taken.
    #[error("too many connections, in all or from this address; try again later")]
    Full,
    /// The connection did not authenticate in time, or its place was needed for another.
    #[error("the request header did not arrive in time")]
    NoHead,
    #[error("longer than {} MiB", most >> 20)]
    TooLong {
        /// Maximum size of a body, in bytes.
        most: usize,
    },
    /// Slower than the minimum speed of a body.
    #[error("the body arrived too slowly")]
    Slow,
    /// Neither gzip nor plain.
    #[error("unsupported content encoding; use gzip or none")]
    Packing,
    /// Not complete, not gzip or not a batch; the text says which.
    #[error("{0}")]
    Body(String),
}

impl Refusal {
    /// Label of the counter of refused posts.
    fn why(&self) -> RefusedPost {
        match self {
            Refusal::Unauthorised => RefusedPost::Unauthorised,
            Refusal::Busy | Refusal::Full => RefusedPost::Busy,
            Refusal::NoHead => RefusedPost::NoHead,
            Refusal::TooLong { .. } => RefusedPost::TooLong,
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
                // Closed at once, so that a client without credentials does not keep its place.
                let headers = [(WWW_AUTHENTICATE, "Basic realm=\"atalaia\""), (CONNECTION, "close")];
                (StatusCode::UNAUTHORIZED, headers, text).into_response()
            }
            Refusal::Busy | Refusal::Full => {
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, AGAIN)], text).into_response()
            }
            Refusal::TooLong { .. } => (StatusCode::PAYLOAD_TOO_LARGE, text).into_response(),
            Refusal::NoHead | Refusal::Slow => (StatusCode::REQUEST_TIMEOUT, text).into_response(),
            Refusal::Packing => (StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response(),
            Refusal::Body(_) => (StatusCode::BAD_REQUEST, text).into_response(),
        }
    }
}

/// Counts refused posts and logs them, at once and then at intervals.
/// A flood of refused posts must not become a flood of log lines. Shared by all connections of an input.
pub(super) struct RefusalLog(Mutex<LogLimit>);

impl Default for RefusalLog {
    fn default() -> RefusalLog {
        RefusalLog(Mutex::new(LogLimit::every(LOG_EVERY)))
    }
}

impl RefusalLog {
    /// Counts a refusal and logs it if a line is due; nothing of what was sent is logged.
    pub(super) fn count(&self, port: &Port, peer: SocketAddr, refusal: &Refusal) {
        let why = refusal.why();
        port.counters.refuse(why);
        let left_out = self.0.lock().unwrap_or_else(PoisonError::into_inner).next(port.clock.moment());
        if let Some(left_out) = left_out {
            let posts = left_out + 1;
            warn!(input = %port.settings.name, posts, last_peer = %peer, last_reason = why.name(), "posts refused");
        }
    }
}
