//! Settings and zones anew, while the daemon works: all of it is read and checked first, then taken over at once.

use std::io;
use std::path::PathBuf;

use tracing::{error, info, warn};

use super::Daemon;
use super::keeping::orders;
use crate::config::{self, Checked, FolderWatch, Problem, Purpose, ZoneSource};
use crate::telemetry::FromAir;

impl Daemon {
    /// SIGHUP: settings and zones anew, sinks opened anew; what the engine knows stays.
    pub(super) fn reload(&mut self) {
        let settings = match config::check(Some(&self.file), None, Purpose::Run) {
            Ok(settings) => settings,
            Err(problems) => {
                // A rotated file is begun afresh all the same.
                self.reopen_sinks();
                return self.refuse(&problems);
            }
        };
        if settings.inputs.is_empty() {
            // An emptied or half-written file reads like settings without anything in them.
            self.reopen_sinks();
            self.lookout.refused(1);
            error!(file = %self.file.display(), "reload refused: the settings name no [[inputs]]; what is in force is kept");
            return;
        }
        if let Err(error) = self.replace(&settings) {
            self.reopen_sinks();
            return self.refuse_unkept(&error);
        }
        if settings.inputs != self.settings.inputs {
            warn!("changed [[inputs]] take effect after a restart; the rest is taken over now");
        }
        for sink in &self.settings.sinks {
            if !settings.sinks.iter().any(|kept| kept.name == sink.name) {
                warn!(sink = %sink.name, "the settings no longer name this sink: it gets nothing from now on");
            }
        }
        if settings.zones.to_string() != self.settings.zones.to_string() {
            warn!(before = %self.settings.zones, now = %settings.zones, "the zones come from elsewhere now");
        }
        if let Some(store) = &self.store {
            store.orders(orders(&settings));
        }
        if settings.http != self.settings.http {
            warn!("another [http] takes effect after a restart");
        }
        if settings.store != self.settings.store {
            warn!("another [store] takes effect after a restart");
        }
        let inputs = std::mem::take(&mut self.settings.inputs);
        self.settings = Checked { inputs, ..settings };
        self.reopen_sinks();
        self.watch = FolderWatch::new(folders(&self.settings));
        warn_of(&self.settings);
        self.lookout.taken_over(self.clock.now());
        info!(zones = self.settings.zone_count(), sinks = self.settings.sinks.len(), "reloaded");
    }

    /// Sinks as the settings in force name them, files and connections anew.
    fn reopen_sinks(&mut self) {
        self.reloads += 1;
        if let Some(couriers) = &mut self.couriers {
            couriers.replace(&self.settings.sinks, &self.settings.delivery, self.reloads);
        }
    }

    pub(super) fn reload_zones(&mut self) {
        let mut settings = self.settings.clone();
        if let Err(problems) = settings.read_zones_again() {
            return self.refuse(&problems);
        }
        if let Err(error) = self.replace(&settings) {
            return self.refuse_unkept(&error);
        }
        self.settings = settings;
        warn_of(&self.settings);
        self.lookout.taken_over(self.clock.now());
        info!(zones = self.settings.zone_count(), "zones reloaded");
    }

    fn refuse_unkept(&mut self, error: &io::Error) {
        self.lookout.refused(1);
        error!(%error, "reload refused: settings and zones cannot be written down beside the journal, and a restart would not know them; what is in force is kept");
    }

    fn refuse(&mut self, problems: &[Problem]) {
        for problem in problems {
            error!(problem = %FromAir(&problem.to_string().replace("\n    ", " | ")), "not reloaded");
        }
        self.lookout.refused(problems.len() as u64);
        warn!(problems = problems.len(), "reload refused: settings and zones in force are kept");
    }
}

pub(super) fn warn_of(settings: &Checked) {
    for warning in &settings.warnings {
        warn!(file = %warning.file, "{}", warning.text);
    }
}

/// What is watched for changes: the zones, unless they are built in, and the watchlists.
pub(super) fn folders(settings: &Checked) -> Vec<PathBuf> {
    let zones = match &settings.zones {
        ZoneSource::Folder(folder) => Some(folder.clone()),
        ZoneSource::BuiltIn => None,
    };
    zones.into_iter().chain(settings.watchlists.clone()).collect()
}
