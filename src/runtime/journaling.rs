//! The loop and the journal: entries are written before the engine processes them, and the state is saved at intervals.

use std::io;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::{error, warn};

use super::restart::{self, Records};
use super::settings_archive::SettingsArchive;
use super::{Daemon, LEAVE, start};
use crate::ais::SourceId;
use crate::clock::Moment;
use crate::config::{self, Checked};
use crate::fault;
use crate::inputs::{self, State};
use crate::journal::{self, Entry, JournalError, Position};

/// Maximum delay of an input's reports.
pub(super) fn lateness(input: &inputs::Settings, settings: &Checked) -> Duration {
    Duration::from_millis(config::source_clock(input, settings).lateness.millis().max(0) as u64)
}

/// Maximum number of acknowledgements waiting for the journal. Batches beyond it are not acknowledged, so their senders repeat them.
const MOST_OWED: usize = 20_000;

impl Daemon {
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

    /// Makes the received lines durable, acknowledges them and lets inputs close their connections.
    pub(super) async fn take_leave(&mut self) {
        if self.leaving.is_empty() {
            return;
        }
        if let Some(records) = &mut self.records {
            let position = Position(records.flush());
            if let Err(error) = records.journal.syncer().reach(position, restart::PATIENCE) {
                warn!(%error, "the last lines may not be on disk; senders that wait for confirmation will repeat them");
            }
            records.acknowledge();
        }
        // Lines that came too late to be processed are not acknowledged, so their senders repeat them.
        self.messages.close();
        while self.messages.try_recv().is_ok() {}
        let leave = async { while self.leaving.join_next().await.is_some() {} };
        if timeout(LEAVE, leave).await.is_err() {
            warn!("an input did not close its connection in time");
        }
    }

    /// Notifies journal and engine that an input is silent or has ended.
    pub(super) fn idle(&mut self, source: SourceId) {
        self.write_down(&Entry::Idle { source });
        self.driver.engine.source_idle(source, &mut self.changes);
    }

    /// Notifies journal and engine that an input has ended. The second entry means that none of its reports can still be on the way.
    pub(super) fn over(&mut self, source: SourceId) {
        self.idle(source);
        self.idle(source);
    }

    /// Puts settings and zones in force. With a journal, `archive` already holds them.
    pub(super) fn replace(&mut self, settings: &Checked, key: &str, archive: Option<SettingsArchive>) {
        if let (Some(records), Some(archive)) = (&mut self.records, archive) {
            records.archive = archive;
            self.write_down(&Entry::InForce { key: key.to_owned() });
        }
        self.driver.replace(key, settings, &mut self.changes);
    }

    /// Handles an event from the journal.
    pub(super) fn journal_says(&mut self, event: journal::Event) {
        self.status.journal(&event);
        let lost = matches!(event, journal::Event::Working { lost } if 0 < lost);
        start::tell_of_journal(event);
        self.show();
        let Some(records) = self.records.as_mut().filter(|_| lost) else {
            return;
        };
        // Only the engine still has the effect of the lost entries; a snapshot made from the journal would lack it.
        let settled = self.store.as_ref().is_none_or(|store| store.settle(restart::PATIENCE));
        let saved = match settled {
            true => records.save_now(&self.driver, self.clock.now()),
            false => Err(io::Error::other("the store has not yet accepted earlier alerts")),
        };
        if let Err(error) = saved {
            error!(%error, "the engine's state was not saved; a restart will miss what came while the journal failed");
        }
    }

    /// Requests a snapshot when one is due, by time or by the amount received.
    pub(super) fn save_sometimes(&mut self, now: Moment) {
        let (Some(records), Some(store)) = (&mut self.records, &self.store) else {
            return;
        };
        records.journal.flush();
        let every = Duration::from_secs(60 * u64::from(self.settings.journal.snapshot_minutes));
        if every <= now.since(self.saved_at) || records.is_much() {
            self.saved_at = now;
            records.ask_snapshot(store.settled());
        }
    }

    /// No more lines will come. Reports waiting in the reorder buffer are processed, unless a restart will do that.
    pub(super) fn end_of_lines(&mut self) {
        let ended = self.sources.iter().all(|source| source.state == State::Ended);
        if self.records.is_some() && !ended {
            return;
        }
        self.write_down(&Entry::Ended);
        self.driver.engine.finish(&mut self.changes);
    }

    /// Saves the state and closes the journal.
    pub(super) fn close_records(&mut self) {
        if let Some(records) = self.records.take()
            && let Err(error) = records.finish(&self.driver, self.clock.now())
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
