//! What really happened, row by row: the truth that alerts are compared with, read from JSON lines or CSV.
//!
//! Rows are written by people, often in a spreadsheet. So both formats are accepted, a mark of byte order is
//! ignored, and every faulty line is reported at once instead of the first.

use serde_json::{Map, Value};

use atalaia_core::alerts::Severity;
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::NAMES;
use atalaia_core::geo::CsvTable;

/// The columns of a CSV file, and the keys of a JSON line. The first four are required.
const COLUMNS: [&str; 7] = ["behaviour", "vessels", "from", "to", "expect", "level", "note"];

/// What a row expects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// An alert of the behaviour.
    Alert,
    /// No alert: a hard negative, which looks like the behaviour and is not.
    None,
}

/// One row: these vessels showed the behaviour, or something that must not be taken for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Truth {
    /// Name of the behaviour.
    pub behaviour: String,
    /// MMSIs that an alert must name, all of them. Empty if no vessel is concerned; in a hard negative, empty means any
    /// vessel.
    pub vessels: Vec<u32>,
    /// When it began.
    pub from: Time,
    /// When it ended.
    pub to: Time,
    /// Whether an alert is expected.
    pub expect: Expect,
    /// Alerts below this severity do not count for this row, for or against it.
    pub level: Severity,
}

/// A line of a truth or alert file that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct LineError {
    /// Name of the file.
    pub file: String,
    /// Line number, from 1.
    pub line: u64,
    /// What is wrong, with the name of the key.
    pub what: String,
}

/// Reads a truth file: JSON lines if it begins with `{`, else CSV with a header.
///
/// # Errors
/// Every line that cannot be used.
pub fn parse(file: &str, text: &str) -> Result<Vec<Truth>, Vec<LineError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows = match text.trim_start().starts_with('{') {
        true => json_rows(text),
        false => csv_rows(text),
    };
    let mut truths = Vec::new();
    let mut errors = Vec::new();
    for (line, row) in rows {
        match row.and_then(|row| truth(&row)) {
            Ok(truth) => truths.push(truth),
            Err(what) => errors.push(LineError { file: file.to_owned(), line, what }),
        }
    }
    if errors.is_empty() { Ok(truths) } else { Err(errors) }
}

/// Line number, from 1, and the keys and values of the row, or what is wrong with it.
type Row = (u64, Result<Map<String, Value>, String>);

/// The rows of JSON lines; blank lines are skipped.
fn json_rows(text: &str) -> Vec<Row> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let object = |line: &str| match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("is not a JSON object".to_owned()),
        Err(error) => Err(format!("is not a JSON object: {error}")),
    };
    lines.map(|(number, line)| (number, object(line))).collect()
}

/// The rows of a CSV text, as the objects that they would be in JSON. Empty cells count as missing keys. A
/// faulty header is the only error reported, because no row can be read without it.
fn csv_rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut header: Option<Vec<String>> = None;
    let mut table = CsvTable::new(text);
    while let Some(line) = table.next_record() {
        let Some(columns) = &header else {
            let columns = table.names();
            let missing: Vec<&str> =
                COLUMNS[..4].iter().filter(|name| !columns.iter().any(|column| column == *name)).copied().collect();
            if !missing.is_empty() {
                let what = format!("the header lacks {}; it needs behaviour,vessels,from,to", missing.join(", "));
                return vec![(line, Err(what))];
            }
            header = Some(columns);
            continue;
        };
        if table.cells() != columns.len() {
            let what = format!("has {} fields, the header has {}", table.cells(), columns.len());
            rows.push((line, Err(what)));
            continue;
        }
        let cells = columns.iter().enumerate().map(|(at, column)| (column.clone(), table.cell(at)));
        let filled = cells.filter(|(_, cell)| !cell.is_empty());
        let object = filled.map(|(column, cell)| (column, Value::String(cell.to_owned()))).collect();
        rows.push((line, Ok(object)));
    }
    rows
}

/// Checks one row.
///
/// # Errors
/// The first key that is unknown, missing or wrong, and how to write it.
fn truth(row: &Map<String, Value>) -> Result<Truth, String> {
    if let Some(key) = row.keys().find(|key| !COLUMNS.contains(&key.as_str())) {
        return Err(format!("`{key}` is not a known key; there are {}", COLUMNS.join(", ")));
    }
    let behaviour = words(row, "behaviour")?.ok_or("`behaviour` is missing")?;
    if !NAMES.contains(&behaviour) {
        return Err(format!("behaviour: `{behaviour}` is not a behaviour; there are {}", NAMES.join(", ")));
    }
    let moment = |key: &str| {
        let text = words(row, key)?.ok_or(format!("`{key}` is missing"))?;
        Time::parse(text).ok_or(format!("{key}: write it as 2026-03-01T04:10:00Z, not `{text}`"))
    };
    let (from, to) = (moment("from")?, moment("to")?);
    if to < from {
        return Err(format!("to: {to} is before from, {from}"));
    }
    let expect = match words(row, "expect")? {
        None | Some("alert") => Expect::Alert,
        Some("none") => Expect::None,
        Some(other) => return Err(format!("expect: write alert or none, not `{other}`")),
    };
    let level = match words(row, "level")? {
        None => Severity::Info,
        Some(word) => {
            severity(word).ok_or(format!("level: write info, low, medium, high or critical, not `{word}`"))?
        }
    };
    Ok(Truth { behaviour: behaviour.to_owned(), vessels: vessels(row)?, from, to, expect, level })
}

