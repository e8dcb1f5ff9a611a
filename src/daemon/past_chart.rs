//! The zones that were in force at a time in the past, from the archive beside the journal.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::settings_archive::SettingsArchive;
use crate::platform::disk::{Disk, ReadOnly};
use crate::storage::journal::{self, Entry};
use atalaia_core::base::time::Time;
use atalaia_core::zones::Chart;

/// The zones with which lines received at `at` were processed; those of the first line for an earlier time, and of the last for a later one.
/// `None` if there is no journal.
///
/// # Errors
/// If the journal cannot be read, or this program does not accept the settings of that time.
pub fn past_chart(folder: &Path, at: Time) -> io::Result<Option<Arc<Chart>>> {
    let disk: Arc<dyn Disk> = Arc::new(ReadOnly);
    let mut start = journal::start(&*disk, folder, at).map_err(io::Error::other)?;
    if start.is_none() {
        // Nothing was received at that time or later.
        start = journal::newest(&*disk, folder).map_err(io::Error::other)?;
    }
    let Some(start) = start else {
        return Ok(None);
    };
    // A segment covers an hour, in which the settings can change.
    let mut in_force = start.in_force;
    journal::read(&*disk, folder, start.position, None, |_, entry| {
        let received = match entry {
            Entry::Begun { at, .. } | Entry::Tick { received: at } => Some(*at),
            Entry::Lines { received, .. } => *received,
            Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => None,
        };
        if received.is_some_and(|received| at < received) {
            return ControlFlow::Break(());
        }
        if let Entry::Begun { in_force: key, .. } | Entry::InForce { key } = entry {
            in_force.clone_from(key);
        }
        ControlFlow::Continue(())
    })
    .map_err(io::Error::other)?;
    let settings = SettingsArchive::new(disk, folder).get(&in_force)?;
    Ok(Some(Arc::clone(&settings.chart)))
}
