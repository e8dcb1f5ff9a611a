//! Builds the chart: zone files from the folder in the settings or the built-in zones, with the coast and ports named there.
//!
//! Every fault of every file is collected before anything is refused, so that an operator can mend them in one go.
//! Built-in data has no faults, and is unpacked only once everything else is sound.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::doubts::far_overrides;
use super::files::{Files, text_of};
use super::problem::Problem;
use super::zone_doubts::odd_zones;
use atalaia_core::base::fault::Fault;
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;
use atalaia_core::behaviours;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::ZoneSettings;
use atalaia_core::geo::{Coast, Ports, RowFault, Wind};
use atalaia_core::zones::{Chart, ZoneError, ZoneRules, ZoneSet};

/// Folder of the zone files. This key and the next four name what a chart is read from.
pub(super) const ZONES_FOLDER: &str = "zones.folder";
/// Land, from a GeoJSON file.
const COAST: &str = "zones.coast";
/// Harbours, from a CSV file.
const PORTS: &str = "zones.ports";
/// Anchorage points, from a CSV file.
const ANCHORAGES: &str = "zones.anchorages";
/// Wind, from a CSV file. It is named below the only behaviour that reads it.
const WIND: &str = "behaviours.small_craft_stop.wind";
/// The keys whose file or folder a problem may be about as a whole.
pub(super) const NAMING_KEYS: [&str; 6] = [ZONES_FOLDER, COAST, PORTS, ANCHORAGES, WIND, "watchlists.folder"];

/// Where zones are read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ZoneSource {
    /// Every `*.geojson` file of a folder, in capitals or not.
    Folder(PathBuf),
    /// The zones shipped with the program.
    BuiltIn,
}

impl fmt::Display for ZoneSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneSource::Folder(folder) => write!(f, "{}", folder.display()),
            ZoneSource::BuiltIn => f.write_str("built in"),
        }
    }
}

/// Maximum size of a zone file, in bytes. Zones are drawn by hand, so a larger file is a mistake.
const LARGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Zones as read, with warnings about their files.
pub struct ZoneFiles {
    /// All zones.
    pub zones: ZoneSet,
    /// Warnings about valid but unusual files.
    pub warnings: Vec<Problem>,
    /// Names and texts of the files, as they were read.
    pub files: Vec<(String, String)>,
}

/// Reads all zones, or reports every error in their files. Their settings for behaviours are checked against `base`: a value may be allowed
/// by itself and still conflict with one that the zone leaves as it is.
///
/// # Errors
/// Every faulty file, zone and override, each with its line; or the folder, if it cannot be read or has no zone file.
pub fn read_zones(source: &ZoneSource, base: &behaviours::Settings) -> Result<ZoneFiles, Vec<Problem>> {
    zones_of(source, base, Files::Disk)
}

/// [`read_zones`], from disk or from files in memory.
fn zones_of(source: &ZoneSource, base: &behaviours::Settings, place: Files<'_>) -> Result<ZoneFiles, Vec<Problem>> {
    let ZoneSource::Folder(folder) = source else {
        let files = ZoneSet::shipped().iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        return Ok(ZoneFiles { zones: ZoneSet::built_in(ZONE_REQUESTS), warnings: Vec::new(), files });
    };
    let files = read_folder(folder, place)?;
    let of_error = |error: &ZoneError| {
        in_zone_file(folder, &files, &error.file, error.line, in_zone(error.zone.as_deref(), error.fault.clone()))
    };
    let (zones, rules) = ZoneSet::read(&files, ZONE_REQUESTS);
    let mut faults: Vec<Problem> = zones.as_ref().err().into_iter().flatten().map(of_error).collect();
    for (place, zone) in rules.iter().enumerate() {
        for (keys, fault) in wrong_overrides(zone, base) {
            let line = files.iter().find(|(name, _)| *name == zone.file).map_or(zone.line, |(_, text)| {
                let next = rules.get(place + 1).filter(|next| next.file == zone.file);
                line_of(text, zone.line, next.map(|next| next.line), &keys)
            });
            faults.push(in_zone_file(folder, &files, &zone.file, line, in_zone(Some(&zone.id), fault)));
        }
    }
    let zones = match zones {
        Ok(zones) if faults.is_empty() => zones,
        _ => return Err(faults),
    };
    let empty = files.iter().filter(|(name, _)| !zones.zones().iter().any(|zone| zone.file == *name));
    let warnings = empty.map(|(name, _)| {
        let fault = Fault::new("", "holds no zone").advise("draw one, or remove the file");
        Problem::of_file(folder.join(name).display().to_string(), fault)
    });
    let warnings = warnings.collect();
    Ok(ZoneFiles { zones, warnings, files })
}

