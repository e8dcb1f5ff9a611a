//! Why a bundle is refused.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::journal::JournalError;
use crate::storage::store::StoreError;

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
    /// The file is something else.
    #[error("this is not a bundle; `atalaia cases bundle` packs one")]
    NotABundle,
    /// The bundle differs from what was packed. The text says where.
    #[error("the bundle is damaged or was tampered with: {0}")]
    Damaged(String),
}

impl EvidenceError {
    /// The error of an operation on this file, for `map_err`.
    pub(super) fn file(path: &Path) -> impl Fn(io::Error) -> EvidenceError + '_ {
        move |cause| EvidenceError::File { path: path.to_owned(), cause }
    }
}
