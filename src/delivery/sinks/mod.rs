//! The kinds of sinks, one file each. They never import one another.

pub(super) mod alertmanager;
pub(super) mod cap;
pub(super) mod cise;
pub(super) mod cot;
pub(super) mod email;
pub(super) mod exec;
pub(super) mod journald;
pub(super) mod jsonl;
pub(super) mod log;
pub(super) mod mqtt;
pub(super) mod nats;
pub(super) mod syslog;
pub(super) mod webhook;
