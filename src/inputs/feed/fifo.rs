//! Named pipe: writers come and go while the pipe stays open.
//!
//! The daemon does not create the pipe. The operator does, and decides by its mode which programs may write to it.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tracing::info;

use crate::inputs::common::CommonSettings;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::Port;
use crate::platform::table::NoTable;
use atalaia_core::ais::LineCutter;
use atalaia_core::base::fault::Fault;

/// A pipe holds 64 KiB on Linux, so a larger buffer would never be filled.
const READ_BYTES: usize = 64 * 1024;

/// A named pipe.
pub(super) struct Fifo;

impl Input for Fifo {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "fifo",
        about: "A named pipe that programs write lines into.",
        table: "",
        address: AddressUse::Unused,
        path: PathUse::File,
        // Writers may replay recordings, so times in their lines are not checked against the clock.
        is_live: false,
        is_recording: false,
        drains: false,
    };

    fn requirements(common: &CommonSettings) -> Vec<Fault> {
        let Some(fifo) = common.path.as_deref() else {
            return Vec::new();
        };
        let shown = fifo.display();
        match fs::metadata(fifo) {
            Err(error) => vec![Fault::new("path", format!("{shown}: {error}")).advise("create it with mkfifo")],
            Ok(found) if !found.file_type().is_fifo() => {
                vec![
                    Fault::new("path", format!("{shown} is not a FIFO"))
                        .advise("create one with mkfifo, or write kind = \"file\""),
                ]
            }
            Ok(_) => Vec::new(),
        }
    }

    /// Ends only with an error.
    /// It does not close after silence, because writers may come and go for days.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        let path = port.settings.path.clone().unwrap_or_default();
        // Opened for writing too, so that the last writer closing it does not cause an end of file.
        let mut pipe = pipe::OpenOptions::new()
            .read_write(true)
            .open_receiver(&path)
            .map_err(InputError::io(format!("open FIFO {}", path.display())))?;
        info!(path = %path.display(), input = %port.settings.name, "reading");
        port.state(State::Up).await;

        let mut cutter = LineCutter::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = pipe.read(&mut buffer).await.map_err(InputError::io("read"))?;
            // Not reached while the pipe is open for writing here too.
            if read == 0 {
                return Err(InputError::Closed);
            }
            let received = Some(port.clock.now());
            let lines = port.cut(&mut cutter, &buffer[..read]);
            port.send(received, lines).await?;
        }
    }
}
