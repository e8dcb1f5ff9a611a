//! The state that all requests and connections of one listener share.

use tokio::sync::Semaphore;

use super::body::Bodies;
use super::credentials::Credentials;
use super::refusal::RefusalLog;
use crate::inputs::port::Port;
use crate::platform::net::PerAddressLimit;

/// Maximum number of bodies unpacked, cut and handed on at the same time; bounds the memory this takes.
const WORKED_ON: usize = 4;

/// State shared by all requests.
pub(super) struct Ingest {
    /// Where lines go and refusals are counted.
    pub(super) port: Port,
    /// What a post must show; read once.
    pub(super) credentials: Credentials,
    /// Places of authenticated connections: `max_clients`, and `max_clients_per_address` for each address.
    pub(super) reserved: PerAddressLimit,
    /// Limits the memory of all bodies together.
    pub(super) bodies: Bodies,
    /// A permit for each body that may be worked on, [`WORKED_ON`] in all.
    pub(super) turns: Semaphore,
    /// Limits how often refusals are logged.
    pub(super) refusals: RefusalLog,
}

impl Ingest {
    /// All limits are free at the start.
    pub(super) fn new(port: Port, credentials: Credentials) -> Ingest {
        let reserved = PerAddressLimit::new(port.settings.max_clients, port.settings.max_clients_per_address);
        let turns = Semaphore::new(WORKED_ON);
        Ingest { port, credentials, reserved, bodies: Bodies::new(), turns, refusals: RefusalLog::default() }
    }
}
