//! Source of a sink's deliveries: the store's outbox, or memory if there is no store.
//!
//! The store is the truth: what it lists as pending is delivered, whatever the worker remembers. A worker reads rows, never changes them,
//! and reports outcomes, which the store records in its own time. Until then `reported` keeps it from sending a row again.
//!
//! Without a store the queue is a list in memory, which a restart loses.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tracing::error;

use super::in_flight::{Attempt, InFlight};
use super::send::Delivery;
use crate::platform::clock::{Clock, Moment};
use crate::platform::telemetry::SinkCounters;
use crate::storage::store::{AttemptReport, Clearance, Outbox, OutboxRow, Outcome, Reporter, StoreError};
use atalaia_core::base::time::{Span, Time};

/// Maximum number of lines kept for one sink without a store; beyond it the oldest are given up.
const MOST_IN_MEMORY: usize = 10_000;

/// Age below which a delivery is sent as it was read, without reading its row again.
/// A marking that was changed this recently may still be overtaken; reading every row twice would double the load of a flood.
const RENEW_AFTER: Duration = Duration::from_millis(200);

/// Maximum time until a delivery queued by another process is found.
/// Another process cannot wake the worker.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Number of recent deliveries cached because other sinks are often sent the same line.
/// Workers run close together, so the lines of the last moments are enough.
const LATELY: usize = 32;

/// Maximum wait for a failing store to record earlier reports.
/// The new worker then starts anyway. It may repeat a delivery, which is better than to wait.
const SETTLE: Duration = Duration::from_secs(2);

/// The queue of one sink.
pub(super) enum Queue {
    /// Rows of the store's outbox.
    Stored(Box<StoredQueue>),
    /// Lines in memory, when there is no store.
    Memory(Arc<Memory>),
}

/// Reader of one sink's rows in the store's outbox.
pub(super) struct StoredQueue {
    /// Name of the sink, by which the outbox lists its rows.
    pub(super) sink: String,
    /// Markings that may go to the sink.
    pub(super) clearance: Clearance,
    /// Shared with all other workers.
    pub(super) reading: Arc<SharedReader>,
    /// Records outcomes without waiting for the disk.
    pub(super) reporter: Reporter,
    /// Changes when the store has queued something.
    pub(super) wake: watch::Receiver<u64>,
    /// Whether unread rows may exist, and when the outbox was last read.
    /// True at the start.
    pub(super) more: bool,
    /// By the steady clock.
    pub(super) looked: Moment,
    /// Whether the log has reported that the outbox cannot be read.
    pub(super) is_reported: bool,
}

/// Read access to the store, shared by all workers: one connection and a cache of recent deliveries.
pub(super) struct SharedReader {
    /// The store's file.
    path: PathBuf,
    /// `None` before the first query, and after an error.
    outbox: Mutex<Option<Outbox>>,
    /// Most recent deliveries, oldest first. Most lines go to several sinks.
    lately: Mutex<VecDeque<Delivery>>,
}

impl SharedReader {
    /// Does not open the file yet.
    pub(super) fn of(path: &Path) -> SharedReader {
        SharedReader { path: path.to_owned(), outbox: Mutex::default(), lately: Mutex::default() }
    }

    /// The delivery of a row, from the cache if possible. `None` if its line is not a line of the alert stream.
    fn delivery(&self, row: i64, line: &Arc<str>) -> Option<Delivery> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        // Compared by the text: it is the same line only if every byte is.
        if let Some(same) = lately.iter().rev().find(|delivery| delivery.line == *line) {
            return Some(Delivery { row: Some(row), ..same.clone() });
        }
        let delivery = Delivery::new(Some(row), Arc::clone(line))?;
        lately.push_back(delivery.clone());
        if LATELY < lately.len() {
            lately.pop_front();
        }
        Some(delivery)
    }

    /// Runs a query. After an error the store is reopened for the next one.
    fn ask<T>(&self, ask: impl FnOnce(&Outbox) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut kept = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        let outbox = match kept.take() {
            Some(outbox) => outbox,
            None => Outbox::open(&self.path)?,
        };
        // An error drops the connection, because the file may have been replaced.
        let read = ask(&outbox)?;
        *kept = Some(outbox);
        Ok(read)
    }
}

/// Queued lines with their number and queueing time, and the last number used.
#[derive(Debug, Default)]
struct Lines {
    /// Oldest first.
    waiting: VecDeque<(i64, Arc<str>, Time)>,
    /// Zero before the first line.
    last: i64,
}

/// Queue of one sink in memory.
#[derive(Debug)]
pub(super) struct Memory {
    /// Locked only for moments, by the main loop and by the worker.
    lines: Mutex<Lines>,
    /// Signalled after each line.
    wake: tokio::sync::Notify,
    /// Lines that are given up are counted here.
    counters: Arc<SinkCounters>,
}

impl Memory {
    /// An empty queue.
    pub(super) fn new(counters: Arc<SinkCounters>) -> Memory {
        Memory { lines: Mutex::default(), wake: tokio::sync::Notify::new(), counters }
    }

