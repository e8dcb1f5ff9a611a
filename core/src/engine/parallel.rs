//! The search for the vessels that damaged MMSIs resemble, on several threads.

use crate::ais::Report;
use crate::base::parallel::{WORTH_THREADS, in_parallel};
use crate::picture::tracks::{TrackIx, Tracks};

/// For each report, the vessel that it may come from if its MMSI is damaged; `None` if there is none.
pub(super) fn resembled(tracks: &Tracks, suspects: &[Report]) -> Vec<Option<TrackIx>> {
    let mut resembled = vec![None; suspects.len()];
    let share = suspects.len().div_ceil(tracks.lanes()).max(1);
    let shares = suspects.chunks(share).zip(resembled.chunks_mut(share));
    in_parallel(shares, suspects.len() < WORTH_THREADS, |(suspects, resembled)| {
        resembled.iter_mut().zip(suspects).for_each(|(of, report)| *of = tracks.resembled(report));
    });
    resembled
}
