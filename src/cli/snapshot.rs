//! `atalaia snapshot`: saves the state of the daemon. Run by the daemon as a separate process.

use super::Failure;
use crate::runtime::{self, SnapshotOrder};
use crate::telemetry;

/// Writes one snapshot.
pub(super) fn main(order: &SnapshotOrder) -> Result<(), Failure> {
    telemetry::set_up();
    runtime::make_snapshot(order).map_err(|error| Failure::Other(error.to_string()))
}