    /// Appends a line. Beyond the limit the oldest is given up.
    pub(super) fn push(&self, line: Arc<str>, now: Time) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.last += 1;
        let number = lines.last;
        lines.waiting.push_back((number, line, now));
        if MOST_IN_MEMORY < lines.waiting.len() {
            lines.waiting.pop_front();
            SinkCounters::add(&self.counters.given_up, 1);
        }
        self.wake.notify_one();
    }

    /// Number of lines that the worker has not taken yet.
    pub(super) fn len(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).waiting.len()
    }
}

impl Queue {
    /// Waits until the store has recorded the reports of the previous worker, at most 2 s.
    pub(super) async fn settle(&mut self) {
        if let Queue::Stored(stored) = self {
            let settled = stored.reporter.settled();
            let _ = tokio::task::spawn_blocking(move || settled.recv_timeout(SETTLE)).await;
        }
    }

    /// Takes deliveries into flight while fewer than `room` are undelivered.
    pub(super) fn fill(&mut self, in_flight: &mut InFlight, reported: &mut BTreeSet<i64>, room: usize) {
        if room <= in_flight.fresh() {
            return;
        }
        match self {
            Queue::Stored(stored) => stored.fill(in_flight, reported, room),
            Queue::Memory(memory) => {
                let mut lines = memory.lines.lock().unwrap_or_else(PoisonError::into_inner);
                while in_flight.fresh() < room
                    && let Some((number, line, since)) = lines.waiting.pop_front()
                {
                    if let Some(delivery) = Delivery::new(Some(number), line) {
                        in_flight.push(Attempt::new(delivery, since, 0));
                    }
                }
            }
        }
    }

    /// Reads deliveries again before they are sent. A changed marking is applied or blocks the delivery, and one that is no longer pending
    /// is dropped. If the store cannot be read, nothing changes.
    pub(super) fn renew(&mut self, taken: &mut Vec<Attempt>, reported: &mut BTreeSet<i64>) {
        if let Queue::Stored(stored) = self {
            stored.renew(taken, reported);
        }
    }

    /// Returns the worker's deliveries to memory when it ends. The store still lists them as pending.
    pub(super) fn take_back(&self, attempts: Vec<Attempt>) {
        if let Queue::Memory(memory) = self {
            let mut lines = memory.lines.lock().unwrap_or_else(PoisonError::into_inner);
            for Attempt { delivery, since, .. } in attempts.into_iter().rev() {
                if let Some(number) = delivery.row {
                    lines.waiting.push_front((number, delivery.line, since));
                }
            }
        }
    }

    /// Resolves when new deliveries may be queued.
    pub(super) async fn may_have_more(&mut self) {
        match self {
            Queue::Stored(stored) => match stored.wake.changed().await {
                Ok(()) => stored.more = true,
                Err(_) => std::future::pending().await,
            },
            Queue::Memory(memory) => memory.wake.notified().await,
        }
    }

    /// Reports outcomes to the store; without a store, does nothing.
    pub(super) fn report(&self, tried: Vec<AttemptReport>) {
        if let Queue::Stored(stored) = self {
            stored.reporter.tried(tried);
        }
    }

    /// Whether deliveries survive a restart.
    pub(super) fn is_stored(&self) -> bool {
        matches!(self, Queue::Stored(_))
    }

    /// Whether deliveries may be sent now. Not while the store's file is missing, because their outcome could not be recorded.
    pub(super) fn may_send(&self) -> bool {
        match self {
            Queue::Stored(stored) => stored.reporter.is_in_place(),
            Queue::Memory(_) => true,
        }
    }

    /// How long ago the sink took each delivery within `lately`, earliest first. Empty without a store.
    pub(super) fn delivered_lately(&mut self, lately: Duration) -> Vec<Duration> {
        let Queue::Stored(stored) = self else {
            return Vec::new();
        };
        let now = Clock.now();
        let since = now - Span::from_millis(lately.as_millis() as i64);
        let delivered = stored.read(|outbox, sink| outbox.delivered_since(sink, since)).unwrap_or_default();
        let ago = |at: Time| Duration::from_millis(u64::try_from((now - at).millis()).unwrap_or(0));
        delivered.into_iter().map(ago).collect()
    }

    /// The latest delivered change of each alert that is open at the sink, by alert id. Empty without a store.
    pub(super) fn open_alerts(&mut self) -> BTreeMap<Arc<str>, Delivery> {
        let Queue::Stored(stored) = self else {
            return BTreeMap::new();
        };
        let clearance = stored.clearance.clone();
        let open = stored.read(|outbox, sink| outbox.open_alerts(sink, &clearance)).unwrap_or_default();
        let deliveries = open.into_iter().filter_map(|(row, line)| Delivery::new(Some(row), line));
        deliveries.map(|delivery| (Arc::clone(&delivery.alert), delivery)).collect()
    }
}

