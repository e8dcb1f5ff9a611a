//! Where a sink's letters come from: the store, or memory where there is none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;
use tracing::error;

use super::letter::Letter;
use super::window::{Held, Window};
use crate::alerts::Handling;
use crate::store::{Carries, Delivery, Outbox, Outcome, Reporter, StoreError, Tried};
use crate::telemetry::SinkCounters;
use crate::time::Time;

/// Letters kept for one sink where there is no store; the oldest go first.
const MOST_IN_MEMORY: usize = 10_000;

/// A store that fails does not hold up what it holds for longer.
const SETTLE: Duration = Duration::from_secs(2);

/// What waits for one sink.
pub(super) enum Queue {
    /// Rows of the store's outbox.
    Stored(Box<Stored>),
    /// Lines in memory.
    Memory(Arc<Memory>),
}

/// Rows of the store's outbox.
pub(super) struct Stored {
    pub(super) sink: String,
    /// What may go there.
    pub(super) carries: Carries,
    pub(super) path: PathBuf,
    pub(super) outbox: Option<Outbox>,
    pub(super) reporter: Reporter,
    /// Changes when something was stored that somebody waits for.
    pub(super) poke: watch::Receiver<u64>,
    /// Whether the log was told that it cannot be read.
    pub(super) told: bool,
}

/// Numbered lines, with since when they wait, and the last number given.
#[derive(Debug, Default)]
struct Lines {
    waiting: VecDeque<(i64, Arc<str>, Time)>,
    last: i64,
}

/// Lines in memory.
#[derive(Debug)]
pub(super) struct Memory {
    lines: Mutex<Lines>,
    poke: tokio::sync::Notify,
    counters: Arc<SinkCounters>,
}

impl Memory {
    pub(super) fn new(counters: Arc<SinkCounters>) -> Memory {
        Memory { lines: Mutex::default(), poke: tokio::sync::Notify::new(), counters }
    }

    /// Adds a line.
    pub(super) fn push(&self, line: Arc<str>, now: Time) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.last += 1;
        let number = lines.last;
        lines.waiting.push_back((number, line, now));
        if MOST_IN_MEMORY < lines.waiting.len() {
            lines.waiting.pop_front();
            SinkCounters::add(&self.counters.given_up, 1);
        }
        self.poke.notify_one();
    }

    /// Lines that nobody has in hand.
    pub(super) fn len(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).waiting.len()
    }
}

impl Queue {
    /// Waits until the store has noted what a worker before this one reported, or for a while.
    pub(super) async fn settle(&mut self) {
        if let Queue::Stored(stored) = self {
            let settled = stored.reporter.settled();
            let _ = tokio::task::spawn_blocking(move || settled.recv_timeout(SETTLE)).await;
        }
    }

    /// Takes letters in hand while there is room.
    pub(super) fn fill(&mut self, window: &mut Window, reported: &mut BTreeSet<i64>, room: usize) {
        if room <= window.len() {
            return;
        }
        match self {
            Queue::Stored(stored) => stored.fill(window, reported, room),
            Queue::Memory(memory) => {
                let mut lines = memory.lines.lock().unwrap_or_else(PoisonError::into_inner);
                while window.len() < room
                    && let Some((number, line, since)) = lines.waiting.pop_front()
                {
                    if let Some(letter) = Letter::new(Some(number), line) {
                        window.push(Held { letter, since, attempts: 0, wait: None, alone: false, partly: false });
                    }
                }
            }
        }
    }

    /// Resolves when there may be something new.
    pub(super) async fn poked(&mut self) {
        match self {
            Queue::Stored(stored) => {
                if stored.poke.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            Queue::Memory(memory) => memory.poke.notified().await,
        }
    }

    /// Tells the store what became of letters.
    pub(super) fn report(&self, tried: Vec<Tried>) {
        if let Queue::Stored(stored) = self {
            stored.reporter.tried(tried);
        }
    }

    /// The last words the sink took of the alerts it knows as open.
    pub(super) fn open_alerts(&mut self) -> BTreeMap<String, Letter> {
        let Queue::Stored(stored) = self else {
            return BTreeMap::new();
        };
        let open = stored.read(|outbox, sink| outbox.open_alerts(sink)).unwrap_or_default();
        let letters = open.into_iter().filter_map(|row| Letter::new(Some(row.seq), row.line));
        letters.map(|letter| (letter.alert().to_owned(), letter)).collect()
    }
}

impl Stored {
    fn fill(&mut self, window: &mut Window, reported: &mut BTreeSet<i64>, room: usize) {
        let most = room + reported.len();
        let Some(rows) = self.read(|outbox, sink| outbox.rows(sink, most)) else {
            return;
        };
        // What was reported and is not pending any more has been noted.
        match rows.last() {
            Some(last) => reported.retain(|row| last < row || rows.binary_search(row).is_ok()),
            None => reported.clear(),
        }
        let free = room - window.len();
        let new = rows.into_iter().filter(|row| !reported.contains(row) && !window.holds(*row));
        let new: Vec<i64> = new.take(free).collect();
        let read = |outbox: &Outbox, _: &str| -> Result<Vec<Delivery>, StoreError> {
            new.iter().filter_map(|row| outbox.delivery(*row).transpose()).collect()
        };
        let new = if new.is_empty() { Vec::new() } else { self.read(read).unwrap_or_default() };
        // A worker that begins tries everything at once, whatever was put off before.
        for Delivery { seq, line, since, attempts, farewell, .. } in new {
            let outcome = match Letter::new(Some(seq), line) {
                Some(letter) => match self.refusal(&letter).filter(|_| !farewell) {
                    None => {
                        window.push(Held { letter, since, attempts, wait: None, alone: false, partly: false });
                        continue;
                    }
                    // It was marked, or the settings have changed, since it was put there.
                    Some(why) => Outcome::Withheld { why },
                },
                None => Outcome::Failed { why: "no line of an alert".to_owned() },
            };
            self.reporter.tried(vec![Tried { seq, attempts, outcome }]);
            reported.insert(seq);
        }
    }

    /// Why the sink may not carry it now, if it may not.
    fn refusal(&self, letter: &Letter) -> Option<String> {
        let handling = Handling::deserialize(&letter.change["alert"]["handling"]).ok()?;
        self.carries.refusal(&handling)
    }

    /// Reads; a store that cannot be read is opened anew the next time.
    fn read<T>(&mut self, ask: impl FnOnce(&Outbox, &str) -> Result<Vec<T>, StoreError>) -> Option<Vec<T>> {
        let outbox = match self.outbox.take() {
            Some(outbox) => Ok(outbox),
            None => Outbox::open(&self.path),
        };
        let read = outbox.and_then(|outbox| {
            let rows = ask(&outbox, &self.sink)?;
            self.outbox = Some(outbox);
            Ok(rows)
        });
        match read {
            Ok(rows) => {
                self.told = false;
                Some(rows)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    error!(sink = %self.sink, %error, "what waits for the sink cannot be read");
                }
                None
            }
        }
    }
}
