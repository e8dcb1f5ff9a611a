//! Answers with an entity tag: a client that has the same already gets 304 and no body.

use axum::http::header::{ETAG, IF_NONE_MATCH, LINK};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::page::page;

/// A body of JSON text and its entity tag.
#[derive(Clone, Debug)]
pub(in crate::http) struct Answer {
    /// The body, without the line feed at its end.
    pub(in crate::http) text: String,
    /// The entity tag, in quotation marks.
    pub(in crate::http) etag: String,
    /// Address of the next page; `None` without one.
    pub(in crate::http) next: Option<String>,
}

impl Answer {
    /// A body whose entity tag is a hash of `tagged`: the body, or the part of it that counts as a change.
    pub(in crate::http) fn hashed(text: String, tagged: &str) -> Answer {
        let digest = Sha256::digest(tagged.as_bytes());
        let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Answer { text, etag: format!("\"{short}\""), next: None }
    }

    /// The response: 304 if the request has the same entity tag already.
    pub(in crate::http) fn response(self, headers: &HeaderMap) -> Response {
        let same = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|given| {
            given.trim() == "*" || given.split(',').any(|one| one.trim().trim_start_matches("W/") == self.etag)
        });
        let mut response = match same {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => page(StatusCode::OK, "application/json", format!("{}\n", self.text)),
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
