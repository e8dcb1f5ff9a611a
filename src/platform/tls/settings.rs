//! The settings of TLS for one connection, and the client configuration made of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};

use super::certificates::{TlsError, certificates, file_error};
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

    /// Reads the files and builds the client configuration. Callers build it again when the files may have changed.
    ///
    /// # Errors
    /// `File` for a file that is missing or not PEM; `Unusable` if no authority is trusted, or the certificate does not fit its key.
    pub fn client(&self) -> Result<ClientConfig, TlsError> {
        let mut roots = RootCertStore::empty();
        match &self.ca {
            // A store may contain certificates that rustls does not parse, such as very old ones. The others still count.
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

#[cfg(test)]
mod tests {
    use std::fs;

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
