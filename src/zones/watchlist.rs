//! Watchlists: ships that somebody wants to hear of, read from CSV text and found again by what a ship says of itself.

mod index;
mod rows;
mod table;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::likeness::{Likeness, fold, likeness};
use crate::time::{Span, Time};
use index::{Hashed, Index, Kind, number_key};
use rows::{Builder, Read, Rows};
use table::Table;

/// The columns that are read; a header needs one of the first four.
const COLUMNS: [&str; 9] = ["mmsi", "imo", "call_sign", "name", "list", "reason", "owner", "level", "expires"];
/// The words of a level, and its points.
const LEVELS: [(&str, i32); 4] = [("low", 20), ("medium", 40), ("high", 60), ("critical", 80)];
const DEFAULT_POINTS: i32 = 40;
/// Lists that are wrong throughout are wrong for one reason.
const MOST_FAULTS: usize = 100;

/// What all lists together may come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Rows.
    pub rows: usize,
    /// Heap bytes once they are built.
    pub bytes: usize,
}

impl Default for Bounds {
    /// 2,097,152 rows, as their numbers have 21 bits in the index, and 256 MiB. While other lists are put in their place there are two of
    /// them and the text of one; the unit allows 2 GiB, of which the picture needs most.
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
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// The row.
    pub listed: Listed,
    /// `mmsi`, `imo`, `call_sign` or `name`.
    pub by: &'static str,
    /// One edit apart, not equal.
    pub fuzzy: bool,
}

/// What cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ListError {
    /// A row, or a header.
    #[error("{file}:{line}: {column}: {what}")]
    Row {
        /// The file.
        file: String,
        /// Line of the row, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The fault and what to write instead.
        what: String,
    },
    /// A file as a whole.
    #[error("{file}: {what}")]
    File {
        /// The file.
        file: String,
        /// The fault and what to do instead.
        what: String,
    },
}

/// All rows of all lists. May be large: it is built, and dropped, where nobody waits for it.
#[derive(Clone, Debug, Default)]
pub struct Watchlists {
    rows: Rows,
    index: Index,
    digest: [u8; 32],
}

impl Watchlists {
    /// Reads files of `(name, text)`: all their rows, or what is wrong with them.
    pub fn parse(files: &[(String, String)]) -> Result<Watchlists, Vec<ListError>> {
        Watchlists::parse_within(files, Bounds::default())
    }

    /// The same with other bounds, which must not be wider.
    pub fn parse_within(files: &[(String, String)], bounds: Bounds) -> Result<Watchlists, Vec<ListError>> {
        let (mut rows, mut faults) = (Builder::default(), Faults::default());
        for (file, text) in files {
            let before = (rows.len(), rows.bytes());
            let whole = read(file, text.trim_start_matches('\u{feff}'), bounds, &mut rows, &mut faults);
            if !whole {
                let (rows, bytes) = (rows.len() - before.0, rows.bytes() - before.1);
                let what = format!(
                    "does not fit: its first {rows} rows take {:.1} MB, after {} rows and {:.1} MB of other files; all lists together may \
                     have {} rows and {:.1} MB: leave rows out",
                    mega(bytes),
                    before.0,
                    mega(before.1),
                    bounds.rows,
                    mega(bounds.bytes)
                );
                faults.all.push(ListError::File { file: file.clone(), what });
                break;
            }
        }
        let faults = faults.finish();
        if !faults.is_empty() {
            return Err(faults);
        }
        let (rows, index) = rows.finish();
        Ok(Watchlists { rows, index, digest: Watchlists::digest_of(files) })
    }

    /// What the lists of these files would have as their digest: of all that they are made of.
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

