//! Watchlists: ships that somebody wants to hear of, read from CSV text and found again by what a ship says of itself.

use csv_core::{ReadRecordResult, Reader};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::likeness::{Likeness, fold, likeness};
use crate::time::{Span, Time};

/// The columns that are read; a header needs one of the first four.
const COLUMNS: [&str; 9] = ["mmsi", "imo", "call_sign", "name", "list", "reason", "owner", "level", "expires"];
/// The words of a level, and its points.
const LEVELS: [(&str, i32); 4] = [("low", 20), ("medium", 40), ("high", 60), ("critical", 80)];
const DEFAULT_POINTS: i32 = 40;

/// `[watchlists]`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WatchlistSettings {
    /// Folder of the lists (`*.csv`); empty for none.
    pub folder: String,
}

/// One row of a watchlist.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// MMSI, to be met exactly.
    pub mmsi: Option<u32>,
    /// IMO number, to be met exactly.
    pub imo: Option<u32>,
    /// Call sign, as written.
    pub call_sign: Option<String>,
    /// Name, as written.
    pub name: Option<String>,
    /// The list; the file's name where the row names none.
    pub list: String,
    /// Why it is listed.
    pub reason: Option<String>,
    /// Who wants to know.
    pub owner: Option<String>,
    /// Points of its level: 20, 40, 60 or 80.
    pub points: i32,
    /// From then on the row counts no more.
    pub expires: Option<Time>,
}

/// What a ship says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said<'a> {
    /// Its MMSI.
    pub mmsi: u32,
    /// Its IMO number.
    pub imo: Option<u32>,
    /// Its call sign.
    pub call_sign: Option<&'a str>,
    /// Its name.
    pub name: Option<&'a str>,
}

/// Why a ship is taken for a listed one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Match<'a> {
    /// The row.
    pub listed: &'a Listed,
    /// `mmsi`, `imo`, `call_sign` or `name`.
    pub by: &'static str,
    /// One edit apart, not equal.
    pub fuzzy: bool,
}

/// A row, or a header, that cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{file}:{line}: {column}: {what}")]
pub struct ListError {
    /// The file.
    pub file: String,
    /// Line of the row, from 1.
    pub line: u64,
    /// The column.
    pub column: String,
    /// The fault and what to write instead.
    pub what: String,
}

/// All rows of all lists.
#[derive(Clone, Debug, Default)]
pub struct Watchlists {
    rows: Vec<Listed>,
    by_mmsi: FxHashMap<u32, Vec<u32>>,
    by_imo: FxHashMap<u32, Vec<u32>>,
    /// Rows by folded name and by every name one character shorter: what is one edit apart shares one of them.
    by_name: FxHashMap<String, Vec<u32>>,
    by_call_sign: FxHashMap<String, Vec<u32>>,
}

