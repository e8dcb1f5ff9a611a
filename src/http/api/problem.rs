//! What is wrong with a request, as RFC 9457 asks for it.
//!
//! The body has the members `type`, `title`, `status` and `detail`. `type` is a relative reference that stays the same for a kind of
//! problem, so programs can tell the kinds apart.

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::ask::NoAnswer;
use crate::http::page::page;

/// A request that cannot be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    /// Status of the response.
    status: StatusCode,
    /// Last part of `type`.
    name: &'static str,
    /// The kind of problem in words, the same for all of its kind.
    title: &'static str,
    /// What is wrong with this request and what to write instead.
    detail: String,
}

/// The members of RFC 9457, in its order.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    /// As in [`Problem`].
    title: &'a str,
    /// The status of the response again, for programs that keep only the body.
    status: u16,
    /// As in [`Problem`].
    detail: &'a str,
}

/// `Retry-After` of an answer that may be given later, in seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

impl Problem {
    /// A parameter is unknown, missing or wrong.
    pub(super) fn parameter(detail: impl Into<String>) -> Problem {
        let (status, name, title) = (StatusCode::BAD_REQUEST, "parameter", "a parameter cannot be used");
        Problem { status, name, title, detail: detail.into() }
    }

    /// There is no such thing.
    pub(super) fn not_found(detail: impl Into<String>) -> Problem {
        Problem { status: StatusCode::NOT_FOUND, name: "not-found", title: "not found", detail: detail.into() }
    }

    /// The daemon has too much to do.
    pub(super) fn busy(detail: impl Into<String>) -> Problem {
        Problem { status: StatusCode::SERVICE_UNAVAILABLE, name: "busy", title: "busy", detail: detail.into() }
    }
}

impl From<NoAnswer> for Problem {
    fn from(why: NoAnswer) -> Problem {
        Problem::busy(match why {
            NoAnswer::Busy => "too many questions are waiting; ask again later",
            NoAnswer::Late => "the main loop did not answer in time; ask again later",
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("/problems/{}", self.name),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
        };
        // Plain text and a number always serialise.
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = page(self.status, "application/problem+json", format!("{text}\n"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, AGAIN);
        }
        response
    }
}
