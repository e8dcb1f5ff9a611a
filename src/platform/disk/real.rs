//! The file system of the machine. Every operation is one call of the standard library; what it guarantees is said at [`Disk`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::operations::{Disk, Identity, Listed, Reading, Writing};

/// The file system of the machine, through the standard library. It assumes a disk that honours a flush.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

/// An open file, for appending or for reading.
#[derive(Debug)]
struct RealFile(File);

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        // Appending: two writers of one file could not write over each other's bytes.
        let file = OpenOptions::new().append(true).create_new(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>> {
        Ok(Box::new(RealFile(File::open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // On Linux, syncing the descriptor of a folder makes its names durable.
        File::open(folder)?.sync_all()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // The file was removed after the folder was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let (true, Ok(name)) = (metadata.is_file(), entry.file_name().into_string()) {
                files.push(Listed { name, length: metadata.len() });
            }
        }
        // The order in which a file system lists names is its own.
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            // Only a folder counts: a file of the same name stays an error.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            outcome => outcome,
        }
    }

    fn identify(&self, path: &Path) -> io::Result<Identity> {
        // Follows symbolic links: what matters is the file behind the name.
        let found = fs::metadata(path)?;
        Ok(Identity { device: found.dev(), inode: found.ino() })
    }

    fn is_read_only(&self, path: &Path) -> io::Result<bool> {
        Ok(statvfs(path)?.f_flag.contains(StatVfsMountFlags::RDONLY))
    }
}

impl Writing for RealFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Syncs the content and the length, and leaves out times, which no reader depends on.
        self.0.sync_data()
    }
}

impl Reading for RealFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        // The system may return fewer bytes than asked for, although the file has more.
        while filled < length {
            match self.0.read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}
