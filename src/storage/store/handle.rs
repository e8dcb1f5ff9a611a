//! The daemon's handle of the store: opens it, queues requests for its writer, and waits for them.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::attempts::{self, AttemptReport};
use super::collected::{self, Collected};
use super::error::StoreError;
use super::integrity::{self, SetAside};
use super::migration;
use super::orders::Orders;
use super::premises::Premises;
use super::trail::OwnRecord;
use super::writer::{Event, Request, Shared, Writer, announced};
use crate::platform::service::holder_of_lock;
use crate::platform::telemetry::Pulse;
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, Notice};
use atalaia_core::base::time::Time;

/// Maximum number of queued requests. When it is reached, the engine waits, and the feeds with it: what a failing disk leaves unstored must
/// not fill the memory.
const WAITING: usize = 10_000;

/// The daemon's handle of the store.
#[derive(Debug)]
pub struct Store {
    /// The queue of the writer.
    sender: SyncSender<Request>,
    /// The writer. It returns whether everything was stored; `None` once it was waited for.
    thread: Option<JoinHandle<bool>>,
    /// The damaged file found at the start, if any.
    set_aside: Option<SetAside>,
    /// Whether there was no store at the path when it was opened.
    is_new: bool,
    /// Beats while the writer makes progress.
    pulse: Arc<Pulse>,
    /// Shared with the writer.
    shared: Arc<Shared>,
    /// Keeps other daemons from opening the store.
    _lock: File,
}

