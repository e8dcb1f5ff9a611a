//! Records what a reader has read, and what left the site.

use super::author::author;
use super::sources::Sources;
use crate::http::access::Reader;
use crate::http::problem::Problem;
use crate::storage::store::{self, Record, Verb};

/// Records that the reader has read something. `what` is the kind of reading, `subject` the id of the alert or case, or for example
/// `vessel 224000001`. The same again within a quarter of an hour is counted in the same row. An answer is not sent before this has
/// succeeded.
pub(super) async fn consulted(
    sources: &Sources,
    reader: &Reader,
    what: &'static str,
    subject: &str,
    why: Option<&str>,
) -> Result<(), Problem> {
    let (reader, subject, why) = (reader.clone(), subject.to_owned(), why.map(str::to_owned));
    let now = sources.clock.now();
    let record =
        move |path: &std::path::Path| store::consulted(path, author(&reader), what, &subject, why.as_deref(), now);
    sources.stored(record).await
}

/// Records that the reader took data away: `what` is the kind, `subject` the format, `result` how much.
pub(super) async fn disclosed(
    sources: &Sources,
    reader: &Reader,
    subject: &str,
    why: &str,
    result: &str,
) -> Result<(), Problem> {
    let (reader, subject, why, result) = (reader.clone(), subject.to_owned(), why.to_owned(), result.to_owned());
    let now = sources.clock.now();
    let record = move |path: &std::path::Path| {
        let (verb, what) = (Verb::Disclosure, "exported");
        let record =
            Record { by: author(&reader), verb, what, subject: &subject, why: Some(&why), result: Some(&result) };
        store::record(path, &record, now)
    };
    sources.stored(record).await
}
