//! Reads CSV text record by record into reused buffers.

use std::borrow::Cow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// A table being read.
pub(super) struct Table<'a> {
    reader: Reader,
    rest: &'a [u8],
    /// Line at which `rest` begins, from 1.
    line: u64,
    bytes: Vec<u8>,
    /// End of each cell of the record in `bytes`.
    ends: Vec<usize>,
    cells: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(text: &'a str) -> Table<'a> {
        let first = text.lines().next().unwrap_or_default();
        // Spreadsheets write semicolons in locales with a decimal comma.
        let separator = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
        let reader = ReaderBuilder::new().delimiter(separator).build();
        Table { reader, rest: text.as_bytes(), line: 1, bytes: vec![0; 256], ends: vec![0; 16], cells: 0 }
    }

    /// Reads the next record and returns the line at which it begins; `None` at the end.
    pub(super) fn next(&mut self) -> Option<u64> {
        let (mut written, mut ended) = (0, 0);
        let newlines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
        let empty = self.rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        self.line += newlines(&self.rest[..empty]);
        self.rest = &self.rest[empty..];
        let line = self.line;
        loop {
            let (result, read, wrote, fields) =
                self.reader.read_record(self.rest, &mut self.bytes[written..], &mut self.ends[ended..]);
            self.line += newlines(&self.rest[..read]);
            self.rest = &self.rest[read..];
            written += wrote;
            ended += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(2 * self.bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        self.cells = ended;
        Some(line)
    }

    /// Number of cells in the record.
    pub(super) fn cells(&self) -> usize {
        self.cells
    }

    /// A cell by its index from 0, trimmed; empty if the record does not have it.
    pub(super) fn cell(&self, at: usize) -> Cow<'_, str> {
        if self.cells <= at {
            return Cow::Borrowed("");
        }
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        match String::from_utf8_lossy(&self.bytes[start..self.ends[at]]) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }
}
