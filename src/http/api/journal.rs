//! Reading of the journal for requests: one at a time, because each reads hours of everything that was received.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Longest time of reading for one request. An answer that took longer is not complete.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// The permit for the one request that may read.
static READING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// The place of the one request that reads; `None` while another one has it.
pub(super) fn place() -> Option<SemaphorePermit<'static>> {
    READING.try_acquire().ok()
}
