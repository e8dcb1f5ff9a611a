//! `atalaia snapshot`: saves the state of the daemon. Run by the daemon as a separate process.

use super::Failure;
use crate::daemon::{self, SnapshotOrder};
use crate::platform::telemetry;

/// Writes one snapshot.
pub(super) fn main(order: &SnapshotOrder) -> Result<(), Failure> {
    telemetry::set_up();
    daemon::make_snapshot(order).map_err(|error| Failure::Other(error.to_string()))
}
