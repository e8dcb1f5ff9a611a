//! News of episodes, by which behaviours learn of them. They carry ids only: the episode is read from its shelf, and may be gone by then.

/// An episode that began or ended, with its id on its shelf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// A vessel has been slow for ten minutes, outside calm water.
    HaltBegan(u64),
    /// The halting vessel has been below 1 kn for ten minutes.
    Still(u64),
    /// The halting vessel has been below 1 kn for a quarter of an hour.
    Stopped(u64),
    /// The vessel is under way again, or has entered calm water; the halt is complete.
    HaltEnded(u64),
    /// A vessel under way in watched water has been slower than usual for ten minutes.
    LegBegan(u64),
    /// The vessel is as fast as usual again; the leg is complete.
    LegEnded(u64),
    /// A vessel left its course and came back to it.
    Kink(u64),
}
