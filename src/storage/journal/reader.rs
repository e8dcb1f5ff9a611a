//! Reading: entries in order from a position, the extent of the journal, and the raw lines of a time span. It may go on while the daemon
//! writes: blocks that are written meanwhile are read or not, but never in part.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::block::{Head, widened};
use super::catalogue::{Catalogue, Fault, Kind, Segment};
use super::entry::Entry;
use super::entry::{Bytes, decode};
use super::error::JournalError;
use super::position::Position;
use super::walk::{Damage, Next};
use crate::platform::disk::Disk;
use atalaia_core::base::time::Time;

/// Bytes that could not be read, or entries that are missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hole {
    /// First missing position.
    pub from: Position,
    /// First position that is present again. Equal to `from` if no numbered entry is missing.
    pub until: Position,
    /// Segment in which the hole was noticed.
    pub file: PathBuf,
    /// Offset in that file, in bytes.
    pub offset: u64,
    /// Description of the damage.
    pub why: String,
}

/// Result of reading.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// Position after the last entry that was read; the starting position if there was none.
    pub end: Position,
    /// Damage and missing entries.
    pub holes: Vec<Hole>,
    /// Ends of segments that a crash cut off, where no entry is missing afterwards. These are normal.
    pub torn: Vec<Hole>,
}

/// Calls `each` for all entries in order, starting at `from`, until the position `until`, the end of the journal or a break. Entries purged
/// before `from` are not reported as a hole; entries purged after it are.
///
/// # Errors
/// `File` if the folder cannot be listed. Whatever is wrong with a segment is in the result.
pub fn read(
    disk: &dyn Disk,
    folder: &Path,
    from: Position,
    until: Option<Position>,
    mut each: impl FnMut(Position, &Entry<'_>) -> ControlFlow<()>,
) -> Result<Read, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let until = until.map_or(u64::MAX, |until| until.0);
    let mut course = Course { at: from.0, until, damage: Vec::new(), read: Read::default() };
    for (segment, next) in catalogue.with_ends() {
        if next.is_some_and(|next| next <= course.at) {
            continue;
        }
        if segment.is_useful() && until <= segment.identity.first {
            course.arrive(until, &segment.path, 0);
            break;
        }
        if course.segment(disk, segment, next, &mut each).is_break() {
            break;
        }
    }
    Ok(course.end())
}

/// State of a read.
struct Course {
    /// Next position to read.
    at: u64,
    until: u64,
    /// Damage met since the last entry.
    damage: Vec<(PathBuf, Damage)>,
    /// The result so far.
    read: Read,
}

