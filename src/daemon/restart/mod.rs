//! Restart: loads the newest usable snapshot, replays the journal written since, and then continues with the live feed.
//!
//! | file | what it has |
//! |---|---|
//! | `place` | where things are, and the way back: from snapshot and journal to an engine |
//! | `records` | what a running daemon writes for the next start |
//! | `saver` | snapshots while the engine works |
//! | `lines` | the folder of received lines, and their removal |
//!
//! A restored engine is the one that stopped, down to the byte: a snapshot is the state after one entry of the
//! journal, and replaying the entries after it gives what the engine had decided. So alerts keep their ids and revisions, and a
//! delivery that has to be repeated has the key of the first.

mod lines;
mod place;
mod records;
mod saver;

pub(crate) use lines::{PurgedLines, purge_lines};
pub use lines::{beside, folder, folder_of};
pub(super) use place::{PATIENCE, Place, Restoration, program};
pub(super) use records::{Records, keep};

#[cfg(test)]
mod tests;
