//! Sink: one retained message per alert on an MQTT broker, so that later subscribers see the current state.
//!
//! An alert counts as delivered when the broker has acknowledged its packet (`PUBACK` of MQTT 3.1.1, with a packet number and nothing
//! else). If the acknowledgement is late, wrong or missing, the connection is dropped and the alert is sent again on the next one. Delivery
//! is at least once, with the revisions of an alert in order. Unsolicited packets from the broker are read and dropped; packets of more
//! than 64 KiB are rejected.
//!
//! Topic: `atalaia/v1/SITE/alerts/BEHAVIOUR/ID`. The message of an alert that is over stays retained as well, so that a late subscriber
//! learns of its end; removing old ones is up to the broker.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use rumqttc::{AsyncClient, Broker, EventLoop, MqttOptions, PublishOptions, QoS, TlsConfiguration, Transport};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::delivery::broker::BrokerSettings;
use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::fields::id;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::mqtt;
use crate::platform::secret::{Revealed, Secret};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::alerts::Change;
use atalaia_core::base::fault::{self, Fault};

/// Maximum size of an outgoing message. Bytes.
const LONGEST: usize = 16 * 1024 * 1024;
/// Maximum size of an incoming packet; acknowledgements are only a few bytes long. Bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// `[sinks.mqtt]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `mqtts://host:port`, or `mqtt://host:port` without encryption.
    pub url: String,
    /// Client id, unique at the broker; `atalaia-<site>-alerts` if unset.
    #[serde(default)]
    pub client_id: Option<String>,
    /// User name, if the broker requires one.
    #[serde(default)]
    pub user: Option<String>,
    /// Password of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whether a password may be sent unencrypted to another machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Seconds to wait for the broker's acknowledgement before the attempt fails, 1 to 100.
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
        if self.password.is_some() && self.user.is_none() {
            problems.push(Fault::new("user", "is missing").advise("write the user of the password"));
        }
        if self.client_id.as_ref().is_some_and(|id| id.is_empty() || id.contains(char::is_control)) {
            problems.push(Fault::new("client_id", "is not a name").advise("write letters and digits or leave it out"));
        }
        problems.extend(self.password.iter().flat_map(|secret| fault::below("password", secret.problems())));
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
        if let Some(secret) = &mut self.password {
            secret.within(folder);
        }
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        let usual = if self.url.starts_with("mqtts") { 8883 } else { 1883 };
        Endpoint::of_url(&self.url, usual).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }
}

impl Settings {
    /// The broker with the rules for its secrets.
    fn broker(&self) -> BrokerSettings<'_> {
        BrokerSettings {
            url: &self.url,
            plain: "mqtt://",
            secure: "mqtts://",
            wanted: ["a broker", "write \"mqtts://host:8883\" (user and password have keys of their own)"],
            tls: &self.tls,
            secret: self.password.is_some().then_some(("password", "would")),
            allow_plaintext: self.allow_plaintext,
        }
    }
}

/// Connection to an MQTT broker.
pub(super) struct Mqtt {
    /// Options of each new connection, with the login.
    options: MqttOptions,
    /// URL from the settings, for reasons.
    name: String,
    /// Part of the topic.
    site: String,
    /// Time limit from the connection to the acknowledgement.
    wait: Duration,
    /// The open connection. It is not polled between deliveries, so MQTT keep-alive is switched off.
    open: Option<(AsyncClient, EventLoop)>,
}

impl Mqtt {
    /// Reads the password and certificates; does not connect yet.
    fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Mqtt, String> {
        let (tls, address) = settings.broker().target().ok_or_else(|| format!("{}: no address", settings.url))?;
        let id = settings.client_id.clone().unwrap_or_else(|| format!("atalaia-{}-alerts", sender.site));
        let mut options = MqttOptions::new(id, Broker::tcp(address.host, address.port));
        // The connection is not polled between deliveries, so nothing would send the pings.
        options.set_keep_alive(0).set_max_packet_size(LONGEST_ANSWER, LONGEST);
        if tls {
            let config = settings.tls.client().map_err(|error| error.to_string())?;
            options.set_transport(Transport::Tls(TlsConfiguration::Rustls(config.into())));
        }
        let password = settings.password.as_ref().map(Secret::read).transpose().map_err(|error| error.to_string())?;
        if let Some(user) = &settings.user {
            let password = password.as_ref().map_or("", Revealed::expose).to_owned();
            options.set_credentials(user, password);
        }
        Ok(Mqtt {
            options,
            name: settings.url.clone(),
            site: sender.site.clone(),
            wait: Duration::from_secs(settings.timeout_seconds.into()),
            open: None,
        })
    }

    /// Publishes on the kept connection. It may have ended unnoticed, so a failure there is repeated once on a new one.
    async fn put(&mut self, topic: &str, line: &str) -> Result<(), String> {
        if let Some(kept) = self.open.take()
            && let Ok(kept) = publish(kept, topic, line).await
        {
            self.open = kept;
            return Ok(());
        }
        // One message at a time, so a longer queue would never be used.
        let fresh = AsyncClient::builder(self.options.clone()).capacity(1).build();
        self.open = publish(fresh, topic, line).await?;
        Ok(())
    }
}

impl Sink for Mqtt {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "mqtt",
        about: "Retained messages on an MQTT broker.",
        table: "Settings of kind `mqtt`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: true,
        keeps_open_alerts: true,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Mqtt, String> {
        Mqtt::new(own, sender)
    }

    /// Publishes each delivery, replacing the retained message of its alert, and waits for the broker's acknowledgement.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let topic = topic(&self.site, &delivery.change)?;
            let reason = match timeout(self.wait, self.put(&topic, &delivery.line)).await {
                Ok(Ok(())) => continue,
                Ok(Err(reason)) => reason,
                Err(_) => format!("not acknowledged within {} s", self.wait.as_secs()),
            };
            self.open = None;
            return Err(SendError::Later { wait: None, reason: format!("{}: {reason}", self.name) });
        }
        Ok(())
    }
}

/// Polls the connection until the broker has acknowledged the message or the connection breaks. Returns the connection; `None` if it broke
/// right after the acknowledgement.
async fn publish(
    (client, mut connection): (AsyncClient, EventLoop),
    topic: &str,
    line: &str,
) -> Result<Option<(AsyncClient, EventLoop)>, String> {
    let options = PublishOptions::new(QoS::AtLeastOnce).retained();
    let notice = client.publish_tracked(topic, line.to_owned(), options).await.map_err(|_| "not queued")?;
    let broken = async {
        loop {
            if let Err(error) = connection.poll().await {
                return mqtt::describe(&error);
            }
        }
    };
    let mut acknowledged = pin!(notice.wait_completion_async());
    let reason = tokio::select! {
        biased;
        outcome = &mut acknowledged => {
            return outcome.map(|_| Some((client, connection))).map_err(|error| error.to_string());
        }
        reason = broken => reason,
    };
    // The acknowledgement may have arrived just before the error.
    match acknowledged.now_or_never() {
        Some(Ok(_)) => Ok(None),
        _ => Err(reason),
    }
}

/// Topic of an alert. It contains only ids and fixed words, nothing received over the air.
fn topic(site: &str, change: &Change) -> Result<String, SendError> {
    Ok(format!("atalaia/v1/{site}/alerts/{}/{}", change.alert.behaviour.name(), id(&change.alert)?))
}

#[cfg(test)]
mod tests;
