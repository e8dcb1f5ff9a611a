//! The input and recording settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::feed::{aiscatcher_http, aisstream, barentswatch, digitraffic, nats, serial};
use super::unpack::Limits;

/// One entry of `[[inputs]]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the lines arrive.
    pub kind: Kind,
    /// Name of the input in logs and alerts; must be unique.
    pub name: String,
    /// `host:port` to connect to (`tcp`, `gpsd`) or to listen on (`tcp-listen`, `udp`, `aiscatcher-http`; with port 0 the system chooses
    /// a port).
    #[serde(default)]
    pub address: Option<String>,
    /// File, FIFO or serial port to read.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// How far its reports may lag behind the newest, in seconds. Default: `time.lateness_seconds`, for files
    /// `time.file_lateness_seconds`.
    #[serde(default)]
    pub lateness_seconds: Option<u32>,
    /// Set when the lines are a recording being played back: their own times count, however far they are from the time of receipt.
    #[serde(default)]
    pub recorded: bool,
    /// Time zone of local times in its lines: an IANA name or an offset such as `+02:00`. Default: UTC.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Silence after which a connection is closed, in seconds; `tcp` and `gpsd` then reconnect.
    #[serde(default = "idle_timeout_seconds")]
    pub idle_timeout_seconds: u32,
    /// Maximum number of simultaneous connections (`tcp-listen`, `aiscatcher-http`; for the latter, authenticated ones).
    #[serde(default = "max_clients")]
    pub max_clients: u16,
    /// Maximum number of simultaneous connections from one address (`tcp-listen`, `aiscatcher-http`).
    #[serde(default = "max_clients_per_address")]
    pub max_clients_per_address: u16,
    /// `[inputs.aiscatcher_http]`, for `aiscatcher-http`. Without it, no authentication is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aiscatcher_http: Option<aiscatcher_http::Settings>,
    /// `[inputs.aisstream]`, for `aisstream`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aisstream: Option<aisstream::Settings>,
    /// `[inputs.digitraffic]`, for `digitraffic`. Without it, the public server is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digitraffic: Option<digitraffic::Settings>,
    /// `[inputs.barentswatch]`, for `barentswatch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barentswatch: Option<barentswatch::Settings>,
    /// `[inputs.nats]`, for `nats`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<nats::Settings>,
    /// `[inputs.serial]`, for `serial`. Without it, 38400 baud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<serial::Settings>,
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
    /// Connects to a server that sends lines.
    Tcp,
    /// Listens for clients that connect and send lines.
    TcpListen,
    /// Receives datagrams of one or more lines.
    Udp,
    /// A recording, read once to its end; plain, gzip or zstd.
    File,
    /// A named pipe that programs write lines into.
    Fifo,
    /// Standard input.
    Stdin,
    /// Connects to a gpsd and requests its AIS reports.
    Gpsd,
    /// AIS-catcher posts the messages it receives.
    AiscatcherHttp,
    /// The aisstream.io service.
    Aisstream,
    /// Digitraffic of Finland, or any broker that speaks MQTT.
    Digitraffic,
    /// BarentsWatch of Norway.
    Barentswatch,
    /// A NATS JetStream stream.
    Nats,
    /// An AIS receiver on a serial line.
    Serial,
}

impl Kind {
    /// Whether it takes an `address`.
    pub fn has_address(self) -> bool {
        matches!(self, Kind::Tcp | Kind::TcpListen | Kind::Udp | Kind::Gpsd | Kind::AiscatcherHttp)
    }

    /// Whether it takes a `path`.
    pub fn has_path(self) -> bool {
        matches!(self, Kind::File | Kind::Fifo | Kind::Serial)
    }

    /// Whether the times in its lines are checked against the time of receipt. Recordings and pipes keep their own times.
    pub fn is_live(self) -> bool {
        !matches!(self, Kind::File | Kind::Fifo | Kind::Stdin)
    }

    /// Whether it handles a stop itself, to close its connection in an orderly way.
    pub fn takes_leave(self) -> bool {
        matches!(self, Kind::Aisstream | Kind::Digitraffic | Kind::Nats)
    }

    /// Whether this build includes it.
    pub fn is_built_in(self) -> bool {
        self != Kind::Serial || serial::BUILT_IN
    }

    /// Whether it is read once, to its end.
    pub fn is_recording(self) -> bool {
        matches!(self, Kind::File | Kind::Stdin)
    }

