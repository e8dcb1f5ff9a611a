//! Work on several threads at once.

/// Number of items (reports, turns, pairs) below which handing work to other threads costs more than it saves.
pub(crate) const WORTH_THREADS: usize = 128;

/// Runs `work` for every share, on several threads unless `is_little`. Which thread gets which share must not affect results.
pub(crate) fn in_parallel<T: Send>(shares: impl Iterator<Item = T>, is_little: bool, work: impl Fn(T) + Sync) {
    if is_little {
        return shares.for_each(work);
    }
    let mut shares: Vec<T> = shares.collect();
    let threads = rayon::current_num_threads().min(shares.len());
    rayon::in_place_scope(|scope| {
        let work = &work;
        for others in (1..threads).rev() {
            let own = shares.len() / (others + 1);
            let share = shares.split_off(shares.len() - own);
            scope.spawn(move |_| share.into_iter().for_each(work));
        }
        shares.into_iter().for_each(work);
    });
}
