//! Checks that a file or folder the daemon works with is still the one it opened, and is still writable.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::operations::{Disk, Identity};

/// A path together with the identity of the file or folder that was there when this was created.
#[derive(Clone, Debug)]
pub struct Presence {
    /// Where it is expected.
    path: PathBuf,
    /// What was there.
    identity: Identity,
}

/// Why a file or folder cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absence {
    /// Nothing exists at the path.
    Gone,
    /// Another file or folder is at the path.
    Replaced,
    /// It is the same file or folder, on a file system mounted read-only.
    ReadOnly,
    /// The system reported another error for the path.
    Unreadable,
}

impl Presence {
    /// Records what is at `path` now.
    ///
    /// # Errors
    /// `NotFound` if nothing is there.
    pub fn of(disk: &dyn Disk, path: &Path) -> io::Result<Presence> {
        Ok(Presence { path: path.to_owned(), identity: disk.identify(path)? })
    }

    /// The expected path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that the same file or folder is there and writable. Costs two system calls and reads no data.
    ///
    /// # Errors
    /// What is wrong at this moment. It may pass: a disk that was unmounted can come back.
    pub fn check(&self, disk: &dyn Disk) -> Result<(), Absence> {
        match disk.identify(&self.path) {
            Ok(identity) if identity != self.identity => Err(Absence::Replaced),
            Ok(_) => match disk.is_read_only(&self.path) {
                Ok(false) => Ok(()),
                Ok(true) => Err(Absence::ReadOnly),
                Err(_) => Err(Absence::Unreadable),
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(Absence::Gone)
            }
            Err(_) => Err(Absence::Unreadable),
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Absence::Gone => "gone",
            Absence::Replaced => "replaced by another",
            Absence::ReadOnly => "on a disk that is mounted read-only",
            Absence::Unreadable => "not readable",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::RealDisk;
    use super::*;

    #[test]
    fn a_moved_file_or_folder_is_missed_and_recognised_when_it_returns() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, away) = (folder.path().join("store"), folder.path().join("away"));
        for make in [|path: &Path| fs::write(path, "x"), |path: &Path| fs::create_dir(path)] {
            make(&path).expect("made");
            let presence = Presence::of(&RealDisk, &path).expect("there");
            assert_eq!(presence.check(&RealDisk), Ok(()));
            fs::rename(&path, &away).expect("moved");
            assert_eq!(presence.check(&RealDisk), Err(Absence::Gone));
            fs::write(&path, "another").expect("written");
            assert_eq!(presence.check(&RealDisk), Err(Absence::Replaced));
            fs::remove_file(&path).expect("removed");
            fs::rename(&away, &path).expect("moved back");
            assert_eq!(presence.check(&RealDisk), Ok(()));
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).expect("removed");
        }
    }
}
