//! AIS in: one line of a feed or recording becomes the reports it carries.

mod report;
mod standin;

pub use report::{
    Body, Class, Dimensions, Position, Report, SourceId, Static, StationId, TimeBasis,
    UNITS_PER_DEGREE,
};

pub use standin::{LineClock, LineCutter, Tally};

use crate::time::Time;

/// One line as an input cut it: without its line end, of bounded length, any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The input it came by.
    pub source: SourceId,
    /// The moment of receipt; absent in a replay, where only recorded times count.
    pub received: Option<Time>,
    /// The bytes.
    pub bytes: &'a [u8],
}
