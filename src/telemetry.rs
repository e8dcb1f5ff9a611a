//! Counters of the shell, and the set-up of the log.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use crate::ais::hidden;

/// Variable that sets the log level, in the syntax of `tracing_subscriber::EnvFilter` (`info`, `atalaia=debug`).
pub const LOG_VARIABLE: &str = "ATALAIA_LOG";

/// What one input counts about itself, shared between its task and the runtime.
#[derive(Debug, Default)]
pub struct InputCounters {
    /// Bytes read, before any unpacking of lines.
    pub bytes: AtomicU64,
    /// Lines dropped because they had no end within the longest line taken.
    pub overlong: AtomicU64,
    /// Lines dropped because the engine could not keep up (UDP only; other inputs wait).
    pub dropped: AtomicU64,
    /// Datagrams the kernel dropped because its buffer was full (UDP, where /proc tells).
    pub lost_datagrams: AtomicU64,
    /// Connections made (TCP) or accepted (TCP listener).
    pub connections: AtomicU64,
    /// Messages of the other side that are not about AIS, passed over (gpsd).
    pub other: AtomicU64,
    /// Posts refused (HTTP), as in `RefusedPost::ALL`.
    refused_posts: [AtomicU64; RefusedPost::ALL.len()],
    /// A line that can be AIS has come since the last try.
    delivered: AtomicBool,
    /// Why it is down.
    pub reason: Reason,
    /// That it went down was left out of the log: so is that it is up again.
    pub is_hushed: AtomicBool,
}

/// Why a post was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusedPost {
    /// Who sent it did not say who they are.
    Unauthorised,
    /// There was no room for it.
    Busy,
    /// It is longer than what is read.
    TooLong,
    /// Its head did not come in time, or the place of its connection went to a newer one first.
    NoHead,
    /// Its body came too slowly.
    Slow,
    /// It is packed in a way that is not read.
    Packing,
    /// It is no batch of messages.
    Body,
}

impl RefusedPost {
    /// Every reason.
    pub const ALL: [RefusedPost; 7] = [
        RefusedPost::Unauthorised,
        RefusedPost::Busy,
        RefusedPost::TooLong,
        RefusedPost::NoHead,
        RefusedPost::Slow,
        RefusedPost::Packing,
        RefusedPost::Body,
    ];

    /// The word for it, in metrics and log.
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

    /// The counters as they stand: bytes, overlong, dropped, lost datagrams, connections.
    pub fn read(&self) -> [u64; 5] {
        [&self.bytes, &self.overlong, &self.dropped, &self.lost_datagrams, &self.connections]
            .map(|counter| counter.load(Relaxed))
    }

    /// Notes that a line that can be AIS has come.
    pub fn set_delivered(&self) {
        self.delivered.store(true, Relaxed);
    }

    /// Whether such a line has come since the last try.
    pub fn has_delivered(&self) -> bool {
        self.delivered.load(Relaxed)
    }

    /// The same, and forgets it: the next try begins.
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
    /// Lines it took.
    pub told: AtomicU64,
    /// Sends that came to nothing.
    pub failures: AtomicU64,
    /// Lines that are not tried again.
    pub given_up: AtomicU64,
    /// Lines that waited for `max_per_second`.
    pub delayed: AtomicU64,
    /// Lines its worker holds at the moment.
    pub in_hand: AtomicU64,
    /// 1 while it takes nothing.
    pub down: AtomicU64,
    /// Why the last letter came to nothing.
    pub reason: Reason,
}

impl SinkCounters {
    /// Adds to one of the counters.
    pub fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Relaxed);
    }

    /// Sets one that goes up and down.
    pub fn set(gauge: &AtomicU64, value: u64) {
        gauge.store(value, Relaxed);
    }

    /// Lines its worker holds.
    pub fn in_hand(&self) -> u64 {
        self.in_hand.load(Relaxed)
    }

    /// Whether it takes nothing at the moment.
    pub fn is_down(&self) -> bool {
        self.down.load(Relaxed) != 0
    }
}

/// Why something does not work at the moment, safe to show; nothing while it works.
#[derive(Debug, Default)]
pub struct Reason(Mutex<Option<String>>);

impl Reason {
    /// Takes note of a reason; what the other side said of it may be anything.
    pub fn set(&self, reason: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(FromAir(reason).to_string());
    }

    /// It works.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The reason, if it does not work.
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Lines of one kind in the log: so many at once, then one every so often, with how many were left out.
#[derive(Debug)]
pub struct Sparing {
    /// Time that has not been used up: a line costs `ONE_EVERY` of it.
    left: Duration,
    noted: Duration,
    unsaid: u64,
}

/// Lines at once: as many as the waits between tries of what stays broken grow over.
const AT_ONCE: u32 = 6;
/// Then one in so long.
const ONE_EVERY: Duration = Duration::from_secs(30);

impl Default for Sparing {
    fn default() -> Sparing {
        Sparing { left: ONE_EVERY * AT_ONCE, noted: Duration::ZERO, unsaid: 0 }
    }
}

impl Sparing {
    /// Whether a line may be written, `now` being so long after some start; how many were left out since the last.
    pub fn may(&mut self, now: Duration) -> Option<u64> {
        let passed = now.saturating_sub(self.noted);
        self.noted = now;
        let left = (self.left + passed).min(ONE_EVERY * AT_ONCE);
        let Some(rest) = left.checked_sub(ONE_EVERY) else {
            self.left = left;
            self.unsaid += 1;
            return None;
        };
        self.left = rest;
        Some(std::mem::take(&mut self.unsaid))
    }
}

/// What a thread counts to show that it gets on: work done, or the wish for some.
#[derive(Debug, Default)]
pub struct Pulse(AtomicU64);

impl Pulse {
    /// It has got on.
    pub fn beat(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// How often it has.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A client that tells of each connection of its own says nothing that ours does not, and says it at every try.
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
        .try_init();
    // The error says only that a log is set up already.
    drop(outcome);
}

/// Text from the air, made safe to show: control characters, line ends and whatever is not seen or turns text print as escapes.
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
    fn what_fails_every_second_is_said_some_times_and_then_now_and_then() {
        let mut sparing = Sparing::default();
        let said: Vec<(u64, u64)> =
            (0..120).filter_map(|second| Some((second, sparing.may(Duration::from_secs(second))?))).collect();
        assert_eq!(said[..6], [0, 1, 2, 3, 4, 5].map(|second| (second, 0)));
        assert_eq!(said[6..], [(30, 24), (60, 29), (90, 29)], "those between are counted");
        assert_eq!(sparing.may(Duration::from_secs(3600)), Some(29));
        assert_eq!((1..9).filter(|_| sparing.may(Duration::from_secs(3600)).is_some()).count(), 5);
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
