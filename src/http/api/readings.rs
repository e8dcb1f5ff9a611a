//! Readings that wait to be recorded. Those that come while others are written share the next transaction: each ends with a sync of the
//! disk, and the store has one writer, so that one transaction for each would hold up the readers and the alerts.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tracing::warn;

use crate::http::access::Reader;
use crate::http::problem::Problem;
use crate::platform::clock::Clock;
use crate::storage::store::{Act, Consultation, Recorder, StoreError, Subject};
use atalaia_core::base::time::Time;

/// Most readings of one transaction, so that the writer of alerts does not wait for long.
const TOGETHER: usize = 100;

/// A reading, with all that its row says.
#[derive(Clone, Debug)]
pub(in crate::http) struct Reading {
    /// Who read.
    pub(in crate::http) reader: Reader,
    /// The kind of reading.
    pub(in crate::http) act: Act,
    /// What was read.
    pub(in crate::http) subject: Subject,
    /// The reason; `None` if none was asked.
    pub(in crate::http) why: Option<String>,
}

/// The readings that wait, and the way into the store. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::http) struct Readings {
    /// The readings that wait.
    waiting: Arc<Mutex<Waiting>>,
    /// Records them.
    recorder: Recorder,
}

/// What waits.
#[derive(Debug, Default)]
struct Waiting {
    /// Each with the way to its request, to which true is sent once it is recorded.
    readings: Vec<(Reading, oneshot::Sender<bool>)>,
    /// Whether a task writes.
    is_writing: bool,
}

impl Reading {
    /// The same for the store.
    fn consultation(&self) -> Consultation<'_> {
        Consultation { by: self.reader.actor(), act: self.act, subject: &self.subject, why: self.why.as_deref() }
    }
}

impl Readings {
    /// Nothing waits. `path` is that of the store's file.
    pub(in crate::http) fn new(path: PathBuf) -> Readings {
        Readings { waiting: Arc::default(), recorder: Recorder::new(path) }
    }

    /// Records a reading. Returns once it is on the disk.
    ///
    /// # Errors
    /// `busy` if the store cannot be written, which is logged.
    pub(in crate::http) async fn write(&self, clock: Clock, reading: Reading) -> Result<(), Problem> {
        let (done, recorded) = oneshot::channel();
        let was_writing = {
            let mut waiting = self.waiting();
            waiting.readings.push((reading, done));
            std::mem::replace(&mut waiting.is_writing, true)
        };
        if !was_writing {
            // A task of its own: others wait for it, whatever becomes of this request.
            tokio::spawn(self.clone().write_all(clock));
        }
        match recorded.await {
            Ok(true) => Ok(()),
            _ => Err(Problem::busy("the store cannot be used; the log says why")),
        }
    }

    /// Writes until nothing waits.
    async fn write_all(self, clock: Clock) {
        loop {
            let some = {
                let mut waiting = self.waiting();
                let count = waiting.readings.len().min(TOGETHER);
                if count == 0 {
                    waiting.is_writing = false;
                    return;
                }
                waiting.readings.drain(..count).collect::<Vec<_>>()
            };
            let (readings, requests): (Vec<_>, Vec<_>) = some.into_iter().unzip();
            let (recorder, now) = (self.recorder.clone(), clock.now());
            let written = tokio::task::spawn_blocking(move || record(&recorder, &readings, now)).await;
            let is_recorded = match written {
                Ok(Ok(())) => true,
                Ok(Err(error)) => {
                    warn!(%error, "readings cannot be recorded; their requests are refused");
                    false
                }
                // Only a panic, which the log has.
                Err(_) => false,
            };
            for request in requests {
                // Fails if the client has gone, which changes nothing.
                let _ = request.send(is_recorded);
            }
        }
    }

    /// Locks what waits. A panic cannot leave it half changed.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records readings in one transaction.
fn record(recorder: &Recorder, readings: &[Reading], now: Time) -> Result<(), StoreError> {
    let all: Vec<Consultation<'_>> = readings.iter().map(Reading::consultation).collect();
    recorder.record(&all, now)
}
