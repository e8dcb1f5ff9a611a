//! A recording: a file or standard input, unpacked, recognised by its content and cut into lines block by block.
//!
//! The format is not taken from the name of the file. It decides only how a recording is read: CSV may need sorting and its header; the
//! decoder recognises each line by itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::unpack::{Limits, UnpackedBytes};
use atalaia_core::ais::{LineCutter, Table, is_object, lacking, table_of};

/// Format of a recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Format {
    /// NMEA sentences, with or without TAG blocks or `$PGHP` lines, and with times before or after them.
    Nmea,
    /// Rows of the Danish Maritime Authority, with the header line; `None` if the file is a later part of a split one.
    Danish(Option<Vec<u8>>),
    /// Rows of NOAA MarineCadastre in either layout, with the header line; `None` likewise.
    Noaa(Option<Vec<u8>>),
    /// Objects of a JSON feed, one per line.
    Json,
    /// Not recognised in the first block.
    Unknown,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It does not exist, cannot be read, is truncated, or has an unsupported compression.
    #[error("{name}: {cause}")]
    Io {
        /// Path, or `standard input`.
        name: String,
        /// Error from the system or the unpacker.
        cause: io::Error,
    },
    /// It is a folder instead of a file.
    #[error("{name}: is a folder; name the recordings in it")]
    Folder {
        /// Path of the folder.
        name: String,
    },
    /// Read to its end without a line that could be AIS.
    #[error("{name}: {}", no_line(lacks))]
    NoLine {
        /// Path, or `standard input`.
        name: String,
        /// The columns that its first line lacks to be the header of a table; empty if it is nothing like one.
        lacks: Vec<String>,
    },
}

/// What is wrong with a recording without a usable line.
fn no_line(lacks: &[String]) -> String {
    if lacks.is_empty() {
        return "no line of it is an NMEA sentence, an object of a JSON feed, or the header of a table with columns time, MMSI, latitude and \
                longitude"
            .to_owned();
    }
    format!(
        "its first line is the header of a table without {}; see docs/inputs.md, \"Recordings\"",
        lacks.join(" and ")
    )
}

/// A recording being read.
/// Reads forwards only. Owned by one reader.
pub struct Recording {
    /// Path, or `standard input`; for messages.
    name: String,
    /// `None` for pipes and standard input, which cannot be opened again.
    path: Option<PathBuf>,
    /// Kept for opening the recording again.
    limits: Limits,
    /// As detected in the first block; not changed by later lines.
    format: Format,
    /// The bytes behind those in `block`.
    bytes: UnpackedBytes,
    /// Compressed size in bytes when it was opened; a file that is still written grows beyond it.
    size: Option<u64>,
    /// Holds the line that continues in the next block.
    cutter: LineCutter,
    /// Buffer for one read, [`BLOCK_BYTES`] long.
    block: Vec<u8>,
    /// Number of bytes in `block` that were read to detect the format and are not handed out yet.
    ahead: usize,
    /// Whether a line so far has a known format.
    recognised: bool,
    /// What the first line lacks to be the header of a table.
    lacks: Vec<String>,
    /// Whether the first read found the end.
    empty: bool,
}

/// Bytes per read. A block gives some ten thousand lines, enough to hide the cost of a call.
const BLOCK_BYTES: usize = 1 << 20;

