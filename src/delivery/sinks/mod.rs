//! The kinds of sinks, one file each, and the registry that lists them. They never import one another.

mod alertmanager;
mod cap;
mod cise;
mod cot;
mod email;
mod exec;
mod journald;
mod jsonl;
mod log;
mod mqtt;
mod nats;
mod syslog;
mod webhook;

use super::entry::{AnyEntry, Entry};
use super::registry::sinks;
use super::sink::{Character, Sink};
use crate::platform::table::Table;

// The order of the kinds is that of the JSON Schema.
sinks! {
    without a table {
        jsonl::Jsonl,
        log::Log,
    }
    with a table {
        webhook::Webhook,
        alertmanager::Alertmanager,
        exec::Exec,
        cise::Cise,
        cap::Cap,
        cot::Cot,
        email::Email,
        journald::Journald,
        mqtt::Mqtt,
        nats::Nats,
        syslog::Syslog,
    }
}
