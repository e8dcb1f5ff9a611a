//! Where a replay writes to: files that are not replaced without a word, or standard output.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use serde::Serialize;

use crate::cli::change_text::change_text;
use crate::cli::failure::Failure;
use atalaia_core::alerts::Change;

/// Refuses an output that would replace a file with something in it, unless `force` is set. Pipes and devices are not replaced.
///
/// # Errors
/// The name of the file, and the way out.
pub(super) fn taken(path: &Path, force: bool) -> Result<(), Failure> {
    match path.metadata() {
        Ok(found) if found.is_file() && 0 < found.len() && !force => {
            Err(Failure::Other(format!("{} exists; --force replaces it", path.display())))
        }
        _ => Ok(()),
    }
}

/// A file or standard output, with its name for messages.
pub(super) struct Output {
    /// Name for messages.
    name: String,
    /// Buffered, because there may be many lines.
    writer: BufWriter<Box<dyn Write>>,
    /// Whether a person reads it.
    is_terminal: bool,
}

impl Output {
    /// Opens an output: standard output for `-` or without a path. A file that exists is replaced; see [`taken`].
    ///
    /// # Errors
    /// The file cannot be created.
    pub(super) fn open(path: Option<&Path>) -> Result<Output, Failure> {
        let is_terminal = path.is_none() && io::stdout().is_terminal();
        let (name, writer): (String, Box<dyn Write>) = match path.filter(|path| path.as_os_str() != "-") {
            None => ("standard output".to_owned(), Box::new(io::stdout())),
            Some(path) => {
                let name = path.display().to_string();
                let file = File::create(path).map_err(|error| Failure::Other(format!("{name}: {error}")))?;
                (name, Box::new(file))
            }
        };
        Ok(Output { name, writer: BufWriter::with_capacity(1 << 16, writer), is_terminal })
    }

    /// Writes a change: as text on a terminal that was not named (`-`), else as one line of JSON.
    ///
    /// # Errors
    /// See [`Output::failed`].
    pub(super) fn change(&mut self, change: &Change) -> Result<(), Failure> {
        match self.is_terminal {
            true => self.writer.write_all(change_text(change).as_bytes()).map_err(|error| self.failed(&error)),
            false => self.line(change),
        }
    }

    /// Writes an object as one line of JSON.
    ///
    /// # Errors
    /// See [`Output::failed`].
    pub(super) fn line(&mut self, object: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.writer, object)
            .map_err(io::Error::from)
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(|error| self.failed(&error))
    }

    /// Writes what is still in the buffer. Must be called at the end, where errors would otherwise be lost.
    ///
    /// # Errors
    /// See [`Output::failed`].
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| self.failed(&error))
    }

    /// The failure for an error of this output: [`Failure::ReaderGone`] for a closed pipe.
    fn failed(&self, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::Other(format!("{}: {error}", self.name)),
        }
    }
}
