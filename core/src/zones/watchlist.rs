//! Watchlists: vessels the analysts want alerts for, read from CSV text and matched against what a ship reports about itself.
//!
//! Lists are CSV with a header, kept by analysts in spreadsheets. Any of MMSI, IMO number, call sign and name
//! identifies a vessel; names and call signs also match with one typing error, from six characters on. All lists
//! together may have two million rows, so `rows` stores them compactly and `index` finds candidates by hash.

mod entry;
mod index;
mod rows;

pub use entry::{Listed, Match, MatchedBy, Said};

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::likeness::{Likeness, fold, imo_check_digit_holds, likeness};
use crate::base::fault::Fault;
use crate::base::text::advice;
use crate::base::time::{Span, Time};
use crate::geo::CsvTable;
use index::{Hashed, Index, Kind, number_key};
use rows::{Builder, NewRow, Rows};

/// The columns that are read; a header needs one of the first four.
const COLUMNS: [&str; 9] = ["mmsi", "imo", "call_sign", "name", "list", "reason", "owner", "level", "expires"];
/// Level names and their points.
const LEVELS: [(&str, i32); 4] = [("low", 20), ("medium", 40), ("high", 60), ("critical", 80)];
/// Points of a row without a level: medium.
const DEFAULT_POINTS: i32 = 40;
/// Maximum number of faults listed one by one; a list that is wrong throughout usually has a single cause.
const MOST_FAULTS: usize = 100;

/// Limits for all lists together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Maximum number of rows.
    pub rows: usize,
    /// Maximum heap size of the finished lists, in bytes.
    pub bytes: usize,
}

impl Default for Bounds {
    /// 2,097,152 rows, because row numbers have 21 bits in the index, and 256 MiB. While lists are replaced, both the
    /// old and the new ones are in memory, and the text of one file. The systemd unit allows 2 GiB, most of which the
    /// tracks need.
    fn default() -> Bounds {
        Bounds { rows: index::MOST_ROWS, bytes: 256 << 20 }
    }
}

/// `[watchlists]`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WatchlistSettings {
    /// Folder of the lists (`*.csv`); empty for none.
    pub folder: String,
}

/// A fault of a watchlist file.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub struct ListError {
    /// Name of the file.
    pub file: String,
    /// Line of the row, from 1; `None` if the fault is of the file as a whole.
    pub line: Option<u64>,
    /// What is wrong. The key is `column NAME`, or `column NUMBER` if the column has no name; empty for the whole file or row.
    pub fault: Fault,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.fault),
            None => write!(f, "{}: {}", self.file, self.fault),
        }
    }
}

/// All rows of all lists. It may be large, so it is built and dropped off the hot path.
#[derive(Clone, Debug, Default)]
pub struct Watchlists {
    /// The rows of all lists.
    rows: Rows,
    /// Finds rows by what a ship reports.
    index: Index,
    /// SHA-256 over names and texts of the files; zeros in the default value.
    digest: [u8; 32],
    /// Probable mistakes in rows, of the same limited number as faults.
    doubts: Vec<ListError>,
}

impl Watchlists {
    /// Parses files given as (name, text). Returns all their rows, or every fault.
    pub fn parse(files: &[(String, String)]) -> Result<Watchlists, Vec<ListError>> {
        Watchlists::parse_within(files, Bounds::default())
    }

    /// As [`Watchlists::parse`], with other limits; they must not exceed the default ones.
    pub fn parse_within(files: &[(String, String)], bounds: Bounds) -> Result<Watchlists, Vec<ListError>> {
        let (mut rows, mut faults, mut doubts) = (Builder::default(), Faults::default(), Faults::default());
        for (file, text) in files {
            let before = (rows.len(), rows.bytes());
            let whole = read(file, text.trim_start_matches('\u{feff}'), bounds, &mut rows, (&mut faults, &mut doubts));
            if !whole {
                let (rows, bytes) = (rows.len() - before.0, rows.bytes() - before.1);
                let what = format!(
                    "does not fit: its first {rows} rows take {:.1} MB, after {} rows and {:.1} MB of other files",
                    mega(bytes),
                    before.0,
                    mega(before.1)
                );
                let most = mega(bounds.bytes);
                let advice =
                    format!("leave rows out: all lists together may have {} rows and {most:.1} MB", bounds.rows);
                let fault = Fault::new("", what).advise(advice);
                faults.all.push(ListError { file: file.clone(), line: None, fault });
                break;
            }
        }
        let faults = faults.finish();
        if !faults.is_empty() {
            return Err(faults);
        }
        let (rows, index) = rows.finish();
        Ok(Watchlists { rows, index, digest: Watchlists::digest_of(files), doubts: doubts.finish() })
    }

