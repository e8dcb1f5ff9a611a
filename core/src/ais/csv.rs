//! CSV recordings of the Danish Maritime Authority and both layouts of NOAA MarineCadastre, recognised by their content.
//!
//! A row has a position and, in most layouts, the static data of the vessel as well. It gives one report for
//! the position and, when these are new and every 6 min, one for the static data: a table repeats a vessel's name in every row.

use std::hash::Hasher;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};

use super::bits::mixed;
use super::columns::{Column, Layout, MAX_COLUMNS};
use super::cut::MAX_LINE;
use super::digits::Digits;
use super::hidden::visible;
use super::message::possible_eta;
use super::moment::{Civil, believable, unix_time};
use super::report::{Aid, Body, Class, Dimensions, Position, Static};
use super::tally::Reject;
use super::words::{Mobile, mobile, said, ship_type, status};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;

/// Maximum number of vessels whose static columns are remembered.
const MAX_KNOWN: usize = 100_000;
/// Interval at which static columns that do not change are reported again, as a ship does by radio: a value counts for some behaviours only
/// once it was received twice.
const AGAIN: Span = Span::from_minutes(6);

/// The CSV state of one source.
#[derive(Serialize, Deserialize)]
pub(super) struct Rows {
    /// Columns of the table, from its header or its first row; `None` until one of them has come.
    layout: Option<Layout>,
    #[serde(skip)]
    record: Record,
    /// Hash of the static columns last reported, and the time of their row, by MMSI; at most `MAX_KNOWN`.
    known: FxHashMap<u32, (u64, Time)>,
    /// How coarse the positions of the table are.
    digits: Digits,
}

/// The content of a row.
#[derive(Serialize, Deserialize)]
pub(super) struct Reading {
    /// Time in the row; the row is rejected without one.
    pub(super) at: Time,
    /// MMSI in the row; the row is rejected without one.
    pub(super) mmsi: Mmsi,
    /// Hash of the whole row.
    pub(super) hash: u64,
    /// Position of a ship, base station or aid.
    pub(super) body: Body,
    /// Static columns, if they are new or have changed.
    pub(super) said: Option<Box<Static>>,
}

impl Rows {
    /// State before the first line of a source.
    pub(super) fn new() -> Rows {
        Rows { layout: None, record: Record::new(), known: FxHashMap::default(), digits: Digits::default() }
    }

    /// Whether a line is CSV: a header of a known layout, or a row of the current layout. A piece cut from the middle of a recording has no
    /// header; its rows are recognised by their first fields.
    pub(super) fn claims(&mut self, line: &[u8]) -> bool {
        match line.first() {
            None | Some(b'!' | b'\\' | b'$') => return false,
            Some(b'0'..=b'9') => {}
            Some(_) if Layout::of_header(line).is_some() => return true,
            Some(b'#') => return false,
            Some(_) if self.layout.is_none() => return false,
            Some(_) => {}
        }
        // A sentence also begins with a digit if a receiver writes a time before it, so a row must have separators
        // and no sentence.
        let separator = self.layout.map_or(b',', |layout| layout.separator);
        if memchr(separator, line).is_none() || holds_sentence(line) {
            return false;
        }
        if self.layout.is_none() {
            self.layout = Layout::of_row(line);
        }
        self.layout.is_some()
    }

    /// Reads a line that [`Rows::claims`] accepted; `None` for a header line.
    /// Fails with `CsvRow` if the row cannot be split, or has no valid time or MMSI.
    pub(super) fn read(&mut self, line: &[u8]) -> Result<Option<Reading>, Reject> {
        let Some(layout) = self.enter(line)? else {
            return Ok(None);
        };
        let row = Fields { layout: &layout, record: &self.record };
        let at = row.time().ok_or(Reject::CsvRow)?;
        let mmsi = row.mmsi().ok_or(Reject::CsvRow)?;
        let mobile = mobile(row.text(Column::Mobile));
        let mut hasher = FxHasher::default();
        hasher.write(line.trim_ascii());
        let hash = mixed(hasher.finish());
        let said = row.static_hash();
        let is_told = |said: &u64| {
            self.known.get(&mmsi.0).is_some_and(|(known, told)| known == said && (at - *told).abs() < AGAIN)
        };
        let is_news = said.as_ref().is_some_and(|said| !is_told(said));
        let statics = is_news.then(|| Box::new(row.statics(mobile)));
        self.digits.note(row.text(Column::Lat), row.text(Column::Lon));
        let body = self.digits.of(row.body(mobile));
        if let (true, Some(said)) = (is_news, said) {
            // Forgetting all of them costs one static report per vessel that comes before its time.
            if MAX_KNOWN <= self.known.len() {
                self.known.clear();
            }
            self.known.insert(mmsi.0, (said, at));
        }
        Ok(Some(Reading { at, mmsi, hash, body, said: statics.filter(|said| !said.is_empty()) }))
    }

