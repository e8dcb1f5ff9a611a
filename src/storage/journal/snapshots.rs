//! Snapshots of the engine: separate files beside the journal, each either complete or absent.
//!
//! A file contains magic (8 bytes), format version (4), length of the head (4), CRC-32 of version, length and head (4), the head, and the
//! compressed body. The head holds the position, the time, the key in force, the names of the inputs, the program version, and the lengths
//! and checksum of the body. The newest three files are kept. A damaged file is renamed and set aside.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::entry::{Bytes, put_bytes, put_texts, put_time};
use super::{JournalError, Position};
use crate::platform::disk::{Disk, Step, TEMPORARY, temporary, write_whole_seen};
use crate::platform::fault;
use atalaia_core::base::time::Time;

/// The format version that this program writes. It reads this one and all earlier ones.
pub const VERSION: u32 = 1;
/// Number of snapshots kept.
pub const KEPT: usize = 3;

const MAGIC: [u8; 8] = *b"ATALAIAS";
const PREFIX: usize = 20;
const LONGEST_HEAD: usize = 1 << 20;
pub(super) const SUFFIX: &str = ".snapshot";
const SET_ASIDE: &str = ".corrupt";
/// Number of damaged files kept for analysis.
const SET_ASIDE_KEPT: usize = 3;
const LEVEL: i32 = 1;

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
        /// The saved state, decompressed.
        body: Vec<u8>,
    },
    /// The file is damaged. It is renamed so that it is reported only once.
    Corrupt {
        /// Its new name, or the old one if the renaming failed.
        file: PathBuf,
        /// Description of the damage.
        why: String,
    },
    /// Written by a later version of the program and left unchanged.
    Newer {
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

/// Writes a snapshot durably, then removes all but the newest three.
pub fn save(disk: &dyn Disk, folder: &Path, snapshot: &Snapshot, body: &[u8]) -> Result<(), JournalError> {
    let path = folder.join(name_of(snapshot.position));
    let stored = zstd::bulk::compress(body, LEVEL).map_err(JournalError::file(&path))?;
    let head = Head {
        snapshot: snapshot.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        stored: stored.len() as u64,
        raw: body.len() as u64,
        sum: crc32fast::hash(&stored),
    }
    .encode();
    if LONGEST_HEAD < head.len() {
        return Err(JournalError::Refused("the names of the inputs take too much room".to_owned()));
    }
    let prefix = prefix(VERSION, &head);
    write_whole_seen(disk, &path, &[&prefix, &head, &stored], |step| match step {
        Step::HalfWritten => fault::point("snapshot-half-written"),
        Step::Written => fault::point("snapshot-before-rename"),
        Step::Renamed => fault::point("snapshot-after-rename"),
        Step::Durable => fault::point("snapshot-after-folder-sync"),
    })
    .map_err(JournalError::file(&path))?;
    // The snapshot is saved. Files that cannot be removed now are tried again after the next one.
    let _ = clear(disk, folder, &path);
    Ok(())
}

/// The snapshots from newest to oldest, up to and including the position `at_most` if one is given. Each file is read when the iterator
/// reaches it.
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
    let bytes = disk.open(path).and_then(|file| {
        let length = usize::try_from(file.length()?).unwrap_or(usize::MAX);
        file.read_at(0, length)
    });
    let file = path.to_owned();
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return Some(Found::Unreadable { file, why: error.to_string() }),
    };
    match parse(&bytes) {
        Ok((head, body)) => {
            let is_meant = at_most.is_none_or(|at_most| head.snapshot.position <= at_most);
            is_meant.then_some(Found::Whole { snapshot: head.snapshot, program: head.program, body })
        }
        Err(Fault::Newer(found)) => Some(Found::Newer { file, found }),
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
            match version_of(disk, &path) {
                Some(version) if VERSION < version => false,
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

struct Head {
    snapshot: Snapshot,
    program: String,
    /// Length of the body in the file, in bytes.
    stored: u64,
    /// Length of the decompressed body in bytes.
    raw: u64,
    /// CRC-32 of the body as stored in the file.
    sum: u32,
}

impl Head {
    fn encode(&self) -> Vec<u8> {
        let mut head = Vec::new();
        head.extend_from_slice(&self.snapshot.position.0.to_le_bytes());
        put_time(&mut head, self.snapshot.at);
        put_bytes(&mut head, self.snapshot.in_force.as_bytes());
        put_texts(&mut head, &self.snapshot.sources);
        put_bytes(&mut head, self.program.as_bytes());
        head.extend_from_slice(&self.stored.to_le_bytes());
        head.extend_from_slice(&self.raw.to_le_bytes());
        head.extend_from_slice(&self.sum.to_le_bytes());
        head
    }

    fn parse(bytes: &[u8]) -> Option<Head> {
        let mut rest = Bytes(bytes);
        let position = Position(rest.u64()?);
        let at = rest.time()?;
        let snapshot = Snapshot { position, at, in_force: rest.text()?, sources: rest.texts()? };
        Some(Head { snapshot, program: rest.text()?, stored: rest.u64()?, raw: rest.u64()?, sum: rest.u32()? })
    }
}

enum Fault {
    Newer(u32),
    Damaged(&'static str),
}

fn parse(bytes: &[u8]) -> Result<(Head, Vec<u8>), Fault> {
    const CUT: Fault = Fault::Damaged("it is cut off");
    let mut rest = Bytes(bytes);
    if rest.take(MAGIC.len()).ok_or(CUT)? != MAGIC {
        return Err(Fault::Damaged("it is not a snapshot"));
    }
    let (version, length, sum) = (rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?, rest.u32().ok_or(CUT)?);
    if LONGEST_HEAD < length as usize {
        return Err(Fault::Damaged("its head's length is wrong"));
    }
    let head = rest.take(length as usize).ok_or(CUT)?;
    if sum_of(version, head) != sum {
        return Err(Fault::Damaged("its head's checksum is wrong"));
    }
    if VERSION < version {
        return Err(Fault::Newer(version));
    }
    let head = Head::parse(head).ok_or(Fault::Damaged("its head is not valid"))?;
    if rest.0.len() as u64 != head.stored {
        return Err(Fault::Damaged("its length is wrong"));
    }
    if crc32fast::hash(rest.0) != head.sum {
        return Err(Fault::Damaged("its checksum is wrong"));
    }
    match decompressed(rest.0, head.raw) {
        Ok(body) if body.len() as u64 == head.raw => Ok((head, body)),
        _ => Err(Fault::Damaged("its body cannot be decompressed")),
    }
}

/// Decompresses at most `length` + 1 bytes. Does not reserve memory in advance, because a damaged length can be any number.
fn decompressed(stored: &[u8], length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    zstd::Decoder::with_buffer(stored)?.take(length.saturating_add(1)).read_to_end(&mut body)?;
    Ok(body)
}

/// The head of a snapshot file in a format that this program reads.
fn head_of(disk: &dyn Disk, path: &Path) -> Option<Head> {
    let bytes = disk.open(path).ok()?.read_at(0, PREFIX + LONGEST_HEAD).ok()?;
    let mut rest = Bytes(&bytes);
    let is_ours = rest.take(MAGIC.len())? == MAGIC;
    let (version, length, sum) = (rest.u32()?, rest.u32()?, rest.u32()?);
    let head = rest.take(length as usize)?;
    if !is_ours || VERSION < version || sum_of(version, head) != sum {
        return None;
    }
    Head::parse(head)
}

/// The format version of a snapshot file with an intact head.
fn version_of(disk: &dyn Disk, path: &Path) -> Option<u32> {
    let file = disk.open(path).ok()?;
    let bytes = file.read_at(0, PREFIX + LONGEST_HEAD).ok()?;
    let mut rest = Bytes(&bytes);
    let is_ours = rest.take(MAGIC.len())? == MAGIC;
    let (version, length, sum) = (rest.u32()?, rest.u32()?, rest.u32()?);
    let head = rest.take(length as usize)?;
    (is_ours && sum_of(version, head) == sum).then_some(version)
}

fn prefix(version: u32, head: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PREFIX);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&sum_of(version, head).to_le_bytes());
    bytes
}

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

fn position_of(name: &str) -> Option<Position> {
    name.strip_suffix(SUFFIX)?.parse().ok().map(Position)
}
