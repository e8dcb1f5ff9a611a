//! TLS of a listener: our certificate and key, read again when the files have changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use super::certificates::{TlsError, certificates, file_error};
use super::settings::Settings;
use super::validity::{Stamps, Validity};
use crate::platform::clock::{Clock, Moment};
use atalaia_core::base::fault::Fault;

/// Minimum interval between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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

    /// The same files as for a connection of a client.
    fn files(&self) -> Settings {
        Settings { ca: None, certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

/// The server's side of TLS for one listener. Cheap to clone.
#[derive(Clone)]
pub struct ServerTls(Arc<Shared>);

/// What the clones share.
struct Shared {
    /// The files.
    settings: ServerSettings,
    /// Measures the interval between two looks.
    clock: Clock,
    /// What was read last.
    state: Mutex<State>,
}

/// What was read, from which state of the files, and when they were looked at.
struct State {
    acceptor: TlsAcceptor,
    stamps: Stamps,
    looked: Moment,
}

impl ServerTls {
    /// Reads the files. `None` if the settings name none.
    ///
    /// # Errors
    /// `File` for a file that is missing or not PEM; `Unusable` if certificate and key do not fit.
    pub fn new(settings: &ServerSettings, clock: Clock) -> Result<Option<ServerTls>, TlsError> {
        let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) else {
            return Ok(None);
        };
        let stamps = settings.files().stamps();
        let acceptor = TlsAcceptor::from(Arc::new(config(certificate, key)?));
        let state = Mutex::new(State { acceptor, stamps, looked: clock.moment() });
        Ok(Some(ServerTls(Arc::new(Shared { settings: settings.clone(), clock, state }))))
    }

    /// What accepts the next connection. If the files have changed, they are read again; if they cannot be used, the former ones stay and
    /// the log says why.
    pub fn acceptor(&self) -> TlsAcceptor {
        let Shared { settings, clock, state } = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.moment();
        if LOOK_EVERY <= now.since(state.looked) {
            state.looked = now;
            let stamps = settings.files().stamps();
            if stamps != state.stamps {
                // Noted also if reading fails, so that a fault is logged once and not for each connection.
                state.stamps = stamps;
                let read = settings.certificate.as_ref().zip(settings.key.as_ref());
                match read.map(|(certificate, key)| config(certificate, key)) {
                    Some(Ok(config)) => {
                        state.acceptor = TlsAcceptor::from(Arc::new(config));
                        info!("the certificate of the API was read again");
                    }
                    Some(Err(error)) => warn!(%error, "the changed certificate cannot be used; the former one stays"),
                    None => {}
                }
            }
        }
        state.acceptor.clone()
    }
}

/// Reads the files into a configuration that offers HTTP/2 and HTTP/1.1.
fn config(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let chain = certificates(certificate)?;
    let own = PrivateKeyDer::from_pem_file(key).map_err(|error| file_error(key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unusable = |error: rustls::Error| TlsError::Unusable(error.to_string());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config =
        builder.map_err(unusable)?.with_no_client_auth().with_single_cert(chain, own).map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::fs;

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

    #[test]
    fn a_damaged_file_keeps_the_former_certificate() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (certificate, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
        fs::copy(wire("server.pem"), &certificate).expect("copied");
        fs::copy(wire("server.key"), &key).expect("copied");
        let settings = ServerSettings { certificate: Some(certificate.clone()), key: Some(key) };
        let tls = ServerTls::new(&settings, Clock).expect("read").expect("set");
        fs::write(&certificate, "not PEM").expect("written");
        let back = Clock.moment().back(LOOK_EVERY * 2);
        tls.0.state.lock().expect("no panic").looked = back;
        let _usable = tls.acceptor();
        assert_eq!(tls.0.state.lock().expect("no panic").stamps, settings.files().stamps(), "it was looked at");
    }
}