impl Watchlists {
    /// Reads files of `(name, text)`: all their rows, or everything that is wrong with them.
    pub fn parse(files: &[(String, String)]) -> Result<Watchlists, Vec<ListError>> {
        let (mut lists, mut errors) = (Watchlists::default(), Vec::new());
        for (file, text) in files {
            read(file, text.trim_start_matches('\u{feff}'), &mut lists.rows, &mut errors);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        for (at, row) in lists.rows.iter().enumerate() {
            let at = at as u32;
            if let Some(mmsi) = row.mmsi {
                lists.by_mmsi.entry(mmsi).or_default().push(at);
            }
            if let Some(imo) = row.imo {
                lists.by_imo.entry(imo).or_default().push(at);
            }
            for (text, index) in [(&row.name, &mut lists.by_name), (&row.call_sign, &mut lists.by_call_sign)] {
                for key in text.iter().flat_map(|text| neighbours(&fold(text))) {
                    index.entry(key).or_default().push(at);
                }
            }
        }
        Ok(lists)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nobody is listed.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row that fits a ship best at that time: most points, then an exact match before a fuzzy one, then the earlier row. A
    /// name or call sign does not fit a ship whose IMO number says that it is another one.
    pub fn find(&self, said: Said<'_>, at: Time) -> Option<Match<'_>> {
        if self.is_empty() {
            return None;
        }
        let mut best: Option<(i32, bool, u32, &'static str)> = None;
        let mut consider = |row: u32, by: &'static str, fuzzy: bool| {
            let listed = &self.rows[row as usize];
            if listed.expires.is_some_and(|expires| expires <= at) {
                return;
            }
            let rank = (-listed.points, fuzzy, row, by);
            if best.is_none_or(|best| rank < best) {
                best = Some(rank);
            }
        };
        for row in self.by_mmsi.get(&said.mmsi).into_iter().flatten() {
            consider(*row, "mmsi", false);
        }
        for row in said.imo.and_then(|imo| self.by_imo.get(&imo)).into_iter().flatten() {
            consider(*row, "imo", false);
        }
        for (by, text, index) in [("name", said.name, &self.by_name), ("call_sign", said.call_sign, &self.by_call_sign)]
        {
            let Some(folded) = text.map(fold).filter(|folded| !folded.is_empty()) else {
                continue;
            };
            for row in neighbours(&folded).iter().filter_map(|key| index.get(key)).flatten() {
                let listed = &self.rows[*row as usize];
                let other_ship = listed.imo.is_some_and(|imo| said.imo.is_some_and(|said| said != imo));
                let written = if by == "name" { &listed.name } else { &listed.call_sign };
                let alike = likeness(&fold(written.as_deref().unwrap_or_default()), &folded);
                if !other_ship && alike != Likeness::Different {
                    consider(*row, by, alike == Likeness::OneEdit);
                }
            }
        }
        best.map(|(_, fuzzy, row, by)| Match { listed: &self.rows[row as usize], by, fuzzy })
    }
}

/// A folded text and all that is left of it without one character.
fn neighbours(folded: &str) -> Vec<String> {
    let mut all = vec![folded.to_owned()];
    for (at, c) in folded.char_indices() {
        all.push([&folded[..at], &folded[at + c.len_utf8()..]].concat());
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn read(file: &str, text: &str, rows: &mut Vec<Listed>, errors: &mut Vec<ListError>) {
    let first = text.lines().next().unwrap_or_default();
    // Spreadsheets of half of Europe write semicolons.
    let separator = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut table =
        Table { reader: csv_core::ReaderBuilder::new().delimiter(separator).build(), rest: text.as_bytes(), line: 1 };
    let error =
        |line, column: &str, what: String| ListError { file: file.to_owned(), line, column: column.to_owned(), what };
    let header: Vec<String> = match table.record() {
        Some((_, names)) => names.iter().map(|name| name.trim().to_lowercase().replace(' ', "_")).collect(),
        None => Vec::new(),
    };
    for (at, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            let shown = format!("{}", at + 1);
            errors.push(error(1, &shown, format!("unknown column {name:?}; there are {}", COLUMNS.join(", "))));
        } else if header[..at].contains(name) {
            errors.push(error(1, name, "is there twice".to_owned()));
        }
    }
    if !header.iter().any(|name| COLUMNS[..4].contains(&name.as_str())) {
        errors.push(error(1, "header", format!("needs one of {}", COLUMNS[..4].join(", "))));
        return;
    }
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".csv");
    while let Some((line, record)) = table.record() {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if header.len() < record.len() {
            errors.push(error(
                line,
                &format!("{}", header.len() + 1),
                "one cell too many: put texts with a separator in quotation marks".to_owned(),
            ));
            continue;
        }
        let cell = |column: &str| {
            let at = header.iter().position(|name| name == column)?;
            record.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
        };
        let text = |column: &str| cell(column).map(str::to_owned);
        let mut wrong = |column: &str, what: String| errors.push(error(line, column, what));
        let mut number = |column: &str, digits: usize| {
            let said = cell(column)?;
            let bare = said.strip_prefix("IMO").unwrap_or(said).trim();
            let number = bare.parse::<u32>().ok().filter(|_| bare.len() == digits);
            if number.is_none() {
                wrong(column, format!("{said:?} is not a number of {digits} digits"));
            }
            number
        };
        let (mmsi, imo) = (number("mmsi", 9), number("imo", 7));
        let level = cell("level").map(str::to_lowercase);
        let points = match level.as_deref() {
            None => DEFAULT_POINTS,
            Some(said) => LEVELS.iter().find(|(word, _)| *word == said).map_or_else(
                || {
                    wrong("level", format!("{said:?} is none of low, medium, high, critical"));
                    DEFAULT_POINTS
                },
                |(_, points)| *points,
            ),
        };
        let expires = cell("expires").and_then(|said| {
            let at = end_of(said);
            if at.is_none() {
                wrong("expires", format!("{said:?} is no date: write 2026-11-22 or 2026-11-22T18:00:00Z"));
            }
            at
        });
        let (call_sign, name) = (text("call_sign"), text("name"));
        let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| fold(text).is_empty());
        if ["mmsi", "imo"].iter().all(|column| cell(column).is_none()) && empty(&call_sign) && empty(&name) {
            wrong("mmsi", "the row says of no ship who it is".to_owned());
            continue;
        }
        let list = text("list").unwrap_or_else(|| stem.to_owned());
        let (reason, owner) = (text("reason"), text("owner"));
        rows.push(Listed { mmsi, imo, call_sign, name, list, reason, owner, points, expires });
    }
}

/// When a date or moment is over: a date at its midnight, UTC.
pub(super) fn end_of(said: &str) -> Option<Time> {
    if let Some(at) = Time::parse(said) {
        return Some(at);
    }
    let mut parts = said.split('-');
    let mut part = || parts.next()?.parse::<u32>().ok();
    let (year, month, day) = (part()?, part()?, part()?);
    let midnight = Time::from_utc(i32::try_from(year).ok()?, month, day, 0, 0, 0)?;
    parts.next().is_none().then_some(midnight + Span::from_hours(24))
}

/// CSV text, record by record, with the line each begins in.
struct Table<'a> {
    reader: Reader,
    rest: &'a [u8],
    /// Line that `rest` begins in, from 1.
    line: u64,
}

impl Table<'_> {
    fn record(&mut self) -> Option<(u64, Vec<String>)> {
        let (mut bytes, mut ends) = (vec![0; 256], vec![0; 16]);
        let (mut written, mut ended) = (0, 0);
        let newlines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let empty = self.rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        self.line += newlines(&self.rest[..empty]);
        self.rest = &self.rest[empty..];
        let line = self.line;
        loop {
            let (result, read, wrote, fields) =
                self.reader.read_record(self.rest, &mut bytes[written..], &mut ends[ended..]);
            self.line += newlines(&self.rest[..read]);
            self.rest = &self.rest[read..];
            written += wrote;
            ended += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => bytes.resize(2 * bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        let mut start = 0;
        let cells = ends[..ended].iter().map(|end| {
            let cell = String::from_utf8_lossy(&bytes[start..*end]).into_owned();
            start = *end;
            cell
        });
        Some((line, cells.collect()))
    }
}

#[cfg(test)]
mod tests;
