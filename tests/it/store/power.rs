//! Loss of power at any moment: the real daemon with its real SQLite, on a disk that forgets everything not synced.
//!
//! Four lives of a daemon are recorded (`record`): one stopped cleanly, two that die between a write and its sync, one that runs to the
//! end. For many moments of the record, `disk` computes what the disk would contain had the power been lost then. Properties that every
//! such disk must have are checked at once (`checks`). On some of them the daemon is started again and sent what its journal does not have;
//! in the end its output must equal that of a daemon that never lost anything.

mod checks;
mod disk;
mod migration;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use self::checks::Truth;
use self::disk::{Disk, Forgets};
use self::record::{Step, steps, told_before_stored};
use crate::harness::daemon::{BARE, Daemon, PATIENCE, input};
use crate::harness::scenes;
use crate::harness::{beacons, lives};

/// Moments of each kind at which power is lost, and how often at each; `tests/long` uses more.
const MOMENTS: &str = "ATALAIA_POWER_MOMENTS";

/// Devices in distress, each with its own alert.
const DEVICES: u32 = 60;

const STORE: &str = "atalaia.sqlite";
const LOG: &str = "atalaia.sqlite-wal";
const JOURNAL: &str = "atalaia.sqlite.journal";
/// In a separate folder, so that nothing else makes its names durable.
const SINK: &str = "told/alerts.jsonl";

/// Phase of work that a loss of power may hit; enough moments of each kind are tested.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    /// The store's file is being created, or its name is not durable yet.
    Making,
    /// A transaction is written to the log and not synced.
    Commit,
    /// Pages move from the log into the store.
    Checkpoint,
    /// A block is written to the journal and not synced.
    Block,
    /// A segment is being compressed, or its compressed form renamed over it.
    Sealing,
    /// A snapshot is being written, or renamed into place.
    Snapshot,
    /// The settings in force are being recorded.
    InForce,
    /// A sink is being written.
    Telling,
    /// Data that a dead daemon had not synced are visible to the next one.
    Inherited,
    /// Everything is on the disk.
    Quiet,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Making,
        Kind::Commit,
        Kind::Checkpoint,
        Kind::Block,
        Kind::Sealing,
        Kind::Snapshot,
        Kind::InForce,
        Kind::Telling,
        Kind::Inherited,
        Kind::Quiet,
    ];

    /// The phases that a loss of power would hit now.
    fn of(disk: &Disk) -> BTreeSet<Kind> {
        let mut kinds: BTreeSet<Kind> = disk
            .unsynced()
            .filter_map(|(path, is_name)| match path {
                STORE if is_name => Some(Kind::Making),
                STORE => Some(Kind::Checkpoint),
                LOG if !is_name => Some(Kind::Commit),
                SINK => Some(Kind::Telling),
                _ if path.starts_with("atalaia.sqlite.unfinished") => Some(Kind::Making),
                _ if path.contains("/in-force/") => Some(Kind::InForce),
                _ if path.contains(".journal.unfinished") => Some(Kind::Sealing),
                _ if path.contains(".snapshot.unfinished") => Some(Kind::Snapshot),
                _ if path.ends_with(".journal") && path.starts_with(JOURNAL) && !is_name => Some(Kind::Block),
                _ => None,
            })
            .collect();
        if [LOG, ".journal"].iter().any(|ending| disk.oldest_unsynced(ending).is_some_and(|at| at < disk.begun())) {
            kinds.insert(Kind::Inherited);
        }
        if disk.unsynced().next().is_none() {
            kinds.insert(Kind::Quiet);
        }
        kinds
    }
}

/// A folder with settings: one feed, a store, and a file sink for everything.
fn place(more: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for made in ["scenes", "told"] {
        fs::create_dir(folder.path().join(made)).unwrap();
    }
    fs::write(folder.path().join("scenes/scenes.geojson"), scenes::zones(0.0)).unwrap();
    let sink = format!("[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"{SINK}\"\nmin_severity = \"info\"\n");
    let rest = format!("[store]\npath = \"{STORE}\"\n[alerts]\nalert_from = 1\n[time]\nlateness_seconds = 120\n");
    let feed = input("tcp-listen", "address = \"127.0.0.1:0\"");
    let bare = BARE.replacen("[zones]\n", "[zones]\nfolder = \"scenes\"\n", 1);
    let settings = folder.path().join("atalaia.toml");
    fs::write(&settings, format!("{bare}{feed}{sink}{rest}{more}")).unwrap();
    (folder, settings)
}

/// Adds another input before the first, so that other settings are in force.
fn change_settings(settings: &Path) {
    let text = fs::read_to_string(settings).unwrap();
    let more = "[[inputs]]\nkind = \"udp\"\nname = \"antenna\"\naddress = \"127.0.0.1:0\"\n[[inputs]]";
    fs::write(settings, text.replacen("[[inputs]]", more, 1)).unwrap();
}

