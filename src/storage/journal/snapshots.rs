//! Snapshots of the engine: separate files beside the journal, each either complete or absent.
//!
//! A file contains magic (8 bytes), format version (4), length of the head (4), CRC-32 of version, length and head (4), the head, and
//! blocks. The head holds the position, the time, the key in force, the names of the inputs and the program version. A block has its length
//! in the file (4), its decompressed length (4), the CRC-32 of both and of its bytes (4), and the compressed bytes. The last block has no
//! bytes; in place of its decompressed length it has the CRC-32 of everything decompressed. The newest three files are kept. A damaged
//! file is renamed and set aside.
//!
//! A snapshot is written to a temporary file, block by block. It gets its name once it has been read back, and only then are older ones
//! removed.

use std::io;
use std::path::{Path, PathBuf};

use super::entry::{Bytes, put_bytes, put_texts, put_time};
use super::error::JournalError;
use super::position::Position;
use crate::platform::disk::{Disk, Reading, TEMPORARY, Writing, temporary};
use crate::platform::fault;
use atalaia_core::base::time::Time;

/// The format version that this program writes and reads. Only the build that wrote a snapshot can use its state, so there is no need to
/// read earlier ones.
pub const VERSION: u32 = 2;
/// Number of snapshots kept: the newest may be damaged, or ahead of what a restart can use.
pub const KEPT: usize = 3;

/// First bytes of a snapshot.
const MAGIC: [u8; 8] = *b"ATALAIAS";
/// Length of what precedes the head, in bytes.
const PREFIX: usize = 20;
/// Maximum length of the head in bytes. A damaged length can be any number.
const LONGEST_HEAD: usize = 1 << 20;
/// Suffix of the names of snapshots.
pub(super) const SUFFIX: &str = ".snapshot";
/// Suffix added to the name of a damaged file.
const SET_ASIDE: &str = ".corrupt";
/// Number of damaged files kept for analysis.
const SET_ASIDE_KEPT: usize = 3;
/// Level of compression: as small as at level 1, in half the time.
const LEVEL: i32 = -1;
/// Length of what precedes the bytes of a block, in bytes.
const BLOCK_HEAD: usize = 12;

/// Description of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Number of journal entries included in the state. They must be durable before the snapshot is saved.
    pub position: Position,
    /// Key of the settings and zones in force.
    pub in_force: String,
    /// Wall clock at the time of the snapshot.
    pub at: Time,
    /// Names of the inputs, in the order of `SourceId`.
    pub sources: Vec<String>,
}

/// A snapshot file that [`newest`] has read or tried to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// The file is intact.
    Whole {
        /// Its description.
        snapshot: Snapshot,
        /// Version of the program that wrote it.
        program: String,
        /// The saved state, decompressed, in the parts in which it was saved.
        parts: Vec<Vec<u8>>,
    },
    /// The file is damaged. It is renamed so that it is reported only once.
    Corrupt {
        /// Its new name, or the old one if the renaming failed.
        file: PathBuf,
        /// Description of the damage.
        why: String,
    },
    /// Written by another version of the program, in another format, and left unchanged.
    Other {
        /// The file.
        file: PathBuf,
        /// Format version of the file.
        found: u32,
    },
    /// The file cannot be read at the moment and is left unchanged.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Error message.
        why: String,
    },
}

/// Writes a snapshot durably in one block, then removes all but the newest three.
pub fn save(disk: &dyn Disk, folder: &Path, snapshot: &Snapshot, body: &[u8]) -> Result<(), JournalError> {
    let mut unfinished = Unfinished::begin(disk, folder, snapshot)?;
    unfinished.append(body)?;
    unfinished.finish()
}

/// A snapshot that is being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct Unfinished<'a> {
    disk: &'a dyn Disk,
    folder: &'a Path,
    path: PathBuf,
    /// `None` once the file has its name.
    file: Option<Box<dyn Writing>>,
    /// Checksum of the decompressed bytes so far.
    sum: crc32fast::Hasher,
}

