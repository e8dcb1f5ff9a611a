//! The house rules, checked on the source text: import order, file sizes, headings, pages of the behaviours.

use std::fs;
use std::path::Path;

use atalaia_core::behaviours::NAMES;

use super::source::Source;

/// The import order in each package, lowest step first: the core's modules, then the daemon's. A module may import itself and modules of
/// earlier steps; the modules of some rooms have steps of their own. That the core imports none of the daemon's, nor an async runtime, is
/// left to Cargo; files, sockets and clocks to Clippy.
const ORDER: &[&[&str]] = &[
    &["base::time", "base::units", "base::state", "base::fault", "base::parallel"],
    &["base::text", "base::slab", "base::unit", "base::account"],
    &["geo"],
    &["ais", "zones"],
    &["scenario"],
    &["picture::tracks"],
    &["picture::coverage"],
    &["picture::episodes"],
    &["behaviours"],
    &["alerts"],
    &["alerts::cases"],
    &["engine"],
    &["platform::clock", "platform::telemetry", "platform::fault", "platform::secret", "platform::tls"],
    &["platform::disk", "platform::mqtt", "platform::nats", "platform::service", "platform::table", "platform::net"],
    &["storage::journal", "storage::store"],
    &["storage::export"],
    &["storage::evidence"],
    &["inputs", "delivery", "http"],
    &["config"],
    &["daemon"],
    &["cli"],
    &["fuzzing"],
];
/// Folders whose files must not import one another.
const PEERS: [[&str; 2]; 2] = [["inputs", "feed"], ["delivery", "sinks"]];
const WALL: usize = 500;
const HEADINGS: [&str; 5] = ["## Watches", "## Why", "## Opens", "## Ends", "## Blind spots"];

#[test]
fn the_house_is_in_order() {
    let mut files = Vec::new();
    for folder in ["core/src", "src", "tests", "benches", "fuzz/src", "fuzz/fuzz_targets"] {
        read_sources(Path::new(folder), &mut files);
    }
    assert!(10 < files.len(), "only {} sources found; is this the package's root?", files.len());
    assert_eq!(files.iter().filter(|file| is_behaviour(file)).count(), NAMES.len(), "files that describe a behaviour");
    let mut faults = source_faults(&files);
    for page in ["README.md", "docs/behaviours.md"] {
        let text = fs::read_to_string(page).expect("a page of the package");
        faults.extend(page_faults(page, &text, NAMES));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn read_sources(folder: &Path, files: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("the folder is part of the package")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            files.push(Source::new(&path.to_string_lossy(), &text));
        }
    }
}

/// All faults of the sources, as `path:line: what`.
fn source_faults(files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        shape_faults(file, &mut faults);
        if file.is_ordered() {
            import_faults(file, &mut faults);
            sibling_faults(file, files, &mut faults);
        }
        if is_behaviour(file) {
            heading_faults(file, &mut faults);
        }
    }
    faults
}

fn shape_faults(file: &Source, faults: &mut Vec<String>) {
    if WALL < file.text.lines().count() {
        let lines = file.text.lines().count();
        faults.push(format!("{}: {lines} lines; the limit is {WALL}", file.path));
    }
    let sentence = file.text.lines().next().unwrap_or_default();
    if sentence.strip_prefix("//! ").is_none_or(str::is_empty) {
        faults.push(format!("{}:1: the file does not begin with a `//!` sentence", file.path));
    }
}

/// The module of the import order that a path leads to, and its step: the longest name that fits. A room is as low as its lowest module.
fn place_of(path: &[String]) -> Option<(usize, &'static str)> {
    let path = path.join("::") + "::";
    let places = || ORDER.iter().enumerate().flat_map(|(step, names)| names.iter().map(move |name| (step, *name)));
    let fitting = places().filter(|(_, name)| path.starts_with(&format!("{name}::")));
    fitting.max_by_key(|(_, name)| name.len()).or_else(|| places().find(|(_, name)| name.starts_with(&path)))
}

fn import_faults(file: &Source, faults: &mut Vec<String>) {
    let Some((own_step, own)) = place_of(&file.module) else {
        faults.push(format!("{}: module `{}` is not in the import order", file.path, file.module[0]));
        return;
    };
    for (line, path) in file.crate_paths() {
        let what = match place_of(&path) {
            Some((_, target)) if target == own => continue,
            Some((step, _)) if step < own_step => continue,
            Some((step, _)) if step == own_step => "which is in the same step",
            Some(_) => "which is in a later step",
            None if path.is_empty() => continue,
            None => "which is not in the import order",
        };
        let target = place_of(&path).map_or(path[0].as_str(), |(_, target)| target);
        faults.push(format!("{}:{line}: `{own}` imports `{target}`, {what}", file.path));
    }
}

