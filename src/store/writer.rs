//! The one thread that writes: what has come together by the time it is free goes into one transaction.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use super::integrity::{self, SetAside};
use super::outbox::{self, Tried};
use super::premises::{self, Premises};
use super::{Orders, StoreError, abandoned, changes, digests, schema, system_alerts};
use crate::alerts::{Change, Notice};
use crate::cases::Case;
use crate::disk::Absence;
use crate::fault;
use crate::telemetry::Pulse;
use crate::time::{Span, Time};

/// Requests that wait for the writer; beyond it the engine waits, and with it the feeds.
const WAITING: usize = 10_000;
/// Requests in one transaction at most.
const TOGETHER: usize = 256;
/// How long to wait before what failed is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often the writer shows that it is there, and looks whether its file is, when it has nothing to do.
const IDLE: Duration = Duration::from_millis(500);
/// How often it is seen whether a digest is due. Wall clock.
const DIGESTS: Span = Span::from_seconds(1);

/// What the writer tells the loop.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// Something is stored for good that sinks wait for.
    Stored,
    /// Nothing can be stored, and nobody is told of anything until it can; it is tried again every second. Told again when the file
    /// turns out to be away, or away in another way.
    Failing {
        /// What the system says, with the file.
        why: String,
        /// The store's file is not where it was: what is in it waits as well.
        absence: Option<Absence>,
    },
    /// It works again.
    Working,
    /// So many alerts were open and nobody follows them any more: they are ended.
    GivenUp(usize),
}

enum Request {
    /// With the position of the journal behind what they came from.
    Changes(Vec<Change>, u64),
    /// Everything that is open: what else the store has open is nobody's any more.
    Open(BTreeSet<String>),
    Cases(Vec<Case>),
    Tried(Vec<Tried>),
    Notice(Notice),
    Orders(Orders),
    /// To be answered when all before it is stored.
    Reached(SyncSender<()>),
    Finish,
}

/// The store as the daemon holds it.
#[derive(Debug)]
pub struct Store {
    sender: SyncSender<Request>,
    thread: Option<JoinHandle<bool>>,
    set_aside: Option<SetAside>,
    pulse: Arc<Pulse>,
    shared: Arc<Shared>,
    /// Held so that no other daemon takes the store.
    _lock: File,
}

impl Store {
    /// Opens the store, makes it if missing or damaged (what is damaged is kept), and starts the writer. `now` is the
    /// wall clock; `tell` is called from the writer's thread and must not wait. `before` makes the journal durable up to a position,
    /// before anything is stored that came from it; it gives up after a while by itself.
    pub fn open(
        path: &Path,
        orders: Orders,
        now: impl Fn() -> Time + Send + 'static,
        before: impl FnMut(u64) + Send + 'static,
        tell: impl FnMut(Event) + Send + 'static,
    ) -> Result<Store, StoreError> {
        let lock = lock(path)?;
        integrity::make_durable(path)?;
        let set_aside = integrity::make_sound(path, now())?;
        let connection = schema::open(path)?;
        outbox::give_up(&connection, &orders.filters, now()).map_err(StoreError::sqlite(path))?;
        let (sender, receiver) = sync_channel(WAITING);
        let pulse = Arc::new(Pulse::default());
        let beats = Arc::clone(&pulse);
        let premises = Premises::of(path).map_err(StoreError::file(path))?;
        let shared = Arc::new(Shared { waiting: AtomicUsize::new(0), finishing: AtomicBool::new(false), premises });
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
        Ok(Store { sender, thread: Some(thread), set_aside, pulse, shared, _lock: lock })
    }

    /// What was found damaged in its place, if anything was.
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Beats while the writer gets on, also while what it tries fails.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Stores changes; they come back as deliveries once that is done. They came from what the journal holds before `position`.
    pub fn changes(&self, changes: Vec<Change>, position: u64) {
        self.ask(Request::Changes(changes, position));
    }

    /// Ends what is open in the store and is none of these: nobody follows it any more.
    pub fn open_are(&self, open: BTreeSet<String>) {
        self.ask(Request::Open(open));
    }

    /// Notes how cases stand.
    pub fn cases(&self, cases: Vec<Case>) {
        self.ask(Request::Cases(cases));
    }

