//! Reads settings and the files they name, from disk or from files in memory.
//!
//! Files in memory are for replaying a bundle: its settings must not be able to read files of the machine that
//! verifies it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use atalaia_core::base::fault::Fault;

/// Names or paths of files, with their texts.
pub type Texts = Vec<(String, String)>;

/// A source of files.
#[derive(Clone, Copy)]
pub(super) enum Files<'a> {
    /// The file system.
    Disk,
    /// Files in memory by path; nothing else can be read, whatever a key names.
    Given(&'a BTreeMap<PathBuf, Vec<u8>>),
}

impl Files<'_> {
    /// Reads a whole file. The caller bounds its size with [`Files::measure`] first, if it has a bound.
    ///
    /// # Errors
    /// If it is missing or not an ordinary file, or the system cannot read it.
    pub(super) fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self {
            Files::Disk => ordinary(path).and_then(fs::read),
            Files::Given(files) => files.get(path).cloned().ok_or_else(missing),
        }
    }

    /// Reads a whole file as UTF-8.
    ///
    /// # Errors
    /// As [`Files::bytes`], and with `InvalidData` if it is not UTF-8.
    pub(super) fn text(&self, path: &Path) -> io::Result<String> {
        match self {
            Files::Disk => ordinary(path).and_then(fs::read_to_string),
            Files::Given(_) => {
                let text = String::from_utf8(self.bytes(path)?);
                text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            }
        }
    }

    /// Paths of all entries of a folder, in no particular order.
    pub(super) fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        match self {
            Files::Disk => fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect(),
            Files::Given(files) => {
                let within: Vec<PathBuf> = files.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
                if within.is_empty() { Err(missing()) } else { Ok(within) }
            }
        }
    }

    /// Whether the path is a regular file, as far as can be determined, and its size in bytes.
    pub(super) fn measure(&self, path: &Path) -> (bool, u64) {
        match self {
            Files::Disk => fs::metadata(path).map_or((true, 0), |found| (found.is_file(), found.len())),
            Files::Given(files) => (true, files.get(path).map_or(0, |content| content.len() as u64)),
        }
    }
}

/// Rejects anything but a regular file: reading a pipe or device might never begin or end.
fn ordinary(path: &Path) -> io::Result<&Path> {
    match fs::metadata(path)?.is_file() {
        true => Ok(path),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "is not an ordinary file")),
    }
}

/// The error for a file that is not in memory, of the kind that a missing file on disk has.
fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "is not among the files given")
}

/// Decodes a text file, or describes the encoding it seems to have. Editors of Windows still save in these encodings, and a name with an
/// accent then makes the whole file unreadable.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, Fault> {
    // Without its mark, UTF-16 text shows by its zero bytes: every second byte of ASCII characters is zero.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(64).any(|byte| *byte == 0)
    {
        return Err(Fault::new("", "is UTF-16 text").advise("save it as UTF-8"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', good).count();
        let what = format!("is not UTF-8 text from line {line} on: Latin-1 or Windows-1252, it seems");
        Fault::new("", what).advise("save it as UTF-8")
    })
}