impl Recording {
    /// Opens a path, or standard input for `-`, and detects the format from its first block.
    /// Fails on a folder, whose files have no order that could be guessed.
    pub fn open(path: &Path, limits: Limits) -> Result<Recording, RecordingError> {
        if path.as_os_str() == "-" {
            return Recording::read_from(io::stdin(), "standard input", limits);
        }
        let name = path.display().to_string();
        let failed = |cause| RecordingError::Io { name: name.clone(), cause };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(RecordingError::Folder { name });
        }
        let mut recording = Recording::read_from(file, &name, limits)?;
        if metadata.is_file() {
            recording.path = Some(path.to_owned());
            recording.size = Some(metadata.len());
        }
        Ok(recording)
    }

    /// Reads a recording from any source of bytes. `name` is used in messages.
    pub fn read_from(
        source: impl Read + Send + 'static,
        name: &str,
        limits: Limits,
    ) -> Result<Recording, RecordingError> {
        let failed = |cause| RecordingError::Io { name: name.to_owned(), cause };
        let mut bytes = UnpackedBytes::new(source, limits).map_err(failed)?;
        let mut block = vec![0; BLOCK_BYTES];
        let (ahead, format) = read_ahead(&mut bytes, &mut block).map_err(failed)?;
        let first = block[..ahead].split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        Ok(Recording {
            name: name.to_owned(),
            lacks: lacking(first),
            path: None,
            limits,
            recognised: format != Format::Unknown,
            format,
            bytes,
            size: None,
            cutter: LineCutter::new(),
            block,
            ahead,
            empty: ahead == 0,
        })
    }

    /// Hands out the complete lines of the next block; returns `false` at the end.
    /// `false` comes with the last lines, which may lack a line end. A recording without any usable line is an error, an empty one is not.
    pub fn read_block(&mut self, line: &mut impl FnMut(&[u8])) -> Result<bool, RecordingError> {
        let count = match std::mem::take(&mut self.ahead) {
            0 => self
                .bytes
                .read(&mut self.block)
                .map_err(|cause| RecordingError::Io { name: self.name.clone(), cause })?,
            ahead => ahead,
        };
        let block = &self.block[..count];
        let recognised = &mut self.recognised;
        // Whole lines only: what a block begins with can look like another format.
        let mut line = |whole: &[u8]| {
            *recognised = *recognised || format_of(whole) != Format::Unknown;
            line(whole);
        };
        self.cutter.feed(block, &mut line);
        if 0 < count {
            return Ok(true);
        }
        self.cutter.finish(&mut line);
        match self.recognised || self.empty {
            true => Ok(false),
            false => Err(RecordingError::NoLine { name: self.name.clone(), lacks: self.lacks.clone() }),
        }
    }

    /// Opens the same recording again from its start; `None` for a source that can be read only once.
    pub fn reopen(&self) -> Option<Result<Recording, RecordingError>> {
        self.path.as_deref().map(|path| Recording::open(path, self.limits))
    }

    /// The format detected in the first block.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Path, or `standard input`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of lines dropped so far because they exceed the maximum length.
    pub fn overlong(&self) -> u64 {
        self.cutter.overlong()
    }

    /// Number of zero bytes skipped so far after the compressed data.
    pub fn padding(&self) -> u64 {
        self.bytes.padding()
    }

    /// Whether it has no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// Compressed size in bytes; `None` if unknown.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Counter of the compressed bytes read so far.
    pub fn position(&self) -> Arc<AtomicU64> {
        self.bytes.position()
    }
}

/// Bytes within which the format must show. Logs may begin with comments and headers, so one line is not enough.
const SNIFF_BYTES: usize = 1 << 16;

/// Reads until the format is detected or `SNIFF_BYTES` are read: a pipe may deliver little at a time and pause for long.
fn read_ahead(bytes: &mut impl Read, block: &mut [u8]) -> io::Result<(usize, Format)> {
    let mut filled = 0;
    while filled < SNIFF_BYTES {
        match bytes.read(&mut block[filled..SNIFF_BYTES])? {
            0 => break,
            count => filled += count,
        }
        // A line that is only half there could be taken for another format.
        let whole_lines = memchr::memrchr(b'\n', &block[..filled]).unwrap_or(0);
        let format = sniff(&block[..whole_lines]);
        if format != Format::Unknown {
            return Ok((filled, format));
        }
    }
    Ok((filled, sniff(&block[..filled])))
}

/// Whether one of the lines can be AIS.
/// Only the form is checked, not the checksum or the content.
pub(in crate::inputs) fn is_usable(lines: &[u8]) -> bool {
    sniff(lines) != Format::Unknown
}

