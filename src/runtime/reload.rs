//! Settings and zones anew, while the daemon works: all of it is read and checked first, then taken over at once.

use std::io;
use std::path::Path;

use tracing::{error, info, warn};

use super::Daemon;
use super::keeping::orders;
use super::writing::lateness;
use crate::config::{self, Changed, Checked, Places, Problem, Purpose, Watched, ZoneSource};
use crate::telemetry::FromAir;
use crate::time::Time;

/// How the last reload went; at first, the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// When it was.
    pub(super) at: Time,
    /// When what is in force was taken over.
    pub(super) taken_at: Time,
    /// Whether what the files say is in force; if not, what was before is.
    pub(super) ok: bool,
    /// Why not: file, line, key and what to write, one line each, safe to show; the first few.
    pub(super) problems: Vec<String>,
    /// The tables whose changes take effect at the next start.
    pub(super) waits_for_restart: Vec<String>,
}

/// A file that is wrong throughout is wrong for one reason.
const PROBLEMS_TOLD: usize = 20;

impl Outcome {
    /// What is in force is what the files said.
    pub(super) fn good(at: Time) -> Outcome {
        Outcome { at, taken_at: at, ok: true, problems: Vec::new(), waits_for_restart: Vec::new() }
    }

    /// Something was taken over; what waits for a restart goes on waiting.
    fn taken(&mut self, at: Time) {
        (self.at, self.taken_at, self.ok) = (at, at, true);
        self.problems.clear();
    }

    fn refused(&mut self, at: Time, problems: Vec<String>) {
        (self.at, self.ok, self.problems) = (at, false, problems);
    }
}

impl Daemon {
    /// Files changed: what was changed is taken over, or refused.
    pub(super) fn files_changed(&mut self, what: Changed) {
        match what {
            Changed::Zones if self.reloaded.ok => self.reload_zones(),
            // What was refused may be sound by now, whatever it was refused for.
            Changed::Settings | Changed::Zones => self.reload(),
        }
    }

    /// SIGHUP, or changed settings: settings and zones anew, sinks opened anew; what the engine knows stays.
    pub(super) fn reload(&mut self) {
        // Before they are read, so that no later change is missed.
        self.watch.follow(watched(&self.file, &self.settings));
        let settings = match config::check(Some(&self.file), None, Purpose::Run) {
            Ok(settings) if settings.inputs.is_empty() => {
                // An emptied or half-written file reads like settings without anything in them.
                Err(vec![Problem::of_file(self.file.display().to_string(), "inputs: there is none; write [[inputs]]")])
            }
            read => read,
        };
        let settings = match settings {
            Ok(settings) => settings,
            Err(problems) => {
                // A rotated file is begun afresh all the same.
                self.reopen_sinks();
                return self.refuse(&problems);
            }
        };
        // What takes effect after a restart stays as it is, also in what is written down.
        let waits_for_restart = self.settings.waits_for_restart(&settings);
        let settings = settings.until_restart(&self.settings);
        if let Err(error) = self.replace(&settings) {
            self.reopen_sinks();
            return self.refuse_unkept(&error);
        }
        if !waits_for_restart.is_empty() {
            let tables = FromAir(&waits_for_restart.join(", ")).to_string();
            warn!(%tables, "these take effect after a restart; the rest is taken over now");
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
        self.settings = settings;
        for (source, input) in self.sources.iter_mut().zip(&self.settings.inputs) {
            source.lateness = lateness(input, &self.settings);
        }
        self.reopen_sinks();
        self.watch.follow(watched(&self.file, &self.settings));
        warn_of(&self.settings);
        self.reloaded = Outcome { waits_for_restart, ..Outcome::good(self.clock.now()) };
        let (zones, sinks, drop_ins) = (self.settings.zone_count(), self.settings.sinks.len(), self.settings.drop_ins);
        info!(zones, sinks, drop_ins, "reloaded");
    }

    /// Sinks as the settings in force name them, files and connections anew.
    fn reopen_sinks(&mut self) {
        self.reloads += 1;
        if let Some(couriers) = &mut self.couriers {
            couriers.replace(&self.settings.sinks, &self.settings.delivery, self.reloads);
        }
    }

    fn reload_zones(&mut self) {
        self.watch.follow(watched(&self.file, &self.settings));
        let mut settings = self.settings.clone();
        if let Err(problems) = settings.read_zones_again() {
            return self.refuse(&problems);
        }
        if let Err(error) = self.replace(&settings) {
            return self.refuse_unkept(&error);
        }
        self.settings = settings;
        warn_of(&self.settings);
        self.reloaded.taken(self.clock.now());
        info!(zones = self.settings.zone_count(), "zones reloaded");
    }

    fn refuse_unkept(&mut self, error: &io::Error) {
        let why = "settings and zones cannot be written down beside the journal, and a restart would not know them";
        error!(%error, "reload refused: {why}; what is in force is kept");
        self.reloaded.refused(self.clock.now(), vec![FromAir(&format!("{why}: {error}")).to_string()]);
    }

    fn refuse(&mut self, problems: &[Problem]) {
        let lines = problems.iter().take(PROBLEMS_TOLD);
        let lines: Vec<String> =
            lines.map(|problem| FromAir(&problem.to_string().replace("\n    ", " | ")).to_string()).collect();
        for problem in &lines {
            error!(%problem, "not reloaded");
        }
        warn!(problems = problems.len(), "reload refused: settings and zones in force are kept");
        self.reloaded.refused(self.clock.now(), lines);
    }
}

pub(super) fn warn_of(settings: &Checked) {
    for warning in &settings.warnings {
        warn!(file = %warning.file, "{}", warning.text);
    }
}

/// What is watched for changes: the settings with the files they name, the zones, unless they are built in, and the watchlists.
pub(super) fn watched(file: &Path, settings: &Checked) -> Vec<Watched> {
    let mut all = Places::of(file).watched();
    all.extend(settings.named_files().filter_map(|file| Watched::file(&file)));
    if let ZoneSource::Folder(folder) = &settings.zones {
        all.extend(Watched::folder(folder, "geojson"));
    }
    all.extend(settings.watchlists.iter().flat_map(|folder| Watched::folder(folder, "csv")));
    all
}
