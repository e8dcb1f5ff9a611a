//! A flood at a sink with a cap, and a daemon killed during it: every alert is delivered there, singly or in a digest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::harness::daemon::wait_within;

/// Changes per hour that are delivered singly.
const CAP: u32 = 20;
/// Changes in a full digest, which is sent without waiting for its time.
const DIGEST: u32 = 1000;

/// The deliveries to the capped sink: single ones, and those listed in each digest, by key.
#[derive(Default)]
struct Told {
    singly: BTreeSet<String>,
    digests: BTreeMap<(String, u64), BTreeSet<String>>,
}

impl Told {
    fn listed(&self) -> usize {
        self.digests.values().map(BTreeSet::len).sum()
    }
}

/// Reads the file of the capped sink; asserts that a repeat is identical to the byte.
fn told_at_desk(folder: &TempDir) -> Told {
    let text = fs::read_to_string(folder.path().join("desk.jsonl")).unwrap_or_default();
    let mut bodies: BTreeMap<(String, u64), &str> = BTreeMap::new();
    let mut told = Told::default();
    for line in text.lines() {
        // Cut short by a death.
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        if let Some(before) = bodies.insert(key(&value), line) {
            assert_eq!(before, line, "a repeat says another thing");
        }
        match &value["alert"]["evidence"]["measured"]["digest"]["open"] {
            Value::Array(ids) => {
                let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
                told.digests.insert(key(&value), ids);
            }
            _ => drop(told.singly.insert(key(&value).0)),
        }
    }
    told
}

#[test]
fn killed_amid_a_flood_every_alert_is_delivered_singly_or_in_one_digest() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let text = fs::read_to_string(&settings).unwrap();
    let desk = format!(
        "[[sinks]]\nkind = \"jsonl\"\nname = \"desk\"\npath = \"desk.jsonl\"\nmin_severity = \"low\"\ndigest_after_per_hour = {CAP}\n"
    );
    fs::write(&settings, format!("{desk}{text}")).unwrap();
    let store = folder.path().join("atalaia.sqlite");
    let all = CAP + DIGEST;
    let mut chance = fastrand::Rng::with_seed(13);
    // During single deliveries, while the others wait, and around the time when the digest is made and sent.
    for until in [CAP / 2, CAP * 5, all / 2, all - 5, all - 1, all, all] {
        let mut daemon = Daemon::start(&settings);
        let address = daemon.address();
        let feeder = thread::spawn(move || {
            let Ok(mut client) = TcpStream::connect(address) else { return };
            let lines: Vec<String> = (0..until).map(first_word).collect();
            // The daemon may be dead by now.
            let _ = lines.chunks(50).try_for_each(|some| client.write_all(some.concat().as_bytes()));
        });
        thread::sleep(Duration::from_millis(chance.u64(80..400)));
        daemon.signal("KILL");
        daemon.wait();
        feeder.join().unwrap();
        let told = told_at_desk(&folder);
        assert!(told.singly.len() <= CAP as usize, "beyond the cap: {}", told.singly.len());
    }

    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..all).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    let all_told = || {
        let told = told_at_desk(&folder);
        all as usize <= told.singly.len() + told.listed()
    };
    wait_within(PATIENCE, all_told, || {
        let told = told_at_desk(&folder);
        format!("{} by themselves, {} listed", told.singly.len(), told.listed())
    });
    let told = told_at_desk(&folder);
    let (_, list, _) = atalaia(&store, &["deliveries", "list", "--sink", "desk"]);
    daemon.stop("feed");
    assert!(!list.contains("waits for a digest"), "{list}");

    let raised: BTreeSet<String> = super::told(&folder).iter().map(|line| key(line).0).collect();
    assert_eq!(raised.len(), all as usize, "the sink without a cap has them all");
    let listed: BTreeSet<String> = told.digests.values().flatten().cloned().collect();
    assert_eq!(told.singly.len(), CAP as usize);
    assert_eq!(listed.len(), told.listed(), "listed twice");
    assert!(listed.is_disjoint(&told.singly), "told by itself and listed");
    assert!(listed.union(&told.singly).eq(raised.iter()), "one was never told at the desk");

    let digest = told.digests.keys().next().unwrap();
    let key = format!("{}-{}", digest.0, digest.1);
    let one = told.digests[digest].first().unwrap();
    let (code, page, _) = atalaia(&store, &["alerts", "show", one]);
    assert!(code == Some(0) && page.contains(&key), "the page of an alert names its digest:\n{page}");
}
