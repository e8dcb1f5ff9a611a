//! The one task that looks for new entries, and what all streams share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::{MissedTickBehavior, interval};

use super::entry::ChangeEntry;
use crate::http::api::sources::Sources;
use crate::storage::store::LogEntry;

/// Interval between two looks at the end of the log.
const LOOK: Duration = Duration::from_millis(150);
/// Maximum number of streams.
const STREAMS: usize = 200;
/// Number of entries that a stream may be behind. One that is further behind reads the store instead.
const BEHIND: usize = 1024;
/// Rows read at once.
pub(super) const ROWS: u32 = 200;

/// An entry that was made for all streams.
#[derive(Debug)]
pub(super) struct Made {
    /// The entry, for the question who may see it.
    pub(super) entry: LogEntry,
    /// The event as it is sent.
    pub(super) event: Bytes,
}

impl Made {
    /// Makes the event.
    pub(super) fn of(entry: LogEntry) -> Made {
        // Plain data always serialises. The text has no line end: JSON escapes them.
        let data = serde_json::to_string(&ChangeEntry::from(&entry)).unwrap_or_default();
        let event = format!("id: {}\nevent: change\ndata: {data}\n\n", entry.seq);
        Made { entry, event: event.into() }
    }
}

/// What all streams share.
#[derive(Debug)]
pub(super) struct Feed {
    /// New entries.
    sender: broadcast::Sender<Arc<Made>>,
    /// A permit for each stream.
    pub(super) places: Arc<Semaphore>,
    /// Whether the task runs.
    runs: AtomicBool,
}

impl Default for Feed {
    fn default() -> Feed {
        let places = Arc::new(Semaphore::new(STREAMS));
        Feed { sender: broadcast::channel(BEHIND).0, places, runs: AtomicBool::new(false) }
    }
}

impl Feed {
    /// New entries from now on. The first call starts the task.
    pub(super) fn subscribe(self: &Arc<Feed>, sources: &Sources) -> broadcast::Receiver<Arc<Made>> {
        let receiver = self.sender.subscribe();
        if !self.runs.swap(true, Ordering::AcqRel) {
            tokio::spawn(Arc::clone(self).look(sources.clone()));
        }
        receiver
    }

    /// Looks for new rows, as long as there is a stream. A store that cannot be read is tried again: what was missed comes then.
    async fn look(self: Arc<Feed>, sources: Sources) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reached: Option<i64> = None;
        while 0 < self.sender.receiver_count() {
            ticks.tick().await;
            let Ok(last) = sources.read(|readers| readers.seq()).await else {
                continue;
            };
            // A smaller number is another store: streams find that out by themselves.
            let mut after = reached.map_or(last, |reached| reached.min(last));
            while after < last {
                let now = sources.clock.now();
                let Ok(page) = sources.read(move |readers| readers.log(after, ROWS, now)).await else {
                    break;
                };
                after = page.through;
                for entry in page.entries {
                    // Fails only if the last stream has ended, which the loop notices.
                    let _ = self.sender.send(Arc::new(Made::of(entry)));
                }
            }
            reached = Some(after);
        }
        self.runs.store(false, Ordering::Release);
    }
}
