//! Turns a `Config` into what the daemon uses, with absolute paths and the zones read, or reports all errors.
//!
//! Nothing is created, written or connected to here. Errors come in the order of the files and lines of the settings;
//! those of zone files and watchlists follow. Warnings never stop a start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::certificates::lapsing_of;
use super::chart::{NAMING_KEYS, Parts, ZONES_FOLDER, ZoneSource};
use super::checked::Checked;
use super::doubts::{far_from_default, far_latenesses, recordings_beside_live};
use super::files::Files;
use super::hindrances::{Asker, Weight, hindrances};
use super::layers::Layer;
use super::load::{Draft, load};
use super::needed::{missing_places, open_to_others, unknown_behaviours, unknown_zones};
use super::places::{Places, SETTINGS_FILE};
use super::problem::Problem;
use super::settings::{Config, SHIPPED};
use super::watchlists::{ListFiles, read_watchlists};
use crate::platform::clock::Clock;
use atalaia_core::base::fault::Fault;
use atalaia_core::zones::{Chart, Watchlists};

/// What the settings are checked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To run now: the files and folders of inputs and sinks must exist.
    Run,
    /// To run later, by the current user or the service's user: obstacles such as missing permissions are reported too. Not used at a
    /// start or reload, because a disk may be repaired while the daemon waits.
    Check,
    /// To run as the service, checked by its user: every obstacle is an error.
    Service,
    /// To replay recordings named on the command line: inputs and sinks are not used.
    Replay,
}

/// Result of checking settings.
pub struct Judgement {
    /// The checked settings, or all errors.
    pub outcome: Result<Checked, Vec<Problem>>,
    /// Warnings, also present if there are errors.
    pub warnings: Vec<Problem>,
}

impl Purpose {
    /// Whether the daemon is to run with the settings.
    fn is_run(self) -> bool {
        self != Purpose::Replay
    }

    /// Whether obstacles and probable mistakes are reported too.
    fn is_asked_ahead(self) -> bool {
        matches!(self, Purpose::Check | Purpose::Service)
    }
}

/// Checks settings and also collects all warnings. Reads `file`, or the `atalaia.toml` of a folder, with its
/// drop-ins. Unlike [`check`], it has warnings to give beside errors.
pub fn judge(file: &Path, purpose: Purpose) -> Judgement {
    let places = Places::of(file);
    let layers = match places.read() {
        Ok(layers) => layers,
        Err(problems) => return Judgement { outcome: Err(problems), warnings: Vec::new() },
    };
    Text { layers: &layers, folder: places.folder(), files: Files::Disk, known: None }.judge(None, purpose)
}

/// The error for valid settings without inputs, which cannot be run.
pub fn no_inputs(file: &Path) -> Problem {
    let advice = "add one, for instance [[inputs]] with the lines kind = \"udp\", name = \"receivers\" and \
                  address = \"0.0.0.0:10110\"";
    let fault = Fault::new("inputs", "there is none, so there is nothing to watch").advise(advice);
    Problem::of_file(file.display().to_string(), fault)
}

/// Reads and checks a settings file or folder with its drop-ins, or the built-in file, and the zones. `zones` overrides the zones folder.
///
/// # Errors
/// Everything wrong with the settings, the zones and the watchlists, at once.
pub fn check(file: Option<&Path>, zones: Option<&Path>, purpose: Purpose) -> Result<Checked, Vec<Problem>> {
    let Some(file) = file else {
        let built_in = Layer { file: "built-in settings".to_owned(), text: SHIPPED.to_owned() };
        return Text { layers: &[built_in], folder: Path::new(""), files: Files::Disk, known: None }
            .check(zones, purpose);
    };
    let places = Places::of(file);
    Text { layers: &places.read()?, folder: places.folder(), files: Files::Disk, known: None }.check(zones, purpose)
}

/// Like [`check`], while other settings are in force: unchanged watchlists are reused, which spares their memory a second time.
///
/// # Errors
/// As [`check`].
pub fn check_again(file: &Path, purpose: Purpose, in_force: &Checked) -> Result<Checked, Vec<Problem>> {
    let places = Places::of(file);
    let known = Some(&in_force.chart.watchlists);
    Text { layers: &places.read()?, folder: places.folder(), files: Files::Disk, known }.check(None, purpose)
}

