//! Saves the engine's state while the engine works.
//!
//! The main loop begins a snapshot between two turns and hands over the first part: all but the tracks. The tracks
//! follow in slices, one a turn, each as it was at the beginning. The thread `snapshots` compresses and writes the
//! parts. It waits until the journal and the store have what the state depends on, reads the file back, and only then
//! gives it its name.
//!
//! The first snapshot after a start, and one a day, is also decoded part by part, as a restart would. If that fails, the file gets no name.
//!
//! An error never reaches the engine: the snapshot is given up, the earlier ones stay in force, and the next is made
//! when it is due. The engine ends its save at once, because until then it copies every track that changes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{debug, error};

use super::place::{PATIENCE, Place};
use crate::daemon::driver::EngineDriver;
use crate::daemon::settings_archive::SettingsArchive;
use crate::platform::clock::{Clock, Moment};
use crate::storage::journal::snapshots::{Snapshot, Unfinished};
use crate::storage::journal::{Position, Syncer};
use atalaia_core::engine::Engine;

/// A snapshot is due after this many bytes of lines, or after [`TIMES_STATE`] times the size of the state if that is more.
const LEAST_RECEIVED: u64 = 16 << 20;
/// Taking in lines costs more than ten times as much as saving a state of their size, so snapshots cost less than a twentieth of what the
/// lines cost. A restart has about this much to read again, more if a snapshot failed.
const TIMES_STATE: u64 = 2;
/// The main loop pauses for at most one part in this many of the time.
const PAUSES: u32 = 200;
/// Length of a slice of the state in bytes: about half a millisecond.
const SLICE: usize = 256 << 10;
/// While this many bytes wait for the thread, no further slice is made.
const MOST_WAITING: usize = 8 << 20;
/// Interval between two snapshots that are decoded in full.
const DECODE_EVERY: Duration = Duration::from_secs(24 * 3600);
/// Interval between two checks of whether the store has confirmed or a stop was requested.
const LOOK: Duration = Duration::from_millis(100);

/// Makes snapshots, one at a time.
pub(in crate::daemon) struct Saver {
    /// For pauses and intervals.
    clock: Clock,
    /// Work for the thread; `None` once the thread has ended.
    sender: Option<Sender<Work>>,
    /// What both threads see.
    shared: Arc<Shared>,
    /// The thread; `None` once it has been waited for.
    thread: Option<JoinHandle<()>>,
    /// Whether the engine still has parts of a snapshot to give.
    is_saving: bool,
    /// When the last snapshot began.
    began: Moment,
    /// How long the main loop paused to begin it.
    pause: Duration,
    /// How long its longest slice took.
    longest: Duration,
    /// How long all slices took.
    slices: Duration,
    /// Size of its state in bytes; while it is made, of the part handed over.
    length: u64,
    /// Bytes of lines received since the last snapshot began.
    received: u64,
}

/// What the main loop and the thread tell each other without waiting.
#[derive(Default)]
struct Shared {
    /// Set when the daemon stops; a snapshot in progress is then abandoned.
    stop: AtomicBool,
    /// Whether the thread is at work on a snapshot.
    busy: AtomicBool,
    /// Whether the thread has given up the latest snapshot; further slices of it are then of no use.
    failed: AtomicBool,
    /// Bytes that wait for the thread.
    waiting: AtomicUsize,
}

/// What the main loop sends to the thread: a beginning, the parts, and an end. Abandoning may come at any time.
enum Work {
    /// A snapshot begins.
    Begin(SnapshotStart),
    /// The next part of its state.
    Part(Vec<u8>),
    /// All parts were sent.
    End,
    /// The snapshot is abandoned; answered once nothing is left of it.
    Abandon(SyncSender<()>),
}

/// What the thread needs to begin a snapshot.
struct SnapshotStart {
    /// Its description, for the head of the file.
    snapshot: Snapshot,
    /// Confirms that the store has every decision up to the snapshot.
    settled: Receiver<()>,
    /// Copy of the archive, which already has the settings in force in memory.
    archive: SettingsArchive,
}

impl Saver {
    /// Starts the thread, which is idle until a snapshot begins.
    pub(super) fn start(place: Place, syncer: Syncer, clock: Clock) -> io::Result<Saver> {
        let (sender, receiver) = channel();
        let shared = Arc::new(Shared::default());
        let mut worker = Worker { place, syncer, clock, shared: Arc::clone(&shared), decoded_at: None };
        let thread = thread::Builder::new().name("snapshots".to_owned()).spawn(move || worker.run(&receiver))?;
        Ok(Saver {
            clock,
            sender: Some(sender),
            shared,
            thread: Some(thread),
            is_saving: false,
            began: clock.moment(),
            pause: Duration::ZERO,
            longest: Duration::ZERO,
            slices: Duration::ZERO,
            length: 0,
            received: 0,
        })
    }

    /// Counts received lines, by their bytes.
    pub(super) fn received(&mut self, bytes: usize) {
        self.received += bytes as u64;
    }