    /// Its name in the settings.
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
            Kind::Aisstream => "aisstream",
            Kind::Digitraffic => "digitraffic",
            Kind::Barentswatch => "barentswatch",
            Kind::Nats => "nats",
            Kind::Serial => "serial",
        }
    }
}

impl Settings {
    /// An input of this kind with the default settings.
    pub fn of(kind: Kind, name: &str) -> Settings {
        Settings {
            kind,
            name: name.to_owned(),
            address: None,
            path: None,
            lateness_seconds: None,
            recorded: false,
            time_zone: None,
            idle_timeout_seconds: idle_timeout_seconds(),
            max_clients: max_clients(),
            max_clients_per_address: max_clients_per_address(),
            aiscatcher_http: None,
            aisstream: None,
            digitraffic: None,
            barentswatch: None,
            nats: None,
            serial: None,
        }
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.path = self.path.take().map(|path| folder.join(path));
        if let Some(table) = &mut self.aiscatcher_http {
            table.password.iter_mut().chain(&mut table.token).for_each(|secret| secret.within(folder));
        }
        if let Some(aisstream) = &mut self.aisstream {
            aisstream.key.within(folder);
            aisstream.tls.within(folder);
        }
        if let Some(digitraffic) = &mut self.digitraffic {
            digitraffic.password.iter_mut().for_each(|secret| secret.within(folder));
            digitraffic.tls.within(folder);
        }
        if let Some(barentswatch) = &mut self.barentswatch {
            barentswatch.client_secret.within(folder);
            barentswatch.tls.within(folder);
        }
        if let Some(nats) = &mut self.nats {
            nats.login.within(folder);
            nats.tls.within(folder);
        }
    }

    /// Minimum interval between the starts of two connection attempts.
    pub(super) fn spacing(&self) -> Duration {
        match self.kind {
            Kind::Digitraffic => self
                .digitraffic
                .as_ref()
                .map_or_else(|| digitraffic::Settings::default().spacing(), digitraffic::Settings::spacing),
            _ => Duration::ZERO,
        }
    }

    /// Lists the errors in the tables of the individual kinds.
    fn table_problems(&self, path: &str) -> Vec<String> {
        let kind = self.kind.name();
        let at = |table: &str| format!("{path}.{table}");
        let of = [
            (Kind::Aisstream, self.aisstream.as_ref().map(|table| table.problems(&at("aisstream")))),
            (Kind::Digitraffic, self.digitraffic.as_ref().map(|table| table.problems(&at("digitraffic")))),
            (Kind::Barentswatch, self.barentswatch.as_ref().map(|table| table.problems(&at("barentswatch")))),
            (Kind::Nats, self.nats.as_ref().map(|table| table.problems(&at("nats")))),
            (Kind::Serial, self.serial.as_ref().map(|table| table.problems(&at("serial")))),
            (Kind::AiscatcherHttp, self.aiscatcher_http.as_ref().map(|table| table.problems(&at("aiscatcher_http")))),
        ];
        let mut problems = Vec::new();
        for (owner, found) in of {
            let table = owner.name().replace('-', "_");
            match found {
                Some(_) if owner != self.kind => {
                    problems.push(format!("{path}.{table}: kind \"{kind}\" takes no such table; leave it out"));
                }
                Some(found) => problems.extend(found),
                None if owner == self.kind
                    && !matches!(owner, Kind::Digitraffic | Kind::Serial | Kind::AiscatcherHttp) =>
                {
                    problems.push(format!("{path}: kind \"{kind}\" needs a table; write [inputs.{table}] below it"));
                }
                None => {}
            }
        }
        problems
    }

    /// Whether both would listen on the same port and address. Port 0 never collides, because the system chooses it.
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
        let listens = |kind| matches!(kind, Kind::TcpListen | Kind::Udp | Kind::AiscatcherHttp);
        let both = listens(self.kind) && listens(other.kind) && (self.kind == Kind::Udp) == (other.kind == Kind::Udp);
        both && ours.1 == theirs.1 && (ours.0 == theirs.0 || ours.2 || theirs.2)
    }

    /// Lists the errors in the settings; `path` is the key path of this input (`inputs[0]`).
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
                "{path}.time_zone: \"{zone}\" is not a time zone; write an IANA name or an offset, for instance \
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
        let is_open = self.aiscatcher_http.as_ref().is_none_or(|table| !table.asks());
        let is_near = self.address.as_deref().is_none_or(is_loopback);
        if self.kind == Kind::AiscatcherHttp && is_open && !is_near {
            problems.push(format!(
                "{path}.address: listens on a public address without authentication; write \
                 [inputs.aiscatcher_http] with user and password or a token below it, or an address of 127.0.0.1"
            ));
        }
        problems.extend(self.table_problems(path));
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
    /// Maximum ratio of unpacked to compressed size; a file beyond it is refused (once more than 64 MiB are unpacked).
    pub max_expansion_ratio: u32,
    /// Maximum unpacked size of a compressed file, in GiB; a larger one is refused.
    pub max_expanded_gib: u32,
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings { max_expansion_ratio: 100, max_expanded_gib: 256 }
    }
}

