//! A meeting at sea from the feed to the court: the daemon receives it, an analyst exports the case, and a third party verifies it.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use atalaia_core::scenario::{Scenario, Vessel, away};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, accept, input, settings};
use crate::harness::scenes;

fn atalaia(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_case_goes_from_the_feed_into_a_bundle_that_anyone_can_verify() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (code, said, why) = atalaia(&["bundle", "keygen", "--out", &at("evidence.key")]);
    assert!(code == Some(0) && said.contains("fingerprint"), "{said}{why}");
    assert_eq!(fs::metadata(at("evidence.key")).unwrap().permissions().mode() & 0o777, 0o600);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("address = \"{}\"", listener.local_addr().unwrap());
    let rest = format!(
        "{}[store]\npath = \"atalaia.sqlite\"\n[evidence]\nkey = \"evidence.key\"\n[time]\nlateness_seconds = {}\n",
        input("tcp", &address),
        scenes::LATENESS
    );
    let settings = settings(&folder, &rest).display().to_string();
    let mut daemon = Daemon::start(Path::new(&settings));
    let mut stream = accept(&listener);
    stream.write_all(scenes::meeting(4).nmea().as_bytes()).unwrap();
    drop(stream);
    daemon.wait_for(&["input down", "closed by the other side"]);
    daemon.stop("feed");

    let (code, list, why) = atalaia(&["cases", "--config", &settings, "list", "--json"]);
    assert_eq!(code, Some(0), "{why}");
    let cases = list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let met = cases.into_iter().find(|case| case["vessels"].as_array().unwrap().len() == 2);
    let id = met.expect("the meeting is a case")["id"].as_str().unwrap().to_owned();
    fs::create_dir(at("out")).unwrap();
    let (code, said, why) =
        atalaia(&["cases", "--config", &settings, "--as", "ana", "bundle", &id[..8], "--out", &at("out")]);
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.contains("TLP:AMBER") && said.contains("the case is not held"), "{said}");
    let name = format!("TLP-AMBER_case-{}.tar", &id[..8]);
    assert_eq!(files(&folder.path().join("out")), [name.as_str()]);
    let bundle = at(&format!("out/{name}"));
    let head = said.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
    let store = Connection::open(at("atalaia.sqlite")).unwrap();
    let row: (String, String, String) = store
        .query_row("SELECT who, subject, why FROM audit WHERE what = 'bundled'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!((row.0.as_str(), row.1.as_str()), ("ana", id.as_str()));
    assert!(row.2.contains(&head), "{}", row.2);
    // A second export does not overwrite the file.
    let again = ["cases", "--config", &settings, "--as", "ana", "bundle", &id[..8], "--out", &bundle];
    let (code, _, why) = atalaia(&again);
    assert!(code == Some(1) && why.contains("exists already, and a bundle is never written over"), "{why}");

    // The recipient has neither settings nor store, only the file and the key.
    let verify = |rest: &[&str]| atalaia(&[&["bundle", "verify"], rest].concat());
    let before = files(folder.path());
    let (code, said, why) = verify(&[&bundle, "--public-key", &at("evidence.key.pub")]);
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.contains("signed with the key given") && said.contains(&head), "{said}");
    let verdict = |behaviour: &str| said.lines().find(|line| line.contains(behaviour)).unwrap_or_default().to_owned();
    assert!(verdict("rendezvous").contains("same") && said.contains("every alert was found again"), "{said}");
    let (code, said, _) = verify(&[&bundle]);
    assert!(code == Some(0) && said.contains("proves nothing about who"), "{said}");
    assert_eq!(atalaia(&["bundle", "keygen", "--out", &at("other.key")]).0, Some(0));
    let (code, said, why) = verify(&[&bundle, "--public-key", &at("other.key.pub")]);
    assert!(code == Some(1) && why.contains("another key"), "{said}{why}");

    let mut bytes = fs::read(&bundle).unwrap();
    let sentence = bytes.windows(6).position(|found| found == b"!AIVDM").unwrap();
    bytes[sentence + 20] ^= 1;
    fs::write(at("changed.tar"), bytes).unwrap();
    let (code, said, why) = verify(&[&at("changed.tar")]);
    assert!(code == Some(1) && said.is_empty(), "{said}");
    assert!(why.contains("sentences/0001.nmea is not what the manifest says"), "{why}");
    assert_eq!(verify(&[&at("nowhere.tar")]).0, Some(65));
    let new = ["changed.tar", "other.key", "other.key.pub"];
    let left: Vec<String> = files(folder.path()).into_iter().filter(|name| !new.contains(&name.as_str())).collect();
    assert_eq!(left, before, "verify writes nothing");
}

