//! `atalaia explain` and `atalaia who` as an analyst uses them.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, accept, input, settings};
use crate::harness::scenes;
use atalaia_core::scenario::{Scenario, Vessel};

const HEADER: &str = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass";

const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"watch","name":"Watch area","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

/// Rows every minute from noon: ALFA drifts at 28 N 17 W for two hours; BRAVO lies 200 m off from 12:20 to 13:20, then leaves; CHARLIE
/// passes
/// at 12 kn; DELTA is received until 12:10, half a mile off, and then no more.
fn recording() -> String {
    let mut rows = vec![HEADER.to_owned()];
    for minute in 0..150 {
        let time = format!("2026-03-01T{:02}:{:02}:00", 12 + minute / 60, minute % 60);
        let mut row = |mmsi: u32, name: &str, lat: f64, lon: f64, kind: u8| {
            rows.push(format!("{mmsi},{time},{lat:.5},{lon:.5},,,511,{name},,,{kind},0,100,20,5.0,,A"));
        };
        let minutes = f64::from(minute);
        row(224_000_001, "ALFA", 28.0 + 0.00001 * minutes, -17.0, 70);
        let away = if minute < 20 { 20.0 - minutes } else { (minutes - 80.0).max(0.0) };
        row(224_000_002, "BRAVO", 28.002 + away * 10.0 / 3600.0, -17.0, 30);
        row(224_000_003, "CHARLIE", 27.97, -17.3 + minutes * 12.0 / 3600.0 / 0.883, 80);
        if minute <= 10 {
            row(224_000_004, "DELTA", 28.009, -17.0, 70);
        }
    }
    rows.join("\n") + "\n"
}

fn ask(arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("day.csv"), recording()).unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/watch.geojson"), ZONES).unwrap();
    let bare = "[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";
    fs::write(folder.path().join("bare.toml"), bare).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.current_dir(&folder).args(arguments).args(["--config", "bare.toml", "day.csv"]).output().unwrap()
}

fn answer(arguments: &[&str]) -> String {
    let output = ask(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn explain_shows_which_conditions_are_met_and_which_are_not() {
    let before =
        answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T12:40:00Z", "--behaviour", "loitering"]);
    let line = |text: &str, name: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(name)).collect();
        lines.first().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    };
    assert_eq!(line(&before, " slow "), "NOT slow 40 min, needs at least 60 min", "{before}");
    assert_eq!(line(&before, "met  speed made good").split(' ').next(), Some("met"), "{before}");
    assert!(line(&before, "watched").contains("in watch") && before.contains("no alert or fact"), "{before}");
    let after = answer(&["explain", "--all", "--mmsi", "224000001", "--at", "2026-03-01T13:10:00Z"]);
    assert!(
        after.contains("loitering (slow): all met")
            && after.contains("fact loitering since") | after.contains("alert loitering since"),
        "{after}"
    );
    assert!(after.starts_with("ALFA, MMSI 224000001 (Spain, cargo) at 2026-03-01 13:10 UTC"), "{after}");
    assert_eq!(after.matches("\nrendezvous (near: ALFA and BRAVO)").count(), 1, "a pair once: {after}");
    assert!(after.contains("rendezvous (near: ALFA and BRAVO): all met"), "{after}");
    // A time between two reports in the middle is not the end.
    let between = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T12:40:07Z"]);
    assert!(!between.contains("the recordings end"), "{between}");
    let beyond = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-09T00:00:00Z"]);
    assert!(beyond.starts_with("the recordings end at 2026-03-01T"), "{beyond}");
    assert!(beyond.lines().count() < 24, "one screen: {beyond}");
    let late = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T16:51:00Z"]);
    assert!(late.contains("\n  not heard for 2 h 22 min at that time;"), "{late}");
    let unheard = answer(&["explain", "--mmsi", "224000009", "--at", "2026-03-01T13:10:00Z"]);
    assert!(unheard.contains("was not heard in the 7 days before"), "{unheard}");
    assert_eq!(
        ask(&["explain", "--mmsi", "000000001", "--at", "2026-03-01T13:10:00Z", "--behaviour", "x"]).status.code(),
        Some(2)
    );
}

