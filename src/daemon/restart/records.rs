//! What a running daemon writes for the next start: the journal, the snapshots and the archive of settings.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use super::place::{PATIENCE, Place};
use super::saver::Saver;
use crate::config::Checked;
use crate::daemon::driver::EngineDriver;
use crate::daemon::settings_archive::SettingsArchive;
use crate::platform::clock::Clock;
use crate::storage::journal::{self, Entry, Journal, Limits, Position};
use atalaia_core::base::time::Time;

/// The journal, the snapshots and the archive of settings.
pub(in crate::daemon) struct Records {
    /// Received lines, ticks, starts and settings, in order.
    pub(in crate::daemon) journal: Journal,
    /// Where snapshots go.
    pub(in crate::daemon) place: Place,
    /// The settings that lines were processed with.
    pub(in crate::daemon) archive: SettingsArchive,
    /// Acknowledgements waiting for the journal to be durable up to a position, in order of position.
    pub(in crate::daemon) owed: VecDeque<(Position, oneshot::Sender<()>)>,
    /// Makes snapshots while the engine works.
    pub(in crate::daemon) saver: Saver,
}

impl Records {
    /// Opens the journal for writing after the entries that were read, and at `at_least` or later, and starts the
    /// thread of the saver. `tell` receives reports of the journal, on its threads.
    ///
    /// # Errors
    /// If the journal cannot be opened.
    pub(in crate::daemon) fn open(
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
    pub(in crate::daemon) fn append(&mut self, entry: &Entry<'_>) {
        if let Entry::Lines { bytes, .. } = entry {
            self.saver.received(bytes.len());
        }
        self.journal.append(entry);
    }

    /// Begins a snapshot of the current position. It is complete once `settled` confirms that every earlier decision is stored.
    pub(in crate::daemon) fn begin_snapshot(&mut self, driver: &mut EngineDriver, settled: Receiver<()>) {
        self.journal.flush();
        let position = self.journal.position();
        self.saver.begin(&self.place, driver, position, settled, self.archive.beside());
    }

    /// Saves the engine's state at once, and waits for the journal to be durable. Abandons a snapshot in progress.
    ///
    /// # Errors
    /// If the journal is not durable in time, or the snapshot cannot be written. The earlier ones stay in force.
    pub(in crate::daemon) fn save_now(&mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.saver.abandon(&mut driver.engine)?;
        self.save(driver, at)
    }

    /// Saves the state on this thread, after waiting up to [`PATIENCE`] for the journal. The thread of the saver
    /// must be idle.
    fn save(&mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.journal.flush();
        let position = self.journal.position();
        self.journal.syncer().reach(position, PATIENCE).map_err(io::Error::other)?;
        self.place.save(driver, position, at).map_err(io::Error::other)?;
        self.saver.begins();
        Ok(())
    }

    /// Shutdown: saves the state and closes the journal.
    ///
    /// # Errors
    /// If either fails. The journal is closed even if the state could not be saved.
    pub(in crate::daemon) fn finish(mut self, driver: &mut EngineDriver, at: Time) -> io::Result<()> {
        self.saver.end();
        let saved = self.save(driver, at);
        self.journal.finish().map_err(io::Error::other)?;
        saved
    }
}

/// Returns the key of the settings, after storing them in the archive if there is one.
///
/// # Errors
/// If they cannot be stored, or the texts of their watchlists are no longer in memory.
pub(in crate::daemon) fn keep(archive: Option<&mut SettingsArchive>, settings: &Checked) -> io::Result<String> {
    let in_force = settings.in_force()?;
    if let Some(archive) = archive {
        archive.keep(&in_force, settings)?;
    }
    Ok(in_force.key)
}
