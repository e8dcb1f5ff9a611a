//! CSV according to RFC 4180 with a header, safe to open in a spreadsheet, and a variant for spreadsheets in locales with a decimal comma.
//!
//! A text that a spreadsheet would read as a formula gets a `'` in front. So does any part of a text after a `;`, which separates cells
//! where the comma is the decimal sign. Numbers stay numbers.

use std::io::{self, Write};

use serde_json::Value;

use super::fields::{Fields, SEPARATOR};
use super::marking;
use atalaia_core::base::time::Time;

/// The type of a cell as a spreadsheet sees it.
enum Cell {
    /// Quoted if needed, and guarded against formulas.
    Text(Option<String>),
    /// Never quoted, so that it stays a number.
    Number(Option<String>),
    /// A time to the second, in the same form in every row.
    Moment(Option<Time>),
}

/// How cells and numbers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RFC 4180: commas, decimal points, `2026-03-01T04:10:00Z`.
    Standard,
    /// Byte order mark, semicolons, decimal commas, `2026-03-01 04:10:00`.
    Excel,
}

/// A column: its name, and the cell of an alert.
type Column = (&'static str, fn(Fields<'_>) -> Cell);

/// The columns of an alert, before those of its marking.
const COLUMNS: [Column; 24] = [
    ("id", |alert| Cell::Text(alert.text("id"))),
    ("behaviour", |alert| Cell::Text(alert.text("behaviour"))),
    ("severity", |alert| Cell::Text(alert.text("severity"))),
    ("score", |alert| Cell::Number(alert.number("score").map(|score| score.to_string()))),
    ("status", |alert| Cell::Text(alert.text("status"))),
    ("state", |alert| Cell::Text(alert.text("state"))),
    ("started_at", |alert| Cell::Moment(alert.time("started_at"))),
    ("opened_at", |alert| Cell::Moment(alert.time("opened_at"))),
    ("last_at", |alert| Cell::Moment(alert.time("last_at"))),
    ("ended_at", |alert| Cell::Moment(alert.time("ended_at"))),
    ("lat", |alert| Cell::Number(alert.position().map(|(_, lat)| lat.to_string()))),
    ("lon", |alert| Cell::Number(alert.position().map(|(lon, _)| lon.to_string()))),
    ("zones", |alert| Cell::Text(alert.joined("zones", "id"))),
    ("mmsi", |alert| Cell::Text(alert.mmsis())),
    ("names", |alert| Cell::Text(alert.joined("vessels", "name"))),
    ("flags", |alert| Cell::Text(alert.joined("vessels", "flag"))),
    ("ship_types", |alert| Cell::Text(alert.joined("vessels", "ship_type"))),
    ("imo", |alert| Cell::Text(alert.joined("vessels", "imo"))),
    ("case_id", |alert| Cell::Text(alert.text("case_id"))),
    ("group_id", |alert| Cell::Text(alert.text("group_id"))),
    ("assignee", |alert| Cell::Text(alert.text("assignee"))),
    ("finding", |alert| Cell::Text(alert.text("finding"))),
    ("summary", |alert| Cell::Text(alert.text("summary"))),
    ("score_reasons", |alert| Cell::Text(alert.score_reasons())),
];

/// Characters that begin a formula, including wide forms that some spreadsheets treat the same.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Writes the header and one row per alert. Rows end with CR LF (RFC 4180, section 2).
pub(super) fn write(dialect: Dialect, alerts: &[Value], out: &mut impl Write) -> io::Result<()> {
    let (start, between) = match dialect {
        Dialect::Standard => ("", ","),
        Dialect::Excel => ("\u{feff}", ";"),
    };
    let marks = marking::COLUMNS.iter();
    let names = COLUMNS.iter().map(|(name, _)| *name).chain(marks.clone().map(|(name, _)| *name));
    let header: Vec<&str> = std::iter::once(marking::FILE).chain(names).collect();
    write!(out, "{start}{}\r\n", header.join(between))?;
    let file = Cell::Text(marking::highest(alerts)).shown(dialect);
    for alert in alerts {
        let own = COLUMNS.iter().map(|(_, cell)| cell(Fields(alert)).shown(dialect));
        let marks = marks.clone().map(|(_, text)| Cell::Text(text(Fields(alert))).shown(dialect));
        let cells: Vec<String> = own.chain(marks).collect();
        write!(out, "{file}{between}{}\r\n", cells.join(between))?;
    }
    Ok(())
}

impl Cell {
    /// The cell as it is written. An absent value is an empty cell.
    fn shown(self, dialect: Dialect) -> String {
        let is_excel = dialect == Dialect::Excel;
        match self {
            Cell::Text(text) => quoted(guarded(&text.unwrap_or_default())),
            Cell::Number(Some(number)) if is_excel => number.replace('.', ","),
            Cell::Number(number) => number.unwrap_or_default(),
            Cell::Moment(None) => String::new(),
            Cell::Moment(Some(at)) => {
                let second = Time::from_seconds(at.seconds()).to_string();
                if is_excel { second.replace('T', " ").replace('Z', "") } else { second }
            }
        }
    }
}

/// The text with a `'` before each part that a spreadsheet would evaluate: a vessel's name is whatever it sends, also a formula.
fn guarded(text: &str) -> String {
    // Ignore leading quotes: a reader that splits at `;` removes them.
    let begins = |part: &str| part.trim_start_matches(|c: char| c.is_whitespace() || c == '"').starts_with(FORMULA);
    let guard = |part| if begins(part) { format!("'{part}") } else { part.to_owned() };
    text.split(SEPARATOR).map(guard).collect::<Vec<_>>().join(SEPARATOR)
}

/// Quotes the text if it contains anything that could separate cells or end the row.
fn quoted(text: String) -> String {
    if text.contains([',', ';', '"', '\r', '\n', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests;
