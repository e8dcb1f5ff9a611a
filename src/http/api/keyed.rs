//! Requests that a client may send again: the header `Idempotency-Key`.

use axum::body::Bytes;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::http::page::page;
use crate::http::problem::Problem;
use crate::storage::store::RequestKey;

/// The header with the key of a request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key in characters.
const LONGEST: usize = 128;

/// What identifies a request that may be sent again.
#[derive(Clone, Debug)]
pub(in crate::http) struct Keyed {
    /// The key that the client chose.
    key: String,
    /// Digest of what the request asks for.
    digest: [u8; 32],
}

impl Keyed {
    /// Of a request with this path and body; `None` without a key.
    ///
    /// # Errors
    /// `parameter` if the key is empty, too long or not printable ASCII.
    pub(in crate::http) fn of(headers: &HeaderMap, path: &str, body: &Bytes) -> Result<Option<Keyed>, Problem> {
        Ok(key(headers)?.map(|key| Keyed { key, digest: digest(path, body) }))
    }

    /// The same of a body that may have a password, which is left out of the digest: the store keeps it, and a digest of a password can be
    /// guessed much faster than its hash.
    ///
    /// # Errors
    /// As [`Keyed::of`].
    pub(in crate::http) fn with_password(
        headers: &HeaderMap,
        path: &str,
        body: &Bytes,
    ) -> Result<Option<Keyed>, Problem> {
        let mut without: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some(password) = without.get_mut("password") {
            *password = Value::Bool(password.is_string());
        }
        Ok(key(headers)?.map(|key| Keyed { key, digest: digest(path, without.to_string().as_bytes()) }))
    }

    /// The same for the store.
    pub(in crate::http) fn stored(&self) -> RequestKey<'_> {
        RequestKey { key: &self.key, digest: self.digest }
    }
}

/// A response of JSON with this status and body.
pub(in crate::http) fn response(status: u16, body: String, etag: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = page(status, "application/json", body);
    if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// The answer to a request that was carried out before. Where that answer had a secret, which is not kept, `body` is the text of a conflict.
pub(in crate::http) fn repeated(status: u16, body: String) -> Result<Response, Problem> {
    match status {
        409 => Err(Problem::conflict(body)),
        status => Ok(response(status, body, None)),
    }
}

/// The problem of a key that was used for another request.
pub(in crate::http) fn reused() -> Problem {
    Problem::conflict("Idempotency-Key: was used for another request within the last 24 hours; use a new one")
}

/// The key of the request, if it has one.
///
/// # Errors
/// `parameter` if it is empty, too long or not printable ASCII.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = header.to_str().ok().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST);
    let wrong = || Problem::parameter(format!("Idempotency-Key: write 1 to {LONGEST} printable characters"));
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

/// Digest of what a request asks for. On which state is not part of it: a client whose answer was lost may know a newer one by now.
fn digest(path: &str, body: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update((path.len() as u64).to_be_bytes());
    digest.update(path);
    digest.update(body);
    digest.finalize().into()
}
