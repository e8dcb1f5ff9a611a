//! Standard output of the commands.

use std::io::{self, BufWriter, StdoutLock, Write};

use super::failure::Failure;

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    print_by(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output piece by piece, through a buffer.
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
