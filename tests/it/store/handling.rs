//! Markings, retention and legal holds as an operator uses them: on the command line, beside a running daemon.

mod people;

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use atalaia::platform::clock::Clock;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::beacons::after_four;
use crate::harness::daemon::{Daemon, PATIENCE, input, settings};

/// An operator's folder: settings, store, and the file of the sink.
struct Centre {
    folder: TempDir,
    settings: PathBuf,
}

impl Centre {
    fn new(rest: &str) -> Centre {
        let folder = TempDir::new().unwrap();
        let sink = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"low\"\n";
        let store = "[store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
        let feed = input("tcp-listen", "address = \"127.0.0.1:0\"");
        let settings = settings(&folder, &format!("{feed}{sink}{store}{rest}"));
        Centre { folder, settings }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The lines delivered to the sink.
    fn told(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.file("alerts.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn wait_until(&self, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let start = Clock.moment();
        loop {
            let told = self.told();
            if holds(&told) {
                return told;
            }
            assert!(Clock.moment().since(start) < PATIENCE, "{told:?}");
            crate::harness::daemon::pause();
        }
    }

    fn does(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        command.args(&arguments[..1]).arg("--config").arg(&self.settings).args(&arguments[1..]);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Standard output of a command that must succeed.
    fn says(&self, arguments: &[&str]) -> String {
        let (code, said, why) = self.does(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}{why}");
        said
    }

    /// Standard error of a command that must be refused.
    fn refuses(&self, arguments: &[&str]) -> String {
        let (code, said, why) = self.does(arguments);
        assert!(code == Some(2) && said.is_empty(), "{arguments:?}: {code:?} {said}{why}");
        why
    }

    fn sql(&self, text: &str) {
        let connection = Connection::open(self.file("atalaia.sqlite")).unwrap();
        connection.busy_timeout(PATIENCE).unwrap();
        connection.execute_batch(text).unwrap();
    }

    /// Makes everything in the store this many days older.
    fn days_pass(&self, days: i64) {
        let millis = days * 86_400_000;
        self.sql(&format!(
            "UPDATE changes SET stored_at = stored_at - {millis}; UPDATE cases SET stored_at = stored_at - {millis};
             UPDATE notes SET at = at - {millis}; UPDATE audit SET at = at - {millis} WHERE what <> 'purged';"
        ));
    }
}

/// A report of the `number`th device in distress, `minutes` after four o'clock.
fn device(number: u32, minutes: i64) -> String {
    after_four(number, minutes * 60, 0.2)
}

fn ended(told: &[Value]) -> usize {
    told.iter().filter(|line| line["change"] == "ended").count()
}

/// Three devices that fall silent, and a fourth that is received on the next day. Returns their ids and the daemon.
fn three_over(centre: &Centre) -> (Vec<String>, Daemon) {
    let mut daemon = Daemon::start(&centre.settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..3).for_each(|number| client.write_all(device(number, i64::from(number)).as_bytes()).unwrap());
    centre.wait_until(|told| told.len() == 3);
    // Three reports after such a long time: a single one may come from a broken clock.
    (0..3).for_each(|minute| client.write_all(device(9, 24 * 60 + minute).as_bytes()).unwrap());
    let told = centre.wait_until(|told| ended(told) == 3 && told.len() == 7);
    let opened = told.iter().filter(|line| line["revision"] == 1);
    (opened.map(|line| line["alert"]["id"].as_str().unwrap().to_owned()).collect(), daemon)
}

#[test]
fn an_analysts_marking_follows_the_alert_everywhere() {
    let centre = Centre::new("[handling]\ntlp = \"GREEN\"\neuropol = []\nreality = \"exercise\"\n");
    let mut daemon = Daemon::start(&centre.settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..2).for_each(|number| client.write_all(device(number, 0).as_bytes()).unwrap());
    let told = centre.wait_until(|told| told.len() == 2);
    let machine = &told[0]["alert"]["handling"];
    assert_eq!((&machine["tlp"], &machine["reality"]), (&"GREEN".into(), &"exercise".into()));
    assert!(
        machine.get("europol").is_none() && machine["source_grade"] == "B" && machine["info_grade"] == "4",
        "{machine}"
    );
    let id = told[0]["alert"]["id"].as_str().unwrap().to_owned();
    let short = &id[..8];

    let why = centre.refuses(&["alerts", "--as", "ana", "mark", short, "--why", "?"]);
    assert!(why.contains("say what is to be marked"), "{why}");
    let why = centre.refuses(&["alerts", "--as", "ana", "mark", short, "--handling", "H3", "--why", "?"]);
    assert!(why.contains("H3 needs it"), "{why}");
    let why = centre.refuses(&["alerts", "--as", "ana", "mark", short, "--text", "a\u{202e}b", "--why", "?"]);
    assert!(why.contains("holds a control character"), "{why}");
    let why = centre.refuses(&["alerts", "--as", "ana", "mark", short, "--grade", "Z9", "--why", "?"]);
    assert!(why.contains("as B3"), "{why}");
    let said = centre.says(&[
        "alerts",
        "--as",
        "ana",
        "mark",
        short,
        "--tlp",
        "AMBER+STRICT",
        "--grade",
        "A1",
        "--handling",
        "H1,H3",
        "--text",
        "ask the duty officer",
        "--purpose",
        "SAR",
        "--why",
        "seen from the air",
    ]);
    let marking = "TLP:AMBER+STRICT H1 H3 A1, SAR";
    assert!(said.starts_with(&id) && said.contains(marking), "{said}");

    // A later line does not undo the marking, in the store or at a receiver. Three reports after such a long time: a single one may come
    // from
    // a broken clock.
    (0..3).for_each(|minute| client.write_all(device(9, 24 * 60 + minute).as_bytes()).unwrap());
    let told = centre.wait_until(|told| ended(told) == 2);
    let last = told.iter().rfind(|line| line["alert"]["id"] == id.as_str()).unwrap();
    let handling = &last["alert"]["handling"];
    assert_eq!((&handling["tlp"], &handling["marked_by"]), (&"AMBER+STRICT".into(), &"ana".into()), "{last}");
    assert!(handling["marked_at"].is_string() && handling["reality"] == "exercise", "{handling}");
    let page = centre.says(&["alerts", "show", short]);
    for part in [marking, "(marked by ana ", "marked: seen from the air; before: TLP:GREEN B4", "EXERCISE"] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    // Every export is marked like the most restricted alert in it, and each alert keeps its own marking.
    for (format, file, own) in [
        ("jsonl", "{\"file_tlp\":\"TLP:AMBER+STRICT\",", "\"tlp\":\"GREEN\""),
        ("csv", "\r\nTLP:AMBER+STRICT,", ",GREEN,"),
        ("geojson", "{\"type\":\"FeatureCollection\",\"file_tlp\":\"TLP:AMBER+STRICT\",", "\"tlp\":\"GREEN\""),
        ("kml", "<Document>\n<name>TLP:AMBER+STRICT Atalaia alerts</name>", "TLP:GREEN B4"),
    ] {
        let text = centre.says(&["alerts", "export", "--format", format]);
        assert!(text.contains(file) && text.contains(own) && text.contains("AMBER+STRICT"), "{format}:\n{text}");
        let other = centre.says(&["alerts", "export", "--format", format, "--mmsi", "972100001"]);
        assert!(!other.contains("AMBER") && other.contains("GREEN"), "{format}:\n{other}");
    }
    daemon.stop("feed");
}

#[test]
fn a_purge_lists_what_would_be_removed_and_a_hold_keeps_it() {
    let centre = Centre::new("");
    let (ids, daemon) = three_over(&centre);
    let said = centre.says(&["alerts", "--as", "ana", "note", &ids[1], "a raft"]);
    assert!(said.starts_with(&format!("noted {} ", &ids[1][..8])), "{said}");
    daemon.stop("feed");
    let cases = centre.says(&["cases", "list", "--json"]);
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |alert: &str| {
        let found = cases.iter().find(|case| case["alerts"].as_array().unwrap().contains(&alert.into()));
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let case = of(&ids[1]);
    assert!(cases.iter().all(|case| case["handling"]["tlp"] == "AMBER" && case["held"].is_null()), "{cases:?}");

    let why = centre.refuses(&["cases", "--as", "ana", "release", &case, "--reason", "?"]);
    assert!(why.contains("is not held"), "{why}");
    centre.says(&["cases", "--as", "ana", "hold", &case[..8], "--reason", "court file 7"]);
    let list = centre.says(&["cases", "list"]);
    assert_eq!(list.lines().filter(|line| line.contains("  held  ")).count(), 1, "{list}");
    let page = centre.says(&["cases", "show", &case]);
    assert!(
        page.contains("held by ana since ") && page.contains(": court file 7") && page.contains("TLP:AMBER H1"),
        "{page}"
    );

    let nothing = centre.says(&["purge", "--dry-run"]);
    assert!(nothing.lines().all(|line| line.contains(" 0 would go")), "{nothing}");
    // The daemon is down, so nothing is purged automatically.
    centre.days_pass(400);
    let would = centre.says(&["purge", "--dry-run"]);
    assert!(would.contains("alerts            2 would go  1 kept by a hold"), "{would}");
    assert!(would.contains("notes             0 would go  1 kept by a hold"), "{would}");
    assert_eq!(centre.says(&["purge", "--dry-run"]), would, "a dry run removes nothing");
    let gone = centre.says(&["purge", "--as", "ana"]);
    assert_eq!(gone.replace("gone", "would go"), would);
    let left = centre.says(&["alerts", "list", "--state", "all", "--json"]);
    let left: Vec<Value> = left.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let left: Vec<&str> = left.iter().filter_map(|alert| alert["id"].as_str()).collect();
    assert!(left.len() == 2 && left.contains(&ids[1].as_str()), "the held one and the open one: {left:?}");
    // No byte of the others is left.
    let bytes = [
        fs::read(centre.file("atalaia.sqlite")).unwrap(),
        fs::read(centre.file("atalaia.sqlite-wal")).unwrap_or_default(),
    ];
    let stands =
        |mmsi: &str| bytes.iter().any(|bytes| bytes.windows(mmsi.len()).any(|window| window == mmsi.as_bytes()));
    assert!(stands("972100001") && !stands("972100000") && !stands("972100002"));

    centre.says(&["cases", "--as", "bea", "release", &case, "--reason", "judged"]);
    assert!(centre.says(&["purge", "--as", "ana"]).contains("alerts            1 gone\n"));
}

#[test]
fn the_daemon_purges_by_itself_and_continues() {
    let centre = Centre::new("[retention]\nalerts_days = 10\nnotes_days = 5\naudit_days = 20\n");
    let (ids, daemon) = three_over(&centre);
    daemon.stop("feed");
    centre.days_pass(11);
    let until = "2199-01-01";
    centre.says(&["alerts", "--as", "ana", "mark", &ids[0], "--retain-until", until, "--why", "asked by the court"]);
    let mut daemon = Daemon::start(&centre.settings);
    let address = daemon.address();
    daemon.wait_for(&["purged records past their retention", "alerts=2 "]);
    let (code, _, why) = centre.does(&["alerts", "show", &ids[1]]);
    assert!(code == Some(2) && why.contains("no alert"), "{why}");
    assert!(centre.says(&["alerts", "show", &ids[0]]).contains(&format!("keep until {until}")));
    let mut client = TcpStream::connect(address).unwrap();
    (0..3).for_each(|minute| client.write_all(device(5, 24 * 60 + minute).as_bytes()).unwrap());
    centre.wait_until(|told| told.iter().any(|line| line["alert"]["vessels"][0]["mmsi"] == 972_100_005));
    daemon.stop("feed");
}

#[test]
fn retention_beyond_what_receivers_are_promised_is_refused() {
    let centre = Centre::new("[retention]\nalerts_days = 366\n");
    let (code, _, why) = centre.does(&["check"]);
    assert!(
        code == Some(78) && why.contains("retention.alerts_days: 366 days are more than handling.retain_days (365)"),
        "{why}"
    );
}
