//! What a request is answered if the store cannot be read or written, or refuses.

use tracing::warn;

use crate::http::problem::Problem;
use crate::storage::store::StoreError;

/// The problem for an error of the store. A refusal becomes `refused`, a name that is taken a `conflict`; any other error is logged and
/// becomes `busy`, so that no path or SQL reaches the client.
pub(in crate::http) fn problem(error: StoreError) -> Problem {
    match error {
        StoreError::Refused(text) => Problem::refused(text),
        StoreError::NameTaken { .. } => Problem::conflict(error.to_string()),
        error => {
            warn!(%error, "the store cannot be used for a request");
            Problem::busy("the store cannot be used; the log says why")
        }
    }
}
