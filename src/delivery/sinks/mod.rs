//! The kinds of sinks, one file each, and the registry that lists them. They never import one another.
//!
//! To add a kind, write its file and add one line to the list below. The name of the module is the key of its table; the name of the kind
//! is in its `CHARACTER`, and the compiler demands the rest.

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
    // The settings of these are `path` and the other common keys.
    without a table {
        jsonl::Jsonl,
        log::Log,
    }
    // The table may still be optional: see `Table::usual`.
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