    /// The digest that lists made from these files would have.
    pub fn digest_of(files: &[(String, String)]) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (file, text) in files {
            for part in [stem(file), text] {
                digest.update((part.len() as u64).to_le_bytes());
                digest.update(part);
            }
        }
        digest.finalize().into()
    }

    /// Digest of the files; equal for lists made from the same texts.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Rows that are taken as they are and are probably mistaken.
    pub fn doubts(&self) -> &[ListError] {
        &self.doubts
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of rows that have expired at that time.
    pub fn expired(&self, at: Time) -> usize {
        let is_over = |row: &u32| self.rows.expires(*row).is_some_and(|expires| expires <= at);
        (0..self.rows.len() as u32).filter(is_over).count()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// Size on the heap in bytes.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.index.bytes()
    }

    /// The row that fits a ship best at that time: most points, then exact before fuzzy matches, then the earlier row.
    /// A name or call sign does not match a ship whose IMO number differs from the row's.
    pub fn find(&self, said: Said<'_>, at: Time) -> Option<Match> {
        if self.is_empty() {
            return None;
        }
        let mut best: Option<(i32, bool, u32, MatchedBy)> = None;
        let mut consider = |row: u32, by: MatchedBy, fuzzy: bool| {
            if self.rows.expires(row).is_some_and(|expires| expires <= at) {
                return;
            }
            let rank = (-self.rows.points(row), fuzzy, row, by);
            if best.is_none_or(|best| rank < best) {
                best = Some(rank);
            }
        };
        self.index.rows(number_key(Kind::Mmsi, said.mmsi), |row| {
            if self.rows.mmsi(row) == Some(said.mmsi) {
                consider(row, MatchedBy::Mmsi, false);
            }
        });
        if let Some(imo) = said.imo {
            self.index.rows(number_key(Kind::Imo, imo), |row| {
                if self.rows.imo(row) == Some(imo) {
                    consider(row, MatchedBy::Imo, false);
                }
            });
        }
        let texts = [(MatchedBy::Name, Kind::Name, said.name), (MatchedBy::CallSign, Kind::CallSign, said.call_sign)];
        for (by, kind, text) in texts {
            let Some(folded) = text.map(fold).filter(|folded| !folded.is_empty()) else {
                continue;
            };
            Hashed::new(kind, &folded).alike(|key| {
                self.index.rows(key, |row| {
                    // Names and call signs are reused, IMO numbers are not: two that differ are two hulls.
                    let other_ship = self.rows.imo(row).is_some_and(|imo| said.imo.is_some_and(|said| said != imo));
                    let [call_sign, name] = self.rows.said(row);
                    let written = if kind == Kind::Name { name } else { call_sign };
                    let alike = if other_ship { Likeness::Different } else { likeness(&fold(written), &folded) };
                    if alike != Likeness::Different {
                        consider(row, by, alike == Likeness::OneEdit);
                    }
                });
            });
        }
        best.map(|(_, fuzzy, row, by)| Match { listed: self.rows.listed(row), by, fuzzy })
    }
}

/// The faults so far, and the number of those beyond the limit.
#[derive(Default)]
struct Faults {
    /// The first faults; at most `MOST_FAULTS` of rows.
    all: Vec<ListError>,
    /// Number of further faults of rows.
    more: usize,
    /// File of the last of them.
    last: String,
}

impl Faults {
    /// Adds a fault of a row, whose key is the column.
    fn row(&mut self, file: &str, line: u64, fault: Fault) {
        if self.all.len() < MOST_FAULTS {
            let fault = Fault { key: format!("column {}", fault.key), ..fault };
            return self.all.push(ListError { file: file.to_owned(), line: Some(line), fault });
        }
        self.more += 1;
        if self.last != file {
            file.clone_into(&mut self.last);
        }
    }

    /// All faults, with one more that counts those left out.
    fn finish(mut self) -> Vec<ListError> {
        if 0 < self.more {
            let fault = Fault::new("", format!("{} more of this kind, in this list and earlier ones", self.more));
            self.all.push(ListError { file: self.last, line: None, fault });
        }
        self.all
    }
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Name of the list for rows that do not give one.
fn stem(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".csv")
}

