//! Answers with an entity tag: a client that has the same already gets 304 and no body.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The member for engine time in a body before the time is filled in.
const NO_TIME: &str = "\"at\":null";
/// Bytes of the digest that make an entity tag. It tells contents apart and protects nothing.
const DIGEST: usize = 12;
/// For what shows the present.
const NO_STORE: &str = "no-store";

/// A body with its entity tag. Cheap to clone: all responses send the same bytes.
#[derive(Clone, Debug)]
pub(in crate::http) struct Tagged {
    /// What is sent.
    pub(in crate::http) body: Bytes,
    /// The entity tag, in quotation marks.
    pub(in crate::http) etag: String,
    /// Address of the next page of a list; `None` without one.
    next: Option<String>,
    /// Content type of the body.
    kind: &'static str,
    /// How long a client may keep it without asking: the value of `Cache-Control`.
    keep: &'static str,
}

impl Tagged {
    /// A body with a hash of it as entity tag.
    pub(in crate::http) fn new(body: impl Into<Bytes>, kind: &'static str, keep: &'static str) -> Tagged {
        let body = body.into();
        let etag = hash(&body);
        Tagged::with_tag(body, etag, kind, keep)
    }

    /// A body with this entity tag, in quotation marks: digits, letters, points and hyphens.
    pub(in crate::http) fn with_tag(
        body: impl Into<Bytes>,
        etag: String,
        kind: &'static str,
        keep: &'static str,
    ) -> Tagged {
        Tagged { body: body.into(), etag, next: None, kind, keep }
    }

    /// The value as JSON, which ends in a line feed. Clients keep none of it.
    pub(in crate::http) fn json(value: &impl Serialize) -> Tagged {
        Tagged::timed(value, None)
    }

    /// The same with engine time as its member `at`, which must be null in `value` and come after every member that has a member `at`
    /// itself. The time is not part of the entity tag: it changes every second, and what differs in nothing else is the same.
    pub(in crate::http) fn timed(value: &impl Serialize, at: Option<&str>) -> Tagged {
        // Plain data always serialises.
        let mut text = serde_json::to_string(value).unwrap_or_default();
        let etag = hash(text.as_bytes());
        if let (Some(at), Some(place)) = (at, text.rfind(NO_TIME)) {
            text.replace_range(place..place + NO_TIME.len(), &format!("\"at\":\"{at}\""));
        }
        text.push('\n');
        Tagged::with_tag(text, etag, "application/json", NO_STORE)
    }

    /// The same with the address of the next page; `None` on the last one.
    pub(in crate::http) fn before(self, next: Option<String>) -> Tagged {
        Tagged { next, ..self }
    }

    /// The response: 304 if the request has the same entity tag already.
    pub(in crate::http) fn response(self, asked: &HeaderMap) -> Response {
        let mut response = match is_known(&self.etag, asked) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => ([(CONTENT_TYPE, self.kind)], self.body).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.keep));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Tags and addresses are of our own making, in ASCII.
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        let link = self.next.map(|next| format!("<{next}>; rel=\"next\""));
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            headers.insert(LINK, link);
        }
        response
    }
}

/// A hash of the content as entity tag.
fn hash(content: &[u8]) -> String {
    format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(content)[..DIGEST]))
}

/// Whether a request has this entity tag: `If-None-Match` is `*`, or a list with it. Weak ones count (RFC 9110, 13.1.2).
fn is_known(etag: &str, asked: &HeaderMap) -> bool {
    let lists = asked.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_client_that_has_the_same_gets_no_body() {
        let status = |known: &str| {
            let asked: HeaderMap = [(IF_NONE_MATCH, known.parse().expect("a value"))].into_iter().collect();
            Tagged::with_tag("text", "\"ab.1\"".to_owned(), "text/plain", "no-cache").response(&asked).status().as_u16()
        };
        for same in ["\"ab.1\"", "W/\"ab.1\"", "\"x\", \"ab.1\"", "*", " \"x\" ,W/\"ab.1\""] {
            assert_eq!(status(same), 304, "{same}");
        }
        for other in ["\"ab.2\"", "ab.1", "", "\"x\", \"y\""] {
            assert_eq!(status(other), 200, "{other}");
        }
    }

    #[test]
    fn the_time_is_in_the_body_and_not_in_the_tag() {
        let of = |at: Option<&str>| Tagged::timed(&json!({"items": [{"at": "2026"}], "at": null}), at);
        let (early, late) = (of(Some("12:00")), of(Some("12:01")));
        assert_eq!(early.etag, late.etag);
        let body: serde_json::Value = serde_json::from_slice(&late.body).expect("JSON");
        assert_eq!(body, json!({"at": "12:01", "items": [{"at": "2026"}]}));
        assert_ne!(Tagged::json(&json!({"items": []})).etag, early.etag);
    }
}
