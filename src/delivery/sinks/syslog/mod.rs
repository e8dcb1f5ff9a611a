//! Sink: RFC 5424 messages to a collector over TLS (RFC 5425), TCP with octet counting (RFC 6587) or UDP (RFC 5426).
//!
//! Syslog has no acknowledgement. What counts as delivered is the same as for TAK servers (`cot`).
//!
//! Structured data contains only texts that Atalaia writes. Names received over the air appear only in the message text.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::fields::{marking, mmsis};
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::delivery::text::{clean, cut};
use crate::delivery::wire::{Address, Datagrams, Transport, Wire};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::ais::hidden;
use atalaia_core::alerts::{Change, Severity};
use atalaia_core::base::fault::{self, Fault};

/// Message size that every collector must accept (RFC 5424, section 6.1); headers are shorter. Bytes.
const LEAST_BYTES: usize = 480;
/// Maximum message size, limited by UDP datagrams. Bytes.
const MOST_BYTES: usize = 65_000;
/// Marks the text as UTF-8 (RFC 5424, section 6.4).
const BOM: &str = "\u{feff}";

/// `[sinks.syslog]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Collector: `host:port`.
    pub address: String,
    /// `tls`, `tcp` or `udp`.
    #[serde(default)]
    pub transport: Transport,
    /// `user`, `daemon`, `auth` or `local0` to `local7`.
    #[serde(default)]
    pub facility: Facility,
    /// Private enterprise number in the name of the structured data; 32473 is reserved for examples.
    #[serde(default = "enterprise")]
    pub enterprise: u32,
    /// Maximum message size in bytes, 480 to 65000; longer texts are cut.
    #[serde(default = "longest_bytes")]
    #[schemars(range(min = LEAST_BYTES, max = MOST_BYTES))]
    pub longest_bytes: usize,
    /// Seconds to wait for the collector before the attempt fails, 1 to 100.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u32,
    /// Trusted certificate authorities and our client certificate, for TLS.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `enterprise`: the number that RFC 5612 reserves for documentation.
fn enterprise() -> u32 {
    32_473
}

/// Default of `longest_bytes`: what RFC 5424 says every receiver should accept.
fn longest_bytes() -> usize {
    2048
}

/// Default of `timeout_seconds`.
fn timeout_seconds() -> u32 {
    10
}

/// Syslog facility (RFC 5424, table 1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // The names are those of the table.
pub enum Facility {
    User = 1,
    Daemon = 3,
    Auth = 4,
    #[default]
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
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

/// Connection to a collector.
pub(super) struct Syslog {
    /// Makes the messages.
    line: Line,
    /// How messages travel.
    carrier: Carrier,
}

/// A connection, or datagrams to the collector.
enum Carrier {
    /// TLS or TCP.
    Stream(Wire),
    /// UDP.
    Datagrams(Datagrams),
}

/// The parts common to all messages.
struct Line {
    /// Code of RFC 5424, table 1.
    facility: u8,
    /// Number in the id of the structured data.
    enterprise: u32,
    /// Maximum length of a message in bytes.
    longest: usize,
    /// Host name, or `-`.
    host: String,
    /// Process id of the daemon.
    process: u32,
}

impl Syslog {
    /// Reads the certificates and the host name; does not connect yet.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Syslog, String> {
        let address: Address = settings.address.parse().map_err(|()| format!("{}: no address", settings.address))?;
        let wait = Duration::from_secs(settings.timeout_seconds.into());
        let carrier = match settings.transport {
            Transport::Udp => Carrier::Datagrams(Datagrams::new(address, 1, wait)),
            Transport::Tcp => Carrier::Stream(Wire::new(address, None, wait)),
            Transport::Tls => {
                let tls = settings.tls.client().map_err(|error| error.to_string())?;
                Carrier::Stream(Wire::new(address, Some(tls), wait))
            }
        };
        let line = Line {
            facility: settings.facility as u8,
            enterprise: settings.enterprise,
            longest: settings.longest_bytes,
            host: host(),
            process: std::process::id(),
        };
        Ok(Syslog { line, carrier })
    }
}

impl Sink for Syslog {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "syslog",
        about: "A syslog collector (RFC 5424).",
        table: "Settings of kind `syslog`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: false,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Syslog, String> {
        Syslog::new(own, sender)
    }

    /// Sends each delivery in order. There is no acknowledgement; a message counts as delivered once the socket accepts it.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let message = self.line.message(&delivery.change);
            match &mut self.carrier {
                Carrier::Datagrams(datagrams) => datagrams.write(message.as_bytes()).await?,
                Carrier::Stream(wire) => wire.write(counted(&message).as_bytes()).await?,
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

/// Message for a stream, preceded by its length (RFC 6587, section 3.4.1).
fn counted(message: &str) -> String {
    format!("{} {message}", message.len())
}

impl Line {
    /// The message of a change. If it is too long, only the text is cut; the structured data always stay whole.
    fn message(&self, change: &Change) -> String {
        let priority = u32::from(self.facility) * 8 + level(change.alert.severity);
        let kind = word(change.alert.behaviour.name(), 32);
        let mut message = format!(
            "<{priority}>1 {} {} atalaia {} {kind} [atalaia@{}",
            change.at, self.host, self.process, self.enterprise
        );
        let mut put = |name: &str, value: &str| {
            // Writing to memory cannot fail.
            let _ = write!(message, " {name}=\"{}\"", escaped(value));
        };
        put("alert", &change.alert.id);
        put("revision", &change.revision.to_string());
        put("change", change.change.name());
        // Old name of the behaviour, kept because collectors search by it.
        put("rule", change.alert.behaviour.name());
        put("severity", change.alert.severity.name());
        put("score", &change.alert.score.to_string());
        put("mmsi", &mmsis(&change.alert, ","));
        if let Some(at) = change.alert.position {
            put("lat", &at.lat.to_string());
            put("lon", &at.lon.to_string());
        }
        put("tlp", change.alert.handling.tlp.name());
        message += "] ";
        // Only before the text, as RFC 5424 demands.
        message += BOM;
        let text = format!("{}. {}", marking(&change.alert), clean(&change.alert.summary));
        message += cut(&text, self.longest.saturating_sub(message.len()));
        message
    }
}

/// Severity of RFC 5424, table 2.
fn level(severity: Severity) -> u32 {
    match severity {
        Severity::Critical => 2,
        Severity::High => 3,
        Severity::Medium => 4,
        Severity::Low => 5,
        Severity::Info => 6,
    }
}

/// Escapes a parameter value (RFC 5424, section 6.3.3) and drops hidden characters.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars().filter(|c| !c.is_control() && !hidden(*c)) {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A header field: printable ASCII without spaces, or `-`, the nil value, if nothing is left.
fn word(text: &str, longest: usize) -> String {
    let word: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if word.is_empty() { "-".to_owned() } else { word }
}

/// The host name of the kernel, at most 255 characters (RFC 5424, section 6).
fn host() -> String {
    word(&fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default(), 255)
}

#[cfg(test)]
mod tests;
