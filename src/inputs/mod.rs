//! Inputs turn the bytes of feeds and files into batches of lines.
//!
//! Each kind is a file of `feed` that implements the trait of `input`, and one line of the registry there. Starting a failed input again is
//! done once, in `run`.
//!
//! The registry (`feed`) sits above the trait (`input`): a kind knows the settings common to all inputs (`common`) and its own table, never
//! the list of kinds. `entry` joins the two for the code that treats all kinds alike. A running input holds a `Port`, its only way to the
//! rest of the daemon; it decides when to connect and what a line is, and knows nothing about AIS.
//!
//! The channel to the main loop is bounded. An input that cannot hand over its lines waits, so a busy engine slows TCP feeds and brokers
//! instead of filling the memory. UDP has no way to slow its senders, so it drops and counts.

mod common;
mod connect;
mod entry;
mod error;
mod feed;
mod input;
mod message;
mod play;
mod port;
mod reconnect;
mod recording;
mod registry;
mod run;
mod settings;
mod time_zone;

pub use common::CommonSettings;
pub use error::InputError;
#[cfg(any(test, fuzzing))]
pub(crate) use feed::split_batch;
pub use feed::{Kind, Settings};
pub use input::{AddressUse, Character, PathUse};
pub use message::{Batch, Message, State};
pub use port::Port;
pub use recording::{
    Format, Limits, MergedRecordings, Reading, Recording, RecordingError, RecordingSettings, UnpackedBytes,
};
pub use run::run;
pub use time_zone::time_zone;
