//! The journal side of what is kept: entries are written before the engine processes them, and the state is saved at intervals.
//!
//! The order is what makes a restart exact: first the entry, then the engine, then the changes that follow from it,
//! which are stored with the position of the entry. A snapshot belongs to a position too.

use std::io;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::{error, warn};

use super::driver::EngineDriver;
use super::persist::Persistence;
use super::restart::{self, Records};
use crate::platform::clock::Moment;
use crate::platform::fault;
use crate::storage::journal::{self, Entry, JournalError, Position};

/// Maximum number of acknowledgements waiting for the journal; reached only while it cannot be written in time.
/// Batches beyond it are not acknowledged, so their senders repeat them.
const MOST_OWED: usize = 20_000;

impl Persistence {
    /// Writes an entry to the journal; called before the engine processes it.
    pub(super) fn write_down(&mut self, entry: &Entry<'_>) {
        if let Some(records) = &mut self.records {
            records.append(entry);
        }
    }

    /// Queues the acknowledgement of a batch until the journal is durable up to here. Without a journal it is sent at once.
    pub(super) fn owe(&mut self, acknowledge: Option<oneshot::Sender<()>>) {
        let Some(acknowledge) = acknowledge else {
            return;
        };
        match &mut self.records {
            // While the journal fails, senders repeat their batches; this bounds the queue.
            Some(records) if MOST_OWED <= records.owed.len() => drop(acknowledge),
            Some(records) => records.owed.push_back((records.journal.position(), acknowledge)),
            // The sender may have gone.
            None => drop(acknowledge.send(())),
        }
    }

    /// Acknowledges the batches that are durable by now; never waits.
    pub(super) fn acknowledge(&mut self) {
        if let Some(records) = &mut self.records {
            records.acknowledge();
        }
    }

    /// Makes the received lines durable and acknowledges them.
    pub(super) fn acknowledge_all(&mut self) {
        let Some(records) = &mut self.records else {
            return;
        };
        let position = Position(records.flush());
        if let Err(error) = records.journal.syncer().reach(position, restart::PATIENCE) {
            warn!(%error, "the last lines may not be on disk; senders that wait for confirmation will repeat them");
        }
        records.acknowledge();
    }

    /// Saves the engine's state if the journal has lost entries: only the engine still has their effect, and a snapshot made from the
    /// journal would lack it.
    pub(super) fn save_after_loss(&mut self, event: &journal::Event, driver: &mut EngineDriver) {
        let lost = match event {
            journal::Event::Working { lost } => 0 < *lost,
            journal::Event::SegmentGone { .. } => true,
            journal::Event::Failing { .. } | journal::Event::Unsealed { .. } => false,
        };
        let Some(records) = self.records.as_mut().filter(|_| lost) else {
            return;
        };
        let settled = self.store.as_ref().is_none_or(|store| store.settle(restart::PATIENCE));
        let saved = match settled {
            true => records.save_now(driver, self.clock.now()),
            false => Err(io::Error::other("the store has not yet accepted earlier alerts")),
        };
        if let Err(error) = saved {
            error!(%error, "the engine's state was not saved; a restart will miss what came while the journal failed");
        }
    }

    /// Writes buffered entries, and notes whether a snapshot is due, by time or by the amount received.
    pub(super) fn keep_up(&mut self, settings: &journal::Settings, now: Moment) {
        if let Some(records) = &mut self.records {
            records.journal.flush();
            let every = Duration::from_secs(60 * u64::from(settings.snapshot_minutes));
            self.is_due = records.saver.is_due(every, now);
        }
    }

    /// Begins the snapshot that is due, or goes on with the one in progress. Called at the end of a turn, when the store has its changes.
    pub(super) fn save_on(&mut self, driver: &mut EngineDriver) {
        let (Some(records), Some(store)) = (&mut self.records, &self.store) else {
            return;
        };
        match std::mem::replace(&mut self.is_due, false) {
            true => records.begin_snapshot(driver, store.settled()),
            false => records.saver.save_on(&mut driver.engine),
        }
    }

    /// Whether a snapshot in progress waits for further turns.
    pub(super) fn is_saving(&self) -> bool {
        self.records.as_ref().is_some_and(|records| records.saver.is_saving())
    }

    /// Saves the state and closes the journal.
    pub(super) fn close_records(&mut self, driver: &mut EngineDriver) {
        if let Some(records) = self.records.take()
            && let Err(error) = records.finish(driver, self.clock.now())
        {
            error!(%error, "the engine's state was not saved; the next start reads the journal again");
        }
    }
}

impl Records {
    /// Acknowledges the batches that are durable by now.
    fn acknowledge(&mut self) {
        if self.owed.is_empty() {
            return;
        }
        let syncer = self.journal.syncer();
        while let Some((position, _)) = self.owed.front() {
            let kept = match syncer.has(*position) {
                Some(Ok(())) => true,
                // Without an acknowledgement the sender repeats the batch, and the journal can store it then.
                Some(Err(JournalError::Lost)) => false,
                // Not written yet, or the write will be retried.
                _ => return,
            };
            if let Some((_, acknowledge)) = self.owed.pop_front()
                && kept
            {
                fault::point("kept-before-acknowledge");
                // The sender may have gone.
                let _ = acknowledge.send(());
            }
        }
    }

    /// Starts writing the buffered entries and returns the position after the last one.
    pub(super) fn flush(&mut self) -> u64 {
        self.journal.flush();
        self.journal.position().0
    }
}
