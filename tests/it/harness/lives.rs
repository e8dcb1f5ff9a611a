//! A daemon with a store and a sink for everything, over several lives: it is stopped or killed, and started again.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use atalaia::platform::disk::RealDisk;
use atalaia::storage::journal::{self, Entry, Position};
use serde_json::Value;
use tempfile::TempDir;

use super::daemon::{Daemon, input, settings};
use super::scenes;

/// The signal that ends a daemon at a fault point.
pub const ABORTED: i32 = 6;

/// The signal that cannot be caught.
pub const KILLED: i32 = 9;

/// A folder with settings: one feed, a store, and a file sink for everything, facts included.
pub struct Place {
    folder: TempDir,
    /// Path of its settings file.
    pub settings: PathBuf,
}

impl Place {
    /// With a feed that the daemon listens for.
    pub fn new() -> Place {
        Place::fed_by(&input("tcp-listen", "address = \"127.0.0.1:0\""))
    }

    /// With this `[[inputs]]` table.
    pub fn fed_by(input: &str) -> Place {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("scenes")).unwrap();
        fs::write(folder.path().join("scenes/scenes.geojson"), scenes::zones(0.0)).unwrap();
        let sink =
            "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"info\"\n";
        let rest = "[store]\npath = \"atalaia.sqlite\"\n[alerts]\nalert_from = 1\n[time]\nlateness_seconds = 120\n";
        let text = format!("{input}{sink}{rest}");
        let path = settings(&folder, &text);
        let text = fs::read_to_string(&path).unwrap().replacen("[zones]\n", "[zones]\nfolder = \"scenes\"\n", 1);
        fs::write(&path, text).unwrap();
        Place { folder, settings: path }
    }

    /// Path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Path of the journal's folder.
    pub fn journal(&self) -> PathBuf {
        self.file("atalaia.sqlite.journal")
    }

    /// Number of lines in the journal; a feed that can resume continues after them.
    pub fn written_down(&self) -> usize {
        let mut lines = 0;
        let _ = journal::read(&RealDisk, &self.journal(), Position(0), None, |_, entry| {
            if let Entry::Lines { bytes, .. } = entry {
                lines += bytes.iter().filter(|byte| **byte == b'\n').count();
            }
            ControlFlow::Continue(())
        });
        lines
    }

    /// The lines delivered to the sink, by key; a repeat must be identical. A line cut short by a death does not count.
    pub fn told(&self) -> BTreeMap<(String, u64), Value> {
        let text = fs::read_to_string(self.file("alerts.jsonl")).unwrap_or_default();
        let mut told = BTreeMap::new();
        for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let key = (line["alert"]["id"].as_str().unwrap().to_owned(), line["revision"].as_u64().unwrap());
            if let Some(before) = told.insert(key, line.clone()) {
                assert_eq!(before, line, "a repeat says another thing");
            }
        }
        told
    }

    /// Paths of the snapshots, oldest first.
    pub fn snapshots(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.journal()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "snapshot")).collect();
        files.sort();
        files
    }

    /// Feeds the remaining lines and stops cleanly; returns the log line with the duration of the start.
    pub fn feed_rest(&self, lines: &[String]) -> String {
        let from = self.written_down();
        let mut daemon = Daemon::start(&self.settings);
        send(&daemon.address(), &lines[from..]);
        daemon.stop("feed")
    }

    /// Feeds the lines up to one of them, then kills the daemon.
    pub fn feed_and_kill(&self, lines: &[String], until: usize, pause: Duration) {
        let from = self.written_down();
        let mut daemon = Daemon::start(&self.settings);
        send(&daemon.address(), lines.get(from..until).unwrap_or_default());
        thread::sleep(pause);
        daemon.signal("KILL");
        assert_eq!(daemon.died_of("killed"), Some(KILLED));
    }

    /// Output of a daemon that is never stopped.
    pub fn undisturbed(lines: &[String]) -> BTreeMap<(String, u64), Value> {
        let place = Place::new();
        place.feed_rest(lines);
        place.told()
    }
}

/// Sends lines to a daemon, which may not live to read them all.
pub fn send(address: &str, lines: &[String]) {
    // The daemon may be dead already, or die while it receives the lines.
    if let Ok(mut stream) = TcpStream::connect(address) {
        let _ = stream.write_all(lines.concat().as_bytes());
    }
}

/// The lines of one of the scenes.
pub fn scene(name: &str) -> Vec<String> {
    let scenario = scenes::scenes(1).into_iter().find(|(known, _)| *known == name).unwrap().1;
    scenario.feed().nmea().lines().map(|line| format!("{line}\n")).collect()
}

/// Asserts that the same lines were delivered under the same keys; `what` names the case.
#[track_caller]
pub fn assert_same(got: &BTreeMap<(String, u64), Value>, expected: &BTreeMap<(String, u64), Value>, what: &str) {
    for (key, line) in expected {
        let got = got.get(key).unwrap_or_else(|| panic!("{what}: never told: {line}"));
        assert_eq!(got, line, "{what}");
    }
    let more: Vec<_> = got.keys().filter(|key| !expected.contains_key(*key)).collect();
    assert!(more.is_empty(), "{what}: told beyond that: {more:?}");
}
