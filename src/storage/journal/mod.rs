//! The journal: a durable log of every line the daemon receives, written before the engine uses the line.
//!
//! A restart loads the newest snapshot, replays the journal from there and then continues with the live feeds. It produces the same alerts
//! with the same ids. Evidence bundles read the raw sentences from here.
//!
//! # Files
//! A segment is one file: a header (`catalogue`) and then blocks (`block`) of entries (`entry`). The header and each block have their own
//! checksum. A segment ends when the hour of receipt changes, when it reaches its maximum size, when the daemon starts and after a failed
//! write. Segments are ordered by (first position, attempt). Where two overlap, the later one is valid. A separate thread rewrites finished
//! segments in large compressed blocks (`seal`).
//!
//! # Threads
//! [`Journal::append`] copies an entry into a buffer; the thread `journal` (`keeper`) writes and syncs. After a failed write or sync the
//! segment is no longer trusted: entries that were not durable are written again, from memory, into the next segment.
//!
//! # Loss of power
//! At most the last [`Limits::sync_every`] of lines is lost, and never a line that a stored alert or a snapshot depends on: both wait
//! until the journal has synced the lines they come from, and [`settle()`] syncs what a killed daemon left unsynced. The entries that
//! remain are exactly as received, because a torn block does not count. A snapshot or a sealed segment gets its name only when it is
//! complete and synced.
//!
//! # Damage
//! Reading goes from one intact block to the next. Anything between them is reported as a [`Hole`]. It is never guessed and never
//! causes a panic.

mod block;
mod catalogue;
mod context;
mod entry;
mod error;
mod keeper;
mod limits;
mod position;
mod purge;
mod reader;
#[cfg(any(test, fuzzing))]
pub(crate) mod sample;
mod seal;
mod settings;
mod settle;
mod shared;
pub mod snapshots;
mod start;
mod usage;
mod walk;
mod writer;

pub use entry::Entry;
pub use error::JournalError;
pub use limits::Limits;
pub use position::Position;
pub use purge::{Purged, Rehearsal, purge};
pub use reader::{Edge, Extent, Found, Hole, Read, lines_between, read, span};
pub use settings::Settings;
pub use settle::settle;
pub use shared::{Event, Syncer};
pub use start::{Start, newest, start};
pub use usage::{Usage, usage};
pub use writer::Journal;

#[cfg(test)]
mod tests;
