//! The writing thread: writes blocks into segments, syncs them and recovers from failed writes.
//!
//! It wakes up when a block is queued, when a caller waits for a position, and at the latest when a sync or another attempt is due. Blocks
//! stay in memory until they are synced. That is also the memory limit that the main loop runs into when the disk fails.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError};

use super::block::{Block, Identity};
use super::catalogue::{Header, name_of};
use super::context::Context;
use super::limits::{Limits, hour_of};
use super::shared::{Event, Shared, State};
use crate::platform::clock::{Clock, Moment};
use crate::platform::disk::{Absence, Disk, Presence, Writing};
use crate::platform::fault;
use atalaia_core::base::time::{Span, Time};

/// The segment ends if the clock goes back by more than this: retention and searches use the times in its header, which would
/// cover too much.
const BACK: Span = Span::from_hours(1);

/// The writing thread and what it owns: the open segment, and the blocks that are not durable yet. A block leaves memory only once it is
/// synced, so that it can be written again after a failure.
#[derive(Debug)]
pub(super) struct Keeper {
    /// The disk of the journal.
    disk: Arc<dyn Disk>,
    /// The folder of the journal.
    premises: Presence,
    /// The journal's number, in the identity of every segment.
    journal: u64,
    /// What the main loop and waiting callers see.
    shared: Arc<Shared>,
    /// Sizes and times.
    limits: Limits,
    /// Measures the delays.
    clock: Clock,
    /// Sends each finished segment with the position after its last synced entry.
    finished: Sender<(PathBuf, u64)>,
    /// The segment that blocks are appended to; `None` before the first block and after the end of one.
    segment: Option<Open>,
    /// Blocks that are not synced yet, in order. The first `written` of them are in the segment.
    blocks: VecDeque<Block>,
    /// Number of blocks that are in the segment, synced or not.
    written: usize,
    /// When the oldest unsynced write happened; `None` if all that is written is synced.
    unsynced: Option<Moment>,
    /// When writing last failed; `None` while it works.
    failed: Option<Moment>,
}

/// The segment that is being written.
#[derive(Debug)]
struct Open {
    file: Box<dyn Writing>,
    path: PathBuf,
    /// The file as it was created; `None` if the system could not tell.
    presence: Option<Presence>,
    /// Its identity.
    identity: Identity,
    /// Its length in bytes.
    length: u64,
    /// Latest time of receipt in it; `None` if no entry has one.
    latest: Option<Time>,
    /// Inputs and settings as in the header.
    context: Arc<Context>,
    /// Position after the last synced entry; `None` if nothing is durable, not even the name of the file.
    synced: Option<u64>,
}

/// What the thread is to do next.
struct Task {
    /// Sync after writing.
    sync: bool,
    /// End afterwards.
    finish: bool,
}