#[test]
fn explain_lists_the_closest_misses_first_and_what_opened_later() {
    let told = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T12:50:00Z"]);
    let lines: Vec<&str> = told.lines().collect();
    let head =
        lines.iter().position(|line| line.starts_with("nearest to an alert")).unwrap_or_else(|| panic!("{told}"));
    // The meeting has an alert, so it lacks nothing.
    assert!(lines[head + 1].starts_with("rendezvous (near") && lines[head + 1].contains("none"), "{told}");
    assert!(lines[head + 2].starts_with("loitering (slow)"), "50 of 60 minutes lack the least: {told}");
    assert!(lines[head + 2].ends_with("slow 50 min, needs at least 60 min"), "{told}");
    assert!(lines.len() < 24 && told.contains("--all"), "one screen: {told}");
    let later = lines.iter().find(|line| line.starts_with("later: ") && line.contains(" loitering "));
    let later = later.unwrap_or_else(|| panic!("{told}"));
    assert!(later.contains(" minutes later, at 2026-03-01 1"), "{told}");
    assert!(!told.contains("-10"), "no time below zero: {told}");
    let json = answer(&["explain", "--json", "--mmsi", "224000001", "--at", "2026-03-01T12:50:00Z"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let behaviours = json["tracks"][0]["behaviours"].as_array().unwrap();
    let nearest = behaviours.iter().find(|one| one["missing"] != 0).unwrap();
    assert_eq!((&nearest["behaviour"], &nearest["missing"]), (&"loitering".into(), &1.into()), "{json}");
    assert!(json["later"].as_array().is_some_and(|later| !later.is_empty()), "{json}");
}

#[test]
fn a_folder_means_its_recordings_or_its_journal() {
    let folder = TempDir::new().unwrap();
    let explain = |rest: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let question = ["explain", "--mmsi", "224000001", "--at", "2026-03-01T13:10:00Z", "--config", "bare.toml"];
        command.current_dir(&folder).args(question).args(rest).output().unwrap()
    };
    fs::write(folder.path().join("bare.toml"), "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n")
        .unwrap();
    fs::create_dir(folder.path().join("days")).unwrap();
    let empty = explain(&["days"]);
    let said = String::from_utf8_lossy(&empty.stderr).into_owned();
    assert!(empty.status.code() == Some(65) && said.contains("days: neither a journal nor recordings"), "{said}");
    let day = recording();
    let noon = day.find("2026-03-01T13:").unwrap();
    let cut = day[..noon].rfind('\n').unwrap() + 1;
    fs::write(folder.path().join("days/1.csv"), &day[..cut]).unwrap();
    fs::write(folder.path().join("days/2.csv"), format!("{HEADER}\n{}", &day[cut..])).unwrap();
    let both = String::from_utf8(explain(&["days"]).stdout).unwrap();
    assert!(both.starts_with("ALFA, MMSI 224000001 ") && both.contains("loitering since 2026-03-01 12:0"), "{both}");
    // Neither an input nor a store.
    let nothing = explain(&[]);
    assert_eq!(nothing.status.code(), Some(78), "{}", String::from_utf8_lossy(&nothing.stderr));
}

/// Standard output and standard error of a command.
fn run(arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (said, aside) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{said}{aside}");
    (said, aside)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    names.sort();
    names
}

#[test]
fn the_journal_of_a_running_daemon_answers_and_is_left_unchanged() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("address = \"{}\"", listener.local_addr().unwrap());
    let text = format!(
        "{}[store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = {}\n",
        input("tcp", &address),
        scenes::LATENESS
    );
    let settings = settings(&folder, &text).display().to_string();
    let mut daemon = Daemon::start(Path::new(&settings));
    let mut stream = accept(&listener);
    // Earlier on the same day ALFA gave another length. The engine remembers the present one only.
    let shorter = Vessel::class_a(224_123_456).name("ALFA").dims(70, 20, 10, 10).at(36.0, -18.4).stop_minutes(30.0);
    let earlier = Scenario::new("2024-03-01T09:00:00Z").vessel(shorter);
    stream.write_all(earlier.nmea().as_bytes()).unwrap();
    stream.write_all(scenes::meeting(4).nmea().as_bytes()).unwrap();
    drop(stream);
    daemon.wait_for(&["input down", "closed by the other side"]);
    let journal = folder.path().join("atalaia.sqlite.journal");
    // Received lines are on the disk within a second or two.
    let explain = ["explain", "--config", &settings, "--mmsi", "224123456", "--at", "2024-03-01T14:21:00Z"];
    let start = atalaia::platform::clock::Clock.moment();
    let (said, aside) = loop {
        let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(explain).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        if said.contains("later: alert rendezvous") {
            break (said, String::from_utf8(output.stderr).unwrap());
        }
        assert!(atalaia::platform::clock::Clock.moment().since(start) < crate::harness::daemon::PATIENCE, "{said}");
    };
    assert!(said.starts_with("ALFA, MMSI 224123456 (Spain, cargo) at 2024-03-01 14:21 UTC"), "{said}");
    assert!(aside.contains("read from the beginning of the journal"), "{aside}");
    let id = said.lines().find_map(|line| line.split_once("later: alert rendezvous")?.1.split_once("(alert "));
    let id = id.unwrap().1.trim_end_matches(')');
    let (shown, _) = run(&["alerts", "--config", &settings, "show", id]);
    assert!(shown.contains("rendezvous") || shown.contains("ALFA"), "the id is that of the store: {shown}");

    let before = names(&journal);
    let who =
        ["--near", "36.0,-17.5", "--radius-nm", "40", "--from", "2024-03-01T14:00:00Z", "--to", "2024-03-01T16:00:00Z"];
    let (near, _) = run(&[&["who", "--config", &settings][..], &who].concat());
    assert!(near.contains("met BRAVO (rendezvous)") && near.contains("ALFA"), "{near}");
    // The folder itself works as well.
    let (same, _) = run(&[&["who"][..], &who, &[&journal.display().to_string()]].concat());
    assert_eq!(near, same);
    let (page, _) = run(&["vessel", "--config", &settings, "alfa"]);
    assert!(
        page.starts_with("ALFA, MMSI 224123456, IMO 9074729, call sign EAAA\nSpain, cargo, class A, 120 x 20 m"),
        "{page}"
    );
    assert!(page.contains("bound for LISBOA") && page.contains("last heard") && page.contains("°"), "{page}");
    assert!(page.contains("rendezvous BRAVO (263400001)"), "a meeting: {page}");
    assert!(
        page.lines().any(|line| line.starts_with("2024-03-01 13:") && line.contains("still for")),
        "a stop: {page}"
    );
    let (candidates, _) = run(&["vessel", "--config", &settings, "A"]);
    assert!(candidates.starts_with("3 vessels fit \"A\"") && candidates.contains("CHARLIE"), "{candidates}");
    assert_eq!(names(&journal), before, "nothing is written");
    daemon.stop("feed");

    // The state saved by the daemon when it stopped gives the same answer.
    let (again, aside) = run(&["vessel", "--config", &settings, "--json", "9074729"]);
    assert!(aside.contains("saved state"), "{aside}");
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["mmsi"], 224_123_456);
    let identities = again["identity"].as_array().unwrap();
    assert!(identities.iter().any(|one| one["field"] == "hull" && one["value"] == "90 x 20 m"), "{again}");
    assert!(again["identity_known_since"].is_string(), "{again}");
    assert!(again["stops"].as_array().is_some_and(|stops| !stops.is_empty()), "{again}");
    assert!(again["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty()), "{again}");
    // As in the first seconds after a case arises.
    let store = rusqlite::Connection::open(folder.path().join("atalaia.sqlite")).unwrap();
    store.execute_batch("DELETE FROM case_alerts; DELETE FROM cases").unwrap();
    let (page, _) = run(&["vessel", "--config", &settings, "alfa"]);
    let before = page.lines().find(|line| line.starts_with("before")).unwrap_or_else(|| panic!("{page}"));
    assert!(before.contains("hull 90 x 20 m, known 2024-03-01 09:0"), "from the journal alone: {page}");
    assert!(page.contains("UTC, where the reports of the journal begin"), "{page}");
    assert!(page.contains("new; the daemon will store it within seconds"), "the alerts name their case: {page}");
    assert!(!page.lines().any(|line| line.starts_with("none known") && line.contains("cases")), "{page}");
    let unknown =
        Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["vessel", "--config", &settings, "nobody"]).output();
    assert_eq!(unknown.unwrap().status.code(), Some(2));
}

