//! Inputs: bytes from feeds and files become batches of lines; each kind has its file, reconnecting lives here.

mod fifo;
mod file;
mod listener;
mod merge;
mod recording;
mod tcp;
mod udp;
mod unpack;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::Sender;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

pub use merge::{Merged, Reading};
pub use recording::{Format, Recording, RecordingError};
pub use unpack::{Limits, Unpacked};

use crate::ais::{LineCutter, SourceId};
use crate::clock::Clock;
use crate::telemetry::InputCounters;
use crate::time::{Span, Time};

/// One of `[[inputs]]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the lines arrive.
    pub kind: Kind,
    /// Its name in logs and alerts; unique.
    pub name: String,
    /// `host:port`: where to connect to (`tcp`), or what to listen on (`tcp-listen`, `udp`; port 0 lets the system choose).
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
    /// A connection silent for so long is given up (`tcp`: and made anew).
    #[serde(default = "idle_timeout_seconds")]
    pub idle_timeout_seconds: u32,
    /// Connections taken at once (`tcp-listen`).
    #[serde(default = "max_clients")]
    pub max_clients: u16,
}

fn idle_timeout_seconds() -> u32 {
    120
}

fn max_clients() -> u16 {
    64
}

/// How the lines of an input arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
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
}

impl Kind {
    /// Whether it takes an `address`.
    pub fn has_address(self) -> bool {
        matches!(self, Kind::Tcp | Kind::TcpListen | Kind::Udp)
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
        }
    }
}

impl Settings {
    /// What is wrong with it; `path` is the key's path of this input (`inputs[0]`).
    pub fn problems(&self, path: &str) -> Vec<String> {
        let kind = self.kind.name();
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(format!(
                "{path}.name: is empty; write a name for logs and alerts"
            ));
        }
        match (&self.address, self.kind.has_address()) {
            (None, true) => problems.push(format!(
                "{path}: kind \"{kind}\" needs an address; write address = \"host:port\""
            )),
            (Some(_), false) => problems.push(format!(
                "{path}.address: kind \"{kind}\" takes no address; leave it out"
            )),
            (Some(address), true) => problems.extend(
                address_problem(address, self.kind)
                    .map(|problem| format!("{path}.address: {problem}")),
            ),
            (None, false) => {}
        }
        match (&self.path, self.kind.has_path()) {
            (None, true) => problems.push(format!(
                "{path}: kind \"{kind}\" needs a path; write path = \"FILE\""
            )),
            (Some(_), false) => problems.push(format!(
                "{path}.path: kind \"{kind}\" takes no path; leave it out"
            )),
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
        if self
            .lateness_seconds
            .is_some_and(|seconds| 86_400 < seconds)
        {
            problems.push(format!(
                "{path}.lateness_seconds: is more than a day; write 0 to 86400"
            ));
        }
        if !(1..=86_400).contains(&self.idle_timeout_seconds) {
            problems.push(format!(
                "{path}.idle_timeout_seconds: is {}; write 1 to 86400",
                self.idle_timeout_seconds
            ));
        }
        if self.max_clients == 0 {
            problems.push(format!("{path}.max_clients: is 0; write 1 to 65535"));
        }
        problems
    }
}

/// `[recordings]`: files that are replayed, or read by an input of kind `file` or `stdin`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingSettings {
    /// A compressed file that unpacks to more than so many times its size is refused (once past 64 MiB).
    pub max_expansion_ratio: u32,
    /// A compressed file that unpacks to more than so many GiB is refused.
    pub max_expanded_gib: u32,
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings {
            max_expansion_ratio: 100,
            max_expanded_gib: 256,
        }
    }
}

