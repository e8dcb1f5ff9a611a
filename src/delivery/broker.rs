//! What sinks to a message broker share in their settings: its address, with TLS or without, and how long its answer may take.

use super::wire::Address;
use crate::platform::tls;

/// Longest time-out in seconds: a `send` has to end well before it counts as hanging.
const LONGEST_TIMEOUT: u32 = 100;

/// A broker as the settings name it.
pub(super) struct BrokerSettings<'a> {
    /// Its URL.
    pub(super) url: &'a str,
    /// Beginning of a URL without TLS.
    pub(super) plain: &'static str,
    /// Beginning of a URL with TLS.
    pub(super) secure: &'static str,
    /// What to write if the URL is none.
    pub(super) advice: &'static str,
    /// Certificates.
    pub(super) tls: &'a tls::Settings,
    /// Key of the setting that would reveal a secret on a connection without TLS, and what it would reveal; `None` if nothing would.
    pub(super) secret: Option<(&'static str, &'static str)>,
    /// Whether secrets may be sent without TLS.
    pub(super) allow_plaintext: bool,
    /// Seconds to wait for an answer.
    pub(super) timeout_seconds: u32,
}

impl BrokerSettings<'_> {
    /// Whether the URL asks for TLS, and its address. `None` if it is not a valid URL.
    pub(super) fn target(&self) -> Option<(bool, Address)> {
        let (tls, address) = match self.url.strip_prefix(self.secure) {
            Some(address) => (true, address),
            None => (false, self.url.strip_prefix(self.plain)?),
        };
        Some((tls, address.trim_end_matches('/').parse().ok()?))
    }

    /// Faults, as sentences; `path` is the table's place in the settings.
    pub(super) fn problems(&self, path: &str) -> Vec<String> {
        let BrokerSettings { secure, advice, .. } = self;
        let mut problems = Vec::new();
        match (self.target(), self.secret) {
            (None, _) => problems.push(format!("{path}.url: is not an address of {advice}")),
            (Some((false, _)), _) if *self.tls != tls::Settings::default() => {
                problems.push(format!("{path}.tls: goes with an address {secure}; write that or leave it out"));
            }
            (Some((false, address)), Some((key, what))) if !address.is_loopback() && !self.allow_plaintext => {
                problems.push(format!(
                    "{path}.{key}: {what} be sent unencrypted; write an address {secure}, or allow_plaintext = true"
                ));
            }
            (Some(_), _) => {}
        }
        if !(1..=LONGEST_TIMEOUT).contains(&self.timeout_seconds) {
            let given = self.timeout_seconds;
            problems.push(format!("{path}.timeout_seconds must lie between 1 and {LONGEST_TIMEOUT}, not {given}"));
        }
        problems.extend(self.tls.problems(&format!("{path}.tls")));
        problems
    }
}
