//! TLS for outgoing connections: rustls with ring, and the system's certificate authorities or those of a file.
//!
//! A server's certificate is checked when a connection is made. One that expires later does not end the connection, but the next one is
//! refused, with the date. The dates of authorities are not checked (RFC 5280, 6.1.1): a trusted file stays trusted until it is replaced.
//! Inputs read the files for every connection, sinks when they have changed, so renewed certificates need no reload.

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

use atalaia_core::base::fault::Fault;

/// Trusted authorities and our own certificate for a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// PEM file of the trusted authorities; unset: those of the system.
    pub ca: Option<PathBuf>,
    /// PEM file of our certificate and its intermediates, if the server asks for one.
    pub certificate: Option<PathBuf>,
    /// PEM file of the certificate's key.
    pub key: Option<PathBuf>,
}

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

impl Settings {
    /// What is wrong with these settings beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        match (&self.certificate, &self.key) {
            (Some(_), None) => vec![Fault::new("key", "is missing").advise("write the file of the certificate's key")],
            (None, Some(_)) => {
                vec![Fault::new("certificate", "is missing").advise("write the file of the key's certificate")]
            }
            _ => Vec::new(),
        }
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        for path in [&mut self.ca, &mut self.certificate, &mut self.key].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// Reads the files and builds the client configuration.
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

/// A configuration that trusts no authority, for clients that need one although they connect without TLS to this machine.
pub fn without_authorities() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Ring supports all safe protocol versions.
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

/// Installs ring as the process's default, for libraries that use the default provider.
pub fn set_up() {
    // Fails only if a provider is already installed.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
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

fn file_error(path: &Path, cause: impl ToString) -> TlsError {
    TlsError::File { path: path.to_owned(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::fault;

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("ca.pem");
        fs::write(&path, "not PEM").expect("written");
        let error = Settings { ca: Some(path.clone()), ..Settings::default() }.client().expect_err("refused");
        assert_eq!(error.to_string(), format!("{}: holds no certificate", path.display()));
        let missing = Settings { ca: Some("/no/such.pem".into()), ..Settings::default() };
        assert!(missing.client().expect_err("refused").to_string().starts_with("/no/such.pem: "));
    }

    #[test]
    fn a_certificate_without_its_key_is_reported() {
        let half = Settings { certificate: Some("own.pem".into()), ..Settings::default() };
        assert_eq!(
            fault::lines("sinks[0].tls", half.problems()),
            ["sinks[0].tls.key: is missing; write the file of the certificate's key"]
        );
    }
}
