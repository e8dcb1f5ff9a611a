//! Reads certificates from PEM files, for the trusted authorities and for our own certificate.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Why these settings cannot be used for a connection.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is missing or is not PEM.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A certificate and key that do not match, or no authority at all.
    #[error("{0}")]
    Unusable(String),
}

/// The certificates in a PEM file, at least one.
///
/// # Errors
/// `File` if the file cannot be read, is not PEM or has no certificate.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    // Reading a directory would give an empty result instead of an error.
    fs::metadata(file)
        .and_then(|found| if found.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) })
        .map_err(|error| file_error(file, error))?;
    let read = CertificateDer::pem_file_iter(file).map_err(|error| file_error(file, error))?;
    let all = read.collect::<Result<Vec<_>, _>>().map_err(|error| file_error(file, error))?;
    match all.is_empty() {
        true => Err(file_error(file, "holds no certificate")),
        false => Ok(all),
    }
}

/// The error about a file.
pub(super) fn file_error(path: &Path, cause: impl ToString) -> TlsError {
    TlsError::File { path: path.to_owned(), cause: cause.to_string() }
}
