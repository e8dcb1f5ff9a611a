//! What sinks to a message broker share in their settings: its address, with TLS or without.
//!
//! Both kinds of brokers take secrets with the connection, so the same rule holds for them: a secret leaves the machine only with TLS,
//! unless the settings allow it.

use super::wire::Address;
use crate::platform::tls;
use atalaia_core::base::fault::{self, Fault};

/// A broker as the settings name it.
pub(super) struct BrokerSettings<'a> {
    /// Its URL.
    pub(super) url: &'a str,
    /// Beginning of a URL without TLS.
    pub(super) plain: &'static str,
    /// Beginning of a URL with TLS.
    pub(super) secure: &'static str,
    /// What is at the URL, and what to write if it is none.
    /// The advice contains an example of an address.
    pub(super) wanted: [&'static str; 2],
    /// Certificates.
    pub(super) tls: &'a tls::Settings,
    /// Key of the setting that would reveal a secret on a connection without TLS, and what it would reveal; `None` if nothing would.
    pub(super) secret: Option<(&'static str, &'static str)>,
    /// Whether secrets may be sent without TLS.
    pub(super) allow_plaintext: bool,
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

    /// What is wrong with these settings.
    pub(super) fn problems(&self) -> Vec<Fault> {
        let BrokerSettings { secure, wanted: [what_it_is, advice], .. } = self;
        let mut problems = Vec::new();
        match (self.target(), self.secret) {
            (None, _) => problems.push(Fault::new("url", format!("is not an address of {what_it_is}")).advise(*advice)),
            // Certificates without TLS are a sign that TLS was meant.
            (Some((false, _)), _) if *self.tls != tls::Settings::default() => {
                problems.push(
                    Fault::new("tls", format!("goes with an address {secure}")).advise("write that or leave it out"),
                );
            }
            (Some((false, address)), Some((key, what))) if !address.is_loopback() && !self.allow_plaintext => {
                problems.push(
                    Fault::new(key, format!("{what} be sent unencrypted"))
                        .advise(format!("write an address {secure}, or allow_plaintext = true")),
                );
            }
            (Some(_), _) => {}
        }
        problems.extend(fault::below("tls", self.tls.problems()));
        problems
    }
}
