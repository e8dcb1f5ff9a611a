//! The bytes of a frame: a header of 64 bytes, a column for each field, and the numbers of the vessels that are gone.
//!
//! All numbers are little-endian, and each column begins at a multiple of 8, so that a browser reads a column without copying it. The
//! columns are, in this order: `key` u32, `mmsi` u32, `lat` i32, `lon` i32, `age` u16 in seconds, `sog` u16, `cog` u16, `heading` u16,
//! `type` u8, `length` u8, `flags` u16; then `gone` u32.

use super::row::{Row, UNKNOWN};
use atalaia_core::base::time::Time;

/// Version of the format.
const VERSION: u16 = 1;
/// Flag of the header: the frame has every vessel, so those of earlier frames are to be dropped.
const WHOLE: u16 = 1;
/// Length of the header in bytes.
const HEADER: usize = 64;
/// Bytes of a row in all columns together.
const ROW: usize = 28;
/// Where a column may begin. Bytes.
const ALIGNED: usize = 8;
/// Number of columns, counting that of the vessels that are gone.
const COLUMNS: usize = 12;

/// What a frame says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Whether it has every vessel, and not only those that have changed.
    pub(super) whole: bool,
    /// Engine time of the picture; `None` before the first report.
    pub(super) at: Option<Time>,
    /// Wall clock when the frame was made.
    pub(super) now: Time,
    /// Cursor of the picture, with which the next frame is asked for.
    pub(super) cursor: u32,
    /// Differs after each start of the program, when the keys of earlier frames no longer hold.
    pub(super) stamp: u32,
}

/// The bytes of a frame.
pub(super) fn encode(head: &Head, rows: &[&Row], gone: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + rows.len() * ROW + gone.len() * 4 + COLUMNS * ALIGNED);
    let seconds = |time: Time| time.millis() as f64 / 1000.0;
    bytes.extend(b"ATPC");
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(u16::from(head.whole).wrapping_mul(WHOLE).to_le_bytes());
    bytes.extend(head.at.map_or(f64::NAN, seconds).to_le_bytes());
    bytes.extend(seconds(head.now).to_le_bytes());
    bytes.extend(head.cursor.to_le_bytes());
    // There are never as many as four thousand million.
    bytes.extend((rows.len() as u32).to_le_bytes());
    bytes.extend((gone.len() as u32).to_le_bytes());
    bytes.extend(head.stamp.to_le_bytes());
    bytes.resize(HEADER, 0);
    column(&mut bytes, rows, |row| row.key.to_le_bytes());
    column(&mut bytes, rows, |row| row.mmsi.to_le_bytes());
    column(&mut bytes, rows, |row| row.lat.to_le_bytes());
    column(&mut bytes, rows, |row| row.lon.to_le_bytes());
    column(&mut bytes, rows, |row| age(row, head.at).to_le_bytes());
    column(&mut bytes, rows, |row| row.sog.to_le_bytes());
    column(&mut bytes, rows, |row| row.cog.to_le_bytes());
    column(&mut bytes, rows, |row| row.heading.to_le_bytes());
    column(&mut bytes, rows, |row| [row.ship_type]);
    column(&mut bytes, rows, |row| [row.length]);
    column(&mut bytes, rows, |row| row.flags.to_le_bytes());
    bytes.extend(gone.iter().flat_map(|key| key.to_le_bytes()));
    bytes
}

/// Appends a column, and fills up to where the next one may begin.
fn column<const N: usize>(bytes: &mut Vec<u8>, rows: &[&Row], value: impl Fn(&Row) -> [u8; N]) {
    for row in rows {
        bytes.extend_from_slice(&value(row));
    }
    bytes.resize(bytes.len().next_multiple_of(ALIGNED), 0);
}

/// Age of a fix in seconds at the time of the picture; at most 65,534.
fn age(row: &Row, at: Option<Time>) -> u16 {
    let seconds = at.map_or(0, |at| (at - row.at).millis() / 1000);
    seconds.clamp(0, i64::from(UNKNOWN) - 1) as u16
}
