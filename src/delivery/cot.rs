//! Sink: markers on the maps of TAK, as events of Cursor on Target 2.0 over TLS, TCP or UDP.
//!
//! No server of TAK says what it has read. An alert counts as delivered when it is written on a connection that stays open, a fresh one
//! for 1.5 s; when a connection ends, what was written on it within the last half minute is written once more. A server that keeps the
//! connection and reads nothing has up to 32 KiB of them, and what fits its own buffers, before it is found out.
//!
//! A vessel is told of as unknown, never as suspect or hostile: what to make of it is for people to say.

mod event;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::send::{Delivery, SendError, SenderIdentity};
use super::telling::Telling;
use super::wire::{Address, Datagrams, Transport, Wire};
use crate::time::Span;
use crate::tls;

/// Nothing longer fits a datagram. Bytes.
const LONGEST_DATAGRAM: usize = 65_000;

/// `[sinks.cot]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server, or the group of a mesh: `host:port`.
    pub address: String,
    /// `tls`, `tcp` or `udp`.
    #[serde(default)]
    pub transport: Transport,
    /// How long a marker stands if nothing is said of it any more. Minutes.
    #[serde(default = "stale_minutes")]
    pub stale_minutes: u32,
    /// How many networks a datagram to a group may cross.
    #[serde(default = "multicast_hops")]
    pub multicast_hops: u32,
    /// A server that takes longer is given up for now. Seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
    /// Whom to trust over TLS, and the certificate that the server knows us by.
    #[serde(default)]
    pub tls: tls::Settings,
}

fn stale_minutes() -> u32 {
    720
}

fn multicast_hops() -> u32 {
    1
}

fn timeout_seconds() -> u32 {
    10
}

impl Settings {
    /// What is wrong with it; `path` is the key's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems: Vec<String> =
            Address::problem(&self.address, &format!("{path}.address")).into_iter().collect();
        let bounds = [
            ("stale_minutes", self.stale_minutes, 1..=43_200),
            ("multicast_hops", self.multicast_hops, 0..=255),
            ("timeout_seconds", self.timeout_seconds, 1..=100),
        ];
        for (key, value, range) in bounds.into_iter().filter(|(_, value, range)| !range.contains(value)) {
            problems.push(format!("{path}.{key} must lie between {} and {}, not {value}", range.start(), range.end()));
        }
        if self.transport != Transport::Tls && self.tls != tls::Settings::default() {
            problems.push(format!("{path}.tls: goes with transport = \"tls\"; write that or leave it out"));
        }
        problems.extend(self.tls.problems(&format!("{path}.tls")));
        problems
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
    }
}

/// The connection to a server or group.
pub(super) struct Cot {
    stale: Span,
    carrier: Carrier,
}

enum Carrier {
    Stream(Wire),
    Datagrams(Datagrams),
}

impl Cot {
    pub(super) fn new(settings: &Settings, _: &SenderIdentity) -> Result<Cot, String> {
        let address: Address = settings.address.parse().map_err(|()| format!("{}: no address", settings.address))?;
        let wait = Duration::from_secs(settings.timeout_seconds.into());
        let carrier = match settings.transport {
            Transport::Udp => Carrier::Datagrams(Datagrams::new(address, settings.multicast_hops, wait)),
            Transport::Tcp => Carrier::Stream(Wire::new(address, None, wait)),
            Transport::Tls => {
                let tls = settings.tls.client().map_err(|error| error.to_string())?;
                Carrier::Stream(Wire::new(address, Some(tls), wait))
            }
        };
        Ok(Cot { stale: Span::from_minutes(settings.stale_minutes.into()), carrier })
    }

    /// Hands them on in order, each a document of its own. No server answers: told is what the network has taken.
    pub(super) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let event = event::event(Telling::of(delivery), self.stale)?;
            match &mut self.carrier {
                Carrier::Datagrams(_) if LONGEST_DATAGRAM < event.len() => {
                    return Err(SendError::Refused { reason: "longer than a datagram may be".to_owned() });
                }
                Carrier::Datagrams(datagrams) => datagrams.write(&event).await?,
                Carrier::Stream(wire) => wire.write(&event).await?,
            }
        }
        Ok(())
    }

    /// Looks after the connection while nothing is to be told; whether something had to be written once more.
    pub(super) async fn tend(&mut self) -> Result<bool, SendError> {
        match &mut self.carrier {
            Carrier::Stream(wire) => wire.tend().await,
            Carrier::Datagrams(_) => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
