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
    pub(super) port: Port,
    pub(super) credentials: Credentials,
    pub(super) reserved: PerAddressLimit,
    pub(super) bodies: Bodies,
    pub(super) turns: Semaphore,
    pub(super) refusals: RefusalLog,
}

impl Ingest {
    pub(super) fn new(port: Port, credentials: Credentials) -> Ingest {
        let reserved = PerAddressLimit::new(port.settings.max_clients, port.settings.max_clients_per_address);
        let turns = Semaphore::new(WORKED_ON);
        Ingest { port, credentials, reserved, bodies: Bodies::new(), turns, refusals: RefusalLog::default() }
    }
}