impl Keeper {
    /// A thread that has not begun. `journal` is its number, `finished` receives segments to be sealed.
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        premises: Presence,
        journal: u64,
        shared: Arc<Shared>,
        limits: Limits,
        clock: Clock,
        finished: Sender<(PathBuf, u64)>,
    ) -> Keeper {
        Keeper {
            disk,
            premises,
            journal,
            shared,
            limits,
            clock,
            finished,
            segment: None,
            blocks: VecDeque::new(),
            written: 0,
            unsynced: None,
            failed: None,
        }
    }

    /// Writes until asked to finish.
    pub(super) fn run(mut self) {
        loop {
            let task = self.next();
            // At the end there is no later round: a failed write is tried once more, in a new segment.
            let tries = if task.finish { 2 } else { 1 };
            for _ in 0..tries {
                if let Err(absence) = self.premises.check(&*self.disk) {
                    // Open files stay open and are used again when the folder is back.
                    self.miss(absence);
                    break;
                }
                self.leave_if_gone();
                match self.write(task.sync || task.finish) {
                    Ok(()) => break,
                    Err(error) => self.fail(&error),
                }
            }
            if task.finish {
                self.shared.lock().ended = true;
                self.shared.done.notify_all();
                return;
            }
        }
    }

    /// Waits until there is something to do or a time limit passes, then takes over the queued blocks.
    fn next(&mut self) -> Task {
        let shared = Arc::clone(&self.shared);
        let state = shared.lock();
        shared.pulse.beat();
        let now = self.clock.moment();
        let wait = match (self.failed, self.unsynced) {
            (Some(failed), _) => self.limits.retry_after.saturating_sub(now.since(failed)),
            (None, Some(since)) => self.limits.sync_every.saturating_sub(now.since(since)),
            (None, None) => self.limits.sync_every,
        };
        let is_due = |state: &State| {
            let wanted = state.synced < state.wanted.min(state.draft.end());
            state.finish || (self.failed.is_none() && (wanted || state.hurry || !state.queue.is_empty()))
        };
        let waited = shared.work.wait_timeout_while(state, wait, |state| !is_due(state));
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        let wanted = state.synced < state.wanted;
        if timeout.timed_out() || state.hurry || wanted || state.finish {
            state.hurry = false;
            if state.draft.count != 0 {
                let block = state.cut();
                state.held += block.size();
                state.queue.push_back(block);
            }
        }
        // Taken over under the lock and written without it: the main loop never waits for a write.
        self.blocks.extend(state.queue.drain(..));
        if self.blocks.is_empty() {
            // The entries that a caller still waits for were dropped.
            state.wanted = state.synced;
        }
        let is_late = self.unsynced.is_some_and(|since| self.limits.sync_every <= self.clock.moment().since(since));
        let sync = timeout.timed_out() || wanted || is_late || self.failed.is_some();
        Task { sync, finish: state.finish }
    }

    /// Writes all blocks, then syncs if `sync` is set.
    fn write(&mut self, sync: bool) -> io::Result<()> {
        while self.written < self.blocks.len() {
            if self.is_finished() {
                self.sync()?;
                self.end_segment();
            }
            let mut segment = match self.segment.take() {
                Some(segment) => segment,
                None => self.begin()?,
            };
            let block = &mut self.blocks[self.written];
            fault::point("journal-before-append");
            let bytes = block.written_for(segment.identity);
            segment.length += bytes.len() as u64;
            let outcome = segment.file.append(bytes);
            segment.latest = segment.latest.max(block.range.map(|range| range.1));
            self.segment = Some(segment);
            outcome?;
            fault::point("journal-after-write");
            self.written += 1;
            self.unsynced.get_or_insert_with(|| self.clock.moment());
        }
        if sync {
            self.sync()?;
        }
        Ok(())
    }

    /// Whether the next block must go into a new segment. The key in force may change within one, because an entry says so; the names of
    /// the inputs are in the header only.
    fn is_finished(&self) -> bool {
        let (Some(segment), Some(block)) = (&self.segment, self.blocks.get(self.written)) else {
            return false;
        };
        let is_full = self.limits.segment <= segment.length + block.size() as u64;
        let is_other_hour = match (segment.latest, block.range) {
            (Some(latest), Some((_, at))) => hour_of(latest) < hour_of(at) || BACK < latest - at,
            _ => false,
        };
        let has_other_inputs =
            !Arc::ptr_eq(&segment.context, &block.context) && segment.context.sources != block.context.sources;
        is_full || is_other_hour || has_other_inputs
    }

    /// Begins a segment at the next block. Its name becomes durable with its first sync.
    fn begin(&mut self) -> io::Result<Open> {
        let block = &self.blocks[self.written];
        let mut identity = Identity { first: block.position, attempt: 0, journal: self.journal };
        let (mut file, path) = loop {
            let path = self.premises.path().join(name_of(identity.first, identity.attempt));
            match self.disk.create(&path) {
                // The file was left by an earlier run or by a failed attempt.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => identity.attempt += 1,
                file => break (file?, path),
            }
        };
        let context = Arc::clone(&block.context);
        let header = Header { identity, sealed: None, context: (*context).clone() }.encode();
        let written = file.append(&header);
        // Keep the segment even after a failure, so that `fail` removes its file.
        let length = header.len() as u64;
        let presence = Presence::of(&*self.disk, &path).ok();
        let segment = Open { file, path, presence, identity, length, latest: None, context, synced: None };
        if let Err(error) = written {
            self.segment = Some(segment);
            return Err(error);
        }
        fault::point("journal-segment-begun");
        Ok(segment)
    }

    /// Drops the open segment if its file was deleted, moved or replaced, because whatever is appended to that file is lost. Blocks that
    /// are not yet durable are written again to a new segment. Synced blocks are lost unless the file is put back.
    fn leave_if_gone(&mut self) {
        let is_gone = |segment: &mut Open| {
            let found = segment.presence.as_ref().map_or(Ok(()), |presence| presence.check(&*self.disk));
            matches!(found, Err(Absence::Gone | Absence::Replaced))
        };
        if let Some(segment) = self.segment.take_if(is_gone) {
            self.written = 0;
            self.unsynced = None;
            self.shared.tell(Event::SegmentGone { path: segment.path });
        }
    }

    /// Makes everything written durable.
    fn sync(&mut self) -> io::Result<()> {
        self.unsynced = None;
        let Some(segment) = self.segment.as_mut().filter(|_| 0 < self.written) else {
            if self.blocks.is_empty() && self.failed.take().is_some() {
                // Nothing is left to write, so the failure is over.
                self.shared.synced([].into_iter());
            }
            return Ok(());
        };
        // The content first, then the name: a name without content would be an empty segment.
        segment.file.sync()?;
        if segment.synced.is_none() {
            self.disk.sync_folder(self.premises.path())?;
        }
        fault::point("journal-after-sync");
        segment.synced = self.blocks.get(self.written - 1).map(Block::end).or(segment.synced);
        self.failed = None;
        self.shared.synced(self.blocks.drain(..self.written));
        self.written = 0;
        Ok(())
    }

    /// Ends the segment and hands it over for sealing if anything in it is durable.
    fn end_segment(&mut self) {
        if let Some(segment) = self.segment.take()
            && let Some(synced) = segment.synced
        {
            // Sending fails only while the daemon stops. The segment is then sealed at the next start.
            let _ = self.finished.send((segment.path, synced));
        }
    }

    /// Handles a failed write or sync. It is unknown which parts of the segment are on disk, and no later sync can tell. All blocks that
    /// were not durable are therefore written again into a new segment.
    fn fail(&mut self, error: &io::Error) {
        if let Some(segment) = &self.segment
            && segment.synced.is_none()
        {
            // Nothing in the file counts, and the disk may need the space.
            let _ = self.disk.remove(&segment.path);
        }
        self.end_segment();
        self.written = 0;
        self.unsynced = None;
        self.failed = Some(self.clock.moment());
        self.shared.fails(format!("{}: {error}", self.premises.path().display()), None);
    }

    /// Handles a missing folder: nothing is written until it is back.
    fn miss(&mut self, absence: Absence) {
        self.failed = Some(self.clock.moment());
        self.shared.fails(format!("{}: {absence}", self.premises.path().display()), Some(absence));
    }
}
