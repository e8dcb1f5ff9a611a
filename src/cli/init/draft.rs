//! Parses the answers of `atalaia init` and turns them into a settings file.
//!
//! Answers are written as people know them: `tcp://HOST:PORT`, a path, the address of a webhook. What a kind
//! of input needs is taken from the kind itself, so a new kind with an address can be chosen here at once.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, absolute};

use crate::inputs::{AddressUse, Character, Kind, PathUse};

/// The contents of a first settings file. Several feeds and sinks are in the order of the flags.
#[derive(Debug)]
pub(super) struct Draft {
    /// Where AIS comes from, at least one.
    pub(super) feeds: Vec<Feed>,
    /// Where alerts are kept.
    pub(super) store: Store,
    /// Where zones are read from.
    pub(super) zones: Zones,
    /// Where alerts go, at least one.
    pub(super) sinks: Vec<Sink>,
}

/// An input: where AIS comes from.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Feed {
    /// Its kind, which also names the entry.
    kind: Kind,
    /// The one key that the entry has besides `kind` and `name`.
    key: Key,
    /// Value of that key: `HOST:PORT`, or a path as the settings need it.
    value: String,
}

/// The key that makes an entry of `[[inputs]]` complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    /// `address`, which is `HOST:PORT`.
    Address,
    /// `path`, which is a file or a pipe.
    Path,
}

impl Key {
    /// The one key that an input of this kind needs. `None` for kinds that need none, and for those with a
    /// table of their own: a first settings file cannot be guessed from one word for them.
    fn of(kind: Kind) -> Option<Key> {
        let Character { table, address, path, .. } = kind.character();
        match (table.is_empty(), address, path) {
            (true, AddressUse::Server { .. } | AddressUse::Listener { .. }, PathUse::Unused) => Some(Key::Address),
            (true, AddressUse::Unused, PathUse::File) => Some(Key::Path),
            _ => None,
        }
    }

    /// Its name in the settings.
    fn name(self) -> &'static str {
        match self {
            Key::Address => "address",
            Key::Path => "path",
        }
    }

    /// What stands between the name of the kind and the value in an answer: `tcp://HOST:PORT`, `file:PATH`.
    fn separator(self) -> &'static str {
        match self {
            Key::Address => "://",
            Key::Path => ":",
        }
    }
}

/// Path of the store; `None` if alerts are not kept.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Store(Option<String>);

/// Folder of zone files; `None` for the zones inside the program.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Zones(Option<String>);

/// A sink: where alerts go.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Sink {
    /// The log of the daemon.
    Log,
    /// A file of JSON lines, by its path as the settings need it.
    Jsonl(String),
    /// An HTTP receiver.
    Webhook {
        /// Its URL as it was given.
        url: String,
        /// Networks that the settings must allow because they are not public.
        allow: Vec<String>,
    },
}

/// The kinds of inputs that need only an address or a path, with that key. All others are left to the
/// shipped settings file.
fn feeds() -> impl Iterator<Item = (Kind, Key)> {
    Kind::ALL.iter().filter_map(|kind| Some((*kind, Key::of(*kind)?)))
}

impl Feed {
    /// Parses an answer to the question for the source. `folder` is that of the settings file.
    ///
    /// # Errors
    /// What to write.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Feed, String> {
        let form = feeds().find_map(|(kind, key)| {
            let rest = text.strip_prefix(kind.name())?.strip_prefix(key.separator())?;
            Some((kind, key, rest))
        });
        let Some((kind, key, rest)) = form else {
            let begins: Vec<String> =
                feeds().map(|(kind, key)| format!("{}{}", kind.name(), key.separator())).collect();
            return Err(format!(
                "{text}: not a feed; write tcp://HOST:PORT or another of {}; the other kinds are described in the settings file \
                 that comes with the program",
                begins.join(", ")
            ));
        };
        let value = match key {
            Key::Address => address(rest.trim_end_matches('/'))?,
            Key::Path => path(rest, folder)?,
        };
        Ok(Feed { kind, key, value })
    }

    /// As [`Feed::parse`], for an answer at the terminal, where another file can still be named.
    ///
    /// # Errors
    /// What to write, also if the file or pipe does not exist.
    pub(super) fn parse_existing(text: &str, folder: &Path) -> Result<Feed, String> {
        let feed = Feed::parse(text, folder)?;
        // The answer has the path as the user sees it; that of the settings is relative to their folder.
        match text.split_once(Key::Path.separator()).filter(|_| feed.key == Key::Path) {
            Some((_, file)) if !Path::new(file).exists() => Err(format!(
                "{file}: no such file; name one that exists, or run `atalaia init --feed {text}` for one that comes later"
            )),
            _ => Ok(feed),
        }
    }
}

