//! Standard input, read once to its end: lines from another program.
//!
//! A shell pipeline in front of the daemon. When the other program ends, the input has ended for good, because standard input cannot
//! be opened again.

use std::path::PathBuf;

use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::play;
use crate::inputs::port::Port;
use crate::platform::table::NoTable;

/// Standard input.
pub(super) struct Stdin;

impl Input for Stdin {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "stdin",
        about: "Standard input.",
        table: "",
        address: AddressUse::Unused,
        path: PathUse::Unused,
        // The other program may replay a recording, so times in its lines are not checked against the clock.
        is_live: false,
        is_recording: true,
        drains: false,
    };

    /// `Ok` at the end of the recording.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        play::to_the_end(port, PathBuf::from("-"), play::Order::AsReceived).await
    }
}
