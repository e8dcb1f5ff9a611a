//! The journal as the main loop uses it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::block::{Block, LONGEST};
use super::catalogue::{Catalogue, Fault, Kind, Segment};
use super::context::Context;
use super::entry::Entry;
use super::entry::{Bytes, decode};
use super::error::JournalError;
use super::keeper::Keeper;
use super::limits::{Limits, hour_of};
use super::position::Position;
use super::seal::{Sealer, is_leftover};
use super::shared::{Event, Shared, State, Syncer};
use super::walk::Next;
use crate::platform::clock::Clock;
use crate::platform::disk::{Absence, Disk, Presence, create_folders};
use crate::platform::telemetry::Pulse;

/// Maximum length of an entry in bytes. Longer ones are refused and counted as lost. A block, whose limit is four times as high, always has
/// room for one.
const LONGEST_ENTRY: usize = LONGEST / 4;

/// The journal, open for writing. The lock of the store ensures that each folder has only one.
#[derive(Debug)]
pub struct Journal {
    /// State shared with the threads.
    shared: Arc<Shared>,
    /// Sizes and times.
    limits: Limits,
    /// Hour of receipt of the draft, in hours since 1970.
    hour: Option<i64>,
    /// Asks the sealing thread to stop between two blocks.
    stop: Arc<AtomicBool>,
    /// The writing and the sealing thread; empty once they have ended.
    threads: Vec<JoinHandle<()>>,
}

impl Journal {
    /// Opens a folder, creating it if necessary, and starts the threads. New entries go into a new segment, starting after the last intact
    /// block, or at `at_least` if that is further. Callers pass the position of a snapshot or of a stored alert, so that no position is
    /// used twice. `tell` is called from the threads and must not block.
    ///
    /// # Errors
    /// `Newer` for a segment of a later version, `File` if the folder cannot be used, a segment cannot be read at the moment, or a thread
    /// cannot be started. Damaged segments are not an error.
    pub fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        at_least: Option<Position>,
        limits: Limits,
        tell: impl Fn(Event) + Send + Sync + 'static,
    ) -> Result<Journal, JournalError> {
        create_folders(&*disk, folder).map_err(JournalError::file(folder))?;
        for file in disk.list(folder).map_err(JournalError::file(folder))?.iter().filter(|file| is_leftover(&file.name))
        {
            // It only takes up space.
            let _ = disk.remove(&folder.join(&file.name));
        }
        let catalogue = Catalogue::of(&*disk, folder)?;
        let (end, context) = end_of(&*disk, &catalogue)?;
        // Positions below were given out before, even if their entries did not survive.
        let end = end.max(at_least.unwrap_or_default().0);

        let draft = Block::new(end, Arc::new(context), Vec::new());
        let shared = Arc::new(Shared::new(draft, Box::new(tell)));
        let stop = Arc::new(AtomicBool::new(false));
        let (finished, to_seal) = channel();
        for (segment, next) in catalogue.with_ends().filter(|(segment, _)| matches!(segment.kind, Kind::Whole { .. })) {
            if segment.sealed().is_none() {
                // Sending cannot fail: this function owns the receiver.
                let _ = finished.send((segment.path.clone(), next.unwrap_or(end)));
            }
        }
        // Drawn once for a new journal, not taken from the time: two machines set up alike must differ.
        let journal = catalogue.journal.unwrap_or_else(|| fastrand::u64(..));
        let sealer = Sealer {
            disk: Arc::clone(&disk),
            folder: folder.to_owned(),
            shared: Arc::clone(&shared),
            stop: Arc::clone(&stop),
        };
        let premises = Presence::of(&*disk, folder).map_err(JournalError::file(folder))?;
        let keeper = Keeper::new(disk, premises, journal, Arc::clone(&shared), limits, Clock, finished);
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.to_owned()).spawn(run).map_err(JournalError::file(folder))
        };
        let mut opened = Journal { shared, limits, hour: None, stop, threads: Vec::new() };
        opened.threads.push(spawn("journal", Box::new(move || keeper.run()))?);
        opened.threads.push(spawn("journal-seal", Box::new(move || sealer.run(&to_seal)))?);
        Ok(opened)
    }

    /// Copies an entry into the draft, which is written later together with others. Returns the position after the entry; once that is
    /// reached, the entry is durable. Waits only if the disk has fallen behind by the whole memory limit, and then at most for the
    /// patience.
    pub fn append(&mut self, entry: &Entry<'_>) -> Position {
        // A block has entries of one hour and one context only, so that a segment can end between two blocks.
        let Journal { shared, limits, hour: current, .. } = self;
        let mut state = shared.lock();
        let hour = entry.time().map(hour_of).or(*current);
        let is_new_hour = std::mem::replace(current, hour) != hour;
        let changes_context = matches!(entry, Entry::Begun { .. } | Entry::InForce { .. });
        let is_too_long = LONGEST_ENTRY < entry.size();
        if is_new_hour || changes_context || is_too_long {
            state = queue(shared, limits, state);
        }
        if is_too_long {
            let from = state.draft.end();
            // It takes up a position all the same, so that the loss shows as a hole.
            state.lose(from, from + 1);
            state.draft = Block::new(from + 1, Arc::clone(&state.draft.context), Vec::new());
            return Position(from + 1);
        }
        match entry {
            Entry::Begun { sources, in_force, .. } => {
                state.draft.context = Arc::new(Context { sources: sources.clone(), in_force: in_force.clone() });
            }
            Entry::InForce { key } => {
                let sources = state.draft.context.sources.clone();
                state.draft.context = Arc::new(Context { sources, in_force: key.clone() });
            }
            _ => {}
        }
        state.draft.push(entry);
        if limits.block <= state.draft.size() {
            state = queue(shared, limits, state);
        }
        Position(state.draft.end())
    }

    /// Requests that the draft be written now, without waiting for it.
    pub fn flush(&mut self) {
        let mut state = self.shared.lock();
        if state.draft.count != 0 && !state.hurry {
            state.hurry = true;
            self.shared.work.notify_one();
        }
    }

    /// Position after the last entry.
    pub fn position(&self) -> Position {
        Position(self.shared.lock().draft.end())
    }

    /// Beats while the writing thread makes progress, even if writing fails.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.shared.pulse)
    }

    /// How the folder is absent, as found at the last check; `None` if it is present.
    pub fn absence(&self) -> Option<Absence> {
        self.shared.lock().absence
    }

    /// A handle for waiting until entries are durable.
    pub fn syncer(&self) -> Syncer {
        Syncer(Arc::clone(&self.shared))
    }

    /// Writes and syncs everything, retrying once, then ends the threads.
    ///
    /// # Errors
    /// `Failing` if the last entries could not be written. They are lost.
    pub fn finish(mut self) -> Result<(), JournalError> {
        self.end();
        let state = self.shared.lock();
        match &state.failing {
            Some(why) => Err(JournalError::Failing(why.clone())),
            None => Ok(()),
        }
    }

    /// Ends the threads and waits for them. Does nothing the second time.
    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.shared.lock().finish = true;
        self.shared.work.notify_one();
        for thread in self.threads.drain(..) {
            // A thread that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.end();
    }
}

