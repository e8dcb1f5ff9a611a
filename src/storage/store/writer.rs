//! The writing thread of the store. All requests that have arrived when it becomes free go into one transaction.
//!
//! Order of a batch with changes: the journal is durable up to the lines that caused them, then the transaction commits and is synced,
//! then the main loop learns that deliveries are due. A batch that fails is kept and tried again every second, so requests are stored in
//! the order in which they came, or not at all. While that lasts the queue fills; [`Store::has_room`](super::Store::has_room) says when to
//! stop the feeds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use super::attempts::{self, AttemptReport};
use super::collected::{self, Collected};
use super::error::StoreError;
use super::orders::Orders;
use super::premises::{self, Premises};
use super::trail::{self, OwnRecord};
use super::{abandoned, changes, connect, digests, rows, system_alerts};
use crate::platform::disk::Absence;
use crate::platform::fault;
use crate::platform::telemetry::Pulse;
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, Notice};
use atalaia_core::base::time::{Span, Time};

/// Maximum number of requests in one transaction. A sync costs the same for one request as for many; the limit keeps the wait of a command
/// for the write lock short.
const TOGETHER: usize = 256;
/// Delay before a failed transaction is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Interval at which the idle writer beats and checks that its file is in place.
const IDLE: Duration = Duration::from_millis(500);
/// Interval at which the writer checks whether a digest is due. Wall clock.
const DIGESTS: Span = Span::from_seconds(1);

/// A notification from the writer to the main loop.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// Deliveries were stored durably and wait for their sinks.
    Stored,
    /// Nothing can be stored, so nothing is delivered either. Tried again every second. Sent again when the state of the file changes.
    Failing {
        /// File and error message.
        why: String,
        /// How the store's file is absent; its deliveries then wait as well. `None` if the failure has another cause.
        absence: Option<Absence>,
    },
    /// Storing works again.
    Working,
    /// This number of open alerts was ended because no engine follows them any more.
    GivenUp(usize),
}

/// A request to the writer.
pub(super) enum Request {
    /// Changes, the cases that they begin, and the journal position after the lines that caused them.
    Changes(Vec<Change>, Vec<Case>, u64),
    /// Ids of all alerts open in the engine. Others that are open in the store are abandoned and will be ended.
    Open(BTreeSet<String>),
    /// The current state of cases.
    Cases(Vec<Case>),
    /// Outcomes of attempts to deliver.
    Attempts(Vec<AttemptReport>),
    /// The state of something in the daemon.
    Notice(Notice),
    /// A row of the audit trail.
    Record(OwnRecord),
    /// What has come in by the feeds so far, to be kept for the row of the audit trail.
    Collecting(Vec<Collected>),
    /// What has come in by the feeds, for rows of the audit trail.
    Collected(Vec<Collected>),
    /// Filters and handling settings to use from here on.
    Orders(Orders),
    /// To be answered when all earlier requests are stored.
    Reached(SyncSender<()>),
    /// The last request: store what is queued, then end.
    Finish,
}

/// State shared by the writer and its callers.
#[derive(Debug)]
pub(super) struct Shared {
    /// Requests in the queue that the writer has not read.
    pub(super) waiting: AtomicUsize,
    /// Announced changes that were handed over and are not stored yet.
    pub(super) unstored: AtomicUsize,
    /// The writer is to end with the current batch.
    pub(super) finishing: AtomicBool,
    /// The files of the store, to check whether they are in place.
    pub(super) premises: Premises,
}

/// The state of the writing thread. `N` is the wall clock, `B` makes the journal durable, `T` takes notifications.
pub(super) struct Writer<N, B, T> {
    /// The file of the store.
    pub(super) path: PathBuf,
    /// The one connection that writes for the daemon; opened again after a failure.
    pub(super) connection: Connection,
    /// Filters and handling settings in force.
    pub(super) orders: Orders,
    /// Wall clock.
    pub(super) now: N,
    /// Called with a journal position before changes are stored.
    pub(super) before: B,
    /// Must not block.
    pub(super) tell: T,
    /// Whether the last transaction or check failed.
    pub(super) failing: bool,
    /// How the file is absent, as reported last.
    pub(super) absence: Option<Absence>,
    /// When it was last checked whether a digest is due.
    pub(super) looked: Option<Time>,
    /// Beats once in each round.
    pub(super) beats: Arc<Pulse>,
    /// What the callers see.
    pub(super) shared: Arc<Shared>,
}

