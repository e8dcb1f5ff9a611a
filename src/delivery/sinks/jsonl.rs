//! Sink: one JSON object per line, appended to a file.
//!
//! The file may be collected by another program and rotated by a third: whenever its path no longer names the open file, a new one is
//! begun there. A line is written whole or completed later, and counts as delivered when it survives a power cut in a file that has a name.
//! It is never written twice, unless the file it was written to is lost first. Writing happens on blocking threads, and at most one at a
//! time: a disk that hangs then costs one thread and not one for each attempt.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::warn;

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
}

/// What a blocking thread works on. It survives failed attempts.
#[derive(Debug)]
struct State {
    /// Absolute.
    path: PathBuf,
    /// `None` before the first line, and after the path has ceased to name the file.
    file: Option<File>,
    /// The lines accepted since the last complete flush.
    lines: Vec<u8>,
    /// Number of bytes of them that the system has accepted; the last of these may be in the middle of a line.
    written: usize,
    /// Keys of the same lines.
    taken: Vec<String>,
    /// Whether the file could not be opened the last time.
    failing: bool,
}

impl Jsonl {
    /// The file is opened by the first delivery or by `reopen`.
    fn new(path: &Path) -> Jsonl {
        Jsonl { state: Arc::new(Mutex::new(State::new(path))), busy: Arc::default() }
    }

    /// Opens the file in the background, so that it exists even while there are no alerts.
    fn reopen(&self) {
        if !self.busy.swap(true, Ordering::AcqRel) {
            // An error shows again with the first line, where it can be reported.
            drop(self.blocking(|state| state.open().map(|_| ())));
        }
    }

    /// Does `work` on a blocking thread. The caller has set `busy`, which the thread clears.
    fn blocking<T, W>(&self, work: W) -> impl Future<Output = Result<T, SendError>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&mut State) -> io::Result<T> + Send + 'static,
    {
        let (state, busy) = (Arc::clone(&self.state), Arc::clone(&self.busy));
        let work = tokio::task::spawn_blocking(move || {
            // The lock holder panics only if memory runs out.
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = work(&mut state).map_err(|error| format!("{}: {error}", state.path.display()));
            busy.store(false, Ordering::Release);
            outcome
        });
        async {
            let outcome = work.await.unwrap_or_else(|_| Err("the daemon is ending".to_owned()));
            outcome.map_err(|reason| SendError::Later { wait: None, reason })
        }
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
        let file = Jsonl::new(path.unwrap_or("".as_ref()));
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
            return Err(no_answer());
        }
        let lines: Vec<(String, Arc<str>)> =
            deliveries.iter().map(|delivery| (delivery.key.clone(), Arc::clone(&delivery.line))).collect();
        self.blocking(move |state| state.append(&lines)).await
    }

    /// Notices that the file was moved or deleted, or that its folder is gone, before an alert has to wait for it.
    async fn tend(&mut self) -> Result<bool, SendError> {
        if self.busy.swap(true, Ordering::AcqRel) {
            return Ok(false);
        }
        // A thread that hangs stays busy, and the next call waits no longer than this either.
        timeout(ANSWER, self.blocking(State::open)).await.unwrap_or_else(|_| Err(no_answer()))
    }

    /// The state is kept: it may hold a line that is written in part.
    fn reopened(self) -> Option<Jsonl> {
        self.reopen();
        Some(self)
    }
}

impl State {
    /// The file is not opened yet.
    fn new(path: &Path) -> State {
        let path = path.to_owned();
        State { path, file: None, lines: Vec::new(), written: 0, taken: Vec::new(), failing: false }
    }

    /// Writes lines and flushes. Lines that an earlier attempt accepted are not added again.
    fn append(&mut self, lines: &[(String, Arc<str>)]) -> io::Result<()> {
        for (key, line) in lines {
            if !self.taken.contains(key) {
                self.lines.extend_from_slice(line.as_bytes());
                self.lines.push(b'\n');
                self.taken.push(key.clone());
            }
        }
        self.open()?;
        self.flush()?;
        self.lines.clear();
        self.taken.clear();
        self.written = 0;
        Ok(())
    }

    /// Writes the pending bytes and flushes them. Bytes the system has accepted are not written again, even if the disk is full.
    fn flush(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        while self.written < self.lines.len() {
            match file.write(&self.lines[self.written..]) {
                // Zero bytes would otherwise repeat for ever.
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero)),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // A line reported as delivered must survive a power cut.
        sync(file)?;
        match is_at(file, &self.path) || has_name(file) {
            true => Ok(()),
            false => Err(io::Error::other("deleted while it was written to")),
        }
    }

