//! A thread that rewrites finished segments in large compressed blocks.
//!
//! While lines are received, small blocks keep the delay until they are durable short; compression works better on large ones. Segments
//! that were not sealed, because the daemon stopped or the disk was full, are sealed after the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use super::block::{Head, widened};
use super::catalogue::{Catalogue, Header, Sealed, Segment};
use super::entry::{Bytes, decode};
use super::error::JournalError;
use super::shared::{Event, Shared};
use super::walk::{Next, Walk};
use crate::platform::disk::{Disk, TEMPORARY, Writing, temporary};
use crate::platform::fault;
use atalaia_core::base::time::Time;

/// Target size of a block before compression, in bytes. A single payload can exceed it.
const RAW: usize = 1 << 20;
/// Level of compression: zstd's default. Level 6 saves at most three hundredths of what was received, in twice to four times the
/// time (`docs/sizing.md`).
const LEVEL: i32 = 3;
/// Bytes between syncs. Syncing in steps keeps the journal's own syncs from waiting for the whole file.
const SYNC_EVERY: usize = 4 << 20;

/// What happened to a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It was compressed.
    Sealed,
    /// It was removed because it was empty.
    Removed,
    /// It is damaged or already sealed and was not changed.
    Left,
    /// The daemon is stopping, so the segment was not changed.
    Stopped,
}

/// The sealing thread.
#[derive(Debug)]
pub(super) struct Sealer {
    /// The disk of the journal.
    pub(super) disk: Arc<dyn Disk>,
    /// The folder of the journal.
    pub(super) folder: PathBuf,
    /// For notifications.
    pub(super) shared: Arc<Shared>,
    /// Set when the daemon stops; the segment at hand is then left unsealed.
    pub(super) stop: Arc<AtomicBool>,
}

impl Sealer {
    /// Seals each segment that arrives, until the channel is closed.
    pub(super) fn run(&self, segments: &Receiver<(PathBuf, u64)>) {
        while let Ok((path, until)) = segments.recv() {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            if let Err(error) = seal(&*self.disk, &self.folder, &path, until, &self.stop) {
                self.shared.tell(Event::Unsealed { why: error.to_string() });
            }
        }
    }
}

/// Whether a file is the leftover of a sealing that a crash interrupted.
pub(super) fn is_leftover(name: &str) -> bool {
    name.strip_suffix(TEMPORARY).is_some_and(|name| name.ends_with(super::catalogue::SUFFIX))
}

/// Rewrites one segment whose entries end before `until`, and replaces it only by a complete copy with the same entries. Blocks after that
/// were never durable and are repeated in a later segment.
pub(super) fn seal(
    disk: &dyn Disk,
    folder: &Path,
    path: &Path,
    until: u64,
    stop: &AtomicBool,
) -> Result<Outcome, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let Some(segment) = catalogue.segments.iter().find(|segment| segment.path == path) else {
        return Ok(Outcome::Left);
    };
    let (Some(header), None) = (segment.header(), segment.sealed()) else {
        return Ok(Outcome::Left);
    };
    let file = disk.open(path).map_err(JournalError::file(path))?;
    // A damaged segment stays as it is: rewriting it would lose the bytes that a person might still make sense of.
    let Some(survey) = Survey::of(segment, segment.walk(&*file), until) else {
        return Ok(Outcome::Left);
    };
    // Nothing in it was ever durable. If bytes follow the header, they may be what a person looks for.
    if survey.count == 0 {
        if file.length().map_err(JournalError::file(path))? == segment.begins() {
            disk.remove(path).map_err(JournalError::file(path))?;
            return Ok(Outcome::Removed);
        }
        return Ok(Outcome::Left);
    }
    let temporary = temporary(path);
    // A crash may have left this file behind.
    let _ = disk.remove(&temporary);
    let sealed = Some(Sealed { until: survey.until, range: survey.range });
    let header = Header { sealed, ..header.clone() };
    let written = disk.create(&temporary).and_then(|file| {
        let mut copy = Copy { file, offset: 0, unsynced: 0, header: &header, entries: Vec::new(), next: None };
        copy.run(segment.walk(&*disk.open(path)?), until, stop)
    });
    // The original is the only copy of these lines: it is replaced only by a file that was read back and has the same entries.
    let is_whole = written.and_then(|whole| Ok(whole && survey.matches(disk, segment, &temporary, &header, path)?));
    match is_whole {
        Ok(true) => {}
        outcome => {
            let _ = disk.remove(&temporary);
            outcome.map_err(JournalError::file(&temporary))?;
            return Ok(Outcome::Stopped);
        }
    }
    fault::point("journal-sealed-before-rename");
    disk.rename(&temporary, path).map_err(JournalError::file(path))?;
    fault::point("journal-sealed-after-rename");
    disk.sync_folder(folder).map_err(JournalError::file(folder))?;
    Ok(Outcome::Sealed)
}

/// Summary of a segment's content, for comparing two copies.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Survey {
    /// Number of entries.
    count: u64,
    /// Position after the last entry.
    until: u64,
    /// Earliest and latest time of receipt; `None` if no entry has one.
    range: Option<(Time, Time)>,
    /// CRC-32 of all decompressed entries.
    sum: u32,
}

