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
mod line;
mod message;
mod moment;
mod report;
mod sentence;
mod ship_type;
mod station;
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
pub use line::Line;
pub use report::{
    Aid, Body, Class, Dimensions, Position, Report, SourceId, Static, StationId, TimeBasis, UNITS_PER_DEGREE,
};
pub use ship_type::ship_type_name;
pub use tally::{Counts, Reject, Tally};
