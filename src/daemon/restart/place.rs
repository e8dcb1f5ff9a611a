//! Where journal and snapshots are, and how an engine is rebuilt from them.
//!
//! A snapshot can be used only by the build that wrote it: its state has no format of its own. After an upgrade the
//! journal is replayed from some way back instead, which gives the same alerts more slowly.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tracing::{error, info, warn};

use crate::daemon::driver::EngineDriver;
use crate::daemon::settings_archive::SettingsArchive;
use crate::platform::disk::Disk;
use crate::platform::fault;
use crate::platform::telemetry::Pulse;
use crate::storage::journal::snapshots::{self, Found, Snapshot, Unfinished};
use crate::storage::journal::{self, Entry, JournalError, Position};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};

/// How long a snapshot or an alert waits for the journal to be durable on disk.
pub(in crate::daemon) const PATIENCE: Duration = Duration::from_secs(10);
/// Number of changes after which a replay hands them on, so that a long journal does not fill the memory.
const TOGETHER: usize = 1000;
/// Length of the parts of a snapshot that is made at once. Bytes.
const PART: usize = 1 << 20;

/// Where journal and snapshots are, and how they are read and made.
#[derive(Clone)]
pub(in crate::daemon) struct Place {
    /// The disk; read-only for a look back.
    pub(in crate::daemon) disk: Arc<dyn Disk>,
    /// Folder of the journal, which holds the snapshots too.
    pub(in crate::daemon) folder: PathBuf,
    /// How far back the journal is replayed when no snapshot can be used.
    pub(in crate::daemon) rebuild: Span,
    /// Identifies this build of the program; a snapshot of another build is not used.
    pub(in crate::daemon) program: u64,
    /// Beats with every entry replayed.
    pub(in crate::daemon) pulse: Arc<Pulse>,
}

/// An engine rebuilt from snapshot and journal.
pub(in crate::daemon) struct Restoration {
    /// The engine; `None` if nothing was ever received.
    pub(in crate::daemon) driver: Option<EngineDriver>,
    /// Position after the last entry replayed.
    pub(in crate::daemon) position: Position,
    /// Number of entries replayed after the snapshot.
    pub(in crate::daemon) entries: u64,
    /// Whether nothing is missing between the engine's state and the end of the journal.
    pub(in crate::daemon) whole: bool,
}

