//! What the endpoints answer from: the main loop, and the alerts in the store.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::http::ask::Asker;
use crate::platform::clock::Clock;

/// Number of searches that may read the store at the same time. Each reads a whole period of alerts, so more would only slow one another.
const SEARCHES: usize = 2;

/// What the endpoints answer from. One copy for each request.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    /// The way to the main loop.
    pub(super) asker: Asker,
    /// Path of the store's file; `None` without a store.
    pub(super) store: Option<PathBuf>,
    /// Clock for the end of a period that has none, and for the age of alerts.
    pub(super) clock: Clock,
    /// A permit for each search that may still start; shared by all requests.
    pub(super) searches: Arc<Semaphore>,
}

impl Sources {
    /// Sources with room for [`SEARCHES`] searches.
    pub(super) fn new(asker: Asker, store: Option<PathBuf>, clock: Clock) -> Sources {
        Sources { asker, store, clock, searches: Arc::new(Semaphore::new(SEARCHES)) }
    }
}
