//! `check --on`, profiles and `zones test --on`: the cost of settings, which keys override a profile, and where vessels would be received.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/decoder/guadeloupe.nmea.gz");
const ZONES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/zones/caribbean.geojson");

fn atalaia(arguments: &[&str], folder: &TempDir) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atalaia")).current_dir(folder).args(arguments).output().unwrap()
}

fn told(arguments: &[&str], folder: &TempDir) -> String {
    let output = atalaia(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with the settings and the zones of the recording, modified by `change`.
fn folder(settings: &str, change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut zones: Value = serde_json::from_str(&fs::read_to_string(ZONES).unwrap()).unwrap();
    change(&mut zones);
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/caribbean.geojson"), zones.to_string()).unwrap();
    fs::write(folder.path().join("atalaia.toml"), format!("{settings}\n[zones]\nfolder = \"zones\"\n")).unwrap();
    folder
}

/// Number of alerts announced by a replay, and of those that ever reached medium or above.
fn announced(folder: &TempDir) -> (usize, usize) {
    let lines = told(&["replay", "--config", "atalaia.toml", RECORDING], folder);
    let (mut all, mut urgent) = (BTreeSet::new(), BTreeSet::new());
    for line in lines.lines() {
        let change: Value = serde_json::from_str(line).unwrap();
        let alert = &change["alert"];
        let id = alert["id"].as_str().unwrap().to_owned();
        if matches!(alert["severity"].as_str(), Some("medium" | "high" | "critical")) {
            urgent.insert(id.clone());
        }
        all.insert(id);
    }
    (all.len(), urgent.len())
}

/// The first two numbers of a table row.
fn numbers(line: &str) -> (f64, f64) {
    let mut words = line.split_whitespace().map(|word| word.parse::<f64>().unwrap());
    (words.next().unwrap(), words.next().unwrap())
}

#[test]
fn the_estimated_saving_of_a_change_is_what_it_saves() {
    let as_is = folder("", |_| {});
    let text = told(&["check", "--config", "atalaia.toml", "--on", RECORDING], &as_is);
    let length = text.lines().find(|line| line.contains(" vessels")).unwrap();
    let times: Vec<&str> = length.split_whitespace().collect();
    let time = |text: &str| atalaia_core::base::time::Time::parse(text).unwrap();
    let days = (time(times[2]) - time(times[0])).hours() / 24.0;
    let a_day = |count: usize| (count as f64 / days * 10.0).round() / 10.0;
    let before = announced(&as_is);
    let all = text.lines().find(|line| line.ends_with("   all")).unwrap();
    let all = numbers(all.trim_end_matches("all"));
    assert_eq!(all, (a_day(before.0), a_day(before.1)), "{text}");
    assert!(0 < before.0, "{text}");
    let (_, changes) = text.split_once("what one change would save").unwrap();
    let changes: Vec<&str> = changes.lines().skip(2).collect();
    assert!((3..=36).contains(&changes.len()), "{text}");
    assert!(changes.iter().any(|line| line.contains("saintes-channel: \"settings\" without \"zone_entry\"")), "{text}");
    // The suggestion to leave a behaviour out of the zone, applied by hand.
    let off = changes.iter().find(|line| line.contains("\"behaviours\" without")).unwrap();
    let words: Vec<&str> = off.split_whitespace().collect();
    let (behaviour, zone) = (words[2], words[4].trim_end_matches(':'));
    let without = folder("", |zones| {
        let others: Vec<&str> =
            atalaia_core::behaviours::NAMES.iter().copied().filter(|name| *name != behaviour).collect();
        let features = zones["features"].as_array_mut().unwrap();
        let feature = features.iter_mut().find(|feature| feature["properties"]["id"] == zone).unwrap();
        feature["properties"]["behaviours"] = others.into();
    });
    let after = announced(&without);
    let saved = numbers(&words[..2].join(" "));
    let less = |before: usize, after: usize| ((before as f64 - after as f64) / days * 10.0).round() / 10.0;
    assert_eq!(saved, (less(before.0, after.0), less(before.1, after.1)), "{off}");
    assert!(after.0 < before.0, "{off}");
    // The suggestions are sorted by how much they save an analyst.
    let urgent: Vec<f64> = changes.iter().map(|line| numbers(&line[..29]).1).collect();
    assert!(urgent.windows(2).all(|pair| pair[1] <= pair[0]), "{text}");
}

#[test]
fn a_recording_without_alerts_suggests_no_savings() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("atalaia.toml"), "").unwrap();
    let text = told(&["check", "--config", "atalaia.toml", "--on", RECORDING], &folder);
    assert!(text.contains("no alerts, so there is no setting to change"), "{text}");
    assert!(
        text.contains("2 vessels came to a watched zone; with these settings nothing they did raises an alert"),
        "{text}"
    );
}

