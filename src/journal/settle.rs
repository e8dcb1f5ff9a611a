//! Makes durable what an earlier daemon wrote, before anybody acts on it.

use std::path::Path;

use super::JournalError;
use super::catalogue::Catalogue;
use crate::disk::{Disk, sync_file};

/// Syncs every segment that is not sealed, and the folder. A daemon that was killed leaves what it had not synced to be read by the next
/// one; alerts that come of it are stored and told, and a loss of power would still take the lines they came from.
///
/// # Errors
/// `File` when the disk says no: then nothing says what of the journal outlives a loss of power. A folder that is not there is none.
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
