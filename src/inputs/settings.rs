//! What the settings file says of inputs and recordings.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{AiscatcherHttp, Limits};

/// One of `[[inputs]]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the lines arrive.
    pub kind: Kind,
    /// Its name in logs and alerts; unique.
    pub name: String,
    /// `host:port`: where to connect to (`tcp`, `gpsd`), or what to listen on (`tcp-listen`, `udp`, `aiscatcher-http`; port 0 lets the
    /// system choose).
    #[serde(default)]
    pub address: Option<String>,
    /// The file or FIFO to read.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// How much later than the newest its reports may come, in seconds; unset: `time.lateness_seconds`, files
    /// `time.file_lateness_seconds`.
    #[serde(default)]
    pub lateness_seconds: Option<u32>,
    /// Zone of local times in its lines: an IANA name or an offset such as `+02:00`; unset: UTC.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// A connection silent for so long is given up (`tcp`, `gpsd`: and made anew).
    #[serde(default = "idle_timeout_seconds")]
    pub idle_timeout_seconds: u32,
    /// Connections taken at once (`tcp-listen`, `aiscatcher-http`).
    #[serde(default = "max_clients")]
    pub max_clients: u16,
    /// Connections taken at once from one address (`tcp-listen`, `aiscatcher-http`).
    #[serde(default = "max_clients_per_address")]
    pub max_clients_per_address: u16,
    /// `[inputs.aiscatcher_http]`, for `aiscatcher-http`; without it nobody has to say who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aiscatcher_http: Option<AiscatcherHttp>,
}

fn idle_timeout_seconds() -> u32 {
    120
}

fn max_clients() -> u16 {
    64
}

fn max_clients_per_address() -> u16 {
    16
}

/// How the lines of an input arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// We connect to a server that sends lines.
    Tcp,
    /// Clients connect to us and send lines.
    TcpListen,
    /// Datagrams of one or more lines are sent to us.
    Udp,
    /// A recording, read once to its end; plain, gzip or zstd.
    File,
    /// A named pipe that programs write lines into.
    Fifo,
    /// Standard input.
    Stdin,
    /// We connect to a gpsd and ask for its AIS reports.
    Gpsd,
    /// AIS-catcher posts what it receives.
    AiscatcherHttp,
}

impl Kind {
    /// Whether it takes an `address`.
    pub fn has_address(self) -> bool {
        matches!(self, Kind::Tcp | Kind::TcpListen | Kind::Udp | Kind::Gpsd | Kind::AiscatcherHttp)
    }

    /// Whether it takes a `path`.
    pub fn has_path(self) -> bool {
        matches!(self, Kind::File | Kind::Fifo)
    }

    /// Whether claimed times are held against the moment of receipt; recordings and pipes keep theirs.
    pub fn is_live(self) -> bool {
        self.has_address()
    }

    /// Whether it is read once, to its end.
    pub fn is_recording(self) -> bool {
        matches!(self, Kind::File | Kind::Stdin)
    }

    /// As written in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Tcp => "tcp",
            Kind::TcpListen => "tcp-listen",
            Kind::Udp => "udp",
            Kind::File => "file",
            Kind::Fifo => "fifo",
            Kind::Stdin => "stdin",
            Kind::Gpsd => "gpsd",
            Kind::AiscatcherHttp => "aiscatcher-http",
        }
    }
}

impl Settings {
    /// One of this kind with nothing but its name.
    pub fn of(kind: Kind, name: &str) -> Settings {
        Settings {
            kind,
            name: name.to_owned(),
            address: None,
            path: None,
            lateness_seconds: None,
            time_zone: None,
            idle_timeout_seconds: idle_timeout_seconds(),
            max_clients: max_clients(),
            max_clients_per_address: max_clients_per_address(),
            aiscatcher_http: None,
        }
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.path = self.path.take().map(|path| folder.join(path));
        if let Some(table) = &mut self.aiscatcher_http {
            table.password.iter_mut().chain(&mut table.token).for_each(|secret| secret.within(folder));
        }
    }

