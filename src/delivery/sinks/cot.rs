//! Sink: markers on TAK maps, as events of Cursor on Target 2.0 over TLS, TCP or UDP.
//!
//! TAK servers do not acknowledge what they read. An alert counts as delivered once it is written on a connection that stays open; a new
//! connection must stay open for 1.5 s. When a connection ends, what was written within the last 30 s is written once more. A server that
//! keeps the connection open without reading takes up to 32 KiB of alerts, plus what its own buffers hold, before the failure is noticed.
//!
//! Vessels are reported as unknown, never as suspect or hostile. That judgement is left to people.

mod event;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::delivery::wire::{Address, Datagrams, Transport, Wire};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::base::time::Span;

/// Maximum size of an event sent as a datagram. Bytes.
const LONGEST_DATAGRAM: usize = 65_000;

/// `[sinks.cot]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Server or multicast group of the mesh: `host:port`.
    pub address: String,
    /// `tls`, `tcp` or `udp`.
    #[serde(default)]
    pub transport: Transport,
    /// Minutes a marker stays on the map after the last update, 1 to 43200.
    #[serde(default = "stale_minutes")]
    #[schemars(range(min = 1, max = 43_200))]
    pub stale_minutes: u32,
    /// Number of networks a multicast datagram may cross, 0 to 255.
    #[serde(default = "multicast_hops")]
    #[schemars(range(min = 0, max = 255))]
    pub multicast_hops: u32,
    /// Seconds to wait for the server before the attempt fails, 1 to 100.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u32,
    /// Trusted certificate authorities and our client certificate, for TLS.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `stale_minutes`: twelve hours.
fn stale_minutes() -> u32 {
    720
}

/// Default of `multicast_hops`: the local network only.
fn multicast_hops() -> u32 {
    1
}

/// Default of `timeout_seconds`.
fn timeout_seconds() -> u32 {
    10
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems: Vec<Fault> = Address::problem(&self.address).into_iter().collect();
        if self.transport != Transport::Tls && self.tls != tls::Settings::default() {
            problems.push(Fault::new("tls", "goes with transport = \"tls\"").advise("write that or leave it out"));
        }
        problems.extend(fault::below("tls", self.tls.problems()));
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        self.transport.endpoint(&self.address).map(|endpoint| ("address", endpoint)).into_iter().collect()
    }
}

/// Connection to a TAK server or multicast group.
pub(super) struct Cot {
    /// How long a marker stays without an update.
    stale: Span,
    /// How events travel.
    carrier: Carrier,
}

/// A connection, or datagrams to a server or multicast group.
enum Carrier {
    /// TLS or TCP.
    Stream(Wire),
    /// UDP.
    Datagrams(Datagrams),
}

impl Cot {
    /// Reads the certificates; does not connect yet.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Cot, String> {
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
}

impl Sink for Cot {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "cot",
        about: "Markers on TAK maps (Cursor on Target).",
        table: "Settings of kind `cot`.",
        has_path: false,
        is_local: false,
        is_read_by_people: true,
        lists_ids: true,
        keeps_open_alerts: true,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Cot, String> {
        Cot::new(own, sender)
    }

    /// Sends each delivery as an event, in order. There is no acknowledgement; an event counts as delivered once the network accepts it.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let event = event::event(&delivery.change, self.stale)?;
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

    /// Checks the idle connection. Returns whether something was written again.
    async fn tend(&mut self) -> Result<bool, SendError> {
        match &mut self.carrier {
            Carrier::Stream(wire) => wire.tend().await,
            Carrier::Datagrams(_) => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
