//! Where a sink's letters come from: the store, or memory where there is none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;
use tracing::error;

use super::letter::Letter;
use super::window::{Held, Window};
use crate::alerts::Handling;
use crate::clock::{Clock, Moment};
use crate::store::{Carries, Delivery, Outbox, Outcome, Reporter, StoreError, Tried};
use crate::telemetry::SinkCounters;
use crate::time::{Span, Time};

/// Letters kept for one sink where there is no store; the oldest go first.
const MOST_IN_MEMORY: usize = 10_000;

/// What was read no longer ago goes as it was read.
const RENEW_AFTER: Duration = Duration::from_millis(200);

/// What another process puts before the sink is found after so long at the latest.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Letters kept because another sink may be sent the same.
const LATELY: usize = 32;

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
    pub(super) reading: Arc<Reading>,
    pub(super) reporter: Reporter,
    /// Changes when something was stored that somebody waits for.
    pub(super) poke: watch::Receiver<u64>,
    /// Whether there may be rows that nobody has looked at, and when somebody looked last.
    pub(super) more: bool,
    pub(super) looked: Moment,
    /// Whether the log was told that it cannot be read.
    pub(super) told: bool,
}

/// The store as all workers read it: over one connection, and what one has read is at hand for the others.
pub(super) struct Reading {
    path: PathBuf,
    outbox: Mutex<Option<Outbox>>,
    /// Letters read last, the newest last: most lines go to several sinks.
    lately: Mutex<VecDeque<Letter>>,
}

impl Reading {
    pub(super) fn of(path: &Path) -> Reading {
        Reading { path: path.to_owned(), outbox: Mutex::default(), lately: Mutex::default() }
    }

    /// The letter of a row; `None` if its line is none of an alert.
    fn letter(&self, row: i64, line: &Arc<str>) -> Option<Letter> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = lately.iter().rev().find(|letter| letter.line == *line) {
            return Some(Letter { row: Some(row), ..same.clone() });
        }
        let letter = Letter::new(Some(row), Arc::clone(line))?;
        lately.push_back(letter.clone());
        if LATELY < lately.len() {
            lately.pop_front();
        }
        Some(letter)
    }

    /// Reads; a store that cannot be read is opened anew the next time.
    fn ask<T>(&self, ask: impl FnOnce(&Outbox) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut kept = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        let outbox = match kept.take() {
            Some(outbox) => outbox,
            None => Outbox::open(&self.path)?,
        };
        let read = ask(&outbox)?;
        *kept = Some(outbox);
        Ok(read)
    }
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
        if room <= window.fresh() {
            return;
        }
        match self {
            Queue::Stored(stored) => stored.fill(window, reported, room),
            Queue::Memory(memory) => {
                let mut lines = memory.lines.lock().unwrap_or_else(PoisonError::into_inner);
                while window.fresh() < room
                    && let Some((number, line, since)) = lines.waiting.pop_front()
                {
                    if let Some(letter) = Letter::new(Some(number), line) {
                        window.push(Held::new(letter, since, 0));
                    }
                }
            }
        }
    }

    /// Looks again at letters before they go: what was marked meanwhile goes as it is marked now, or not at all, and what does not wait
    /// any more does not go. A store that cannot be read changes nothing.
    pub(super) fn renew(&mut self, taken: &mut Vec<Held>, reported: &mut BTreeSet<i64>) {
        if let Queue::Stored(stored) = self {
            stored.renew(taken, reported);
        }
    }

    /// Takes back what a worker has in hand when it ends; the store has it anyway.
    pub(super) fn take_back(&self, held: Vec<Held>) {
        if let Queue::Memory(memory) = self {
            let mut lines = memory.lines.lock().unwrap_or_else(PoisonError::into_inner);
            for Held { letter, since, .. } in held.into_iter().rev() {
                if let Some(number) = letter.row {
                    lines.waiting.push_front((number, letter.line, since));
                }
            }
        }
    }

    /// Resolves when there may be something new.
    pub(super) async fn poked(&mut self) {
        match self {
            Queue::Stored(stored) => match stored.poke.changed().await {
                Ok(()) => stored.more = true,
                Err(_) => std::future::pending().await,
            },
            Queue::Memory(memory) => memory.poke.notified().await,
        }
    }

    /// Tells the store what became of letters.
    pub(super) fn report(&self, tried: Vec<Tried>) {
        if let Queue::Stored(stored) = self {
            stored.reporter.tried(tried);
        }
    }

    /// Whether letters outlive the program.
    pub(super) fn is_stored(&self) -> bool {
        matches!(self, Queue::Stored(_))
    }

    /// Whether what there is may go. Nothing may while the store's file is away: that it went could not be noted.
    pub(super) fn may_send(&self) -> bool {
        match self {
            Queue::Stored(stored) => stored.reporter.is_in_place(),
            Queue::Memory(_) => true,
        }
    }

    /// How long ago the sink took something, each time within `lately`, the earliest first; only a store knows of before the start.
    pub(super) fn told_lately(&mut self, lately: Duration) -> Vec<Duration> {
        let Queue::Stored(stored) = self else {
            return Vec::new();
        };
        let now = Clock.now();
        let since = now - Span::from_millis(lately.as_millis() as i64);
        let told = stored.read(|outbox, sink| outbox.told_since(sink, since)).unwrap_or_default();
        let ago = |at: Time| Duration::from_millis(u64::try_from((now - at).millis()).unwrap_or(0));
        told.into_iter().map(ago).collect()
    }

    /// The last words the sink took of the alerts it knows as open.
    pub(super) fn open_alerts(&mut self) -> BTreeMap<Arc<str>, Letter> {
        let Queue::Stored(stored) = self else {
            return BTreeMap::new();
        };
        let carries = stored.carries.clone();
        let open = stored.read(|outbox, sink| outbox.open_alerts(sink, &carries)).unwrap_or_default();
        let letters = open.into_iter().filter_map(|(row, line)| Letter::new(Some(row), line));
        letters.map(|letter| (Arc::clone(&letter.alert), letter)).collect()
    }
}

