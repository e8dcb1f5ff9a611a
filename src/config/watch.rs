//! Watches the files of settings, zones and watchlists, and reports changes once they have settled.
//!
//! Folders are watched, not files: an editor writes a new file and renames it over the old one, and a watch on the
//! old one would then never fire again. The kernel reports every write, so changes are gathered until none has come
//! for a second.

use std::ffi::OsString;
use std::fs;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::platform::clock::{Clock, Moment};

/// Files of one folder to watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileSet {
    /// The folder.
    pub folder: PathBuf,
    /// Which files in it.
    pub names: Names,
    /// Whether a change requires reading the settings again, and not just the zones and watchlists.
    pub settings: bool,
}

/// Selects files of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Names {
    /// Files with these names.
    Any(Vec<OsString>),
    /// Files with this extension.
    Ending(&'static str),
}

/// What changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileChange {
    /// Settings, and perhaps zones and watchlists too.
    Settings,
    /// Zones or watchlists.
    Zones,
}

/// Reports changed files. A folder that the system cannot watch is not covered; the log says so.
#[derive(Debug)]
pub struct FileWatch {
    /// For the watchers that replace this one. The channel has room for one signal: that something changed is
    /// all it says.
    sender: Sender<()>,
    /// Signals from the watcher.
    touched: Receiver<()>,
    /// Whether settings are among the changed files. Set by the thread of the watcher, and taken when the changes have settled.
    settings: Arc<AtomicBool>,
    /// When the changes seen so far count as settled; `None` without changes.
    rest_at: Option<Instant>,
    /// Watches until it is dropped.
    watcher: Option<RecommendedWatcher>,
}

/// Pause after which changes count as settled. An editor saves in several steps, and several files may be copied at once.
const QUIET: Duration = Duration::from_secs(1);

impl FileWatch {
    /// Starts watching.
    pub fn new(watched: Vec<FileSet>) -> FileWatch {
        let (sender, touched) = channel(1);
        let mut watch = FileWatch { sender, touched, settings: Arc::default(), rest_at: None, watcher: None };
        watch.follow(watched);
        watch
    }

    /// Replaces the set of watched files. Files watched before and after are watched without interruption, and a folder that was replaced
    /// by another is found.
    pub fn follow(&mut self, watched: Vec<FileSet>) {
        match watcher(watched, self.sender.clone(), Arc::clone(&self.settings)) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => warn!(%error, "changed files are not noticed: send SIGHUP after a change"),
        }
    }

    /// Reports files written since `read`, before they were watched, as changed.
    pub fn changed_since(&self, watched: &[FileSet], read: Moment) {
        // Only files count: a folder also changes when unrelated files are written.
        let age = |file: &Path| fs::metadata(file).ok().filter(fs::Metadata::is_file)?.modified().ok()?.elapsed().ok();
        let newer = |file: &PathBuf| age(file).is_some_and(|age| age < Clock.moment().since(read));
        let newer = |files: &&FileSet| files.files().iter().any(newer);
        let mut changed = watched.iter().filter(newer).peekable();
        if changed.peek().is_none() {
            return;
        }
        if changed.any(|files| files.settings) {
            self.settings.store(true, Relaxed);
        }
        // If the channel is full, a change is already signalled.
        let _ = self.sender.try_send(());
    }

    /// Waits until files have changed and then none for a second. Cancel-safe.
    pub async fn changed(&mut self) -> FileChange {
        loop {
            let touched = match self.rest_at {
                None => self.touched.recv().await,
                Some(rest_at) => match timeout_at(rest_at, self.touched.recv()).await {
                    Ok(touched) => touched,
                    Err(_) => {
                        self.rest_at = None;
                        return if self.settings.swap(false, Relaxed) {
                            FileChange::Settings
                        } else {
                            FileChange::Zones
                        };
                    }
                },
            };
            if touched.is_none() && self.rest_at.is_none() {
                return pending().await;
            }
            self.rest_at = Some(Instant::now() + QUIET);
        }
    }
}

