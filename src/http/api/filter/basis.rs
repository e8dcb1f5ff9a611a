//! What the words of a filter are understood by.

use atalaia_core::base::time::Time;

/// What the words of a filter are understood by.
pub(in crate::http::api) struct Basis<'a> {
    /// Name of the reader, for `owner=me`.
    pub(in crate::http::api) me: &'a str,
    /// Engine time, for `since=6h`.
    pub(in crate::http::api) at: Time,
    /// The wall clock, for `changed_after=10m`.
    pub(in crate::http::api) now: Time,
}
