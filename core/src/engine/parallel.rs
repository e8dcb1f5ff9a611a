//! Work on several threads at once.

use crate::ais::Report;
use crate::picture::tracks::{TrackIx, Tracks};

/// Number of reports below which handing work to other threads costs more than it saves.
pub(super) const WORTH_THREADS: usize = 128;

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

/// Runs `work` for every lane, or share of the reports, on several threads unless `is_little`.
pub(super) fn in_parallel<T: Send>(lanes: impl Iterator<Item = T>, is_little: bool, work: impl Fn(T) + Sync) {
    if is_little {
        return lanes.for_each(work);
    }
    let mut lanes: Vec<T> = lanes.collect();
    let threads = rayon::current_num_threads().min(lanes.len());
    rayon::in_place_scope(|scope| {
        let work = &work;
        for others in (1..threads).rev() {
            let own = lanes.len() / (others + 1);
            let share = lanes.split_off(lanes.len() - own);
            scope.spawn(move |_| share.into_iter().for_each(work));
        }
        lanes.into_iter().for_each(work);
    });
}
