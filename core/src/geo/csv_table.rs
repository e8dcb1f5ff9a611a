//! Reads tables that people write: CSV with a header, one record at a time, each with its line.

use csv::{ReaderBuilder, StringRecord};

/// A CSV text being read.
pub struct CsvTable<'a> {
    /// The text without a byte order mark; needed to count empty lines.
    text: &'a str,
    /// Splits records and cells.
    reader: csv::Reader<&'a [u8]>,
    /// The record read last; empty before the first and after the end.
    record: StringRecord,
}

impl<'a> CsvTable<'a> {
    /// A table whose cells are separated by commas, or by semicolons, which spreadsheets write in locales with a decimal comma.
    pub fn new(text: &'a str) -> CsvTable<'a> {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().next().unwrap_or_default();
        let separator = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
        CsvTable { text, reader, record: StringRecord::new() }
    }

    /// Reads the next record and returns the line at which it begins, from 1; `None` at the end. Empty lines are skipped.
    pub fn next_record(&mut self) -> Option<u64> {
        let before = self.reader.position().clone();
        // Neither the text in memory nor its encoding can fail.
        if !self.reader.read_record(&mut self.record).unwrap_or(false) {
            return None;
        }
        let from = usize::try_from(before.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        // The reader skips empty lines before a record but reports the position before them.
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        Some(before.line() + empty.filter(|byte| **byte == b'\n').count() as u64)
    }

    /// Whether the record ends only with the text, because a quotation mark is not closed. Rows below it are then part of a cell.
    pub fn swallows_rows(&self) -> bool {
        let open = self.record.iter().next_back().is_some_and(|cell| cell.trim_end().contains('\n'));
        let from = self.record.position().map_or(0, |position| position.byte());
        let raw = usize::try_from(from).ok().and_then(|from| self.text.get(from..)).unwrap_or_default();
        let ends = self.reader.position().byte() as usize == self.text.len();
        open && ends && raw.matches('"').count() % 2 == 1
    }

    /// The cells of the record in lower case, as names of columns.
    pub fn names(&self) -> Vec<String> {
        self.record.iter().map(|name| name.trim().to_lowercase()).collect()
    }

    /// Number of cells in the record.
    pub fn cells(&self) -> usize {
        self.record.len()
    }

    /// A cell by its index from 0, trimmed; empty if the record does not have it.
    pub fn cell(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or_default().trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_line_they_begin_on() {
        let text = "\u{feff}a,B\r\n\r\n1,\"x\ny, \"\"z\"\"\"\n\n\n 2 ,3,4\n5";
        let mut table = CsvTable::new(text);
        let mut records = Vec::new();
        while let Some(line) = table.next_record() {
            records.push((line, (0..table.cells()).map(|at| table.cell(at).to_owned()).collect::<Vec<_>>()));
        }
        let expected: [(u64, &[&str]); 4] =
            [(1, &["a", "B"]), (3, &["1", "x\ny, \"z\""]), (7, &["2", "3", "4"]), (8, &["5"])];
        let expected = expected.map(|(line, cells)| (line, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        assert_eq!(records, expected);
        assert_eq!((table.cells(), table.cell(0)), (0, ""), "nothing is left at the end");
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_swallows_the_rows_below() {
        let swallows = |text| {
            let mut table = CsvTable::new(text);
            let mut found = Vec::new();
            while table.next_record().is_some() {
                found.push(table.swallows_rows());
            }
            found
        };
        assert_eq!(swallows("name,level\n\"SILVER LUZ,high\nMARIA,low\n"), [false, true]);
        assert_eq!(swallows("name,reason\nMARIA,\"two\nlines\"\nLUZ,5\" gun\n"), [false, false, false]);
    }

    #[test]
    fn semicolons_separate_where_the_header_has_no_comma() {
        let mut table = CsvTable::new("Lat;Lon\n1,5;2\n");
        assert_eq!((table.next_record(), table.names()), (Some(1), vec!["lat".to_owned(), "lon".to_owned()]));
        assert_eq!((table.next_record(), table.cell(0)), (Some(2), "1,5"));
    }
}
