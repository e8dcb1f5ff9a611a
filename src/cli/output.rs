//! Standard output of the commands.
//!
//! Every command prints through these functions, so that `atalaia ... | head` ends quietly in all of them:
//! Rust ignores SIGPIPE, and a closed pipe would otherwise be an error message.

use std::io::{self, BufWriter, StdoutLock, Write};

use super::failure::Failure;

/// Writes a text to standard output and flushes it.
///
/// # Errors
/// [`Failure::ReaderGone`] if the pipe was closed, which is a success for the caller; else what the system
/// reports, such as a full disk.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    print_by(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output piece by piece, through a buffer that is flushed at the end. For output too
/// large to build as one text first.
///
/// # Errors
/// Those of [`print()`].
pub(super) fn print_by(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ReaderGone),
        Err(error) => Err(Failure::Other(format!("standard output: {error}"))),
    }
}
