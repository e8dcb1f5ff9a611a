//! The `[http]` section of the settings: where the pages are served.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use atalaia_core::base::fault::Fault;

/// `[http]`: the pages for monitoring.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address as `IP:port`. If absent, no pages are served unless the service manager passes a socket named `http`.
    pub address: Option<String>,
    /// Whether other machines may reach the pages. They have no password, so anyone who can connect can read them.
    pub allow_remote: bool,
    /// Maximum number of simultaneous connections. When it is reached, a new one replaces the one that has been idle longest.
    #[schemars(range(min = 1))]
    pub max_connections: u16,
}

impl Default for Settings {
    /// 128 connections are far more than a monitoring system opens, and cost little.
    fn default() -> Settings {
        Settings { address: None, allow_remote: false, max_connections: 128 }
    }
}

impl Settings {
    /// What the ranges of the fields do not show, with the path of the key.
    /// The address is only parsed; whether it can be bound shows at the start.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        match self.address.as_deref().map(|address| (address, address.parse())) {
            Some((address, Err(_))) => {
                let fault = Fault::new("http.address", format!("\"{address}\" is not an address"));
                problems.push(fault.advise("write IP:port, for instance \"127.0.0.1:9477\""));
            }
            Some((address, Ok(parsed))) if !self.allows(parsed) => {
                let fault = Fault::new("http.address", format!("\"{address}\" is reachable from other machines"));
                let advice = "write a loopback address, for instance \"127.0.0.1:9477\", or allow_remote = true";
                problems.push(fault.advise(advice));
            }
            _ => {}
        }
        problems
    }

    /// Whether the pages may be served at this address.
    /// Checked again for the socket that is actually bound, which the service manager may have chosen.
    pub(super) fn allows(&self, address: SocketAddr) -> bool {
        self.allow_remote || address.ip().is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::fault;

    fn with(address: &str, allow_remote: bool) -> Vec<String> {
        fault::lines("", Settings { address: Some(address.to_owned()), allow_remote, ..Settings::default() }.problems())
    }

    #[test]
    fn only_loopback_unless_asked_for() {
        assert!(Settings::default().problems().is_empty());
        for (address, allow) in
            [("127.0.0.1:9477", false), ("[::1]:9477", false), ("0.0.0.0:9477", true), ("192.0.2.1:9477", true)]
        {
            assert!(with(address, allow).is_empty(), "{address}");
        }
        for address in ["0.0.0.0:9477", "[::]:9477", "192.0.2.1:9477", "[::ffff:192.0.2.1]:9477"] {
            assert!(with(address, false)[0].contains("allow_remote"), "{address}");
        }
        for address in ["", "9477", "localhost:9477", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:9477"] {
            assert!(with(address, true)[0].contains("is not an address"), "{address}");
        }
    }
}