/// A fault as one of a zone; of the whole file if there is none.
fn in_zone(zone: Option<&str>, fault: Fault) -> Fault {
    let key = match zone {
        Some(zone) if fault.key.is_empty() => format!("zone {zone}"),
        Some(zone) => format!("zone {zone}: {}", fault.key),
        None => fault.key,
    };
    Fault { key, ..fault }
}

/// Errors in a zone's behaviours and their settings, each with the names of the keys that lead to it.
fn wrong_overrides(zone: &ZoneRules, base: &behaviours::Settings) -> Vec<(Vec<String>, Fault)> {
    let mut faults = Vec::new();
    for name in zone.behaviours.iter().flatten() {
        if !behaviours::NAMES.contains(&name.as_str()) {
            let fault = Fault::new("behaviours", format!("unknown behaviour `{name}`"));
            let fault = fault.advise(advice(name, behaviours::NAMES));
            faults.push((vec!["behaviours".to_owned(), name.clone()], fault));
        }
    }
    for (name, overrides) in &zone.settings {
        let found = match overrides {
            Value::Object(overrides) => behaviours::check_overrides(base, name, overrides),
            _ => vec![Fault::new("", "is not an object").advise(format!("write {{\"{name}\": {{}}}}"))],
        };
        // Some behaviours can be asked for only by zones of certain kinds, or by areas.
        let cannot_ask =
            zone.kind.zip(zone.is_polygon).and_then(|(kind, polygon)| behaviours::cannot_ask(name, kind, polygon));
        for fault in found.into_iter().chain(cannot_ask.map(Fault::from)) {
            // A threshold that the zone leaves as it is has no line in its file.
            let is_written = |key: &str| overrides.get(key).is_some();
            let other = fault.other.as_deref().filter(|other| is_written(other) && !is_written(&fault.key));
            let last = other.or(Some(&fault.key)).filter(|key| !key.is_empty());
            let keys = ["settings", name].into_iter().chain(last).map(str::to_owned).collect();
            faults.push((keys, fault.below(&format!("settings.{name}"))));
        }
    }
    faults
}

/// Line of the innermost of `keys` that is found, each after the previous one, in the lines from `from` up to but not including `until`.
///
/// The line to show for an override: JSON values lose their positions when they are parsed, so the text is searched again.
fn line_of(text: &str, from: usize, until: Option<usize>, keys: &[String]) -> usize {
    let start_of = |line: usize| text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let (mut at, end) = (start_of(from), until.map_or(text.len(), start_of));
    for key in keys {
        // Quoted, and escaped if QGIS wrote the whole list or object as text.
        let quoted = text[at..end].match_indices(key.as_str()).find(|(found, _)| {
            let (before, after) = (&text[..at + found], &text[at + found + key.len()..]);
            before.ends_with('"') && (after.starts_with('"') || after.starts_with("\\\""))
        });
        let Some((found, _)) = quoted else { break };
        at += found;
    }
    1 + text[..at].matches('\n').count()
}

/// A fault at a line of the zone file `name`, with that line quoted. Of the whole file if its text was not read.
fn in_zone_file(folder: &Path, files: &[(String, String)], name: &str, line: usize, fault: Fault) -> Problem {
    let shown = folder.join(name).display().to_string();
    match files.iter().find(|(other, _)| other == name) {
        Some((_, whole)) => Problem::of_line(&shown, whole, line, fault),
        None => Problem::of_file(shown, fault),
    }
}

/// Probable mistakes in zones and in the files that they were read from; none for the built-in zones.
pub(super) fn zone_doubts(
    source: &ZoneSource,
    zones: &ZoneSet,
    files: &[(String, String)],
    coast: &Coast,
    now: Time,
) -> Vec<Problem> {
    let ZoneSource::Folder(folder) = source else {
        return Vec::new();
    };
    let mut doubts = odd_zones(zones, coast, now);
    for (ix, zone) in zones.iter() {
        for (behaviour, overrides) in &zone.settings {
            let far = overrides.as_object().map(|overrides| far_overrides(behaviour, overrides));
            let far = far.into_iter().flatten().map(|far| far.below(&format!("settings.{behaviour}")));
            doubts.extend(far.map(|far| (ix, far)));
        }
    }
    let placed = doubts.into_iter().map(|(ix, doubt)| {
        let zone = zones.get(ix);
        in_zone_file(folder, files, &zone.file, zone.line, in_zone(Some(&zone.id), doubt))
    });
    placed.collect()
}