/// What `check --on` says with one area of these corners as its only zone. Corners are longitude, latitude, as in GeoJSON.
fn with_area(corners: [(f64, f64); 4]) -> String {
    let ring: Vec<_> = corners.iter().chain(&corners[..1]).map(|(x, y)| vec![*x, *y]).collect();
    let folder = folder("", |zones| {
        *zones = serde_json::json!({"type": "FeatureCollection", "features": [{
            "type": "Feature",
            "properties": {"id": "box", "kind": "area", "name": "Box"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }]});
    });
    told(&["check", "--config", "atalaia.toml", "--on", RECORDING], &folder)
}

#[test]
fn a_zone_that_vessels_only_pass_through_is_told_from_one_with_latitude_and_longitude_exchanged() {
    let corners = [(-61.58, 15.90), (-61.50, 15.90), (-61.50, 15.95), (-61.58, 15.95)];
    let right = with_area(corners);
    assert!(right.contains("3 vessels came to a watched zone; with these settings nothing they did"), "{right}");
    assert!(!right.contains("exchanged"), "{right}");
    let wrong = with_area(corners.map(|(x, y)| (y, x)));
    assert!(wrong.contains("zone box: no vessel was heard in or near it"), "{wrong}");
    assert!(wrong.contains("with latitude and longitude exchanged there would be 3 vessels"), "{wrong}");
}

#[test]
fn a_profile_is_named_with_the_keys_that_override_it() {
    let folder = TempDir::new().unwrap();
    let text = "profile = \"skylight\"\n\n[behaviours.rendezvous]\nnear_metres = 400\nnear_minutes = 30\n[[inputs]]\nkind = \"stdin\"\n\
                name = \"a\"\n";
    fs::write(folder.path().join("atalaia.toml"), text).unwrap();
    let output = atalaia(&["check", "--config", "atalaia.toml"], &folder);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("profile skylight"), "{out}{err}");
    // Only keys that differ from the profile are mentioned.
    let expected =
        "atalaia: warning: atalaia.toml:1: profile: keys of this file win over skylight: rendezvous.near_metres";
    assert_eq!(err.lines().next(), Some(expected), "{err}");
}

/// Twelve hours of a class A ship on a round trip near the Canaries, and of a class B boat that is received for an hour.
fn round() -> String {
    let mut rows = vec![
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
            .to_owned(),
    ];
    for minute in (0..720).step_by(2) {
        let time = format!("2026-03-01T{:02}:{:02}:00", minute / 60, minute % 60);
        let turn = f64::from(minute) / 120.0 * std::f64::consts::TAU;
        let (lat, lon) = (28.12 + 0.05 * turn.cos(), -17.12 + 0.05 * turn.sin());
        rows.push(format!("224000001,{time},{lat:.5},{lon:.5},,,511,ALFA,,,70,0,100,20,5.0,,A"));
        if minute < 60 {
            rows.push(format!("224000002,{time},{lat:.5},{:.5},,,511,BRAVO,,,37,0,12,4,1.0,,B", lon + 0.02));
        }
    }
    rows.join("\n") + "\n"
}

#[test]
fn zones_test_says_whether_a_boat_could_have_been_received_there() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("day.csv"), round()).unwrap();
    let heard = |lat: &str, lon: &str| {
        let text = told(&["zones", "test", lat, lon, "--on", "day.csv"], &folder);
        let lines: Vec<String> = text.lines().filter(|line| line.starts_with("heard:")).map(str::to_owned).collect();
        assert_eq!(lines.len(), 2, "{text}");
        lines
    };
    let there = heard("28.12", "-17.12");
    assert!(
        there[0].contains("class A: in ") && there[0].contains("goes unreceived for an hour with probability"),
        "{there:?}"
    );
    assert!(there[1].contains("class B: in ") && there[1].contains("too few (24 are needed)"), "{there:?}");
    let elsewhere = heard("30.12", "-20.12");
    assert!(
        elsewhere.iter().all(|line| line.contains("no vessel was expected here up to 2026-03-01T1")),
        "{elsewhere:?}"
    );
    // Without a recording there is no statement about reception.
    assert!(!told(&["zones", "test", "28.12", "-17.12"], &folder).contains("heard:"));
}
