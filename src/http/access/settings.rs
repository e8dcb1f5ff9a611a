//! The `[api]` section of the settings: where the API and the console are served, to whom, and for how long.

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::platform::tls::ServerSettings;
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::base::time::Span;

/// When a reader is asked what the data are for, and why.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize, Serialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AskPurpose {
    /// Once a shift: the purpose chosen at sign-in holds until it is changed.
    Shift,
    /// For each export.
    Export,
    /// For each export and each search by identity.
    Search,
    /// For each look at a detail.
    Always,
}

/// `[api]`: the API and the console.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address as `IP:port`. If absent, neither is served unless the service manager passes a socket named `api`. Needs `[store]`.
    pub address: Option<String>,
    /// Whether other machines may reach it without TLS, for instance through a proxy that adds TLS. Passwords then cross that network in
    /// clear text. With TLS it is not needed.
    pub allow_remote: bool,
    /// Maximum number of simultaneous connections. When it is reached, a new one replaces the oldest that has not signed in.
    #[schemars(range(min = 16))]
    pub max_connections: u16,
    /// Name of the site, shown at the top of the console.
    pub site: String,
    /// Address under which browsers reach it, such as `https://console.example.org`. Its host name is allowed on a loopback address too.
    pub public_url: Option<String>,
    /// A session that is not used for this long ends. Minutes. Requests that a page makes on its own do not count as use.
    #[schemars(range(min = 1, max = 1440))]
    pub idle_minutes: u16,
    /// Longest life of a session. Hours.
    #[schemars(range(min = 1, max = 168))]
    pub longest_hours: u16,
    /// Purposes that a person may choose, by their names in CISE; empty for all.
    pub purposes: Vec<Purpose>,
    /// When readers are asked for a purpose or reason: `shift`, `export`, `search` or `always`.
    pub ask_purpose: AskPurpose,
    /// Certificate and key of the server.
    pub tls: ServerSettings,
}

impl Default for Settings {
    /// A watch lasts up to twelve hours; a desk that is left for half an hour is locked.
    fn default() -> Settings {
        Settings {
            address: None,
            allow_remote: false,
            max_connections: 512,
            site: "Atalaia".to_owned(),
            public_url: None,
            idle_minutes: 30,
            longest_hours: 12,
            purposes: Vec::new(),
            ask_purpose: AskPurpose::Shift,
            tls: ServerSettings::default(),
        }
    }
}

