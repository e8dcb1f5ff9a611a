//! The settings file, which files are watched, and the result of the last reload.
//!
//! Putting new settings in force is up to `take_over`.

use std::path::{Path, PathBuf};

use tracing::warn;

use super::reading::Reading;
use crate::config::{Checked, FileSet, FileWatch, Places, ZoneSource};
use crate::platform::clock::Clock;
use atalaia_core::base::time::Time;

/// The settings file and its reloads.
pub(super) struct Reloader {
    /// The settings file, or a folder that holds one, as named on the command line.
    pub(super) file: PathBuf,
    /// Notices changes of the files.
    pub(super) watch: FileWatch,
    /// The reload in progress, if any.
    pub(super) reading: Reading,
    /// How the last reload ended.
    pub(super) outcome: Outcome,
}

impl Reloader {
    /// Begins to watch the files. Restoring the state may take a while; changes in the meantime must not be missed.
    pub(super) fn new(file: PathBuf, settings: &Checked, clock: Clock) -> Reloader {
        let files = watched(&file, settings);
        let watch = FileWatch::new(files.clone());
        watch.changed_since(&files, settings.read);
        Reloader { file, watch, reading: Reading::default(), outcome: Outcome::good(clock.now()) }
    }
}

/// Result of the last reload; initially that of the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// When the reload was taken over or refused.
    pub(super) at: Time,
    /// When the settings in force were taken over.
    pub(super) taken_at: Time,
    /// Whether the files and the settings in force agree; if not, the previous settings stay in force.
    pub(super) ok: bool,
    /// Reasons for a refusal, one line each with file, line, key and advice, safe to show; at most 20.
    pub(super) problems: Vec<String>,
    /// Tables whose changes take effect at the next start.
    pub(super) waits_for_restart: Vec<String>,
}

impl Outcome {
    /// The files were taken over at `at`.
    pub(super) fn good(at: Time) -> Outcome {
        Outcome { at, taken_at: at, ok: true, problems: Vec::new(), waits_for_restart: Vec::new() }
    }

    /// Records a successful reload. `None` keeps the list of tables that wait for a restart.
    pub(super) fn taken(&mut self, at: Time, waits_for_restart: Option<Vec<String>>) {
        (self.at, self.taken_at, self.ok) = (at, at, true);
        self.problems.clear();
        self.waits_for_restart = waits_for_restart.unwrap_or(std::mem::take(&mut self.waits_for_restart));
    }

    /// Records a refusal. Returns whether it is news: the last reload went well, or was refused for other reasons.
    pub(super) fn refused(&mut self, at: Time, problems: Vec<String>) -> bool {
        let is_news = self.ok || self.problems != problems;
        (self.at, self.ok, self.problems) = (at, false, problems);
        is_news
    }
}

/// Logs the warnings about settings, each with its file and line.
pub(super) fn warn_of(settings: &Checked) {
    for warning in &settings.warnings {
        warn!(file = %warning.file, line = warning.line.as_ref().map(|line| line.number), "{}", warning.fault);
    }
}

/// Files and folders to watch: the settings with the files they name, the watchlists, and the zones unless they are built in.
pub(super) fn watched(file: &Path, settings: &Checked) -> Vec<FileSet> {
    let mut all = Places::of(file).watched();
    all.extend(settings.named_files().filter_map(|file| FileSet::file(&file)));
    if let ZoneSource::Folder(folder) = &settings.zones {
        all.extend(FileSet::folder(folder, "geojson"));
    }
    all.extend(settings.watchlists.iter().flat_map(|folder| FileSet::folder(folder, "csv")));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_news_once_and_again_after_other_reasons_or_a_good_reload() {
        let at = Time::from_millis(0);
        let mut outcome = Outcome::good(at);
        let one = || vec!["a.toml:1: time: unknown key".to_owned()];
        let two = || vec!["a.toml:2: zonez: unknown key".to_owned()];
        let told = [one(), one(), two(), two(), one()].map(|problems| outcome.refused(at, problems));
        assert_eq!(told, [true, false, true, false, true]);
        outcome.taken(at, None);
        assert!(outcome.refused(at, one()));
    }
}
