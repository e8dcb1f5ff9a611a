//! A place in the journal. Snapshots, the store and bundles refer to entries by it.

/// A position in the journal: the number of entries before it. A journal never uses a position for two different entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position(pub u64);