impl Settings {
    /// The address of the console for a browser: that of the settings, else that of the listener. `None` if it cannot be told from the
    /// settings, because the listener has no address of its own or takes every one.
    pub fn console(&self) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(url.trim_end_matches('/').to_owned());
        }
        let address: std::net::SocketAddr = self.address.as_ref()?.parse().ok()?;
        let scheme = if self.tls.is_set() { "https" } else { "http" };
        (!address.ip().is_unspecified() && address.port() != 0).then(|| format!("{scheme}://{address}"))
    }

    /// What the ranges of the fields do not show, with the path of the key. `has_store` is whether `[store]` names a file.
    pub fn problems(&self, has_store: bool) -> Vec<Fault> {
        let mut problems = fault::below("api.tls", self.tls.problems());
        if let Some(address) = &self.address {
            match address.parse() {
                Err(_) => {
                    let fault = Fault::new("api.address", format!("\"{}\" is not an address", address.escape_debug()));
                    problems.push(fault.advise("write IP:port, for instance \"127.0.0.1:9478\""));
                }
                Ok(parsed) if !self.allows(parsed) => {
                    let fault = Fault::new("api.address", format!("\"{address}\" is reachable from other machines"));
                    let advice =
                        "write certificate and key below [api.tls], a loopback address, or allow_remote = true";
                    problems.push(fault.advise(advice));
                }
                Ok(_) => {}
            }
            if !has_store {
                problems.push(
                    Fault::new("api.address", "needs a store").advise("write path below [store], or leave it out"),
                );
            }
        }
        if self.public_url.as_ref().is_some_and(|_| self.public_host().is_none()) {
            let fault = Fault::new("api.public_url", "is not the address of a site");
            problems.push(fault.advise("write it as \"https://console.example.org\", without a path"));
        }
        if self.site.chars().count() > 64 || self.site.chars().any(char::is_control) {
            problems.push(
                Fault::new("api.site", "is too long or has control characters").advise("write at most 64 characters"),
            );
        }
        problems
    }

    /// Whether it may be served at this address.
    /// Checked again for the socket that is actually bound, which the service manager may have chosen.
    pub(in crate::http) fn allows(&self, address: SocketAddr) -> bool {
        self.allow_remote || self.tls.is_set() || address.ip().is_loopback()
    }

    /// Host of `public_url`, without its port; `None` if there is none, or it is not the address of a site.
    pub(in crate::http) fn public_host(&self) -> Option<&str> {
        let (scheme, rest) = self.public_url.as_deref()?.split_once("://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let host = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let host = host.map_or(authority, |(host, _)| host);
        let is_plain =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte));
        (["http", "https"].contains(&scheme) && is_plain).then_some(host)
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.tls.within(folder);
    }

    /// How long a session may idle.
    pub(in crate::http) fn idle(&self) -> Span {
        Span::from_minutes(i64::from(self.idle_minutes))
    }

    /// How long a session may last.
    pub(in crate::http) fn longest(&self) -> Span {
        Span::from_hours(i64::from(self.longest_hours))
    }

    /// The purposes that a person may choose.
    pub(in crate::http) fn known_purposes(&self) -> Vec<Purpose> {
        if self.purposes.is_empty() { Purpose::ALL.to_vec() } else { self.purposes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(settings: Settings) -> Vec<String> {
        fault::lines("", settings.problems(true))
    }

    fn at(address: &str) -> Settings {
        Settings { address: Some(address.to_owned()), ..Settings::default() }
    }

    #[test]
    fn the_address_of_the_console_is_that_of_a_browser() {
        let of = |address: &str, url: Option<&str>| {
            let url = url.map(str::to_owned);
            Settings { address: Some(address.to_owned()), public_url: url, ..Settings::default() }.console()
        };
        assert_eq!(of("127.0.0.1:9478", None).as_deref(), Some("http://127.0.0.1:9478"));
        assert_eq!(of("[::1]:9478", None).as_deref(), Some("http://[::1]:9478"));
        let public = of("0.0.0.0:9478", Some("https://console.example.org/"));
        assert_eq!(public.as_deref(), Some("https://console.example.org"));
        assert_eq!((of("0.0.0.0:9478", None), of("127.0.0.1:0", None)), (None, None));
    }

    #[test]
    fn beyond_loopback_only_with_tls_or_when_asked_for() {
        assert_eq!(faults(Settings::default()), [""; 0]);
        assert_eq!(faults(at("127.0.0.1:9478")), [""; 0]);
        assert!(faults(at("0.0.0.0:9478"))[0].contains("[api.tls]"));
        assert_eq!(faults(Settings { allow_remote: true, ..at("0.0.0.0:9478") }), [""; 0]);
        let tls = ServerSettings { certificate: Some("a.pem".into()), key: Some("a.key".into()) };
        assert_eq!(faults(Settings { tls, ..at("0.0.0.0:9478") }), [""; 0]);
        let half = ServerSettings { certificate: Some("a.pem".into()), key: None };
        assert!(faults(Settings { tls: half, ..at("127.0.0.1:9478") })[0].contains("api.tls.key"));
        assert!(fault::lines("", at("127.0.0.1:9478").problems(false))[0].contains("store"));
        assert!(faults(at("localhost"))[0].contains("is not an address"));
    }

    #[test]
    fn the_public_address_is_that_of_a_site() {
        let host = |url: &str| {
            let settings = Settings { public_url: Some(url.to_owned()), ..Settings::default() };
            settings.public_host().map(str::to_owned)
        };
        assert_eq!(host("https://console.example.org").as_deref(), Some("console.example.org"));
        assert_eq!(host("http://console.example.org:8080/").as_deref(), Some("console.example.org"));
        for wrong in ["console.example.org", "ftp://a", "https://", "https://a/b", "https://a b"] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }
}
