//! Readers as the audit trail names them.

use crate::http::access::Reader;
use crate::storage::store::Actor;

/// The author of what this reader does.
pub(super) fn author(reader: &Reader) -> Actor<'_> {
    Actor {
        who: &reader.name,
        caller: None,
        way: Some(reader.way.name()),
        session: reader.session.as_deref(),
        address: Some(reader.address),
        purpose: reader.purpose.as_deref(),
    }
}
