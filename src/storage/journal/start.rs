//! Finds where a rebuild without a snapshot begins: the segment for a point in time, with the inputs and settings from its header.

use std::path::Path;

use super::catalogue::{Catalogue, Segment};
use super::error::JournalError;
use super::position::Position;
use super::reader::Reach;
use crate::platform::disk::Disk;
use atalaia_core::base::time::Time;

/// A position from which reading can begin without earlier state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// Position of the first entry.
    pub position: Position,
    /// Key of the settings and zones in force there.
    pub in_force: String,
    /// Names of the inputs there, in the order of `SourceId`.
    pub sources: Vec<String>,
}

/// The start of the segment that covers the time `since`, or of the first later one with an intact header. `None` if there is no such
/// segment.
///
/// # Errors
/// `File` if the folder cannot be listed.
pub fn start(disk: &dyn Disk, folder: &Path, since: Time) -> Result<Option<Start>, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let useful = catalogue.segments.iter().filter(|segment| segment.is_useful());
    let reaches = |segment: &&Segment| {
        Reach::of(disk, segment).is_some_and(|reach| reach.range.is_none_or(|(_, latest)| since <= latest))
    };
    Ok(useful.skip_while(|segment| !reaches(segment)).find_map(begin))
}

/// The start of the newest segment with an intact header. `None` if there is no such segment.
///
/// # Errors
/// `File` if the folder cannot be listed.
pub fn newest(disk: &dyn Disk, folder: &Path) -> Result<Option<Start>, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    Ok(catalogue.segments.iter().rev().filter(|segment| segment.is_useful()).find_map(begin))
}

/// Where reading a segment begins; `None` if its header is damaged.
fn begin(segment: &Segment) -> Option<Start> {
    let header = segment.header()?;
    Some(Start {
        position: Position(segment.identity.first),
        in_force: header.context.in_force.clone(),
        sources: header.context.sources.clone(),
    })
}