/// Checks that the text is `HOST:PORT` and returns it unchanged. Whether the host exists is left to the
/// daemon, which tries again for as long as it does not.
fn address(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    match !host.is_empty() && port.parse::<u16>().is_ok() {
        true => Ok(text.to_owned()),
        false => Err(format!("{text}: not an address; write HOST:PORT, such as 192.0.2.7:5631")),
    }
}

/// A path of the command line as the settings need it: relative to their folder if it is inside, else
/// absolute, because the daemon runs in another folder.
///
/// # Errors
/// The path is empty, or cannot be written in TOML.
fn path(text: &str, folder: &Path) -> Result<String, String> {
    if text.is_empty() {
        return Err("a path is missing".to_owned());
    }
    if let Ok(within) = Path::new(text).strip_prefix(folder)
        && let Some(within) = within.to_str()
    {
        return Ok(within.to_owned());
    }
    if folder == Path::new(".") {
        return Ok(text.to_owned());
    }
    let whole = absolute(text).map_err(|error| format!("{text}: {error}"))?;
    whole.to_str().map(str::to_owned).ok_or_else(|| format!("{}: the path is not UTF-8", whole.display()))
}

/// Checks that the folder of a file that the daemon is to write exists, while another can still be named.
///
/// # Errors
/// There is no such folder, with the command that makes it.
pub(super) fn has_folder(file: &Path) -> Result<(), String> {
    match file.parent().filter(|folder| *folder != Path::new("") && !folder.is_dir()) {
        Some(folder) => {
            let folder = folder.display();
            Err(format!("{folder}: no such folder; make it (mkdir -p {folder}), or name a file in another"))
        }
        None => Ok(()),
    }
}

impl Store {
    /// Parses an answer to the question for the store: a path, or `none`.
    ///
    /// # Errors
    /// The answer belongs to another question; else see [`has_folder`] and [`path`].
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Store, String> {
        match text {
            "none" => Ok(Store(None)),
            // The answers of another question.
            text if text == "log"
                || text.contains("://")
                || ["jsonl:", "file:", "fifo:"].iter().any(|kind| text.starts_with(kind)) =>
            {
                Err(format!(
                    "{text}: not the name of a file; inputs and sinks have questions of their own (--feed, --sink)"
                ))
            }
            text => has_folder(Path::new(text)).and_then(|()| path(text, folder)).map(|path| Store(Some(path))),
        }
    }

    /// The answer if none is given: beside the settings, except for installed ones, whose folder the daemon
    /// may not write.
    pub(super) fn default_for(folder: &Path) -> String {
        match folder.starts_with("/etc") {
            true => "/var/lib/atalaia/atalaia.sqlite".to_owned(),
            false => folder.join("atalaia.sqlite").display().to_string(),
        }
    }
}

/// The answer that stands for the zones inside the program.
const BUILT_IN: &str = "built-in";

impl Zones {
    /// Parses an answer to the question for the zones: a folder that exists, or [`BUILT_IN`].
    ///
    /// # Errors
    /// There is no such folder.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Zones, String> {
        match text {
            BUILT_IN => Ok(Zones(None)),
            text if Path::new(text).is_dir() => path(text, folder).map(|path| Zones(Some(path))),
            text => Err(format!("{text}: no such folder; write \"built-in\" for the zones that come with the program")),
        }
    }

    /// The answer if none is given: the folder `zones` beside the settings if there is one.
    pub(super) fn default_for(folder: &Path) -> String {
        let beside = folder.join("zones");
        match beside.is_dir() {
            true => beside.display().to_string(),
            false => BUILT_IN.to_owned(),
        }
    }
}

