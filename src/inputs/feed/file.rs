//! A recording: a file, read once to its end.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use crate::inputs::Settings;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::port::Port;
use crate::inputs::recording::play;
use crate::platform::table::NoTable;

/// A file of lines.
pub(super) struct File;

impl Input for File {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "file",
        about: "A recording, read once to its end; plain, gzip or zstd.",
        table: "",
        address: AddressUse::Unused,
        path: PathUse::File,
        is_live: false,
        is_recording: true,
        drains: false,
    };

    fn requirements(settings: &Settings, path: &str) -> Vec<String> {
        let Some(file) = settings.path.as_deref() else {
            return Vec::new();
        };
        let shown = file.display();
        let fault = match fs::metadata(file) {
            Err(error) => format!("{shown}: {error}; write the path of a recording"),
            Ok(found) if found.is_dir() => format!("{shown} is a folder; write the path of a recording"),
            Ok(found) if found.is_file() => match fs::File::open(file) {
                Err(error) => format!("{shown}: {error}; write the path of a recording that may be read"),
                Ok(_) => return Vec::new(),
            },
            // A FIFO in place of a file is read to its end; a socket or a device never ends or cannot be opened.
            Ok(found) if found.file_type().is_fifo() => return Vec::new(),
            Ok(_) => format!("{shown} is not an ordinary file; write the path of a recording"),
        };
        vec![format!("{path}.path: {fault}")]
    }

    /// `Ok` at the end of the recording.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        play::to_the_end(port, port.settings.path.clone().unwrap_or_default(), play::Order::Sorted).await
    }
}
