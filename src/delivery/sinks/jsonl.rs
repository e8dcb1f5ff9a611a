//! Sink: one JSON object per line, appended to a file.
//!
//! The file may be collected by another program and rotated by a third. A line is written whole or completed later, never twice, and counts
//! as delivered when it survives a power cut. Writing happens on blocking threads, and at most one at a time: a disk that hangs then costs
//! one thread and not one for each attempt.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::delivery::send::{Delivery, Pace, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::clock::Moment;
use crate::platform::disk::{RealDisk, sync_name};
use crate::platform::table::NoTable;

/// Maximum number of deliveries in one write and flush.
/// One flush for many lines is what makes a flood affordable.
const TOGETHER: usize = 256;

/// Maximum wait for a thread that is still writing, and the interval of checking it.
const ANSWER: Duration = Duration::from_secs(5);
/// Short, because the thread is normally done at once.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// An append-only file of JSON lines.
#[derive(Debug)]
pub(super) struct Jsonl {
    /// Locked only by blocking threads, so that a slow disk does not stop the other sinks.
    state: Arc<Mutex<State>>,
    /// Whether a blocking thread is using the state.
    busy: Arc<AtomicBool>,
    /// Whether the file must be reopened before the next write.
    must_open: Arc<AtomicBool>,
}

/// What a blocking thread works on. It survives failed attempts.
#[derive(Debug)]
struct State {
    /// Absolute.
    path: PathBuf,
    /// `None` before the first line and when the file must be opened again.
    file: Option<File>,
    /// Bytes not yet written; the first line may already be written in part.
    waiting: Vec<u8>,
    /// Keys of the lines accepted since the last complete flush.
    taken: Vec<String>,
}

impl Jsonl {
    /// The file is opened by the first delivery or by `reopen`.
    fn new(path: &Path) -> Jsonl {
        let state = State { path: path.to_owned(), file: None, waiting: Vec::new(), taken: Vec::new() };
        Jsonl { state: Arc::new(Mutex::new(state)), busy: Arc::default(), must_open: Arc::default() }
    }

    /// Reopens the file, so that a new one is created after log rotation. A line written in part is completed in the old file first.
    fn reopen(&mut self) {
        self.must_open.store(true, Ordering::Release);
        if self.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let (state, busy, must_open) = (Arc::clone(&self.state), Arc::clone(&self.busy), Arc::clone(&self.must_open));
        // Runs in the background, so that the file exists even while there are no alerts.
        drop(tokio::task::spawn_blocking(move || {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if must_open.swap(false, Ordering::AcqRel) {
                state.close();
            }
            // An error shows again with the first line, where it can be reported.
            let _ = state.open();
            busy.store(false, Ordering::Release);
        }));
    }
}

impl Sink for Jsonl {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "jsonl",
        about: "A file with one JSON object per line.",
        table: "",
        has_path: true,
        is_local: true,
        is_read_by_people: false,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(path: Option<&Path>, _: &NoTable, _: &SenderIdentity) -> Result<Jsonl, String> {
        let mut file = Jsonl::new(path.unwrap_or("".as_ref()));
        file.reopen();
        Ok(file)
    }

    fn pace(&self, _: Moment) -> Pace {
        Pace { together: TOGETHER, wait: Duration::ZERO }
    }

    /// Appends lines and returns when they are on the disk. A line written in part by a failed attempt is completed, not repeated.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        let free = async {
            while self.busy.swap(true, Ordering::AcqRel) {
                sleep(LOOK_AGAIN).await;
            }
        };
        if timeout(ANSWER, free).await.is_err() {
            return Err(SendError::Later { wait: None, reason: "the disk has not answered yet".to_owned() });
        }
        let (state, busy, must_open) = (Arc::clone(&self.state), Arc::clone(&self.busy), Arc::clone(&self.must_open));
        let lines: Vec<(String, Arc<str>)> =
            deliveries.iter().map(|delivery| (delivery.key.clone(), Arc::clone(&delivery.line))).collect();
        let write = move || {
            // The lock holder panics only if memory runs out.
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if must_open.swap(false, Ordering::AcqRel) {
                state.close();
            }
            let outcome = state.append(&lines).map_err(|error| format!("{}: {error}", state.path.display()));
            busy.store(false, Ordering::Release);
            outcome
        };
        let outcome = tokio::task::spawn_blocking(write).await;
        let outcome = outcome.unwrap_or_else(|_| Err("the daemon is ending".to_owned()));
        outcome.map_err(|reason| SendError::Later { wait: None, reason })
    }

    /// The state is kept: it may hold a line that is written in part.
    fn reopened(mut self) -> Option<Jsonl> {
        self.reopen();
        Some(self)
    }
}

