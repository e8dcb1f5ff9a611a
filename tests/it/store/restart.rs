//! A daemon that dies and restarts gives the same output as one that never died: the same lines under the same keys, nothing repeated as
//! new, nothing left out, whatever it was doing when it died and whatever became of its snapshots.

mod reloads;
mod state_lost;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use atalaia::ais::encode::{Envelope, Message, Motion};
use atalaia::clock::Clock;
use atalaia::disk::RealDisk;
use atalaia::journal::{self, Entry, Position};
use atalaia::time::{Span, Time};
use atalaia::units::Mmsi;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, PATIENCE, input, settings};
use crate::harness::scenes;

pub const ABORTED: i32 = 6;
const KILLED: i32 = 9;

/// A folder with settings: one feed, a store, and a file sink for everything, facts included.
pub struct Place {
    folder: TempDir,
    pub settings: PathBuf,
}

impl Place {
    fn new() -> Place {
        Place::fed_by(&input("tcp-listen", "address = \"127.0.0.1:0\""))
    }

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

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn journal(&self) -> PathBuf {
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

    fn snapshots(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.journal()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "snapshot")).collect();
        files.sort();
        files
    }

    /// Feeds the remaining lines and stops cleanly; returns the log line with the duration of the start.
    fn feed_rest(&self, lines: &[String]) -> String {
        let from = self.written_down();
        let mut daemon = Daemon::start(&self.settings);
        send(&daemon.address(), &lines[from..]);
        daemon.stop("feed")
    }

    /// Feeds the lines up to one of them, then kills the daemon.
    fn feed_and_kill(&self, lines: &[String], until: usize, pause: Duration) {
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

fn send(address: &str, lines: &[String]) {
    // The daemon may be dead already, or die while it receives the lines.
    if let Ok(mut stream) = TcpStream::connect(address) {
        let _ = stream.write_all(lines.concat().as_bytes());
    }
}

fn scene(name: &str) -> Vec<String> {
    let scenario = scenes::scenes(1).into_iter().find(|(known, _)| *known == name).unwrap().1;
    scenario.feed().nmea().lines().map(|line| format!("{line}\n")).collect()
}

/// Devices in distress, each of which opens an alert with its first report. A final ship's report advances time past the last one.
pub fn devices(count: u32) -> Vec<String> {
    let mut lines = Vec::new();
    // The ship advances time by less than would need confirmation.
    for number in (0..count).chain([count + 80]) {
        let at = Time::from_utc(2026, 3, 1, 4, 0, 0).unwrap() + Span::from_seconds(10 * i64::from(number));
        let place = (36.0 + f64::from(number) * 0.02, -16.25);
        let motion = Motion { status: Some(14), lat_lon: Some(place), ..Motion::default() };
        let mmsi = if number < count { 972_100_000 + number } else { 224_000_001 };
        let motion = if number < count { motion } else { Motion { status: Some(0), ..motion } };
        let message = Message::class_a(1, Mmsi(mmsi), &motion);
        let sentences = message.sentences(&Envelope { time: Some(at), ..Envelope::default() });
        lines.extend(sentences.iter().map(|sentence| format!("{sentence}\n")));
    }
    lines
}

#[track_caller]
pub fn assert_same(got: &BTreeMap<(String, u64), Value>, expected: &BTreeMap<(String, u64), Value>, what: &str) {
    for (key, line) in expected {
        let got = got.get(key).unwrap_or_else(|| panic!("{what}: never told: {line}"));
        assert_eq!(got, line, "{what}");
    }
    let more: Vec<_> = got.keys().filter(|key| !expected.contains_key(*key)).collect();
    assert!(more.is_empty(), "{what}: told beyond that: {more:?}");
}

#[test]
fn killed_at_twenty_moments_it_gives_the_same_output_as_one_that_never_died() {
    for name in ["meeting", "company"] {
        let lines = scene(name);
        let expected = Place::undisturbed(&lines);
        assert!(expected.len() > 5, "{name} says little: {}", expected.len());
        let place = Place::new();
        let mut chance = fastrand::Rng::with_seed(lines.len() as u64);
        let mut cuts: Vec<usize> = (0..10).map(|_| chance.usize(1..lines.len())).collect();
        cuts.sort_unstable();
        for (number, cut) in cuts.into_iter().enumerate() {
            place.feed_and_kill(&lines, cut, Duration::from_millis(chance.u64(50..400)));
            let snapshots = place.snapshots();
            match number % 3 {
                1 => {
                    let newest = snapshots.last().unwrap();
                    let mut bytes = fs::read(newest).unwrap();
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                    fs::write(newest, bytes).unwrap();
                }
                2 => snapshots.iter().for_each(|path| fs::remove_file(path).unwrap()),
                _ => {}
            }
        }
        place.feed_rest(&lines);
        assert_eq!(place.written_down(), lines.len());
        assert_same(&place.told(), &expected, name);
        let aside = fs::read_dir(place.journal()).unwrap();
        let aside =
            aside.filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().ends_with(".corrupt")).count();
        assert!(0 < aside, "the damaged snapshots were not set aside");
    }
}