impl<'a> Unfinished<'a> {
    /// Creates the temporary file and writes the description.
    ///
    /// # Errors
    /// `Refused` if the names of the inputs exceed the head, `File` if the file cannot be written.
    pub fn begin(disk: &'a dyn Disk, folder: &'a Path, snapshot: &Snapshot) -> Result<Unfinished<'a>, JournalError> {
        let head = Head { snapshot: snapshot.clone(), program: env!("CARGO_PKG_VERSION").to_owned() }.encode();
        if LONGEST_HEAD < head.len() {
            return Err(JournalError::Refused("the names of the inputs take too much room".to_owned()));
        }
        let path = folder.join(name_of(snapshot.position));
        // A crash may have left this file behind.
        let _ = disk.remove(&temporary(&path));
        let file = disk.create(&temporary(&path)).map_err(JournalError::file(&path))?;
        let mut unfinished = Unfinished { disk, folder, path, file: Some(file), sum: crc32fast::Hasher::new() };
        unfinished.write(&[prefix(VERSION, &head), head].concat())?;
        Ok(unfinished)
    }

    /// Adds the next part of the state, as one block.
    ///
    /// # Errors
    /// `Refused` for a part of 4 GiB or more, `File` if the file cannot be written.
    pub fn append(&mut self, part: &[u8]) -> Result<(), JournalError> {
        if part.is_empty() {
            return Ok(());
        }
        let Ok(length) = u32::try_from(part.len()) else {
            return Err(JournalError::Refused("the state of the engine is too large".to_owned()));
        };
        self.sum.update(part);
        // Each part by itself: the engine hands them out between lines.
        let stored = zstd::bulk::compress(part, LEVEL).map_err(JournalError::file(&self.path))?;
        self.write(&block(length, &stored))
    }

    /// Makes the file durable, reads it back (a disk may return other bytes than it was given), gives it its name, and removes all but the
    /// newest three. What it depends on must be durable by now.
    ///
    /// # Errors
    /// `File` if the file cannot be written, or reads back otherwise. Earlier snapshots are then still there.
    pub fn finish(mut self) -> Result<(), JournalError> {
        fault::point("snapshot-half-written");
        let sum = self.sum.clone().finalize();
        self.write(&block(sum, &[]))?;
        let temporary = temporary(&self.path);
        let failed = JournalError::file(&self.path);
        self.file.iter_mut().try_for_each(|file| file.sync()).map_err(&failed)?;
        match read(self.disk, &temporary, |_| {}) {
            Ok(_) => {}
            Err(Fault::Unreadable(error)) => return Err(failed(error)),
            Err(Fault::Other(_)) => return Err(failed(io::Error::other("it reads back as another format"))),
            Err(Fault::Damaged(why)) => return Err(failed(io::Error::other(format!("read back, {why}")))),
        }
        fault::point("snapshot-before-rename");
        self.disk.rename(&temporary, &self.path).map_err(&failed)?;
        self.file = None;
        fault::point("snapshot-after-rename");
        self.disk.sync_folder(self.folder).map_err(&failed)?;
        fault::point("snapshot-after-folder-sync");
        // The snapshot is saved. Files that cannot be removed now are tried again after the next one.
        let _ = clear(self.disk, self.folder, &self.path);
        Ok(())
    }

    /// Appends to the temporary file.
    fn write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        self.file.iter_mut().try_for_each(|file| file.append(bytes)).map_err(JournalError::file(&self.path))
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // A partial file only takes up space.
            let _ = self.disk.remove(&temporary(&self.path));
        }
    }
}

/// Encodes a block: `length` is the decompressed one or, in the last block, the checksum of everything.
fn block(length: u32, stored: &[u8]) -> Vec<u8> {
    let sum = block_sum(length, stored).to_le_bytes();
    [&(stored.len() as u32).to_le_bytes(), &length.to_le_bytes(), &sum[..], stored].concat()
}

/// CRC-32 of a block's two lengths and bytes.
fn block_sum(length: u32, stored: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&(stored.len() as u32).to_le_bytes());
    sum.update(&length.to_le_bytes());
    sum.update(stored);
    sum.finalize()
}