/// Like [`check`], for a replay of a folder in memory, as `Checked::in_force` returns it. Nothing is read from disk.
///
/// # Errors
/// As [`check`], and if the folder has no settings file.
pub fn check_given(files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Checked, Vec<Problem>> {
    let place = Files::Given(files);
    let text = place.text(Path::new(SETTINGS_FILE));
    let text = text.map_err(|error| vec![Problem::of_file(SETTINGS_FILE, error.to_string())])?;
    let whole = Layer { file: SETTINGS_FILE.to_owned(), text };
    Text { layers: &[whole], folder: Path::new(""), files: place, known: None }.check(None, Purpose::Replay)
}

/// The settings texts and what they refer to.
struct Text<'a> {
    /// The settings file and its drop-ins, or the built-in file, in order; never empty.
    layers: &'a [Layer],
    /// Folder that relative paths refer to.
    folder: &'a Path,
    /// Where the referenced files are read from.
    files: Files<'a>,
    /// Watchlists that are already in memory; reused if unchanged.
    known: Option<&'a Arc<Watchlists>>,
}

impl Text<'_> {
    /// The outcome alone; a sound outcome has the warnings too.
    fn check(&self, zones: Option<&Path>, purpose: Purpose) -> Result<Checked, Vec<Problem>> {
        self.judge(zones, purpose).outcome
    }

    /// All checks. Later ones run even if earlier ones fail, so that everything wrong is reported at once; only text
    /// that cannot be parsed ends them. A key with an error is not reported twice.
    fn judge(&self, zones: Option<&Path>, purpose: Purpose) -> Judgement {
        let read = Clock.moment();
        let mut loaded = load(self.layers);
        let mut problems = std::mem::take(&mut loaded.problems);
        let Some(mut config) = loaded.config.take() else {
            return Judgement { outcome: Err(problems), warnings: Vec::new() };
        };
        // Before paths are made absolute: these messages quote what the operator wrote.
        let mut faults = config.problems();
        let outvoted = outvoted(&config, &loaded);
        let folder = self.folder;
        for input in &mut config.inputs {
            input.within(folder);
        }
        for sink in &mut config.sinks {
            sink.within(folder);
        }
        config.api.within(folder);
        config.store.path = config.store.path.take().map(|path| folder.join(path));
        config.evidence.key = config.evidence.key.take().map(|path| folder.join(path));
        config.journal.path = config.journal.path.take().map(|path| folder.join(path));
        let is_run = purpose.is_run();
        if is_run {
            faults.extend(missing_places(&config));
            faults.extend(config.api.tls.requirement().map(|fault| fault.below("api.tls")));
            faults.extend(unknown_behaviours(&config));
        }
        let mut doubts = Vec::new();
        if purpose.is_asked_ahead() {
            for (weight, fault) in hindrances(&config, &Asker::here(purpose == Purpose::Service)) {
                if weight == Weight::Certain { faults.push(fault) } else { doubts.push(fault) }
            }
            doubts.extend(far_from_default(&config, |path| loaded.is_written(path)));
            doubts.extend(far_latenesses(&config));
            doubts.extend(recordings_beside_live(&config));
            // Further warnings about a key with an error are not useful.
            let is_at_fault = |key: &str| faults.iter().any(|fault| fault.key == key);
            doubts.retain(|doubt| !loaded.is_about_faulty(doubt) && !is_at_fault(&doubt.key));
        }
        // Anyone who can write the settings file can decide which program is run.
        let open = open_to_others(self.layers.iter().filter(|_| is_run));
        let runs = config.sinks.iter().any(|sink| sink.program("").is_some());
        problems.extend(open.iter().filter(|_| runs).cloned());
        faults.retain(|fault| !loaded.is_about_faulty(fault));
        problems.extend(faults.into_iter().map(|fault| loaded.locate(fault)));
        // Zones and watchlists are read even if the settings have errors, which are then all listed together.
        let replaced = zones.is_some();
        let zones = zone_source(zones, &config.zones.folder, folder);
        let parts = Parts::read(&zones, &config.zones, &config.behaviours, folder, self.files);
        let watchlists = Some(config.watchlists.folder.as_str()).filter(|named| !named.is_empty());
        let watchlists = watchlists.map(|named| folder.join(named));
        let lists = read_watchlists(watchlists.as_deref(), self.files, self.known);
        let mut in_files = parts.as_ref().err().cloned().unwrap_or_default();
        in_files.extend(lists.as_ref().err().cloned().unwrap_or_default());
        // A folder named on the command line has no key in the file.
        for problem in in_files.iter_mut().filter(|problem| replaced && problem.fault.key == ZONES_FOLDER) {
            problem.fault.key = "zones folder".to_owned();
        }
        // A missing file named by a key is reported at the line of that key.
        let (named, in_files): (Vec<Problem>, Vec<Problem>) =
            in_files.into_iter().partition(|problem| NAMING_KEYS.contains(&problem.fault.key.as_str()));
        problems.extend(named.into_iter().map(|Problem { file, fault, .. }| {
            loaded.locate(Fault { what: format!("{file}: {}", fault.what), ..fault })
        }));
        loaded.sort(&mut problems);
        problems.extend(in_files);
        // An unknown zone is only a warning: the sink works all the same, and gets nothing for that zone.
        let ids =
            parts.as_ref().map(|parts| parts.zones.zones().iter().map(|zone| zone.id.as_str()).collect::<Vec<_>>());
        let unknown = unknown_zones(&config, &ids.unwrap_or_default());
        let unknown = unknown.into_iter().filter(|_| is_run).map(|fault| loaded.locate(fault));
        let lapsing = if is_run { lapsing_of(&config, Clock.now()) } else { Vec::new() };
        let lapsing = lapsing.into_iter().map(|fault| loaded.locate(fault));
        let doubts = doubts.into_iter().map(|doubt| loaded.locate(doubt));
        let renamed = loaded.renamed.iter().cloned();
        let mut warnings: Vec<Problem> =
            renamed.chain(outvoted).chain(unknown).chain(lapsing).chain(doubts).chain(open.clone()).collect();
        let mut zone_doubts = Vec::new();
        if let Ok(parts) = &parts {
            warnings.extend(parts.warnings.iter().cloned());
            if is_run {
                zone_doubts = parts.doubts(&zones, Clock.now());
                warnings.extend(zone_doubts.iter().cloned());
            }
        }
        warnings.extend(lists.iter().flat_map(|lists| lists.warnings.iter().cloned()));
        let outcome = match (parts, lists) {
            (Ok(mut parts), Ok(ListFiles { lists, texts, .. })) if problems.is_empty() => Ok(Checked {
                read,
                journal: config.journal.clone(),
                evidence: config.evidence.clone(),
                http: config.http.clone(),
                api: config.api.clone(),
                folder: folder.to_owned(),
                drop_ins: self.layers.len() - 1,
                files: std::mem::take(&mut parts.files),
                list_texts: Some(texts),
                named: std::mem::take(&mut parts.named),
                warnings: warnings.clone(),
                zone_doubts: zone_doubts.len(),
                chart: Arc::new(Chart { watchlists: lists, ..parts.chart(&config.zones) }),
                watchlists,
                profile: config.profile,
                engine: config.engine(),
                zones,
                inputs: config.inputs,
                sinks: config.sinks,
                delivery: config.delivery,
                store: config.store.path,
                retention: config.retention,
                recordings: config.recordings,
            }),
            _ => Err(problems),
        };
        Judgement { outcome, warnings }
    }
}