    /// Time of a line that [`Rows::claims`] accepted; `None` for a header line or a bad row.
    pub(super) fn time(&mut self, line: &[u8]) -> Option<Time> {
        let layout = self.enter(line).ok()??;
        let row = Fields { layout: &layout, record: &self.record };
        row.time()
    }

    /// Switches to the layout of a header line and returns `None`, or splits a row by the current layout.
    fn enter(&mut self, line: &[u8]) -> Result<Option<Layout>, Reject> {
        let row = matches!(line.first(), Some(b'0'..=b'9'));
        if !row && let Some(layout) = Layout::of_header(line) {
            self.layout = Some(layout);
            return Ok(None);
        }
        let layout = self.layout.ok_or(Reject::CsvRow)?;
        match self.record.split(line, layout.separator) {
            true => Ok(Some(layout)),
            false => Err(Reject::CsvRow),
        }
    }
}

/// One row, split into fields.
struct Record {
    /// Splits by the rules of RFC 4180, with quoted cells.
    reader: Reader,
    /// Separator that `reader` was built with.
    separator: u8,
    /// Contents of all cells, back to back. Unquoting never makes a line longer.
    text: [u8; 2 * MAX_LINE],
    /// End of each cell in `text`.
    ends: [usize; MAX_COLUMNS],
    /// Number of cells in the row.
    columns: usize,
}

impl Default for Record {
    fn default() -> Record {
        Record::new()
    }
}

impl Record {
    /// A record without cells.
    fn new() -> Record {
        Record { reader: Reader::new(), separator: b',', text: [0; 2 * MAX_LINE], ends: [0; MAX_COLUMNS], columns: 0 }
    }

    /// Splits a row into `text` and `ends`. Returns false if it does not fit there.
    fn split(&mut self, line: &[u8], separator: u8) -> bool {
        if separator == self.separator {
            self.reader.reset();
        } else {
            self.separator = separator;
            self.reader = ReaderBuilder::new().delimiter(separator).build();
        }
        let (result, _, text, ends) = self.reader.read_record(line, &mut self.text, &mut self.ends);
        self.columns = ends;
        match result {
            ReadRecordResult::Record => true,
            // Lines come without their end, and the reader wants to see one: an empty read ends the record.
            ReadRecordResult::InputEmpty => {
                let (result, _, _, more) = self.reader.read_record(&[], &mut self.text[text..], &mut self.ends[ends..]);
                self.columns = ends + more;
                result == ReadRecordResult::Record
            }
            _ => false,
        }
    }

    /// A cell by its index from 0; empty if the row does not have it.
    fn field(&self, index: usize) -> &[u8] {
        if self.columns <= index {
            return &[];
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start..self.ends[index]).unwrap_or_default()
    }
}

/// One row, accessed by column.
struct Fields<'a> {
    /// Which cell has which column.
    layout: &'a Layout,
    /// The cells.
    record: &'a Record,
}

