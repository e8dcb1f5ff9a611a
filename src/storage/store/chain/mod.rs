//! The audit trail as one hash chain: a row that was changed, removed, added or moved is found.
//!
//! Each row has a `digest` of its content, and a `hash` of the hash of the row before and that digest. The chain is over digests, so
//! retention can empty the texts of a row, and the rows around it still hold. A random salt in the digest keeps emptied texts from being
//! guessed. A person who can write the file can also make a whole new chain: only a head noted elsewhere shows that.
//!
//! Rows up to the start of the chain are not part of it: those from before schema 6 never were, later ones were deleted by retention. Not
//! covered by the digest are `times` and `repeated_at`, which a repeated consultation raises.

mod append;
mod check;
mod content;
mod retire;

pub(super) use append::append;
pub use check::{Fault, Head, Verified, head, verify, verify_in_pieces};
pub(super) use content::Content;
pub(super) use retire::{drop_text, retire};

#[cfg(test)]
mod tests;
