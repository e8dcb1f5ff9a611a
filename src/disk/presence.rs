//! Whether a file or folder that the daemon works with is still the one it began with, and may be written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::Disk;

/// What tells one file or folder of a machine from every other, whatever it is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The device it lies on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

/// A path, and the file or folder that stood there at first.
#[derive(Clone, Debug)]
pub struct Presence {
    path: PathBuf,
    identity: Identity,
}

/// Why what stands at a path cannot be worked with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absence {
    /// Nothing stands there.
    Gone,
    /// Something else stands there.
    Replaced,
    /// It is the same, on a disk that takes no writes.
    ReadOnly,
    /// The system does not say what stands there.
    Unreadable,
}

impl Presence {
    /// Of what stands there now.
    pub fn of(disk: &dyn Disk, path: &Path) -> io::Result<Presence> {
        Ok(Presence { path: path.to_owned(), identity: disk.identify(path)? })
    }

    /// Where it should be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there and may be written. Costs two calls of the system, and reads nothing.
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
            Absence::Unreadable => "not to be read",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::RealDisk;
    use super::*;

    #[test]
    fn what_is_moved_away_is_missed_and_known_again_when_it_comes_back() {
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
