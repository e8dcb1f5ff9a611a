//! Which recording each input of kind `file` has read. After a restart it is read again from its beginning, and its lines that were used are
//! skipped. Those of another recording under the same input are not: a recording is known by how it begins, not by its path.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::{info, warn};

use super::driver::EngineDriver;
use crate::config::Checked;
use crate::inputs::Kind;
use crate::platform::disk::{Disk, write_whole};
use atalaia_core::ais::SourceId;

/// Bytes of a recording that it is known by. More may be appended to it.
const BEGINNING: u64 = 64 * 1024;
/// Name of the file in the folder of the journal.
const FILE: &str = "recordings.json";

/// The recording that an input has read, and where its lines begin.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Recording {
    /// Length of the beginning that `digest` is of, in bytes; at most [`BEGINNING`].
    bytes: u64,
    /// SHA-256 of the beginning, in hexadecimal.
    digest: String,
    /// Lines of other recordings that the input had used before this one.
    lines_before: u64,
}

/// The lines of its recording that each input has used before, in the order of the settings; 0 for other kinds. What an input reads from now
/// on is written down in `folder`, which is that of the journal.
pub(super) fn used_before(
    disk: &dyn Disk,
    folder: &Path,
    settings: &Checked,
    driver: &EngineDriver,
    ids: &[SourceId],
) -> Vec<u64> {
    let file = folder.join(FILE);
    let known = read(&file).unwrap_or_else(|error| {
        warn!(%error, file = %file.display(), "which recordings were read before cannot be told; each is taken for the one before");
        BTreeMap::new()
    });
    let mut now = known.clone();
    let mut of_inputs = Vec::new();
    for (input, id) in settings.inputs.iter().zip(ids) {
        let path = input.path.as_deref().filter(|_| input.kind == Kind::File);
        let used = driver.engine.tally().source(*id).map_or(0, |counts| counts.lines);
        of_inputs.push(path.map_or(0, |path| enter(&mut now, &input.name, path, used)));
    }
    if now != known {
        let text = serde_json::to_vec_pretty(&now).map_err(io::Error::other);
        if let Err(error) = text.and_then(|text| write_whole(disk, &file, &text)) {
            warn!(%error, file = %file.display(), "which recordings are read cannot be written down; after a restart lines may be left out");
        }
    }
    of_inputs
}

/// Enters the recording at `path` as the one that the input reads. Returns how many of its lines are among the `used` ones, which are all
/// that the input ever used.
fn enter(recordings: &mut BTreeMap<String, Recording>, input: &str, path: &Path, used: u64) -> u64 {
    // A file that cannot be read fails again where it is opened, with its reason.
    let Ok(beginning) = beginning(path, BEGINNING) else {
        return 0;
    };
    let digest = |bytes: &[u8]| HEXLOWER.encode(&Sha256::digest(bytes));
    let bytes = beginning.len() as u64;
    let before = recordings.get(input).cloned();
    let is_same = before.as_ref().is_none_or(|before| {
        // A recording that has become longer is still the same.
        usize::try_from(before.bytes)
            .is_ok_and(|length| beginning.get(..length).is_some_and(|start| digest(start) == before.digest))
    });
    let lines_before = match before {
        // Lines that a lost journal took with it are read again.
        Some(before) if is_same => before.lines_before.min(used),
        // What was read before recordings were written down is taken for this one.
        None => 0,
        Some(_) => used,
    };
    recordings.insert(input.to_owned(), Recording { bytes, digest: digest(&beginning), lines_before });
    let lines = used - lines_before;
    if 0 < lines {
        info!(input, lines, "lines of this recording that were used before the restart are skipped");
    } else if !is_same {
        info!(input, path = %path.display(), "another recording than before the restart; it is read from its beginning");
    }
    lines
}

/// The first bytes of a file, at most `limit`.
fn beginning(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What was written down; empty if nothing was.
fn read(file: &Path) -> io::Result<BTreeMap<String, Recording>> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        bytes => Ok(serde_json::from_slice(&bytes?)?),
    }
}