/// A folder with settings for a feed that plays recordings, a watched area around the scenes, and a store.
struct Site {
    folder: TempDir,
    listener: TcpListener,
    settings: String,
}

impl Site {
    fn new() -> Site {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("address = \"{}\"", listener.local_addr().unwrap());
        fs::create_dir(folder.path().join("watched")).unwrap();
        fs::write(folder.path().join("watched/scenes.geojson"), scenes::zones(0.0)).unwrap();
        let rest = format!(
            "{}[store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = {}\n",
            input("tcp", &address),
            scenes::LATENESS
        );
        let settings = settings(&folder, &rest);
        let text = fs::read_to_string(&settings).unwrap().replacen("[zones]\n", "[zones]\nfolder = \"watched\"\n", 1);
        assert!(text.contains("watched"), "{text}");
        fs::write(&settings, text).unwrap();
        Site { folder, listener, settings: settings.display().to_string() }
    }

    /// Runs the daemon on this recording, then stops it.
    fn hears(&self, nmea: &str) {
        let mut daemon = Daemon::start(Path::new(&self.settings));
        let mut stream = accept(&self.listener);
        stream.write_all(nmea.as_bytes()).unwrap();
        drop(stream);
        daemon.wait_for(&["input down", "closed by the other side"]);
        daemon.stop("feed");
    }

    /// The first alert of a behaviour, as exported.
    fn alert(&self, behaviour: &str) -> Value {
        let (_, list, why) =
            atalaia(&["alerts", "--config", &self.settings, "export", "--format", "jsonl", "--behaviour", behaviour]);
        let line = list.lines().next().unwrap_or_else(|| panic!("no {behaviour}: {why}"));
        serde_json::from_str(line).unwrap()
    }

    /// Result of verifying a bundle of a case: exit code, standard output, standard error.
    fn verified(&self, case: &str) -> (Option<i32>, String, String) {
        let bundle = self.folder.path().join("bundle.tar").display().to_string();
        let (code, said, why) = atalaia(&["cases", "--config", &self.settings, "bundle", case, "--out", &bundle]);
        assert_eq!(code, Some(0), "{said}{why}");
        let made = |key: &str| {
            let manifest = fs::read(&bundle).unwrap();
            let text = String::from_utf8_lossy(&manifest).into_owned();
            let start = text.find(&format!("\"{key}\": \"")).unwrap() + key.len() + 5;
            text[start..start + 19].to_owned()
        };
        assert!(made("until") <= made("made_at"), "sentences cannot be from after it was made");
        atalaia(&["bundle", "verify", &bundle])
    }
}

/// A ship sails under one identity, and hours later under another with the same IMO number.
fn renamed() -> [Scenario; 2] {
    let ship = |mmsi, name: &str| Vessel::class_a(mmsi).name(name).imo(9_074_729).ship_type(70).dims(100, 20, 10, 10);
    let (lat, lon) = scenes::MIDDLE;
    let start = "2024-03-01T00:00:00Z";
    let before = ship(224_100_010, "FIRST LIGHT").at(lat, lon).leg(90.0, 20.0, 10.0);
    let after = ship(636_100_011, "SECOND WIND").at(lat, lon + 1.0).from_minute(300.0).leg(90.0, 40.0, 10.0);
    [Scenario::new(start).vessel(before), Scenario::new(start).vessel(after)]
}

