//! `Config` to what the daemon uses: paths made absolute, zones read; or all that is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chart::{Parts, ZoneSource, ZonesRead, read_zones};
use super::files::{Files, Texts};
use super::layers::Layer;
use super::load::{Loaded, load};
use super::places::Places;
use super::watchlists::read_watchlists;
use super::{Config, IN_FORCE_FILE, Problem, Profile, SHIPPED};
use crate::engine::{self, SourceClock};
use crate::time::Span;
use crate::zones::Chart;
use crate::{delivery, evidence, http, inputs, journal, store};

/// Settings that can be run with.
#[derive(Clone, Debug)]
pub struct Checked {
    /// For the engine.
    pub engine: engine::Settings,
    /// The zones.
    pub chart: Arc<Chart>,
    /// Where they came from.
    pub zones: ZoneSource,
    /// The inputs, paths absolute.
    pub inputs: Vec<inputs::Settings>,
    /// The sinks, paths absolute.
    pub sinks: Vec<delivery::Settings>,
    /// How they are tried again.
    pub delivery: delivery::DeliverySettings,
    /// The file of the store, absolute, if there is to be one.
    pub store: Option<PathBuf>,
    /// How long what is in it is kept.
    pub retention: store::RetentionSettings,
    /// How recordings are read.
    pub recordings: inputs::RecordingSettings,
    /// Whose definitions are the defaults, if not ours.
    pub profile: Option<Profile>,
    /// Where the watchlists are, if anywhere.
    pub watchlists: Option<PathBuf>,
    /// What is odd about the zone files without being wrong.
    pub warnings: Vec<Problem>,
    /// How received lines are kept.
    pub journal: journal::Settings,
    /// How bundles of evidence are signed; the path absolute.
    pub evidence: evidence::Settings,
    /// Where metrics and health are served.
    pub http: http::Settings,
    /// What relative paths of the settings are relative to.
    pub folder: PathBuf,
    /// How many files of `conf.d` were laid over the settings file.
    pub drop_ins: usize,
    /// Name and text of the zone files, and path and text of the watchlists, as they were read.
    pub files: (Texts, Texts),
}

impl Checked {
    /// How many zones there are.
    pub fn zone_count(&self) -> usize {
        self.chart.zones.zones().len()
    }

    /// Takes the zones and watchlists as their files say now, or keeps what there is.
    pub fn read_zones_again(&mut self) -> Result<(), Vec<Problem>> {
        let ZonesRead { zones, warnings, files } = read_zones(&self.zones, &self.engine.behaviours)?;
        let (watchlists, list_files) = read_watchlists(self.watchlists.as_deref(), Files::Disk)?;
        let watchlists = Arc::new(watchlists);
        self.files = (files, list_files);
        self.chart = Arc::new(Chart { zones, watchlists, ..(*self.chart).clone() });
        self.warnings = warnings;
        Ok(())
    }
}

/// What the settings are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To be run: the files and folders of inputs and sinks must be there.
    Run,
    /// For recordings named on the command line: inputs and sinks are not used.
    Replay,
}

/// Reads and checks a settings file or folder with its drop-ins, or the built-in file, and the zones. `zones` replaces the zones
/// folder.
pub fn check(file: Option<&Path>, zones: Option<&Path>, purpose: Purpose) -> Result<Checked, Vec<Problem>> {
    let Some(file) = file else {
        let built_in = Layer { file: "built-in settings".to_owned(), text: SHIPPED.to_owned() };
        return Text { layers: &[built_in], folder: Path::new(""), files: Files::Disk }.check(zones, purpose);
    };
    let places = Places::of(file);
    Text { layers: &places.read()?, folder: places.folder(), files: Files::Disk }.check(zones, purpose)
}

