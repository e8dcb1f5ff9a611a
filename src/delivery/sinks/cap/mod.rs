//! Sink: messages of the Common Alerting Protocol 1.2, written to a folder or posted to a URL.
//!
//! Each change is one message, which refers to the first message of its alert.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::http_post::{self, Target};
use crate::delivery::outlet::{Outlet, Place};
use crate::delivery::payload::cap;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::Fault;

/// `[sinks.cap]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder for the messages; either this or `url`.
    #[serde(default)]
    pub spool: Option<PathBuf>,
    /// URL to post to: `https://…`, or `http://…` within a network listed in `allow`.
    #[serde(default)]
    pub url: Option<String>,
    /// Globally unique name of the sender, such as `ops@centre.example`.
    pub sender: String,
    /// Token sent as `Authorization: Bearer …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
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

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = self.place().problems("https://RECEIVER/");
        // CAP forbids spaces, commas, `<` and `&` in a sender, because references separate by them.
        let has_no_place = |c: char| c.is_whitespace() || c.is_control() || [',', '<', '>', '&'].contains(&c);
        if self.sender.is_empty() || self.sender.contains(has_no_place) {
            problems.push(
                Fault::new("sender", "is not a name of a sender")
                    .advise("write ops@centre.example, without spaces and commas"),
            );
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
        self.spool.iter_mut().for_each(|spool| *spool = folder.join(&*spool));
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        self.place().endpoints()
    }

    fn spool(&self) -> Option<&Path> {
        self.spool.as_deref()
    }

    fn requirements(&self) -> Vec<Fault> {
        self.place().requirements()
    }
}

impl Settings {
    /// Where the messages go, as the settings name it.
    fn place(&self) -> Place<'_> {
        let target = self.url.as_deref().map(|url| Target {
            url,
            tls: &self.tls,
            bearer: self.bearer.as_ref(),
            headers: None,
            timeout_seconds: self.timeout_seconds,
            allow: &self.allow,
        });
        Place { spool: self.spool.as_deref(), target }
    }
}

/// A receiver of CAP messages: a folder or a URL.
#[derive(Debug)]
pub(super) struct Cap {
    /// Part of each message and of each reference.
    sender: String,
    /// Folder or URL, opened.
    outlet: Outlet,
}

impl Cap {
    /// Reads the secrets and certificates.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Cap, String> {
        Ok(Cap { sender: settings.sender.clone(), outlet: settings.place().open()? })
    }
}

impl Sink for Cap {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "cap",
        about: "Messages of the Common Alerting Protocol (CAP).",
        table: "Settings of kind `cap`.",
        has_path: false,
        is_local: false,
        is_read_by_people: true,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Cap, String> {
        Cap::new(own, sender)
    }

    /// Writes or posts one message for each delivery.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let text = cap::message(&delivery.change, &self.sender);
            self.outlet.put(delivery, text, "application/cap+xml").await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