    /// Whether the next snapshot is due: `every` has passed, or enough was received that a restart would take long to read it again. Not
    /// while one is made, nor so soon that pauses would add up.
    pub(in crate::daemon) fn is_due(&self, every: Duration, now: Moment) -> bool {
        let passed = now.since(self.began);
        let is_much = LEAST_RECEIVED.max(TIMES_STATE * self.length) <= self.received;
        (is_much || every <= passed)
            && self.pause * PAUSES <= passed
            && !self.is_saving
            && self.sender.is_some()
            && !self.shared.busy.load(Ordering::Acquire)
    }

    /// Begins a snapshot after the entries before `position`. It is complete only once `settled` confirms that every earlier decision is
    /// stored.
    pub(in crate::daemon) fn begin(
        &mut self,
        place: &Place,
        driver: &mut EngineDriver,
        position: Position,
        settled: Receiver<()>,
        archive: SettingsArchive,
    ) {
        self.begins();
        self.is_saving = true;
        self.shared.failed.store(false, Ordering::Release);
        self.shared.busy.store(true, Ordering::Release);
        let snapshot = driver.snapshot(position, self.clock.now());
        let mut part = place.opening(driver);
        driver.engine.begin_save(&mut part);
        (self.length, self.longest, self.slices) = (0, Duration::ZERO, Duration::ZERO);
        self.send(Work::Begin(SnapshotStart { snapshot, settled, archive }));
        self.send_part(part);
        self.pause = self.clock.moment().since(self.began);
    }

    /// Notes that a snapshot begins, or was made at once.
    pub(super) fn begins(&mut self) {
        (self.began, self.received) = (self.clock.moment(), 0);
    }

    /// Whether the engine still has parts of a snapshot to give.
    pub(in crate::daemon) fn is_saving(&self) -> bool {
        self.is_saving
    }

    /// Whether the thread has given up the snapshot in progress, or has ended.
    pub(super) fn has_failed(&self) -> bool {
        self.sender.is_none() || self.shared.failed.load(Ordering::Acquire)
    }

    /// Makes the next slice of the snapshot in progress, unless the thread has enough to do. If the thread has failed, ends the save.
    pub(in crate::daemon) fn save_on(&mut self, engine: &mut Engine) {
        if !self.is_saving {
            return;
        }
        if self.has_failed() {
            return self.leave_off(engine);
        }
        if MOST_WAITING <= self.shared.waiting.load(Ordering::Acquire) {
            return;
        }
        let began = self.clock.moment();
        let mut part = Vec::with_capacity(SLICE + SLICE / 8);
        self.is_saving = engine.save_some(SLICE, &mut part);
        self.send_part(part);
        let took = self.clock.moment().since(began);
        (self.longest, self.slices) = (self.longest.max(took), self.slices + took);
        if !self.is_saving {
            self.send(Work::End);
            let millis = |time: Duration| time.as_secs_f64() * 1e3;
            debug!(
                bytes = self.length,
                pause_ms = millis(self.pause),
                longest_slice_ms = millis(self.longest),
                slices_ms = millis(self.slices),
                "the engine's state is handed over"
            );
        }
    }

    /// Ends the save in progress, if any: the engine no longer copies what changes.
    fn leave_off(&mut self, engine: &mut Engine) {
        self.is_saving = false;
        engine.end_save();
    }

    /// Abandons the snapshot in progress, if any, and waits until the thread is idle. A snapshot that was handed over
    /// whole is still completed.
    pub(super) fn abandon(&mut self, engine: &mut Engine) -> io::Result<()> {
        self.leave_off(engine);
        let (answer, answered) = sync_channel(1);
        self.send(Work::Abandon(answer));
        answered
            .recv_timeout(2 * PATIENCE)
            .map_err(|_| io::Error::other("the thread that makes snapshots is still busy, or has failed"))
    }

    /// Sends a part of the state, and counts it as waiting.
    fn send_part(&mut self, part: Vec<u8>) {
        self.length += part.len() as u64;
        self.shared.waiting.fetch_add(part.len(), Ordering::AcqRel);
        self.send(Work::Part(part));
    }

    /// Sends work. If the thread has ended, logs that once; there will be no more snapshots.
    fn send(&mut self, work: Work) {
        let Some(sender) = &self.sender else {
            return;
        };
        if sender.send(work).is_err() {
            // The thread has ended before the saver: it panicked.
            error!("snapshots are no longer made, because their thread has failed; restart the daemon");
            // A save in progress ends with the next turn.
            self.sender = None;
            self.shared.waiting.store(0, Ordering::Release);
        }
    }

    /// Ends the thread. A snapshot in progress is abandoned.
    pub(super) fn end(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.end();
    }
}

/// The thread.
struct Worker {
    /// Where the file goes.
    place: Place,
    /// Says when the journal is durable.
    syncer: Syncer,
    /// For how long the store takes, and when a snapshot was decoded.
    clock: Clock,
    /// What both threads see.
    shared: Arc<Shared>,
    /// When a snapshot was last decoded in full.
    decoded_at: Option<Moment>,
}