impl Sink {
    /// Parses an answer to the question for the sinks.
    ///
    /// # Errors
    /// What to write; also for unencrypted HTTP to a host that may be anywhere.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Sink, String> {
        if text == "log" {
            return Ok(Sink::Log);
        }
        if let Some(rest) = text.strip_prefix("jsonl:") {
            return has_folder(Path::new(rest)).and_then(|()| path(rest, folder)).map(Sink::Jsonl);
        }
        let url = || text.to_owned();
        if let Some(rest) = text.strip_prefix("https://") {
            let allow = networks(host(rest)).unwrap_or_default();
            return Ok(Sink::Webhook { url: url(), allow });
        }
        if let Some(rest) = text.strip_prefix("http://") {
            return match networks(host(rest)) {
                Some(allow) => Ok(Sink::Webhook { url: url(), allow }),
                None => Err(format!(
                    "{text}: http:// is not encrypted; write https://, or the IP address of a receiver of your own"
                )),
            };
        }
        Err(format!(
            "{text}: not a sink; write log, jsonl:PATH or https://HOST/PATH; the other kinds are described in the settings file that \
             comes with the program"
        ))
    }
}

/// The host of a URL without its scheme: without port, and without the brackets of an IPv6 address.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((six, _)) => six,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    }
}

/// The networks to allow for this host, because sinks refuse addresses that are not public. `None` if that
/// takes a name lookup, whose answer may change.
fn networks(host: &str) -> Option<Vec<String>> {
    if host == "localhost" {
        return Some(vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()]);
    }
    let address: IpAddr = host.parse().ok()?;
    Some(vec![format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 })])
}

/// The text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The name of an input or sink: "tcp", "tcp-2", … `earlier` is the number of those of the same kind before it.
fn name(kind: &str, earlier: usize) -> String {
    match earlier {
        0 => kind.to_owned(),
        earlier => format!("{kind}-{}", earlier + 1),
    }
}

impl Draft {
    /// The text of the settings file. `out` is its final name. Comments say what is worth changing next.
    pub(super) fn text(&self, out: &Path) -> String {
        let mut text = format!(
            "# Settings of Atalaia, written by `atalaia init`. A key that is not here has its default. Relative paths are relative to\n\
             # this file's folder. What is wrong with the file: atalaia check --config {}\n",
            out.display()
        );
        text += "\n[zones]\n# Folder of the zone files (*.geojson); empty for the zones that come with the program.\n";
        let _ = writeln!(text, "folder = {}", quoted(self.zones.0.as_deref().unwrap_or_default()));
        text +=
            "\n[store]\n# Keeps alerts, what was delivered and what analysts did; received lines are kept beside it.\n";
        text += &match &self.store.0 {
            Some(path) => format!("path = {}\n", quoted(path)),
            None => "# Without it a restart begins without any alerts.\n#path = \"atalaia.sqlite\"\n".to_owned(),
        };
        text +=
            "\n[http]\n# Metrics, health and `atalaia status`; on this machine only.\naddress = \"127.0.0.1:9477\"\n";
        for (index, feed) in self.feeds.iter().enumerate() {
            // Names must be unique, and are in logs and alerts, so they follow from the kind.
            let earlier = self.feeds[..index].iter().filter(|other| other.kind == feed.kind).count();
            text += "\n[[inputs]]\n";
            let kind = feed.kind.name();
            let _ = writeln!(text, "kind = \"{kind}\"\nname = \"{}\"", name(kind, earlier));
            let _ = writeln!(text, "{} = {}", feed.key.name(), quoted(&feed.value));
        }
        text += "\n# Only these sinks receive alerts: the log too only if it is listed.\n";
        for (index, sink) in self.sinks.iter().enumerate() {
            let earlier = self.sinks[..index].iter().filter(|other| other.kind() == sink.kind()).count();
            text += if index == 0 { "" } else { "\n" };
            let _ = writeln!(text, "[[sinks]]\nkind = \"{}\"\nname = \"{}\"", sink.kind(), name(sink.kind(), earlier));
            text += "# \"info\", \"low\", \"medium\", \"high\" or \"critical\".\nmin_severity = \"medium\"\n";
            sink.keys(&mut text);
        }
        text
    }
}

