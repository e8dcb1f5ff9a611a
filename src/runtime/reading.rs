//! Settings, zones and watchlists are read, checked, built and kept beside the loop: they may be large, and lines do not wait for them.

use std::future::pending;
use std::path::PathBuf;
use std::thread;
use std::{io, mem};

use tokio::sync::oneshot::{Receiver, channel};
use tracing::error;

use super::restart;
use super::settings_archive::SettingsArchive;
use crate::config::{self, Changed, Checked, Problem, Purpose};

/// What is being read, and what is wanted next.
#[derive(Default)]
pub(super) struct Reading {
    coming: Option<Receiver<Reply>>,
    /// Asked for while something was being read.
    next: Option<Changed>,
    /// Whether the service manager waits to hear that the reload is over.
    pub(super) owed: bool,
}

/// What came of reading.
pub(super) struct Reply {
    pub(super) what: Changed,
    pub(super) read: Result<Box<NewSettings>, Refusal>,
}

/// Settings that can be put in force.
pub(super) struct NewSettings {
    pub(super) settings: Checked,
    /// What they are known by: the same for the same settings, zones and watchlists.
    pub(super) key: String,
    /// Where they were written down, with a journal.
    pub(super) archive: Option<SettingsArchive>,
    /// The tables whose changes take effect at the next start; `None` where only zones were read.
    pub(super) waits_for_restart: Option<Vec<String>>,
}

/// Why what the files say is not put in force.
pub(super) enum Refusal {
    /// It is wrong.
    Problems(Vec<Problem>),
    /// It cannot be written down beside the journal.
    Unkept(io::Error),
}

/// What a thread needs to read.
pub(super) struct Task {
    pub(super) what: Changed,
    pub(super) file: PathBuf,
    pub(super) in_force: Checked,
    /// Where to keep it, with a journal.
    pub(super) archive: Option<SettingsArchive>,
    /// Why nothing can be kept there now.
    pub(super) away: Option<String>,
}

impl Reading {
    /// Whether something is being read.
    pub(super) fn is_busy(&self) -> bool {
        self.coming.is_some()
    }

    /// To be read after what is being read now.
    pub(super) fn defer(&mut self, what: Changed) {
        let all = what == Changed::Settings || self.next == Some(Changed::Settings);
        self.next = Some(if all { Changed::Settings } else { Changed::Zones });
    }

    /// Begins to read.
    pub(super) fn begin(&mut self, task: Task) {
        let (sender, receiver) = channel();
        self.coming = Some(receiver);
        // A daemon that has ended wants no answer.
        let work = move || drop(sender.send(task.read()));
        if let Err(error) = thread::Builder::new().name("reload".to_owned()).spawn(work) {
            error!(%error, "could not start a thread to read the settings");
        }
    }

    /// Waits for what is being read; for ever while nothing is. May be given up and called again at any time.
    pub(super) async fn reply(&mut self) -> Reply {
        let Some(coming) = &mut self.coming else {
            return pending().await;
        };
        let reply = coming.await;
        self.coming = None;
        reply.unwrap_or_else(|_| {
            let problem =
                Problem::of_file("settings", "could not be read: the thread that reads them ended; send SIGHUP");
            Reply { what: Changed::Settings, read: Err(Refusal::Problems(vec![problem])) }
        })
    }

    /// What was asked for meanwhile.
    pub(super) fn take_next(&mut self) -> Option<Changed> {
        self.next.take()
    }
}

impl Task {
    fn read(mut self) -> Reply {
        let archive = self.archive.take();
        let read = match self.what {
            Changed::Settings => self.settings(),
            Changed::Zones => self.zones(),
        };
        let read = read.map_err(Refusal::Problems).and_then(|mut new| {
            if let Some(away) = self.away.take() {
                return Err(Refusal::Unkept(io::Error::other(away)));
            }
            new.archive = archive;
            new.key = restart::keep(new.archive.as_mut(), &new.settings).map_err(Refusal::Unkept)?;
            new.settings.list_texts = None;
            Ok(Box::new(new))
        });
        Reply { what: self.what, read }
    }

    /// Everything again.
    fn settings(&self) -> Result<NewSettings, Vec<Problem>> {
        let wanted = config::check_again(&self.file, Purpose::Run, &self.in_force)?;
        if wanted.inputs.is_empty() {
            // An emptied or half-written file reads like settings without anything in them.
            let text = "inputs: there is none; write [[inputs]]";
            return Err(vec![Problem::of_file(self.file.display().to_string(), text)]);
        }
        // What takes effect after a restart stays as it is, also in what is written down.
        let waits_for_restart = Some(self.in_force.waits_for_restart(&wanted));
        let settings = wanted.until_restart(&self.in_force);
        Ok(NewSettings { settings, key: String::new(), archive: None, waits_for_restart })
    }

    /// Zones and watchlists again.
    fn zones(&self) -> Result<NewSettings, Vec<Problem>> {
        let mut settings = self.in_force.clone();
        settings.read_zones_again()?;
        Ok(NewSettings { settings, key: String::new(), archive: None, waits_for_restart: None })
    }
}

/// Lets go of what is no longer in force where nobody waits for it: what is large takes its time.
pub(super) fn let_go(old: (Checked, Option<SettingsArchive>)) {
    let dropped = thread::Builder::new().name("let-go".to_owned()).spawn(move || mem::drop(old));
    if let Err(error) = dropped {
        error!(%error, "could not start a thread to release the old settings");
    }
}
