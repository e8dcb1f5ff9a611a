//! Answers that change seldom: a browser keeps them and asks whether they have changed.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Bytes of the digest that make an `ETag`.
const DIGEST: usize = 12;

/// A body with its `ETag`. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// What is sent.
    body: Bytes,
    /// Follows from the body.
    etag: HeaderValue,
}

impl Kept {
    /// Takes a body and computes its `ETag`.
    pub(super) fn new(body: impl Into<Bytes>) -> Kept {
        let body = body.into();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&body)[..DIGEST]);
        // Digits and letters in quotes are always a valid header.
        let etag = HeaderValue::from_str(&format!("\"{digest}\"")).expect("plain text");
        Kept { body, etag }
    }

    /// Length of the body in bytes.
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    /// The answer to a request: 304 if the client has this body already. `keep` says how long the client may use it without asking.
    pub(super) fn answer(&self, asked: &HeaderMap, kind: &'static str, keep: &'static str) -> Response {
        let has =
            asked.get_all(IF_NONE_MATCH).iter().any(|known| known.to_str().is_ok_and(|known| self.is_among(known)));
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(kind)),
            (CACHE_CONTROL, HeaderValue::from_static(keep)),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (ETAG, self.etag.clone()),
        ];
        match has {
            true => (StatusCode::NOT_MODIFIED, headers).into_response(),
            false => (headers, self.body.clone()).into_response(),
        }
    }

    /// Whether a list of `ETag`s, as in `If-None-Match`, has this one. Weak ones count (RFC 9110, 13.1.2).
    fn is_among(&self, known: &str) -> bool {
        let own = self.etag.to_str().unwrap_or_default();
        known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == own || one == "*")
    }
}