    /// Opens or creates the file, if it is not open or the path no longer names it, and ends a line that a crash cut short. Returns whether
    /// the last call had failed.
    fn open(&mut self) -> io::Result<bool> {
        let had_failed = std::mem::replace(&mut self.failing, true);
        let left = self.file.take_if(|file| !is_at(file, &self.path));
        let is_new = left.is_some();
        if let Some(left) = left {
            self.leave(left);
        }
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
            if is_new {
                warn!(path = %self.path.display(), "the file of a sink was moved or deleted; its alerts go on in a new one of that name");
            }
        }
        self.failing = false;
        Ok(had_failed)
    }

    /// Closes a file that is elsewhere or deleted by now. What was written to it is kept if it can be made durable there, with the rest of a
    /// line that was written in part. Otherwise it is written again to the next file.
    fn leave(&mut self, mut file: File) {
        if self.written == 0 {
            return;
        }
        let is_whole = self.lines[self.written - 1] == b'\n';
        let rest = self.lines[self.written..].iter().position(|byte| *byte == b'\n').filter(|_| !is_whole);
        let end = self.written + rest.map_or(0, |before| before + 1);
        let completed =
            has_name(&file) && file.write_all(&self.lines[self.written..end]).and_then(|()| sync(&file)).is_ok();
        self.written = if completed { end } else { 0 };
    }
}

/// The error while a blocking thread hangs.
fn no_answer() -> SendError {
    SendError::Later { wait: None, reason: "the disk has not answered yet".to_owned() }
}

/// Makes the content of a file durable.
fn sync(file: &File) -> io::Result<()> {
    match file.sync_data() {
        // Pipes and devices cannot be flushed.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        outcome => outcome,
    }
}

/// Whether the path leads to this open file.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok().is_some_and(|open| fs::metadata(path).map(identity).is_ok_and(|at| at == open))
}

/// Whether an open file still has a name anywhere; without one, it is gone as soon as it is closed.
fn has_name(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| 0 < metadata.nlink())
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
        State::new(path)
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
    fn a_file_that_was_moved_or_deleted_is_begun_again_at_its_path() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (path, away) = (folder.path().join("alerts.jsonl"), folder.path().join("alerts.jsonl.1"));
        let text = |path: &Path| fs::read_to_string(path).expect("text");
        let mut sink = state(&path);
        sink.append(&[line("a-1")]).expect("written");
        fs::remove_file(&path).expect("deleted");
        sink.append(&[line("b-1")]).expect("written");
        assert_eq!(text(&path), "{\"key\":\"b-1\"}\n");
        fs::rename(&path, &away).expect("moved");
        fs::write(&path, "").expect("another in its place");
        sink.append(&[line("c-1")]).expect("written");
        assert_eq!((text(&path).as_str(), text(&away).as_str()), ("{\"key\":\"c-1\"}\n", "{\"key\":\"b-1\"}\n"));
        fs::remove_file(&path).expect("deleted");
        sink.open().expect("opened, although nothing is to be written");
        assert_eq!(text(&path), "");
    }

    #[test]
    fn a_file_whose_folder_is_gone_fails_until_it_is_back() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (out, away) = (folder.path().join("out"), folder.path().join("away"));
        fs::create_dir(&out).expect("made");
        let mut sink = state(&out.join("alerts.jsonl"));
        sink.append(&[line("a-1")]).expect("written");
        fs::rename(&out, &away).expect("moved");
        sink.open().expect_err("gone");
        sink.append(&[line("b-1")]).expect_err("gone");
        fs::rename(&away, &out).expect("moved back");
        assert!(sink.open().expect("there again"), "the sink works again");
        assert!(!sink.open().expect("still there"));
        sink.append(&[line("b-1")]).expect("written");
        let text = fs::read_to_string(out.join("alerts.jsonl")).expect("text");
        assert_eq!(text, "{\"key\":\"a-1\"}\n{\"key\":\"b-1\"}\n");
    }

    #[test]
    fn a_line_written_in_part_is_completed_in_a_moved_file_and_written_again_for_a_deleted_one() {
        let whole = "{\"key\":\"a-1\"}\n{\"key\":\"b-1\"}\n";
        for (moved, first, second) in [
            (true, whole, "{\"key\":\"c-1\"}\n"),
            (false, "", "{\"key\":\"a-1\"}\n{\"key\":\"b-1\"}\n{\"key\":\"c-1\"}\n"),
        ] {
            let folder = tempfile::TempDir::new().expect("a folder");
            let (path, away) = (folder.path().join("alerts.jsonl"), folder.path().join("away"));
            let mut sink = state(&path);
            sink.open().expect("opened");
            // As after a disk that was full in the middle of the second line.
            sink.lines = whole.as_bytes().to_vec();
            sink.taken = vec!["a-1".to_owned(), "b-1".to_owned()];
            sink.written = 20;
            sink.file.as_mut().expect("open").write_all(&whole.as_bytes()[..20]).expect("written");
            if moved { fs::rename(&path, &away) } else { fs::remove_file(&path) }.expect("gone");
            sink.append(&[line("a-1"), line("b-1"), line("c-1")]).expect("written");
            assert_eq!(fs::read_to_string(&away).unwrap_or_default(), first);
            assert_eq!(fs::read_to_string(&path).expect("text"), second);
        }
    }

    #[test]
    fn a_device_takes_everything() {
        state(Path::new("/dev/null")).append(&[line("a-1")]).expect("taken");
    }
}