impl Store {
    /// Opens the store and starts the writer. A missing file is created; a damaged one is set aside and replaced. `now` is the wall clock.
    /// `before` is called before each transaction that stores changes. It makes the journal durable up to the given position and must give
    /// up by itself after a while. `tell` is called from the writer's thread and must not block.
    ///
    /// # Errors
    /// `Taken` if another daemon has it open, `Newer` for a store of a later version, `Refused` for another program's database, and for text or compressed data
    /// where no store has been.
    pub fn open(
        path: &Path,
        orders: Orders,
        now: impl Fn() -> Time + Send + 'static,
        before: impl FnMut(u64) + Send + 'static,
        tell: impl FnMut(Event) + Send + 'static,
    ) -> Result<Store, StoreError> {
        integrity::refuse_foreign(path)?;
        let lock = lock(path)?;
        integrity::make_durable(path)?;
        let set_aside = integrity::make_sound(path, now())?;
        let is_new = set_aside.is_none() && !path.exists();
        let mut connection = migration::open(path)?;
        collected::settle(&mut connection, now()).map_err(StoreError::sqlite(path))?;
        attempts::give_up(&connection, &orders.filters, now()).map_err(StoreError::sqlite(path))?;
        let (sender, receiver) = sync_channel(WAITING);
        let pulse = Arc::new(Pulse::default());
        let beats = Arc::clone(&pulse);
        let premises = Premises::of(path).map_err(StoreError::file(path))?;
        let shared = Arc::new(Shared {
            waiting: AtomicUsize::new(0),
            unstored: AtomicUsize::new(0),
            finishing: AtomicBool::new(false),
            premises,
        });
        let for_writer = Arc::clone(&shared);
        let path_of = path.to_owned();
        let mut writer = Writer {
            path: path_of,
            connection,
            orders,
            now,
            before,
            tell,
            failing: false,
            absence: None,
            looked: None,
            beats,
            shared: for_writer,
        };
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || writer.run(&receiver));
        let thread = thread.map_err(StoreError::file(path))?;
        Ok(Store { sender, thread: Some(thread), set_aside, is_new, pulse, shared, _lock: lock })
    }

    /// The damaged file that was set aside when the store was opened, if there was one.
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Whether there was no store when it was opened, so that an empty one was created.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Beats while the writer makes progress, even if its transactions fail.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Stores changes. `position` is the journal position after the lines that caused them. The deliveries become due once they are stored.
    pub fn changes(&self, changes: Vec<Change>, position: u64) {
        self.changes_with_cases(changes, Vec::new(), position);
    }

    /// The same with the cases that the changes begin. Stored together, so that no reader finds an alert that names a case which is not there.
    pub fn changes_with_cases(&self, changes: Vec<Change>, cases: Vec<Case>, position: u64) {
        self.shared.unstored.fetch_add(announced(&changes), Ordering::AcqRel);
        self.ask(Request::Changes(changes, cases, position));
    }

    /// Number of announced changes that are not stored yet. While the store fails, these are held back.
    pub fn unstored(&self) -> usize {
        self.shared.unstored.load(Ordering::Acquire)
    }

    /// Ends all alerts that are open in the store but not in `open`, because no engine follows them any more.
    pub fn open_are(&self, open: BTreeSet<String>) {
        self.ask(Request::Open(open));
    }

    /// Stores the current state of cases.
    pub fn cases(&self, cases: Vec<Case>) {
        self.ask(Request::Cases(cases));
    }

    /// Records the state of something in the daemon itself, as an alert about the daemon.
    pub fn notice(&self, notice: Notice) {
        self.ask(Request::Notice(notice));
    }

    /// Writes a row into the audit trail about something that the daemon did.
    pub fn record(&self, row: OwnRecord) {
        self.ask(Request::Record(row));
    }

    /// Keeps what has come in by the feeds so far. If the daemon is killed, the next start writes the rows about it.
    pub fn collecting(&self, counts: Vec<Collected>) {
        self.ask(Request::Collecting(counts));
    }

    /// Writes a row about what has come in by each feed into the audit trail.
    pub fn collected(&self, counts: Vec<Collected>) {
        self.ask(Request::Collected(counts));
    }

    /// Replaces the sinks' filters and the handling settings.
    pub fn orders(&self, orders: Orders) {
        self.ask(Request::Orders(orders));
    }

    /// A handle for recording the outcome of deliveries.
    pub fn reporter(&self) -> Reporter {
        Reporter { sender: self.sender.clone(), shared: Arc::clone(&self.shared) }
    }

    /// Waits until all requests so far are stored. Returns whether that took no longer than `patience`.
    pub fn settle(&self, patience: Duration) -> bool {
        self.settled().recv_timeout(patience).is_ok()
    }

    /// Returns a receiver that gets a message once all requests so far are stored.
    pub fn settled(&self) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        self.ask(Request::Reached(sender));
        receiver
    }

    /// Ends the writer and waits for it. Returns whether all requests were stored.
    pub fn finish(mut self) -> bool {
        self.end()
    }

    /// Ends the writer once. Returns whether all requests were stored.
    fn end(&mut self) -> bool {
        self.thread.take().is_none_or(|thread| {
            // A failing writer does not read its queue, so the flag reaches it instead.
            self.shared.finishing.store(true, Ordering::Release);
            self.ask(Request::Finish);
            thread.join().unwrap_or(false)
        })
    }

    /// Whether requests can be queued without blocking. While this is false, the owner should accept no input.
    pub fn has_room(&self) -> bool {
        self.shared.waiting.load(Ordering::Acquire) < WAITING / 2
    }

    /// Queues a request. Blocks while the queue is full.
    fn ask(&self, request: Request) {
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        // Sending cannot fail: the writer ends only after `Finish`, which `end` sends last.
        let _ = self.sender.send(request);
    }
}

/// Reports the outcome of deliveries to the store. Clones report to the same store.
#[derive(Clone, Debug)]
pub struct Reporter {
    /// The queue of the writer.
    sender: SyncSender<Request>,
    /// Shared with the writer.
    shared: Arc<Shared>,
}

impl Reporter {
    /// Records attempts. Blocks while the queue of the store is full. Does nothing after the store has ended.
    pub fn tried(&self, tried: Vec<AttemptReport>) {
        if !tried.is_empty() {
            self.shared.waiting.fetch_add(1, Ordering::AcqRel);
            let _ = self.sender.send(Request::Attempts(tried));
        }
    }

    /// Whether the store's file is in place. If not, deliveries read from it must not be sent, because their outcome could not be recorded.
    pub fn is_in_place(&self) -> bool {
        self.shared.premises.check().is_ok()
    }

    /// Returns a receiver that gets a message once all requests so far are stored.
    pub fn settled(&self) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let _ = self.sender.send(Request::Reached(sender));
        receiver
    }
}

impl Drop for Store {
    /// Waits for the writer to end. Requests that cannot be stored are tried once more.
    fn drop(&mut self) {
        self.end();
    }
}

/// Locks the store for this process.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = file.map_err(StoreError::file(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::Taken { path: path.to_owned(), holder: holder_of_lock(&name) })
        }
        Err(std::fs::TryLockError::Error(cause)) => Err(StoreError::File { path: name, cause }),
    }
}
