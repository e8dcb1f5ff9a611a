//! Work on several threads at once.

use std::num::NonZero;
use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Number of items (reports, turns, pairs) below which handing work to other threads costs more than it saves.
pub(crate) const WORTH_THREADS: usize = 128;

/// One thread for each core but the first, where the calling thread works itself. An idle thread more would take time from the others
/// while it looks for work. `None` on a single core, and if the system refuses threads.
static OTHERS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = ThreadPoolBuilder::new().num_threads(cores - 1).thread_name(|number| format!("lane {}", number + 1));
    if cores == 1 { None } else { threads.build().ok() }
});

/// Runs `work` for every share, on several threads unless `is_little`. Which thread gets which share must not affect results.
pub(crate) fn in_parallel<T: Send>(shares: impl Iterator<Item = T>, is_little: bool, work: impl Fn(T) + Sync) {
    let Some(others) = OTHERS.as_ref().filter(|_| !is_little) else {
        return shares.for_each(work);
    };
    let mut shares: Vec<T> = shares.collect();
    let threads = (others.current_num_threads() + 1).min(shares.len());
    others.in_place_scope(|scope| {
        let work = &work;
        for others in (1..threads).rev() {
            let own = shares.len() / (others + 1);
            let share = shares.split_off(shares.len() - own);
            scope.spawn(move |_| share.into_iter().for_each(work));
        }
        shares.into_iter().for_each(work);
    });
}
