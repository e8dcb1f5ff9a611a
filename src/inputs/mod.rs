//! Inputs turn the bytes of feeds and files into batches of lines. Each kind is a file of `feed`; reconnecting is done once, in `run`.

mod backoff;
mod connect;
mod endpoint;
mod error;
mod feed;
mod members;
mod merge;
mod message;
mod per_address;
mod port;
mod recording;
mod run;
mod settings;
mod unpack;

pub use error::InputError;
#[cfg(any(test, fuzzing))]
pub(crate) use feed::split_batch;
pub use merge::{Merged, Reading};
pub use message::{Batch, Message, State};
pub use port::Port;
pub use recording::{Format, Recording, RecordingError};
pub use run::run;
pub use settings::{Kind, RecordingSettings, Settings, time_zone};
pub use unpack::{Limits, Unpacked};
