//! TLS of a listener whose certificate is read again when its files have changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::platform::clock::{Clock, Moment};
use crate::platform::tls::{ServerSettings, Stamps, TlsError};

/// Minimum interval between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
    /// With the files as they were read last.
    acceptor: TlsAcceptor,
    /// State of the files then.
    stamps: Stamps,
    /// When they were last looked at.
    looked: Moment,
}

impl ServerTls {
    /// Reads the files. `None` if the settings name none.
    ///
    /// # Errors
    /// `File` for a file that is missing or not PEM; `Unusable` if certificate and key do not fit.
    pub fn new(settings: &ServerSettings, clock: Clock) -> Result<Option<ServerTls>, TlsError> {
        let stamps = settings.stamps();
        let Some(config) = settings.server()? else {
            return Ok(None);
        };
        let acceptor = TlsAcceptor::from(Arc::new(config));
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
            let stamps = settings.stamps();
            if stamps != state.stamps {
                // Noted also if reading fails, so that a fault is logged once and not for each connection.
                state.stamps = stamps;
                match settings.server() {
                    Ok(Some(config)) => {
                        state.acceptor = TlsAcceptor::from(Arc::new(config));
                        info!("the certificate of the API was read again");
                    }
                    Err(error) => warn!(%error, "the changed certificate cannot be used; the former one stays"),
                    Ok(None) => {}
                }
            }
        }
        state.acceptor.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn wire(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wires").join(name)
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
        assert_eq!(tls.0.state.lock().expect("no panic").stamps, settings.stamps(), "it was looked at");
    }
}
