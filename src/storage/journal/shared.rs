//! State shared by the main loop, the writing thread and callers that wait for durability. One lock, held only while memory is copied and
//! never during a write.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::block::Block;
use super::error::JournalError;
use super::position::Position;
use crate::platform::disk::Absence;
use crate::platform::telemetry::Pulse;

/// Maximum number of lost spans that are remembered. When it is reached, the last span is extended and covers the gaps as well.
const LOST_SPANS: usize = 64;
/// Maximum number of block buffers kept for reuse. More are needed only while the disk is slow, and are then given back.
const SPARE: usize = 16;
/// Maximum size in bytes of a buffer kept for reuse.
const SPARE_SIZE: usize = 1 << 20;

/// A notification from the journal to the main loop. Sent from the journal's threads; the receiver must not block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Writing fails and will be tried again. Until then, entries are kept in memory up to the limit. Sent again when the state of the
    /// folder changes.
    Failing {
        /// Folder and error message.
        why: String,
        /// How the folder is absent; `None` if the failure has another cause.
        absence: Option<Absence>,
    },
    /// Writing works again.
    Working {
        /// Number of entries dropped during the failure. They are a hole in the journal.
        lost: u64,
    },
    /// The file of the open segment was deleted, moved or replaced. Its synced entries are missing unless the file is put back. The next
    /// entry begins a new file.
    SegmentGone {
        /// The file.
        path: PathBuf,
    },
    /// A finished segment could not be compressed. It stays uncompressed and is tried again at the next start.
    Unsealed {
        /// File and error message.
        why: String,
    },
}

/// Shared by the journal's handle, its threads and every [`Syncer`].
pub(super) struct Shared {
    /// Behind the one lock.
    state: Mutex<State>,
    /// Notified when there is something to write.
    pub(super) work: Condvar,
    /// Notified when a sync succeeded or failed.
    pub(super) done: Condvar,
    /// Beats while the writing thread makes progress, even if writing fails.
    pub(super) pulse: Arc<Pulse>,
    /// Notifies the main loop.
    tell: Box<dyn Fn(Event) + Send + Sync>,
}

/// What the lock protects.
#[derive(Debug)]
pub(super) struct State {
    /// The block that is being filled.
    pub(super) draft: Block,
    /// Blocks that the writing thread has not taken yet.
    pub(super) queue: VecDeque<Block>,
    /// Buffers of synced blocks for reuse, because allocating fresh memory costs more than the copy into it.
    pub(super) spare: Vec<Vec<u8>>,
    /// Size in bytes of all blocks that are queued or not synced.
    pub(super) held: usize,
    /// All entries before this position are synced, except lost ones.
    pub(super) synced: u64,
    /// Highest position that a caller waits for.
    pub(super) wanted: u64,
    /// The draft is to be written at once, without waiting for more entries.
    pub(super) hurry: bool,
    /// Why writing fails; `None` while it works.
    pub(super) failing: Option<String>,
    /// How the folder is absent, if that is the cause.
    pub(super) absence: Option<Absence>,
    /// Spans of dropped positions in order, as first position and position after the last.
    pub(super) lost: Vec<(u64, u64)>,
    /// Entries dropped since the current failure began.
    pub(super) lost_now: u64,
    /// The writing thread is to write and sync everything and end.
    pub(super) finish: bool,
    /// The writing thread has ended.
    pub(super) ended: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("state", &self.state).finish_non_exhaustive()
    }
}

impl State {
    /// Records that entries were dropped.
    pub(super) fn lose(&mut self, from: u64, until: u64) {
        self.lost_now += until - from;
        let full = LOST_SPANS <= self.lost.len();
        match self.lost.last_mut() {
            Some(last) if full || last.1 == from => last.1 = until,
            _ => self.lost.push((from, until)),
        }
    }

    /// Takes the draft and begins a new one after it.
    pub(super) fn cut(&mut self) -> Block {
        let bytes = self.spare.pop().unwrap_or_default();
        let next = Block::new(self.draft.end(), Arc::clone(&self.draft.context), bytes);
        std::mem::replace(&mut self.draft, next)
    }