impl Fields<'_> {
    /// A cell without the spaces around it; empty if the table lacks the column.
    fn text(&self, column: Column) -> &[u8] {
        match self.layout.place(column) {
            Some(index) => self.record.field(index).trim_ascii(),
            None => &[],
        }
    }

    /// A number; `None` if the cell is empty, is not a number, or is infinite.
    fn number(&self, column: Column) -> Option<f64> {
        let text = std::str::from_utf8(self.text(column)).ok()?;
        // With a semicolon as separator, the decimal separator may be a comma.
        let number: f64 = match self.layout.separator {
            b';' => text.replace(',', ".").parse().ok()?,
            _ => text.parse().ok()?,
        };
        number.is_finite().then_some(number)
    }

    /// A whole number in 1..=`top`, possibly written with decimals.
    fn whole(&self, column: Column, top: f64) -> Option<f64> {
        let number = self.number(column)?.round();
        (1.0..=top).contains(&number).then_some(number)
    }

    /// A text up to its first `@`, trimmed and without invisible characters; `None` if nothing is left or it is a word for
    /// "unknown".
    fn words(&self, column: Column) -> Option<Box<str>> {
        let text = said(self.text(column))?;
        let text = String::from_utf8_lossy(text);
        let text: String = visible(text.split('@').next().unwrap_or_default()).collect();
        let text = text.trim();
        (!text.is_empty()).then(|| text.into())
    }

    /// Time of the row. Without a zone it is UTC; the publishers of all known layouts write UTC.
    fn time(&self) -> Option<Time> {
        let text = self.text(Column::Time);
        match Civil::year_first(text).or_else(|| Civil::day_first(text)) {
            Some((civil, rest)) => civil.with_zone(rest),
            None => unix_time(text),
        }
    }

    /// MMSI of at most nine digits.
    fn mmsi(&self) -> Option<Mmsi> {
        let digits = self.text(Column::Mmsi);
        let number = super::moment::number(digits).filter(|number| *number <= 999_999_999)?;
        Some(Mmsi(number as u32))
    }

    /// The position of the row, as the kind of station that sent it. Impossible values become absent.
    fn body(&self, mobile: Mobile) -> Body {
        let place = self.number(Column::Lat).zip(self.number(Column::Lon));
        let class = match mobile {
            Mobile::A => Class::A,
            Mobile::B => Class::B,
            _ => Class::Unknown,
        };
        let position = Position::new(
            class,
            0,
            place,
            self.number(Column::Sog),
            self.number(Column::Cog),
            self.number(Column::Heading),
            status(self.text(Column::Status)),
        );
        match mobile {
            Mobile::Base => Body::Base(position),
            Mobile::Aid => Body::Aid(Box::new(Aid {
                position,
                kind: None,
                name: self.words(Column::Name),
                dimensions: self.dimensions(),
                is_virtual: false,
            })),
            _ => Body::Position(position),
        }
    }

    /// Hash of the static columns; `None` if all are empty.
    fn static_hash(&self) -> Option<u64> {
        let columns = [
            Column::Mobile,
            Column::Imo,
            Column::CallSign,
            Column::Name,
            Column::ShipType,
            Column::Width,
            Column::Length,
            Column::Draught,
            Column::Destination,
            Column::Eta,
            Column::Bow,
            Column::Stern,
            Column::Port,
            Column::Starboard,
        ];
        let mut hasher = FxHasher::default();
        let mut any = false;
        for column in columns {
            let text = said(self.text(column)).unwrap_or_default();
            any |= !text.is_empty() && column != Column::Mobile;
            hasher.write(text);
            // Keeps neighbouring columns apart; text in UTF-8 has no such byte.
            hasher.write_u8(0xFF);
        }
        any.then(|| mixed(hasher.finish()))
    }

    /// The static columns. Impossible values become absent.
    fn statics(&self, mobile: Mobile) -> Static {
        let draught = self.number(Column::Draught).map(|metres| metres * 10.0);
        let imo = self.text(Column::Imo);
        let imo = imo.strip_prefix(b"IMO").unwrap_or(imo);
        let imo = super::moment::number(imo).filter(|imo| (1..=9_999_999).contains(imo));
        Static {
            class: match mobile {
                Mobile::A => Some(Class::A),
                Mobile::B => Some(Class::B),
                _ => None,
            },
            imo: imo.map(|imo| imo as u32),
            name: self.words(Column::Name),
            call_sign: self.words(Column::CallSign),
            ship_type: ship_type(self.text(Column::ShipType)),
            dimensions: self.dimensions(),
            draught_dm: draught
                .map(f64::round)
                .filter(|draught| (1.0..=255.0).contains(draught))
                .map(|draught| draught as u8),
            destination: self.words(Column::Destination),
            eta: self.eta(),
        }
    }

    /// Distances from the antenna. If only length and width are given, the antenna is assumed to be amidships.
    fn dimensions(&self) -> Option<Dimensions> {
        let along = |column| self.whole(column, 511.0).unwrap_or(0.0) as u16;
        let across = |column| self.whole(column, 63.0).unwrap_or(0.0) as u8;
        let dimensions = Dimensions {
            bow: along(Column::Bow),
            stern: along(Column::Stern),
            port: across(Column::Port),
            starboard: across(Column::Starboard),
        };
        if dimensions != Dimensions::default() {
            return Some(dimensions);
        }
        let length = self.whole(Column::Length, 1022.0).unwrap_or(0.0) as u16;
        let width = self.whole(Column::Width, 126.0).unwrap_or(0.0) as u8;
        let dimensions =
            Dimensions { bow: length.div_ceil(2), stern: length / 2, port: width.div_ceil(2), starboard: width / 2 };
        (dimensions != Dimensions::default()).then_some(dimensions)
    }

    /// Estimated arrival as month, day, hour and minute; `None` if it is not a possible moment from 2000 to 2050.
    fn eta(&self) -> Option<(u8, u8, u8, u8)> {
        let text = self.text(Column::Eta);
        let (civil, _) = Civil::day_first(text).or_else(|| Civil::year_first(text))?;
        let (_, month, day, hour, minute, _) = civil.utc().and_then(believable)?.civil();
        possible_eta(month, day, hour, minute)
    }
}

/// Whether the line contains an AIS sentence.
fn holds_sentence(line: &[u8]) -> bool {
    let mut starts = memchr_iter(b'!', line).chain(memchr_iter(b'$', line));
    starts.any(|start| matches!(line.get(start + 3..start + 7), Some(b"VDM," | b"VDO,")))
}
