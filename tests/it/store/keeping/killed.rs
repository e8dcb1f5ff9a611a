//! Killed at any moment, repeatedly: the state of sink and store between the deaths and at the end.
//!
//! Each life is one folder with one daemon that is killed thirty times and then stopped cleanly. Before each death the feed starts again,
//! as
//! from a receiver that keeps an hour of data, and continues with new devices.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia::storage::store;
use serde_json::Value;
use tempfile::TempDir;

use super::{daemon_settings, first_word, key, open_alerts, told};
use crate::harness::daemon::{Daemon, PATIENCE};

/// Deaths per folder.
const ROUNDS: u32 = 30;
/// New alerts per round.
const DEVICES: u32 = 30;
/// Delay between two of them: 250 alerts per second.
const PACE: Duration = Duration::from_millis(4);
/// Folders per worker; `tests/long` uses 50, which is 3 000 deaths on two workers.
const LIVES: &str = "ATALAIA_KILL_LIVES";

/// Key of a line: the alert and its revision.
type Key = (String, u64);

/// Faults in a sink's deliveries, compared with the store and, at the end, with the devices that were sent.
fn faults(told: &[Value], stored: &BTreeSet<Key>, devices: Option<Range<u32>>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut bodies: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for line in told {
        bodies.entry(key(line)).or_default().insert(line.to_string());
    }
    for (key, bodies) in &bodies {
        if !stored.contains(key) {
            faults.push(format!("told and not stored: {key:?}"));
        }
        if bodies.len() != 1 {
            faults.push(format!("a repeat says another thing: {key:?}"));
        }
    }
    let Some(devices) = devices else {
        return faults;
    };
    let mut of_device: BTreeMap<u64, BTreeSet<Key>> = BTreeMap::new();
    for line in told {
        let vessels = line["alert"]["vessels"].as_array().into_iter().flatten();
        vessels.filter_map(|vessel| vessel["mmsi"].as_u64()).for_each(|mmsi| {
            of_device.entry(mmsi).or_default().insert(key(line));
        });
    }
    for mmsi in devices.map(|number| u64::from(super::mmsi(number))) {
        match of_device.remove(&mmsi).map_or(0, |keys| keys.len()) {
            1 => {}
            0 => faults.push(format!("lost: {mmsi}")),
            _ => faults.push(format!("a repeat under another key: {mmsi}")),
        }
    }
    faults.extend(of_device.keys().map(|mmsi| format!("extra: {mmsi}")));
    faults
}

/// Keys in the store; no alert in this feed ever ends.
fn stored(file: &Path) -> BTreeSet<Key> {
    open_alerts(file).into_iter().map(|(id, last)| (id, u64::from(last))).collect()
}

/// Kills one daemon repeatedly; returns how often it died in the middle of delivering, and how many lines came twice.
fn one_life(seed: u64) -> (u32, usize) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("atalaia.sqlite");
    let settings = daemon_settings(&folder);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut in_the_midst = 0;
    for round in 0..ROUNDS {
        let (old, new) = (round * DEVICES, (round + 1) * DEVICES);
        let mut daemon = Daemon::start(&settings);
        let mut client = TcpStream::connect(daemon.address()).unwrap();
        let feeder = thread::spawn(move || {
            for number in 0..new {
                // Broken sockets are expected here.
                if client.write_all(first_word(number).as_bytes()).is_err() {
                    return;
                }
                if old <= number {
                    thread::sleep(PACE);
                }
            }
        });
        thread::sleep(Duration::from_millis(random.u64(10..200)));
        daemon.signal("KILL");
        daemon.wait();
        feeder.join().unwrap();
        let told = told(&folder);
        let known: BTreeSet<Key> = told.iter().map(key).collect();
        in_the_midst += u32::from((old as usize + 1..new as usize).contains(&known.len()));
        assert_eq!(faults(&told, &stored(&file), None), [""; 0], "seed {seed}, round {round}");
    }

    let all = ROUNDS * DEVICES;
    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..all).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    let start = Clock.moment();
    while told(&folder).iter().map(key).collect::<BTreeSet<_>>().len() < all as usize {
        if PATIENCE < Clock.moment().since(start) {
            break;
        }
        crate::harness::daemon::pause();
    }
    daemon.stop("feed");
    let told = told(&folder);
    assert_eq!(faults(&told, &stored(&file), Some(0..all)), [""; 0], "seed {seed}");
    let waiting = store::deliveries(&file).unwrap();
    assert_eq!(waiting, [("archive".to_owned(), store::DeliveryState::Delivered, u64::from(all))], "seed {seed}");
    (in_the_midst, told.len() - all as usize)
}

#[test]
#[allow(clippy::print_stdout)] // How often it died while delivering, for runs with --nocapture.
fn killed_at_any_moment_it_loses_nothing_and_repeats_under_the_same_key() {
    let lives: u64 = std::env::var(LIVES).map_or(1, |text| text.parse().unwrap());
    let worker = |number: u64| move || (0..lives).map(|life| one_life(2 * life + number)).collect::<Vec<_>>();
    let workers = [0, 1].map(|number| thread::spawn(worker(number)));
    let outcomes: Vec<(u32, usize)> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    let in_the_midst: u32 = outcomes.iter().map(|(count, _)| count).sum();
    let repeats: usize = outcomes.iter().map(|(_, count)| count).sum();
    let deaths = outcomes.len() as u32 * ROUNDS;
    println!("{deaths} deaths, {in_the_midst} of them while it told of alerts; {repeats} lines came twice");
    assert!(deaths / 10 < in_the_midst, "only {in_the_midst} of {deaths} deaths were in the midst of telling");
}

/// Tests the checker itself: each deliberate fault is detected, and nothing else.
#[test]
fn the_checker_detects_every_broken_promise() {
    let line = |id: &str, revision: u64, device: u32, reason: &str| {
        serde_json::json!({"revision": revision, "reason": reason,
            "alert": {"id": id, "vessels": [{"mmsi": super::mmsi(device)}]}})
    };
    let stored: BTreeSet<Key> = [("a".to_owned(), 1), ("b".to_owned(), 1)].into();
    let (a, b) = (line("a", 1, 0, "heard"), line("b", 1, 1, "heard"));
    let seen = |told: &[Value]| faults(told, &stored, Some(0..2)).join("; ");
    assert_eq!(seen(&[a.clone(), b.clone()]), "");
    assert_eq!(seen(&[a.clone(), b.clone(), a.clone()]), "", "a repeat with the same key and body is allowed");
    assert_eq!(seen(std::slice::from_ref(&a)), format!("lost: {}", super::mmsi(1)));
    assert!(seen(&[a.clone(), b.clone(), line("a", 1, 0, "otherwise")]).contains("a repeat says another thing"));
    let another = seen(&[a.clone(), b.clone(), line("b", 1, 0, "heard")]);
    assert!(another.contains(&format!("a repeat under another key: {}", super::mmsi(0))), "{another}");
    let told_first = seen(&[a.clone(), b.clone(), line("a", 2, 0, "heard")]);
    assert!(told_first.contains("told and not stored: (\"a\", 2)"), "{told_first}");
    let stranger = seen(&[a, b, line("c", 1, 9, "heard")]);
    assert!(stranger.contains(&format!("extra: {}", super::mmsi(9))), "{stranger}");
    // Between the deaths as well, when missing lines cannot be determined yet.
    assert_eq!(faults(&[line("c", 1, 0, "heard")], &stored, None), ["told and not stored: (\"c\", 1)"]);
}
