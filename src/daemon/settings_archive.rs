//! Archive of all settings and zones that were in force, beside the journal. Each is kept as long as lines that were processed with it.
//!
//! Records are keyed by their content, so settings that come into force again use the record they had. A record is a
//! plain folder: `atalaia replay --config FOLDER` runs with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use std::{fs, io};

use crate::config::{self, Checked, InForce, Purpose};
use crate::platform::disk::{Disk, create_folders, write_whole};
use crate::storage::journal::{JournalError, Rehearsal};
use atalaia_core::base::time::{Span, Time};

/// Safety margin before a record is removed, for snapshots and for a clock that was corrected in the meantime.
const MARGIN: Span = Span::from_hours(24);

/// Settings and zones by key, each a folder that the program can be run with. Records already read are cached.
pub(super) struct SettingsArchive {
    /// Where records are written, durably. They are read with ordinary means.
    disk: Arc<dyn Disk>,
    /// The folder `in-force`, which has a folder for each record. It need not exist.
    folder: PathBuf,
    /// Records by key, as they were read or stored. Without the texts of watchlists.
    read: BTreeMap<String, Arc<Checked>>,
}

impl SettingsArchive {
    /// Opens the archive in the `in-force` folder of the journal.
    pub(super) fn new(disk: Arc<dyn Disk>, journal: &Path) -> SettingsArchive {
        SettingsArchive { disk, folder: journal.join("in-force"), read: BTreeMap::new() }
    }

    /// Stores a record durably, and keeps its settings in the cache.
    ///
    /// # Errors
    /// If a file cannot be written; the message has the folder.
    pub(super) fn keep(&mut self, in_force: &InForce<'_>, settings: &Checked) -> io::Result<()> {
        let folder = self.folder.join(&in_force.key);
        let kept = self.keep_in(&folder, in_force);
        kept.map_err(|error| {
            let kind = error.kind();
            io::Error::new(kind, JournalError::File { path: folder.clone(), cause: Arc::new(error) })
        })?;
        // Earlier records are read from disk again if they are needed, which is rare.
        self.read.clear();
        self.know(&in_force.key, settings);
        Ok(())
    }

    /// Adds settings to the cache, without the texts of the watchlists.
    pub(super) fn know(&mut self, key: &str, settings: &Checked) {
        self.read.insert(key.to_owned(), Arc::new(Checked { list_texts: None, ..settings.clone() }));
    }

    /// Another handle on the same archive, with a copy of the cache.
    pub(super) fn beside(&self) -> SettingsArchive {
        SettingsArchive { disk: Arc::clone(&self.disk), folder: self.folder.clone(), read: self.read.clone() }
    }

    /// Writes the files of a record into its folder. If it is complete already, only its time is updated, which is
    /// when the settings were last put in force.
    fn keep_in(&self, folder: &Path, in_force: &InForce<'_>) -> io::Result<()> {
        // The settings file is written last, so a record that has it is complete.
        let (settings, others): (Vec<_>, Vec<_>) =
            in_force.files.iter().partition(|(path, _)| path == Path::new(config::SETTINGS_FILE));
        if settings.iter().all(|(path, content)| fs::read(folder.join(path)).is_ok_and(|kept| kept == **content)) {
            // Rewritten to update its modification time. A full disk does not matter, since the record already exists.
            drop(settings.iter().try_for_each(|(path, content)| write_whole(&*self.disk, &folder.join(path), content)));
            return Ok(());
        }
        for (path, content) in others.into_iter().chain(settings) {
            let path = folder.join(path);
            create_folders(&*self.disk, path.parent().unwrap_or(folder))?;
            write_whole(&*self.disk, &path, content)?;
        }
        Ok(())
    }

