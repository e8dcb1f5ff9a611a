//! A disk that refuses all changes, for commands that read the files of a running daemon.

use std::io;
use std::path::Path;

use super::operations::{Disk, Identity, Listed, Reading, Writing};
use super::real::RealDisk;

/// The real file system, without the operations that change it: they fail with `PermissionDenied`. It reports itself as mounted read-only,
/// whatever the machine says, so that no caller relies on writing.
#[derive(Clone, Copy, Debug)]
pub struct ReadOnly;

/// The answer to every operation that changes something.
fn refused<T>() -> io::Result<T> {
    Err(io::Error::from(io::ErrorKind::PermissionDenied))
}

impl Disk for ReadOnly {
    fn create(&self, _path: &Path) -> io::Result<Box<dyn Writing>> {
        refused()
    }

    fn append_to(&self, _path: &Path) -> io::Result<Box<dyn Writing>> {
        refused()
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>> {
        RealDisk.open(path)
    }

    fn rename(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _path: &Path) -> io::Result<()> {
        refused()
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        refused()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        RealDisk.list(folder)
    }

    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        refused()
    }

    fn identify(&self, path: &Path) -> io::Result<Identity> {
        RealDisk.identify(path)
    }

    fn is_read_only(&self, _path: &Path) -> io::Result<bool> {
        // Checks of presence then fail, which is right: a caller that asks wants to write.
        Ok(true)
    }
}
