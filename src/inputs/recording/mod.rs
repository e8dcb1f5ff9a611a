//! Recordings: files of lines, plain or compressed, read alone or merged in order of time.
//!
//! Shared by the daemon (kinds `file` and `stdin`), `atalaia replay` and the tests. Nothing here knows a clock, a channel or a setting
//! of an input.
//!
//! `file` opens and recognises a recording, `unpack` and `members` undo its compression within limits, and `merge` brings the lines of
//! several recordings into order.

mod file;
mod members;
mod merge;
mod settings;
mod unpack;

pub(super) use file::is_usable;
pub use file::{Format, Recording, RecordingError};
pub use merge::{MergedRecordings, Reading};
pub use settings::RecordingSettings;
pub use unpack::{Limits, UnpackedBytes};