    /// Whether both would listen on one port of one address; port 0 is chosen by the system.
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
        // TCP and UDP have ports of their own.
        let listens = |kind| matches!(kind, Kind::TcpListen | Kind::Udp | Kind::AiscatcherHttp);
        let both = listens(self.kind) && listens(other.kind) && (self.kind == Kind::Udp) == (other.kind == Kind::Udp);
        both && ours.1 == theirs.1 && (ours.0 == theirs.0 || ours.2 || theirs.2)
    }

    /// What is wrong with it; `path` is the key's path of this input (`inputs[0]`).
    pub fn problems(&self, path: &str) -> Vec<String> {
        let kind = self.kind.name();
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(format!("{path}.name: is empty; write a name for logs and alerts"));
        }
        if self.name.contains(char::is_control) {
            problems.push(format!("{path}.name: holds a control character; write letters, digits and spaces"));
        }
        match (&self.address, self.kind.has_address()) {
            (None, true) => {
                problems.push(format!("{path}: kind \"{kind}\" needs an address; write address = \"host:port\""))
            }
            (Some(_), false) => {
                problems.push(format!("{path}.address: kind \"{kind}\" takes no address; leave it out"))
            }
            (Some(address), true) => {
                problems.extend(address_problem(address, self.kind).map(|problem| format!("{path}.address: {problem}")))
            }
            (None, false) => {}
        }
        match (&self.path, self.kind.has_path()) {
            (None, true) => problems.push(format!("{path}: kind \"{kind}\" needs a path; write path = \"FILE\"")),
            (Some(_), false) => problems.push(format!("{path}.path: kind \"{kind}\" takes no path; leave it out")),
            _ => {}
        }
        if let Some(zone) = &self.time_zone
            && time_zone(zone).is_none()
        {
            problems.push(format!(
                "{path}.time_zone: \"{zone}\" is no time zone; write an IANA name or an offset, for instance \
                 \"Europe/Lisbon\" or \"+02:00\""
            ));
        }
        if self.lateness_seconds.is_some_and(|seconds| 86_400 < seconds) {
            problems.push(format!("{path}.lateness_seconds: is more than a day; write 0 to 86400"));
        }
        if !(1..=86_400).contains(&self.idle_timeout_seconds) {
            problems.push(format!("{path}.idle_timeout_seconds: is {}; write 1 to 86400", self.idle_timeout_seconds));
        }
        for (key, clients) in
            [("max_clients", self.max_clients), ("max_clients_per_address", self.max_clients_per_address)]
        {
            if clients == 0 {
                problems.push(format!("{path}.{key}: is 0; write 1 to 65535"));
            }
        }
        match (&self.aiscatcher_http, self.kind) {
            (Some(table), Kind::AiscatcherHttp) => problems.extend(table.problems(&format!("{path}.aiscatcher_http"))),
            (Some(_), _) => {
                problems.push(format!("{path}.aiscatcher_http: kind \"{kind}\" takes no such table; leave it out"))
            }
            (None, _) => {}
        }
        let is_open = self.aiscatcher_http.as_ref().is_none_or(|table| !table.asks());
        let is_near = self.address.as_deref().is_none_or(is_loopback);
        if self.kind == Kind::AiscatcherHttp && is_open && !is_near {
            problems.push(format!(
                "{path}.address: others than this machine can reach it, and nobody is asked who they are; write \
                 [inputs.aiscatcher_http] with user and password or a token below it, or an address of 127.0.0.1"
            ));
        }
        problems
    }
}

/// Whether only programs on this machine can connect.
fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `[recordings]`: files that are replayed, or read by an input of kind `file` or `stdin`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingSettings {
    /// A compressed file that unpacks to more than so many times its size is refused (once past 64 MiB).
    pub max_expansion_ratio: u32,
    /// A compressed file that unpacks to more than so many GiB is refused.
    pub max_expanded_gib: u32,
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings { max_expansion_ratio: 100, max_expanded_gib: 256 }
    }
}

impl RecordingSettings {
    /// What is wrong with it.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_expansion_ratio == 0 {
            problems.push("recordings.max_expansion_ratio: is 0; write 1 or more, for instance 100".to_owned());
        }
        if self.max_expanded_gib == 0 {
            problems.push("recordings.max_expanded_gib: is 0; write 1 or more, for instance 256".to_owned());
        }
        problems
    }

    /// The bounds on unpacking.
    pub fn limits(&self) -> Limits {
        Limits { ratio: u64::from(self.max_expansion_ratio), bytes: u64::from(self.max_expanded_gib) << 30 }
    }
}

