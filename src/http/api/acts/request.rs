//! The state of an alert that an act is meant for.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;

use crate::http::problem::Problem;
use crate::storage::store::Expected;

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