impl State {
    /// Closes the file unless a line is written in part.
    fn close(&mut self) {
        if self.waiting.is_empty() {
            self.file = None;
        }
    }

    /// Writes lines and flushes. Lines that an earlier attempt accepted are not added again.
    fn append(&mut self, lines: &[(String, Arc<str>)]) -> io::Result<()> {
        for (key, line) in lines {
            if !self.taken.contains(key) {
                self.waiting.extend_from_slice(line.as_bytes());
                self.waiting.push(b'\n');
                self.taken.push(key.clone());
            }
        }
        self.flush()?;
        self.taken.clear();
        Ok(())
    }

    /// Writes the pending bytes and flushes them. Bytes the system has accepted are never written again, even if the disk is full.
    fn flush(&mut self) -> io::Result<()> {
        let mut written = 0;
        let outcome = self.open().and_then(|()| {
            let Some(file) = &mut self.file else {
                return Ok(());
            };
            while written < self.waiting.len() {
                match file.write(&self.waiting[written..]) {
                    // Zero bytes would otherwise repeat for ever.
                    Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero)),
                    Ok(count) => written += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            // A line reported as delivered must survive a power cut.
            match file.sync_data() {
                // Pipes and devices cannot be flushed.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
                outcome => outcome,
            }
        });
        self.waiting.drain(..written);
        outcome
    }

    /// Opens or creates the file, if it is not open, and ends a line that a crash cut short.
    fn open(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            if file.metadata()?.is_file() {
                // A flushed file is lost in a power cut if its name is not durable. This holds for an existing file too: the process that
                // created it may have died before it synced the folder.
                sync_name(&RealDisk, &self.path)?;
            }
            if ends_torn(&self.path) {
                file.write_all(b"\n")?;
            }
            self.file = Some(file);
        }
        Ok(())
    }
}

/// Whether a crash cut the last line short; the next one must then start on a new line.
fn ends_torn(path: &Path) -> bool {
    let last = || {
        // Reading from a pipe would block.
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

    fn state(path: &Path) -> State {
        State { path: path.to_owned(), file: None, waiting: Vec::new(), taken: Vec::new() }
    }

    fn line(key: &str) -> (String, Arc<str>) {
        (key.to_owned(), format!("{{\"key\":\"{key}\"}}").into())
    }

    #[test]
    fn a_line_cut_short_by_a_crash_is_ended_before_the_next() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("alerts.jsonl");
        for (before, after) in [("{\"a\":1}\n{\"b", "{\"a\":1}\n{\"b\n{}\n"), ("{}\n", "{}\n{}\n"), ("", "{}\n")] {
            fs::write(&path, before).expect("written");
            state(&path).append(&[("a-1".to_owned(), "{}".into())]).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("text"), after);
        }
    }

    #[test]
    fn what_was_taken_before_the_disk_was_full_is_not_written_twice() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("gone/alerts.jsonl");
        let mut sink = state(&path);
        sink.append(&[line("a-1")]).expect_err("no folder");
        fs::create_dir(folder.path().join("gone")).expect("made");
        sink.append(&[line("a-1"), line("b-1")]).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text"), "{\"key\":\"a-1\"}\n{\"key\":\"b-1\"}\n");
        sink.append(&[line("a-1")]).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text").lines().count(), 3, "sent again, it is written again");
    }

    #[test]
    fn a_device_takes_everything() {
        state(Path::new("/dev/null")).append(&[line("a-1")]).expect("taken");
    }
}
