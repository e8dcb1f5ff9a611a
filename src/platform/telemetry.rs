//! Counters of inputs and sinks, and the set-up of the log.
//!
//! Counters only grow, from the start of the daemon; those that go up and down are gauges and say so. They are read one by one, so that the
//! numbers of one moment may differ by what happened in between.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{self, Writer};

use atalaia_core::ais::hidden;

/// Variable that sets the log level, in the syntax of `tracing_subscriber::EnvFilter` (`info`, `atalaia=debug`).
pub const LOG_VARIABLE: &str = "ATALAIA_LOG";

/// What one input counts about itself, shared between its task and the runtime.
#[derive(Debug, Default)]
pub struct InputCounters {
    /// Bytes read, before any unpacking of lines.
    pub bytes: AtomicU64,
    /// Lines dropped because they exceeded the maximum length.
    pub overlong: AtomicU64,
    /// Lines dropped because the engine could not keep up (UDP only; other inputs wait).
    pub dropped: AtomicU64,
    /// Datagrams dropped by the kernel because its buffer was full (UDP; known from /proc only).
    pub lost_datagrams: AtomicU64,
    /// Connections made (TCP) or accepted (TCP listener).
    pub connections: AtomicU64,
    /// Clients connected now (TCP listener). A gauge.
    pub clients: AtomicU64,
    /// Messages that are not about AIS and were skipped (gpsd).
    pub other: AtomicU64,
    /// Posts refused (HTTP), counted in the order of `RefusedPost::ALL`.
    refused_posts: [AtomicU64; RefusedPost::ALL.len()],
    /// Whether a line that could be AIS has arrived since the last connection attempt.
    delivered: AtomicBool,
    /// Why the input is down; empty while it works.
    pub reason: Reason,
    /// Whether the log left out the failure; it then leaves out the recovery as well.
    pub is_hushed: AtomicBool,
}

/// Values of the counters of an input at one moment; see [`InputCounters`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InputCounts {
    /// Bytes read.
    pub bytes: u64,
    /// Lines dropped because of their length.
    pub overlong: u64,
    /// Lines dropped because the engine had no room.
    pub dropped: u64,
    /// Datagrams dropped by the kernel.
    pub lost_datagrams: u64,
    /// Connections made or accepted.
    pub connections: u64,
}

/// A client of a listener, counted until it is dropped.
#[derive(Debug)]
pub struct ConnectedClient(Arc<InputCounters>);

impl ConnectedClient {
    /// Counts one more client.
    pub fn count(counters: &Arc<InputCounters>) -> ConnectedClient {
        InputCounters::add(&counters.clients, 1);
        ConnectedClient(Arc::clone(counters))
    }
}

impl Drop for ConnectedClient {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Relaxed);
    }
}

/// Why a post was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusedPost {
    /// The sender did not authenticate.
    Unauthorised,
    /// The server was busy.
    Busy,
    /// The body exceeds the maximum length.
    TooLong,
    /// The header did not arrive in time, or the connection gave way to a newer one.
    NoHead,
    /// The body arrived too slowly.
    Slow,
    /// Unsupported content encoding.
    Packing,
    /// The body is not a batch of messages.
    Body,
}

impl RefusedPost {
    /// All reasons, in the order of the counters.
    pub const ALL: [RefusedPost; 7] = [
        RefusedPost::Unauthorised,
        RefusedPost::Busy,
        RefusedPost::TooLong,
        RefusedPost::NoHead,
        RefusedPost::Slow,
        RefusedPost::Packing,
        RefusedPost::Body,
    ];

    /// Name of the reason in metrics and log.
    pub fn name(self) -> &'static str {
        match self {
            RefusedPost::Unauthorised => "unauthorised",
            RefusedPost::Busy => "busy",
            RefusedPost::TooLong => "too_long",
            RefusedPost::NoHead => "no_head",
            RefusedPost::Slow => "slow",
            RefusedPost::Packing => "packing",
            RefusedPost::Body => "body",
        }
    }
}

impl InputCounters {
    /// Adds to one of the counters.
    pub fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Relaxed);
    }

    /// Current values.
    pub fn read(&self) -> InputCounts {
        InputCounts {
            bytes: self.bytes.load(Relaxed),
            overlong: self.overlong.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            lost_datagrams: self.lost_datagrams.load(Relaxed),
            connections: self.connections.load(Relaxed),
        }
    }

    /// Records that a line that could be AIS has arrived.
    pub fn set_delivered(&self) {
        self.delivered.store(true, Relaxed);
    }

    /// Whether such a line has arrived since the last connection attempt.
    pub fn has_delivered(&self) -> bool {
        self.delivered.load(Relaxed)
    }

    /// Returns the same and resets it for the next attempt.
    pub fn take_delivered(&self) -> bool {
        self.delivered.swap(false, Relaxed)
    }

    /// Counts a post that was refused.
    pub fn refuse(&self, why: RefusedPost) {
        InputCounters::add(&self.refused_posts[why as usize], 1);
    }

    /// Posts refused, by reason.
    pub fn refused_posts(&self) -> Vec<(&'static str, u64)> {
        let counts = self.refused_posts.iter().map(|counter| counter.load(Relaxed));
        RefusedPost::ALL.into_iter().map(RefusedPost::name).zip(counts).collect()
    }
}

