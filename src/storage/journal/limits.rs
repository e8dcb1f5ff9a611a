//! When the journal writes, syncs, begins another segment, and gives up entries. None of them is a setting: they trade a few lines at a
//! loss of power against the number of syncs.

use std::time::Duration;

use atalaia_core::base::time::{Span, Time};

/// Size and time limits of the journal. The defaults are those of the daemon; tests use smaller ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Size in bytes at which a block is written. It can be exceeded by one entry.
    pub block: usize,
    /// Size in bytes at which a segment ends.
    pub segment: u64,
    /// Bytes kept in memory while the disk fails. Entries beyond that are dropped.
    pub memory: usize,
    /// Maximum time that written data stays unsynced, and so the most that a loss of power can take of lines that no alert rests on.
    pub sync_every: Duration,
    /// Delay before a failed write is tried again.
    pub retry_after: Duration,
    /// Maximum time the main loop waits for a disk that neither answers nor fails, before it drops entries.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            block: 256 << 10,
            segment: 256 << 20,
            memory: 64 << 20,
            sync_every: Duration::from_millis(500),
            retry_after: Duration::from_secs(1),
            patience: Duration::from_secs(5),
        }
    }
}

/// Hours since 1970, UTC. A segment has the lines of one hour, so that retention can remove whole files.
pub(super) fn hour_of(time: Time) -> i64 {
    time.millis().div_euclid(Span::from_hours(1).millis())
}
