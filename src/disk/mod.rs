//! The disk as the journal sees it: the few operations that decide what outlives a loss of power, behind one seam.
//!
//! Three things must be kept apart: what is written (a crash of the process leaves it), what a file's sync made durable (a loss of
//! power leaves it), and what the folder's sync made durable: a new or renamed file whose folder was not synced may be gone, with
//! all its bytes. Tests put a model behind this seam that forgets exactly what was not synced, and fails at any chosen step.

#[cfg(any(test, fuzzing))]
// The fuzzer has no use for its faults.
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
    /// Makes a new, empty file to write to; an error if the name is taken. Durable after [`Writing::sync`] and [`Disk::sync_folder`].
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Opens a file that is there, to write behind its end.
    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Opens a file for reading; the handle stays with the same file when another is renamed over it.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>>;
    /// Gives a file another name, in one step, over whatever has that name. Durable after [`Disk::sync_folder`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. Durable after [`Disk::sync_folder`].
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable: files made, renamed and removed.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// The files of a folder, ordered by name; folders in it are left out.
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;
    /// Makes a folder whose parent is there; no error if it exists. Durable after its parent's [`Disk::sync_folder`].
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Which file or folder stands there.
    fn identify(&self, path: &Path) -> io::Result<Identity>;
    /// Whether what stands there lies on a disk that takes no writes.
    fn is_read_only(&self, path: &Path) -> io::Result<bool>;
}

/// A file being written.
pub trait Writing: Debug + Send {
    /// Writes all of it behind the end; after an error an unknown part of it may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was written durable. After an error nothing says what of it is: the file is not to be trusted, and trying again
    /// proves nothing (the pages may count as clean although they never reached the disk).
    fn sync(&mut self) -> io::Result<()>;
}

/// A file being read.
pub trait Reading: Debug + Send {
    /// How many bytes it has now.
    fn length(&self) -> io::Result<u64>;
    /// `length` bytes from `offset`; fewer where the file ends.
    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// A file of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name without the folder; names that are not Unicode are left out of listings.
    pub name: String,
    /// Bytes.
    pub length: u64,
}

/// How far [`write_whole_seen`] has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Half of it is in the temporary file.
    HalfWritten,
    /// All of it is in the temporary file, and synced.
    Written,
    /// The file has its name.
    Renamed,
    /// The name is durable.
    Durable,
}

/// Replaces a file as a whole: after a crash at any moment there is the old one or the new one, complete.
pub fn write_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_seen(disk, path, &[bytes], |_| {})
}

/// As [`write_whole`], from several parts; `passed` is called after each step.
pub fn write_whole_seen(disk: &dyn Disk, path: &Path, parts: &[&[u8]], mut passed: impl FnMut(Step)) -> io::Result<()> {
    let temporary = temporary(path);
    // Left behind by a crash, if it is there.
    let _ = disk.remove(&temporary);
    let written = disk.create(&temporary).and_then(|mut file| {
        let (last, first) = parts.split_last().map_or((&[][..], &[][..]), |(last, first)| (*last, first));
        first.iter().try_for_each(|part| file.append(part))?;
        let (half, rest) = last.split_at(last.len() / 2);
        file.append(half)?;
        passed(Step::HalfWritten);
        file.append(rest)?;
        file.sync()
    });
    let renamed = written.and_then(|()| {
        passed(Step::Written);
        disk.rename(&temporary, path)
    });
    if let Err(error) = renamed {
        // It takes room and helps nobody; the error that counts is the first one.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    passed(Step::Renamed);
    disk.sync_folder(parent(path))?;
    passed(Step::Durable);
    Ok(())
}

/// Makes a folder and what leads to it, durably.
pub fn create_folders(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    if disk.list(folder).is_err() {
        if parent(folder) != folder && parent(folder) != Path::new(".") {
            create_folders(disk, parent(folder))?;
        }
        disk.create_folder(folder)?;
    }
    // Even when it is there: who made it may have died before this.
    disk.sync_folder(parent(folder))
}

/// Makes the name of a file durable, and with it that a name is gone.
pub fn sync_name(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    disk.sync_folder(parent(path))
}

/// Makes durable what is in a file, whoever wrote it; no error if it is not there.
pub fn sync_file(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.append_to(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        file => file?.sync(),
    }
}

/// Where [`write_whole`] writes before the file gets its name.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    PathBuf::from(name)
}

/// What names of unfinished files end with.
pub const TEMPORARY: &str = ".unfinished";

/// The folder a path lies in.
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

    /// On a real file system and on the model alike.
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
