//! The operations of a file system that decide what survives a loss of power.
//!
//! There are no others, so that the model of a disk can follow each one. Paths are absolute or relative to the working directory, as in
//! the standard library.

use std::fmt::Debug;
use std::io;
use std::path::Path;

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

/// Identifies a file or folder on this machine, whatever its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Device that holds it.
    pub device: u64,
    /// Inode number on that device.
    pub inode: u64,
}
