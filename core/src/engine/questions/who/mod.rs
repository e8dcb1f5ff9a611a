//! Which vessels were near a place in a period: those that stopped, slowed, met or were dark ranked first.
//!
//! What was seen of the vessels comes from looking at a replay minute by minute, or from the engine's memory. Both are ranked alike.

mod deed;
mod memory;
mod rank;
mod search;
mod stop;

pub use deed::{Deed, meeting};
pub use memory::{who, who_among};
pub use rank::{DARK_AFTER, Did, LEAST, Ranked, STOP_KNOTS, Sighting, Suspects, rank, spell};
pub use search::Search;
pub use stop::{Halted, Part, Unheard, halted, joined, parts, unheard};