impl Survey {
    /// Summarises the entries before `until`. Returns `None` if the segment is damaged other than by a cut-off end.
    fn of(segment: &Segment, mut walk: Walk<'_>, until: u64) -> Option<Survey> {
        let mut survey = Survey { count: 0, until: segment.identity.first, range: None, sum: 0 };
        let mut sum = crc32fast::Hasher::new();
        while let Some(next) = walk.next() {
            let damage = match next {
                Next::Block(head) if until < head.end() => break,
                Next::Block(head) => match walk.payload(&head) {
                    Ok(_) if head.position < survey.until => return None,
                    Ok(payload) => {
                        sum.update(&payload);
                        survey.count += u64::from(head.count);
                        survey.until = head.end();
                        survey.range = head.range.map(|range| widened(survey.range, range)).or(survey.range);
                        continue;
                    }
                    Err(why) => walk.refuse(&head, why),
                },
                Next::Damage(damage) => damage,
            };
            if !damage.is_tail || survey.until < until {
                return None;
            }
        }
        Some(Survey { sum: sum.finalize(), ..survey })
    }

    /// Checks that the rewritten file has the same content. Fails if the original has been purged in the meantime.
    fn matches(
        &self,
        disk: &dyn Disk,
        segment: &Segment,
        rewritten: &Path,
        header: &Header,
        path: &Path,
    ) -> io::Result<bool> {
        let file = disk.open(rewritten)?;
        let begins = header.encode().len() as u64;
        let kind = super::catalogue::Kind::Whole { header: header.clone(), begins };
        let again = Segment { kind, ..segment.clone() };
        match Survey::of(&again, again.walk(&*file), self.until) {
            // Fails if the original was purged in the meantime.
            Some(survey) if survey == *self => disk.open(path).map(|_| true),
            _ => Err(io::Error::other("the compressed copy differs")),
        }
    }
}

/// A segment being rewritten.
struct Copy<'a> {
    /// The temporary file.
    file: Box<dyn Writing>,
    /// Its length so far, in bytes.
    offset: u64,
    /// Bytes written since the last sync.
    unsynced: usize,
    /// The header of the sealed segment.
    header: &'a Header,
    /// Encoded entries for the next block.
    entries: Vec<u8>,
    /// Head for the collected entries. The positions of a block must be contiguous.
    next: Option<Head>,
}

impl Copy<'_> {
    /// Copies all blocks. Returns false if it was stopped before the end.
    fn run(&mut self, mut walk: Walk<'_>, until: u64, stop: &AtomicBool) -> io::Result<bool> {
        self.write(&self.header.encode())?;
        while let Some(Next::Block(head)) = walk.next() {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            if until < head.end() {
                break;
            }
            let payload = walk.payload(&head).map_err(io::Error::other)?;
            self.put(&head, &payload)?;
        }
        self.write_block()?;
        self.file.sync()?;
        Ok(true)
    }

    /// Adds the entries of one block, after writing the collected ones if they would become too many or are not contiguous.
    fn put(&mut self, head: &Head, payload: &[u8]) -> io::Result<()> {
        if self.next.is_some_and(|next| next.end() != head.position || RAW < self.entries.len() + payload.len()) {
            self.write_block()?;
        }
        self.entries.extend_from_slice(payload);
        self.next = Some(match self.next {
            None => *head,
            Some(next) => Head {
                count: next.count + head.count,
                range: head.range.map(|range| widened(next.range, range)).or(next.range),
                ..next
            },
        });
        Ok(())
    }

    /// Compresses and writes the collected entries as one block. Data that compression does not shrink is stored as it is.
    fn write_block(&mut self) -> io::Result<()> {
        let Some(next) = self.next.take() else {
            return Ok(());
        };
        // Checked once more before the original goes: the head's number of entries is what readers count positions by.
        let mut rest = Bytes(&self.entries);
        let count = std::iter::from_fn(|| decode(&mut rest)).count();
        if count != next.count as usize || !rest.0.is_empty() {
            return Err(io::Error::other("a block does not contain the number of entries in its head"));
        }
        let compressed = zstd::bulk::compress(&self.entries, LEVEL)?;
        let is_smaller = compressed.len() < self.entries.len();
        let payload = if is_smaller { &compressed } else { &self.entries };
        let head = Head {
            offset: self.offset,
            identity: self.header.identity,
            compressed: is_smaller,
            stored: payload.len() as u32,
            raw: self.entries.len() as u32,
            payload_sum: crc32fast::hash(payload),
            ..next
        };
        let mut bytes = head.encode();
        bytes.extend_from_slice(payload);
        self.entries.clear();
        self.write(&bytes)
    }

    /// Appends to the file, and syncs it every few megabytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)?;
        self.offset += bytes.len() as u64;
        self.unsynced += bytes.len();
        if SYNC_EVERY <= self.unsynced {
            self.unsynced = 0;
            self.file.sync()?;
        }
        Ok(())
    }
}
