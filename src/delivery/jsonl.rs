//! Sink: one JSON object a line, appended to a file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::SinkError;

/// A file that grows. Lines wait in memory while it cannot be written, up to `MOST_WAITING_BYTES`.
#[derive(Debug)]
pub(super) struct Jsonl {
    path: PathBuf,
    file: Option<File>,
    waiting: Vec<u8>,
    /// Rows of the store whose lines wait.
    rows: Vec<i64>,
    lost: u64,
}

/// Some ten thousand alerts.
const MOST_WAITING_BYTES: usize = 64 * 1024 * 1024;

impl Jsonl {
    pub(super) fn new(path: &Path) -> Jsonl {
        Jsonl { path: path.to_owned(), file: None, waiting: Vec::new(), rows: Vec::new(), lost: 0 }
    }

    /// What the same file had waiting before a reload comes first.
    pub(super) fn inherit(&mut self, mut old: Jsonl) {
        old.waiting.append(&mut self.waiting);
        self.waiting = old.waiting;
        old.rows.append(&mut self.rows);
        self.rows = old.rows;
        self.lost += old.lost;
    }

    /// `row` is the line's in the store, if there is one: it is lost to the file then, but not to the store.
    pub(super) fn take(&mut self, line: &str, row: Option<i64>) {
        if MOST_WAITING_BYTES < self.waiting.len() {
            self.lost += 1;
            return;
        }
        self.waiting.extend_from_slice(line.as_bytes());
        self.waiting.push(b'\n');
        self.rows.extend(row);
    }

    /// Rows whose lines have been written since the last call.
    pub(super) fn take_told(&mut self) -> Vec<i64> {
        if self.waiting.is_empty() { std::mem::take(&mut self.rows) } else { Vec::new() }
    }

    /// Lines dropped because too many waited.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Bytes not yet written.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Writes what waits. What the system took is not written again, so that a full disk leaves no doubled line.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        let mut written = 0;
        let outcome = self.open().and_then(|()| {
            let Some(file) = &mut self.file else {
                return Ok(());
            };
            while written < self.waiting.len() {
                match file.write(&self.waiting[written..]) {
                    Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero)),
                    Ok(count) => written += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            // What the store is told of as delivered must not go with a power cut.
            match if self.rows.is_empty() { Ok(()) } else { file.sync_data() } {
                // A pipe or a device keeps nothing that could be flushed.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
                outcome => outcome,
            }
        });
        self.waiting.drain(..written);
        outcome.map_err(|cause| SinkError { path: self.path.display().to_string(), cause })
    }

    fn open(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            if ends_torn(&self.path) {
                file.write_all(b"\n")?;
            }
            self.file = Some(file);
        }
        Ok(())
    }
}

/// Whether the last line was cut short, by a crash: the next one must not be glued to it.
fn ends_torn(path: &Path) -> bool {
    let last = || {
        // Reading from a pipe would wait.
        let length = fs::metadata(path).ok().filter(Metadata::is_file)?.len();
        let mut byte = [0];
        File::open(path).ok()?.read_exact_at(&mut byte, length.checked_sub(1)?).ok()?;
        Some(byte[0])
    };
    last().is_some_and(|byte| byte != b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_after_one_that_a_crash_cut_short_begins_anew() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("alerts.jsonl");
        for (before, after) in [("{\"a\":1}\n{\"b", "{\"a\":1}\n{\"b\n{}\n"), ("{}\n", "{}\n{}\n"), ("", "{}\n")] {
            fs::write(&path, before).expect("written");
            let mut sink = Jsonl::new(&path);
            sink.take("{}", None);
            sink.flush().expect("written");
            assert_eq!(fs::read_to_string(&path).expect("text"), after);
        }
    }

    #[test]
    fn a_line_into_a_device_counts_as_told() {
        let mut sink = Jsonl::new(Path::new("/dev/null"));
        sink.take("{}", Some(7));
        assert!(sink.take_told().is_empty(), "not written yet");
        sink.flush().expect("it takes everything");
        assert_eq!(sink.take_told(), [7]);
    }
}
