//! CSV recordings: the Danish Maritime Authority's and both layouts of NOAA MarineCadastre, told apart by content.

use std::hash::Hasher;

use csv_core::{ReadRecordResult, Reader};
use memchr::{memchr, memchr_iter};
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};

use super::bits::mixed;
use super::cut::MAX_LINE;
use super::message::possible_eta;
use super::moment::{Civil, believable};
use super::report::{Aid, Body, Class, Dimensions, Position, Static};
use super::tally::Reject;
use super::words::{Mobile, mobile, said, ship_type, status};
use crate::time::Time;
use crate::units::Mmsi;

/// Vessels whose static columns are remembered, so that they are handed on when they change and not with every row.
const MAX_KNOWN: usize = 100_000;
const MAX_COLUMNS: usize = 64;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Column {
    Time,
    Mmsi,
    Lat,
    Lon,
    Sog,
    Cog,
    Heading,
    Status,
    Mobile,
    Imo,
    CallSign,
    Name,
    ShipType,
    Width,
    Length,
    Draught,
    Destination,
    Eta,
    Bow,
    Stern,
    Port,
    Starboard,
}

/// Where the columns are.
type Places = [Option<u8>; 22];

const DMA: &[u8] = b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,\
Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,\
A,B,C,D";
const NOAA: &[u8] =
    b"MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,\
Draft,Cargo,TransceiverClass";
const NOAA_2025: &[u8] =
    b"mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,\
status,length,width,draft,cargo,transceiver";

/// The rows of one source.
#[derive(Serialize, Deserialize)]
pub(super) struct Rows {
    layout: Option<Places>,
    #[serde(skip)]
    record: Record,
    known: FxHashMap<u32, u64>,
}

/// What a row says.
#[derive(Serialize, Deserialize)]
pub(super) struct Reading {
    pub(super) at: Time,
    pub(super) mmsi: Mmsi,
    /// Of the whole row.
    pub(super) hash: u64,
    pub(super) body: Body,
    /// The static columns, when they are new or have changed.
    pub(super) said: Option<Box<Static>>,
}

impl Rows {
    pub(super) fn new() -> Rows {
        Rows { layout: None, record: Record::new(), known: FxHashMap::default() }
    }

    /// Whether a line is CSV: a header of a known layout, or a row of the layout in force. A piece cut from the middle of a
    /// recording has no header; its rows are known by their first fields.
    pub(super) fn claims(&mut self, line: &[u8]) -> bool {
        match line.first() {
            None | Some(b'!' | b'\\' | b'$') => return false,
            Some(b'0'..=b'9') => {}
            Some(_) if places(line).is_some() => return true,
            Some(b'#') => return false,
            Some(_) if self.layout.is_none() => return false,
            Some(_) => {}
        }
        if memchr(b',', line).is_none() || holds_sentence(line) {
            return false;
        }
        if self.layout.is_none() {
            self.layout = layout_of_row(line).and_then(places);
        }
        self.layout.is_some()
    }

    /// Reads a line that `claims` accepted; `None` for a header line.
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
        let is_news = said.is_some() && self.known.get(&mmsi.0) != said.as_ref();
        let statics = is_news.then(|| Box::new(row.statics(mobile)));
        let body = row.body(mobile);
        if let (true, Some(said)) = (is_news, said) {
            if MAX_KNOWN <= self.known.len() {
                self.known.clear();
            }
            self.known.insert(mmsi.0, said);
        }
        Ok(Some(Reading { at, mmsi, hash, body, said: statics.filter(|said| !said.is_empty()) }))
    }

    /// The time of a line that `claims` accepted; `None` for a header line or a bad row.
    pub(super) fn time(&mut self, line: &[u8]) -> Option<Time> {
        let layout = self.enter(line).ok()??;
        let row = Fields { layout: &layout, record: &self.record };
        row.time()
    }

    /// Takes a header line into force, or splits a row by the layout in force.
    fn enter(&mut self, line: &[u8]) -> Result<Option<Places>, Reject> {
        let row = matches!(line.first(), Some(b'0'..=b'9'));
        if !row && let Some(layout) = places(line) {
            self.layout = Some(layout);
            return Ok(None);
        }
        if !self.record.split(line) {
            return Err(Reject::CsvRow);
        }
        self.layout.map(Some).ok_or(Reject::CsvRow)
    }
}

/// One row, split.
struct Record {
    reader: Reader,
    text: [u8; 2 * MAX_LINE],
    ends: [usize; MAX_COLUMNS],
    columns: usize,
}

impl Default for Record {
    fn default() -> Record {
        Record::new()
    }
}

impl Record {
    fn new() -> Record {
        Record { reader: Reader::new(), text: [0; 2 * MAX_LINE], ends: [0; MAX_COLUMNS], columns: 0 }
    }

    fn split(&mut self, line: &[u8]) -> bool {
        self.reader.reset();
        let (result, _, text, ends) = self.reader.read_record(line, &mut self.text, &mut self.ends);
        self.columns = ends;
        match result {
            ReadRecordResult::Record => true,
            ReadRecordResult::InputEmpty => {
                let (result, _, _, more) = self.reader.read_record(&[], &mut self.text[text..], &mut self.ends[ends..]);
                self.columns = ends + more;
                result == ReadRecordResult::Record
            }
            _ => false,
        }
    }

