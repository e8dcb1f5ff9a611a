//! Reads, checks, builds and archives new settings, zones and watchlists on a thread of their own. They may be large, and lines must not
//! wait.
//!
//! At most one such thread runs. Requests in the meantime are gathered into one that follows. The loop takes over a
//! result between two turns, so lines are processed with the old settings or the new ones, never with a mixture.

use std::future::pending;
use std::path::PathBuf;
use std::thread;
use std::{io, mem};

use tokio::sync::oneshot::{Receiver, channel};
use tracing::error;

use super::restart;
use super::settings_archive::SettingsArchive;
use crate::config::{self, Checked, FileChange, Problem, Purpose};
use atalaia_core::base::fault::Fault;

/// The reload in progress and the one to do next.
#[derive(Default)]
pub(super) struct Reading {
    /// The result of the reload in progress; `None` if there is none.
    coming: Option<Receiver<Reply>>,
    /// Requested while a reload was in progress; `None` if nothing was.
    next: Option<FileChange>,
    /// Whether the service manager still has to be notified that the reload is over.
    pub(super) owed: bool,
}

/// The result of a reload thread.
pub(super) struct Reply {
    /// What was read.
    pub(super) what: FileChange,
    /// Whether nothing had changed since the files were refused.
    pub(super) is_repeat: bool,
    /// The new settings, or why there are none.
    pub(super) read: Result<Box<NewSettings>, Refusal>,
}

/// Settings that can be put in force.
pub(super) struct NewSettings {
    /// The settings, with the tables that wait for a restart as they are in force.
    pub(super) settings: Checked,
    /// Key of the settings; equal for equal settings, zones and watchlists.
    pub(super) key: String,
    /// The archive they were stored in; `None` without a journal.
    pub(super) archive: Option<SettingsArchive>,
    /// Tables whose changes take effect at the next start; `None` if only zones and watchlists were read.
    pub(super) waits_for_restart: Option<Vec<String>>,
}

/// Why the new settings are not put in force.
pub(super) enum Refusal {
    /// They contain errors.
    Problems(Vec<Problem>),
    /// They cannot be stored beside the journal.
    Unkept(io::Error),
}

/// Input of a reload thread.
pub(super) struct Task {
    /// What to read.
    pub(super) what: FileChange,
    /// Whether nothing has changed since the files were refused.
    pub(super) is_repeat: bool,
    /// The settings file.
    pub(super) file: PathBuf,
    /// The settings in force: zones alone are read into a copy of them, and unchanged watchlists are reused.
    pub(super) in_force: Checked,
    /// Archive to store the settings in; `None` without a journal.
    pub(super) archive: Option<SettingsArchive>,
    /// Why nothing can be stored there now; `None` if it can.
    pub(super) away: Option<String>,
}

impl Reading {
    /// Whether a reload is in progress.
    pub(super) fn is_busy(&self) -> bool {
        self.coming.is_some()
    }

    /// Queues a reload after the one in progress. Reading the settings includes the zones.
    pub(super) fn defer(&mut self, what: FileChange) {
        let all = what == FileChange::Settings || self.next == Some(FileChange::Settings);
        self.next = Some(if all { FileChange::Settings } else { FileChange::Zones });
    }

    /// Starts a reload thread.
    pub(super) fn begin(&mut self, task: Task) {
        let (sender, receiver) = channel();
        self.coming = Some(receiver);
        // The daemon may have ended.
        let work = move || drop(sender.send(task.read()));
        if let Err(error) = thread::Builder::new().name("reload".to_owned()).spawn(work) {
            error!(%error, "could not start a thread to read the settings");
        }
    }

    /// Waits for the reload in progress; pending for ever if there is none. Cancel-safe.
    pub(super) async fn reply(&mut self) -> Reply {
        let Some(coming) = &mut self.coming else {
            return pending().await;
        };
        let reply = coming.await;
        self.coming = None;
        reply.unwrap_or_else(|_| {
            let fault = Fault::new("", "could not be read: the thread that reads them ended").advise("send SIGHUP");
            let problem = Problem::of_file("settings", fault);
            Reply { what: FileChange::Settings, is_repeat: false, read: Err(Refusal::Problems(vec![problem])) }
        })
    }

    /// Takes the reload requested in the meantime, if any.
    pub(super) fn take_next(&mut self) -> Option<FileChange> {
        self.next.take()
    }
}

impl Task {
    /// Reads, checks and archives. The archive comes last, so a refused reload leaves nothing there.
    fn read(mut self) -> Reply {
        let archive = self.archive.take();
        let read = match self.what {
            FileChange::Settings => self.settings(),
            FileChange::Zones => self.zones(),
        };
        let read = read.map_err(Refusal::Problems).and_then(|mut new| {
            if let Some(away) = self.away.take() {
                return Err(Refusal::Unkept(io::Error::other(away)));
            }
            new.archive = archive;
            new.key = restart::keep(new.archive.as_mut(), &new.settings).map_err(Refusal::Unkept)?;
            // They are in the archive now, and large.
            new.settings.list_texts = None;
            Ok(Box::new(new))
        });
        Reply { what: self.what, is_repeat: self.is_repeat, read }
    }

    /// Reads the settings with their zones and watchlists again.
    fn settings(&self) -> Result<NewSettings, Vec<Problem>> {
        let wanted = config::check_again(&self.file, Purpose::Run, &self.in_force)?;
        if wanted.inputs.is_empty() {
            // An emptied or half-written file parses as settings without any inputs.
            return Err(vec![config::no_inputs(&self.file)]);
        }
        // What takes effect only after a restart stays as it is, also in the archive.
        let waits_for_restart = Some(self.in_force.waits_for_restart(&wanted));
        let settings = wanted.until_restart(&self.in_force);
        Ok(NewSettings { settings, key: String::new(), archive: None, waits_for_restart })
    }

    /// Reads only the zones and watchlists again.
    fn zones(&self) -> Result<NewSettings, Vec<Problem>> {
        let mut settings = self.in_force.clone();
        settings.read_zones_again()?;
        Ok(NewSettings { settings, key: String::new(), archive: None, waits_for_restart: None })
    }
}

/// Drops settings no longer in force on a thread of its own: releasing large ones takes time.
pub(super) fn let_go(old: (Checked, Option<SettingsArchive>)) {
    let dropped = thread::Builder::new().name("let-go".to_owned()).spawn(move || mem::drop(old));
    if let Err(error) = dropped {
        error!(%error, "could not start a thread to release the old settings");
    }
}
