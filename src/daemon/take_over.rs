//! Reload: new settings and zones are read and checked on another thread, then put in force at once.
//!
//! A reload changes all settings or none. What was in force stays until all files are read, sound and archived,
//! because a later look back must find the settings that lines were processed with.

use std::io;

use tracing::{error, info, warn};

use super::main_loop::Daemon;
use super::persist::orders;
use super::reading::{NewSettings, Refusal, Reply, Task, let_go};
use super::reload::{warn_of, watched};
use super::settings_archive::SettingsArchive;
use super::trail::alterations;
use crate::config::{Checked, FileChange, Problem};
use crate::platform::telemetry::FromAir;
use crate::storage::journal::Entry;

/// Maximum number of problems logged; more usually have the same cause.
const PROBLEMS_LOGGED: usize = 20;

impl Daemon {
    /// Reads all files again, as SIGHUP asks for.
    pub(super) fn reload_on_request(&mut self) {
        self.status.service.reloading();
        self.reloader.reading.owed = true;
        self.reload(FileChange::Settings);
    }

    /// Starts a reload after a file change or SIGHUP. The files are read on another thread, then taken over or refused.
    pub(super) fn reload(&mut self, what: FileChange) {
        match self.reloader.reading.is_busy() {
            true => self.reloader.reading.defer(what),
            false => self.begin_reload(what, false),
        }
    }

    /// Loads refused files again. They may load now: what was at fault need not have been in a watched file.
    pub(super) fn reload_refused(&mut self) {
        if !self.reloader.outcome.ok && !self.reloader.reading.is_busy() {
            self.begin_reload(FileChange::Settings, true);
        }
    }

    /// Starts a reload while none is in progress.
    fn begin_reload(&mut self, what: FileChange, is_repeat: bool) {
        self.reloader.begun = self.clock.moment();
        // After a refusal any file may have been corrected, so everything is read again.
        let what = if self.reloader.outcome.ok { what } else { FileChange::Settings };
        // Before reading, so that no later change is missed.
        self.reloader.watch.follow(watched(&self.reloader.file, &self.settings));
        let archive = self.persistence.records.as_ref().map(|records| records.archive.beside());
        // While the journal's folder is away, files written in its place would be in the way when it returns.
        let away = self.persistence.records.as_ref().and_then(|records| {
            let absence = records.journal.absence()?;
            Some(format!("{}: {absence}", records.place.folder.display()))
        });
        let (file, in_force) = (self.reloader.file.clone(), self.settings.clone());
        self.reloader.reading.begin(Task { what, is_repeat, file, in_force, archive, away });
    }

    /// Takes over or refuses what the reload thread has read.
    pub(super) fn have_read(&mut self, Reply { what, is_repeat, read }: Reply) {
        match (what, read) {
            (FileChange::Settings, Ok(new)) => self.take_over(*new),
            (FileChange::Zones, Ok(new)) => self.take_over_zones(*new),
            (what, Err(refusal)) => {
                if what == FileChange::Settings && !is_repeat {
                    // Sinks reopen their files even so, for log rotation.
                    self.deliveries.reopen(&self.settings);
                }
                match refusal {
                    Refusal::Problems(problems) => self.refuse(&problems, is_repeat),
                    Refusal::Unkept(error) => self.refuse_unkept(&error),
                }
            }
        }
        match self.reloader.reading.take_next() {
            Some(next) => self.reload(next),
            None if std::mem::take(&mut self.reloader.reading.owed) => self.status.service.reloaded(),
            None => {}
        }
    }