/// Queues the draft for the writing thread. Drops it if the memory limit is reached and the disk fails or does not answer.
fn queue<'a>(shared: &'a Shared, limits: &Limits, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    if state.draft.count == 0 {
        return state;
    }
    let size = state.draft.size();
    let full = |state: &mut State| limits.memory < state.held + size && state.failing.is_none();
    if full(&mut state) {
        shared.work.notify_one();
        let waited = shared.done.wait_timeout_while(state, limits.patience, full);
        let (after, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        state = after;
        // The main loop must go on. Lines that cannot be stored are counted and dropped.
        if waited.timed_out() {
            drop(state);
            shared.fails("the disk does not answer".to_owned(), None);
            state = shared.lock();
        }
    }
    let block = state.cut();
    if limits.memory < state.held + size {
        state.lose(block.position, block.end());
    } else {
        state.held += size;
        state.queue.push_back(block);
        shared.work.notify_one();
    }
    state
}

/// Position after the last entry of a journal, with the inputs and settings there.
fn end_of(disk: &dyn Disk, catalogue: &Catalogue) -> Result<(u64, Context), JournalError> {
    let mut end = 0;
    let mut context = Context::default();
    for segment in &catalogue.segments {
        match &segment.kind {
            Kind::Useless(Fault::Newer(found)) => {
                let known = super::catalogue::VERSION;
                return Err(JournalError::Newer { path: segment.path.clone(), found: *found, known });
            }
            // It may contain positions that must not be used twice.
            Kind::Useless(Fault::Unreadable(cause)) => {
                return Err(JournalError::File { path: segment.path.clone(), cause: Arc::clone(cause) });
            }
            // The name says which positions were already used. A file with an unparsable name does not count.
            Kind::Useless(Fault::Damaged) if segment.identity.first != u64::MAX => {
                end = end.max(segment.identity.first);
            }
            _ => {}
        }
    }
    if let Some(last) = catalogue.segments.iter().rfind(|segment| segment.is_useful()) {
        end = end.max(last.identity.first);
        if let Some(header) = last.header() {
            context = header.context.clone();
        }
        end = end.max(read_to_end(disk, last, &mut context)?);
    }
    Ok((end, context))
}

/// Position after the last intact block of a segment. Settings and inputs that its entries name are put into `context`.
fn read_to_end(disk: &dyn Disk, segment: &Segment, context: &mut Context) -> Result<u64, JournalError> {
    let file = disk.open(&segment.path).map_err(JournalError::file(&segment.path))?;
    let mut walk = segment.walk(&*file);
    let mut end = 0;
    while let Some(next) = walk.next() {
        let Next::Block(head) = next else {
            continue;
        };
        match walk.payload(&head) {
            Ok(payload) => {
                end = end.max(head.end());
                let mut rest = Bytes(&payload);
                while let Some(entry) = decode(&mut rest) {
                    match entry {
                        Entry::Begun { sources, in_force, .. } => *context = Context { sources, in_force },
                        Entry::InForce { key } => context.in_force = key,
                        _ => {}
                    }
                }
            }
            Err(why) => drop(walk.refuse(&head, why)),
        }
    }
    walk.broken().map_err(JournalError::file(&segment.path))?;
    Ok(end)
}
