//! Sink: messages to a NATS JetStream stream, which stores each of them once, however often it is sent.
//!
//! An alert counts as delivered when a stream confirms that it stored the message or already had it. After any other answer, or none within
//! `timeout_seconds`, the connection is dropped and the alert is sent again on the next one. Other servers that the server announces are
//! ignored; alerts go only where the settings say.
//!
//! Subject: `atalaia.v1.alerts.BEHAVIOUR.SEVERITY`, so that a consumer can filter by both. The stream is the operator's: it is never
//! created or changed. Its window for duplicates should exceed the longest wait between two attempts.

use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{ContextBuilder, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{ConnectOptions, Event};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tracing::debug;

use crate::delivery::broker::BrokerSettings;
use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::delivery::wire::Address;
use crate::platform::nats::{Gate, Identity, Login, LoginError};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::alerts::Change;
use atalaia_core::base::fault::{self, Fault};

/// `[sinks.nats]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `tls://host:port`, or `nats://host:port` without encryption.
    pub url: String,
    /// Credentials, if the server requires them.
    #[serde(default)]
    pub login: Login,
    /// Whether a token or password may be sent unencrypted to another machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Seconds to wait for the server to store the message before the attempt fails, 1 to 100.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u32,
    /// Trusted certificate authorities and our client certificate.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `timeout_seconds`.
fn timeout_seconds() -> u32 {
    10
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = self.broker().problems();
        problems.extend(fault::below("login", self.login.problems()));
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
        self.login.within(folder);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        // NATS servers send their greeting unencrypted and start TLS afterwards.
        let url = self.url.replacen("tls://", "nats://", 1);
        Endpoint::of_url(&url, 4222).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }

    fn requirements(&self) -> Vec<Fault> {
        self.login.requirements()
    }
}

impl Settings {
    /// The server with the rules for its secrets.
    fn broker(&self) -> BrokerSettings<'_> {
        BrokerSettings {
            url: &self.url,
            plain: "nats://",
            secure: "tls://",
            wanted: ["a server", "write \"tls://host:4222\" (credentials go under `login`)"],
            tls: &self.tls,
            secret: self.login.is_shown().then_some(("url", "token or password would")),
            allow_plaintext: self.allow_plaintext,
        }
    }
}

/// Connection to a NATS server.
pub(super) struct Nats {
    /// From the settings, for reasons.
    url: String,
    /// Host and port of the URL.
    address: Address,
    /// Name of the client, which the server shows.
    name: String,
    /// Login, read when the sink was opened.
    identity: Identity,
    /// `None` for a connection without TLS.
    tls: Option<rustls::ClientConfig>,
    /// Time limit for each step, and for the whole of one delivery.
    wait: Duration,
    /// Kept between deliveries; `None` after a failure.
    open: Option<(Gate, Context)>,
}

impl Nats {
    /// Reads the login and certificates; does not connect yet.
    fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Nats, String> {
        let (tls, address) = settings.broker().target().ok_or_else(|| format!("{}: no address", settings.url))?;
        let identity = settings.login.read().map_err(|error| error.to_string())?;
        let tls = if tls { Some(settings.tls.client().map_err(|error| error.to_string())?) } else { None };
        let wait = Duration::from_secs(settings.timeout_seconds.into());
        let (url, name) = (settings.url.clone(), format!("atalaia {}", sender.site));
        Ok(Nats { url, address, name, identity, tls, wait, open: None })
    }

    /// Connects if necessary, publishes one message and waits for the stream.
    async fn put(&mut self, subject: String, delivery: &Delivery) -> Result<(), SendError> {
        let later = |reason: String| SendError::Later { wait: None, reason: format!("{}: {reason}", self.url) };
        // A connection that ended while idle is replaced; that is not a failure.
        let (gate, context) = match self.open.take().filter(|(gate, _)| !gate.is_over()) {
            Some(open) => open,
            None => {
                let gate =
                    Gate::open(&self.address.host, self.address.port, self.tls.clone(), &self.name, &self.identity);
                let gate = gate.await.map_err(|error| later(error.to_string()))?;
                let options = self.options(&gate).map_err(|error| later(error.to_string()))?;
                let client = options.connect(gate.url()).await.map_err(|error| later(self.reason(&gate, &error)))?;
                (gate, ContextBuilder::new().timeout(self.wait).ack_timeout(self.wait).build(client))
            }
        };
        let message =
            PublishMessage::build().message_id(&delivery.key).payload(delivery.line.as_bytes().to_vec().into());
        let refused = |error: PublishError| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                SendError::Refused { reason: format!("{}: longer than the server accepts", self.url) }
            }
            // Temporary: an operator can add the stream while the alert waits.
            PublishErrorKind::StreamNotFound => {
                later("no stream accepts atalaia.v1.alerts.>; add one on the server".to_owned())
            }
            PublishErrorKind::BrokenPipe if gate.fault().is_none() => later("closed by the server".to_owned()),
            _ => later(self.reason(&gate, &error)),
        };
        context.send_publish(subject, message).await.map_err(refused)?.await.map_err(refused)?;
        self.open = Some((gate, context));
        Ok(())
    }

    /// Options of one connection. The client consumes them, so they are built for each.
    fn options(&self, gate: &Gate) -> Result<ConnectOptions, LoginError> {
        // The client gives up after one reconnect. When to try again is the worker's decision.
        let options = ConnectOptions::new()
            .name(gate.name())
            .connection_timeout(self.wait)
            .request_timeout(Some(self.wait))
            .max_reconnects(1)
            .ignore_discovered_servers()
            .event_callback(|event: Event| async move { debug!(%event, "nats") });
        self.identity.options(options)
    }

    /// Prefers the server's own fault to the client's error, which may repeat our credentials and is masked.
    fn reason(&self, gate: &Gate, error: &impl ToString) -> String {
        gate.fault().map_or_else(|| self.identity.hide(&error.to_string()), str::to_owned)
    }
}

impl Sink for Nats {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "nats",
        about: "A NATS JetStream stream.",
        table: "Settings of kind `nats`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Nats, String> {
        Nats::new(own, sender)
    }

    /// Publishes each delivery and waits until a stream has stored it. The stream recognises repeats by their key.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let subject = subject(&delivery.change);
            let stored = timeout(self.wait, self.put(subject, delivery)).await;
            let late = || SendError::Later {
                wait: None,
                reason: format!("{}: not stored within {} s", self.url, self.wait.as_secs()),
            };
            if let Err(error) = stored.unwrap_or_else(|_| Err(late())) {
                self.open = None;
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Subject of an alert. It contains only ids and fixed words, nothing received over the air.
fn subject(change: &Change) -> String {
    format!("atalaia.v1.alerts.{}.{}", change.alert.behaviour.name(), change.alert.severity.name())
}

#[cfg(test)]
mod tests;
