//! What the loop, the writing thread and those who wait for it share: one lock, held for the time of a copy, never during a write.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::block::Block;
use super::{JournalError, Position};
use crate::disk::Absence;
use crate::telemetry::Pulse;

/// Spans of lost positions that are remembered; beyond it the latest grows over those between.
const LOST_SPANS: usize = 64;
/// Blocks whose room is kept for others.
const SPARE: usize = 16;
/// Bytes of a block whose room is kept, at most.
const SPARE_SIZE: usize = 1 << 20;

/// What the journal tells the loop. Called from its threads; must not wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Nothing can be written; it is tried again, and what is taken in is kept in memory as far as there is room. Told again when the
    /// folder turns out to be away, or away in another way.
    Failing {
        /// What the system says, with the folder.
        why: String,
        /// The folder is not where it was.
        absence: Option<Absence>,
    },
    /// It works again.
    Working {
        /// Entries dropped since it failed: a hole.
        lost: u64,
    },
    /// A finished segment could not be compressed; it stays as it is and is tried again at the next start.
    Unsealed {
        /// The file and why.
        why: String,
    },
}

pub(super) struct Shared {
    state: Mutex<State>,
    /// There is something to write.
    pub(super) work: Condvar,
    /// Something was synced, or failed.
    pub(super) done: Condvar,
    /// Beats while the writing thread gets on, also while writing fails.
    pub(super) pulse: Arc<Pulse>,
    tell: Box<dyn Fn(Event) + Send + Sync>,
}

#[derive(Debug)]
pub(super) struct State {
    /// The block that is being filled.
    pub(super) draft: Block,
    /// Blocks that the writing thread has not taken.
    pub(super) queue: VecDeque<Block>,
    /// Room of blocks that are synced: fresh memory costs more than the copy into it.
    pub(super) spare: Vec<Vec<u8>>,
    /// Bytes in the queue, and in blocks taken and not synced.
    pub(super) held: usize,
    /// Everything before it is synced, apart from what is lost.
    pub(super) synced: u64,
    /// The highest position that somebody waits for.
    pub(super) wanted: u64,
    /// What is in the draft is to be written without waiting for more.
    pub(super) hurry: bool,
    /// Why nothing can be written.
    pub(super) failing: Option<String>,
    /// How the folder is away, if that is why.
    pub(super) absence: Option<Absence>,
    /// Dropped: from, and behind; in order.
    pub(super) lost: Vec<(u64, u64)>,
    /// Entries dropped since it fails.
    pub(super) lost_now: u64,
    pub(super) finish: bool,
    pub(super) ended: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("state", &self.state).finish_non_exhaustive()
    }
}

impl State {
    /// Notes that entries are dropped.
    pub(super) fn lose(&mut self, from: u64, until: u64) {
        self.lost_now += until - from;
        let full = LOST_SPANS <= self.lost.len();
        match self.lost.last_mut() {
            Some(last) if full || last.1 == from => last.1 = until,
            _ => self.lost.push((from, until)),
        }
    }

    /// Takes the draft away; another begins behind it.
    pub(super) fn cut(&mut self) -> Block {
        let bytes = self.spare.pop().unwrap_or_default();
        let next = Block::new(self.draft.end(), Arc::clone(&self.draft.context), bytes);
        std::mem::replace(&mut self.draft, next)
    }

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

    /// Whoever panicked while holding the lock left whole blocks behind: nothing in between is ever visible.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Not to be called with the lock held.
    pub(super) fn tell(&self, event: Event) {
        (self.tell)(event);
    }

    /// Notes that writing fails; whoever waits is told at once.
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

    /// Notes that these blocks, and all before them, are durable.
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

/// Makes sure of what the journal holds; for the thread that stores alerts. Clones share the journal.
#[derive(Clone, Debug)]
pub struct Syncer(pub(super) Arc<Shared>);

impl Syncer {
    /// Waits until all entries before `position` are written and synced; many at once share a sync. While writing fails it says so at
    /// once, and the caller decides; for entries that were dropped it never succeeds.
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

    /// Whether all entries before `position` are durable, without waiting and without hurrying anybody; `None`: not yet.
    pub fn has(&self, position: Position) -> Option<Result<(), JournalError>> {
        self.0.lock().reached(position.0)
    }

    /// Everything before it is durable, apart from what was lost.
    pub fn synced(&self) -> Position {
        Position(self.0.lock().synced)
    }
}