/// Lines delivered to a sink, by key; invalid lines do not count.
fn told(bytes: &[u8]) -> BTreeMap<(String, u64), Value> {
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let mut told = BTreeMap::new();
    for line in lines {
        // What a torn line leaves may be JSON too.
        let (Some(id), Some(revision)) = (line["alert"]["id"].as_str(), line["revision"].as_u64()) else { continue };
        let key = (id.to_owned(), revision);
        if let Some(before) = told.insert(key, line.clone()) {
            assert_eq!(before, line, "a repeat says another thing");
        }
    }
    told
}

fn told_in(folder: &Path) -> BTreeMap<(String, u64), Value> {
    told(&fs::read(folder.join(SINK)).unwrap_or_default())
}

/// The lines fed to the daemon, and the steps recorded meanwhile.
struct Recording {
    lines: Vec<String>,
    /// The folder before the first step.
    before: TempDir,
    steps: Vec<Step>,
    truth: Truth,
}

/// The address the feed listens on.
fn address(daemon: &mut Daemon) -> String {
    let line = daemon.wait_for(&["listening", "input=feed"]);
    line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// Sends lines one by one, each after the changes of earlier ones were delivered, so that transactions stay small; stops if the daemon
/// dies.
fn feed(daemon: &mut Daemon, folder: &Path, lines: &[String], from: usize, told_after: &[usize]) {
    let mut stream = TcpStream::connect(address(daemon)).unwrap();
    for (number, line) in lines.iter().enumerate().skip(from) {
        if stream.write_all(line.as_bytes()).is_err() {
            return;
        }
        let due = number.checked_sub(1).map_or(0, |before| told_after[before]);
        let start = Clock.moment();
        while told_in(folder).len() < due {
            assert!(Clock.moment().since(start) < PATIENCE, "line {number} was not told");
            if !daemon.lives() {
                return;
            }
            crate::harness::daemon::pause();
        }
    }
}

fn record() -> Recording {
    let lines = beacons::devices(DEVICES);
    // A line is decided once time has advanced by two minutes, twelve lines later; the feed's clock is trusted after twenty lines.
    let told_after = |number: usize| if number < 20 { 0 } else { number - 13 };
    let told_after: Vec<usize> = (0..lines.len()).map(told_after).collect();
    let (undisturbed, settings) = place("");
    let mut daemon = Daemon::start_command(&mut record::unsynced(), &settings);
    feed(&mut daemon, undisturbed.path(), &lines, 0, &told_after);
    daemon.stop("feed");
    let truth = Truth::of(undisturbed.path());
    assert_eq!(truth.told.len(), DEVICES as usize);

    let (folder, settings) = place("");
    let root = folder.path().canonicalize().unwrap();
    let before = TempDir::new().unwrap();
    Disk::of(&root, Forgets::Nothing).put_seen("", before.path());
    let elsewhere = TempDir::new().unwrap();
    let log = elsewhere.path().join("log");
    // The last writes of the two middle lives are not synced, but the next life still reads them.
    let lives = [(28, None), (lines.len(), Some(".journal:8")), (lines.len(), Some("-wal:8")), (lines.len(), None)];
    for (until, dies) in lives {
        let from = checks::lines_of(&root);
        let mut command = record::recorded(&root, &log);
        if let Some(at) = dies {
            command.env("ATALAIA_POWER_DIE", at);
        }
        let mut daemon = Daemon::start_command(&mut command, &settings);
        feed(&mut daemon, &root, &lines[..until], from, &told_after);
        match dies {
            Some(at) => assert_eq!(daemon.died_of(at), Some(lives::ABORTED)),
            None => drop(daemon.stop("feed")),
        }
        if until < lines.len() {
            // As an administrator would, and durably.
            change_settings(&settings);
            change_settings(&before.path().join("atalaia.toml"));
        }
    }
    truth.same_in_the_end(&root).unwrap();
    Recording { lines, before, steps: steps(&log), truth }
}

fn recording() -> &'static Recording {
    static RECORDING: OnceLock<Recording> = OnceLock::new();
    RECORDING.get_or_init(record)
}

/// Numbers of steps at which to lose power: up to `count` of each kind, drawn from all of that kind.
fn moments(recording: &Recording, count: usize) -> BTreeMap<usize, BTreeSet<Kind>> {
    let mut disk = Disk::of(recording.before.path(), Forgets::Nothing);
    let mut of_kind: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    let mut kinds = Vec::new();
    for (place, step) in recording.steps.iter().enumerate() {
        disk.apply(step);
        kinds.push(Kind::of(&disk));
        for kind in &kinds[place] {
            of_kind.entry(*kind).or_default().push(place + 1);
        }
    }
    let mut chance = fastrand::Rng::with_seed(1);
    let drawn = of_kind.values_mut().flat_map(|places| {
        chance.shuffle(places);
        places.iter().copied().take(count)
    });
    drawn.map(|place| (place, kinds[place - 1].clone())).collect()
}

/// An unexpected log line of the daemon.
fn complaint(daemon: &Daemon) -> Option<&String> {
    let is_one = |line: &&String| line.contains("ERROR") || line.contains(" WARN ");
    let usual = ["running as root", "no store at "];
    daemon.heard().iter().filter(|line| !usual.iter().any(|part| line.contains(part))).find(is_one)
}