impl Course {
    /// Reads one segment up to `next`, where a later one takes over.
    fn segment(
        &mut self,
        disk: &dyn Disk,
        segment: &Segment,
        next: Option<u64>,
        each: &mut impl FnMut(Position, &Entry<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Kind::Useless(fault) = &segment.kind {
            let is_tail = matches!(fault, Fault::Damaged);
            self.met(segment, Damage { offset: 0, is_tail, why: fault.to_string() });
            return ControlFlow::Continue(());
        }
        let file = match disk.open(&segment.path) {
            Ok(file) => file,
            Err(error) => {
                self.met(segment, Damage { offset: 0, is_tail: false, why: error.to_string() });
                return ControlFlow::Continue(());
            }
        };
        if matches!(segment.kind, Kind::Headless) {
            let why = "the segment's header is damaged: the names of its inputs are not known".to_owned();
            self.met(segment, Damage { offset: 0, is_tail: false, why });
        }
        let mut walk = segment.walk(&*file);
        while let Some(item) = walk.next() {
            let head = match item {
                // Damage before the first intact block of a headless file has been reported above.
                Next::Damage(damage) if damage.offset == 0 => continue,
                Next::Damage(damage) => {
                    self.met(segment, damage);
                    continue;
                }
                Next::Block(head) => head,
            };
            if head.end() <= self.at {
                continue;
            }
            if self.until <= head.position || next.is_some_and(|next| next <= head.position) {
                break;
            }
            match walk.payload(&head) {
                Ok(payload) => self.block(segment, &head, &payload, next, each)?,
                Err(why) => {
                    let damage = walk.refuse(&head, why);
                    self.met(segment, damage);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Hands out the entries of a block that are wanted.
    fn block(
        &mut self,
        segment: &Segment,
        head: &Head,
        payload: &[u8],
        next: Option<u64>,
        each: &mut impl FnMut(Position, &Entry<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut rest = Bytes(payload);
        for position in head.position..head.end() {
            let Some(entry) = decode(&mut rest) else {
                let why = "a block contains an entry that this program does not know".to_owned();
                self.met(segment, Damage { offset: head.offset, is_tail: false, why });
                break;
            };
            if self.until <= position || next.is_some_and(|next| next <= position) {
                break;
            }
            if position < self.at {
                continue;
            }
            self.arrive(position, &segment.path, head.offset);
            self.at = position + 1;
            each(Position(position), &entry)?;
        }
        ControlFlow::Continue(())
    }

    /// Keeps damage until it is known how many entries it has cost.
    fn met(&mut self, segment: &Segment, damage: Damage) {
        self.damage.push((segment.path.clone(), damage));
    }

    /// Moves on to `position`, where the next present entry is, and reports everything before it as missing.
    fn arrive(&mut self, position: u64, file: &Path, offset: u64) {
        let (from, until) = (Position(self.at), Position(position));
        if self.at < position && self.damage.is_empty() {
            let why = "entries are missing".to_owned();
            self.damage.push((file.to_owned(), Damage { offset, is_tail: false, why }));
        }
        for (file, Damage { offset, is_tail, why }) in self.damage.drain(..) {
            let hole = Hole { from, until, file, offset, why };
            match is_tail && from == until {
                true => self.read.torn.push(hole),
                false => self.read.holes.push(hole),
            }
        }
        self.at = position;
    }

    /// Reports what is left and returns the result.
    fn end(mut self) -> Read {
        self.arrive(self.at, Path::new(""), 0);
        self.read.end = Position(self.at);
        self.read
    }
}

/// One end of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// At the beginning, the position of the first entry. At the end, the position after the last one.
    pub position: Position,
    /// At the beginning, the earliest time of receipt in the first segment. At the end, the latest in the last segment that has one.
    pub received: Option<Time>,
}

/// The range that the journal covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// Beginning.
    pub oldest: Edge,
    /// End.
    pub newest: Edge,
}

/// Extent of the journal according to the heads of its blocks; `None` if it has no entries.
///
/// # Errors
/// `File` if the folder cannot be listed. Segments that cannot be read do not count.
pub fn span(disk: &dyn Disk, folder: &Path) -> Result<Option<Extent>, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let useful: Vec<_> = catalogue.segments.iter().filter(|segment| segment.is_useful()).collect();
    let reach_of = |segment: &&Segment| Reach::of(disk, segment);
    let Some((first, oldest)) = useful.iter().find_map(|segment| Some((segment, reach_of(segment)?))) else {
        return Ok(None);
    };
    let Some(newest) = useful.iter().rev().find_map(reach_of) else {
        return Ok(None);
    };
    let received = useful.iter().rev().filter_map(reach_of).find_map(|reach| reach.range);
    Ok(Some(Extent {
        oldest: Edge { position: Position(first.identity.first), received: oldest.range.map(|range| range.0) },
        newest: Edge { position: Position(newest.until), received: received.map(|range| range.1) },
    }))
}

/// The range a segment covers, according to its header or the heads of its blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    /// Position after the last entry.
    pub(super) until: u64,
    /// Earliest and latest time of receipt; `None` if no entry has one.
    pub(super) range: Option<(Time, Time)>,
    /// All of its blocks were read.
    pub(super) is_whole: bool,
}

impl Reach {
    /// `None` if no block can be read.
    pub(super) fn of(disk: &dyn Disk, segment: &Segment) -> Option<Reach> {
        if let Some(sealed) = segment.sealed() {
            return Some(Reach { until: sealed.until, range: sealed.range, is_whole: true });
        }
        let file = disk.open(&segment.path).ok()?;
        let mut walk = segment.walk(&*file);
        let mut reach: Option<Reach> = None;
        let mut is_whole = true;
        while let Some(next) = walk.next() {
            let Next::Block(head) = next else {
                is_whole = false;
                continue;
            };
            let before = reach.and_then(|reach| reach.range);
            let range = head.range.map(|range| widened(before, range)).or(before);
            reach = Some(Reach { until: head.end(), range, is_whole: true });
        }
        is_whole &= walk.broken().is_ok();
        reach.map(|reach| Reach { is_whole, ..reach })
    }
}

/// A batch of lines found by [`lines_between`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found<'a> {
    /// Position of the entry.
    pub position: Position,
    /// Name of the input; `None` if the header of the segment is damaged.
    pub source: Option<&'a str>,
    /// Time of receipt; `None` for lines of a recording.
    pub received: Option<Time>,
    /// Raw lines, each with its line feed.
    pub bytes: &'a [u8],
}

/// Calls `each` for the lines received from `from` on and before `until`. `sources` restricts them to the named inputs; if it is empty, all
/// inputs count. Lines of a recording count as received at the time of the last line or tick before them. Lines of an unknown input are
/// always included. Sealed segments outside the time span are skipped by their headers. Holes are reported only for segments that were
/// read. Damage at the end of a segment has equal `from` and `until`, even if entries are missing there.
///
/// # Errors
/// `File` if the folder cannot be listed. Whatever is wrong with a segment is in the result.
pub fn lines_between(
    disk: &dyn Disk,
    folder: &Path,
    from: Time,
    until: Time,
    sources: &[&str],
    mut each: impl FnMut(&Found<'_>) -> ControlFlow<()>,
) -> Result<Read, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let mut read = Read::default();
    // Time of receipt of the last entry that has one.
    let mut clock: Option<Time> = None;
    // Entries without a time of their own take that of the last entry before them, which may be in an earlier segment.
    let may_hold = |clock: Option<Time>, range: Option<(Time, Time)>| {
        let (earliest, latest) = range.map_or((clock, clock), |(earliest, latest)| {
            (
                Some(clock.map_or(earliest, |clock| clock.min(earliest))),
                Some(clock.map_or(latest, |clock| clock.max(latest))),
            )
        });
        earliest.is_none_or(|earliest| earliest < until) && latest.is_none_or(|latest| from <= latest)
    };
    for (segment, next) in catalogue.with_ends() {
        if let Some(sealed) = segment.sealed()
            && !may_hold(clock, sealed.range)
        {
            clock = sealed.range.map(|range| range.1).or(clock);
            read.end = Position(sealed.until);
            continue;
        }
        let mut names: Option<Vec<String>> = segment.header().map(|header| header.context.sources.clone());
        let mut chosen = |position: Position, entry: &Entry<'_>| {
            clock = entry.time().or(clock);
            match entry {
                Entry::Begun { sources, .. } => names = Some(sources.clone()),
                Entry::Lines { source, received, bytes } => {
                    let source = names.as_ref().and_then(|names| names.get(usize::from(source.0))).map(String::as_str);
                    let is_asked = sources.is_empty() || source.is_none_or(|source| sources.contains(&source));
                    if is_asked && clock.is_some_and(|clock| from <= clock && clock < until) {
                        return each(&Found { position, source, received: *received, bytes });
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        };
        let at = read.end.0.max(segment.identity.first);
        let mut course = Course { at, until: u64::MAX, damage: Vec::new(), read: Read::default() };
        let flow = course.segment(disk, segment, next, &mut chosen);
        let part = course.end();
        read.end = part.end;
        read.holes.extend(part.holes);
        read.torn.extend(part.torn);
        if flow.is_break() {
            break;
        }
    }
    Ok(read)
}
