//! The kinds of inputs, one file each, and the registry that lists them. They never import one another.
//!
//! To add a kind, write its file and add one line to the list below. The name of the module is the key of its table; the name of the kind
//! is in its `CHARACTER`, and the compiler demands the rest.

mod aiscatcher_http;
mod aisstream;
mod barentswatch;
mod digitraffic;
mod fifo;
mod file;
mod gpsd;
mod nats;
mod serial;
mod stdin;
mod tcp;
mod tcp_listen;
mod udp;

#[cfg(any(test, fuzzing))]
pub(crate) use aiscatcher_http::split_batch;

use super::common::CommonSettings;
use super::entry::{AnyEntry, Entry};
use super::input::{Character, Input};
use super::registry::inputs;
use crate::platform::table::Table;

// The order of the kinds is that of the JSON Schema.
inputs! {
    // The settings of these are `address`, `path` and the other common keys.
    without a table {
        tcp::Tcp,
        tcp_listen::TcpListen,
        udp::Udp,
        file::File,
        fifo::Fifo,
        stdin::Stdin,
        gpsd::Gpsd,
    }
    // The table may still be optional: see `Table::usual`.
    with a table {
        aiscatcher_http::AiscatcherHttp,
        aisstream::Aisstream,
        digitraffic::Digitraffic,
        barentswatch::Barentswatch,
        nats::Nats,
        serial::Serial,
    }
}
