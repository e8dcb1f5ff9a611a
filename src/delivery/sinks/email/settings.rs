//! Settings of mail (`[sinks.email]`).

use std::path::Path;

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::wire::Address;
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};

/// `[sinks.email]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Mail server: `host:port`.
    pub address: String,
    /// `starttls` (port 587), `tls` (port 465) or `none`.
    #[serde(default)]
    pub security: Security,
    /// Whether `security = "none"` may be used with a server on another machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Sender address: `Atalaia <atalaia@example.org>`.
    pub from: String,
    /// Recipient addresses.
    pub to: Vec<String>,
    /// User name, if the server requires one.
    #[serde(default)]
    pub user: Option<String>,
    /// Password of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Minutes between two mails, 0 to 1440; changes in between are gathered into one mail. 0: each change at once in its own mail.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1440))]
    pub digest_minutes: u32,
    /// Maximum mails per hour, 1 to 3600; the last one takes everything that waits.
    #[serde(default = "max_per_hour")]
    #[schemars(range(min = 1, max = 3600))]
    pub max_per_hour: u32,
    /// Seconds to wait for the server before the attempt fails, 1 to 100.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u32,
    /// Trusted certificate authorities and our client certificate.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `max_per_hour`: one mail every two minutes, if they come evenly.
fn max_per_hour() -> u32 {
    30
}

/// Default of `timeout_seconds`. Mail servers may delay their greeting to deter spammers.
fn timeout_seconds() -> u32 {
    30
}

/// Encryption of the connection to the mail server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// Encrypted after STARTTLS; nothing is sent if the server does not offer it.
    #[default]
    Starttls,
    /// Encrypted from the start.
    Tls,
    /// Unencrypted.
    None,
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems: Vec<Fault> = Address::problem(&self.address).into_iter().collect();
        // On this machine, a mail without TLS crosses no network.
        let loopback = self.address.parse().is_ok_and(|address: Address| address.is_loopback());
        if self.security == Security::None && !loopback && !self.allow_plaintext {
            problems.push(
                Fault::new("security", "\"none\" would send alerts unencrypted")
                    .advise("write \"starttls\" or \"tls\", or allow_plaintext = true"),
            );
        }
        if self.from.parse::<Mailbox>().is_err() {
            problems.push(Fault::new("from", "is not an address").advise("write \"Atalaia <atalaia@example.org>\""));
        }
        if self.to.is_empty() {
            problems.push(Fault::new("to", "is empty").advise("write to = [\"watch@example.org\"]"));
        }
        for (index, _) in self.to.iter().enumerate().filter(|(_, to)| to.parse::<Mailbox>().is_err()) {
            problems
                .push(Fault::new(format!("to[{index}]"), "is not an address").advise("write \"watch@example.org\""));
        }
        if self.user.is_some() != self.password.is_some() {
            problems.push(Fault::new("", "has only one of user and password").advise("write both or none"));
        }
        problems.extend(self.password.iter().flat_map(|secret| fault::below("password", secret.problems())));
        problems.extend(fault::below("tls", self.tls.problems()));
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
        let encrypted = self.security == Security::Tls;
        Endpoint::at(&self.address, encrypted).map(|endpoint| ("address", endpoint)).into_iter().collect()
    }
}
