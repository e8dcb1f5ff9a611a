//! The settings that all inputs have, as far as they are the same for every kind.
//!
//! What differs between kinds is in their `CHARACTER`, their table and their own checks; nothing here names a kind.

use std::net::Ipv4Addr;
use std::path::Path;

use super::feed::{Kind, Settings};
use super::input::{AddressUse, PathUse};
use super::time_zone::time_zone;
use crate::platform::service::Protocol;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};

impl Kind {
    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        self.character().name
    }

    /// Key of its table in the settings.
    pub fn table(self) -> String {
        self.character().table_key()
    }

    /// Whether it takes an `address`.
    pub fn has_address(self) -> bool {
        self.character().address != AddressUse::Unused
    }

    /// The protocol of the port that it listens on; `None` if it does not listen.
    pub fn listens(self) -> Option<Protocol> {
        match self.character().address {
            AddressUse::Listener { protocol, .. } => Some(protocol),
            AddressUse::Server { .. } | AddressUse::Unused => None,
        }
    }

    /// Whether the times in its lines are checked against the time of receipt.
    pub fn is_live(self) -> bool {
        self.character().is_live
    }

    /// Whether it is read once, to its end.
    pub fn is_recording(self) -> bool {
        self.character().is_recording
    }

    /// Whether it handles a stop itself.
    pub fn drains(self) -> bool {
        self.character().drains
    }
}

impl Settings {
    /// Resolves relative paths against `folder`.
    /// `folder` is that of the settings file, so that the daemon may be started from anywhere.
    pub fn within(&mut self, folder: &Path) {
        self.path = self.path.take().map(|path| folder.join(path));
        self.tables_mut().into_iter().for_each(|table| table.within(folder));
    }

    /// TLS settings of its connections; `None` for a kind that cannot be encrypted, or if its table is missing.
    /// Read to warn of certificates that will expire.
    pub fn tls(&self) -> Option<&tls::Settings> {
        let own = self.tables().into_iter().find(|(kind, _)| *kind == self.kind);
        own.and_then(|(_, table)| table?.tls())
    }

    /// Servers the input connects to, each with its settings key; empty for kinds that listen or read files.
    pub fn endpoints(&self) -> Vec<(String, Endpoint)> {
        self.entry().endpoints()
    }

    /// Lists what the input requires of this machine and does not find.
    pub fn requirements(&self) -> Vec<Fault> {
        self.entry().requirements()
    }

    /// Lists the errors in the tables of the individual kinds.
    /// Reports a table of another kind, which would be ignored silently, and a missing one.
    fn table_problems(&self) -> Vec<Fault> {
        let name = self.kind.name();
        let mut problems = Vec::new();
        for (owner, table) in self.tables() {
            let key = owner.table();
            match table {
                Some(_) if owner != self.kind => {
                    problems
                        .push(Fault::new(key, format!("kind \"{name}\" takes no such table")).advise("leave it out"));
                }
                Some(table) => problems.extend(fault::below(&key, table.problems())),
                None if owner == self.kind && self.entry().lacks_table() => {
                    problems.push(
                        Fault::new("", format!("kind \"{name}\" needs a table"))
                            .advise(format!("write [inputs.{key}] below it")),
                    );
                }
                None => {}
            }
        }
        problems
    }

    /// Whether both would listen on the same port and address. Port 0 never collides, because the system chooses it.
    /// Host names are compared as written. `0.0.0.0`, `[::]` and `*` collide with every host.
    pub fn takes_address_of(&self, other: &Settings) -> bool {
        let parts = |settings: &Settings| {
            let (host, port) = settings.address.as_deref()?.rsplit_once(':')?;
            let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
            let any = ["0.0.0.0", "[::]", "*"].contains(&host);
            Some((host.to_owned(), port, any))
        };
        let (Some(ours), Some(theirs)) = (parts(self), parts(other)) else {
            return false;
        };
        // TCP and UDP ports are separate.
        let both = self.kind.listens().is_some_and(|ours| other.kind.listens() == Some(ours));
        both && ours.1 == theirs.1 && (ours.0 == theirs.0 || ours.2 || theirs.2)
    }

    /// Lists the errors in the settings, beyond the ranges of single keys.
    /// Keys are relative to the entry. All errors are listed, not only the first.
    pub fn problems(&self) -> Vec<Fault> {
        let kind = self.kind.name();
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Fault::new("name", "is empty").advise("write a name for logs and alerts"));
        }
        // The name appears in logs, alerts and metrics, where a line end could forge a line.
        if self.name.contains(char::is_control) {
            problems.push(Fault::new("name", "holds a control character").advise("write letters, digits and spaces"));
        }
        match (&self.address, self.kind.has_address()) {
            (None, true) => problems.push(
                Fault::new("", format!("kind \"{kind}\" needs an address")).advise("write address = \"host:port\""),
            ),
            (Some(_), false) => {
                problems.push(Fault::new("address", format!("kind \"{kind}\" takes no address")).advise("leave it out"))
            }
            (Some(address), true) => problems.extend(address_problem(address, self.kind)),
            (None, false) => {}
        }
        match (&self.path, (self.kind.character().path != PathUse::Unused)) {
            (None, true) => {
                problems.push(Fault::new("", format!("kind \"{kind}\" needs a path")).advise("write path = \"FILE\""))
            }
            (Some(_), false) => {
                problems.push(Fault::new("path", format!("kind \"{kind}\" takes no path")).advise("leave it out"))
            }
            _ => {}
        }
        if let Some(zone) = &self.time_zone
            && time_zone(zone).is_none()
        {
            problems.push(
                Fault::new("time_zone", format!("\"{zone}\" is not a time zone"))
                    .advise("write an IANA name or an offset, for instance \"Europe/Lisbon\" or \"+02:00\""),
            );
        }
        problems.extend(self.entry().problems());
        problems.extend(self.table_problems());
        problems
    }
}

/// The error in an `address`, with the kind's own example as advice; `None` if it is `host:port`. The host is not resolved, because a check
/// must not depend on the network.
fn address_problem(address: &str, kind: Kind) -> Option<Fault> {
    let (example, is_server) = match kind.character().address {
        AddressUse::Unused => return None,
        AddressUse::Server { example } => (example, true),
        AddressUse::Listener { example, .. } => (example, false),
    };
    let wrong = |what: String, rather: &str| {
        Some(Fault::new("address", what).advise(format!("{rather}write host:port, for instance \"{example}\"")))
    };
    if let Some((scheme, _)) = address.split_once("://") {
        return wrong(format!("\"{address}\" has a scheme"), &format!("leave {scheme}:// out, "));
    }
    if address.contains('@') {
        // Not repeated: it may contain a password.
        return wrong("has a user name, which this kind does not take".to_owned(), "leave it out, ");
    }
    let Some((host, port)) = address.rsplit_once(':') else {
        return wrong(format!("\"{address}\" has no port"), "");
    };
    let is_numeric = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match port.parse::<u16>() {
        // A listener may leave the choice of its port to the system.
        Ok(0) if is_server => wrong("port 0 cannot be connected to".to_owned(), ""),
        Err(_) => wrong(format!("\"{port}\" is not a port"), ""),
        Ok(_) if host.is_empty() => wrong(format!("\"{address}\" has no host"), ""),
        Ok(_) if is_numeric && host.parse::<Ipv4Addr>().is_err() => {
            wrong(format!("\"{host}\" is not an IPv4 address"), "")
        }
        Ok(_) if host.contains(|letter: char| letter.is_whitespace() || letter == '/') => {
            wrong(format!("\"{host}\" is not the name of a host"), "")
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests;