/// Rows every two minutes for a day: twelve ships off the coast are silent together from 12:00 to 14:00 and one more until 17:00, while
/// another elsewhere is received all the time.
fn outage() -> String {
    let mut rows = vec![HEADER.to_owned()];
    for minute in (0..18 * 60).step_by(2) {
        let time = format!("2026-03-01T{:02}:{:02}:00", minute / 60, minute % 60);
        for ship in 0..13_u32 {
            let until = if ship == 12 { 17 * 60 } else { 14 * 60 };
            if (12 * 60..until).contains(&minute) {
                continue;
            }
            let (lat, lon) = (28.1 + 0.01 * f64::from(ship), -17.1 + 0.0001 * f64::from(minute % 60));
            rows.push(format!(
                "{},{time},{lat:.5},{lon:.5},,,511,SHIP {ship},,,70,0,100,20,5.0,,A",
                224_000_010 + ship
            ));
        }
        rows.push(format!(
            "224000030,{time},20.00000,{:.5},,,511,ELSEWHERE,,,70,0,100,20,5.0,,A",
            -30.0 + 0.001 * f64::from(minute)
        ));
    }
    rows.join("\n") + "\n"
}

#[test]
fn an_outage_of_reception_is_not_held_against_any_ship() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("day.csv"), outage()).unwrap();
    let bare = "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n[coverage]\nlearn_hours = 6\n";
    fs::write(folder.path().join("bare.toml"), bare).unwrap();
    let who = |rest: &[&str]| {
        let question = ["who", "--config", "bare.toml", "--near", "28.15,-17.1", "--radius-nm", "20", "day.csv"];
        let times = ["--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T17:30:00Z"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let output = command.current_dir(&folder).args(question).args(times).args(rest).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told = who(&["--json"]);
    let rows: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 13, "{told}");
    let dark = |row: &Value| row["did"].to_string().contains("silent for");
    for row in &rows {
        let is_last = row["name"] == "SHIP 12";
        assert_eq!(
            dark(row),
            is_last,
            "only a vessel that stayed silent for hours after all others were back was dark: {row}"
        );
        let lost = row["reception_lost"].to_string();
        assert_eq!(lost.contains("silent for") && lost.contains("reception lost there"), !is_last, "{row}");
    }
    assert!(who(&[]).contains("reception lost there until 1"), "{}", who(&[]));
}

