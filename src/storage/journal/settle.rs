//! Makes the journal of an earlier run durable before its lines are used.

use std::path::Path;

use super::catalogue::Catalogue;
use super::error::JournalError;
use crate::platform::disk::{Disk, sync_file};

/// Syncs every unsealed segment, and the folder. A killed daemon may have left entries that were written but not synced. The next run reads
/// them and stores and delivers the alerts they cause. Without this sync, a loss of power could still take the lines those alerts come
/// from.
///
/// # Errors
/// Returns `File` if the file system fails; it is then unknown what would survive a loss of power. A missing folder is not an error.
pub fn settle(disk: &dyn Disk, folder: &Path) -> Result<(), JournalError> {
    if disk.list(folder).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(());
    }
    let catalogue = Catalogue::of(disk, folder)?;
    for segment in catalogue.segments.iter().filter(|segment| segment.sealed().is_none()) {
        sync_file(disk, &segment.path).map_err(JournalError::file(&segment.path))?;
    }
    disk.sync_folder(folder).map_err(JournalError::file(folder))
}