    fn field(&self, index: usize) -> &[u8] {
        if self.columns <= index {
            return &[];
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start..self.ends[index]).unwrap_or_default()
    }
}

/// One row, by column.
struct Fields<'a> {
    layout: &'a Places,
    record: &'a Record,
}

impl Fields<'_> {
    fn text(&self, column: Column) -> &[u8] {
        match self.layout[column as usize] {
            Some(index) => self.record.field(usize::from(index)).trim_ascii(),
            None => &[],
        }
    }

    fn number(&self, column: Column) -> Option<f64> {
        let text = std::str::from_utf8(self.text(column)).ok()?;
        let number: f64 = text.parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// A whole number in `range`, perhaps written with decimals.
    fn whole(&self, column: Column, top: f64) -> Option<f64> {
        let number = self.number(column)?.round();
        (1.0..=top).contains(&number).then_some(number)
    }

    fn words(&self, column: Column) -> Option<Box<str>> {
        let text = said(self.text(column))?;
        let text = String::from_utf8_lossy(text);
        let text = text.split('@').next().unwrap_or_default().trim();
        (!text.is_empty()).then(|| text.into())
    }

    fn time(&self) -> Option<Time> {
        let text = self.text(Column::Time);
        let (civil, rest) = Civil::year_first(text).or_else(|| Civil::day_first(text))?;
        match rest {
            [] | b"Z" => civil.utc(),
            _ => None,
        }
    }

    fn mmsi(&self) -> Option<Mmsi> {
        let digits = self.text(Column::Mmsi);
        let number = super::moment::number(digits).filter(|number| *number <= 999_999_999)?;
        Some(Mmsi(number as u32))
    }

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

    /// A hash of the static columns; `None` when all are empty.
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
            hasher.write_u8(0xFF);
        }
        any.then(|| mixed(hasher.finish()))
    }

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

    /// The four distances; where only length and width are given, the antenna is taken to be amidships.
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

    fn eta(&self) -> Option<(u8, u8, u8, u8)> {
        let text = self.text(Column::Eta);
        let (civil, _) = Civil::day_first(text).or_else(|| Civil::year_first(text))?;
        let (_, month, day, hour, minute, _) = civil.utc().and_then(believable)?.civil();
        possible_eta(month, day, hour, minute)
    }
}

/// Whether an AIS sentence stands somewhere in the line.
fn holds_sentence(line: &[u8]) -> bool {
    let mut starts = memchr_iter(b'!', line).chain(memchr_iter(b'$', line));
    starts.any(|start| matches!(line.get(start + 3..start + 7), Some(b"VDM," | b"VDO,")))
}

/// The header that belongs to a row without one, by the look of its first fields.
fn layout_of_row(line: &[u8]) -> Option<&'static [u8]> {
    if let Some((_, [b',', ..])) = Civil::day_first(line) {
        return Some(DMA);
    }
    let comma = memchr(b',', line)?;
    let (_, rest) = Civil::year_first(&line[comma + 1..])?;
    let with_t = line.get(comma + 11) == Some(&b'T');
    match (rest, with_t, (7..=9).contains(&comma)) {
        ([b',', ..], true, true) => Some(NOAA),
        ([b',', ..], false, true) => Some(NOAA_2025),
        _ => None,
    }
}

/// Where a header line puts the columns; `None` for a line that is no header of a recording we can use.
fn places(line: &[u8]) -> Option<Places> {
    let mut places = [None; 22];
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    for (index, name) in line.split(|byte| *byte == b',').enumerate() {
        let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
        let name: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
        let column = match &name[..] {
            b"timestamp" | b"basedatetime" => Column::Time,
            b"mmsi" => Column::Mmsi,
            b"lat" | b"latitude" => Column::Lat,
            b"lon" | b"longitude" => Column::Lon,
            b"sog" => Column::Sog,
            b"cog" => Column::Cog,
            b"heading" => Column::Heading,
            b"navigationalstatus" | b"status" => Column::Status,
            b"typeofmobile" | b"transceiverclass" | b"transceiver" => Column::Mobile,
            b"imo" => Column::Imo,
            b"callsign" => Column::CallSign,
            b"name" | b"vesselname" => Column::Name,
            b"shiptype" | b"vesseltype" => Column::ShipType,
            b"width" => Column::Width,
            b"length" => Column::Length,
            b"draught" | b"draft" => Column::Draught,
            b"destination" => Column::Destination,
            b"eta" => Column::Eta,
            b"a" => Column::Bow,
            b"b" => Column::Stern,
            b"c" => Column::Port,
            b"d" => Column::Starboard,
            _ => continue,
        };
        if index < MAX_COLUMNS && places[column as usize].is_none() {
            places[column as usize] = Some(index as u8);
        }
    }
    let needed = [Column::Time, Column::Mmsi, Column::Lat, Column::Lon];
    let all = needed.iter().all(|column| places[*column as usize].is_some());
    all.then_some(places)
}
