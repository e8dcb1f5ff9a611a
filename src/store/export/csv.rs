//! CSV according to RFC 4180 with a header, safe to open in a spreadsheet, and a variant for spreadsheets in locales with a decimal comma.
//!
//! A text that a spreadsheet would read as a formula gets a `'` in front. So does any part of a text after a `;`, which separates cells
//! where the comma is the decimal sign. Numbers stay numbers.

use std::io::{self, Write};

use serde_json::Value;

use super::fields::{Fields, SEPARATOR};
use super::marking;
use crate::time::Time;

/// The type of a cell as a spreadsheet sees it.
enum Cell {
    Text(Option<String>),
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

type Column = (&'static str, fn(Fields<'_>) -> Cell);

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

/// The text with a `'` before each part that a spreadsheet would evaluate.
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
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(alerts: &[Value]) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        write(Dialect::Standard, alerts, &mut out).expect("memory takes it");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
        let row = |row: Result<::csv::StringRecord, _>| row.expect("CSV").iter().map(str::to_owned).collect();
        reader.records().map(row).collect()
    }

    fn named(name: &str) -> String {
        let rows = rows(&[json!({"vessels": [{"name": name}]})]);
        assert_eq!((rows.len(), rows[1].len()), (2, 1 + COLUMNS.len() + marking::COLUMNS.len()), "{name:?}");
        rows[1][15].clone()
    }

    #[test]
    fn no_text_begins_a_formula() {
        for (name, shown) in [
            ("=HYPERLINK(\"http://x\",\"A\")", "'=HYPERLINK(\"http://x\",\"A\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'=1"),
            ("\r=1", "'=1"),
            ("   =1", "'=1"),
            ("\u{200b}=1", "'=1"),
            ("\u{a0}\u{202e}=1", "'=1"),
            ("\u{feff}＝1", "'＝1"),
            ("\"=1\"", "'\"=1\""),
            ("A=1", "A=1"),
            ("A-1", "A-1"),
            ("", ""),
        ] {
            assert_eq!(named(name), shown, "{name:?}");
        }
    }

    #[test]
    fn no_part_that_a_reader_of_semicolons_sees_begins_one() {
        let rows =
            rows(&[json!({"vessels": [{"name": "A"}, {"name": "=1"}], "summary": "x; \"=1+1\";y", "finding": "a;b"})]);
        assert_eq!((rows[1][15].as_str(), rows[1][23].as_str()), ("A;'=1", "x;' \"=1+1\";y"));
        assert_eq!(rows[1][22], "a;b");
        assert_eq!(quoted("a;b".to_owned()), "\"a;b\"", "a reader that splits at commas and semicolons sees one cell");
    }

    #[test]
    fn whatever_a_text_holds_the_row_keeps_its_cells() {
        assert_eq!(named("A,\"B\"\r\nC\0\n\"\",D"), "A,\"B\"  C \"\",D");
        assert_eq!(named("]]><script>"), "]]><script>");
    }

    #[test]
    fn excel_gets_its_mark_semicolons_decimal_commas_and_times_it_reads() {
        let alert = json!({"id": "a", "score": 40, "started_at": "2026-03-01T04:10:00.250Z", "ended_at": null,
            "position": {"lat": -18.25, "lon": 4.5}, "vessels": [{"mmsi": 1}, {"mmsi": 2}]});
        let mut out = Vec::new();
        write(Dialect::Excel, std::slice::from_ref(&alert), &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.starts_with("\u{feff}file_tlp;id;behaviour;"), "{text}");
        assert!(
            text.contains("\r\nTLP:RED;a;;;40;;;2026-03-01 04:10:00;;;;-18,25;4,5;;\"000000001;000000002\";"),
            "{text}"
        );
        let rows = rows(&[alert]);
        assert_eq!(rows[1][7], "2026-03-01T04:10:00Z", "to the second, as in every other row");
    }

    #[test]
    fn numbers_stay_numbers_and_what_is_absent_is_empty() {
        let south = json!({"score": 40, "position": {"lat": -18.2, "lon": -0.5}, "vessels": [{"mmsi": 1, "imo": 9_074_729}], "notes": 7,
            "score_reasons": [{"code": "a", "points": 5}, {"code": "b", "points": -3}]});
        let rows = rows(&[south, json!(null), json!({"position": null, "score": "=1"})]);
        assert_eq!((rows[1][4].as_str(), rows[1][11].as_str(), rows[1][12].as_str()), ("40", "-18.2", "-0.5"));
        assert_eq!(
            (rows[1][14].as_str(), rows[1][18].as_str(), rows[1][24].as_str()),
            ("000000001", "9074729", "a+5 b-3")
        );
        assert!(rows[2..].iter().all(|row| row[0] == "TLP:RED" && row[1..].iter().all(String::is_empty)), "{rows:?}");
    }
}
