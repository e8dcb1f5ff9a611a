//! Evidence: a case and everything it rests on, as one signed file that anyone can verify, years later and without the
//! daemon.
//!
//! # The file
//! One uncompressed tar file, identical byte for byte for the same content. `manifest.json` lists every other member
//! with its length, SHA-256 and chain link; `manifest.sig` is its Ed25519 signature. The others are the case, its
//! alerts with every change and action, their tracks, the raw sentences of its vessels as received, and the settings,
//! zones and lists in force.
//!
//! # What is trusted
//! Nothing in a bundle is trusted until [`open()`] has checked every byte against the manifest. It works in memory,
//! writes nothing, and refuses anything that this program would not have packed in the same way. A hash shows that
//! nothing was changed; only a key known from elsewhere shows who made the bundle.

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

use crate::storage::journal::JournalError;
use crate::storage::store::StoreError;

/// `[evidence]`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// File of the private key that signs bundles. Without it they are not signed.
    pub key: Option<PathBuf>,
}

/// Why a bundle was not made, or must not be trusted.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        cause: io::Error,
    },
    /// A key file is not valid, or others than its owner may read it.
    #[error("{}: {why}", path.display())]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The store does not return the case.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The case cannot be packed. The text says why.
    #[error("{0}")]
    Unfit(String),
    /// The target exists. A bundle never overwrites another file.
    #[error("{} exists already, and a bundle is never written over: move it away, or name another file with --out", .0.display())]
    Exists(PathBuf),
    /// The bundle is intact but unsigned, although a signature was required.
    #[error("the bundle is intact but unsigned, and --public-key asks for a signature")]
    Unsigned,
    /// The bundle differs from what was packed. The text says where.
    #[error("the bundle is damaged or was tampered with: {0}")]
    Damaged(String),
}

/// Writes a packed bundle to a file that must not exist yet, readable by its owner only, and syncs it.
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
