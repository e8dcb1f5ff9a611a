//! The file system as the journal sees it: a trait with the few operations that decide what survives a loss of power.
//!
//! Three states of data must be kept apart. Written data survives a crash of the process. Synced data survives a loss of power. A new or
//! renamed file needs a sync of its folder as well: without that the file may be gone after a loss of power, with all its bytes. The tests
//! use a model of a file system that forgets exactly what was not synced and can fail at any operation.

mod durable;
#[cfg(any(test, fuzzing))]
// The fuzzer does not use the injected faults.
#[cfg_attr(fuzzing, allow(dead_code, unfulfilled_lint_expectations))]
pub(crate) mod model;
mod operations;
mod presence;
mod read_only;
mod real;

pub use durable::{TEMPORARY, create_folders, sync_file, sync_name, temporary, write_whole};
pub use operations::{Disk, Identity, Listed, Reading, Writing};
pub use presence::{Absence, Presence};
pub use read_only::ReadOnly;
pub use real::RealDisk;

#[cfg(test)]
mod tests;
