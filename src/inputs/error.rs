//! Why an input stopped.
//!
//! The text of an error is shown in the log and on the status page. It therefore never contains a secret, and text from the other side
//! passes through `shown`.

use std::io;
use std::time::Duration;

use super::recording::RecordingError;
use crate::platform::nats::LoginError;
use crate::platform::secret::SecretError;
use crate::platform::telemetry::FromAir;
use crate::platform::tls::TlsError;

/// Why an input stopped. Inputs other than recordings are retried.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A host name that does not resolve, a refused or broken connection, a port in use, an unreadable file.
    #[error("{what}: {cause}")]
    Io {
        /// What was attempted.
        what: String,
        /// Error reported by the system.
        cause: io::Error,
    },
    /// The other side closed the connection.
    #[error("closed by the other side")]
    Closed,
    /// Connected, but no byte within `idle_timeout_seconds`: the feed died without closing the connection.
    #[error("silent for {seconds} s")]
    Silent {
        /// The value of `idle_timeout_seconds`.
        seconds: u32,
    },
    /// A connection attempt was not answered in time.
    #[error("no answer within {seconds} s")]
    NoAnswer {
        /// The time limit, in seconds.
        seconds: u64,
    },
    /// The recording cannot be read.
    #[error("{0}")]
    Recording(#[from] RecordingError),
    /// The server refused the connection or request, or asked for a later retry.
    #[error("{reason}")]
    Refused {
        /// The server's reason, safe to show.
        reason: String,
        /// Minimum delay before the next attempt.
        wait: Duration,
    },
    /// A protocol error on an open or opening connection.
    #[error("{what}: {cause}")]
    Protocol {
        /// Name of the protocol.
        what: &'static str,
        /// Description of the error, safe to show.
        cause: String,
    },
    /// The key, password or token cannot be read.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// The login for the server cannot be read.
    #[error("{0}")]
    Login(#[from] LoginError),
    /// The certificate files cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The settings table of this kind is missing; checked settings always have it.
    #[error("[inputs.{0}] is missing")]
    Unset(&'static str),
}

impl InputError {
    /// Names what was attempted, because the error of the system alone (`Connection refused`) does not say.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> InputError {
        let what = what.into();
        move |cause| InputError::Io { what, cause }
    }

    /// Minimum delay before the next attempt, if the server asked for one.
    pub(super) fn wait(&self) -> Duration {
        match self {
            InputError::Refused { wait, .. } => *wait,
            _ => Duration::ZERO,
        }
    }
}

/// Makes text from the other side safe to show and limits its length.
/// Servers write what they like into an error, including terminal sequences.
pub(super) fn shown(text: &str) -> String {
    /// Maximum length in characters.
    const LONGEST: usize = 200;
    let short: String = text.chars().take(LONGEST).collect();
    FromAir(&short).to_string()
}
