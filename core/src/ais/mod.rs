//! AIS decoding: turns one line of a feed or recording into the reports it contains.
//!
//! The way of a line: [`LineCutter`] cuts the bytes of an input into lines, [`Decoder`] recognises what each line is
//! (an NMEA sentence, a CSV row, a JSON object), reads it and works out its event time. What it cannot use it counts by
//! [`Reject`] and drops; decoding never panics and never guesses.
//!
//! | files | what they read |
//! |---|---|
//! | `stream`, `sentence`, `tag`, `moment`, `gnss`, `lag` | NMEA lines: sentences, TAG blocks, times, how late an input delivers |
//! | `assemble`, `bits`, `message` | the payload: parts joined, six-bit characters, fields of each message type |
//! | `csv`, `columns`, `words`, `digits` | tables: layout, columns, words in cells, how coarse the positions are |
//! | `json` | one object a line, each feed in its own file |
//! | `claims` | whether the times that lines claim can be used |
//! | `report`, `tally` | what comes out: reports, and counts of everything read or rejected |
//! | `encode` | the other direction, for the simulator, benches and tests |
//!
//! Byte layouts are those of ITU-R M.1371-5 (messages), NMEA 0183 (sentences) and IEC 61162-450 (TAG blocks).

mod assemble;
mod bits;
mod claims;
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

pub use claims::{ClockFault, UnusedTime};
pub use clock::LineClock;
pub use columns::{Table, lacking, table_of};
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

#[cfg(test)]
mod tests;
