//! Stand-in for the decoder's line tools until the real ones are merged.

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::time::Time;

/// Cuts bytes into lines.
#[derive(Debug, Default)]
pub struct LineCutter {
    pending: Vec<u8>,
    skipping: bool,
    overlong: u64,
}

const LONGEST: usize = 1024;

impl LineCutter {
    /// Nothing pending.
    pub fn new() -> LineCutter {
        LineCutter::default()
    }

    /// Calls `line` for each complete line.
    pub fn feed(&mut self, bytes: &[u8], line: &mut impl FnMut(&[u8])) {
        let mut start = 0;
        for end in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let piece = &bytes[start..end];
            start = end + 1;
            if self.skipping {
                self.skipping = false;
                continue;
            }
            if self.pending.is_empty() {
                self.emit(piece, line);
            } else {
                let mut whole = std::mem::take(&mut self.pending);
                whole.extend_from_slice(piece);
                self.emit(&whole, line);
                whole.clear();
                self.pending = whole;
            }
        }
        if !self.skipping {
            self.pending.extend_from_slice(&bytes[start..]);
            if LONGEST < self.pending.len() {
                self.pending.clear();
                self.skipping = true;
                self.overlong += 1;
            }
        }
    }

    fn emit(&mut self, piece: &[u8], line: &mut impl FnMut(&[u8])) {
        match piece.len() {
            0 => {}
            1..=LONGEST => line(piece),
            _ => self.overlong += 1,
        }
    }

    /// The last line, where it had no end.
    pub fn finish(&mut self, line: &mut impl FnMut(&[u8])) {
        let whole = std::mem::take(&mut self.pending);
        self.skipping = false;
        self.emit(&whole, line);
    }

    /// Lines dropped for their length.
    pub fn overlong(&self) -> u64 {
        self.overlong
    }
}

/// Reads the time a line carries, without decoding it.
#[derive(Debug)]
pub struct LineClock {
    zone: Option<TimeZone>,
}

impl LineClock {
    /// For lines whose local times are in `zone`.
    pub fn new(zone: Option<TimeZone>) -> LineClock {
        LineClock { zone }
    }

    /// The time of a line, where it carries one.
    pub fn time_of(&mut self, line: &[u8]) -> Option<Time> {
        let text = std::str::from_utf8(line).ok()?;
        if let Some((_, rest)) = text.split_once("c:") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse().ok().map(Time::from_seconds);
        }
        let fields: Vec<&str> = text.split(',').collect();
        let dma = fields[0].as_bytes();
        if dma.len() == 19 && dma[2] == b'/' {
            let n = |range: std::ops::Range<usize>| fields[0][range].parse::<u32>().ok();
            return Time::from_utc(
                n(6..10)? as i32,
                n(3..5)?,
                n(0..2)?,
                n(11..13)?,
                n(14..16)?,
                n(17..19)?,
            );
        }
        if let Some(stamp) = fields.get(1)
            && fields[0].len() == 9
            && stamp.len() == 19
        {
            return Time::parse(&format!("{}Z", stamp.replace(' ', "T")));
        }
        if let Ok(seconds) = fields[0].parse() {
            return Some(Time::from_seconds(seconds));
        }
        let _ = &self.zone;
        None
    }
}

/// Counts by type and by reason.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    /// Lines seen.
    pub lines: u64,
}