/// What one sink counts about itself, shared between its worker and the runtime.
#[derive(Debug, Default)]
pub struct SinkCounters {
    /// Lines delivered.
    pub delivered: AtomicU64,
    /// Failed attempts.
    pub failures: AtomicU64,
    /// Lines given up.
    pub given_up: AtomicU64,
    /// Lines that waited for `max_per_second`.
    pub delayed: AtomicU64,
    /// Lines currently held by the worker. A gauge.
    pub in_hand: AtomicU64,
    /// Lines whose outcome is known, and that the store may not have recorded yet. A gauge.
    pub unrecorded: AtomicU64,
    /// 1 while the sink is down, else 0. A gauge.
    pub down: AtomicU64,
    /// Why the last attempt failed; empty after a success.
    pub reason: Reason,
}

impl SinkCounters {
    /// Adds to one of the counters.
    pub fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Relaxed);
    }

    /// Sets a gauge.
    pub fn set(gauge: &AtomicU64, value: u64) {
        gauge.store(value, Relaxed);
    }

    /// Lines held by the worker.
    pub fn in_hand(&self) -> u64 {
        self.in_hand.load(Relaxed)
    }

    /// Whether the sink is down.
    pub fn is_down(&self) -> bool {
        self.down.load(Relaxed) != 0
    }
}

/// Why something is failing, with control characters escaped; `None` while it works.
#[derive(Debug, Default)]
pub struct Reason(Mutex<Option<String>>);

impl Reason {
    /// Sets the reason. Control and hidden characters in it are escaped, because a part may come from the peer.
    pub fn set(&self, reason: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(FromAir(reason).to_string());
    }

    /// Clears the reason.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The reason, if any.
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Heartbeat of a thread: counts work done or waits for work. A thread that hangs does neither, and the watchdog notices.
#[derive(Debug, Default)]
pub struct Pulse(AtomicU64);

impl Pulse {
    /// Records progress.
    pub fn beat(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// The count so far.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Default filter. It silences client libraries that log every connection attempt, which our own messages already report.
const USUAL: &str = "info,async_nats=off";

/// Sends log lines to standard error: INFO and above unless `ATALAIA_LOG` says otherwise, in colour on a terminal only.
///
/// A second call in one process changes nothing.
pub fn set_up() {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(USUAL));
    let outcome = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .fmt_fields(format::debug_fn(write_field).delimited(" "))
        .try_init();
    // Fails only if a logger is already installed.
    drop(outcome);
}

/// Writes one field of a log line: the message as it is, others as `name=value`.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match field.name() {
        "message" => write!(writer, "{value:?}"),
        name => write!(writer, "{name}={}", FieldText(value)),
    }
}

/// The value of a field, quoted if it has a space in it.
struct FieldText<'a>(&'a dyn fmt::Debug);

impl fmt::Display for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:?}", self.0);
        let is_list = text.starts_with('[') && text.bytes().all(|byte| b"[], 0123456789".contains(&byte));
        if is_quoted(&text) || is_list || !text.contains([' ', '"']) {
            return f.write_str(&text);
        }
        // What comes from the air is escaped already; only the quotes are left.
        write!(f, "\"{}\"", text.replace('"', "\\\""))
    }
}

/// Whether the text is one quoted text, as `Debug` writes a string.
fn is_quoted(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| {
        let mut escaped = false;
        inner.chars().all(|character| {
            let is_end = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            !is_end
        })
    })
}

/// Text from the air, made safe to show: control, line-end, invisible and direction characters print as escapes.
pub struct FromAir<'a>(pub &'a str);

impl fmt::Display for FromAir<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else if hidden(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_counted_while_they_are_connected() {
        let counters = Arc::new(InputCounters::default());
        let clients = [ConnectedClient::count(&counters), ConnectedClient::count(&counters)];
        assert_eq!(counters.clients.load(Relaxed), 2);
        drop(clients);
        assert_eq!(counters.clients.load(Relaxed), 0);
    }

    #[test]
    fn values_with_a_space_are_quoted_once() {
        let written = |value: &dyn fmt::Debug| FieldText(value).to_string();
        assert_eq!(written(&"opened"), "\"opened\"");
        assert_eq!(written(&7), "7");
        assert_eq!(written(&format_args!("silent for 120 s")), "\"silent for 120 s\"");
        assert_eq!(written(&format_args!("\"A\" is no name")), "\"\\\"A\\\" is no name\"");
        assert_eq!(written(&[235_000_001, 2]), "[235000001, 2]");
    }

    #[test]
    fn text_from_the_air_cannot_forge_a_line_or_colour_a_terminal() {
        let shown = FromAir("GOOD\nERROR \x1b[31mred\u{202e}ÅSE").to_string();
        assert_eq!(shown, "GOOD\\nERROR \\u{1b}[31mred\\u{202e}ÅSE");
    }

    #[test]
    fn text_from_the_air_shows_every_character_that_is_not_seen() {
        for unseen in ['\u{61c}', '\u{2066}', '\u{e0041}', '\u{fe0f}', '\u{e0100}', '\u{200d}', '\u{feff}', '\u{180b}']
        {
            let shown = FromAir(&format!("AL{unseen}FA")).to_string();
            assert_eq!(shown, format!("AL\\u{{{:x}}}FA", u32::from(unseen)));
        }
    }
}
