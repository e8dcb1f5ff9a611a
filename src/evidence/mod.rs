//! Evidence: a case with all it came from as one signed file that anybody can check, years later and without us.
//!
//! # The file
//! One tar, uncompressed, byte for byte the same from the same content: `manifest.json` with the length and SHA-256 of every other
//! member, chained; `manifest.sig`, its Ed25519 signature; the case, its alerts with every line and act, their tracks, the raw
//! sentences of the vessels of the case as they were received, and the settings, zones and lists that were in force.
//!
//! # What is trusted
//! Nothing in it until [`open`] has held every byte against the manifest: it reads from memory, writes nothing, and refuses whatever
//! this program would not have packed so. A hash says that nothing changed since; only a key that is known from elsewhere says who
//! made it.

mod archive;
mod compare;
#[cfg(any(test, fuzzing))]
pub(crate) mod forge;
mod key;
mod manifest;
mod open;
mod pack;
mod reach;
pub mod report;
mod sentences;
mod sieve;
mod witnesses;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use archive::{LARGEST_BUNDLE_BYTES, MOST_MEMBERS};
pub use compare::{Found, Replayed, Verdict, compare};
pub use key::{PublicKey, SigningKey, keygen};
pub use manifest::{MANIFEST, Manifest, Marking, Member, SIGNATURE};
pub use open::{Opened, Signed, open};
pub use pack::{Made, Sources, pack};
pub use sentences::Row;

use crate::journal::JournalError;
use crate::store::StoreError;

/// `[evidence]`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the key that signs; without it bundles are not signed.
    pub key: Option<PathBuf>,
}

/// Why a bundle was not made, or is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A key file that is no key, or that others may read.
    #[error("{}: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The store does not give the case.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The case cannot be packed.
    #[error("{0}")]
    Unfit(String),
    /// A bundle is never written over another file.
    #[error("{} exists already, and a bundle is never written over: move it away, or name another file with --out", .0.display())]
    Exists(PathBuf),
    /// Nothing is wrong with it, but nobody vouches for it.
    #[error("the bundle is intact but unsigned, and --public-key asks for a signature")]
    Unsigned,
    /// The bundle is not what was packed.
    #[error("the bundle is damaged or was tampered with: {0}")]
    Damaged(String),
}

/// Writes a packed bundle to a file that must not be there yet, for its owner alone, durably.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), EvidenceError> {
    key::write_new(path, 0o600, bytes).map_err(|error| match error {
        EvidenceError::File { path, cause } if cause.kind() == io::ErrorKind::AlreadyExists => {
            EvidenceError::Exists(path)
        }
        error => error,
    })
}

impl EvidenceError {
    fn file(path: &Path) -> impl Fn(io::Error) -> EvidenceError + '_ {
        move |cause| EvidenceError::File { path: path.to_owned(), cause }
    }
}

#[cfg(test)]
mod tests;
