//! The kinds of inputs, one file each. They never import one another.

pub(super) mod aiscatcher_http;
pub(super) mod aisstream;
pub(super) mod barentswatch;
pub(super) mod digitraffic;
pub(super) mod fifo;
pub(super) mod file;
pub(super) mod gpsd;
pub(super) mod nats;
pub(super) mod serial;
pub(super) mod tcp;
pub(super) mod tcp_listen;
pub(super) mod udp;

#[cfg(any(test, fuzzing))]
pub(crate) use aiscatcher_http::split_batch;
