//! Restart: loads the newest usable snapshot, replays the journal written since, and then continues with the live feed.

mod lines;
mod place;
mod records;
mod saver;

pub(crate) use lines::{PurgedLines, purge_lines};
pub use lines::{beside, folder, folder_of};
pub(super) use place::{PATIENCE, Place, Restored, program};
pub(super) use records::{Records, keep};

#[cfg(test)]
mod tests;
