//! Inputs turn the bytes of feeds and files into batches of lines. Each kind is a file of `feed` that
//! implements the trait of `input`, and one line of the registry in `feed`. Starting an input again is done once, in `run`.

mod connect;
mod error;
mod feed;
mod input;
mod members;
mod merge;
mod message;
mod play;
mod port;
mod reconnect;
mod recording;
mod registry;
mod run;
mod settings;
mod unpack;

pub use error::InputError;
#[cfg(any(test, fuzzing))]
pub(crate) use feed::split_batch;
pub use feed::{Kind, Settings};
pub use input::{AddressUse, Character, PathUse};
pub use merge::{MergedRecordings, Reading};
pub use message::{Batch, Message, State};
pub use port::Port;
pub use recording::{Format, Recording, RecordingError};
pub use run::run;
pub use settings::{RecordingSettings, time_zone};
pub use unpack::{Limits, UnpackedBytes};
