//! The claimed time of raw lines, for merging recordings by time before they are decoded.

use jiff::tz::TimeZone;

use super::bits::Bits;
use super::csv::Rows;
use super::moment::believable;
use super::stream::{Scan, Stream};
use super::tally::Counts;
use super::{json, message};
use crate::time::Time;

/// Reads nothing but time from the lines of one recording, by the rules the decoder follows.
pub struct LineClock {
    stream: Stream,
    rows: Rows,
    bits: Bits,
    counts: Counts,
}

impl LineClock {
    /// A clock for a recording whose `YYYY-MM-DD HH:MM:SS` prefixes are in `zone` (UTC when absent).
    pub fn new(zone: Option<TimeZone>) -> LineClock {
        LineClock { stream: Stream::new(zone), rows: Rows::new(), bits: Bits::new(), counts: Counts::default() }
    }

    /// The earliest time the line claims, else the stream's own clock so far. `None` while there is neither; a later part of
    /// a message often claims none and belongs where the line before it is.
    pub fn time_of(&mut self, line: &[u8]) -> Option<Time> {
        if json::claims(line) {
            let claimed = json::read(line).ok().and_then(|object| object.time());
            return claimed.or_else(|| self.stream.own_clock(&Default::default()));
        }
        if self.rows.claims(line) {
            return self.rows.time(line);
        }
        let mut earliest: Option<Time> = None;
        let mut station = Default::default();
        let mut scan = Scan::new(line);
        while let Some(heard) = scan.next(&mut self.stream, &mut self.counts) {
            station = heard.station;
            match heard.time {
                Some((_, time)) => {
                    earliest = Some(earliest.map_or(time, |earliest| earliest.min(time)));
                }
                None if heard.vdm.total == 1 && heard.vdm.payload.first() == Some(&b'4') => {
                    if self.bits.load(heard.vdm.payload, heard.vdm.fill).is_ok()
                        && let Ok((4, mmsi)) = message::head(&self.bits)
                        && (heard.vdm.own || heard.station.names(mmsi.0))
                        && let Some(clock) = message::base_station_clock(&self.bits)
                        && let Some(clock) = believable(clock)
                    {
                        self.stream.set_clock(&heard.station, clock);
                    }
                }
                None => {}
            }
        }
        earliest.or_else(|| self.stream.announced()).or_else(|| self.stream.own_clock(&station))
    }
}