    /// Takes note of how something about the program stands.
    pub fn notice(&self, notice: Notice) {
        self.ask(Request::Notice(notice));
    }

    /// Other sinks, or sinks that want other things, from now on.
    pub fn orders(&self, orders: Orders) {
        self.ask(Request::Orders(orders));
    }

    /// For who delivers.
    pub fn reporter(&self) -> Reporter {
        Reporter { sender: self.sender.clone(), shared: Arc::clone(&self.shared) }
    }

    /// Waits until everything asked for so far is stored; whether it was within `patience`.
    pub fn settle(&self, patience: Duration) -> bool {
        self.settled().recv_timeout(patience).is_ok()
    }

    /// Something that answers once everything asked for so far is stored.
    pub fn settled(&self) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        self.ask(Request::Reached(sender));
        receiver
    }

    /// Waits for the writer to end; whether everything asked for has been stored.
    pub fn finish(mut self) -> bool {
        self.end()
    }

    fn end(&mut self) -> bool {
        self.thread.take().is_none_or(|thread| {
            // A writer that fails reads nothing more: it is told beside its requests.
            self.shared.finishing.store(true, Ordering::Release);
            self.ask(Request::Finish);
            thread.join().unwrap_or(false)
        })
    }

    /// Whether it can take more without anybody waiting. While it cannot, its owner does well to take nothing in.
    pub fn has_room(&self) -> bool {
        self.shared.waiting.load(Ordering::Acquire) < WAITING / 2
    }

    fn ask(&self, request: Request) {
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        // The writer ends only after it was told to finish, which nobody tells it before the end.
        let _ = self.sender.send(request);
    }
}

/// What the writer and those who ask it share.
#[derive(Debug)]
struct Shared {
    /// Requests that it has not read.
    waiting: AtomicUsize,
    /// It is to end with what it has.
    finishing: AtomicBool,
    /// Its files, and whether they are where they were.
    premises: Premises,
}

/// Reports to the store what became of deliveries.
#[derive(Clone, Debug)]
pub struct Reporter {
    sender: SyncSender<Request>,
    shared: Arc<Shared>,
}

impl Reporter {
    /// Takes note; waits while the store has too much to do. A store that has ended hears nothing.
    pub fn tried(&self, tried: Vec<Tried>) {
        if !tried.is_empty() {
            self.shared.waiting.fetch_add(1, Ordering::AcqRel);
            let _ = self.sender.send(Request::Tried(tried));
        }
    }

    /// Whether the store's file is where it was: what is read of another, or of one that is away, is not to be delivered, because what
    /// becomes of it could not be noted.
    pub fn is_in_place(&self) -> bool {
        self.shared.premises.check().is_ok()
    }

    /// Something that answers once everything asked for so far is stored.
    pub fn settled(&self) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let _ = self.sender.send(Request::Reached(sender));
        receiver
    }
}

impl Drop for Store {
    /// Waits for the writer to end; what cannot be stored is tried once more.
    fn drop(&mut self) {
        self.end();
    }
}

struct Writer<N, B, T> {
    path: PathBuf,
    connection: Connection,
    orders: Orders,
    now: N,
    before: B,
    tell: T,
    failing: bool,
    /// How the file is away, as was told last.
    absence: Option<Absence>,
    /// When it was last seen whether a digest is due.
    looked: Option<Time>,
    beats: Arc<Pulse>,
    shared: Arc<Shared>,
}