/// Name and text of every zone file, in order of name. Hidden files are skipped, because editors create them while saving.
fn read_folder(folder: &Path, place: Files<'_>) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let shown = folder.display().to_string();
    let failed = |error: std::io::Error| {
        let fault = Fault::new(ZONES_FOLDER, error.to_string());
        vec![Problem::of_file(shown.clone(), fault.advise("create it, or write the folder of the *.geojson files"))]
    };
    let mut paths = Vec::new();
    for path in place.list(folder).map_err(failed)? {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("geojson")) {
            paths.push(path);
        }
    }
    // The order of files decides which of two zones with one id is the duplicate, so it must not depend on
    // the file system.
    paths.sort();
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (regular, size) = place.measure(&path);
        let read = match LARGEST_FILE_BYTES < size {
            _ if !regular => {
                Err(Fault::new("", "is not an ordinary file").advise("remove it: zones are read from files only"))
            }
            true => Err(Fault::new("", format!("is {} MB large", size / 1_000_000))
                .advise("leave zones out: at most 64 MB are read")),
            false => place.bytes(&path).map_err(|error| error.to_string().into()).and_then(text_of),
        };
        match read {
            Ok(text) => files.push((name, text)),
            Err(fault) => problems.push(Problem::of_file(path.display().to_string(), fault)),
        }
    }
    if files.is_empty() && problems.is_empty() {
        let fault = Fault::new(ZONES_FOLDER, "holds no *.geojson file").advise("add one, or write another folder");
        problems.push(Problem::of_file(folder.display().to_string(), fault));
    }
    match problems.is_empty() {
        true => Ok(files),
        false => Err(problems),
    }
}

/// The parts of a chart, read as far as they can contain errors.
pub(super) struct Parts {
    /// All zones, sound.
    pub(super) zones: ZoneSet,
    /// Warnings about the zone files.
    pub(super) warnings: Vec<Problem>,
    /// The zone files as read.
    pub(super) files: Vec<(String, String)>,
    /// The other files named in the settings, as read.
    pub(super) named: NamedTexts,
    /// Land, for distances from shore.
    coast: Land,
    /// Harbours and anchorage points, for calm water and names of places.
    ports: Points,
    /// Wind by place and time; empty unless a file is named.
    wind: Wind,
}

/// Texts of files named in the settings, by path.
pub(super) type NamedTexts = BTreeMap<PathBuf, Arc<str>>;

/// Reads files named in the settings and keeps their texts.
struct Named<'a> {
    /// Folder that relative names refer to.
    folder: &'a Path,
    /// Where the files are read from.
    place: Files<'a>,
    /// Texts read so far. The archive of settings keeps exactly these, so that a replay does not depend on what the
    /// files hold later.
    texts: NamedTexts,
}

impl Named<'_> {
    /// Reads a file, and keeps its text. `hint` lists the alternatives.
    ///
    /// # Errors
    /// One with the key instead of a line, so that it can be shown at the line of the settings that has the key.
    fn text(&mut self, key: &str, file: &str, hint: &str) -> Result<Arc<str>, Problem> {
        let path = self.folder.join(file);
        let unread = |fault: Fault| {
            let fault = Fault { key: key.to_owned(), advice: Some(format!("write {hint}")), ..fault };
            Problem::of_file(path.display().to_string(), fault)
        };
        let text = self.place.text(&path).map_err(|error| unread(error.to_string().into()))?;
        let text: Arc<str> = text.into();
        self.texts.insert(path, Arc::clone(&text));
        Ok(text)
    }

    /// The path of a file as shown in a problem.
    fn shown(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }
}

/// The land to use. Built-in data is unpacked only if everything else is valid: it takes a moment and cannot fail.
enum Land {
    BuiltIn,
    Own(Arc<Coast>),
}

/// The harbours and anchorage points to use. As soon as one of the two lists is replaced, the other is
/// built in separately.
enum Points {
    BuiltIn,
    Own(Arc<Ports>),
}

impl Parts {
    /// Reads the zones with the coast, ports and wind named in the settings. Relative paths refer to `folder`.
    ///
    /// # Errors
    /// All faults of all these files, in this order.
    pub(super) fn read(
        source: &ZoneSource,
        settings: &ZoneSettings,
        base: &behaviours::Settings,
        folder: &Path,
        place: Files<'_>,
    ) -> Result<Parts, Vec<Problem>> {
        let mut problems = Vec::new();
        let zones = zones_of(source, base, place).map_err(|faults| problems.extend(faults));
        let mut named = Named { folder, place, texts: NamedTexts::new() };
        let coast = coast(&settings.coast, &mut named).map_err(|fault| problems.push(fault));
        let ports = ports(settings, &mut named).map_err(|faults| problems.extend(faults));
        let wind = blow(&base.small_craft_stop.wind, &mut named).map_err(|faults| problems.extend(faults));
        match (zones, coast, ports, wind) {
            (Ok(ZoneFiles { zones, warnings, files }), Ok(coast), Ok(ports), Ok(wind)) => {
                Ok(Parts { zones, warnings, files, named: named.texts, coast, ports, wind })
            }
            _ => Err(problems),
        }
    }