/// The severity of this name; `None` for any other word.
pub(super) fn severity(word: &str) -> Option<Severity> {
    use Severity::{Critical, High, Info, Low, Medium};
    [Info, Low, Medium, High, Critical].into_iter().find(|severity| severity.name() == word)
}

/// The text at a key; `None` if it is missing or null.
///
/// # Errors
/// It is something other than a text.
fn words<'a>(row: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    match row.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("{key}: is not a text: {other}")),
    }
}

/// A list of MMSIs, or text with separators between them. Spreadsheets turn a single MMSI into a number, and
/// people separate several of them in many ways.
///
/// # Errors
/// The part that is not an MMSI.
fn vessels(row: &Map<String, Value>) -> Result<Vec<u32>, String> {
    let mmsi = |text: &str| match text.parse() {
        Ok(mmsi) if mmsi <= 999_999_999 => Ok(mmsi),
        _ => Err(format!("vessels: `{text}` is not an MMSI")),
    };
    match row.get("vessels") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(|one| mmsi(one.to_string().trim_matches('"'))).collect(),
        Some(Value::Number(one)) => Ok(vec![mmsi(&one.to_string())?]),
        Some(Value::String(text)) => {
            let parts = text.split([' ', ';', ',', '+', '|']).filter(|part| !part.is_empty());
            parts.map(mmsi).collect()
        }
        Some(other) => Err(format!("vessels: write a list of MMSIs, not {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"behaviour":"rendezvous","vessels":[224123456,263400001],"from":"2026-03-01T03:40:00Z","to":"2026-03-01T05:00:00Z"}

{"behaviour":"feed_silent","vessels":[],"from":"2026-03-01T03:40:00Z","to":"2026-03-01T05:00:00Z","expect":"none","level":"medium","note":"a storm"}
"#;

    const CSV: &str = "behaviour,from,to,vessels,expect,level,note\r\n\
        rendezvous,2026-03-01T03:40:00Z,2026-03-01T05:00:00Z,224123456 263400001,,,\"off, say, Sines\"\r\n\
        \r\n\
        feed_silent,2026-03-01T03:40:00Z,2026-03-01T05:00:00Z,,none,medium,\r\n";

    fn faults(text: &str) -> Vec<String> {
        parse("truth", text).expect_err("something is wrong").iter().map(LineError::to_string).collect()
    }

    #[test]
    fn the_same_rows_are_read_from_json_and_from_csv() {
        let rows = parse("truth", JSON).expect("right");
        assert_eq!(rows, parse("truth", CSV).expect("right"));
        assert_eq!(rows, parse("truth", &format!("\u{feff}{CSV}")).expect("a spreadsheet's mark does not matter"));
        assert_eq!(rows[0].vessels, [224_123_456, 263_400_001]);
        assert_eq!((rows[0].expect, rows[1].expect), (Expect::Alert, Expect::None));
        assert_eq!((rows[0].level, rows[1].level), (Severity::Info, Severity::Medium));
    }

    #[test]
    fn every_fault_names_file_line_and_key() {
        let wrong = JSON
            .replace("\"rendezvous\"", "\"rendezvouz\"")
            .replace("\"none\"", "\"nothing\"")
            .replace("a storm\"}", "a storm\"}\n[]\n{\"behaviour\":\"drift\",\"form\":1}");
        let faults = faults(&wrong);
        assert!(faults[0].starts_with("truth:1: behaviour: `rendezvouz` is not a behaviour; there are"), "{faults:?}");
        assert_eq!(faults[1], "truth:3: expect: write alert or none, not `nothing`");
        assert_eq!(faults[2], "truth:4: is not a JSON object");
        assert!(faults[3].starts_with("truth:5: `form` is not a known key"), "{faults:?}");
    }

    #[test]
    fn csv_faults_name_their_line() {
        assert_eq!(
            faults(&CSV.replace("vessels", "mmsi")),
            ["truth:1: the header lacks vessels; it needs behaviour,vessels,from,to"]
        );
        let late = CSV.replace("none,medium,", "none,medium");
        assert_eq!(faults(&late), ["truth:4: has 6 fields, the header has 7"]);
        let swapped =
            CSV.replace("263400001", "2634000019").replace("03:40:00Z,2026-03-01T05", "05:40:00Z,2026-03-01T05");
        assert_eq!(faults(&swapped)[0], "truth:2: to: 2026-03-01T05:00:00Z is before from, 2026-03-01T05:40:00Z");
        assert_eq!(faults(&CSV.replace("263400001", "2634000019")), ["truth:2: vessels: `2634000019` is not an MMSI"]);
    }

    #[test]
    fn an_empty_file_has_no_rows() {
        assert_eq!(parse("truth", "").expect("nothing is wrong"), []);
    }
}
