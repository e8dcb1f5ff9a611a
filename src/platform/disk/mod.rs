//! The file system as the journal sees it: a trait with the few operations that decide what survives a loss of power.
//!
//! Three states of data must be kept apart. Written data survives a crash of the process. Synced data survives a loss of power. A new or
//! renamed file needs a sync of its folder as well: without that the file may be gone after a loss of power, with all its bytes. The tests
//! use a model of a file system that forgets exactly what was not synced and can fail at any operation.

#[cfg(any(test, fuzzing))]
// The fuzzer does not use the injected faults.
#[cfg_attr(fuzzing, allow(dead_code, unfulfilled_lint_expectations))]
pub(crate) mod model;
mod presence;
mod read_only;
mod real;

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

pub use presence::{Absence, Identity, Presence};
pub use read_only::ReadOnly;
pub use real::RealDisk;

/// A file system. Shared as `Arc<dyn Disk>`.
pub trait Disk: Debug + Send + Sync {
    /// Creates an empty file for writing. Fails if the name is taken. Durable after [`Writing::sync`] and [`Disk::sync_folder`].
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Opens an existing file for appending.
    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Opens a file for reading. The handle keeps reading the same file when another is renamed over it.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>>;
    /// Renames a file atomically and replaces any file that has the new name. Durable after [`Disk::sync_folder`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. Durable after [`Disk::sync_folder`].
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable: files created, renamed and removed.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Lists the files of a folder by name, without subfolders.
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;
    /// Creates a folder; its parent must exist. Succeeds if the folder exists already. Durable after [`Disk::sync_folder`] of its parent.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Returns the identity of the file or folder at this path.
    fn identify(&self, path: &Path) -> io::Result<Identity>;
    /// Whether the file system that holds this path is mounted read-only.
    fn is_read_only(&self, path: &Path) -> io::Result<bool>;
}

/// A file open for appending.
pub trait Writing: Debug + Send {
    /// Appends all bytes. After an error, an unknown part of them may be in the file.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes the written bytes durable. After an error it is unknown which of them are: do not trust the file and do not try again, because
    /// the kernel may mark pages as clean that never reached the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file open for reading.
pub trait Reading: Debug + Send {
    /// Current length in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Reads `length` bytes from `offset`, or fewer if the file ends before that.
    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// A file in the listing of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// File name without the folder. Files whose names are not Unicode are not listed.
    pub name: String,
    /// Length in bytes.
    pub length: u64,
}

/// Replaces a file atomically: after a crash at any moment either the old or the new file is there, complete.
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

/// Suffix of the names of unfinished files.
pub const TEMPORARY: &str = ".unfinished";

/// The folder that contains a path.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::model::ModelDisk;
    use super::*;

    /// Runs on a real file system and on the model.
    fn check(disk: &dyn Disk, root: &Path) {
        let folder = root.join("a/b");
        create_folders(disk, &folder).expect("made");
        create_folders(disk, &folder).expect("made before");
        let path = folder.join("x");
        write_whole(disk, &path, b"first").expect("written");
        write_whole(disk, &path, b"second").expect("replaced");
        let file = disk.open(&path).expect("there");
        write_whole(disk, &path, b"3").expect("replaced");
        assert_eq!(file.read_at(2, 100).expect("read"), b"cond", "an open file stays what it was");
        assert_eq!(file.read_at(100, 1).expect("read"), b"");
        assert!(disk.create(&path).is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists));
        let mut file = disk.append_to(&path).expect("there");
        file.append(b"45").expect("written");
        file.sync().expect("synced");
        assert_eq!(disk.open(&path).expect("there").length().expect("known"), 3);
        assert_eq!(disk.list(&folder).expect("there"), [Listed { name: "x".to_owned(), length: 3 }]);
        disk.rename(&path, &folder.join("y")).expect("renamed");
        assert!(disk.open(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
        disk.remove(&folder.join("y")).expect("removed");
        disk.sync_folder(&folder).expect("synced");
        assert_eq!(disk.list(&folder).expect("there"), []);
        assert_eq!(disk.list(root).expect("there"), [], "folders are left out");
    }

    #[test]
    fn real_files_and_the_model_do_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        check(&RealDisk, folder.path());
        check(&ModelDisk::default(), Path::new("/state"));
    }
}