    /// Probable mistakes in the zone files; none for the built-in zones.
    pub(super) fn doubts(&self, source: &ZoneSource, now: Time) -> Vec<Problem> {
        zone_doubts(source, &self.zones, &self.files, &self.land(), now)
    }

    /// The land, unpacked if it is built in. The built-in land is shared, so asking twice costs nothing.
    fn land(&self) -> Arc<Coast> {
        match &self.coast {
            Land::BuiltIn => Coast::built_in(),
            Land::Own(coast) => Arc::clone(coast),
        }
    }

    /// The finished chart, without watchlists.
    pub(super) fn chart(self, settings: &ZoneSettings) -> Chart {
        let coast = self.land();
        Chart {
            zones: self.zones,
            coast,
            ports: match self.ports {
                Points::BuiltIn => Ports::built_in(),
                Points::Own(ports) => ports,
            },
            wind: Arc::new(self.wind),
            calm_margin_nm: settings.calm_margin_nm,
            watchlists: Arc::default(),
        }
    }
}

/// Alternatives for a file that cannot be read.
const CHOICES: &str = "\"built-in\", \"off\" or the path of a file";

/// Reads the land that `zones.coast` names: a keyword, or a GeoJSON file.
fn coast(file: &str, named: &mut Named<'_>) -> Result<Land, Problem> {
    match file {
        "built-in" => Ok(Land::BuiltIn),
        "off" => Ok(Land::Own(Arc::new(Coast::none()))),
        file => {
            let text = named.text(COAST, file, CHOICES)?;
            let coast = Coast::from_geojson(&text);
            coast.map(|coast| Land::Own(Arc::new(coast))).map_err(|fault| Problem::of_file(named.shown(file), fault))
        }
    }
}

/// Reads the harbours and anchorages that `zones.ports` and `zones.anchorages` name, and joins them.
fn ports(settings: &ZoneSettings, named: &mut Named<'_>) -> Result<Points, Vec<Problem>> {
    if settings.ports == "built-in" && settings.anchorages == "built-in" {
        return Ok(Points::BuiltIn);
    }
    let mut problems = Vec::new();
    let harbours = match settings.ports.as_str() {
        "built-in" => Some(Ports::built_in_harbours()),
        "off" => Some(Ports::none()),
        file => points(PORTS, file, named, Ports::harbours_from_csv, &mut problems),
    };
    let anchorages = match settings.anchorages.as_str() {
        "built-in" => Some(Ports::built_in_anchorages()),
        "off" => Some(Ports::none()),
        file => points(ANCHORAGES, file, named, Ports::anchorages_from_csv, &mut problems),
    };
    match (harbours, anchorages) {
        (Some(harbours), Some(anchorages)) => Ok(Points::Own(Arc::new(harbours.with_anchorages_of(anchorages)))),
        _ => Err(problems),
    }
}

/// Reads one of the two lists from a file. Adds its faults to `problems`; `None` if there are any.
fn points(
    key: &str,
    file: &str,
    named: &mut Named<'_>,
    parse: impl Fn(&str) -> Result<Ports, Vec<RowFault>>,
    problems: &mut Vec<Problem>,
) -> Option<Ports> {
    let text = named.text(key, file, CHOICES).map_err(|problem| problems.push(problem)).ok()?;
    let shown = named.shown(file);
    parse(&text).map_err(|faults| problems.extend(of_rows(&shown, &text, faults))).ok()
}

/// Reads the wind file that the settings of `small_craft_stop` name; no name means no wind.
fn blow(file: &str, named: &mut Named<'_>) -> Result<Wind, Vec<Problem>> {
    if file.is_empty() {
        return Ok(Wind::default());
    }
    let text = named.text(WIND, file, "the path of a CSV file, or \"\"");
    let text = text.map_err(|problem| vec![problem])?;
    let shown = named.shown(file);
    Wind::from_csv(&text).map_err(|faults| of_rows(&shown, &text, faults))
}

/// The faults of a CSV file, each with its line.
fn of_rows(shown: &str, text: &str, faults: Vec<RowFault>) -> Vec<Problem> {
    let of_row = |RowFault { line, fault }: RowFault| Problem::of_line(shown, text, line as usize, fault);
    faults.into_iter().map(of_row).collect()
}
