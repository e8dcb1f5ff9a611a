//! Removes segments that have reached their retention time. Whole files only: a segment with one line that must stay, stays.

use std::path::Path;

use super::catalogue::Catalogue;
use super::error::JournalError;
use super::reader::Reach;
use crate::platform::disk::Disk;
use crate::platform::fault;
use atalaia_core::base::time::Time;

/// What was removed, or would be removed in a rehearsal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purged {
    /// Number of segments.
    pub files: u64,
    /// Their total size in bytes.
    pub bytes: u64,
    /// Number of segments that are old enough but were kept for a hold.
    pub kept_for_hold: u64,
    /// No remaining line was received before this time; `None` if nothing remains.
    pub oldest: Option<Time>,
}

/// Removes every segment whose lines were all received before `before`, unless it touches one of the spans in `keep` (both ends inclusive).
/// The last segment and unreadable segments are never removed. A `rehearsal` only reports what would be removed.
///
/// # Errors
/// `File` if the folder cannot be listed or a segment not removed. Segments removed before that stay removed.
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
        // A segment that has no times, or cannot be read completely, is assumed to reach to its neighbours.
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

/// Whether [`purge`] removes anything or only reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rehearsal {
    /// Only report.
    Yes,
    /// Remove the segments.
    No,
}