impl Worker {
    /// Makes one snapshot after another, until the saver is gone.
    fn run(&mut self, work: &Receiver<Work>) {
        loop {
            let made = match self.next(work) {
                Some(Work::Begin(start)) => self.make(start, work),
                // The rest of a snapshot that has failed.
                Some(Work::Part(_) | Work::End) => Ok(()),
                Some(Work::Abandon(answer)) => {
                    // The saver may have lost patience.
                    let _ = answer.send(());
                    Ok(())
                }
                None => return,
            };
            if let Err(error) = made.or_else(|error| if self.stops() { Ok(()) } else { Err(error) }) {
                error!(%error, "the engine's state was not saved; a restart will have to read more of the journal");
            }
        }
    }

    /// The next work; waits for it. `None` once the saver has ended.
    fn next(&self, work: &Receiver<Work>) -> Option<Work> {
        let work = work.recv().ok()?;
        if let Work::Part(part) = &work {
            self.shared.waiting.fetch_sub(part.len(), Ordering::AcqRel);
        }
        Some(work)
    }

    /// Whether the daemon stops. What is not done is then not an error.
    fn stops(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Makes one snapshot, and publishes how it ended.
    fn make(&mut self, start: SnapshotStart, work: &Receiver<Work>) -> io::Result<()> {
        let _busy = Busy(Arc::clone(&self.shared));
        let made = self.write(start, work);
        // Before the thread counts as idle: the next snapshot may begin from then on.
        self.shared.failed.store(made.is_err(), Ordering::Release);
        made
    }

    /// Writes one snapshot, as its parts come.
    fn write(&mut self, start: SnapshotStart, work: &Receiver<Work>) -> io::Result<()> {
        let SnapshotStart { snapshot, settled, mut archive } = start;
        let position = snapshot.position;
        let now = self.clock.moment();
        let is_recent = self.decoded_at.is_some_and(|at| now.since(at) < DECODE_EVERY);
        let mut decoding = match is_recent {
            true => None,
            false => Some(Decoding::new(&snapshot, &mut archive)?),
        };
        let mut file = Unfinished::begin(&*self.place.disk, &self.place.folder, &snapshot).map_err(io::Error::other)?;
        loop {
            match self.next(work) {
                Some(Work::Part(part)) if !self.stops() => {
                    file.append(&part).map_err(io::Error::other)?;
                    decoding.iter_mut().try_for_each(|decoding| decoding.part(&part))?;
                }
                Some(Work::End) => break,
                Some(Work::Abandon(answer)) => {
                    drop(file);
                    let _ = answer.send(());
                    return Ok(());
                }
                Some(Work::Begin(_) | Work::Part(_)) | None => return Ok(()),
            }
        }
        if let Some(decoding) = decoding {
            decoding.finish()?;
            self.decoded_at = Some(now);
        }
        self.syncer.reach(position, PATIENCE).map_err(io::Error::other)?;
        // A restart replays only entries after the newest snapshot, so earlier decisions must already be in the store.
        if !self.is_settled(&settled) {
            return Err(io::Error::other(
                "the store did not confirm earlier alerts in time; check its disk, and whether another program has it locked",
            ));
        }
        file.finish().map_err(io::Error::other)
    }

    /// Whether the store confirms within [`PATIENCE`] that everything is stored; gives up early when stopping.
    fn is_settled(&self, settled: &Receiver<()>) -> bool {
        let begun = self.clock.moment();
        while self.clock.moment().since(begun) < PATIENCE && !self.stops() {
            match settled.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                answer => return answer.is_ok(),
            }
        }
        false
    }
}

/// The thread counts as at work until this is dropped, also by a panic: otherwise the main loop would wait for ever for a snapshot that
/// nothing makes, and never notice that the thread is gone.
struct Busy(Arc<Shared>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

/// Decodes the parts of a snapshot, as a restart would, and drops what comes out.
struct Decoding {
    /// Takes in each part without keeping it.
    engine: Engine,
    /// Whether the next part is the first, which has more than tracks.
    is_first: bool,
}

impl Decoding {
    /// An empty engine with the settings of the snapshot.
    fn new(snapshot: &Snapshot, archive: &mut SettingsArchive) -> io::Result<Decoding> {
        let settings = archive.get(&snapshot.in_force)?;
        let driver = EngineDriver::new(&settings, snapshot.sources.clone(), snapshot.in_force.clone());
        Ok(Decoding { engine: driver.engine, is_first: true })
    }

    /// Decodes the next part.
    fn part(&mut self, part: &[u8]) -> io::Result<()> {
        let checked = match std::mem::replace(&mut self.is_first, false) {
            true => self.engine.check_first(part.get(Place::OPENING..).unwrap_or_default()),
            false => self.engine.check_next(part),
        };
        checked.map_err(io::Error::other)
    }

    /// Whether all parts have come.
    fn finish(self) -> io::Result<()> {
        self.engine.checked().map_err(io::Error::other)
    }
}