/// Every fault point, three times each. Those that need a special occasion are tested separately.
#[test]
fn it_may_die_at_any_point_and_nothing_is_lost_or_changed() {
    let lines = devices(100);
    let expected = Place::undisturbed(&lines);
    assert_eq!(expected.len(), 100);
    // The last one needs a queue that is acknowledged: `feeds::nats`.
    let of_their_own = ["migration", "backup", "purge-between-removals", "store-checkpoint", "kept-before-acknowledge"];
    for point in atalaia::fault::NAMES.iter().filter(|point| !of_their_own.contains(point)) {
        let place = Place::new();
        for pass in 1..=3 {
            // Creates something to restore and a segment to seal: lines are journalled within half a second.
            if pass == 1 || point.starts_with("journal-sealed") {
                place.feed_and_kill(&lines, place.written_down() + 5, Duration::from_millis(800));
            }
            let from = place.written_down();
            // Points passed only once in a life can only be tested at their first pass.
            let once = ["replay-half", "restart-begun", "journal-segment-begun", "snapshot", "journal-sealed"];
            let pass = if once.iter().any(|name| point.starts_with(name)) { 1 } else { pass };
            let mut daemon = Daemon::start_dying(&place.settings, &format!("{point}:{pass}"));
            if let Some(address) = daemon.address_unless_dead() {
                // Sent one at a time, so that there is more than one transaction and block; decisions lag a dozen lines behind.
                for line in lines.get(from..(from + 30).min(lines.len())).unwrap_or_default() {
                    send(&address, std::slice::from_ref(line));
                    thread::sleep(Duration::from_millis(15));
                }
            }
            assert_eq!(daemon.died_of(point), Some(ABORTED), "{point}");
        }
        place.feed_rest(&lines);
        assert_same(&place.told(), &expected, point);
    }
}

#[test]
fn it_may_die_while_it_makes_or_closes_or_copies_its_store() {
    let lines = devices(10);
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    for pass in 1..=2 {
        let mut daemon = Daemon::start_dying(&place.settings, &format!("migration:{pass}"));
        assert_eq!(daemon.died_of("of its own"), Some(ABORTED));
    }
    for part in [3, 6, 9] {
        let from = place.written_down();
        let mut daemon = Daemon::start_dying(&place.settings, "store-checkpoint");
        send(&daemon.address(), &lines[from..part]);
        thread::sleep(Duration::from_millis(200));
        daemon.signal("TERM");
        assert_eq!(daemon.died_of("of its own"), Some(ABORTED));
        let copy = place.file("copy.sqlite");
        let mut backup = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let backup = backup.arg("backup").arg("--store").arg(place.file("atalaia.sqlite")).arg(&copy);
        assert!(!backup.env("ATALAIA_FAULT", "backup").status().unwrap().success());
        assert!(!copy.exists(), "half a copy under the name of a whole one");
    }
    place.feed_rest(&lines);
    assert_same(&place.told(), &expected, "store");
}

/// The daemon is stopped cleanly in mid-work: nothing needs to be read again, and its absence is not taken for silence of the vessels.
#[test]
fn stopped_cleanly_it_resumes_at_once_with_the_same_alerts() {
    let lines = scene("meeting");
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    for part in 1..=4 {
        let from = place.written_down();
        let start = Clock.moment();
        let mut daemon = Daemon::start(&place.settings);
        if 1 < part {
            let line = daemon.wait_for(&["state restored"]);
            assert!(line.contains("entries=0 ") && line.contains("whole=true"), "{line}");
        }
        send(&daemon.address(), &lines[from..lines.len() * part / 4]);
        daemon.stop("feed");
        assert!(Clock.moment().since(start) < PATIENCE);
    }
    assert_same(&place.told(), &expected, "meeting");
    let open = |place: &Place| {
        let mut list = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let list =
            list.args(["alerts", "list", "--json", "--store"]).arg(place.file("atalaia.sqlite")).output().unwrap();
        String::from_utf8(list.stdout).unwrap().lines().count()
    };
    assert_eq!(open(&place) == 0, expected.is_empty());
}

/// Other settings, and another input before the first: state from the old settings is used under the new ones.
#[test]
fn settings_changed_while_it_is_down_are_applied_and_nothing_is_forgotten() {
    let lines = scene("meeting");
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    let half = lines.len() / 2;
    place.feed_and_kill(&lines, half, Duration::from_millis(300));
    let text = fs::read_to_string(&place.settings).unwrap();
    let more = "[[inputs]]\nkind = \"udp\"\nname = \"antenna\"\naddress = \"127.0.0.1:0\"\n";
    let changed = text.replacen("[[inputs]]", &format!("{more}[[inputs]]"), 1) + "[behaviours.distress]\nscore = 71\n";
    fs::write(&place.settings, changed).unwrap();
    let from = place.written_down();
    let mut daemon = Daemon::start(&place.settings);
    let line = daemon.wait_for(&["state restored"]);
    assert!(line.contains("whole=true") && !line.contains("vessels=0 "), "{line}");
    let line = daemon.wait_for(&["listening", "input=feed"]);
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap();
    send(address, &lines[from..]);
    daemon.stop("feed");
    assert_same(&place.told(), &expected, "meeting");
}

/// Without the journal's folder all state is lost. Open alerts are ended, so that they do not stay open forever.
#[test]
fn when_all_state_is_lost_open_alerts_are_ended_at_the_sinks() {
    let lines = devices(24);
    let place = Place::new();
    place.feed_rest(&lines);
    assert_eq!(place.told().len(), 24);
    remove(&place.journal());
    let mut daemon = Daemon::start(&place.settings);
    let line = daemon.wait_for(&["open alerts whose state is lost"]);
    assert!(line.contains("alerts=24"), "{line}");
    daemon.stop("feed");
    let told = place.told();
    let ended = told.values().filter(|line| line["change"] == "ended" && line["alert"]["status"] == "ended");
    assert_eq!(ended.count(), 24);
    assert!(told.values().filter(|line| line["change"] == "ended").all(|line| {
        line["reason"].as_str().unwrap().contains("not followed over a restart") && line["revision"] == 2
    }));
}

fn remove(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
}
