//! What an analyst reads at the terminal and passes on: cases as stories, the handover, reports as pages with a map.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use atalaia_core::scenario::{Scenario, Vessel, away, beside};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, accept, input, settings};
use crate::harness::scenes::{LATENESS, MIDDLE};

/// As hostile a name as the six-bit characters of AIS allow.
const HOSTILE: &str = "<B ID=\"1\">&'_*BRAVO";

/// A folder with settings and a store in which two ships have met, one of them with a hostile name.
struct Desk {
    folder: TempDir,
    settings: String,
}

impl Desk {
    fn new(rest: &str) -> Desk {
        Desk::prepared(rest, |_| {})
    }

    /// `prepare` may change the folder, which has the settings file, before the daemon starts.
    fn prepared(rest: &str, prepare: impl FnOnce(&Path)) -> Desk {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("address = \"{}\"", listener.local_addr().unwrap());
        let store = format!("[store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = {LATENESS}\n");
        let settings = settings(&folder, &format!("{}{store}{rest}", input("tcp", &address))).display().to_string();
        prepare(folder.path());
        let mut daemon = Daemon::start(Path::new(&settings));
        let mut stream = accept(&listener);
        stream.write_all(meeting().nmea().as_bytes()).unwrap();
        drop(stream);
        daemon.wait_for(&["input down", "closed by the other side"]);
        daemon.stop("feed");
        Desk { folder, settings }
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let (command, rest) = arguments.split_first().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_atalaia"))
            .args([command, "--config", &self.settings])
            .args(rest)
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Standard output of a command that must succeed.
    fn says(&self, arguments: &[&str]) -> String {
        let (code, said, why) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}{why}");
        said
    }

