//! `atalaia snapshot`: what the daemon runs beside itself to save what it knows.

use super::Failure;
use crate::runtime::{self, SnapshotOrder};
use crate::telemetry;

/// Makes one snapshot.
pub(super) fn main(order: &SnapshotOrder) -> Result<(), Failure> {
    telemetry::set_up();
    runtime::make_snapshot(order).map_err(|error| Failure::Other(error.to_string()))
}
