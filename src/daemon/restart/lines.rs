//! Where received lines are kept, and their removal once they are old.
//!
//! Works on paths alone, so that `atalaia purge` can do it beside a running daemon.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Checked;
use crate::daemon::settings_archive::SettingsArchive;
use crate::platform::disk::RealDisk;
use crate::storage::journal::{self, Rehearsal};
use crate::storage::store;
use atalaia_core::base::time::{Span, Time};

/// Folder of the journal; `None` without a store or with the journal disabled.
pub fn folder(settings: &Checked) -> Option<PathBuf> {
    folder_of(settings.store.as_deref()?, &settings.journal)
}

/// Folder of the journal for a given store and journal settings; `None` if the journal is disabled.
pub fn folder_of(store: &Path, settings: &journal::Settings) -> Option<PathBuf> {
    settings.enabled.then(|| settings.path.clone().unwrap_or_else(|| beside(store)))
}

/// Default folder of the journal: the path of the store with `.journal` appended.
pub fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".journal");
    PathBuf::from(name)
}

/// What [`purge_lines`] removed, or would remove in a rehearsal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PurgedLines {
    /// Files and bytes of received lines.
    pub(crate) lines: journal::Purged,
    /// Number of archived sets of settings and zones that no remaining line was processed with.
    pub(crate) in_force: u64,
}

/// Removes received lines older than `days` (0 keeps them for ever), except those of held cases, and the archived settings that no
/// remaining line needs. Does nothing without a journal.
///
/// # Errors
/// If the store cannot be asked for held cases, or a file cannot be removed. What was removed before stays removed.
pub(crate) fn purge_lines(
    store: &Path,
    settings: &journal::Settings,
    days: u32,
    now: Time,
    rehearsal: Rehearsal,
) -> io::Result<PurgedLines> {
    let Some(folder) = folder_of(store, settings).filter(|folder| 0 < days && folder.is_dir()) else {
        return Ok(PurgedLines::default());
    };
    // A case that is held needs its lines as evidence, whatever their age.
    let held = store::held_spans(store).map_err(io::Error::other)?;
    let before = now - Span::from_hours(24 * i64::from(days));
    let lines = journal::purge(&RealDisk, &folder, before, &held, rehearsal).map_err(io::Error::other)?;
    let in_force = match lines.oldest {
        Some(oldest) => SettingsArchive::new(Arc::new(RealDisk), &folder).purge(oldest, rehearsal)?,
        None => 0,
    };
    Ok(PurgedLines { lines, in_force })
}
