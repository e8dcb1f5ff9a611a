//! The settings file, which files are watched, and the result of the last reload.
//!
//! Putting new settings in force is up to `take_over`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::warn;

use super::reading::Reading;
use crate::config::{Checked, FileSet, FileWatch, Places, Problem, ZoneSource};
use crate::platform::clock::{Clock, Moment};
use atalaia_core::base::time::Time;

/// Interval between two attempts to load files that were refused. What was at fault may be mended where no watch sees it: on the disk of the
/// journal, or in a file that the settings only name.
const TRY_AGAIN_EVERY: Duration = Duration::from_secs(30);

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
    /// When the last reload began; initially that of the start.
    pub(super) begun: Moment,
}

impl Reloader {
    /// Begins to watch the files. Restoring the state may take a while; changes in the meantime must not be missed.
    pub(super) fn new(file: PathBuf, settings: &Checked, clock: Clock) -> Reloader {
        let files = watched(&file, settings);
        let watch = FileWatch::new(files.clone());
        watch.changed_since(&files, settings.read);
        let outcome = Outcome::good(clock.now());
        Reloader { file, watch, reading: Reading::default(), outcome, begun: clock.moment() }
    }

    /// Whether files that were refused are due for another attempt.
    pub(super) fn tries_again(&self, now: Moment) -> bool {
        !self.outcome.ok && !self.reading.is_busy() && TRY_AGAIN_EVERY <= now.since(self.begun)
    }
}

/// Result of the last reload; initially that of the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// When the settings in force were taken over.
    pub(super) taken_at: Time,
    /// Whether the files and the settings in force agree; if not, the previous settings stay in force.
    pub(super) ok: bool,
    /// Reasons for a refusal, one line each with file, line, key and advice, safe to show; at most 20.
    pub(super) problems: Vec<String>,
    /// Whether the files are sound and could only not be saved beside the journal. The one problem is then the reason.
    pub(super) unkept: bool,
    /// Tables whose changes take effect at the next start.
    pub(super) waits_for_restart: Vec<String>,
}

impl Outcome {
    /// The files were taken over at `at`.
    pub(super) fn good(at: Time) -> Outcome {
        Outcome { taken_at: at, ok: true, problems: Vec::new(), unkept: false, waits_for_restart: Vec::new() }
    }

    /// Records a successful reload. `None` keeps the list of tables that wait for a restart.
    pub(super) fn taken(&mut self, at: Time, waits_for_restart: Option<Vec<String>>) {
        (self.taken_at, self.ok, self.unkept) = (at, true, false);
        self.problems.clear();
        self.waits_for_restart = waits_for_restart.unwrap_or(std::mem::take(&mut self.waits_for_restart));
    }

    /// Records a refusal. Returns whether it is news: the last reload went well, or was refused for other reasons.
    pub(super) fn refused(&mut self, problems: Vec<String>) -> bool {
        let is_news = self.ok || self.problems != problems;
        (self.ok, self.problems, self.unkept) = (false, problems, false);
        is_news
    }

    /// Records that sound files could not be saved beside the journal. Returns whether it is news.
    pub(super) fn unkept(&mut self, why: String) -> bool {
        let is_news = self.refused(vec![why]);
        self.unkept = true;
        is_news
    }
}

/// Logs the warnings about settings, each with its file and line, except those that the settings `before` had too.
pub(super) fn warn_of(settings: &Checked, before: &[Problem]) {
    // The line may have moved, which is no news.
    let is_news =
        |warning: &&Problem| !before.iter().any(|old| (&old.file, &old.fault) == (&warning.file, &warning.fault));
    for warning in settings.warnings.iter().filter(is_news) {
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
        let told = [one(), one(), two(), two(), one()].map(|problems| outcome.refused(problems));
        assert_eq!(told, [true, false, true, false, true]);
        outcome.taken(at, None);
        assert!(outcome.refused(one()));
    }

    #[test]
    fn a_refusal_leaves_the_time_of_the_settings_in_force() {
        let mut outcome = Outcome::good(Time::from_millis(5));
        outcome.refused(vec!["a.toml:1: time: unknown key".to_owned()]);
        assert_eq!((outcome.ok, outcome.taken_at), (false, Time::from_millis(5)));
        assert!(outcome.unkept("no room".to_owned()) && !outcome.unkept("no room".to_owned()));
        assert!(outcome.unkept && !outcome.ok);
        outcome.taken(Time::from_millis(9), None);
        assert_eq!((outcome.ok, outcome.unkept, outcome.taken_at), (true, false, Time::from_millis(9)));
    }

    #[tokio::test]
    async fn refused_files_are_tried_again_and_others_not() {
        let settings = crate::config::check(None, None, crate::config::Purpose::Replay).expect("the built-in settings");
        let mut reloader = Reloader::new("atalaia.toml".into(), &settings, Clock);
        let later = |by: Duration| Clock.moment().later(by);
        assert!(!reloader.tries_again(later(10 * TRY_AGAIN_EVERY)), "nothing was refused");
        reloader.outcome.unkept("no room".to_owned());
        assert!(!reloader.tries_again(later(TRY_AGAIN_EVERY / 2)));
        assert!(reloader.tries_again(later(TRY_AGAIN_EVERY)));
        reloader.outcome.taken(Clock.now(), None);
        assert!(!reloader.tries_again(later(10 * TRY_AGAIN_EVERY)));
    }
}