/// Starts watching the folders. A folder that cannot be watched is logged and left out; an error only if the system
/// cannot watch at all.
fn watcher(watched: Vec<FileSet>, sender: Sender<()>, settings: Arc<AtomicBool>) -> notify::Result<RecommendedWatcher> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let watched: Vec<FileSet> =
        watched.into_iter().map(|files| FileSet { folder: absolute(&files.folder), ..files }).collect();
    let mut folders: Vec<PathBuf> = watched.iter().map(|files| files.folder.clone()).collect();
    folders.sort();
    folders.dedup();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        let mut met = watched.iter().filter(|files| files.meets(&event)).peekable();
        if met.peek().is_none() {
            return;
        }
        if met.any(|files| files.settings) {
            settings.store(true, Relaxed);
        }
        // If the channel is full, a change is already signalled.
        let _ = sender.try_send(());
    })?;
    for folder in folders {
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            warn!(folder = %folder.display(), %error, "folder not watched: send SIGHUP after a change");
        }
    }
    Ok(watcher)
}

impl FileSet {
    /// A folder of zones or watchlists: its files with an extension, and the folder itself, which may be replaced as a whole.
    pub fn folder(folder: &Path, extension: &'static str) -> Vec<FileSet> {
        let files = FileSet { folder: folder.to_owned(), names: Names::Ending(extension), settings: false };
        let around = folder.parent().zip(folder.file_name()).map(|(parent, name)| {
            let parent = if parent == Path::new("") { Path::new(".") } else { parent };
            FileSet { folder: parent.to_owned(), names: Names::Any(vec![name.to_owned()]), settings: false }
        });
        [files].into_iter().chain(around).collect()
    }

    /// A file named in the settings; a change of it requires reading them again.
    pub fn file(file: &Path) -> Option<FileSet> {
        let (folder, name) = file.parent().zip(file.file_name())?;
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        Some(FileSet { folder: folder.to_owned(), names: Names::Any(vec![name.to_owned()]), settings: true })
    }

    /// The selected files of the folder.
    fn files(&self) -> Vec<PathBuf> {
        match &self.names {
            Names::Any(names) => names.iter().map(|name| self.folder.join(name)).collect(),
            Names::Ending(extension) => {
                let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
                entries.filter(|path| path.extension().is_some_and(|end| end == *extension)).collect()
            }
        }
    }

    /// Whether an event is about one of the files. Closing a file after writing counts, as it ends a change that
    /// began earlier. Reading files causes events too, which are ignored.
    fn meets(&self, event: &Event) -> bool {
        let read = match event.kind {
            EventKind::Access(kind) => kind != AccessKind::Close(AccessMode::Write),
            _ => false,
        };
        let ours = |path: &PathBuf| {
            path.parent() == Some(&self.folder)
                && match &self.names {
                    Names::Any(names) => path.file_name().is_some_and(|name| names.iter().any(|known| known == name)),
                    Names::Ending(ending) => path.extension().is_some_and(|extension| extension == *ending),
                }
        };
        !read && event.paths.iter().any(ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_before_watching_began_counts() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("atalaia.toml");
        fs::write(&file, "").expect("written");
        let watched: Vec<FileSet> = FileSet::file(&file).into_iter().collect();
        while fs::metadata(&file)
            .and_then(|found| found.modified())
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age < Duration::from_millis(20)))
        {
            tokio::task::yield_now().await;
        }
        let read = Clock.moment();
        let mut watch = FileWatch::new(watched.clone());
        watch.changed_since(&watched, read);
        assert!(tokio::time::timeout(2 * QUIET, watch.changed()).await.is_err(), "nothing has changed");
        drop(watch);
        let read = Clock.moment();
        tokio::time::sleep(Duration::from_millis(20)).await;
        fs::write(&file, "[time]").expect("written");
        let mut watch = FileWatch::new(watched.clone());
        watch.changed_since(&watched, read);
        assert_eq!(tokio::time::timeout(5 * QUIET, watch.changed()).await, Ok(FileChange::Settings));
    }
}