/// The snapshots from newest to oldest, up to and including the position `at_most` if one is given. Each file is read when the iterator
/// reaches it.
///
/// # Errors
/// `File` if the folder cannot be listed; a missing one counts as empty. Faults of a snapshot are in what the iterator yields.
pub fn newest<'a>(
    disk: &'a dyn Disk,
    folder: &'a Path,
    at_most: Option<Position>,
) -> Result<impl Iterator<Item = Found> + use<'a>, JournalError> {
    let mut files = match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        listed => listed.map_err(JournalError::file(folder))?,
    };
    files.retain(|file| {
        let position = position_of(&file.name);
        position.is_some_and(|position| at_most.is_none_or(|at_most| position <= at_most))
    });
    let paths = files.into_iter().rev().map(move |file| folder.join(file.name));
    Ok(paths.filter_map(move |path| load(disk, folder, &path, at_most)))
}

/// The descriptions of all snapshots, newest first, read from the heads only. A file with a damaged head is left out.
pub fn heads(disk: &dyn Disk, folder: &Path) -> Result<Vec<Snapshot>, JournalError> {
    let files = match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        listed => listed.map_err(JournalError::file(folder))?,
    };
    let files = files.into_iter().rev().filter(|file| position_of(&file.name).is_some());
    Ok(files.filter_map(|file| head_of(disk, &folder.join(file.name))).map(|head| head.snapshot).collect())
}

/// Reads one file. Returns `None` if its head has a position beyond `at_most`, whatever the file name says.
fn load(disk: &dyn Disk, folder: &Path, path: &Path, at_most: Option<Position>) -> Option<Found> {
    let file = path.to_owned();
    let mut parts = Vec::new();
    match read(disk, path, |part| parts.push(part)) {
        Ok(head) => {
            let is_meant = at_most.is_none_or(|at_most| head.snapshot.position <= at_most);
            is_meant.then_some(Found::Whole { snapshot: head.snapshot, program: head.program, parts })
        }
        Err(Fault::Unreadable(error)) => Some(Found::Unreadable { file, why: error.to_string() }),
        Err(Fault::Other(found)) => Some(Found::Other { file, found }),
        Err(Fault::Damaged(why)) => {
            let mut name = path.as_os_str().to_owned();
            name.push(SET_ASIDE);
            let aside = PathBuf::from(name);
            let renamed = disk.rename(path, &aside).and_then(|()| disk.sync_folder(folder));
            let file = if renamed.is_ok() { aside } else { file };
            Some(Found::Corrupt { file, why: why.to_owned() })
        }
    }
}

/// Removes files that are no longer kept. Snapshots in a later format stay.
fn clear(disk: &dyn Disk, folder: &Path, saved: &Path) -> io::Result<()> {
    let files = disk.list(folder)?;
    let mut kept = 1;
    let mut aside = 0;
    for file in files.iter().rev() {
        let path = folder.join(&file.name);
        let is_old = if path == saved {
            false
        } else if position_of(&file.name).is_some() {
            match disk.open(&path).map_err(Fault::from).and_then(|file| read_head(&*file)) {
                Err(Fault::Other(version)) if VERSION < version => false,
                _ => {
                    kept += 1;
                    KEPT < kept
                }
            }
        } else if file.name.ends_with(&format!("{SUFFIX}{SET_ASIDE}")) {
            aside += 1;
            SET_ASIDE_KEPT < aside
        } else {
            // Temporary file left by a crash.
            file.name.ends_with(&format!("{SUFFIX}{TEMPORARY}")) && path != temporary(saved)
        };
        if is_old {
            disk.remove(&path)?;
        }
    }
    disk.sync_folder(folder)
}

/// The head of a file.
struct Head {
    snapshot: Snapshot,
    program: String,
}

impl Head {
    /// Encodes the head without what precedes it.
    fn encode(&self) -> Vec<u8> {
        let mut head = Vec::new();
        head.extend_from_slice(&self.snapshot.position.0.to_le_bytes());
        put_time(&mut head, self.snapshot.at);
        put_bytes(&mut head, self.snapshot.in_force.as_bytes());
        put_texts(&mut head, &self.snapshot.sources);
        put_bytes(&mut head, self.program.as_bytes());
        head
    }

