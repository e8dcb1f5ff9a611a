//! AIS in: one line of a feed or recording becomes the reports it carries.

mod assemble;
mod bits;
mod clock;
mod columns;
mod csv;
mod cut;
mod decoder;
mod digits;
pub mod encode;
mod gnss;
mod hidden;
mod json;
mod lag;
mod message;
mod moment;
mod report;
mod sentence;
mod ship_type;
mod stream;
mod tag;
mod tally;
mod words;

pub use clock::LineClock;
pub use columns::{Table, table_of};
pub use cut::{LineCutter, MAX_LINE, MAX_OBJECT};
pub use decoder::{Decoder, SourceSettings};
pub use hidden::hidden;
pub use json::is_object;
pub use report::{
    Aid, Body, Class, Dimensions, Position, Report, SourceId, Static, StationId, TimeBasis, UNITS_PER_DEGREE,
};
pub use ship_type::ship_type_name;
pub use tally::{Counts, Reject, Tally};

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