/// Warns of keys that override the profile with another value; a full copy of the shipped file contains all of them, and a profile over it
/// would change nothing. `None` without a profile, or if no key differs.
fn outvoted(config: &Config, loaded: &Draft<'_>) -> Option<Problem> {
    let profile = config.profile?;
    let all = serde_json::to_value(&config.behaviours).ok()?;
    let differs = |(behaviour, key, value): &(String, String, f64)| all[behaviour][key].as_f64() != Some(*value);
    let keys = profile.values().into_iter().filter(differs).map(|(behaviour, key, _)| format!("{behaviour}.{key}"));
    let keys: Vec<String> = keys.collect();
    let what = format!("keys of this file win over {}: {}", profile.name(), keys.join(", "));
    (!keys.is_empty()).then(|| loaded.locate(Fault::new("profile", what)))
}

/// Where the zones come from: the folder of the command line if one is given, otherwise that of the settings. An empty name means
/// the built-in zones.
fn zone_source(replaced: Option<&Path>, named: &str, folder: &Path) -> ZoneSource {
    match (replaced, named) {
        (Some(replaced), _) => ZoneSource::Folder(replaced.to_owned()),
        (None, "") => ZoneSource::BuiltIn,
        (None, named) => ZoneSource::Folder(folder.join(named)),
    }
}