impl RecordingSettings {
    /// What is wrong with it.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_expansion_ratio == 0 {
            problems.push(
                "recordings.max_expansion_ratio: is 0; write 1 or more, for instance 100"
                    .to_owned(),
            );
        }
        if self.max_expanded_gib == 0 {
            problems.push(
                "recordings.max_expanded_gib: is 0; write 1 or more, for instance 256".to_owned(),
            );
        }
        problems
    }

    /// The bounds on unpacking.
    pub fn limits(&self) -> Limits {
        Limits {
            ratio: u64::from(self.max_expansion_ratio),
            bytes: u64::from(self.max_expanded_gib) << 30,
        }
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
        _ => "for instance \"0.0.0.0:10110\"",
    };
    let Some((host, port)) = address.rsplit_once(':') else {
        return Some(format!(
            "\"{address}\" has no port; write host:port, {example}"
        ));
    };
    match port.parse::<u16>() {
        Ok(0) if kind == Kind::Tcp => Some(format!(
            "port 0 cannot be connected to; write host:port, {example}"
        )),
        Err(_) => Some(format!("\"{port}\" is no port; write host:port, {example}")),
        Ok(_) if host.is_empty() => Some(format!(
            "\"{address}\" has no host; write host:port, {example}"
        )),
        Ok(_) => None,
    }
}

/// Lines that came together, on their way to the engine.
#[derive(Debug)]
pub struct Batch {
    /// The input.
    pub source: SourceId,
    /// The moment of receipt; absent for recordings, where only recorded times count.
    pub received: Option<Time>,
    /// Complete lines, each with one line feed.
    pub lines: Vec<u8>,
}

/// What an input tells the runtime.
#[derive(Debug)]
pub enum Message {
    /// Lines arrived.
    Lines(Batch),
    /// It stands otherwise than before.
    State(SourceId, State),
}

/// How an input stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Connected, listening or open.
    Up,
    /// Broken; tried again.
    Down,
    /// Read to its end; nothing more will come.
    Ended,
}

/// Why an input stopped for the moment.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A host name that does not resolve, a refused or broken connection, a port in use, a file not to be read.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The other side closed the connection.
    #[error("closed by the other side")]
    Closed,
    /// Connected, but no byte within `idle_timeout_seconds`: a feed that died without saying so.
    #[error("silent for {seconds} s")]
    Silent {
        /// The setting.
        seconds: u32,
    },
    /// No answer to a connection attempt.
    #[error("no answer within {seconds} s")]
    NoAnswer {
        /// The bound.
        seconds: u64,
    },
    /// A recording whose bytes make no sense.
    #[error("{0}")]
    Recording(#[from] RecordingError),
}

impl InputError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> InputError {
        let what = what.into();
        move |cause| InputError::Io { what, cause }
    }
}

/// What every input is given.
#[derive(Clone, Debug)]
pub struct Port {
    /// Which input it is.
    pub source: SourceId,
    /// Its settings, `path` made absolute.
    pub settings: Arc<Settings>,
    /// How much a compressed file may expand.
    pub limits: Limits,
    /// How late its reports may come.
    pub lateness: Span,
    /// Where moments of receipt come from.
    pub clock: Clock,
    /// What it counts.
    pub counters: Arc<InputCounters>,
    /// Where lines go: bounded, so that a busy engine slows the feed.
    pub sender: Sender<Message>,
    /// Told when the daemon stops.
    pub stop: CancellationToken,
}

