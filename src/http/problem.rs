//! What is wrong with a request, as RFC 9457 asks for it.
//!
//! The body has the members `type`, `title`, `status` and `detail`. `type` is a relative reference that stays the same for a kind of
//! problem, so programs can tell the kinds apart.

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::ask::NoAnswer;
use super::page::page;

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
    /// Each fault of the body or the filter, with the place of it.
    errors: Vec<Place>,
    /// The object as it stands, for a change that was based on an earlier state of it; `None` for all other problems. In a box, because
    /// a problem is the error of nearly every function here.
    current: Option<Box<Value>>,
    /// `Retry-After` in seconds; `None` if trying again does not help.
    again: Option<u64>,
}

/// One fault of a request, and where it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Place {
    /// JSON Pointer into the body, or the name of a parameter.
    pub(super) pointer: String,
    /// What is wrong there and what to write instead.
    pub(super) detail: String,
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
    /// As in [`Problem`]; left out if there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Place],
    /// As in [`Problem`]; left out if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'a Value>,
}

impl Problem {
    /// A problem of a kind, without places.
    fn of(status: StatusCode, name: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
        let (errors, current) = (Vec::new(), None);
        let again = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        Problem { status, name, title, detail: detail.into(), errors, current, again }
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, as part of an answer that has several.
    pub(super) fn value(&self) -> Value {
        // Plain data always serialises.
        serde_json::to_value(self.members()).unwrap_or_default()
    }

    /// The members of the body.
    fn members(&self) -> Body<'_> {
        Body {
            r#type: format!("/problems/{}", self.name),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            current: self.current.as_deref(),
        }
    }

    /// A parameter is unknown, missing or wrong.
    pub(super) fn parameter(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::BAD_REQUEST, "parameter", "a parameter cannot be used", detail)
    }

    /// A parameter has faults at these places.
    pub(super) fn filter(detail: impl Into<String>, errors: Vec<Place>) -> Problem {
        Problem { errors, ..Problem::parameter(detail) }
    }

    /// The body of a request is not what the route expects.
    pub(super) fn body(detail: impl Into<String>, errors: Vec<Place>) -> Problem {
        let problem = Problem::of(StatusCode::BAD_REQUEST, "body", "the body cannot be used", detail);
        Problem { errors, ..problem }
    }

    /// The site asks what this request is for.
    pub(super) fn purpose(detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let place = Place { pointer: "X-Atalaia-Purpose".to_owned(), detail: detail.clone() };
        let problem = Problem::of(StatusCode::BAD_REQUEST, "purpose", "the purpose is missing", detail);
        Problem { errors: vec![place], ..problem }
    }

    /// The reader is not signed in, or no longer.
    pub(super) fn unauthenticated(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::UNAUTHORIZED, "unauthenticated", "not signed in", detail)
    }

    /// The reader lacks the right.
    pub(super) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::FORBIDDEN, "forbidden", "not allowed", detail)
    }

    /// A change by cookie without the header that proves its origin.
    pub(super) fn csrf(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::FORBIDDEN, "csrf", "the request does not come from the console", detail)
    }

    /// There is no such thing, or the reader may not see it.
    pub(super) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::NOT_FOUND, "not-found", "not found", detail)
    }

    /// The route does not know this method.
    pub(super) fn method(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::METHOD_NOT_ALLOWED, "method", "the method is not supported here", detail)
    }

    /// The request contradicts an earlier one, or something with this name exists.
    pub(super) fn conflict(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::CONFLICT, "conflict", "conflict", detail)
    }

    /// The object has changed since the reader read it. `current` is the object as it stands.
    pub(super) fn stale(detail: impl Into<String>, current: Value) -> Problem {
        let problem =
            Problem::of(StatusCode::PRECONDITION_FAILED, "stale", "changed by somebody else meanwhile", detail);
        Problem { current: Some(Box::new(current)), ..problem }
    }

    /// The request names a host that is not this machine.
    pub(super) fn misdirected(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::MISDIRECTED_REQUEST, "host", "this is another host", detail)
    }

    /// The body is longer than the route allows.
    pub(super) fn too_large(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large", detail)
    }

    /// The body is not JSON by its content type.
    pub(super) fn content_type(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", "another content type is expected", detail)
    }

    /// The act does not fit the state of the object.
    pub(super) fn refused(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::UNPROCESSABLE_ENTITY, "refused", "refused", detail)
    }

    /// More requests than are allowed; `seconds` is when to try again.
    pub(super) fn too_many(detail: impl Into<String>, seconds: u64) -> Problem {
        let problem = Problem::of(StatusCode::TOO_MANY_REQUESTS, "too-many", "too many requests", detail);
        Problem { again: Some(seconds), ..problem }
    }

    /// The daemon has too much to do.
    pub(super) fn busy(detail: impl Into<String>) -> Problem {
        Problem::of(StatusCode::SERVICE_UNAVAILABLE, "busy", "busy", detail)
    }
}

/// What a kind of problem means and what to do, by the last part of its `type`; `None` if there is no such kind.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "parameter" => "A parameter is unknown, missing, given twice or out of its range. The detail names it.",
        "body" => "The body is not what the route expects. `errors` has a JSON Pointer to each fault.",
        "purpose" => {
            "The site asks for the purpose of this request. Send the header X-Atalaia-Purpose with a word of /api/v1/me `purposes`."
        }
        "unauthenticated" => {
            "Sign in at /api/v1/session, or send a token as Authorization: Bearer. A session may be over."
        }
        "forbidden" => {
            "The reader is known but lacks the right that the route asks for. /api/v1/me lists the reader's rights."
        }
        "csrf" => "A request by cookie that the console has not made. Changes need the header X-Atalaia-Csrf.",
        "not-found" => "There is no such thing, or the reader's ceilings hide it. The answer is the same for both.",
        "method" => "The route does not know the method. The header Allow lists those that it knows.",
        "conflict" => "The request contradicts an earlier one with the same Idempotency-Key, or the name is taken.",
        "host" => "The request names a host that is not this machine. api.public_url in the settings allows one.",
        "stale" => "The object has changed since it was read. `current` is how it stands now.",
        "precondition-required" => "The route needs the header If-Match with the ETag of the object.",
        "too-large" => "The body is longer than the route allows.",
        "content-type" => "The body must be sent as application/json.",
        "refused" => "The act does not fit the state of the object. The detail says why.",
        "too-many" => {
            "More requests or attempts to sign in than are allowed. Retry-After says when to try again, in seconds."
        }
        "busy" => {
            "The daemon has too much to do or cannot use its store. Retry-After says when to try again, in seconds."
        }
        _ => return None,
    })
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
        // Plain data always serialises.
        let text = serde_json::to_string(&self.members()).unwrap_or_default();
        let mut response = page(self.status, "application/problem+json", format!("{text}\n"));
        if let Some(seconds) = self.again {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1, requires it. Browsers open no window of their own for this scheme.
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"atalaia\""));
        }
        response
    }
}