/// The format of the first line with a known one.
fn sniff(block: &[u8]) -> Format {
    block
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(format_of)
        .find(|format| *format != Format::Unknown)
        .unwrap_or(Format::Unknown)
}

/// The format that one line shows. A byte order mark before it is ignored.
fn format_of(line: &[u8]) -> Format {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if is_object(line) {
        return Format::Json;
    }
    if is_sentence(line) {
        return Format::Nmea;
    }
    match table_of(line) {
        Some((Table::Danish, is_header)) => Format::Danish(is_header.then(|| line.to_vec())),
        Some((Table::Noaa, is_header)) => Format::Noaa(is_header.then(|| line.to_vec())),
        None => Format::Unknown,
    }
}

/// `!` or `$`, five letters or digits and a comma: enough to distinguish a sentence from other text.
fn is_sentence(line: &[u8]) -> bool {
    memchr::memchr2_iter(b'!', b'$', line).any(|start| match line.get(start + 1..start + 7) {
        Some([address @ .., b',']) => address.iter().all(u8::is_ascii_alphanumeric),
        _ => line[start..].starts_with(b"$PGHP,"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { ratio: 100, bytes: 1 << 40 };

    fn lines(text: &str) -> Result<Vec<String>, RecordingError> {
        let mut recording = Recording::read_from(io::Cursor::new(text.to_owned()), "test", LIMITS)?;
        let mut lines = Vec::new();
        let mut keep = |line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
        while recording.read_block(&mut keep)? {}
        Ok(lines)
    }

    #[test]
    fn the_first_line_that_shows_a_format_decides() {
        assert_eq!(sniff(b"epoch,AIS_Sentences\n1490075479,!AIVDM,1,1,,B,E>j,4*38\n"), Format::Nmea);
        assert_eq!(sniff(b"# comment\n\n\\c:1565218798*53\\!BSVDM,1,1,,A,13mb,0*5D\n"), Format::Nmea);
        assert_eq!(sniff(b"$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22\n"), Format::Nmea);
        let header = b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude";
        assert_eq!(sniff(header), Format::Danish(Some(header.to_vec())));
        assert_eq!(sniff(b"26/04/2026 00:00:00,Class A,211429600,54.6,8.5"), Format::Danish(None));
        assert!(matches!(sniff(b"mmsi,base_date_time,longitude,latitude"), Format::Noaa(Some(_))));
        assert_eq!(sniff(b"338148873,2022-01-03T00:00:00,33.60716,-117.9"), Format::Noaa(None));
        let object = b"{\"class\":\"AIS\",\"nmea\":[\"!AIVDM,1,1,,A,13`fL1PP140KCELMBO7SS?wH0@Jv,0*50\"]}\n";
        assert_eq!(sniff(object), Format::Json);
        assert_eq!(sniff(b"{\"type\":\"FeatureCollection\",\"features\":[]}\n"), Format::Unknown);
        assert_eq!(sniff(b"Dear all,\nhere, as promised, is the list!\n"), Format::Unknown);
    }

    #[test]
    fn a_recording_without_one_usable_line_says_so_and_an_empty_one_does_not() {
        let error = lines("\u{0}\u{1}binary\nmore\n").unwrap_err();
        assert!(error.to_string().starts_with("test: no line"), "{error}");
        assert_eq!(lines("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_last_line_needs_no_end() {
        assert_eq!(lines("!AIVDM,1,1\r\n\r\n!AIVDM,2,2").unwrap(), ["!AIVDM,1,1", "!AIVDM,2,2"]);
    }

    #[test]
    fn sentences_after_much_other_text_are_found() {
        let text = format!("{}!AIVDM,1,1,,A,x,0*00\n", "noise\n".repeat(400_000));
        assert_eq!(lines(&text).unwrap().len(), 400_001);
    }
}