    /// Equal for lists that were made of the same texts.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nobody is listed.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// Heap bytes held.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.index.bytes()
    }

    /// The row that fits a ship best at that time: most points, then an exact match before a fuzzy one, then the earlier row. A
    /// name or call sign does not fit a ship whose IMO number says that it is another one.
    pub fn find(&self, said: Said<'_>, at: Time) -> Option<Match> {
        if self.is_empty() {
            return None;
        }
        let mut best: Option<(i32, bool, u32, &'static str)> = None;
        let mut consider = |row: u32, by: &'static str, fuzzy: bool| {
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
                consider(row, "mmsi", false);
            }
        });
        if let Some(imo) = said.imo {
            self.index.rows(number_key(Kind::Imo, imo), |row| {
                if self.rows.imo(row) == Some(imo) {
                    consider(row, "imo", false);
                }
            });
        }
        let texts = [("name", Kind::Name, said.name), ("call_sign", Kind::CallSign, said.call_sign)];
        for (by, kind, text) in texts {
            let Some(folded) = text.map(fold).filter(|folded| !folded.is_empty()) else {
                continue;
            };
            Hashed::new(kind, &folded).alike(|key| {
                self.index.rows(key, |row| {
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

/// What is wrong so far, and how much more is.
#[derive(Default)]
struct Faults {
    all: Vec<ListError>,
    more: usize,
    last: String,
}

impl Faults {
    fn row(&mut self, file: &str, line: u64, column: &str, what: String) {
        if self.all.len() < MOST_FAULTS {
            let (file, column) = (file.to_owned(), column.to_owned());
            return self.all.push(ListError::Row { file, line, column, what });
        }
        self.more += 1;
        if self.last != file {
            file.clone_into(&mut self.last);
        }
    }

    fn finish(mut self) -> Vec<ListError> {
        if 0 < self.more {
            let what = format!("{} faults more, here and in the lists before", self.more);
            self.all.push(ListError::File { file: self.last, what });
        }
        self.all
    }
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// What rows are called that name no list.
fn stem(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".csv")
}

/// Reads a file; `false` where its rows do not fit.
fn read(file: &str, text: &str, bounds: Bounds, rows: &mut Builder, faults: &mut Faults) -> bool {
    let mut table = Table::new(text);
    let mut header: Vec<String> = Vec::new();
    if table.next().is_some() {
        header = (0..table.cells()).map(|at| table.cell(at).to_lowercase().replace(' ', "_")).collect();
    }
    for (at, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            let shown = format!("{}", at + 1);
            faults.row(file, 1, &shown, format!("unknown column {name:?}; there are {}", COLUMNS.join(", ")));
        } else if header[..at].contains(name) {
            faults.row(file, 1, name, "is there twice".to_owned());
        }
    }
    if !header.iter().any(|name| COLUMNS[..4].contains(&name.as_str())) {
        faults.row(file, 1, "header", format!("needs one of {}", COLUMNS[..4].join(", ")));
        return true;
    }
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column).unwrap_or(usize::MAX));
    while let Some(line) = table.next() {
        let [mmsi, imo, call_sign, name, list, reason, owner, level, expires] = places.map(|at| table.cell(at));
        if (0..table.cells()).all(|at| table.cell(at).is_empty()) {
            continue;
        }
        if header.len() < table.cells() {
            let column = format!("{}", header.len() + 1);
            let what = "one cell too many: put texts with a separator in quotation marks";
            faults.row(file, line, &column, what.to_owned());
            continue;
        }
        let nobody = mmsi.is_empty() && imo.is_empty() && fold(&call_sign).is_empty() && fold(&name).is_empty();
        let mut wrong = |column: &str, what: String| faults.row(file, line, column, what);
        let mut number = |column: &str, said: &str, digits: usize| {
            let bare = said.strip_prefix("IMO").unwrap_or(said).trim();
            let number = bare.parse::<u32>().ok().filter(|_| bare.len() == digits);
            if number.is_none() && !said.is_empty() {
                wrong(column, format!("{said:?} is not a number of {digits} digits"));
            }
            number
        };
        let (mmsi, imo) = (number("mmsi", &mmsi, 9), number("imo", &imo, 7));
        let level = level.to_lowercase();
        let points = LEVELS.iter().find(|(word, _)| *word == level).map(|(_, points)| *points);
        if points.is_none() && !level.is_empty() {
            wrong("level", format!("{level:?} is none of low, medium, high, critical"));
        }
        let until = end_of(&expires);
        if until.is_none() && !expires.is_empty() {
            wrong("expires", format!("{expires:?} is not a date: write 2026-11-22 or 2026-11-22T18:00:00Z"));
        }
        if nobody {
            wrong("mmsi", "the row says of no ship who it is".to_owned());
            continue;
        }
        let list = if list.is_empty() { stem(file) } else { &*list };
        let [reason, owner] = [&reason, &owner].map(|text| Some(&**text).filter(|text| !text.is_empty()));
        let (call_sign, name, points) = (&*call_sign, &*name, points.unwrap_or(DEFAULT_POINTS));
        rows.push(&Read { mmsi, imo, call_sign, name, list, reason, owner, points, expires: until });
        if bounds.rows < rows.len() || bounds.bytes < rows.bytes() {
            return false;
        }
    }
    true
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

#[cfg(test)]
mod tests;