    /// Reads a record, from the cache or from disk.
    ///
    /// # Errors
    /// If there is no such record, or this program does not accept its settings.
    pub(super) fn get(&mut self, key: &str) -> io::Result<Arc<Checked>> {
        if let Some(settings) = self.read.get(key) {
            return Ok(Arc::clone(settings));
        }
        let file = self.folder.join(key).join(config::SETTINGS_FILE);
        let settings = config::check(Some(&file), None, Purpose::Replay).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            io::Error::other(format!("the settings that were in force cannot be used: {}", problems.join("; ")))
        })?;
        let settings = Arc::new(Checked { list_texts: None, ..settings });
        self.read.insert(key.to_owned(), Arc::clone(&settings));
        Ok(settings)
    }

    /// Removes records that no line received since `oldest` was processed with, and returns their number: of the records last put in
    /// force more than [`MARGIN`] before `oldest`, all but the newest. A rehearsal removes nothing.
    ///
    /// # Errors
    /// If the folder cannot be read, or a record cannot be removed.
    pub(super) fn purge(&self, oldest: Time, rehearsal: Rehearsal) -> io::Result<u64> {
        let mut records = Vec::new();
        let entries = match fs::read_dir(&self.folder) {
            // The journal was restored without its archive.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        for entry in entries {
            let folder = entry?.path();
            if folder.is_dir() {
                // A record still being written has no settings file yet.
                let newest = fs::metadata(folder.join(config::SETTINGS_FILE)).or_else(|_| fs::metadata(&folder))?;
                let since = newest.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
                records.push((Time::from_millis(i64::try_from(since.as_millis()).map_err(io::Error::other)?), folder));
            }
        }
        records.retain(|(since, _)| *since < oldest - MARGIN);
        records.sort();
        records.pop();
        for (_, folder) in records.iter().filter(|_| rehearsal == Rehearsal::No) {
            // If the removal is interrupted, what remains no longer counts as a record.
            drop(fs::remove_file(folder.join(config::SETTINGS_FILE)));
            fs::remove_dir_all(folder)?;
        }
        Ok(records.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::platform::disk::RealDisk;

    #[test]
    fn records_that_no_line_needs_are_removed() {
        let journal = TempDir::new().expect("a folder");
        let settings = config::check(None, None, Purpose::Replay).expect("the built-in settings");
        let mut archive = SettingsArchive::new(Arc::new(RealDisk), journal.path());
        assert_eq!(archive.purge(Time::from_millis(0), Rehearsal::No).expect("no folder, nothing to remove"), 0);
        let files = settings.in_force().expect("built in").files;
        let hour = |hour: i64| Time::from_millis(1_790_000_000_000) + Span::from_hours(hour);
        let record = |key: &str| InForce { key: key.to_owned(), files: files.clone() };
        let file = |key: &str| journal.path().join("in-force").join(key).join(config::SETTINGS_FILE);
        let put = |archive: &mut SettingsArchive, key: &str, at: Time| {
            archive.keep(&record(key), &settings).expect("written");
            let at = UNIX_EPOCH + Duration::from_millis(at.millis() as u64);
            File::options().write(true).open(file(key)).expect("there").set_modified(at).expect("set");
        };
        for (key, at) in [("a", 0), ("b", 10), ("c", 20), ("d", 90)] {
            put(&mut archive, key, hour(at));
        }
        // Put in force again.
        put(&mut archive, "a", hour(30));
        let left = || ["a", "b", "c", "d"].into_iter().filter(|key| file(key).exists()).collect::<Vec<_>>();
        assert_eq!(archive.purge(hour(35), Rehearsal::No).expect("readable"), 0, "within the margin");
        assert_eq!(archive.purge(hour(60), Rehearsal::Yes).expect("readable"), 2);
        assert_eq!(left(), ["a", "b", "c", "d"]);
        assert_eq!(archive.purge(hour(60), Rehearsal::No).expect("readable"), 2);
        assert_eq!(left(), ["a", "d"], "the last one before is what the oldest line was read with");
        assert_eq!(archive.purge(hour(1000), Rehearsal::No).expect("readable"), 1);
        assert_eq!(left(), ["d"]);
        let before = fs::metadata(file("d")).and_then(|found| found.modified()).expect("readable");
        archive.keep(&record("d"), &settings).expect("written");
        assert!(before < fs::metadata(file("d")).and_then(|found| found.modified()).expect("readable"));
    }
}