impl StoredQueue {
    /// Takes new rows while there is room. A row whose marking bars it from the sink is reported as withheld instead. Does nothing if no
    /// new rows can be there.
    fn fill(&mut self, in_flight: &mut InFlight, reported: &mut BTreeSet<i64>, room: usize) {
        if self.wake.has_changed().unwrap_or(false) {
            self.wake.mark_unchanged();
            self.more = true;
        }
        let now = Clock.moment();
        if !self.more && now.since(self.looked) < LOOK_AGAIN {
            return;
        }
        // Rows in flight and reported rows are still listed, so as many more are read to find `room` new ones.
        let most = room + in_flight.len() - in_flight.fresh() + reported.len();
        let Some(rows) = self.read(|outbox, sink| outbox.rows(sink, most)) else {
            return;
        };
        (self.more, self.looked) = (rows.len() == most, now);
        // A reported row that is no longer pending has been recorded by the store.
        match rows.last() {
            Some(last) => reported.retain(|row| last < row || rows.binary_search(row).is_ok()),
            None => reported.clear(),
        }
        let free = room - in_flight.fresh();
        let new = rows.into_iter().filter(|row| !reported.contains(row) && !in_flight.holds(*row));
        let mut new: Vec<i64> = new.collect();
        // Some new rows stay in the store for lack of room.
        self.more |= free < new.len();
        new.truncate(free);
        let read = |outbox: &Outbox, _: &str| -> Result<Vec<OutboxRow>, StoreError> {
            new.iter().filter_map(|row| outbox.row(*row).transpose()).collect()
        };
        let new = match new.is_empty() {
            true => Vec::new(),
            false => self.read(read).unwrap_or_else(|| {
                self.more = true;
                Vec::new()
            }),
        };
        // A new worker tries everything at once, whatever delay the previous one set.
        for row in new {
            let OutboxRow { seq, since, attempts, by_hand, .. } = row;
            match self.cleared(row) {
                Ok(delivery) => in_flight.push(Attempt { by_hand, ..Attempt::new(delivery, since, attempts) }),
                Err(outcome) => {
                    self.reporter.tried(vec![AttemptReport { seq, attempts, outcome }]);
                    reported.insert(seq);
                }
            }
        }
    }

    /// See [`Queue::renew`]. Deliveries read a moment ago are left alone.
    fn renew(&mut self, taken: &mut Vec<Attempt>, reported: &mut BTreeSet<i64>) {
        let moment = Clock.moment();
        // Read from the store too long ago to be sent without another look.
        let is_old = |attempt: &Attempt| RENEW_AFTER <= moment.since(attempt.read);
        let rows: Vec<i64> =
            taken.iter().filter(|attempt| is_old(attempt)).filter_map(|attempt| attempt.delivery.row).collect();
        if rows.is_empty() {
            return;
        }
        let read = |outbox: &Outbox, _: &str| -> Result<Vec<OutboxRow>, StoreError> {
            rows.iter().filter_map(|row| outbox.row(*row).transpose()).collect()
        };
        let Some(now) = self.read(read) else {
            return;
        };
        let mut now: BTreeMap<i64, OutboxRow> = now.into_iter().map(|row| (row.seq, row)).collect();
        taken.retain_mut(|attempt| {
            if !is_old(attempt) {
                return true;
            }
            attempt.read = moment;
            let Some(row) = attempt.delivery.row.and_then(|row| now.remove(&row)) else {
                return false;
            };
            // A closing notice only ends an alert that the receiver already has, so no marking holds it back.
            if row.closing_notice || (row.line == attempt.delivery.line && self.refusal(&attempt.delivery).is_none()) {
                return true;
            }
            let (seq, attempts) = (row.seq, attempt.tries);
            match self.cleared(row) {
                Ok(delivery) => attempt.delivery = delivery,
                Err(outcome) => {
                    self.reporter.tried(vec![AttemptReport { seq, attempts, outcome }]);
                    reported.insert(seq);
                    return false;
                }
            }
            true
        });
    }

    /// Builds the delivery of a row. The error is its outcome if the marking or the settings have changed since it was queued.
    /// A row whose line cannot be read has failed; trying again would not help.
    fn cleared(&self, row: OutboxRow) -> Result<Delivery, Outcome> {
        let OutboxRow { seq, line, closing_notice, .. } = row;
        let delivery = self.reading.delivery(seq, &line);
        let delivery = delivery.ok_or_else(|| Outcome::Failed { why: "not a line of the alert stream".to_owned() })?;
        match self.refusal(&delivery).filter(|_| !closing_notice) {
            None => Ok(delivery),
            Some(why) => Err(Outcome::Withheld { why }),
        }
    }

    /// Why the delivery's marking bars it from the sink; `None` if it may go.
    fn refusal(&self, delivery: &Delivery) -> Option<String> {
        self.clearance.refusal(&delivery.change.alert.handling)
    }

    /// Runs a query. `None` if the store cannot be read or its file is missing; another file may have taken its place.
    fn read<T>(&mut self, ask: impl FnOnce(&Outbox, &str) -> Result<T, StoreError>) -> Option<T> {
        if !self.reporter.is_in_place() {
            return None;
        }
        match self.reading.ask(|outbox| ask(outbox, &self.sink)) {
            Ok(read) => {
                self.is_reported = false;
                Some(read)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_reported, true) {
                    error!(sink = %self.sink, %error, "waiting deliveries of the sink cannot be read");
                }
                None
            }
        }
    }
}
