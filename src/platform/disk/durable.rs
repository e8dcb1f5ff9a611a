//! Files and folders that are complete and durable, or absent. Made of the operations of a [`Disk`], so that the tests can interrupt them
//! at each one.

use std::io;
use std::path::{Path, PathBuf};

use super::operations::Disk;

/// Replaces a file atomically: after a crash at any moment either the old or the new file is there, complete. Content, then name, then
/// folder are synced in this order; a name that became durable first could lead to an empty file.
///
/// # Errors
/// If writing or renaming fails, the old file is unchanged. If only the last sync fails, the new file is there, but may not survive a
/// loss of power.
pub fn write_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(path);
    // A crash may have left this file behind.
    let _ = disk.remove(&temporary);
    let written = disk.create(&temporary).and_then(|mut file| {
        file.append(bytes)?;
        file.sync()
    });
    if let Err(error) = written.and_then(|()| disk.rename(&temporary, path)) {
        // A partial file only takes up space. The first error is the one to return.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    disk.sync_folder(parent(path))
}

/// Creates a folder and its missing parents, durably.
///
/// # Errors
/// Those of the disk, for instance if a part of the path is a file.
pub fn create_folders(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    if disk.list(folder).is_err() {
        if parent(folder) != folder && parent(folder) != Path::new(".") {
            create_folders(disk, parent(folder))?;
        }
        disk.create_folder(folder)?;
    }
    // Needed even if the folder exists: a process that created it may have died before it synced the parent.
    disk.sync_folder(parent(folder))
}

/// Makes the presence or absence of a file's name durable.
pub fn sync_name(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    disk.sync_folder(parent(path))
}

/// Makes the content of a file durable, whichever process wrote it. Succeeds if the file does not exist.
///
/// # Errors
/// After an error it is unknown what would survive a loss of power.
pub fn sync_file(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.append_to(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        file => file?.sync(),
    }
}

/// Path of the temporary file that [`write_whole`] writes to before the rename.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    PathBuf::from(name)
}

/// Suffix of the names of unfinished files. No reader looks at them, and whatever a crash leaves may be removed.
pub const TEMPORARY: &str = ".unfinished";

/// The folder that contains a path.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}
