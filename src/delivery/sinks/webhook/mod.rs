//! Sink: each change posted to a URL, signed according to Standard Webhooks 1.0.
//!
//! The signature covers id, time and body, so a receiver can tell a genuine post from a forged or repeated one. The id is the key of the
//! delivery and the same for each attempt. Without keys the post is not signed, and only TLS and a bearer token protect it.

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::http_post::{self, Post, Target};
use crate::delivery::payload::{alertmanager, events};
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::clock::Clock;
use crate::platform::secret::{Revealed, Secret};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::base::time::Time;

/// Prefix of symmetric keys in Standard Webhooks.
const PREFIX: &str = "whsec_";

/// `[sinks.webhook]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// URL to post to: `https://…`, or `http://…` within a network listed in `allow`.
    pub url: String,
    /// Format of the body: `cloudevents`, `standard`, `line` or `alertmanager`.
    #[serde(default)]
    pub body: Body,
    /// One or two signing keys (`whsec_…`); two while one replaces the other. Empty: unsigned.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Token sent as `Authorization: Bearer …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
    /// Additional headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Time limit of the whole exchange in seconds, 1 to 100.
    #[serde(default = "http_post::timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u64,
    /// Networks outside the public Internet that may be reached.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Trusted certificate authorities and our client certificate.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Format of the posted body.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A CloudEvent 1.0 in JSON with the change as its data.
    #[default]
    Cloudevents,
    /// `{type, timestamp, data}` as in Standard Webhooks.
    Standard,
    /// The line of the alert stream, unchanged.
    Line,
    /// Alertmanager's webhook format, version 4.
    Alertmanager,
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = self.target().problems();
        if 2 < self.secrets.len() {
            problems
                .push(Fault::new("secrets", format!("holds {} keys", self.secrets.len())).advise("write at most two"));
        }
        for (index, secret) in self.secrets.iter().enumerate() {
            problems.extend(fault::below(&format!("secrets[{index}]"), secret.problems()));
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
        self.secrets.iter_mut().chain(self.headers.values_mut()).for_each(|secret| secret.within(folder));
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        Endpoint::of_url(&self.url, 443).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }

    fn requirements(&self) -> Vec<Fault> {
        self.useless_keys()
    }
}

impl Settings {
    /// Faults of keys that can be read but are not signing keys. Unreadable secrets are reported elsewhere.
    /// Checked apart from the reading at start, so that `atalaia check` reports a wrong key before it is needed.
    fn useless_keys(&self) -> Vec<Fault> {
        let read = self.secrets.iter().enumerate().filter_map(|(index, secret)| Some((index, secret.read().ok()?)));
        let useless = read.filter_map(|(index, secret)| Some((index, key(&secret).err()?)));
        useless.map(|(index, fault)| fault.below(&format!("secrets[{index}]"))).collect()
    }

    /// The receiver as the settings describe it.
    fn target(&self) -> Target<'_> {
        Target {
            url: &self.url,
            tls: &self.tls,
            bearer: self.bearer.as_ref(),
            headers: Some(&self.headers),
            timeout_seconds: self.timeout_seconds,
            allow: &self.allow,
        }
    }
}

/// A URL that receives changes.
#[derive(Debug)]
pub(super) struct Webhook {
    /// The URL with its client.
    post: Post,
    /// Format of the body.
    body: Body,
    /// Keyed codes, copied for each signature; empty for unsigned posts.
    keys: Vec<Hmac<Sha256>>,
    /// Its site is the source of events.
    sender: SenderIdentity,
    /// Time of signatures; tests set it.
    now: fn() -> Time,
}

impl Webhook {
    /// Reads the secrets and certificates.
    fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Webhook, String> {
        let keys = settings.secrets.iter().enumerate().map(|(index, secret)| {
            let secret = secret.read().map_err(|error| error.to_string())?;
            key(&secret).map_err(|error| format!("secrets[{index}] {error}"))
        });
        let keys = keys.collect::<Result<_, String>>()?;
        let (body, sender) = (settings.body, sender.clone());
        Ok(Webhook { post: settings.target().open()?, body, keys, sender, now: || Clock.now() })
    }

    /// Body and media type for the configured format.
    fn body(&self, delivery: &Delivery) -> (String, &'static str) {
        const JSON: &str = "application/json";
        match self.body {
            Body::Cloudevents => (events::cloud_event(delivery, &self.sender).to_string(), events::CLOUD_EVENT),
            Body::Standard => (events::standard(delivery).to_string(), JSON),
            Body::Line => (delivery.line.to_string(), JSON),
            Body::Alertmanager => (alertmanager::webhook(&delivery.change, &self.sender).to_string(), JSON),
        }
    }

    /// Headers of Standard Webhooks. The id is the same for every attempt; the timestamp is that of this one.
    fn headers(&self, id: &str, now: Time, body: &[u8]) -> Vec<(&'static str, String)> {
        let seconds = now.seconds();
        let mut headers = vec![("webhook-id", id.to_owned()), ("webhook-timestamp", seconds.to_string())];
        if !self.keys.is_empty() {
            let all: Vec<String> = self.keys.iter().map(|key| signature(key, id, seconds, body)).collect();
            headers.push(("webhook-signature", all.join(" ")));
        }
        headers
    }
}

impl Sink for Webhook {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "webhook",
        about: "HTTP POST to a URL.",
        table: "Settings of kind `webhook`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Webhook, String> {
        Webhook::new(own, sender)
    }

    /// Posts each delivery in turn.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let (body, media_type) = self.body(delivery);
            let headers = self.headers(&delivery.key, (self.now)(), body.as_bytes());
            self.post.post(body.into_bytes(), media_type, &headers).await?;
        }
        Ok(())
    }
}

/// Signature `v1,<base64>` over `id.timestamp.body`.
fn signature(key: &Hmac<Sha256>, id: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = key.clone();
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

/// The signing key of a secret. Standard Webhooks asks for 24 to 64 random bytes.
fn key(revealed: &Revealed) -> Result<Hmac<Sha256>, Fault> {
    let bytes = revealed.expose().strip_prefix(PREFIX).and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
    let fault = || {
        Fault::new("", "is not a signing key").advise(format!(
            "write {PREFIX} and the base64 of 24 to 64 random bytes into it, for instance: echo \"{PREFIX}$(openssl rand -base64 32)\""
        ))
    };
    Ok(Hmac::new_from_slice(&bytes.ok_or_else(fault)?).expect("a key may have any length"))
}

#[cfg(test)]
mod tests;