impl Stored {
    fn fill(&mut self, window: &mut Window, reported: &mut BTreeSet<i64>, room: usize) {
        if self.poke.has_changed().unwrap_or(false) {
            self.poke.mark_unchanged();
            self.more = true;
        }
        let now = Clock.moment();
        if !self.more && now.since(self.looked) < LOOK_AGAIN {
            return;
        }
        let most = room + window.len() - window.fresh() + reported.len();
        let Some(rows) = self.read(|outbox, sink| outbox.rows(sink, most)) else {
            return;
        };
        (self.more, self.looked) = (rows.len() == most, now);
        // What was reported and is not pending any more has been noted.
        match rows.last() {
            Some(last) => reported.retain(|row| last < row || rows.binary_search(row).is_ok()),
            None => reported.clear(),
        }
        let free = room - window.fresh();
        let new = rows.into_iter().filter(|row| !reported.contains(row) && !window.holds(*row));
        let mut new: Vec<i64> = new.collect();
        self.more |= free < new.len();
        new.truncate(free);
        let read = |outbox: &Outbox, _: &str| -> Result<Vec<Delivery>, StoreError> {
            new.iter().filter_map(|row| outbox.delivery(*row).transpose()).collect()
        };
        let new = match new.is_empty() {
            true => Vec::new(),
            false => self.read(read).unwrap_or_else(|| {
                self.more = true;
                Vec::new()
            }),
        };
        // A worker that begins tries everything at once, whatever was put off before.
        for delivery in new {
            let Delivery { seq, since, attempts, .. } = delivery;
            match self.judged(delivery) {
                Ok(letter) => window.push(Held::new(letter, since, attempts)),
                Err(outcome) => {
                    self.reporter.tried(vec![Tried { seq, attempts, outcome }]);
                    reported.insert(seq);
                }
            }
        }
    }

    fn renew(&mut self, taken: &mut Vec<Held>, reported: &mut BTreeSet<i64>) {
        let moment = Clock.moment();
        let is_old = |held: &Held| RENEW_AFTER <= moment.since(held.read);
        let rows: Vec<i64> = taken.iter().filter(|held| is_old(held)).filter_map(|held| held.letter.row).collect();
        if rows.is_empty() {
            return;
        }
        let read = |outbox: &Outbox, _: &str| -> Result<Vec<Delivery>, StoreError> {
            rows.iter().filter_map(|row| outbox.delivery(*row).transpose()).collect()
        };
        let Some(now) = self.read(read) else {
            return;
        };
        let mut now: BTreeMap<i64, Delivery> = now.into_iter().map(|delivery| (delivery.seq, delivery)).collect();
        taken.retain_mut(|held| {
            if !is_old(held) {
                return true;
            }
            held.read = moment;
            let Some(delivery) = held.letter.row.and_then(|row| now.remove(&row)) else {
                return false;
            };
            if delivery.farewell || (delivery.line == held.letter.line && self.refusal(&held.letter).is_none()) {
                return true;
            }
            let (seq, attempts) = (delivery.seq, held.attempts);
            match self.judged(delivery) {
                Ok(letter) => held.letter = letter,
                Err(outcome) => {
                    self.reporter.tried(vec![Tried { seq, attempts, outcome }]);
                    reported.insert(seq);
                    return false;
                }
            }
            true
        });
    }

    /// The letter of a row, or why it is none: it was marked, or the settings have changed, since it was put there.
    fn judged(&self, delivery: Delivery) -> Result<Letter, Outcome> {
        let Delivery { seq, line, farewell, .. } = delivery;
        let letter = self.reading.letter(seq, &line);
        let letter = letter.ok_or_else(|| Outcome::Failed { why: "no line of an alert".to_owned() })?;
        match self.refusal(&letter).filter(|_| !farewell) {
            None => Ok(letter),
            Some(why) => Err(Outcome::Withheld { why }),
        }
    }

    /// Why the sink may not carry it now, if it may not.
    fn refusal(&self, letter: &Letter) -> Option<String> {
        let handling = Handling::deserialize(&letter.change["alert"]["handling"]).ok()?;
        self.carries.refusal(&handling)
    }

    /// Reads; nothing if the store cannot be read now, or is away: another may stand in its place.
    fn read<T>(&mut self, ask: impl FnOnce(&Outbox, &str) -> Result<T, StoreError>) -> Option<T> {
        if !self.reporter.is_in_place() {
            return None;
        }
        match self.reading.ask(|outbox| ask(outbox, &self.sink)) {
            Ok(read) => {
                self.told = false;
                Some(read)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    error!(sink = %self.sink, %error, "waiting deliveries of the sink cannot be read");
                }
                None
            }
        }
    }
}