    /// The answer to a caller that waits for `position`; `None` while it has to wait.
    fn reached(&self, position: u64) -> Option<Result<(), JournalError>> {
        let is_lost = self.lost.iter().any(|(from, until)| *from < position && position <= *until);
        if is_lost {
            return Some(Err(JournalError::Lost));
        }
        if position <= self.synced {
            return Some(Ok(()));
        }
        if self.draft.end() < position {
            return Some(Err(JournalError::Beyond(position)));
        }
        if let Some(why) = &self.failing {
            return Some(Err(JournalError::Failing(why.clone())));
        }
        self.ended.then_some(Err(JournalError::Closed))
    }
}

impl Shared {
    /// State in which everything before the draft counts as synced.
    pub(super) fn new(draft: Block, tell: Box<dyn Fn(Event) + Send + Sync>) -> Shared {
        let synced = draft.position;
        let state = State {
            draft,
            queue: VecDeque::new(),
            spare: Vec::new(),
            held: 0,
            synced,
            wanted: 0,
            hurry: false,
            failing: None,
            absence: None,
            lost: Vec::new(),
            lost_now: 0,
            finish: false,
            ended: false,
        };
        let (work, done, pulse) = Default::default();
        Shared { state: Mutex::new(state), work, done, pulse, tell }
    }

    /// Ignores poisoning: a panic of another thread cannot leave a partly filled block behind.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Must not be called while the lock is held.
    pub(super) fn tell(&self, event: Event) {
        (self.tell)(event);
    }

    /// Records that writing fails and wakes all waiting callers.
    pub(super) fn fails(&self, why: String, absence: Option<Absence>) {
        let mut state = self.lock();
        let was_away = std::mem::replace(&mut state.absence, absence);
        let is_new = state.failing.replace(why.clone()).is_none() || was_away != absence;
        drop(state);
        self.done.notify_all();
        if is_new {
            self.tell(Event::Failing { why, absence });
        }
    }

    /// Records that these blocks, and all before them, are durable.
    pub(super) fn synced(&self, blocks: impl Iterator<Item = Block>) {
        let mut state = self.lock();
        for block in blocks {
            state.synced = state.synced.max(block.end());
            state.held = state.held.saturating_sub(block.size());
            if state.spare.len() < SPARE && block.size() <= SPARE_SIZE {
                state.spare.push(block.into_bytes());
            }
        }
        state.absence = None;
        let worked = state.failing.take().map(|_| std::mem::take(&mut state.lost_now));
        drop(state);
        self.done.notify_all();
        if let Some(lost) = worked {
            self.tell(Event::Working { lost });
        }
    }
}

/// A handle for waiting until entries are durable, for the thread that stores alerts. Clones share the journal.
#[derive(Clone, Debug)]
pub struct Syncer(pub(super) Arc<Shared>);

impl Syncer {
    /// Waits until all entries before `position` are synced. Concurrent callers share one sync. If writing fails, this returns the error at
    /// once and the caller decides what to do. It never succeeds for entries that were dropped.
    ///
    /// # Errors
    /// `Failing` while writing fails, `Lost` for entries that were dropped, `Slow` when the patience is over, `Beyond` for a position that
    /// was never given out, `Closed` once the journal has ended.
    pub fn reach(&self, position: Position, patience: Duration) -> Result<(), JournalError> {
        let mut state = self.0.lock();
        if let Some(answer) = state.reached(position.0) {
            return answer;
        }
        state.wanted = state.wanted.max(position.0);
        self.0.work.notify_one();
        let waits = |state: &mut State| state.reached(position.0).is_none();
        let waited = self.0.done.wait_timeout_while(state, patience, waits);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.reached(position.0).unwrap_or(Err(JournalError::Slow))
    }

    /// Whether all entries before `position` are durable, without waiting and without triggering a sync. `None` means not yet.
    pub fn has(&self, position: Position) -> Option<Result<(), JournalError>> {
        self.0.lock().reached(position.0)
    }

    /// All entries before this position are durable, except lost ones.
    pub fn synced(&self) -> Position {
        Position(self.0.lock().synced)
    }
}