impl<N: Fn() -> Time, B: FnMut(u64), T: FnMut(Event)> Writer<N, B, T> {
    /// Writes until asked to finish. Returns whether everything was stored.
    pub(super) fn run(&mut self, requests: &Receiver<Request>) -> bool {
        let mut batch = Vec::new();
        loop {
            self.beats.beat();
            if batch.is_empty() {
                match requests.recv_timeout(IDLE) {
                    Ok(request) => {
                        self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
                        batch.push(request);
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        self.look();
                        if self.failing || !self.awaits_digest() {
                            continue;
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => return true,
                }
            }
            while batch.len() < TOGETHER
                && let Ok(request) = requests.try_recv()
            {
                self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
                batch.push(request);
            }
            let finish = |request: &Request| matches!(request, Request::Finish);
            // A failing writer keeps its batch and reads no further, so `Finish` may still be in the queue.
            let finishes = batch.iter().any(finish) || (self.failing && self.shared.finishing.load(Ordering::Acquire));
            match self.write(&batch) {
                Ok(due) => {
                    self.work();
                    if due {
                        (self.tell)(Event::Stored);
                    }
                    self.after(&mut batch);
                }
                Err(error) => {
                    self.fail(&error);
                    if !finishes {
                        thread::sleep(RETRY);
                        self.reopen();
                    }
                }
            }
            if finishes {
                fault::point("store-checkpoint");
                // Only tidies up: whatever stays in the log is read at the next start.
                let _ = self.connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
                return !self.failing;
            }
        }
    }

    /// Checks, while there is nothing to write, whether the file is in place.
    fn look(&mut self) {
        match self.in_place() {
            Ok(()) => self.work(),
            Err(error) => self.fail(&error),
        }
    }

    /// Checks that the store's files are those that were opened, and are writable.
    fn in_place(&self) -> Result<(), StoreError> {
        self.shared.premises.check().map_err(|(path, absence)| StoreError::Away { path, absence })
    }

    /// Records that writing works and reports a recovery.
    fn work(&mut self) {
        self.absence = None;
        if std::mem::take(&mut self.failing) {
            (self.tell)(Event::Working);
        }
    }

    /// Records that writing fails and reports it, unless the same failure has been reported.
    fn fail(&mut self, error: &StoreError) {
        let absence = match error {
            StoreError::Away { absence, .. } => Some(*absence),
            _ => None,
        };
        let is_known = std::mem::replace(&mut self.failing, true) && self.absence == absence;
        self.absence = absence;
        if !is_known {
            (self.tell)(Event::Failing { why: premises::words(error), absence });
        }
    }

    /// Whether a digest is due although there is nothing else to write.
    fn awaits_digest(&mut self) -> bool {
        let now = (self.now)();
        // If the store cannot be read, the next write fails and reports it.
        let due = self.looks(now) && digests::is_due(&self.connection, now).unwrap_or_default();
        if !due {
            self.looked = Some(now);
        }
        due
    }

    /// Whether it is time to check for due digests.
    fn looks(&self, now: Time) -> bool {
        self.looked.is_none_or(|looked| now < looked || looked + DIGESTS <= now)
    }

    /// Stores the whole batch in one transaction, or nothing of it. Returns whether a delivery is now due. The file is checked first:
    /// SQLite would write to a file that was moved away without noticing.
    fn write(&mut self, batch: &[Request]) -> Result<bool, StoreError> {
        self.in_place()?;
        self.store(batch).map_err(StoreError::sqlite(&self.path.clone()))
    }

    /// The transaction of [`Writer::write`]. New orders take effect within their batch, and are kept only once the batch is stored.
    fn store(&mut self, batch: &[Request]) -> rusqlite::Result<bool> {
        let (mut due, mut given_up) = (false, 0);
        let now = (self.now)();
        let reached = batch.iter().filter_map(|request| match request {
            Request::Changes(.., position) => Some(*position),
            _ => None,
        });
        let reached = reached.max();
        if let Some(position) = reached {
            // A stored alert must never rest on lines that a loss of power can still take.
            (self.before)(position);
        }
        let looks = self.looks(now);
        let mut orders = &self.orders;
        let mut sinks = BTreeSet::new();
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for request in batch {
            match request {
                Request::Changes(changes, cases, _) => {
                    for change in changes {
                        due |= changes::store(&transaction, change, &orders.filters, now)?;
                    }
                    store_cases(&transaction, cases, now)?;
                }
                Request::Cases(cases) => store_cases(&transaction, cases, now)?,
                Request::Open(open) => {
                    let (ended, waits) = abandoned::end(&transaction, open, &orders.filters, now)?;
                    given_up += ended;
                    due |= waits;
                }
                Request::Attempts(tried) => sinks.extend(attempts::tried(&transaction, tried, now)?),
                Request::Notice(notice) => due |= system_alerts::store(&transaction, notice, orders, now)?,
                Request::Record(row) => drop(trail::write(&transaction, now, &row.record())?),
                Request::Collecting(counts) => collected::keep(&transaction, counts)?,
                Request::Collected(counts) => collected::write(&transaction, counts, now)?,
                Request::Orders(newer) => {
                    orders = newer;
                    attempts::give_up(&transaction, &orders.filters, now)?;
                }
                Request::Reached(_) | Request::Finish => {}
            }
        }
        // Once per sink, however many outcomes the batch has for it: the failures are counted from the table.
        for sink in sinks {
            let notice = system_alerts::of_sink(&transaction, &sink)?;
            due |= system_alerts::store(&transaction, &notice, orders, now)?;
        }
        if looks {
            due |= digests::form(&transaction, orders, now)?;
        }
        if let Some(position) = reached {
            rows::reached(&transaction, position, now)?;
        }
        fault::point("store-before-commit");
        transaction.commit()?;
        fault::point("store-after-commit");
        if looks {
            self.looked = Some(now);
        }
        if batch.iter().any(|request| matches!(request, Request::Attempts(_))) {
            fault::point("told-after-mark");
        }
        if 0 < given_up {
            (self.tell)(Event::GivenUp(given_up));
        }
        Ok(due)
    }

    /// Does what remains once a batch is stored.
    fn after(&mut self, batch: &mut Vec<Request>) {
        for request in batch.drain(..) {
            match request {
                Request::Orders(newer) => self.orders = newer,
                Request::Reached(waits) => {
                    let _ = waits.send(());
                }
                Request::Changes(changes, ..) => {
                    self.shared.unstored.fetch_sub(announced(&changes), Ordering::AcqRel);
                }
                Request::Open(_)
                | Request::Cases(_)
                | Request::Attempts(_)
                | Request::Notice(_)
                | Request::Record(_)
                | Request::Collecting(_)
                | Request::Collected(_)
                | Request::Finish => {}
            }
        }
    }

    /// After a failed write, the pages cached by the connection are not to be trusted. While the file is absent the connection stays open,
    /// so that no new file is created in its place.
    fn reopen(&mut self) {
        if self.in_place().is_ok()
            && let Ok(connection) = connect::beside(&self.path)
        {
            self.connection = connection;
        }
    }
}

/// Number of changes that sinks may receive: facts are never delivered.
pub(super) fn announced(changes: &[Change]) -> usize {
    changes.iter().filter(|change| change.alert.announced).count()
}

/// Stores the current state of cases.
fn store_cases(transaction: &Transaction<'_>, cases: &[Case], now: Time) -> rusqlite::Result<()> {
    cases.iter().try_for_each(|case| rows::store_case(transaction, case, now))
}