impl Port {
    /// Sends what was cut, if anything, and waits while the engine is busy; `Err` when the runtime is gone.
    async fn send(&self, received: Option<Time>, lines: Vec<u8>) -> Result<(), InputError> {
        if lines.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            source: self.source,
            received,
            lines,
        };
        let sent = self.sender.send(Message::Lines(batch)).await;
        sent.map_err(|_| InputError::Closed)
    }

    async fn state(&self, state: State) {
        // A runtime that is gone needs no news.
        let _ = self.sender.send(Message::State(self.source, state)).await;
    }

    /// Cuts `bytes` and gives back the complete lines; overlong ones are counted.
    fn cut(&self, cutter: &mut LineCutter, bytes: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(bytes.len() + 128);
        let overlong = cutter.overlong();
        cutter.feed(bytes, |line: &[u8]| push_line(line, &mut lines));
        InputCounters::add(&self.counters.bytes, bytes.len() as u64);
        InputCounters::add(&self.counters.overlong, cutter.overlong() - overlong);
        lines
    }

    /// Reads a connection until it breaks, closes or falls silent: always ends in an error.
    async fn pump(&self, mut stream: impl AsyncRead + Unpin) -> Result<(), InputError> {
        let seconds = self.settings.idle_timeout_seconds;
        let idle = Duration::from_secs(u64::from(seconds));
        let mut cutter = LineCutter::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = timeout(idle, stream.read(&mut buffer))
                .await
                .map_err(|_| InputError::Silent { seconds })?
                .map_err(InputError::io("read"))?;
            let received = Some(self.clock.now());
            if read == 0 {
                self.send(received, self.rest(&mut cutter)).await?;
                return Err(InputError::Closed);
            }
            let lines = self.cut(&mut cutter, &buffer[..read]);
            self.send(received, lines).await?;
        }
    }

    /// The last line of a stream that ended in order but without a line end.
    fn rest(&self, cutter: &mut LineCutter) -> Vec<u8> {
        let mut lines = Vec::new();
        cutter.finish(|line: &[u8]| push_line(line, &mut lines));
        lines
    }
}

/// Of one connection; what one read gives becomes one batch.
const READ_BYTES: usize = 64 * 1024;

fn push_line(line: &[u8], lines: &mut Vec<u8>) {
    lines.extend_from_slice(line);
    lines.push(b'\n');
}

/// Runs one input until told to stop or, for a recording, until its end; a broken one is started anew with back-off.
pub async fn run(port: Port) {
    let mut backoff = Backoff::default();
    loop {
        let started = port.clock.moment();
        let outcome = tokio::select! {
            biased;
            () = port.stop.cancelled() => return,
            outcome = once(&port) => outcome,
        };
        let error = match outcome {
            Ok(()) => {
                info!(input = %port.settings.name, "input ended");
                return port.state(State::Ended).await;
            }
            // Read again, a broken recording would give its first half twice.
            Err(error) if port.settings.kind.is_recording() => {
                error!(input = %port.settings.name, %error, "input broken, not read further");
                return port.state(State::Ended).await;
            }
            Err(error) => error,
        };
        port.state(State::Down).await;
        let healthy = port.clock.moment().since(started);
        let wait = backoff.next(healthy, fastrand::f64());
        warn!(input = %port.settings.name, %error, again_in_seconds = wait.as_secs_f64().round(), "input down");
        tokio::select! {
            biased;
            () = port.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// `Ok` when it has ended for good.
async fn once(port: &Port) -> Result<(), InputError> {
    match port.settings.kind {
        Kind::Tcp => tcp::run(port).await,
        Kind::TcpListen => listener::run(port).await,
        Kind::Udp => udp::run(port).await,
        Kind::File | Kind::Stdin => file::run(port).await,
        Kind::Fifo => fifo::run(port).await,
    }
}

/// How long to wait before the next try: from 1 s doubling to 60 s, less up to a half by chance, so that many clients of
/// one server do not come back together.
#[derive(Debug)]
struct Backoff {
    longest: Duration,
}

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A connection that held so long makes the next wait short again.
const HEALTHY: Duration = Duration::from_secs(60);

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff {
            longest: FIRST_WAIT,
        }
    }
}

impl Backoff {
    /// `healthy`: how long the last try held. `chance`: 0..1.
    fn next(&mut self, healthy: Duration, chance: f64) -> Duration {
        if HEALTHY <= healthy {
            self.longest = FIRST_WAIT;
        }
        let wait = self.longest.mul_f64(1.0 - chance / 2.0);
        self.longest = (self.longest * 2).min(LONGEST_WAIT);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_shrink_after_a_healthy_one() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..8)
            .map(|_| backoff.next(Duration::ZERO, 0.0).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff.next(Duration::from_secs(59), 1.0).as_secs(), 30);
        assert_eq!(backoff.next(HEALTHY, 0.0), FIRST_WAIT);
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
}
