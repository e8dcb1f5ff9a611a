//! The claimed time of raw lines, for merging recordings by time before they are decoded.
//!
//! Merging needs the time of a line before the line is decoded for good. Decoding twice would count everything twice,
//! so this reads times only, with counters of its own that are thrown away.

use jiff::tz::TimeZone;

use super::bits::Bits;
use super::csv::Rows;
use super::moment::believable;
use super::stream::{Scan, Stream};
use super::tally::Counts;
use super::{json, message};
use crate::base::time::Time;

/// Reads only the time from the lines of one recording, by the same rules as the decoder.
pub struct LineClock {
    /// Times and stations of earlier lines, as in the decoder.
    stream: Stream,
    /// Layout of the table, if the recording is one.
    rows: Rows,
    /// Payload of the base station report being read.
    bits: Bits,
    /// Required by the readers; never looked at.
    counts: Counts,
}

impl LineClock {
    /// Creates a clock for a recording whose `YYYY-MM-DD HH:MM:SS` prefixes are in `zone`; `None` means UTC.
    pub fn new(zone: Option<TimeZone>) -> LineClock {
        LineClock { stream: Stream::new(zone), rows: Rows::new(), bits: Bits::new(), counts: Counts::default() }
    }

    /// The earliest time that the line claims, otherwise the stream's own clock so far; `None` if there is neither. A
    /// later part of a message often claims no time and belongs with the line before it.
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
                // A base station report (type 4, first character `4`) sets the stream's own clock, under the same
                // conditions as in the decoder.
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
