//! The segments of a folder: their headers, their order, and which of them can be used.
//!
//! A header starts with magic (8 bytes), format version (4), length of the body (4) and the CRC-32 of version, length and body (4). This
//! prefix is the same in every version. The body contains the journal (8), first position (8), attempt (4) and flags (4: 1 sealed, 2 has
//! times). Then follow the position after the last entry (8) and the earliest and latest time of receipt (8, 8), which are valid for a
//! sealed segment and zero otherwise. The key in force and the names of the inputs come last.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::Identity;
use super::context::Context;
use super::entry::{Bytes, put_bytes, put_texts, put_time};
use super::error::JournalError;
use super::walk::Walk;
use crate::platform::disk::{Disk, Reading};
use atalaia_core::base::time::Time;

/// The format version that this program writes. It reads this one and all earlier ones.
pub(super) const VERSION: u32 = 1;
/// Suffix of the names of segments.
pub(super) const SUFFIX: &str = ".journal";
/// First bytes of a segment.
const MAGIC: [u8; 8] = *b"ATALAIAJ";
/// Length of the prefix in bytes.
const PREFIX: usize = 20;
/// Maximum length of a header's body in bytes. A damaged length can be any number.
const LONGEST_BODY: usize = 1 << 20;
/// Flag: the segment is sealed.
const SEALED: u32 = 1;
/// Flag: the two times of receipt are valid.
const TIMED: u32 = 2;

/// The part of a header that is valid only for a sealed segment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Sealed {
    /// Position after the last entry.
    pub(super) until: u64,
    /// Earliest and latest time of receipt; `None` if no entry has one.
    pub(super) range: Option<(Time, Time)>,
}

/// The header of a segment.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Header {
    /// The segment.
    pub(super) identity: Identity,
    /// What is known of the content once it is complete; `None` while the segment may still grow.
    pub(super) sealed: Option<Sealed>,
    /// Inputs and settings at the first entry. If that entry is a start of the daemon, they are those of the entry. The inputs do not
    /// change within a segment.
    pub(super) context: Context,
}

/// Why a segment cannot be used at all.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Fault {
    /// A later version of the program wrote it.
    #[error("written by a later version (format {0})")]
    Newer(u32),
    /// The file system returned an error, which may be temporary.
    #[error("{0}")]
    Unreadable(Arc<io::Error>),
    /// The segment has no intact block. This may be the start of a segment that a crash cut off.
    #[error("no whole block")]
    Damaged,
    /// It belongs to another journal than most segments of the folder.
    #[error("belongs to another journal")]
    Foreign,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Unreadable(Arc::new(error))
    }
}

impl Header {
    /// Encodes the header with its prefix.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend_from_slice(&self.identity.journal.to_le_bytes());
        body.extend_from_slice(&self.identity.first.to_le_bytes());
        body.extend_from_slice(&self.identity.attempt.to_le_bytes());
        let range = self.sealed.and_then(|sealed| sealed.range);
        let flags = if self.sealed.is_some() { SEALED } else { 0 } | if range.is_some() { TIMED } else { 0 };
        body.extend_from_slice(&flags.to_le_bytes());
        body.extend_from_slice(&self.sealed.map_or(0, |sealed| sealed.until).to_le_bytes());
        let (earliest, latest) = range.unwrap_or((Time::from_millis(0), Time::from_millis(0)));
        put_time(&mut body, earliest);
        put_time(&mut body, latest);
        put_bytes(&mut body, self.context.in_force.as_bytes());
        put_texts(&mut body, &self.context.sources);
        framed(VERSION, &body)
    }

    /// Parses the body of a header; `None` if it is not valid.
    fn parse(body: &[u8]) -> Option<Header> {
        let mut rest = Bytes(body);
        let journal = rest.u64()?;
        let identity = Identity { journal, first: rest.u64()?, attempt: rest.u32()? };
        let flags = rest.u32()?;
        let until = rest.u64()?;
        let range = (rest.time()?, rest.time()?);
        let sealed = Sealed { until, range: (flags & TIMED != 0).then_some(range) };
        let in_force = rest.text()?;
        let context = Context { in_force, sources: rest.texts()? };
        // A segment cannot end before it begins.
        if flags & SEALED != 0 && until < identity.first {
            return None;
        }
        Some(Header { identity, sealed: (flags & SEALED != 0).then_some(sealed), context })
    }

    /// Reads the header of a file. Returns it with its length in bytes.
    fn read(file: &dyn Reading) -> Result<(Header, u64), Fault> {
        let prefix = file.read_at(0, PREFIX)?;
        let mut rest = Bytes(&prefix);
        if rest.take(MAGIC.len()) != Some(&MAGIC) {
            return Err(Fault::Damaged);
        }
        let (Some(version), Some(length), Some(sum)) = (rest.u32(), rest.u32(), rest.u32()) else {
            return Err(Fault::Damaged);
        };
        if LONGEST_BODY < length as usize {
            return Err(Fault::Damaged);
        }
        let body = file.read_at(PREFIX as u64, length as usize)?;
        if body.len() != length as usize || sum_of(version, &body) != sum {
            return Err(Fault::Damaged);
        }
        if VERSION < version {
            return Err(Fault::Newer(version));
        }
        let header = Header::parse(&body).ok_or(Fault::Damaged)?;
        Ok((header, (PREFIX + body.len()) as u64))
    }
}

