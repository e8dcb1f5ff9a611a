//! AIS decoding: turns one line of a feed or recording into the reports it contains.

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
pub use hidden::{clean, hidden};
pub use json::is_object;
pub use report::{
    Aid, Body, Class, Dimensions, Position, Report, SourceId, Static, StationId, TimeBasis, UNITS_PER_DEGREE,
};
pub use ship_type::ship_type_name;
pub use tally::{Counts, Reject, Tally};

use crate::base::time::Time;

/// One line as an input delivered it: without its line end, bounded in length ([`MAX_LINE`], [`MAX_OBJECT`]), any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Input the line came from.
    pub source: SourceId,
    /// Time of receipt; `None` in a replay, where only recorded times count.
    pub received: Option<Time>,
    /// Content of the line, without its line end.
    pub bytes: &'a [u8],
}
