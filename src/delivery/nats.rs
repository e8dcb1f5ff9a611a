//! Sink: messages into a stream of NATS JetStream, each stored once however often it is sent.

use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{ContextBuilder, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{ConnectOptions, Event};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tracing::debug;

use super::letter::{Letter, Place, SendError};
use super::telling::Telling;
use super::wire::Address;
use crate::secret::{Revealed, Secret};
use crate::tls;

/// `[sinks.nats]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `tls://host:port`, or `nats://host:port` in the open.
    pub url: String,
    /// A token, if the server asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// User, in place of a token.
    #[serde(default)]
    pub user: Option<String>,
    /// That user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whether a token or password may travel in the open beyond this machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// A server that has not stored the message by then is given up for now. Seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
    /// Whom to trust.
    #[serde(default)]
    pub tls: tls::Settings,
}

fn timeout_seconds() -> u32 {
    10
}

impl Settings {
    /// What is wrong with it; `path` is the key's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let shown = self.token.is_some() || self.password.is_some();
        match self.target() {
            None => problems.push(format!(
                "{path}.url: is no address of a server; write \"tls://host:4222\" (tokens and passwords stand in keys of their own)"
            )),
            Some((false, _)) if self.tls != tls::Settings::default() => {
                problems.push(format!("{path}.tls: goes with an address tls://; write that or leave it out"));
            }
            Some((false, address)) if shown && !address.is_loopback() && !self.allow_plaintext => {
                problems.push(format!(
                    "{path}.url: token or password would travel in the open; write an address tls://, or allow_plaintext = true"
                ));
            }
            Some(_) => {}
        }
        if self.token.is_some() && self.user.is_some() {
            problems.push(format!("{path}: has both token and user; write the one that is used"));
        }
        if self.user.is_some() != self.password.is_some() {
            problems.push(format!("{path}: has only one of user and password; write both or none"));
        }
        if !(1..=100).contains(&self.timeout_seconds) {
            problems.push(format!("{path}.timeout_seconds must lie between 1 and 100, not {}", self.timeout_seconds));
        }
        for (key, secret) in [("token", &self.token), ("password", &self.password)] {
            problems.extend(secret.iter().flat_map(|secret| secret.problems(&format!("{path}.{key}"))));
        }
        problems.extend(self.tls.problems(&format!("{path}.tls")));
        problems
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
        for secret in [&mut self.token, &mut self.password].into_iter().flatten() {
            secret.within(folder);
        }
    }

    /// Whether by TLS, and where.
    fn target(&self) -> Option<(bool, Address)> {
        let (tls, address) = match self.url.strip_prefix("tls://") {
            Some(address) => (true, address),
            None => (false, self.url.strip_prefix("nats://")?),
        };
        Some((tls, address.trim_end_matches('/').parse().ok()?))
    }
}

/// The connection to a server.
pub(super) struct Nats {
    url: String,
    login: Login,
    wait: Duration,
    open: Option<Context>,
}

/// What a connection is made with; options of the library can be used only once.
struct Login {
    token: Option<Revealed>,
    user: Option<(String, Revealed)>,
    tls: Option<rustls::ClientConfig>,
    name: String,
}

impl Nats {
    pub(super) fn new(settings: &Settings, place: &Place) -> Result<Nats, String> {
        let (tls, _) = settings.target().ok_or_else(|| format!("{}: no address", settings.url))?;
        let read =
            |secret: &Option<Secret>| secret.as_ref().map(Secret::read).transpose().map_err(|error| error.to_string());
        let login = Login {
            token: read(&settings.token)?,
            user: settings.user.clone().zip(read(&settings.password)?),
            tls: if tls { Some(settings.tls.client().map_err(|error| error.to_string())?) } else { None },
            name: format!("atalaia {}", place.site),
        };
        let wait = Duration::from_secs(settings.timeout_seconds.into());
        Ok(Nats { url: settings.url.clone(), login, wait, open: None })
    }

    /// Has each stored by a stream; one that is sent again is known by its key and stored no second time.
    pub(super) async fn send(&mut self, letters: &[Letter]) -> Result<(), SendError> {
        for letter in letters {
            let subject = subject(Telling::of(letter))?;
            let stored = timeout(self.wait, self.put(subject, letter)).await;
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

    async fn put(&mut self, subject: String, letter: &Letter) -> Result<(), SendError> {
        let later = |reason: String| SendError::Later { wait: None, reason: format!("{}: {reason}", self.url) };
        let context = match self.open.take() {
            Some(context) => context,
            None => {
                let client = self
                    .login
                    .options(self.wait)
                    .connect(&self.url)
                    .await
                    .map_err(|error| later(error.kind().to_string()))?;
                ContextBuilder::new().timeout(self.wait).ack_timeout(self.wait).build(client)
            }
        };
        let message = PublishMessage::build().message_id(&letter.key).payload(letter.line.as_bytes().to_vec().into());
        let refused = |error: PublishError| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                SendError::Refused { reason: format!("{}: longer than the server takes", self.url) }
            }
            PublishErrorKind::StreamNotFound => {
                later("no stream takes atalaia.v1.alerts.>; add one on the server".to_owned())
            }
            kind => later(kind.to_string()),
        };
        context.send_publish(subject, message).await.map_err(refused)?.await.map_err(refused)?;
        self.open = Some(context);
        Ok(())
    }
}

impl Login {
    fn options(&self, wait: Duration) -> ConnectOptions {
        // One more try and the library gives up; when to come again is not its to say.
        let mut options = ConnectOptions::new()
            .name(&self.name)
            .connection_timeout(wait)
            .request_timeout(Some(wait))
            .max_reconnects(1)
            .ignore_discovered_servers()
            .event_callback(|event: Event| async move { debug!(%event, "nats") });
        if let Some(token) = &self.token {
            options = options.token(token.expose().to_owned());
        }
        if let Some((user, password)) = &self.user {
            options = options.user_and_password(user.clone(), password.expose().to_owned());
        }
        if let Some(tls) = &self.tls {
            options = options.tls_client_config(tls.clone()).require_tls(true);
        }
        options
    }
}

/// Ids and fixed words alone: nothing from the air stands in a subject.
fn subject(told: Telling<'_>) -> Result<String, SendError> {
    Ok(format!("atalaia.v1.alerts.{}.{}", told.behaviour()?, told.severity().name()))
}

#[cfg(test)]
mod tests;