/// Reads a file; returns `false` if its rows exceed the limits. Adds what is wrong to the faults, and what probably is to the doubts.
fn read(
    file: &str,
    text: &str,
    bounds: Bounds,
    rows: &mut Builder,
    (faults, doubts): (&mut Faults, &mut Faults),
) -> bool {
    let mut table = CsvTable::new(text);
    let mut header: Vec<String> = Vec::new();
    if table.next_record().is_some() {
        header = table.names().iter().map(|name| name.replace(' ', "_")).collect();
    }
    if !header.is_empty() && !header.iter().any(|name| COLUMNS.contains(&name.as_str())) {
        let fault = Fault::new("", "the first line must be the header, and this one names no column");
        let fault =
            fault.advise(format!("write a line above it with the names of the columns, any of {}", COLUMNS.join(", ")));
        faults.all.push(ListError { file: file.to_owned(), line: Some(1), fault });
        return true;
    }
    for (at, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            let fault = Fault::new((at + 1).to_string(), format!("unknown column {name:?}"));
            faults.row(file, 1, fault.advise(advice(name, &COLUMNS)));
        } else if header[..at].contains(name) {
            faults.row(file, 1, Fault::new(name, "appears twice").advise("leave one of the two out"));
        }
    }
    if !header.iter().any(|name| COLUMNS[..4].contains(&name.as_str())) {
        let fault = Fault::new("", "no column of the header identifies a ship");
        let fault = fault.advise(format!("name one of them {}", COLUMNS[..4].join(", ")));
        faults.all.push(ListError { file: file.to_owned(), line: Some(1), fault });
        return true;
    }
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column).unwrap_or(usize::MAX));
    while let Some(line) = table.next_record() {
        let [mmsi, imo, call_sign, name, list, reason, owner, level, expires] = places.map(|at| table.cell(at));
        if (0..table.cells()).all(|at| table.cell(at).is_empty()) {
            continue;
        }
        if table.swallows_rows() {
            let fault = Fault::new("", "a quotation mark is not closed, so the rows below belong to this one");
            let fault = fault.advise("write a second quotation mark at the end of the text");
            faults.all.push(ListError { file: file.to_owned(), line: Some(line), fault });
            continue;
        }
        if header.len() < table.cells() {
            let fault = Fault::new((header.len() + 1).to_string(), "is beyond the header");
            faults.row(file, line, fault.advise("put texts with a separator in quotation marks"));
            continue;
        }
        let unidentified = mmsi.is_empty() && imo.is_empty() && fold(call_sign).is_empty() && fold(name).is_empty();
        let mut wrong = |column: &str, what: String, advice: &str| {
            faults.row(file, line, Fault::new(column, what).advise(advice));
        };
        let mut number = |column: &str, said: &str, digits: usize| {
            let bare = said.strip_prefix("IMO").unwrap_or(said).trim();
            let number = bare.parse::<u32>().ok().filter(|_| bare.len() == digits);
            if number.is_none() && !said.is_empty() {
                wrong(
                    column,
                    format!("{said:?} is not a number of {digits} digits"),
                    "write all digits, and nothing else",
                );
            }
            number
        };
        let (mmsi, imo) = (number("mmsi", mmsi, 9), number("imo", imo, 7));
        if let Some(imo) = imo.filter(|imo| !imo_check_digit_holds(*imo)) {
            let fault = Fault::new("imo", format!("{imo} has a wrong check digit, so no ship has this number"));
            doubts.row(file, line, fault.advise("compare it with a register"));
        }
        let level = level.to_lowercase();
        let points = LEVELS.iter().find(|(word, _)| *word == level).map(|(_, points)| *points);
        if points.is_none() && !level.is_empty() {
            wrong("level", format!("{level:?} is not known"), "write low, medium, high or critical");
        }
        let until = end_of(expires);
        if until.is_none() && !expires.is_empty() {
            wrong("expires", format!("{expires:?} is not a date"), "write 2026-11-22 or 2026-11-22T18:00:00Z");
        }
        if unidentified {
            wrong(
                "mmsi",
                "the row does not identify a ship".to_owned(),
                "write its MMSI, IMO number, call sign or name",
            );
            continue;
        }
        let list = if list.is_empty() { stem(file) } else { list };
        let [reason, owner] = [reason, owner].map(|text| Some(text).filter(|text| !text.is_empty()));
        let points = points.unwrap_or(DEFAULT_POINTS);
        rows.push(&NewRow { mmsi, imo, call_sign, name, list, reason, owner, points, expires: until });
        if bounds.rows < rows.len() || bounds.bytes < rows.bytes() {
            return false;
        }
    }
    true
}

/// When a date or moment is over. A date is over at the end of its day, UTC.
/// `None` if the text is neither RFC 3339 nor `YYYY-MM-DD`.
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

#[cfg(test)]
mod tests;