impl<N: Fn() -> Time, B: FnMut(u64), T: FnMut(Event)> Writer<N, B, T> {
    /// Writes until it is asked to finish; whether all of it was stored.
    fn run(&mut self, requests: &Receiver<Request>) -> bool {
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
                let _ = self.connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
                return !self.failing;
            }
        }
    }

    /// Looks, while there is nothing to write, whether the file is where it was.
    fn look(&mut self) {
        match self.in_place() {
            Ok(()) => self.work(),
            Err(error) => self.fail(&error),
        }
    }

    fn in_place(&self) -> Result<(), StoreError> {
        self.shared.premises.check().map_err(|(path, absence)| StoreError::Away { path, absence })
    }

    /// Says that it works, unless that is known.
    fn work(&mut self) {
        self.absence = None;
        if std::mem::take(&mut self.failing) {
            (self.tell)(Event::Working);
        }
    }

    /// Says that it does not, and why, unless that is known.
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

    /// Whether nothing but a digest is to be written now.
    fn awaits_digest(&mut self) -> bool {
        let now = (self.now)();
        // A store that cannot be read fails at the next write, which says so.
        let due = self.looks(now) && digests::is_due(&self.connection, now).unwrap_or_default();
        if !due {
            self.looked = Some(now);
        }
        due
    }

    /// Whether it is time to see whether a digest is due.
    fn looks(&self, now: Time) -> bool {
        self.looked.is_none_or(|looked| now < looked || looked + DIGESTS <= now)
    }

    /// All of the batch in one transaction, or none of it; whether sinks wait for something in it.
    fn write(&mut self, batch: &[Request]) -> Result<bool, StoreError> {
        self.in_place()?;
        self.store(batch).map_err(StoreError::sqlite(&self.path.clone()))
    }

    fn store(&mut self, batch: &[Request]) -> rusqlite::Result<bool> {
        let (mut due, mut given_up) = (false, 0);
        let now = (self.now)();
        let reached = batch.iter().filter_map(|request| match request {
            Request::Changes(_, position) => Some(*position),
            _ => None,
        });
        let reached = reached.max();
        if let Some(position) = reached {
            (self.before)(position);
        }
        let looks = self.looks(now);
        let mut orders = &self.orders;
        let mut sinks = BTreeSet::new();
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for request in batch {
            match request {
                Request::Changes(changes, _) => {
                    for change in changes {
                        due |= changes::store(&transaction, change, &orders.filters, now)?;
                    }
                }
                Request::Cases(cases) => {
                    cases.iter().try_for_each(|case| changes::store_case(&transaction, case, now))?;
                }
                Request::Open(open) => {
                    let (ended, waits) = abandoned::end(&transaction, open, &orders.filters, now)?;
                    given_up += ended;
                    due |= waits;
                }
                Request::Tried(tried) => sinks.extend(outbox::tried(&transaction, tried, now)?),
                Request::Notice(notice) => due |= system_alerts::store(&transaction, notice, orders, now)?,
                Request::Orders(newer) => {
                    orders = newer;
                    outbox::give_up(&transaction, &orders.filters, now)?;
                }
                Request::Reached(_) | Request::Finish => {}
            }
        }
        // Once for each, however much of it the batch told of: what has failed is counted anew.
        for sink in sinks {
            let notice = system_alerts::of_sink(&transaction, &sink)?;
            due |= system_alerts::store(&transaction, &notice, orders, now)?;
        }
        if looks {
            due |= digests::form(&transaction, orders, now)?;
        }
        if let Some(position) = reached {
            changes::reached(&transaction, position, now)?;
        }
        fault::point("store-before-commit");
        transaction.commit()?;
        fault::point("store-after-commit");
        if looks {
            self.looked = Some(now);
        }
        if batch.iter().any(|request| matches!(request, Request::Tried(_))) {
            fault::point("told-after-mark");
        }
        if 0 < given_up {
            (self.tell)(Event::GivenUp(given_up));
        }
        Ok(due)
    }

    /// What is left to do once a batch is stored.
    fn after(&mut self, batch: &mut Vec<Request>) {
        for request in batch.drain(..) {
            match request {
                Request::Orders(newer) => self.orders = newer,
                Request::Reached(waits) => {
                    let _ = waits.send(());
                }
                Request::Changes(..)
                | Request::Open(_)
                | Request::Cases(_)
                | Request::Tried(_)
                | Request::Notice(_)
                | Request::Finish => {}
            }
        }
    }

    /// After a failed write the pages that a connection holds are not to be trusted. While the file is away the connection stays with
    /// it: nothing else may be made in its place.
    fn reopen(&mut self) {
        if self.in_place().is_ok()
            && let Ok(connection) = schema::beside(&self.path)
        {
            self.connection = connection;
        }
    }
}

/// Takes the store for this process.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = file.map_err(StoreError::file(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Taken { path: path.to_owned() }),
        Err(std::fs::TryLockError::Error(cause)) => Err(StoreError::File { path: name, cause }),
    }
}
