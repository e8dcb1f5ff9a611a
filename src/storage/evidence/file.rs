//! Writes files that must not replace others: bundles and keys. Both are made once, and a second one of the same name would be
//! mistaken for it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::EvidenceError;

/// Writes a packed bundle to a file that must not exist yet, readable by its owner only, and syncs it.
///
/// # Errors
/// `Exists` if the file is there, `File` if it cannot be written. No part of a bundle is left behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), EvidenceError> {
    write_new(path, 0o600, bytes).map_err(|error| match error {
        EvidenceError::File { path, cause } if cause.kind() == io::ErrorKind::AlreadyExists => {
            EvidenceError::Exists(path)
        }
        error => error,
    })
}

/// Writes a file that must not exist yet, and syncs it. Removes it if that fails.
pub(super) fn write_new(path: &Path, mode: u32, content: &[u8]) -> Result<(), EvidenceError> {
    let failed = EvidenceError::file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(&failed)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.map_err(|cause| {
        // Half a file is not evidence.
        let _ = fs::remove_file(path);
        failed(cause)
    })
}