    fn values(&self, arguments: &[&str]) -> Vec<Value> {
        self.says(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The case of the meeting, and the id of its alert.
    fn met(&self) -> (String, String) {
        let alerts = self.values(&[
            "alerts",
            "list",
            "--json",
            "--state",
            "all",
            "--severity",
            "low",
            "--behaviour",
            "rendezvous",
        ]);
        let alert = alerts.first().expect("the meeting is an alert")["id"].as_str().unwrap().to_owned();
        let cases = self.values(&["cases", "list", "--json"]);
        let case = cases.iter().find(|case| case["alerts"].as_array().unwrap().contains(&alert.as_str().into()));
        (case.expect("the meeting is a case")["id"].as_str().unwrap().to_owned(), alert)
    }
}

/// A cargo ship waits at sea and is met by a fishing boat, off the coast of Portugal.
fn meeting() -> Scenario {
    let (lat, lon) = MIDDLE;
    let (from_lat, from_lon) = away(lat, lon, 270.0, 36.0);
    let mother = Vessel::class_a(224_123_456)
        .name("ALFA")
        .call_sign("EAAA")
        .imo(9_074_729)
        .ship_type(70)
        .dims(100, 20, 10, 10)
        .at(from_lat, from_lon)
        .leg_to(lat, lon, 12.0)
        .heading(90.0)
        .stop_minutes(150.0)
        .leg(60.0, 40.0, 12.0);
    let (along_lat, along_lon) = beside(lat, lon, 0.0, 60.0);
    let (start_lat, start_lon) = away(along_lat, along_lon, 135.0, 28.0);
    let daughter = Vessel::class_a(263_400_001)
        .name(HOSTILE)
        .ship_type(30)
        .dims(6, 6, 2, 2)
        .at(start_lat, start_lon)
        .from_minute(30.0)
        .leg_to(along_lat, along_lon, 8.0)
        .stop_minutes(50.0)
        .leg(150.0, 30.0, 9.0);
    Scenario::new("2024-03-01T10:20:00Z").seed(4).stations(&["shore1"]).loss(0.1).vessel(mother).vessel(daughter)
}

/// Asserts that a page contains only text, the program's own elements and its own style.
fn is_harmless(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Content-Security-Policy"), "{page}");
    assert!(page.contains("default-src &#39;none&#39;"), "{page}");
    for bad in ["<script", "<B ", "<b id", "<img", "<link", "<a ", "http:", "https:", " src=", " onload", "javascript:"]
    {
        assert!(!page.contains(bad), "{bad} in {page}");
    }
    assert!(page.contains("&lt;B ID=&quot;1&quot;&gt;&amp;&#39;_*BRAVO"), "{page}");
}

#[test]
fn a_case_is_listed_and_shown_as_a_story() {
    let desk = Desk::new("");
    let (case, alert) = desk.met();
    let list = desk.says(&["cases", "list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("id ") && lines[0].contains("severity") && lines[0].contains("vessels"), "{list}");
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{list}");
    assert!(lines.last().unwrap().contains("times are UTC") && list.contains(&case[..8]), "{list}");
    let story = desk.says(&["cases", "show", &case[..8]]);
    for part in [
        "TLP:AMBER H1",
        "what happened (times are UTC)",
        "Meeting of two ships",
        "2024-03-01 1",
        "36°00.0",
        "'N 017°30.0",
        "ALFA (Spain, cargo), MMSI 224123456",
        "(Portugal, fishing), MMSI 263400001",
        "nobody has done anything with it yet",
        &alert,
    ] {
        assert!(story.contains(part), "{part} in\n{story}");
    }
    desk.says(&["alerts", "--as", "ana", "note", &alert[..8], "seen from the air"]);
    desk.says(&["cases", "--as", "bea", "hold", &case[..8], "--why", "court file 7"]);
    let story = desk.says(&["cases", "show", &case]);
    for part in ["held by bea since", "what people did", " noted 1: seen from the air", " held the case: court file 7"]
    {
        assert!(story.contains(part), "{part} in\n{story}");
    }
    let json: Value = serde_json::from_str(&desk.says(&["cases", "show", &case, "--json"])).unwrap();
    assert_eq!(json["id"], case.as_str());
}

#[test]
fn reports_are_pages_with_a_map_that_no_name_can_change() {
    let desk = Desk::new("");
    let (case, alert) = desk.met();
    let page = desk.says(&["alerts", "report", &alert[..8]]);
    is_harmless(&page);
    for part in [
        "<svg viewBox",
        "class=\"sea\"",
        "class=\"track\"",
        "class=\"mark\"",
        "nautical mile",
        "Meeting of two ships: ALFA and ",
        "Why this alert was raised",
        "How the score comes about",
        "History of the alert",
        "What AIS cannot show",
        "@page",
        ">Spain<",
        "9074729",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    assert!(3 <= page.matches("TLP:AMBER").count(), "the marking stands on top and at the bottom");

    fs::create_dir(desk.at("out")).unwrap();
    let said = desk.says(&["alerts", "report", &alert, "--out", &desk.at("out")]);
    let file = desk.at(&format!("out/TLP-AMBER_alert-{}.html", &alert[..8]));
    assert_eq!(said, format!("{file}\n"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, _, why) = desk.run(&["alerts", "report", &alert, "--out", &file]);
    assert!(code == Some(1) && why.contains(&file), "it is not written over: {why}");
    let (code, _, why) = desk.run(&["alerts", "report", "zzzzzzzz"]);
    assert!(code == Some(2) && why.contains("no alert zzzzzzzz"), "{why}");

    let of_case = desk.says(&["cases", "report", &case[..8]]);
    assert!(
        desk.says(&["alerts", "report", &case[..8]]).contains("What happened, in order of time"),
        "a case by its id"
    );
    assert!(desk.says(&["cases", "report", &alert[..8]]).contains("Why this alert was raised"), "an alert by its id");
    let (code, _, why) = desk.run(&["alerts", "show", &case[..8]]);
    let way = format!("is the id of a case, not of an alert: atalaia cases show {}", &case[..8]);
    assert!(code == Some(2) && why.contains(&way), "{why}");
    is_harmless(&of_case);
    for part in ["What happened, in order of time", "class=\"mark\"", "Meeting of two ships", "The alerts one by one"] {
        assert!(of_case.contains(part), "{part} in\n{of_case}");
    }

    let bundle = desk.at("case.tar");
    desk.says(&["cases", "--as", "ana", "bundle", &case, "--out", &bundle]);
    let mut archive = tar::Archive::new(fs::File::open(&bundle).unwrap());
    let mut members = std::collections::BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut content = String::new();
        if name.ends_with(".html") || name.ends_with(".json") || name == "README.txt" {
            entry.read_to_string(&mut content).unwrap();
        }
        members.insert(name, content);
    }
    is_harmless(&members["report.html"]);
    assert!(members["README.txt"].contains("report.html"), "{}", members["README.txt"]);
    let manifest: Value = serde_json::from_str(&members["manifest.json"]).unwrap();
    assert!(manifest["members"].as_array().unwrap().iter().any(|member| member["name"] == "report.html"), "{manifest}");
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["bundle", "verify", &bundle]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("intact"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_report_shows_the_zones_that_were_in_force() {
    let zone = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"watch","name":"Watch <b>area</b>",
        "kind":"area","near_nm":4},"geometry":{"type":"Polygon","coordinates":[[[-17.7,35.9],[-17.3,35.9],[-17.3,36.1],[-17.7,36.1],
        [-17.7,35.9]]]}}]}"#;
    let desk = Desk::prepared("", |folder| {
        fs::create_dir(folder.join("zones")).unwrap();
        fs::write(folder.join("zones/watch.geojson"), zone).unwrap();
        let file = folder.join("atalaia.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, text.replace("[zones]\n", "[zones]\nfolder = \"zones\"\n")).unwrap();
    });
    let (case, alert) = desk.met();
    // The zone was removed since, which also is a fault of the settings.
    fs::remove_dir_all(desk.at("zones")).unwrap();
    let bundle = desk.at("case.tar");
    desk.says(&["cases", "--as", "ana", "bundle", &case, "--out", &bundle]);
    let mut archive = tar::Archive::new(fs::File::open(&bundle).unwrap());
    let mut packed = archive.entries().unwrap().map(Result::unwrap);
    let mut packed =
        packed.find(|entry| entry.path().unwrap().ends_with("report.html")).expect("a report in the bundle");
    let mut in_bundle = String::new();
    packed.read_to_string(&mut in_bundle).unwrap();
    for page in [desk.says(&["alerts", "report", &alert]), desk.says(&["cases", "report", &case]), in_bundle] {
        is_harmless(&page);
        assert!(page.contains("class=\"zone zone-named\"") && page.contains("class=\"near\""), "{page}");
        assert!(page.contains("Zones on the map: Watch &lt;b&gt;area&lt;/b&gt; (area)."), "{page}");
    }
    // Without the journal only the present zones could be shown, and these cannot be read.
    fs::remove_dir_all(desk.at("atalaia.sqlite.journal")).unwrap();
    let (code, page, why) = desk.run(&["alerts", "report", &alert]);
    assert!(code == Some(0) && why.contains("the map has no zones, because the settings have faults"), "{why}");
    assert!(page.contains("class=\"track\"") && !page.contains("class=\"zone"), "{page}");
}

#[test]
fn the_watch_is_handed_over_in_one_screen() {
    let desk = Desk::new("");
    let (_, alert) = desk.met();
    desk.says(&["alerts", "--as", "ana", "note", &alert, "ask | the *pilot*"]);
    desk.says(&["alerts", "--as", "ana", "assign", &alert, "bea"]);
    desk.says(&[
        "alerts",
        "--as",
        "ana",
        "silence",
        "--mmsi",
        "224123456",
        "--from",
        "2024-01-01T00:00:00Z",
        "--until",
        "2199-01-01T00:00:00Z",
        "--why",
        "at anchor for repairs",
    ]);
    let screen = desk.says(&["handover", "--since", "-1h", "--as", "bea"]);
    assert!(screen.lines().count() <= 40 && screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
    for part in [
        "HANDOVER for bea",
        "TLP:AMBER",
        "OPEN ",
        "MINE 1",
        "NEW ",
        "WORSE 0",
        "DONE 3",
        " noted ",
        "SILENCES 1 in force, 0 end",
    ] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    assert!(screen.contains("the settings have no [http] address") && screen.contains("UNDELIVERED"), "{screen}");
    let later = desk.says(&["handover", "--since", "now", "--as", "ana"]);
    for part in ["MINE 0", "NEW 0", "ENDED 0", "DONE 0"] {
        assert!(later.contains(part), "{part} in\n{later}");
    }

    let markdown = desk.says(&["handover", "--since", "-1h", "--as", "bea", "--format", "markdown"]);
    for part in ["# Handover", "## Mine: 1", "| Alert | Grade |", "ask \\| the \\*pilot\\*", "at anchor for repairs"] {
        assert!(markdown.contains(part), "{part} in\n{markdown}");
    }
    let rows = markdown.lines().filter(|line| line.starts_with("| ") && line.contains(&alert[..8]));
    assert!(rows.clone().count() >= 2 && rows.clone().all(|row| !row.contains("<B ")), "{markdown}");
    let json: Value =
        serde_json::from_str(&desk.says(&["handover", "--since", "-1h", "--as", "bea", "--format", "json"])).unwrap();
    assert_eq!((json["mine"][0]["id"].as_str(), json["for"].as_str()), (Some(alert.as_str()), Some("bea")));
    assert_eq!(json["acts"].as_array().map(Vec::len), Some(3), "{json}");
    let (code, _, why) = desk.run(&["handover", "--since", "soon"]);
    assert!(code == Some(2) && why.contains("yesterday"), "{why}");
}

#[test]
fn the_handover_queries_the_running_daemon() {
    let folder = TempDir::new().unwrap();
    let feed = input("tcp-listen", "address = \"127.0.0.1:0\"");
    let pages = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = pages.local_addr().unwrap();
    drop(pages);
    let rest = format!("{feed}[store]\npath = \"atalaia.sqlite\"\n[http]\naddress = \"{address}\"\n");
    let settings = settings(&folder, &rest);
    let hand_over = || {
        let output = Command::new(env!("CARGO_BIN_EXE_atalaia"))
            .args(["handover", "--since", "-1h", "--config"])
            .arg(&settings)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let mut daemon = Daemon::start(&settings);
    daemon.address();
    crate::harness::daemon::wait_until(|| hand_over().contains("the daemon is ready; 1 input"));
    daemon.stop("feed");
    assert!(hand_over().contains(&format!("no daemon answers at {address}")));
}