/// Encodes a header of any version around its body.
pub(super) fn framed(version: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PREFIX + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&sum_of(version, body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// CRC-32 of version, length and body.
fn sum_of(version: u32, body: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&version.to_le_bytes());
    sum.update(&(body.len() as u32).to_le_bytes());
    sum.update(body);
    sum.finalize()
}

/// A file with the name of a segment.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The file.
    pub(super) path: PathBuf,
    /// From the header. If the header is damaged, from the first intact block; if there is none, from the file name.
    pub(super) identity: Identity,
    /// How much of it can be used.
    pub(super) kind: Kind,
}

/// How much of a segment can be used.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The header is intact. The first block begins at offset `begins`.
    Whole { header: Header, begins: u64 },
    /// Only blocks are intact. The names of the inputs are unknown.
    Headless,
    /// Nothing in it can be used.
    Useless(Fault),
}

impl Segment {
    /// Whether any entry of it can be read.
    pub(super) fn is_useful(&self) -> bool {
        !matches!(self.kind, Kind::Useless(_))
    }

    /// Its header; `None` if that is damaged.
    pub(super) fn header(&self) -> Option<&Header> {
        match &self.kind {
            Kind::Whole { header, .. } => Some(header),
            _ => None,
        }
    }

    /// Offset at which the blocks begin.
    pub(super) fn begins(&self) -> u64 {
        match &self.kind {
            Kind::Whole { begins, .. } => *begins,
            _ => 0,
        }
    }

    /// What its header says of the content; `None` if it is unsealed or the header is damaged.
    pub(super) fn sealed(&self) -> Option<Sealed> {
        self.header().and_then(|header| header.sealed)
    }

    /// Walks through the blocks of the segment. `file` is its open file.
    pub(super) fn walk<'a>(&self, file: &'a dyn Reading) -> Walk<'a> {
        Walk::new(file, self.begins(), Some(self.identity))
    }

    /// Reads the header of a file. A name that is not that of a segment sorts last: it must not hide positions that are in use.
    fn read(disk: &dyn Disk, path: PathBuf, name: &str) -> Segment {
        let (first, attempt) = parse_name(name).unwrap_or((u64::MAX, 0));
        let named = Identity { first, attempt, journal: 0 };
        let (identity, kind) = Segment::identify(disk, &path).unwrap_or_else(|fault| (named, Kind::Useless(fault)));
        Segment { path, identity, kind }
    }

    /// Reads the header or, if it is damaged, finds the first intact block.
    fn identify(disk: &dyn Disk, path: &Path) -> Result<(Identity, Kind), Fault> {
        let file = disk.open(path)?;
        match Header::read(&*file) {
            Ok((header, begins)) => Ok((header.identity, Kind::Whole { header, begins })),
            Err(Fault::Damaged) => match Walk::identity_of(&*file)? {
                Some(identity) => Ok((identity, Kind::Headless)),
                None => Err(Fault::Damaged),
            },
            Err(fault) => Err(fault),
        }
    }
}

/// The segments of a folder.
#[derive(Debug)]
pub(super) struct Catalogue {
    /// The journal that most of them belong to; `None` if no segment can be used.
    pub(super) journal: Option<u64>,
    /// Sorted by first position and attempt.
    pub(super) segments: Vec<Segment>,
}

impl Catalogue {
    /// Reads the headers of all segments. A missing folder counts as empty.
    pub(super) fn of(disk: &dyn Disk, folder: &Path) -> Result<Catalogue, JournalError> {
        let listed = match disk.list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            listed => listed.map_err(JournalError::file(folder))?,
        };
        let names = listed.into_iter().map(|file| file.name).filter(|name| name.ends_with(SUFFIX));
        let mut segments: Vec<_> = names.map(|name| Segment::read(disk, folder.join(&name), &name)).collect();
        segments.sort_by(|one, other| (one.identity, &one.path).cmp(&(other.identity, &other.path)));
        // A file copied from another machine must not decide: positions of two journals mean different entries.
        let journal = most(segments.iter().filter(|segment| segment.is_useful()).map(|one| one.identity.journal));
        for segment in segments.iter_mut().filter(|segment| segment.is_useful()) {
            if journal != Some(segment.identity.journal) {
                segment.kind = Kind::Useless(Fault::Foreign);
            }
        }
        Ok(Catalogue { journal, segments })
    }

    /// Each segment with the position at which a later one takes over; `None` for the last one that can be used and for those after it.
    pub(super) fn with_ends(&self) -> impl Iterator<Item = (&Segment, Option<u64>)> {
        self.segments.iter().enumerate().map(|(place, segment)| {
            let later = self.segments[place + 1..].iter().find(|later| later.is_useful());
            (segment, later.map(|later| later.identity.first))
        })
    }
}

/// The most frequent value; `None` without any. Of equally frequent ones, the one that came first.
fn most(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut counts: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for (place, value) in values.enumerate() {
        counts.entry(value).or_insert((0, usize::MAX - place)).0 += 1;
    }
    counts.into_iter().max_by_key(|(_, rank)| *rank).map(|(value, _)| value)
}

/// The name of a segment. Names sort in the order of positions.
pub(super) fn name_of(first: u64, attempt: u32) -> String {
    match attempt {
        0 => format!("{first:020}{SUFFIX}"),
        _ => format!("{first:020}-{attempt}{SUFFIX}"),
    }
}

/// First position and attempt in the name of a segment; `None` if it is not one.
fn parse_name(name: &str) -> Option<(u64, u32)> {
    let name = name.strip_suffix(SUFFIX)?;
    let (first, attempt) = name.split_once('-').unwrap_or((name, "0"));
    Some((first.parse().ok()?, attempt.parse().ok()?))
}
