//! Raw sentences in a bundle: the lines as they were received, and an index with the origin and place of each line and
//! the other input of the engine in between.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::archive::Members;
use super::error::EvidenceError;
use super::sieve::SelectedLine;
use atalaia_core::base::time::Time;

/// Folder of the members.
const FOLDER: &str = "sentences/";
/// Maximum number of rows in one file, so that an editor can still open it.
const LINES_OF_FILE: usize = 50_000;

/// One row of the index: the input of the engine, in order. `position` is that of the entry in the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Row {
    /// The state at the beginning of the bundle.
    Start {
        /// Position in the journal.
        position: u64,
        /// Names of the inputs.
        sources: Vec<String>,
        /// Key of the settings and zones in force.
        in_force: String,
    },
    /// The daemon started.
    Begun {
        /// Position in the journal.
        position: u64,
        /// Time by the wall clock.
        at: Time,
        /// Names of the inputs.
        sources: Vec<String>,
        /// Key of the settings and zones in force.
        in_force: String,
    },
    /// A line was received.
    Line {
        /// Position in the journal.
        position: u64,
        /// Name of the input.
        source: String,
        /// Time of receipt. `None` for the lines of a recording.
        received: Option<Time>,
        /// Offset of the line in the file, in bytes.
        offset: u64,
        /// Length of the line in bytes, without the line feed.
        bytes: u64,
    },
    /// An input was silent for so long that the engine stopped waiting for it.
    Idle {
        /// Position in the journal.
        position: u64,
        /// Name of the input.
        source: String,
    },
    /// Other settings and zones came into force.
    InForce {
        /// Position in the journal.
        position: u64,
        /// Their key.
        key: String,
    },
    /// All recordings had ended.
    Ended {
        /// Position in the journal.
        position: u64,
    },
}

/// A line, or a row between lines.
pub(super) enum Piece {
    /// A received line.
    Line(SelectedLine),
    /// Any other input of the engine.
    Between(Row),
}

/// Adds the files with these pieces, in their order.
pub(super) fn add(pieces: Vec<Piece>, members: &mut Members) -> serde_json::Result<()> {
    let mut pieces = pieces.into_iter().peekable();
    let mut number = 0;
    while pieces.peek().is_some() {
        number += 1;
        let (mut raw, mut index) = (Vec::new(), String::new());
        for piece in pieces.by_ref().take(LINES_OF_FILE) {
            let row = match piece {
                Piece::Between(row) => row,
                Piece::Line(SelectedLine { position, source, received, bytes }) => {
                    let offset = raw.len() as u64;
                    raw.extend_from_slice(&bytes);
                    raw.push(b'\n');
                    Row::Line { position, source, received, offset, bytes: bytes.len() as u64 }
                }
            };
            index += &serde_json::to_string(&row)?;
            index.push('\n');
        }
        members.insert(format!("{FOLDER}{number:04}.nmea"), raw);
        members.insert(format!("{FOLDER}{number:04}.index.jsonl"), index.into_bytes());
    }
    Ok(())
}

/// Reads every row in order, each line with its bytes and line feed. Refuses files in which a byte belongs to no row or
/// to several.
pub(super) fn rows(members: &Members) -> Result<Vec<(Row, &[u8])>, EvidenceError> {
    let of_folder = members.iter().filter_map(|(name, content)| Some((name.strip_prefix(FOLDER)?, content)));
    let of_folder: BTreeMap<&str, &Vec<u8>> = of_folder.collect();
    let mut rows = Vec::new();
    for number in 1.. {
        let (raw, index) = (format!("{number:04}.nmea"), format!("{number:04}.index.jsonl"));
        let (raw, text) = match (of_folder.get(raw.as_str()), of_folder.get(index.as_str())) {
            (Some(raw), Some(text)) => (*raw, *text),
            _ if of_folder.len() == 2 * (number - 1) => break,
            _ => return Err(EvidenceError::Damaged(format!("{FOLDER}{raw} and {index} are not there as a pair"))),
        };
        // Names the row of the index: the bytes of a line show nothing to a reader.
        let odd = |line: usize| EvidenceError::Damaged(format!("{FOLDER}{index}:{line}: does not fit its sentences"));
        let mut at = 0;
        for (line, text) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let row: Row = serde_json::from_slice(text).map_err(|_| odd(line + 1))?;
            let content = match &row {
                Row::Line { offset, bytes, .. } => {
                    let rest = raw.get(at..).filter(|_| *offset == at as u64).ok_or_else(|| odd(line + 1))?;
                    let length = usize::try_from(*bytes).ok().and_then(|bytes| bytes.checked_add(1));
                    let content = length.and_then(|length| rest.get(..length)).ok_or_else(|| odd(line + 1))?;
                    if memchr::memchr(b'\n', content) != Some(content.len() - 1) {
                        return Err(odd(line + 1));
                    }
                    at += content.len();
                    content
                }
                _ => &[],
            };
            rows.push((row, content));
        }
        if at != raw.len() {
            return Err(odd(1 + rows.len()));
        }
    }
    Ok(rows)
}
