//! TLS of a listener: our certificate and key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};

use super::certificates::{TlsError, certificates, file_error};
use super::settings::Settings;
use super::validity::{Stamps, Validity};
use atalaia_core::base::fault::Fault;

/// Certificate and key of a listener.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// PEM file of the server's certificate and its intermediates. It is read again when it changes.
    pub certificate: Option<PathBuf>,
    /// PEM file of the certificate's key.
    pub key: Option<PathBuf>,
}

impl ServerSettings {
    /// Whether connections are encrypted.
    pub fn is_set(&self) -> bool {
        self.certificate.is_some() && self.key.is_some()
    }

    /// What is wrong with these settings beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        self.files().problems()
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        for path in [&mut self.certificate, &mut self.key].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// Expiry of the certificate; empty if there is none or it cannot be read.
    pub fn validity(&self) -> Vec<Validity> {
        self.files().validity()
    }

    /// Reads the files; what is wrong with them as a fault of `tls`, `None` if they can be used or there are none.
    pub fn requirement(&self) -> Option<Fault> {
        let (certificate, key) = self.certificate.as_ref().zip(self.key.as_ref())?;
        let error = config(certificate, key).err()?;
        Some(Fault::new("certificate", error.to_string()).advise("write PEM files that belong together"))
    }

    /// Reads the files and builds the configuration, which offers HTTP/2 and HTTP/1.1. `None` if the settings name no files.
    ///
    /// # Errors
    /// `File` for a file that is missing or not PEM; `Unusable` if certificate and key do not fit.
    pub fn server(&self) -> Result<Option<ServerConfig>, TlsError> {
        let files = self.certificate.as_ref().zip(self.key.as_ref());
        files.map(|(certificate, key)| config(certificate, key)).transpose()
    }

    /// State of the files now.
    pub fn stamps(&self) -> Stamps {
        self.files().stamps()
    }

    /// The same files as for a connection of a client.
    fn files(&self) -> Settings {
        Settings { ca: None, certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

/// Reads the files into a configuration that offers HTTP/2 and HTTP/1.1.
fn config(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let chain = certificates(certificate)?;
    let own = PrivateKeyDer::from_pem_file(key).map_err(|error| file_error(key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unusable = |error: rustls::Error| TlsError::Unusable(error.to_string());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.map_err(unusable)?.with_no_client_auth().with_single_cert(chain, own).map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wires").join(name)
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let good = ServerSettings { certificate: Some(wire("server.pem")), key: Some(wire("server.key")) };
        assert!(good.requirement().is_none() && good.is_set());
        let other = ServerSettings { key: Some(wire("client.key")), ..good.clone() };
        assert!(other.requirement().is_some(), "the key of another certificate");
        let missing = ServerSettings { key: Some("/no/such.key".into()), ..good };
        assert!(missing.requirement().expect("missing").to_string().contains("/no/such.key"));
        assert!(!ServerSettings::default().is_set() && ServerSettings::default().requirement().is_none());
    }
}