/// The same of a folder in memory, as `Checked::in_force` gives it, for a replay: nothing is read from the disk.
pub fn check_given(files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Checked, Vec<Problem>> {
    let place = Files::Given(files);
    let text = place.text(Path::new(IN_FORCE_FILE));
    let text = text.map_err(|error| vec![Problem::of_file(IN_FORCE_FILE, error.to_string())])?;
    let whole = Layer { file: IN_FORCE_FILE.to_owned(), text };
    Text { layers: &[whole], folder: Path::new(""), files: place }.check(None, Purpose::Replay)
}

/// Settings as read.
struct Text<'a> {
    layers: &'a [Layer],
    /// What relative paths are relative to.
    folder: &'a Path,
    /// Where they lead.
    files: Files<'a>,
}

impl Text<'_> {
    fn check(&self, zones: Option<&Path>, purpose: Purpose) -> Result<Checked, Vec<Problem>> {
        let mut loaded = load(self.layers);
        let mut problems = std::mem::take(&mut loaded.problems);
        let Some(mut config) = loaded.config.take() else {
            return Err(problems);
        };
        let mut faults = config.problems();
        let outvoted = outvoted(&config, &loaded);
        let folder = self.folder;
        for input in &mut config.inputs {
            input.within(folder);
        }
        for sink in &mut config.sinks {
            sink.within(folder);
        }
        config.store.path = config.store.path.take().map(|path| folder.join(path));
        config.evidence.key = config.evidence.key.take().map(|path| folder.join(path));
        config.journal.path = config.journal.path.take().map(|path| folder.join(path));
        if purpose == Purpose::Run {
            faults.extend(missing_places(&config));
        }
        problems.extend(faults.iter().map(|fault| loaded.locate(fault)));
        let replaced = zones.is_some();
        let zones = zone_source(zones, &config.zones.folder, folder);
        let parts = Parts::read(&zones, &config.zones, &config.behaviours, folder, self.files);
        let watchlists = Some(config.watchlists.folder.as_str()).filter(|named| !named.is_empty());
        let watchlists = watchlists.map(|named| folder.join(named));
        let lists = read_watchlists(watchlists.as_deref(), self.files);
        let mut in_files = parts.as_ref().err().cloned().unwrap_or_default();
        in_files.extend(lists.as_ref().err().cloned().unwrap_or_default());
        // A folder that the command line names stands in no key.
        let of_command_line = |fault: &Problem| replaced && fault.text.starts_with("zones.folder: ");
        let in_files = in_files.into_iter().map(|fault| match of_command_line(&fault) {
            true => Problem { text: fault.text.replacen("zones.folder", "zones folder", 1), ..fault },
            false => fault,
        });
        // What a key of ours names and is not there is told where the key stands.
        let (named, in_files): (Vec<Problem>, Vec<Problem>) = in_files.partition(|fault| {
            ["zones.", "behaviours.", "watchlists."].iter().any(|table| fault.text.starts_with(table))
        });
        problems.extend(named.into_iter().map(|fault| {
            let (key, rest) = fault.text.split_once(": ").unwrap_or((&fault.text, ""));
            loaded.locate(&format!("{key}: {}: {rest}", fault.file))
        }));
        loaded.sort(&mut problems);
        problems.extend(in_files);
        match (parts, lists) {
            (Ok(mut parts), Ok((lists, list_files))) if problems.is_empty() => Ok(Checked {
                journal: config.journal.clone(),
                evidence: config.evidence.clone(),
                http: config.http.clone(),
                folder: folder.to_owned(),
                drop_ins: self.layers.len() - 1,
                files: (std::mem::take(&mut parts.files), list_files),
                warnings: outvoted.into_iter().chain(std::mem::take(&mut parts.warnings)).collect(),
                chart: Arc::new(Chart { watchlists: Arc::new(lists), ..parts.chart(&config.zones) }),
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
        }
    }
}

/// Keys of the file that say otherwise than the profile, if any: whoever copies the whole shipped file has all of them.
fn outvoted(config: &Config, loaded: &Loaded<'_>) -> Option<Problem> {
    let profile = config.profile?;
    let all = serde_json::to_value(&config.behaviours).ok()?;
    let differs = |(behaviour, key, value): &&(&str, &str, f64)| all[*behaviour][*key].as_f64() != Some(*value);
    let keys = profile.values().iter().filter(differs).map(|(behaviour, key, _)| format!("{behaviour}.{key}"));
    let keys: Vec<String> = keys.collect();
    let text = format!("profile: keys of this file win over {}: {}", profile.name(), keys.join(", "));
    (!keys.is_empty()).then(|| loaded.locate(&text))
}

/// An empty name stands for the built-in zones.
fn zone_source(replaced: Option<&Path>, named: &str, folder: &Path) -> ZoneSource {
    match (replaced, named) {
        (Some(replaced), _) => ZoneSource::Folder(replaced.to_owned()),
        (None, "") => ZoneSource::BuiltIn,
        (None, named) => ZoneSource::Folder(folder.join(named)),
    }
}

/// Files and folders that inputs and sinks need and do not find.
fn missing_places(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, input) in config.inputs.iter().enumerate() {
        if !input.kind.is_built_in() {
            problems.push(format!(
                "inputs[{index}].kind: this build reads no serial lines; use one built with the feature serial (cargo build \
                 --features serial)"
            ));
        }
        let Some(path) = input.path.as_deref().filter(|_| input.kind.has_path() && input.kind != inputs::Kind::Serial)
        else {
            continue;
        };
        let key = format!("inputs[{index}].path");
        let shown = path.display();
        let is_fifo = input.kind == inputs::Kind::Fifo;
        match fs::metadata(path) {
            Err(error) if is_fifo => {
                problems.push(format!("{key}: {shown}: {error}; create it with mkfifo"));
            }
            Err(error) => problems.push(format!("{key}: {shown}: {error}; write the path of a recording")),
            Ok(found) if is_fifo && !found.file_type().is_fifo() => {
                problems.push(format!("{key}: {shown} is no FIFO; create one with mkfifo, or write kind = \"file\""));
            }
            Ok(found) if found.is_dir() => {
                problems.push(format!("{key}: {shown} is a folder; write the path of a recording"));
            }
            Ok(found) if found.is_file() => {
                if let Err(error) = fs::File::open(path) {
                    problems.push(format!("{key}: {shown}: {error}; write the path of a recording that may be read"));
                }
            }
            // A FIFO for a file is read to its end; a socket or a device never ends or cannot be opened.
            Ok(found) if found.file_type().is_fifo() => {}
            Ok(_) => problems.push(format!("{key}: {shown} is no ordinary file; write the path of a recording")),
        }
    }
    let sinks = config.sinks.iter().enumerate();
    let files = sinks.filter_map(|(index, sink)| Some((format!("sinks[{index}].path"), sink.path.as_ref()?)));
    for (key, path) in files.chain(config.store.path.iter().map(|path| ("store.path".to_owned(), path))) {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        if path.is_dir() {
            problems.push(format!("{key}: {} is a folder; write the path of a file", path.display()));
        } else if parent.is_some_and(|parent| !parent.is_dir()) {
            problems.push(format!(
                "{key}: the folder of {} does not exist; create it, or write another path",
                path.display()
            ));
        }
    }
    problems
}

/// What the engine is told of an input of the daemon.
pub fn source_clock(input: &inputs::Settings, settings: &Checked) -> SourceClock {
    let usual = match input.kind.is_recording() {
        true => settings.engine.time.file_lateness_seconds,
        false => settings.engine.time.lateness_seconds,
    };
    SourceClock {
        name: input.name.clone(),
        time_zone: input.time_zone.as_deref().and_then(inputs::time_zone),
        live: input.kind.is_live(),
        lateness: Span::from_seconds(i64::from(input.lateness_seconds.unwrap_or(usual))),
    }
}
