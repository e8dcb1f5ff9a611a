//! Past positions of a vessel: its fixes, thinned as they age.
//!
//! Kept fixes are at least 10 s apart in the last 5.5 minutes, 2.5 minutes apart up to 21 minutes, and 5 minutes apart before
//! that. That is enough for speed made good (spans of 5-20 min), for common instants, for 5-minute positions and for evidence.
//!
//! What every report needs is in the last 21 minutes, and takes 16 bytes a fix, as plain records. Older fixes are read seldom: by
//! walks back for kinks and circles, at the beginning of a pair, by evidence and by questions. They are packed, sixteen at a time,
//! and take about a third of that. Nothing is lost by it: a fix reads the same before and after.

mod block;
mod point;
mod points;
mod saved;
mod search;

pub use point::TrailPoint;
pub(super) use points::Trail;
pub(super) use search::Walk;

#[cfg(test)]
mod tests;
