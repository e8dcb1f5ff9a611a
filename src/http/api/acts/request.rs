//! The headers of an act: on which state, and under which key.

use axum::body::Bytes;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;
use crate::storage::store::Expected;

/// The header with the key of a request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key in characters.
const LONGEST: usize = 128;

/// The states that `If-Match` names; empty without the header, or with `*`.
///
/// # Errors
/// `parameter` if it is not a list of entity tags as alerts have them.
pub(super) fn expected(headers: &HeaderMap) -> Result<Vec<Expected>, Problem> {
    let wrong = || Problem::parameter("If-Match: write the etag of the alert, as \"3.1\", with the quotation marks");
    let mut all = Vec::new();
    for header in headers.get_all(IF_MATCH) {
        for tag in header.to_str().map_err(|_| wrong())?.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Vec::new());
            }
            let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            // The tag of a whole answer has a digest behind the state.
            let state = inner.map(|tag| tag.split_once('-').map_or(tag, |(state, _)| state));
            let numbers = state.and_then(|state| state.split_once('.'));
            let read = numbers.and_then(|(revision, acts)| Some((revision.parse().ok()?, acts.parse().ok()?)));
            let (revision, acts) = read.ok_or_else(wrong)?;
            all.push(Expected { revision, acts });
        }
    }
    Ok(all)
}

/// The key of the request, if it has one.
///
/// # Errors
/// `parameter` if it is empty, too long or not printable ASCII.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = header.to_str().ok().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST);
    let wrong = || Problem::parameter(format!("Idempotency-Key: write 1 to {LONGEST} printable characters"));
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

/// Digest of what a request asks for. On which state is not part of it: a client whose answer was lost may know a newer one by now.
pub(super) fn digest(path: &str, body: &Bytes) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update((path.len() as u64).to_be_bytes());
    digest.update(path);
    digest.update(body);
    digest.finalize().into()
}
