//! Where a rebuild without a snapshot begins: the segment of a moment, and what its header says of inputs and settings.

use std::path::Path;

use super::catalogue::Catalogue;
use super::reader::Reach;
use super::{JournalError, Position};
use crate::disk::Disk;
use crate::time::Time;

/// A place where reading may begin with nothing known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// Of the first entry.
    pub position: Position,
    /// The key of the settings in force there.
    pub in_force: String,
    /// The names of the inputs there, in the order of `SourceId`.
    pub sources: Vec<String>,
}

/// The start of the segment that holds what was received at `since`, or of the first after it whose header is whole; nothing if there is
/// none.
pub fn start(disk: &dyn Disk, folder: &Path, since: Time) -> Result<Option<Start>, JournalError> {
    let catalogue = Catalogue::of(disk, folder)?;
    let useful = catalogue.segments.iter().filter(|segment| segment.is_useful());
    let reaches = |segment: &&super::catalogue::Segment| {
        Reach::of(disk, segment).is_some_and(|reach| reach.range.is_none_or(|(_, latest)| since <= latest))
    };
    let found = useful.skip_while(|segment| !reaches(segment)).find_map(|segment| {
        let header = segment.header()?;
        Some(Start {
            position: Position(segment.identity.first),
            in_force: header.context.in_force.clone(),
            sources: header.context.sources.clone(),
        })
    });
    Ok(found)
}
