//! What the behaviours and the book ask of a track: to be followed, and how far back its trail is worth keeping.

/// Whether a behaviour follows a vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// It follows the vessel from now on.
    Keeps,
    /// It no longer follows the vessel.
    Done,
}

/// How far back a vessel's trail is worth keeping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// Watched, or slow at sea: half a day.
    Watch,
    /// Passing: half an hour.
    Pass,
}
