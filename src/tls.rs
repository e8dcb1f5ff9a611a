//! TLS for whatever connects outwards: rustls with ring, the system's certificate authorities or those of a file.
//!
//! A server's certificate is checked when a connection is made: one that expires meanwhile ends no connection, and the next one is
//! refused, with the date. Of authorities the dates are not checked (RFC 5280, 6.1.1): whoever trusts a file trusts it until it is
//! replaced. Files are read when a connection is made (inputs), or when they have changed (sinks): nobody has to be told of a renewed
//! certificate.

mod fault;
mod reach;
mod validity;

pub use fault::{certificate_fault, describe};
pub use reach::Endpoint;
pub use validity::{Stamps, Validity};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};

/// Whom a connection trusts, and as whom it comes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Authorities trusted in place of the system's; a PEM file.
    pub ca: Option<PathBuf>,
    /// Our own certificate and those above it, where the other side asks for one; a PEM file.
    pub certificate: Option<PathBuf>,
    /// The key of that certificate; a PEM file.
    pub key: Option<PathBuf>,
}

/// Why no connection can be made with these settings.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is missing, or no PEM.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A certificate and a key that do not belong together, or no authority at all.
    #[error("{0}")]
    Unusable(String),
}

impl Settings {
    /// What is wrong with it; `path` is the key's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        match (&self.certificate, &self.key) {
            (Some(_), None) => vec![format!("{path}.key: is missing; write the file of the certificate's key")],
            (None, Some(_)) => vec![format!("{path}.certificate: is missing; write the file of the key's certificate")],
            _ => Vec::new(),
        }
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        for path in [&mut self.ca, &mut self.certificate, &mut self.key].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// What a connection is made with.
    pub fn client(&self) -> Result<ClientConfig, TlsError> {
        let mut roots = RootCertStore::empty();
        match &self.ca {
            Some(file) => roots.add_parsable_certificates(certificates(file)?),
            None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        };
        if roots.is_empty() {
            let from = self.ca.as_ref().map_or("the system".to_owned(), |file| file.display().to_string());
            return Err(TlsError::Unusable(format!("{from} names no certificate authority")));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let unusable = |error: rustls::Error| TlsError::Unusable(error.to_string());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(roots);
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let from = |error: rustls::pki_types::pem::Error| file_error(key, error);
                let own = PrivateKeyDer::from_pem_file(key).map_err(from)?;
                config.with_client_auth_cert(certificates(certificate)?, own).map_err(unusable)
            }
            _ => Ok(config.with_no_client_auth()),
        }
    }
}

/// Trusts nobody: for a client that speaks in the open, to this machine.
pub fn nobody() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Ring has the versions that are safe.
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

/// Makes ring what every library of ours encrypts with, for those that ask the process.
pub fn set_up() {
    // The error says only that there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    // A folder opens and reads as nothing.
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

fn file_error(path: &Path, cause: impl ToString) -> TlsError {
    TlsError::File { path: path.to_owned(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_certificate_is_named() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("ca.pem");
        fs::write(&path, "not PEM").expect("written");
        let error = Settings { ca: Some(path.clone()), ..Settings::default() }.client().expect_err("refused");
        assert_eq!(error.to_string(), format!("{}: holds no certificate", path.display()));
        let missing = Settings { ca: Some("/no/such.pem".into()), ..Settings::default() };
        assert!(missing.client().expect_err("refused").to_string().starts_with("/no/such.pem: "));
    }

    #[test]
    fn a_certificate_without_its_key_is_told_of() {
        let half = Settings { certificate: Some("own.pem".into()), ..Settings::default() };
        assert_eq!(
            half.problems("sinks[0].tls"),
            ["sinks[0].tls.key: is missing; write the file of the certificate's key"]
        );
    }
}
