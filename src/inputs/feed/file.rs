//! A recording: a file, read once to its end.
//!
//! The lines are sorted by their own times where necessary and read as fast as the engine takes them.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use crate::inputs::common::CommonSettings;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::play;
use crate::inputs::port::Port;
use crate::platform::table::NoTable;
use atalaia_core::base::fault::Fault;

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

    /// Opens the file for a moment: permissions alone do not show whether this user may read it.
    fn requirements(common: &CommonSettings) -> Vec<Fault> {
        let Some(file) = common.path.as_deref() else {
            return Vec::new();
        };
        let (shown, usual) = (file.display(), "write the path of a recording");
        let fault = match fs::metadata(file) {
            Err(error) => Fault::new("path", format!("{shown}: {error}")).advise(usual),
            Ok(found) if found.is_dir() => Fault::new("path", format!("{shown} is a folder")).advise(usual),
            Ok(found) if found.is_file() => match fs::File::open(file) {
                Err(error) => Fault::new("path", format!("{shown}: {error}"))
                    .advise("write the path of a recording that may be read"),
                Ok(_) => return Vec::new(),
            },
            // A FIFO in place of a file is read to its end; a socket or a device never ends or cannot be opened.
            Ok(found) if found.file_type().is_fifo() => return Vec::new(),
            Ok(_) => Fault::new("path", format!("{shown} is not an ordinary file")).advise(usual),
        };
        vec![fault]
    }

    /// `Ok` at the end of the recording.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        play::to_the_end(port, port.settings.path.clone().unwrap_or_default(), play::Order::Sorted).await
    }
}