impl Sink {
    /// Kind of the sink, as in the settings.
    fn kind(&self) -> &'static str {
        match self {
            Sink::Log => "log",
            Sink::Jsonl(_) => "jsonl",
            Sink::Webhook { .. } => "webhook",
        }
    }

    /// Adds the keys that only this kind has.
    fn keys(&self, text: &mut String) {
        match self {
            Sink::Log => {}
            Sink::Jsonl(path) => {
                let _ = writeln!(text, "path = {}", quoted(path));
            }
            Sink::Webhook { url, allow } => {
                let _ = writeln!(text, "[sinks.webhook]\nurl = {}", quoted(url));
                if !allow.is_empty() {
                    let allow: Vec<String> = allow.iter().map(|network| quoted(network)).collect();
                    let _ = writeln!(
                        text,
                        "# The receiver's networks: needed for addresses that are not public.\nallow = [{}]",
                        allow.join(", ")
                    );
                }
                *text += "# Sign what is sent (Standard Webhooks): write the key into a file that only the daemon may read, with\n\
                          # echo \"whsec_$(openssl rand -base64 32)\"\n\
                          #secrets = [{ file = \"webhook.key\" }]\n";
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> &'static Path {
        Path::new(".")
    }

    #[test]
    fn a_feed_is_an_address_or_a_path_of_a_known_kind() {
        let feed = |text| Feed::parse(text, here()).map(|feed| (feed.kind.name(), feed.key.name(), feed.value));
        assert_eq!(feed("tcp://ais.example.org:5631/"), Ok(("tcp", "address", "ais.example.org:5631".to_owned())));
        assert_eq!(feed("udp://0.0.0.0:10110"), Ok(("udp", "address", "0.0.0.0:10110".to_owned())));
        assert_eq!(feed("fifo:/run/ais"), Ok(("fifo", "path", "/run/ais".to_owned())));
        for wrong in ["ais.example.org:5631", "tcp://ais.example.org", "udp://:1", "tcp://a:99999", "file:", "http://a"]
        {
            assert!(feed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_answer_to_another_question_is_no_store() {
        for other in ["jsonl:alerts.jsonl", "log", "tcp://127.0.0.1:5631", "https://hooks.example/a"] {
            let Err(refusal) = Store::parse(other, here()) else { panic!("{other}") };
            assert!(refusal.starts_with(other) && refusal.contains("not the name of a file"), "{refusal}");
        }
        assert!(Store::parse("atalaia.sqlite", here()).is_ok());
    }

    #[test]
    fn a_webhook_of_ones_own_network_is_allowed_and_an_open_one_elsewhere_is_refused() {
        let allow = |text| match Sink::parse(text, here()) {
            Ok(Sink::Webhook { allow, .. }) => Some(allow),
            _ => None,
        };
        assert_eq!(allow("https://hooks.example/a"), Some(vec![]));
        assert_eq!(allow("http://10.1.2.3:8080/a"), Some(vec!["10.1.2.3/32".to_owned()]));
        assert_eq!(allow("https://[fd00::1]/a"), Some(vec!["fd00::1/128".to_owned()]));
        assert_eq!(allow("http://localhost:8080"), Some(vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()]));
        assert_eq!(allow("http://hooks.example/a"), None);
    }

    #[test]
    fn paths_are_those_of_the_command_line_wherever_the_settings_are() {
        assert_eq!(path("a.jsonl", here()), Ok("a.jsonl".to_owned()));
        assert!(
            path("a.jsonl", Path::new("/etc/atalaia"))
                .is_ok_and(|path| path.starts_with('/') && path.ends_with("/a.jsonl"))
        );
        let beside = Path::new("site");
        assert_eq!(
            path(&Store::default_for(beside), beside),
            Ok("atalaia.sqlite".to_owned()),
            "stays beside the settings"
        );
        assert_eq!(Store::default_for(Path::new("/etc/atalaia")), "/var/lib/atalaia/atalaia.sqlite");
    }
}