    /// Puts the new settings and zones in force and reopens the sinks; the engine keeps its state.
    fn take_over(&mut self, new: NewSettings) {
        let settings = &new.settings;
        if let Some(tables) = new.waits_for_restart.as_ref().filter(|tables| !tables.is_empty()) {
            let tables = FromAir(&tables.join(", ")).to_string();
            warn!(%tables, "these changes take effect after a restart; all others are in force now");
        }
        // A sink is known by its name. Renaming one looks like a removal, and what waits for the old name
        // is not delivered.
        for sink in &self.settings.sinks {
            if !settings.sinks.iter().any(|kept| kept.name == sink.name) {
                warn!(sink = %sink.name, "sink removed from the settings; nothing more is sent to it");
            }
        }
        if settings.zones.to_string() != self.settings.zones.to_string() {
            warn!(before = %self.settings.zones, now = %settings.zones, "zones are now read from another folder");
        }
        if let Some(store) = &self.persistence.store {
            store.orders(orders(settings));
        }
        // Files written while these were read must count as changed.
        let read = settings.read;
        let warned = self.settings.warnings.clone();
        self.put_in_force(new);
        self.feeds.configure(&self.settings);
        self.deliveries.reopen(&self.settings);
        let watched = watched(&self.reloader.file, &self.settings);
        self.reloader.watch.follow(watched.clone());
        self.reloader.watch.changed_since(&watched, read);
        warn_of(&self.settings, &warned);
        let (zones, sinks, drop_ins) = (self.settings.zone_count(), self.settings.sinks.len(), self.settings.drop_ins);
        info!(zones, sinks, drop_ins, listed = self.settings.chart.watchlists.len(), "reloaded");
    }

    /// Puts new zones and watchlists in force. The sinks stay open.
    fn take_over_zones(&mut self, new: NewSettings) {
        let warned = self.settings.warnings.clone();
        self.put_in_force(new);
        warn_of(&self.settings, &warned);
        let (zones, listed) = (self.settings.zone_count(), self.settings.chart.watchlists.len());
        info!(zones, listed, "zones reloaded");
    }

    /// Puts settings and zones in force. With a journal, `archive` already holds them.
    fn replace(&mut self, settings: &Checked, key: &str, archive: Option<SettingsArchive>) {
        if let (Some(records), Some(archive)) = (&mut self.persistence.records, archive) {
            records.archive = archive;
            self.persistence.write_down(&Entry::InForce { key: key.to_owned() });
        }
        self.driver.replace(key, settings, &mut self.deliveries.changes);
    }

    /// Makes the new settings those in force, for journal, engine and status, and releases the old ones.
    fn put_in_force(&mut self, new: NewSettings) {
        let NewSettings { settings, key, archive, waits_for_restart } = new;
        if let Some(store) = &self.persistence.store {
            alterations(&self.settings, &settings).into_iter().for_each(|row| store.record(row));
        }
        let before = self.persistence.records.as_ref().map(|records| records.archive.beside());
        self.replace(&settings, &key, archive);
        let_go((std::mem::replace(&mut self.settings, settings), before));
        self.reloader.outcome.taken(self.clock.now(), waits_for_restart);
    }

    /// Refuses settings that are sound and cannot be archived.
    fn refuse_unkept(&mut self, error: &io::Error) {
        let why = "settings and zones cannot be saved beside the journal, so a restart would not have them";
        // SIGHUP always gets an answer; the daemon's own attempts are not logged each time.
        if self.reloader.outcome.unkept(FromAir(&format!("{why}: {error}")).to_string()) || self.reloader.reading.owed {
            error!(%error, "reload refused: {why}; settings and zones in force are kept, and the daemon tries again by itself");
        }
    }

    /// Refuses settings with errors, and logs the first [`PROBLEMS_LOGGED`] of them.
    fn refuse(&mut self, problems: &[Problem], is_repeat: bool) {
        let lines = problems.iter().take(PROBLEMS_LOGGED);
        let lines: Vec<String> =
            lines.map(|problem| FromAir(&problem.to_string().replace("\n    ", " | ")).to_string()).collect();
        let (problems, why) = (problems.len(), lines.clone());
        // SIGHUP always gets the list. A changed file gets it once: each later change of any file reads all of them again.
        match self.reloader.outcome.refused(lines) || self.reloader.reading.owed {
            true => {
                why.iter().for_each(|problem| error!(%problem, "not reloaded"));
                warn!(problems, "reload refused: settings and zones in force are kept");
            }
            false if is_repeat => {}
            false => warn!(
                problems,
                "reload refused again, for the problems logged before: settings and zones in force are kept"
            ),
        }
    }
}
