//! Removes segments that are old enough.

use std::path::Path;

use super::JournalError;
use super::catalogue::Catalogue;
use super::reader::Reach;
use crate::disk::Disk;
use crate::fault;
use crate::time::Time;

/// What was removed, or would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purged {
    /// Segments.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Segments old enough that were kept for a span that is held.
    pub kept_for_hold: u64,
    /// Nothing that is left was received earlier; nothing if nothing is left.
    pub oldest: Option<Time>,
}

/// Removes the segments all of whose lines were received before `before`, except those that touch a span to keep (both ends belong to
/// it). The last segment stays. What cannot be read stays. Says what it would do, and does nothing, in a `rehearsal`.
pub fn purge(
    disk: &dyn Disk,
    folder: &Path,
    before: Time,
    keep: &[(Time, Time)],
    rehearsal: Rehearsal,
) -> Result<Purged, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let useful: Vec<_> = catalogue.segments.iter().filter(|segment| segment.is_useful()).collect();
    let reaches: Vec<_> = useful.iter().map(|segment| Reach::of(disk, segment)).collect();
    let ranges: Vec<_> = reaches.iter().map(|reach| reach.and_then(|reach| reach.range)).collect();
    let lengths = disk.list(folder).map_err(JournalError::file(folder))?;
    let mut purged = Purged::default();
    for (place, segment) in useful.iter().enumerate() {
        // Without times of its own, or not to be read as a whole, it reaches to its neighbours.
        let earlier = ranges[..place].iter().rev().flatten().next().map_or(Time::MIN, |range| range.1);
        let later = ranges[place + 1..].iter().flatten().next().map_or(Time::MAX, |range| range.0);
        let (earliest, latest) = match (ranges[place], reaches[place]) {
            (Some(range), Some(Reach { is_whole: true, .. })) => range,
            (Some(range), _) => (range.0.min(earlier), range.1.max(later)),
            (None, _) => (earlier, later),
        };
        let mut stays = || purged.oldest = Some(purged.oldest.map_or(earliest, |oldest| oldest.min(earliest)));
        if before <= latest || reaches[place].is_none() || place + 1 == useful.len() {
            stays();
            continue;
        }
        if keep.iter().any(|(from, until)| earliest <= *until && *from <= latest) {
            stays();
            purged.kept_for_hold += 1;
            continue;
        }
        let name = segment.path.file_name();
        let listed = lengths.iter().find(|listed| name.is_some_and(|name| name == listed.name.as_str()));
        if rehearsal == Rehearsal::No {
            if 0 < purged.files {
                fault::point("purge-between-removals");
            }
            disk.remove(&segment.path).map_err(JournalError::file(&segment.path))?;
        }
        purged.files += 1;
        purged.bytes += listed.map_or(0, |listed| listed.length);
    }
    if rehearsal == Rehearsal::No && 0 < purged.files {
        disk.sync_folder(folder).map_err(JournalError::file(folder))?;
    }
    Ok(purged)
}

/// Whether [`purge`] only says what it would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rehearsal {
    /// Nothing is removed.
    Yes,
    /// Removed.
    No,
}