#[test]
fn who_ranks_vessels_by_what_they_did_and_leaves_out_passers() {
    let told = answer(&[
        "who",
        "--near",
        "28.0,-17.0",
        "--radius-nm",
        "3",
        "--from",
        "2026-03-01T12:00:00Z",
        "--to",
        "2026-03-01T14:00:00Z",
    ]);
    let place = |name: &str| told.lines().position(|line| line.contains(&format!(" {name} ")));
    let (alfa, bravo, delta) = (place("ALFA"), place("BRAVO"), place("DELTA"));
    assert!(alfa.is_some() && bravo.is_some() && delta.is_some() && place("CHARLIE").is_none(), "{told}");
    assert!(alfa < delta && bravo < delta, "who met stands before who was only dark: {told}");
    assert!(told.contains("met BRAVO (rendezvous)") && told.contains("silent since 12:10, 1 h "), "{told}");
    let head = "within 3 nm of 28.0000 -17.0000, 2026-03-01 12:00 to 14:00 UTC: 4 vessels, 3 stopped";
    assert!(told.starts_with(head) && told.contains("1 more only passed"), "{told}");
    let everybody = answer(&[
        "who",
        "--all",
        "--near",
        "28.0,-17.0",
        "--radius-nm",
        "3",
        "--from",
        "2026-03-01T12:00:00Z",
        "--to",
        "2026-03-01T14:00:00Z",
    ]);
    assert!(
        everybody.contains("CHARLIE 224000003 (Spain, tanker)") && everybody.contains("passed at up to 1"),
        "{everybody}"
    );
    // What was before the period is no part of the answer: a ship silent since then was nowhere near in it.
    let times = ["--from", "2026-03-01T13:00:00Z", "--to", "2026-03-01T14:00:00Z"];
    let later = answer(&[&["who", "--near", "28.0,-17.0", "--radius-nm", "3"][..], &times].concat());
    let dark = later.lines().find(|line| line.contains(" DELTA ")).unwrap_or_else(|| panic!("{later}"));
    assert!(dark.contains("silent since 12:10, 1 h 50 min by 14:00") && !dark.contains(" nm "), "{dark}");
    let elsewhere = answer(&[
        "who",
        "--near",
        "-10,5",
        "--radius-nm",
        "3",
        "--from",
        "2026-03-01T12:00:00Z",
        "--to",
        "2026-03-01T14:00:00Z",
    ]);
    assert!(elsewhere.contains(": 0 vessels\n"), "{elsewhere}");
    let swapped = ["who", "--near", "-17.0,28.0", "--radius-nm", "3", "--from", "2026-03-01T12:00:00Z", "--to"];
    let swapped = ask(&[&swapped[..], &["2026-03-01T14:00:00Z"]].concat());
    let hint = String::from_utf8_lossy(&swapped.stderr).into_owned();
    assert!(hint.contains("vessels were heard near 28,-17, do you mean that?"), "{hint}");
    let turned =
        ["who", "--near", "1,1", "--radius-nm", "3", "--from", "2026-03-01T12:00:00Z", "--to", "2026-03-01T11:00:00Z"];
    assert_eq!(ask(&turned).status.code(), Some(2));
}
