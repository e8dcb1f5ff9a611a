//! Records what a reader has read.

use super::author::author;
use super::sources::Sources;
use crate::http::access::Reader;
use crate::http::problem::Problem;
use crate::storage::store;

/// Records that the reader has read something. `what` is the kind of reading, `subject` the id of the alert or case, or for example
/// `vessel 224000001`. An answer is not sent before this has succeeded.
///
/// # Errors
/// `busy` if the store cannot be written.
pub(super) async fn consulted(
    sources: &Sources,
    reader: &Reader,
    what: &'static str,
    subject: &str,
    why: Option<&str>,
) -> Result<(), Problem> {
    let (reader, subject, why) = (reader.clone(), subject.to_owned(), why.map(str::to_owned));
    let now = sources.clock.now();
    sources.stored(move |path| store::consulted(path, author(&reader), what, &subject, why.as_deref(), now)).await
}
