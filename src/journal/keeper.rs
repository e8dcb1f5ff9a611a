//! The thread that writes: blocks into segments, syncs, and what to do when that fails.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError};

use super::Limits;
use super::block::{Block, Identity};
use super::catalogue::{Context, Header, name_of};
use super::shared::{Shared, State};
use super::writer::hour_of;
use crate::clock::{Clock, Moment};
use crate::disk::{Absence, Disk, Presence, Writing};
use crate::fault;
use crate::time::{Span, Time};

/// A clock that has gone back by more than this ends the segment.
const BACK: Span = Span::from_hours(1);

#[derive(Debug)]
pub(super) struct Keeper {
    disk: Arc<dyn Disk>,
    /// The folder.
    premises: Presence,
    journal: u64,
    shared: Arc<Shared>,
    limits: Limits,
    clock: Clock,
    /// Finished segments, with the position behind their last entry.
    finished: Sender<(PathBuf, u64)>,
    segment: Option<Open>,
    /// Blocks that are not synced, in order; the first `written` of them are in the segment.
    blocks: VecDeque<Block>,
    written: usize,
    /// Since when something written is not synced.
    unsynced: Option<Moment>,
    /// When it failed last.
    failed: Option<Moment>,
}

/// The segment that is written to.
#[derive(Debug)]
struct Open {
    file: Box<dyn Writing>,
    path: PathBuf,
    identity: Identity,
    length: u64,
    latest: Option<Time>,
    /// As its header has it.
    context: Arc<Context>,
    /// Position behind the last synced entry; none: nothing in it is durable, not even its name.
    synced: Option<u64>,
}

struct Task {
    sync: bool,
    finish: bool,
}

impl Keeper {
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

    /// Writes until it is asked to finish.
    pub(super) fn run(mut self) {
        loop {
            let task = self.next();
            let tries = if task.finish { 2 } else { 1 };
            for _ in 0..tries {
                if let Err(absence) = self.premises.check(&*self.disk) {
                    // What is open stays open, and goes on when the folder is back.
                    self.miss(absence);
                    break;
                }
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

    /// Waits for something to do, or for a while, and takes the blocks for it, if there are any.
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
        self.blocks.extend(state.queue.drain(..));
        if self.blocks.is_empty() {
            // What somebody still waits for was dropped.
            state.wanted = state.synced;
        }
        let is_late = self.unsynced.is_some_and(|since| self.limits.sync_every <= self.clock.moment().since(since));
        let sync = timeout.timed_out() || wanted || is_late || self.failed.is_some();
        Task { sync, finish: state.finish }
    }

    /// Writes all blocks, and syncs.
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

    /// Whether the next block belongs into another segment.
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

    /// Begins a segment at the next block. Its name is durable with its first sync.
    fn begin(&mut self) -> io::Result<Open> {
        let block = &self.blocks[self.written];
        let mut identity = Identity { first: block.position, attempt: 0, journal: self.journal };
        let (mut file, path) = loop {
            let path = self.premises.path().join(name_of(identity.first, identity.attempt));
            match self.disk.create(&path) {
                // Left by an earlier run, or by an attempt that failed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => identity.attempt += 1,
                file => break (file?, path),
            }
        };
        let context = Arc::clone(&block.context);
        let header = Header { identity, sealed: None, context: (*context).clone() }.encode();
        let written = file.append(&header);
        // Kept even so, so that it is cleared away with its failure.
        let length = header.len() as u64;
        let segment = Open { file, path, identity, length, latest: None, context, synced: None };
        if let Err(error) = written {
            self.segment = Some(segment);
            return Err(error);
        }
        fault::point("journal-segment-begun");
        Ok(segment)
    }

    /// Makes everything written durable.
    fn sync(&mut self) -> io::Result<()> {
        self.unsynced = None;
        let Some(segment) = self.segment.as_mut().filter(|_| 0 < self.written) else {
            if self.blocks.is_empty() && self.failed.take().is_some() {
                // Nothing is left that could fail.
                self.shared.synced([].into_iter());
            }
            return Ok(());
        };
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

    /// Ends the segment: what is durable in it may be sealed.
    fn end_segment(&mut self) {
        if let Some(segment) = self.segment.take()
            && let Some(synced) = segment.synced
        {
            // The sealing thread ends only after this one.
            let _ = self.finished.send((segment.path, synced));
        }
    }

    /// After a failed write or sync nothing says what of the segment is on the disk, and no later sync will: what was not durable is
    /// written anew into another one.
    fn fail(&mut self, error: &io::Error) {
        if let Some(segment) = &self.segment
            && segment.synced.is_none()
        {
            // Nothing in it counts, and it takes room that may be what is missing.
            let _ = self.disk.remove(&segment.path);
        }
        self.end_segment();
        self.written = 0;
        self.unsynced = None;
        self.failed = Some(self.clock.moment());
        self.shared.fails(format!("{}: {error}", self.premises.path().display()), None);
    }

    /// The folder is not where it was: nothing is written until it is.
    fn miss(&mut self, absence: Absence) {
        self.failed = Some(self.clock.moment());
        self.shared.fails(format!("{}: {absence}", self.premises.path().display()), Some(absence));
    }
}
