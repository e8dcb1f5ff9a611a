//! Settings files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::{Checked, Problem, SETTINGS_FILE, ZoneSource, check_given};

/// A zone and a watchlist that the settings may name.
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"watch","name":"Watch","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;
const LIST: &str = "mmsi,name\n224000001,ALFA\n";
/// Appended to settings without zones, because the built-in zones take much time.
const SMALL: &str = "\n[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";

/// Reads a file twice: the problems are the same, and each is at an existing line. Valid settings are still valid, and
/// the same, after they are written and read as those in force.
pub(super) fn check(bytes: &[u8]) {
    let bytes = match memchr::memmem::find(bytes, b"[zones]") {
        Some(_) => bytes,
        None => &[bytes, SMALL.as_bytes()].concat(),
    };
    match (read(bytes), read(bytes)) {
        (Err(problems), Err(again)) => {
            assert!(!problems.is_empty() && problems == again, "{problems:?} and then {again:?}");
            problems.iter().for_each(|problem| fits(problem, bytes));
        }
        (Ok(checked), Ok(_)) => {
            checked.warnings.iter().for_each(|warning| fits(warning, bytes));
            // With the built-in zones this would be megabytes.
            if checked.zones == ZoneSource::BuiltIn {
                return;
            }
            let in_force = checked.in_force().expect("all texts are at hand");
            let files = in_force.files.iter().map(|(path, content)| (path.clone(), content.to_vec())).collect();
            let written = check_given(&files).expect("settings that were in force");
            assert_eq!(written.in_force().expect("all texts are at hand").key, in_force.key, "written down and read");
        }
        (one, other) => panic!("{:?} and then {:?}", one.err(), other.err()),
    }
}

fn read(bytes: &[u8]) -> Result<Checked, Vec<Problem>> {
    let file = |name: &str, content: &[u8]| (PathBuf::from(name), content.to_vec());
    let files = [
        file(SETTINGS_FILE, bytes),
        file("zones/watch.geojson", ZONES.as_bytes()),
        file("watchlists/ships.csv", LIST.as_bytes()),
    ];
    check_given(&BTreeMap::from(files))
}

fn fits(problem: &Problem, bytes: &[u8]) {
    assert!(!problem.fault.what.is_empty() && !problem.to_string().is_empty());
    if let Some(line) = problem.line.as_ref().filter(|_| problem.file == SETTINGS_FILE) {
        let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
        let is_marked = line.shown.get(line.marked.clone()).is_some();
        assert!((1..=lines).contains(&line.number) && is_marked && 1 <= line.column, "{problem:?} of {lines} lines");
    }
}