impl Place {
    /// Loads the newest usable snapshot and replays the journal written since. `out` receives the changes, with the
    /// position after the entry that caused the last of them.
    ///
    /// # Errors
    /// If the journal cannot be read, or settings that were in force cannot be had. A damaged snapshot or a gap in
    /// the journal is only logged.
    pub(in crate::daemon) fn restore(
        &self,
        archive: &mut SettingsArchive,
        now: Time,
        mut out: impl FnMut(Vec<Change>, Position),
    ) -> io::Result<Restoration> {
        let from = self.base(archive)?;
        let whole = from.is_some();
        let (mut driver, from) = match from {
            Some((driver, position)) => (Some(driver), position),
            None => match journal::start(&*self.disk, &self.folder, now - self.rebuild).map_err(io::Error::other)? {
                Some(start) => {
                    let settings = archive.get(&start.in_force)?;
                    info!(from = start.position.0, "no usable snapshot; the state is rebuilt from the journal");
                    (Some(EngineDriver::new(&settings, start.sources, start.in_force)), start.position)
                }
                None => (None, Position(0)),
            },
        };
        let mut changes = Vec::new();
        let mut entries = 0;
        let mut failed = None;
        let read = journal::read(&*self.disk, &self.folder, from, None, |position, entry| {
            entries += 1;
            self.pulse.beat();
            let applied = match (&mut driver, entry) {
                (Some(driver), entry) => driver.apply(entry, &mut |key| archive.get(key), &mut changes),
                (none, Entry::Begun { sources, in_force, .. }) => archive.get(in_force).and_then(|settings| {
                    let driver = none.insert(EngineDriver::new(&settings, sources.clone(), in_force.clone()));
                    driver.apply(entry, &mut |key| archive.get(key), &mut changes)
                }),
                // Entries before the first start entry cannot be applied.
                (None, _) => Ok(()),
            };
            if entries == 1 {
                fault::point("replay-half");
            }
            if TOGETHER <= changes.len() {
                out(std::mem::take(&mut changes), position);
            }
            match applied {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        let read = read.map_err(io::Error::other)?;
        if let Some(error) = failed {
            return Err(error);
        }
        for hole in &read.holes {
            warn!(
                file = %hole.file.display(), offset = hole.offset, why = %hole.why, from = hole.from.0, until = hole.until.0,
                "the journal has a gap; what was received then is lost"
            );
        }
        let position = read.end.max(from);
        if !changes.is_empty() {
            out(changes, position);
        }
        Ok(Restoration { driver, position, entries, whole: whole && read.holes.is_empty() })
    }

    /// Loads the newest usable snapshot; `None` if there is none.
    fn base(&self, archive: &mut SettingsArchive) -> io::Result<Option<(EngineDriver, Position)>> {
        for found in snapshots::newest(&*self.disk, &self.folder, None).map_err(io::Error::other)? {
            match found {
                Found::Whole { snapshot, parts, .. } => match self.take_up(archive, &snapshot, parts) {
                    Ok(driver) => return Ok(Some((driver, snapshot.position))),
                    Err(why) => {
                        warn!(position = snapshot.position.0, %why, "a snapshot cannot be used; trying an older one")
                    }
                },
                Found::Corrupt { file, why } => {
                    error!(file = %file.display(), %why, "a damaged snapshot was set aside; trying an older one")
                }
                Found::Other { file, found } => {
                    warn!(file = %file.display(), found, "a snapshot of another version is ignored")
                }
                Found::Unreadable { file, why } => error!(file = %file.display(), %why, "a snapshot cannot be read"),
            }
        }
        Ok(None)
    }

    /// An engine with the state of a snapshot.
    ///
    /// # Errors
    /// If the snapshot is of another build, its settings are not in the archive, or its state cannot be decoded.
    pub(in crate::daemon) fn take_up(
        &self,
        archive: &mut SettingsArchive,
        snapshot: &Snapshot,
        parts: Vec<Vec<u8>>,
    ) -> io::Result<EngineDriver> {
        let cut = || io::Error::other("it is too short");
        let mut parts = parts.into_iter();
        let first = parts.next().ok_or_else(cut)?;
        let (program, rest) = first.split_first_chunk::<8>().ok_or_else(cut)?;
        let (received, state) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        if u64::from_le_bytes(*program) != self.program {
            return Err(io::Error::other("it was written by another build of the program"));
        }
        let settings = archive.get(&snapshot.in_force)?;
        let mut driver = EngineDriver::new(&settings, snapshot.sources.clone(), snapshot.in_force.clone());
        driver.engine.restore_parts(state, parts).map_err(io::Error::other)?;
        let received = Time::from_millis(i64::from_le_bytes(*received));
        driver.received = (received != Time::MIN).then_some(received);
        Ok(driver)
    }

    /// Length of [`Place::opening`] in bytes: two numbers of 8 bytes.
    pub(super) const OPENING: usize = 16;

    /// Saves the state of the engine after all entries before `position`, which are durable. Ends a save in progress; none is left in
    /// progress, also after an error.
    pub(super) fn save(&self, driver: &mut EngineDriver, position: Position, at: Time) -> Result<(), JournalError> {
        let saved = self.write(driver, position, at);
        driver.engine.end_save();
        saved
    }

    /// Writes the whole state to a file, part by part. After an error the save is still in progress.
    fn write(&self, driver: &mut EngineDriver, position: Position, at: Time) -> Result<(), JournalError> {
        let mut file = Unfinished::begin(&*self.disk, &self.folder, &driver.snapshot(position, at))?;
        let mut part = self.opening(driver);
        driver.engine.begin_save(&mut part);
        let mut more = true;
        while more {
            more = driver.engine.save_some(PART, &mut part);
            file.append(&part)?;
            part.clear();
        }
        file.finish()
    }

    /// What precedes the state of the engine in a snapshot.
    pub(super) fn opening(&self, driver: &EngineDriver) -> Vec<u8> {
        let received = driver.received.unwrap_or(Time::MIN).millis();
        [self.program.to_le_bytes(), received.to_le_bytes()].concat()
    }
}

/// Identifies the running program file by checksum and length. Two builds of one version differ too.
///
/// # Errors
/// If the program file cannot be read, for instance because it was removed.
pub(in crate::daemon) fn program() -> io::Result<u64> {
    let bytes = std::fs::read(std::env::current_exe()?)?;
    Ok(u64::from(crc32fast::hash(&bytes)) << 32 | (bytes.len() as u64 & 0xffff_ffff))
}