impl RecordingSettings {
    /// Lists the errors in the settings.
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

    /// The limits for the unpacker.
    pub fn limits(&self) -> Limits {
        Limits { ratio: u64::from(self.max_expansion_ratio), bytes: u64::from(self.max_expanded_gib) << 30 }
    }
}

/// Parses a time zone from the settings or the command line: an IANA name, `UTC`, or a fixed offset (`+02:00`).
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
        Err(_) => Some(format!("\"{port}\" is not a port; write host:port, {example}")),
        Ok(_) if host.is_empty() => Some(format!("\"{address}\" has no host; write host:port, {example}")),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let settings: Settings = toml::from_str(&format!("name = \"a\"\n{text}")).expect("settings");
        settings.problems("inputs[0]")
    }

    #[test]
    fn a_table_belongs_to_its_kind() {
        assert_eq!(
            problems("kind = \"aisstream\""),
            ["inputs[0]: kind \"aisstream\" needs a table; write [inputs.aisstream] below it"]
        );
        assert_eq!(problems("kind = \"digitraffic\""), [""; 0]);
        assert_eq!(
            problems("kind = \"stdin\"\n[serial]\nbaud = 3\n"),
            ["inputs[0].serial: kind \"stdin\" takes no such table; leave it out"]
        );
        assert_eq!(
            problems("kind = \"serial\"\npath = \"/dev/ttyUSB0\"\n[serial]\nbaud = 3\n"),
            ["inputs[0].serial.baud: is 3; write 1200 to 4000000, for instance 38400"]
        );
    }

    #[test]
    fn errors_in_the_tables_name_their_key() {
        let found = problems(
            "kind = \"digitraffic\"\naddress = \"a:1\"\n[digitraffic]\nurl = \"http://a\"\ntopics = [\"a/#/b\", \"vessels-v2/+/locations\"]\n\
             digitraffic_user = \"a\\r\\nb\"\nconnects_per_minute = 0\n",
        );
        let keys: Vec<&str> = found.iter().filter_map(|problem| problem.split(": ").next()).collect();
        let keys: Vec<&str> = keys.iter().map(|key| key.strip_prefix("inputs[0].").unwrap_or(key)).collect();
        let expected = ["address", "digitraffic.url", "digitraffic.topics", "digitraffic.topics"];
        assert_eq!(keys[..4], expected, "{found:?}");
        assert_eq!(keys[4..], ["digitraffic.digitraffic_user", "digitraffic.connects_per_minute"], "{found:?}");
    }

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
    fn a_public_address_requires_authentication() {
        use crate::secret::Secret;
        let told = |address: &str, table: Option<aiscatcher_http::Settings>| {
            let address = Some(address.to_owned());
            let input = Settings { address, aiscatcher_http: table, ..Settings::of(Kind::AiscatcherHttp, "stations") };
            input.problems("inputs[0]").join("\n")
        };
        let file = || Some(Secret::File("secret".into()));
        let token = aiscatcher_http::Settings { token: file(), ..aiscatcher_http::Settings::default() };
        for near in ["127.0.0.1:8110", "[::1]:8110", "localhost:8110"] {
            assert_eq!(told(near, None), "", "{near}");
        }
        for far in ["0.0.0.0:8110", "[::]:8110", "192.0.2.1:8110", "host.example:8110"] {
            assert!(told(far, None).contains("without authentication"), "{far}");
            assert!(told(far, Some(aiscatcher_http::Settings::default())).contains("without authentication"), "{far}");
            assert_eq!(told(far, Some(token.clone())), "", "{far}");
        }
        let half = aiscatcher_http::Settings { user: Some("a:b".to_owned()), password: file(), token: None };
        assert!(told("127.0.0.1:1", Some(half.clone())).contains("holds a colon"));
        assert!(
            told("127.0.0.1:1", Some(aiscatcher_http::Settings { password: None, ..half })).contains("has no password")
        );
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
