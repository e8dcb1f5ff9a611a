//! Snapshots of the engine: files of their own beside the journal, each complete or not there.
//!
//! A file: magic (8 bytes), format version (4), length of the head (4), CRC-32 of version, length and head (4), the head (position, moment, key in
//! force, names of the inputs, version of the program, lengths and checksum of the body), the body compressed. The newest three
//! are kept; one that is damaged is set aside under another name.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::entry::{Bytes, put_bytes, put_texts, put_time};
use super::{JournalError, Position};
use crate::disk::{Disk, Step, TEMPORARY, temporary, write_whole_seen};
use crate::fault;
use crate::time::Time;

/// The format this program writes; it reads this and all earlier ones.
pub const VERSION: u32 = 1;
/// Snapshots kept.
pub const KEPT: usize = 3;

const MAGIC: [u8; 8] = *b"ATALAIAS";
const PREFIX: usize = 20;
const LONGEST_HEAD: usize = 1 << 20;
pub(super) const SUFFIX: &str = ".snapshot";
const SET_ASIDE: &str = ".corrupt";
/// Damaged files kept for whoever wants to know why.
const SET_ASIDE_KEPT: usize = 3;
const LEVEL: i32 = 1;

/// What a snapshot is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Entries of the journal that it holds the effects of; it must be durable there before the snapshot is saved.
    pub position: Position,
    /// The key of the settings and zones in force.
    pub in_force: String,
    /// The wall clock.
    pub at: Time,
    /// The names of the inputs, in the order of `SourceId`.
    pub sources: Vec<String>,
}

/// A snapshot file, as [`newest`] comes to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Whole.
    Whole {
        /// Of what.
        snapshot: Snapshot,
        /// The version of the program that wrote it.
        program: String,
        /// What was saved.
        body: Vec<u8>,
    },
    /// Damaged: renamed, so that it is met only once.
    Corrupt {
        /// Its name now; as before if it could not be renamed.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Written by a later version of the program, and left alone.
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Cannot be read at the moment, and left alone.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: String,
    },
}

/// Writes a snapshot; when this returns it is durable, and all but the newest three are removed.
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
    // It is saved; what cannot be cleared away now is tried again with the next one.
    let _ = clear(disk, folder, &path);
    Ok(())
}

/// The snapshots from the newest to the oldest, none beyond a position if one is given; each is read when it is asked for.
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

/// Nothing if the file is of a position beyond `at_most`, whatever its name says.
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

/// Removes what is no longer kept.
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
            // Left by a crash.
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
    /// Bytes of the body in the file.
    stored: u64,
    /// Bytes of the body.
    raw: u64,
    /// CRC-32 of the body in the file.
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
    let head = Head::parse(head).ok_or(Fault::Damaged("its head makes no sense"))?;
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

/// At most `length` bytes; no room is made for them before they are there, as the length may be anything.
fn decompressed(stored: &[u8], length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    zstd::Decoder::with_buffer(stored)?.take(length.saturating_add(1)).read_to_end(&mut body)?;
    Ok(body)
}

/// The format of a snapshot file whose head is whole.
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

/// Names sort as positions do.
fn name_of(position: Position) -> String {
    format!("{:020}{SUFFIX}", position.0)
}

fn position_of(name: &str) -> Option<Position> {
    name.strip_suffix(SUFFIX)?.parse().ok().map(Position)
}
