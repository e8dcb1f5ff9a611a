//! Answers with an entity tag: a client that has the same already gets 304 and no body.

use axum::body::Bytes;
use axum::http::header::{ETAG, IF_NONE_MATCH, LINK};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::page::page;

/// The member for engine time in a body before the time is filled in.
const NO_TIME: &str = "\"at\":null";

/// A body of JSON text and its entity tag. Cheap to clone: all responses send the same bytes.
#[derive(Clone, Debug)]
pub(in crate::http) struct Answer {
    /// The body, with a line feed at its end.
    pub(in crate::http) body: Bytes,
    /// The entity tag, in quotation marks.
    pub(in crate::http) etag: String,
    /// Address of the next page; `None` without one.
    pub(in crate::http) next: Option<String>,
}

impl Answer {
    /// The value as body, with a hash of it as entity tag.
    pub(in crate::http) fn hashed(value: &impl Serialize) -> Answer {
        Answer::timed(value, None)
    }

    /// The same with engine time as its member `at`, which must be null in `value` and come after every member that has a member `at`
    /// itself. The time is not part of the entity tag: it changes every second, and what differs in nothing else is the same.
    pub(in crate::http) fn timed(value: &impl Serialize, at: Option<&str>) -> Answer {
        // Plain data always serialises.
        let mut text = serde_json::to_string(value).unwrap_or_default();
        let digest = Sha256::digest(text.as_bytes());
        let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        if let (Some(at), Some(place)) = (at, text.rfind(NO_TIME)) {
            text.replace_range(place..place + NO_TIME.len(), &format!("\"at\":\"{at}\""));
        }
        Answer::tagged(text, format!("\"{short}\""))
    }

    /// A text of JSON with this entity tag, in quotation marks.
    pub(in crate::http) fn tagged(mut text: String, etag: String) -> Answer {
        text.push('\n');
        Answer { body: text.into(), etag, next: None }
    }

    /// The response: 304 if the request has the same entity tag already.
    pub(in crate::http) fn response(self, headers: &HeaderMap) -> Response {
        let same = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|given| {
            given.trim() == "*" || given.split(',').any(|one| one.trim().trim_start_matches("W/") == self.etag)
        });
        let mut response = match same {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => page(StatusCode::OK, "application/json", self.body),
        };
        // Tags and addresses are of our own making, in ASCII.
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            response.headers_mut().insert(ETAG, etag);
        }
        let link = self.next.map(|next| format!("<{next}>; rel=\"next\""));
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}
