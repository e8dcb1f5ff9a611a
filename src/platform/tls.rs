//! TLS: rustls with ring. For outgoing connections, with the system's certificate authorities or those of a file; `server` has the other
//! side.
//!
//! A server's certificate is checked when a connection is made. One that expires later does not end the connection, but the next one is
//! refused, with the date. The dates of authorities are not checked (RFC 5280, 6.1.1): a trusted file stays trusted until it is replaced.
//! Inputs read the files for every connection, sinks when they have changed, so renewed certificates need no reload.

mod certificates;
mod fault;
mod provider;
mod reach;
mod server;
mod settings;
mod validity;

pub use certificates::TlsError;
pub use fault::{certificate_fault, describe};
pub use provider::{set_up, without_authorities};
pub use reach::Endpoint;
pub use server::ServerSettings;
pub use settings::Settings;
pub use validity::{Stamps, Validity};