/// Loses power once after `place` steps and returns what is wrong afterwards.
fn lose(disk: &Disk, seed: u64, truth: &Truth) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    disk.lose(&mut fastrand::Rng::with_seed(seed), folder.path());
    truth.check(disk, folder.path())
}

/// As [`lose`], and then a daemon continues from there and is sent the rest.
fn lose_and_go_on(disk: &Disk, seed: u64, recording: &Recording) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    disk.lose(&mut fastrand::Rng::with_seed(seed), folder.path());
    let mut daemon = Daemon::start_command(&mut record::unsynced(), &folder.path().join("atalaia.toml"));
    let address = address(&mut daemon);
    let from = checks::lines_of(folder.path());
    TcpStream::connect(address).unwrap().write_all(recording.lines[from..].concat().as_bytes()).unwrap();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    if let Some(line) = complaint(&daemon) {
        return Err(format!("it complains: {line}"));
    }
    recording.truth.same_in_the_end(folder.path())
}

#[test]
#[allow(clippy::print_stdout)] // The moments tested, for runs with --nocapture.
fn whenever_power_is_lost_nothing_delivered_is_lost_and_nothing_is_invented() {
    let count: usize = std::env::var(MOMENTS).map_or(4, |text| text.parse().unwrap());
    let (draws, every) = if count <= 4 { (2, 5) } else { (4, 1) };
    let recording = recording();
    let moments = moments(recording, count);
    let mut met: BTreeMap<Kind, usize> = BTreeMap::new();
    moments.values().flatten().for_each(|kind| *met.entry(*kind).or_default() += 1);
    assert_eq!(met.keys().copied().collect::<Vec<_>>(), Kind::ALL, "a kind of moment was never met");

    let (restarts, oldest) = (AtomicUsize::new(0), Mutex::new(Duration::ZERO));
    let places: Vec<usize> = moments.keys().copied().collect();
    let work = |worker: usize| {
        let mut disk = Disk::of(recording.before.path(), Forgets::Nothing);
        let mut applied = 0;
        for (number, place) in places.iter().enumerate().filter(|(number, _)| number % 2 == worker) {
            recording.steps[applied..*place].iter().for_each(|step| disk.apply(step));
            applied = *place;
            let at = recording.steps[place - 1].at;
            let since = disk.oldest_unsynced(".journal").map_or(at, |since| since.max(disk.begun()));
            let mut oldest = oldest.lock().unwrap();
            *oldest = oldest.max(at - since);
            drop(oldest);
            for draw in 0..draws {
                let seed = (*place * draws + draw) as u64;
                let wrong = |what: String| format!("after {place} steps, {:?}, seed {seed}: {what}", moments[place]);
                lose(&disk, seed, &recording.truth).map_err(wrong)?;
                if draw == 0 && number / 2 % every == 0 {
                    lose_and_go_on(&disk, seed, recording).map_err(wrong)?;
                    restarts.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ok::<(), String>(())
    };
    thread::scope(|scope| {
        let workers = [0, 1].map(|worker| scope.spawn(move || work(worker)));
        workers.into_iter().try_for_each(|worker| worker.join().unwrap()).unwrap();
    });
    let (losses, restarts, oldest) = (places.len() * draws, restarts.into_inner(), oldest.into_inner().unwrap());
    println!(
        "{} steps; {losses} losses of power at {} moments {met:?}; {restarts} restarts; the journal's oldest unsynced {oldest:?}",
        recording.steps.len(),
        places.len()
    );
    // The documented value is half a second; the rest allows for a busy machine.
    assert!(oldest < Duration::from_secs(10), "{oldest:?} of received lines were not synced");
}

/// Tests the checks themselves: each omitted sync, and each broken promise, is detected.
#[test]
fn the_checks_detect_an_omitted_sync_and_a_delivery_before_it_is_stored() {
    let recording = recording();
    let moments = moments(recording, 8);
    let early = told_before_stored(&recording.steps, SINK, LOG);
    for (what, forgets, steps) in [
        ("transactions are not synced", Forgets::FilesLike(LOG), &recording.steps),
        ("the journal is not synced", Forgets::FilesLike(".journal"), &recording.steps),
        ("a sink is not synced", Forgets::FilesLike(SINK), &recording.steps),
        ("snapshots are not synced", Forgets::FilesLike(".snapshot.unfinished"), &recording.steps),
        ("folders are not synced", Forgets::Folders, &recording.steps),
        ("told before it is stored", Forgets::Nothing, &early),
    ] {
        let mut disk = Disk::of(recording.before.path(), forgets);
        let mut applied = 0;
        let noticed = moments.keys().find_map(|place| {
            steps[applied..*place].iter().for_each(|step| disk.apply(step));
            applied = *place;
            (0..8).find_map(|seed| lose(&disk, seed, &recording.truth).err())
        });
        assert!(noticed.is_some(), "{what}: nobody noticed");
    }
}
