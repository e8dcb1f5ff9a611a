//! Decoding ahead of the engine, so that it can run on another thread.

use crate::ais::{Decoder, Line, Report, SourceId};
use crate::alerts::Change;
use crate::base::time::Time;

use super::machine::Engine;

/// The decoder of an engine, apart from it. [`Engine::detach_decoder`] takes it out, [`Engine::attach_decoder`] puts it back.
pub struct AheadDecoder {
    decoder: Decoder,
    /// Number of stations that the engine knows by name.
    named: usize,
}

/// Decoded lines, in order.
#[derive(Default)]
pub struct DecodedLines {
    lines: Vec<LineEntry>,
    /// The reports of all lines, in order.
    reports: Vec<Report>,
    /// Names of the stations that were heard for the first time, in the order of their numbers.
    stations: Vec<Box<str>>,
}

/// One line without its content.
struct LineEntry {
    source: SourceId,
    received: Option<Time>,
    /// Number of reports that the line completed.
    reports: usize,
}

impl AheadDecoder {
    /// Decodes a line and adds it to `to`.
    pub fn line(&mut self, line: Line<'_>, to: &mut DecodedLines) {
        let before = to.reports.len();
        self.decoder.line(line, &mut to.reports);
        to.lines.push(LineEntry { source: line.source, received: line.received, reports: to.reports.len() - before });
        let names = self.decoder.station_names();
        to.stations.extend(names[self.named..].iter().cloned());
        self.named = names.len();
    }
}

impl Engine {
    /// Takes out the decoder. Until it is put back, the engine takes lines only in decoded form, and its tally is empty.
    pub fn detach_decoder(&mut self) -> AheadDecoder {
        let named = self.decoder.station_names().len();
        let mut of_names = Decoder::new(Vec::new());
        of_names.name_stations(self.decoder.station_names()[1..].to_vec());
        AheadDecoder { decoder: std::mem::replace(&mut self.decoder, of_names), named }
    }

    /// Puts the decoder back. Every line that it decoded must have been taken in.
    pub fn attach_decoder(&mut self, ahead: AheadDecoder) {
        self.decoder = ahead.decoder;
    }

    /// Takes in decoded lines, with the same effect as [`Engine::line`] for each. Shows the engine to `observe` after every line.
    pub fn decoded(&mut self, lines: DecodedLines, observe: &mut dyn FnMut(&Engine), out: &mut Vec<Change>) {
        let DecodedLines { lines, reports, stations } = lines;
        self.decoder.name_stations(stations);
        let mut reports = reports.into_iter();
        for LineEntry { source, received, reports: count } in lines {
            self.heard(source, received, reports.by_ref().take(count), out);
            observe(self);
        }
    }
}
