//! Disk usage of the journal, and the age of the newest snapshot.

use std::path::Path;
use std::time::UNIX_EPOCH;
use std::{fs, io};

use super::{catalogue, snapshots};
use atalaia_core::base::time::Time;

/// Contents of a journal's folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Number of segments.
    pub segments: u64,
    /// Total size of the segments in bytes.
    pub bytes: u64,
    /// Modification time and size in bytes of the newest snapshot; `None` if there is none.
    pub snapshot: Option<(Time, u64)>,
}

/// Reads the folder. Files that disappear in the meantime are not counted.
///
/// # Errors
/// If the folder is missing or cannot be read.
pub fn usage(folder: &Path) -> io::Result<Usage> {
    let mut usage = Usage::default();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let (name, Ok(found)) = (name.to_string_lossy(), entry.metadata()) else {
            continue;
        };
        if name.ends_with(catalogue::SUFFIX) {
            usage.segments += 1;
            usage.bytes += found.len();
        } else if name.ends_with(snapshots::SUFFIX) {
            let written = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let written = Time::from_millis(i64::try_from(written.as_millis()).unwrap_or_default());
            usage.snapshot = usage.snapshot.max(Some((written, found.len())));
        }
    }
    Ok(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_the_newest_snapshot_count_and_nothing_else() {
        let folder = tempfile::TempDir::new().expect("a folder");
        for (name, bytes) in
            [("1.journal", 10), ("2.journal", 20), ("1.snapshot", 7), ("1.snapshot.corrupt", 9), ("3.journal.tmp", 5)]
        {
            fs::write(folder.path().join(name), vec![0; bytes]).expect("written");
        }
        let found = usage(folder.path()).expect("readable");
        assert_eq!((found.segments, found.bytes), (2, 30));
        assert_eq!(found.snapshot.map(|(_, bytes)| bytes), Some(7));
        assert!(usage(&folder.path().join("none")).is_err());
    }
}