    /// Parses a head; `None` if it is not valid.
    fn parse(bytes: &[u8]) -> Option<Head> {
        let mut rest = Bytes(bytes);
        let position = Position(rest.u64()?);
        let at = rest.time()?;
        let snapshot = Snapshot { position, at, in_force: rest.text()?, sources: rest.texts()? };
        Some(Head { snapshot, program: rest.text()? })
    }
}

/// Why a file cannot be used.
enum Fault {
    /// Another format version, which is given.
    Other(u32),
    /// Its content is not valid. The text says where.
    Damaged(&'static str),
    /// The file system returned an error.
    Unreadable(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Unreadable(error)
    }
}

/// Reads a snapshot file, and calls `part` with the decompressed bytes of each block.
fn read(disk: &dyn Disk, path: &Path, mut part: impl FnMut(Vec<u8>)) -> Result<Head, Fault> {
    const CUT: Fault = Fault::Damaged("it is cut off");
    let file = disk.open(path)?;
    let (head, mut offset) = read_head(&*file)?;
    let mut sum = crc32fast::Hasher::new();
    loop {
        let bytes = file.read_at(offset, BLOCK_HEAD)?;
        let mut rest = Bytes(&bytes);
        let (count, length, right) = (rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?);
        let count = count as usize;
        // A damaged length can be any number.
        if file.length()? < offset + (BLOCK_HEAD + count) as u64 {
            return Err(CUT);
        }
        let stored = file.read_at(offset + BLOCK_HEAD as u64, count)?;
        if stored.len() < count {
            return Err(CUT);
        }
        if block_sum(length, &stored) != right {
            return Err(Fault::Damaged("a block's checksum is wrong"));
        }
        offset += (BLOCK_HEAD + count) as u64;
        if stored.is_empty() {
            let is_right = sum.finalize() == length && file.length()? == offset;
            return if is_right { Ok(head) } else { Err(Fault::Damaged("blocks are missing or doubled")) };
        }
        match zstd::bulk::decompress(&stored, length as usize) {
            Ok(bytes) if bytes.len() == length as usize => {
                sum.update(&bytes);
                part(bytes);
            }
            _ => return Err(Fault::Damaged("a block cannot be decompressed")),
        }
    }
}

/// The head of a snapshot file, and the offset of what follows.
fn read_head(file: &dyn Reading) -> Result<(Head, u64), Fault> {
    const CUT: Fault = Fault::Damaged("it is cut off");
    let bytes = file.read_at(0, PREFIX)?;
    let mut rest = Bytes(&bytes);
    if rest.take(MAGIC.len()).ok_or(CUT)? != MAGIC {
        return Err(Fault::Damaged("it is not a snapshot"));
    }
    let (version, length, sum) = (rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?);
    if LONGEST_HEAD < length as usize {
        return Err(Fault::Damaged("its head's length is wrong"));
    }
    let head = file.read_at(PREFIX as u64, length as usize)?;
    if head.len() < length as usize {
        return Err(CUT);
    }
    if sum_of(version, &head) != sum {
        return Err(Fault::Damaged("its head's checksum is wrong"));
    }
    if version != VERSION {
        return Err(Fault::Other(version));
    }
    let offset = (PREFIX + head.len()) as u64;
    Ok((Head::parse(&head).ok_or(Fault::Damaged("its head is not valid"))?, offset))
}

/// The head of a snapshot file in the format of this program.
fn head_of(disk: &dyn Disk, path: &Path) -> Option<Head> {
    let file = disk.open(path).ok()?;
    read_head(&*file).ok().map(|(head, _)| head)
}

/// What precedes the head.
fn prefix(version: u32, head: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PREFIX);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&sum_of(version, head).to_le_bytes());
    bytes
}

/// CRC-32 of version, length and head.
fn sum_of(version: u32, head: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&version.to_le_bytes());
    sum.update(&(head.len() as u32).to_le_bytes());
    sum.update(head);
    sum.finalize()
}

/// Names sort in the order of positions.
fn name_of(position: Position) -> String {
    format!("{:020}{SUFFIX}", position.0)
}

/// The position in the name of a snapshot; `None` for other files.
fn position_of(name: &str) -> Option<Position> {
    name.strip_suffix(SUFFIX)?.parse().ok().map(Position)
}
