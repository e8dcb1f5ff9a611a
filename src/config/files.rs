//! Where settings and what they name are read from: the disk, or files that are in memory and never touch it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Name or path of each file, and its text.
pub type Texts = Vec<(String, String)>;

/// A place of files.
#[derive(Clone, Copy)]
pub(super) enum Files<'a> {
    /// As everywhere else.
    Disk,
    /// By path; nothing else can be reached, whatever a key names.
    Given(&'a BTreeMap<PathBuf, Vec<u8>>),
}

impl Files<'_> {
    /// All of a file.
    pub(super) fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self {
            Files::Disk => ordinary(path).and_then(fs::read),
            Files::Given(files) => files.get(path).cloned().ok_or_else(missing),
        }
    }

    /// All of a file that is UTF-8; `InvalidData` where it is not.
    pub(super) fn text(&self, path: &Path) -> io::Result<String> {
        match self {
            Files::Disk => ordinary(path).and_then(fs::read_to_string),
            Files::Given(_) => {
                let text = String::from_utf8(self.bytes(path)?);
                text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            }
        }
    }

    /// The paths of all that is in a folder, in no order.
    pub(super) fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        match self {
            Files::Disk => fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect(),
            Files::Given(files) => {
                let within: Vec<PathBuf> = files.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
                if within.is_empty() { Err(missing()) } else { Ok(within) }
            }
        }
    }

    /// Whether a path leads to an ordinary file, as far as that can be told, and its bytes.
    pub(super) fn measure(&self, path: &Path) -> (bool, u64) {
        match self {
            Files::Disk => fs::metadata(path).map_or((true, 0), |found| (found.is_file(), found.len())),
            Files::Given(files) => (true, files.get(path).map_or(0, |content| content.len() as u64)),
        }
    }
}

/// Whatever is no file may never end, or never begin.
fn ordinary(path: &Path) -> io::Result<&Path> {
    match fs::metadata(path)?.is_file() {
        true => Ok(path),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "is not an ordinary file")),
    }
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "is not among the files given")
}

/// The text of a file, or in which encoding it seems to be.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(64).any(|byte| *byte == 0)
    {
        return Err("is UTF-16 text; save it as UTF-8".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', good).count();
        format!("is not UTF-8 text from line {line} on: Latin-1 or Windows-1252, it seems; save it as UTF-8")
    })
}
