//! Restart: loads the newest usable snapshot, replays the journal written since, and then continues with the live feed.

mod saver;

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::{error, info, warn};

use super::driver::EngineDriver;
use super::settings_archive::SettingsArchive;
use crate::config::Checked;
use crate::platform::clock::Clock;
use crate::platform::disk::{Disk, RealDisk};
use crate::platform::fault;
use crate::platform::telemetry::Pulse;
use crate::storage::journal::snapshots::{self, Found, Snapshot, Unfinished};
use crate::storage::journal::{self, Entry, Journal, JournalError, Limits, Position, Rehearsal};
use crate::storage::store;
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use saver::Saver;

/// How long a snapshot or an alert waits for the journal to be durable on disk.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Number of changes after which a replay hands them on.
const TOGETHER: usize = 1000;
/// Length of the parts of a snapshot that is made at once. Bytes.
const PART: usize = 1 << 20;

/// Where journal and snapshots are, and how they are read and made.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    /// How far back the journal is replayed when no snapshot can be used.
    pub(super) rebuild: Span,
    /// Identifies this build of the program; a snapshot of another build is not used.
    pub(super) program: u64,
    /// Beats with every entry replayed.
    pub(super) pulse: Arc<Pulse>,
}

/// An engine rebuilt from snapshot and journal.
pub(super) struct Restored {
    pub(super) driver: Option<EngineDriver>,
    /// Position after the last entry replayed.
    pub(super) position: Position,
    /// Number of entries replayed after the snapshot.
    pub(super) entries: u64,
    /// Whether nothing is missing between the engine's state and the end of the journal.
    pub(super) whole: bool,
}

impl Place {
    /// Loads the newest usable snapshot and replays the journal written since. `out` receives the changes.
    pub(super) fn restore(
        &self,
        archive: &mut SettingsArchive,
        now: Time,
        mut out: impl FnMut(Vec<Change>, Position),
    ) -> io::Result<Restored> {
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
            let told = match (&mut driver, entry) {
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
            match told {
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
        Ok(Restored { driver, position, entries, whole: whole && read.holes.is_empty() })
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

    pub(super) fn take_up(
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

    /// Length of [`Place::opening`].
    const OPENING: usize = 16;

    /// Saves the state of the engine after all entries before `position`, which are durable. Ends a save in progress.
    fn save(&self, driver: &mut EngineDriver, position: Position, at: Time) -> Result<(), JournalError> {
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
    fn opening(&self, driver: &EngineDriver) -> Vec<u8> {
        let received = driver.received.unwrap_or(Time::MIN).millis();
        [self.program.to_le_bytes(), received.to_le_bytes()].concat()
    }
}

/// Identifies the running program file by checksum and length.
pub(super) fn program() -> io::Result<u64> {
    let bytes = std::fs::read(std::env::current_exe()?)?;
    Ok(u64::from(crc32fast::hash(&bytes)) << 32 | (bytes.len() as u64 & 0xffff_ffff))
}

/// The journal, the snapshots and the archive of settings.
pub(super) struct Records {
    pub(super) journal: Journal,
    pub(super) place: Place,
    pub(super) archive: SettingsArchive,
    /// Acknowledgements waiting for the journal to be durable up to a position, in order of position.
    pub(super) owed: VecDeque<(Position, oneshot::Sender<()>)>,
    pub(super) saver: Saver,
}

impl Records {
    /// Opens the journal for writing after the entries that were read, and at `at_least` or later.
    pub(super) fn open(
        place: &Place,
        archive: SettingsArchive,
        at_least: Position,
        clock: Clock,
        tell: impl Fn(journal::Event) + Send + Sync + 'static,
    ) -> io::Result<Records> {
        let disk = Arc::clone(&place.disk);
        let journal = Journal::open(disk, &place.folder, Some(at_least), Limits::default(), tell);
        let journal = journal.map_err(io::Error::other)?;
        let saver = Saver::start(place.clone(), journal.syncer(), clock)?;
        Ok(Records { journal, place: place.clone(), archive, owed: VecDeque::new(), saver })
    }

    /// Appends an entry; called before the engine processes it.
    pub(super) fn append(&mut self, entry: &Entry<'_>) {
        if let Entry::Lines { bytes, .. } = entry {
            self.saver.received(bytes.len());
        }
        self.journal.append(entry);
    }

    /// Begins a snapshot of the current position. It is complete once `settled` confirms that every earlier decision is stored.
    pub(super) fn begin_snapshot(&mut self, driver: &mut EngineDriver, settled: Receiver<()>) {
        self.journal.flush();
        let position = self.journal.position();
        self.saver.begin(&self.place, driver, position, settled, self.archive.beside());
    }

    /// Saves the engine's state at once, and waits for the journal to be durable.
    pub(super) fn save_now(&mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.saver.abandon()?;
        self.save(driver, at)
    }

    fn save(&mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.journal.flush();
        let position = self.journal.position();
        self.journal.syncer().reach(position, PATIENCE).map_err(io::Error::other)?;
        self.place.save(driver, position, at).map_err(io::Error::other)?;
        self.saver.begins();
        Ok(())
    }

    /// Shutdown: saves the state and closes the journal.
    pub(super) fn finish(mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.saver.end();
        let saved = self.save(driver, at);
        self.journal.finish().map_err(io::Error::other)?;
        saved
    }
}

/// Folder of the journal; `None` without a store or with the journal disabled.
pub fn folder(settings: &Checked) -> Option<PathBuf> {
    folder_of(settings.store.as_deref()?, &settings.journal)
}

/// Folder of the journal for a given store and journal settings; `None` if the journal is disabled.
pub fn folder_of(store: &Path, settings: &journal::Settings) -> Option<PathBuf> {
    settings.enabled.then(|| settings.path.clone().unwrap_or_else(|| beside(store)))
}

/// Default folder of the journal: the path of the store with `.journal` appended.
pub fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".journal");
    PathBuf::from(name)
}

/// What [`purge_lines`] removed, or would remove in a rehearsal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PurgedLines {
    /// Files and bytes of received lines.
    pub(crate) lines: journal::Purged,
    /// Number of archived sets of settings and zones that no remaining line was processed with.
    pub(crate) in_force: u64,
}

/// Removes received lines older than `days` (0 keeps them for ever), except those of held cases, and the archived settings that no
/// remaining line needs. Does nothing without a journal.
pub(crate) fn purge_lines(
    store: &Path,
    settings: &journal::Settings,
    days: u32,
    now: Time,
    rehearsal: Rehearsal,
) -> io::Result<PurgedLines> {
    let Some(folder) = folder_of(store, settings).filter(|folder| 0 < days && folder.is_dir()) else {
        return Ok(PurgedLines::default());
    };
    let held = store::held_spans(store).map_err(io::Error::other)?;
    let before = now - Span::from_hours(24 * i64::from(days));
    let lines = journal::purge(&RealDisk, &folder, before, &held, rehearsal).map_err(io::Error::other)?;
    let in_force = match lines.oldest {
        Some(oldest) => SettingsArchive::new(Arc::new(RealDisk), &folder).purge(oldest, rehearsal)?,
        None => 0,
    };
    Ok(PurgedLines { lines, in_force })
}

/// Returns the key of the settings, after storing them in the archive if there is one.
pub(super) fn keep(archive: Option<&mut SettingsArchive>, settings: &Checked) -> io::Result<String> {
    let in_force = settings.in_force()?;
    if let Some(archive) = archive {
        archive.keep(&in_force, settings)?;
    }
    Ok(in_force.key)
}

#[cfg(test)]
mod tests;
