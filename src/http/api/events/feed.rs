//! The one task that looks for new entries, and what all streams share.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio::time::{MissedTickBehavior, interval};

use super::entry::ChangeEntry;
use crate::http::api::sources::Sources;
use crate::storage::store::{Clearance, LogEntry};

/// Interval between two looks at the end of the log.
const LOOK: Duration = Duration::from_millis(150);
/// Maximum number of streams.
const STREAMS: usize = 200;
/// Number of entries that a stream may be behind. One that is further behind reads the store instead.
const BEHIND: usize = 1024;
/// Rows read at once.
pub(super) const ROWS: u32 = 200;

/// An entry that was made for all streams whose readers may see everything. The others read their own from the store when it comes.
#[derive(Debug)]
pub(super) struct Made {
    /// The entry, for the question whom it is for.
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
    /// Whether the task runs. Held while that is decided, so that no stream is left without it.
    runs: Mutex<bool>,
}

impl Default for Feed {
    fn default() -> Feed {
        let places = Arc::new(Semaphore::new(STREAMS));
        Feed { sender: broadcast::channel(BEHIND).0, places, runs: Mutex::new(false) }
    }
}

impl Feed {
    /// New entries from now on. The first call starts the task. `None` if the store cannot be read.
    pub(super) async fn subscribe(self: &Arc<Feed>, sources: &Sources) -> Option<broadcast::Receiver<Arc<Made>>> {
        let mut runs = self.runs.lock().await;
        let receiver = self.sender.subscribe();
        if !*runs {
            // Before the stream looks for itself where the log ends: no entry falls between the two.
            let last = sources.read(|readers| readers.seq()).await.ok()?;
            tokio::spawn(Arc::clone(self).look(sources.clone(), last));
            *runs = true;
        }
        Some(receiver)
    }

    /// Looks for rows after `reached`, as long as there is a stream. A store that cannot be read is tried again: what was missed comes then.
    async fn look(self: Arc<Feed>, sources: Sources, mut reached: i64) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            {
                let mut runs = self.runs.lock().await;
                if self.sender.receiver_count() == 0 {
                    *runs = false;
                    return;
                }
            }
            let Ok(last) = sources.read(|readers| readers.seq()).await else {
                continue;
            };
            // A smaller number is another store: streams find that out by themselves.
            reached = reached.min(last);
            while reached < last {
                let (after, now) = (reached, sources.clock.now());
                let Ok(page) =
                    sources.read(move |readers| readers.log(after, ROWS, &Clearance::everything(), now)).await
                else {
                    break;
                };
                reached = page.through;
                for entry in page.entries {
                    // Fails only if the last stream has ended, which is noticed in the next round.
                    let _ = self.sender.send(Arc::new(Made::of(entry)));
                }
            }
        }
    }
}
