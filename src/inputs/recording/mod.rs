//! Recordings: files of lines, plain or compressed, read alone or merged in order of time.

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
