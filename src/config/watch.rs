//! Watches the folders of zones and watchlists and tells when changes in it have come to rest.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

/// Tells of changed zone files and watchlists. Without a folder, or where the system cannot watch it, it never tells anything.
#[derive(Debug)]
pub struct FolderWatch {
    touched: Receiver<()>,
    /// When the changes seen so far count as come to rest.
    rest_at: Option<Instant>,
    /// They watch as long as they live.
    _watchers: Vec<RecommendedWatcher>,
}

/// An editor saves in several steps, and several files may be copied in one go.
const QUIET: Duration = Duration::from_secs(1);

impl FolderWatch {
    /// Starts to watch.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> FolderWatch {
        let (sender, touched) = channel(1);
        let watchers = folders.into_iter().filter_map(|folder| {
            let outcome = watch(&folder, sender.clone());
            let failed =
                |error| warn!(folder = %folder.display(), %error, "folder not watched: send SIGHUP after a change");
            outcome.map_err(failed).ok()
        });
        let watchers = watchers.collect();
        FolderWatch { touched, rest_at: None, _watchers: watchers }
    }

    /// Waits until files changed and then no more did for a second. May be given up and called again at any time.
    pub async fn changed(&mut self) {
        loop {
            let touched = match self.rest_at {
                None => self.touched.recv().await,
                Some(rest_at) => match timeout_at(rest_at, self.touched.recv()).await {
                    Ok(touched) => touched,
                    Err(_) => {
                        self.rest_at = None;
                        return;
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

fn watch(folder: &Path, sender: Sender<()>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matters(&event)) {
            // Full means that a change is told of already.
            let _ = sender.try_send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Our own reading opens and closes the files too.
fn matters(event: &Event) -> bool {
    let read = match event.kind {
        EventKind::Access(kind) => kind != AccessKind::Close(AccessMode::Write),
        _ => false,
    };
    let ours = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "geojson" || extension == "csv");
    !read && event.paths.iter().any(ours)
}