/// Behaviours, inputs and sinks never import one another.
fn sibling_faults(file: &Source, files: &[Source], faults: &mut Vec<String>) {
    let Some(own) = peer(&file.module).filter(|_| is_peer(file)) else {
        return;
    };
    for (line, path) in file.crate_paths() {
        let Some(sibling) = peer(&path).filter(|sibling| sibling[0] == own[0] && *sibling != own) else {
            continue;
        };
        if files.iter().any(|other| is_peer(other) && peer(&other.module) == Some(sibling)) {
            faults.push(format!("{}:{line}: imports its sibling `{}`", file.path, sibling[sibling.len() - 1]));
        }
    }
}

/// The part of a path that names a behaviour, an input or a sink: `behaviours::NAME`, `inputs::feed::NAME`, `delivery::sinks::NAME`.
fn peer(path: &[String]) -> Option<&[String]> {
    match path {
        [room, kinds, _, ..] if PEERS.contains(&[room, kinds]) => Some(&path[..3]),
        [room, _, ..] if room == "behaviours" => Some(&path[..2]),
        _ => None,
    }
}

/// Whether a file belongs to a behaviour, an input or a sink.
fn is_peer(file: &Source) -> bool {
    is_of_behaviour(file) || (file.module.len() > 2 && peer(&file.module).is_some_and(|peer| peer.len() == 3))
}

/// Whether a file belongs to a behaviour.
fn is_of_behaviour(file: &Source) -> bool {
    matches!(file.module.as_slice(), [room, name, ..] if room == "behaviours" && NAMES.contains(&name.as_str()))
}

/// Whether a file is the first one of a behaviour, which describes it.
fn is_behaviour(file: &Source) -> bool {
    is_of_behaviour(file) && file.module.len() == 2
}

fn heading_faults(file: &Source, faults: &mut Vec<String>) {
    let found: Vec<&str> = file
        .text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .filter(|line| line.starts_with("## "))
        .collect();
    if found != HEADINGS {
        faults.push(format!("{}: its headings are {found:?}, not {HEADINGS:?}", file.path));
    }
}

/// Differences between the behaviours on a page and those in the code. A page lists them as rows of a table or under headings of their own.
fn page_faults(page: &str, text: &str, behaviours: &[&str]) -> Option<String> {
    let rows =
        text.lines().skip_while(|line| *line != "## Behaviours").skip(1).take_while(|line| !line.starts_with("## "));
    let rows = rows.filter_map(|line| line.strip_prefix("| `"));
    let headings = text.lines().filter_map(|line| line.strip_prefix("### `"));
    let mut listed: Vec<&str> =
        rows.chain(headings).filter_map(|line| line.split_once('`')).map(|(name, _)| name).collect();
    listed.sort_unstable();
    let mut built = behaviours.to_vec();
    built.sort_unstable();
    (listed != built).then(|| format!("{page}: it lists {listed:?}, but the behaviours are {built:?}"))
}

mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        source_faults(&files)
    }

    const BEHAVIOUR: &str = "//! Loitering: slow.\n//!\n//! ## Watches\n//! a\n//! ## Why\n//! b\n//! ## Opens\n//! c\n\
        //! ## Ends\n//! d\n//! ## Blind spots\n//! e\n\nuse crate::picture::tracks::Step;\n\nimpl Rule for Loitering {\n    \
        fn name(&self) -> Behaviour {\n        NAME\n    }\n}\n";

    #[test]
    fn imports_only_go_to_earlier_steps() {
        let one = |path, import: &str| {
            let text = format!("//! A file.\nuse {import};\n");
            faults(&[(path, &text)])
        };
        assert!(one("core/src/picture/tracks/mod.rs", "crate::ais::Report").is_empty());
        assert!(one("core/src/picture/tracks/grid.rs", "crate::picture::tracks::Step").is_empty());
        assert_eq!(
            one("core/src/ais/mod.rs", "crate::engine::Engine"),
            ["core/src/ais/mod.rs:2: `ais` imports `engine`, which is in a later step"]
        );
        assert_eq!(
            one("core/src/ais/bits.rs", "crate::zones::ZoneSet"),
            ["core/src/ais/bits.rs:2: `ais` imports `zones`, which is in the same step"]
        );
        assert_eq!(one("core/src/ais/bits.rs", "super::super::engine::Engine").len(), 1);
        assert_eq!(one("core/src/engine.rs", "crate::{base::time::Time, cli::run}").len(), 1);
        assert_eq!(one("core/src/engine.rs", "crate::Engine").len(), 1);
        assert_eq!(one("src/helpers.rs", "std::fmt").len(), 1);
        assert!(one("core/src/picture/coverage/mod.rs", "crate::picture::tracks::Step").is_empty());
        assert_eq!(
            one("core/src/picture/tracks/mod.rs", "crate::{geo::Coast, picture::{coverage::Coverage, tracks::Step}}"),
            [
                "core/src/picture/tracks/mod.rs:2: `picture::tracks` imports `picture::coverage`, which is in a later step"
            ]
        );
        assert_eq!(one("core/src/alerts/mod.rs", "crate::alerts::cases::Cases").len(), 1);
        assert!(one("core/src/alerts/cases/mod.rs", "crate::alerts::Alert").is_empty());
        assert_eq!(one("src/platform/mod.rs", "crate::storage::store::Store").len(), 1);
    }

    #[test]
    fn paths_inside_code_count_but_prose_and_tests_do_not() {
        let inline = "//! A.\nfn f() -> crate::engine::Engine { todo }\n";
        assert_eq!(faults(&[("core/src/geo/mod.rs", inline)]).len(), 1);
        let quiet = "//! A, see `crate::engine`.\n/* crate::cli */ const S: &str = \"crate::cli::x std::fs\"; // crate::http\n\
            #[cfg(test)]\nmod tests {\n    use crate::engine::Engine;\n    use std::fs;\n}\n";
        assert_eq!(faults(&[("core/src/geo/mod.rs", quiet)]), Vec::<String>::new());
    }

    #[test]
    fn siblings_do_not_import_each_other() {
        let other = BEHAVIOUR.replace("crate::picture::tracks::Step", "crate::behaviours::loitering::Loitering");
        let found = faults(&[
            ("core/src/behaviours/loitering/mod.rs", BEHAVIOUR),
            ("core/src/behaviours/drift/rule.rs", &other),
        ]);
        assert_eq!(found, ["core/src/behaviours/drift/rule.rs:14: imports its sibling `loitering`"]);
        let found = faults(&[
            ("src/inputs/feed/tcp.rs", "//! A.\nuse crate::inputs::feed::udp::run;\nuse crate::inputs::port::Port;\n"),
            ("src/inputs/feed/udp.rs", "//! A.\n"),
        ]);
        assert_eq!(found.len(), 1);
        let found = faults(&[
            (
                "src/delivery/sinks/log.rs",
                "//! A.\nuse crate::delivery::payload::Payload;\nuse super::webhook::X;\nuse super::log::Y;\n",
            ),
            ("src/delivery/payload.rs", "//! A.\n"),
            ("src/delivery/sinks/webhook.rs", "//! A.\n"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn files_begin_with_a_sentence_and_stay_within_the_limit() {
        assert_eq!(
            faults(&[("tests/it/x.rs", "use std::fs;\n")]),
            ["tests/it/x.rs:1: the file does not begin with a `//!` sentence"]
        );
        let long = format!("//! A.\n{}", "\n".repeat(WALL));
        assert_eq!(faults(&[("benches/x.rs", &long)]).len(), 1);
        assert!(faults(&[("benches/x.rs", &long[..long.len() - 1])]).is_empty());
    }

    #[test]
    fn a_behaviour_has_its_five_headings_in_order() {
        assert!(faults(&[("core/src/behaviours/loitering/mod.rs", BEHAVIOUR)]).is_empty());
        let without = BEHAVIOUR.replace("//! ## Ends\n", "");
        assert_eq!(faults(&[("core/src/behaviours/loitering/mod.rs", &without)]).len(), 1);
        let swapped = BEHAVIOUR.replace("## Why", "## X").replace("## Watches", "## Why").replace("## X", "## Watches");
        assert_eq!(faults(&[("core/src/behaviours/loitering/mod.rs", &swapped)]).len(), 1);
    }

    #[test]
    fn the_pages_list_exactly_the_behaviours_in_the_code() {
        let page_faults = |text: &str| page_faults("README.md", text, &["loitering"]);
        let readme =
            "# A\n\n## Behaviours\n\n| name | opens |\n|---|---|\n| `loitering` | slow |\n\n## Zones\n\n| `kind` |\n";
        assert_eq!(page_faults(readme), None);
        assert_eq!(page_faults("# Behaviours\n\n### `loitering`\n\n| `kind` |\n"), None);
        assert!(page_faults(&readme.replace("| `loitering` | slow |\n", "")).is_some());
        assert!(page_faults(&readme.replace("\n\n## Zones", "\n| `piracy` | x |\n\n## Zones")).is_some());
    }
}