/// Reads a time zone as settings and command line write it: an IANA name, `UTC`, or a fixed offset (`+02:00`).
pub fn time_zone(text: &str) -> Option<jiff::tz::TimeZone> {
    use jiff::tz::TimeZone;
    let offset = || {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if !(0..=59).contains(&minutes) || hours < 0 {
            return None;
        }
        let offset = jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
        Some(TimeZone::fixed(offset))
    };
    match text {
        "Z" => Some(TimeZone::UTC),
        _ => offset().or_else(|| TimeZone::get(text).ok()),
    }
}

fn address_problem(address: &str, kind: Kind) -> Option<String> {
    let example = match kind {
        Kind::Tcp => "for instance \"153.44.253.27:5631\"",
        Kind::Gpsd => "for instance \"localhost:2947\"",
        Kind::AiscatcherHttp => "for instance \"127.0.0.1:8110\"",
        _ => "for instance \"0.0.0.0:10110\"",
    };
    if let Some((scheme, _)) = address.split_once("://") {
        return Some(format!("\"{address}\" has a scheme; leave {scheme}:// out, write host:port, {example}"));
    }
    let Some((host, port)) = address.rsplit_once(':') else {
        return Some(format!("\"{address}\" has no port; write host:port, {example}"));
    };
    match port.parse::<u16>() {
        Ok(0) if matches!(kind, Kind::Tcp | Kind::Gpsd) => {
            Some(format!("port 0 cannot be connected to; write host:port, {example}"))
        }
        Err(_) => Some(format!("\"{port}\" is no port; write host:port, {example}")),
        Ok(_) if host.is_empty() => Some(format!("\"{address}\" has no host; write host:port, {example}")),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_are_names_or_offsets() {
        for good in ["UTC", "Z", "Europe/Lisbon", "+02:00", "-3", "+05:30"] {
            assert!(time_zone(good).is_some(), "{good}");
        }
        for bad in ["", "Lisbon", "+2:99", "+-2", "+99:00", "2"] {
            assert!(time_zone(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nobody_beyond_this_machine_may_post_without_saying_who_he_is() {
        use crate::secret::Secret;
        let told = |address: &str, table: Option<AiscatcherHttp>| {
            let address = Some(address.to_owned());
            let input = Settings { address, aiscatcher_http: table, ..Settings::of(Kind::AiscatcherHttp, "stations") };
            input.problems("inputs[0]").join("\n")
        };
        let file = || Some(Secret::File("secret".into()));
        let token = AiscatcherHttp { token: file(), ..AiscatcherHttp::default() };
        for near in ["127.0.0.1:8110", "[::1]:8110", "localhost:8110"] {
            assert_eq!(told(near, None), "", "{near}");
        }
        for far in ["0.0.0.0:8110", "[::]:8110", "192.0.2.1:8110", "host.example:8110"] {
            assert!(told(far, None).contains("nobody is asked who they are"), "{far}");
            assert!(told(far, Some(AiscatcherHttp::default())).contains("nobody is asked who they are"), "{far}");
            assert_eq!(told(far, Some(token.clone())), "", "{far}");
        }
        let half = AiscatcherHttp { user: Some("a:b".to_owned()), password: file(), token: None };
        assert!(told("127.0.0.1:1", Some(half.clone())).contains("holds a colon"));
        assert!(told("127.0.0.1:1", Some(AiscatcherHttp { password: None, ..half })).contains("has no password"));
        let elsewhere = Settings { aiscatcher_http: Some(token), ..Settings::of(Kind::Stdin, "stdin") };
        assert!(elsewhere.problems("inputs[0]").join("\n").contains("takes no such table"));
    }

    #[test]
    fn two_listeners_may_not_share_a_port_unless_one_takes_datagrams() {
        let listening = |kind, address: &str| Settings { address: Some(address.to_owned()), ..Settings::of(kind, "a") };
        let http = listening(Kind::AiscatcherHttp, "127.0.0.1:8110");
        assert!(http.takes_address_of(&listening(Kind::TcpListen, "0.0.0.0:8110")));
        assert!(!http.takes_address_of(&listening(Kind::Udp, "0.0.0.0:8110")));
        assert!(!http.takes_address_of(&listening(Kind::Gpsd, "127.0.0.1:8110")));
    }
}
