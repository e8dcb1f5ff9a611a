//! The daemon and its store as processes. Killed at any moment, the daemon loses nothing it delivered and repeats it under the same key;
//! analysts' actions on the command line are durable.

mod copies;
mod damaged;
mod digests;
mod killed;
mod moved;
mod room;
mod stopped;

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use atalaia::platform::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::beacons::{after_four, mmsi};
use crate::harness::daemon::{Daemon, PATIENCE, input, settings};

fn daemon_settings(folder: &TempDir) -> PathBuf {
    let rest = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"low\"\n\
                [store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    settings(folder, &format!("{}{rest}", input("tcp-listen", "address = \"127.0.0.1:0\"")))
}

/// Open alerts in the store, by id, with their last revision; alerts about the daemon itself are left out.
fn open_alerts(store: &Path) -> Vec<(String, u32)> {
    let connection = rusqlite::Connection::open(store).unwrap();
    let open = "SELECT id, revision FROM alerts WHERE status = 'open' AND id NOT IN (SELECT alert FROM notices UNION ALL SELECT alert FROM digests)";
    let mut open = connection.prepare(open).unwrap();
    let open = open.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    open.map(Result::unwrap).collect()
}

/// The first report of a device, which opens an alert. Ten devices per second, so that none falls silent before the last is received.
fn first_word(number: u32) -> String {
    after_four(number, i64::from(number / 10), 0.01)
}

/// The lines delivered to the sink; a line cut short by a kill does not count.
fn told(folder: &TempDir) -> Vec<Value> {
    let text = fs::read_to_string(folder.path().join("alerts.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn key(line: &Value) -> (String, u64) {
    (line["alert"]["id"].as_str().unwrap().to_owned(), line["revision"].as_u64().unwrap())
}

fn atalaia(store: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let output = command.args(&arguments[..1]).arg("--store").arg(store).args(&arguments[1..]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn actions_on_the_command_line_last_and_are_exported() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("atalaia.sqlite");
    let settings = daemon_settings(&folder);
    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..3).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    let start = Clock.moment();
    while told(&folder).len() < 3 {
        assert!(Clock.moment().since(start) < PATIENCE);
        crate::harness::daemon::pause();
    }
    // The daemon is running at the same time.
    let (code, list, _) = atalaia(&file, &["alerts", "list"]);
    assert_eq!((code, list.lines().count()), (Some(0), 4), "{list}");
    assert!(
        list.lines().skip(1).all(|line| line.contains("open") && line.contains("distress") && line.contains("high")),
        "{list}"
    );
    let ids: Vec<&str> = list.lines().skip(1).map(|line| line.split_whitespace().next().unwrap()).collect();
    let does = |arguments: &[&str]| atalaia(&file, &[&["alerts", "--as", "ana"], arguments].concat());
    assert_eq!(does(&["ack", ids[0], "--why", "seen"]).0, Some(0));
    assert_eq!(does(&["assign", ids[1], "bea"]).0, Some(0));
    assert_eq!(does(&["note", ids[1], "=1+1"]).0, Some(0));
    assert_eq!(does(&["close", ids[2], "--finding", "false", "--why", "a drill"]).0, Some(0));
    let (code, _, why) = does(&["close", ids[2], "--finding", "sunk", "--why", "?"]);
    assert!(code == Some(2) && why.contains("confirmed, benign, false"), "{why}");
    let (code, _, why) = does(&["ack", "zzzzzz"]);
    assert!(code == Some(2) && why.contains("no alert zzzzzz"), "{why}");
    daemon.stop("feed");

    let daemon = Daemon::start(&settings);
    let (_, list, _) = atalaia(&file, &["alerts", "list"]);
    assert!(list.lines().count() == 4 && list.ends_with("\n1 more: 1 closed (--state all)\n"), "{list}");
    let (_, closed, _) = atalaia(&file, &["alerts", "list", "--state", "closed"]);
    assert!(closed.lines().count() == 2 && closed.lines().nth(1).unwrap().starts_with(ids[2]), "{closed}");
    let (_, page, _) = atalaia(&file, &["alerts", "show", ids[1]]);
    for part in ["Assigned   bea", "noted: =1+1", "archive  revision 1 delivered", "distress"] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    for (format, part) in
        [("csv", "id,behaviour,"), ("geojson", "FeatureCollection"), ("kml", "<kml"), ("jsonl", "\"finding\"")]
    {
        let (code, text, _) = atalaia(&file, &["alerts", "export", "--format", format]);
        assert_eq!(code, Some(0));
        assert!(text.contains(part), "{part} in\n{text}");
        assert!(ids.iter().all(|id| text.contains(id)), "every alert, the closed one too\n{text}");
        assert!(format == "csv" || text.contains("1+1"), "the note\n{text}");
    }
    let copy = folder.path().join("copy.sqlite");
    let (code, said, why) = atalaia(&file, &["backup", copy.to_str().unwrap()]);
    assert!(code == Some(0) && said.contains("complete and sound"), "{said}{why}");
    assert_eq!(atalaia(&copy, &["alerts", "list", "--state", "all"]).1.lines().count(), 4);
    drop(daemon);
    let (code, _, why) = atalaia(&folder.path().join("nowhere"), &["alerts", "list"]);
    assert!(code == Some(65) && why.contains("no such file"), "{why}");
}