#[test]
fn a_bundle_contains_the_earlier_ship_that_an_alert_compares_with() {
    let site = Site::new();
    site.hears(&renamed().map(|scenario| scenario.nmea()).concat());
    let alert = site.alert("identity_change");
    assert_eq!(alert["vessels"][0]["mmsi"], 636_100_011);
    let (code, said, why) = site.verified(alert["case_id"].as_str().expect("it is a case"));
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.lines().any(|line| line.contains("identity_change") && line.ends_with(" same")), "{said}");
}

#[test]
fn missing_history_is_reported_and_nothing_else() {
    let site = Site::new();
    let [before, after] = renamed().map(|scenario| scenario.nmea());
    site.hears(&before);
    // Everything received so far is purged, as by age, but the daemon's learned state remains.
    let journal = site.folder.path().join("atalaia.sqlite.journal");
    let segments = || files(&journal).into_iter().filter(|name| name.ends_with(".journal"));
    let old: Vec<String> = segments().collect();
    site.hears(&after);
    old.iter().for_each(|name| fs::remove_file(journal.join(name)).unwrap());
    assert!(0 < segments().count());
    let alert = site.alert("identity_change");
    let (code, said, why) = site.verified(alert["case_id"].as_str().expect("it is a case"));
    assert_eq!(code, Some(3), "{said}{why}");
    let line = said.lines().find(|line| line.contains("identity_change")).unwrap_or_default();
    assert!(line.ends_with("not found again: the bundle has no positions of MMSI 224100010"), "{said}");
    assert!(said.contains("note: The journal has no sentences from before 2024-03-01T05:0"), "{said}");
    assert!(why.contains("intact; of "), "{why}");
}

/// A fishing vessel is dark for six hours where others are received; meanwhile a cargo ship stops nearby.
fn dark_meeting() -> Scenario {
    const LEARNED: f64 = 1530.0;
    const DARK: f64 = 360.0;
    let place = scenes::MIDDLE;
    let mut scenario = Scenario::new("2024-03-01T00:00:00Z").seed(5);
    let middle = |degrees: f64, step: f64| (degrees / 0.25).floor() * 0.25 + 0.125 + 0.25 * step;
    for number in 0..9 {
        let (row, column) = (f64::from(number / 3) - 1.0, f64::from(number % 3) - 1.0);
        let (lat, lon) = away(middle(place.0, row), middle(place.1, column), 270.0, 3.0);
        let sentinel = Vessel::class_a(211_000_100 + number).ship_type(70).every_seconds(300).at(lat, lon);
        scenario = scenario.vessel(sentinel.circle(3.0, 6.0, LEARNED + DARK + 130.0));
    }
    let ghost = Vessel::class_a(224_100_001).name("GHOST").ship_type(30).dims(20, 10, 4, 4).every_seconds(30);
    let ghost = ghost.at(place.0, place.1).from_minute(LEARNED - 100.0).drift_minutes(30.0, 0.4, 100.0);
    let ghost = ghost.silent_minutes(DARK).drift_minutes(30.0, 0.2, DARK).drift_minutes(30.0, 0.4, 120.0);
    let (lat, lon) = away(place.0, place.1, 90.0, 5.0);
    let (from_lat, from_lon) = away(lat, lon, 90.0, 24.0);
    let host = Vessel::class_a(636_100_002).name("HOST").ship_type(70).dims(100, 20, 10, 10).every_seconds(30);
    let host = host.at(from_lat, from_lon).from_minute(LEARNED + 90.0 - 144.0).leg_to(lat, lon, 10.0);
    scenario.vessel(host.drift_minutes(90.0, 0.2, 70.0).leg(90.0, 30.0, 10.0)).vessel(ghost)
}

#[test]
fn a_meeting_with_a_dark_vessel_is_reproduced_from_the_others_received() {
    let site = Site::new();
    site.hears(&dark_meeting().nmea());
    let alert = site.alert("dark_rendezvous");
    let (code, said, why) = site.verified(alert["case_id"].as_str().expect("it is a case"));
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.lines().any(|line| line.contains("dark_rendezvous") && line.contains(" same")), "{said}");
    assert!(said.contains(" other vessels near the silent ones"), "{said}");
}
