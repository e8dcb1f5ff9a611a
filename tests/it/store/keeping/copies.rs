//! The restore drill: a copy made while alerts arrive is a consistent state of the store, and a daemon continues from it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia::storage::store::{self, Query};
use serde_json::Value;
use tempfile::TempDir;

use super::{atalaia, daemon_settings, first_word, open_alerts, told};
use crate::harness::daemon::{Daemon, PATIENCE, wait_within};

const ALL: u32 = 400;

fn wait_for_told(folder: &TempDir, count: usize) {
    let start = Clock.moment();
    while told(folder).len() < count {
        assert!(Clock.moment().since(start) < PATIENCE, "{} of {count} were told", told(folder).len());
        crate::harness::daemon::pause();
    }
}

/// The alerts of a store, by device.
fn by_device(file: &Path) -> BTreeMap<u64, Value> {
    let all = Query { facts: true, ..Query::default() };
    let device = |body: &Value| body["vessels"][0]["mmsi"].as_u64().unwrap();
    let alerts = store::alerts(file, &all, Clock.now()).unwrap();
    alerts.into_iter().map(|entry| (device(&entry.body), entry.body)).collect()
}

#[test]
fn a_copy_made_under_load_is_consistent_and_a_daemon_continues_from_it() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("atalaia.sqlite");
    let mut daemon = Daemon::start(&daemon_settings(&folder));
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    let feeder = thread::spawn(move || {
        for number in 0..ALL {
            client.write_all(first_word(number).as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        client
    });
    wait_for_told(&folder, 40);
    let copy = folder.path().join("copy.sqlite");
    let (code, said, why) = atalaia(&source, &["backup", copy.to_str().unwrap()]);
    assert!(code == Some(0) && said.contains("complete and sound"), "{said}{why}");
    let _client = feeder.join().unwrap();
    wait_for_told(&folder, ALL as usize);
    daemon.stop("feed");
    let (all, copied) = (by_device(&source), by_device(&copy));
    assert_eq!(all.len(), ALL as usize);
    assert!(40 <= copied.len() && copied.len() < all.len(), "{} in the copy: made under load", copied.len());
    let first: BTreeMap<u64, Value> = all.into_iter().take(copied.len()).collect();
    assert!(copied == first, "the copy is no beginning of the store");

    // Only the copy and the settings are left; the feed continues.
    let clean = TempDir::new().unwrap();
    let restored = clean.path().join("atalaia.sqlite");
    fs::copy(&copy, &restored).unwrap();
    let mut daemon = Daemon::start(&daemon_settings(&clean));
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (copied.len() as u32..ALL).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    wait_within(PATIENCE, || ALL as usize <= by_device(&restored).len(), || "it does not go on".to_owned());
    daemon.stop("feed");
    let now = by_device(&restored);
    for (device, alert) in &copied {
        let same = |key: &str| now[device][key] == alert[key];
        assert!(["id", "behaviour", "started_at", "score"].into_iter().all(same), "{device}");
        assert_eq!(now[device]["status"], "ended", "nobody follows it any more, and the store says so");
        let last_known = alert["summary"].as_str().unwrap();
        let told = format!("No longer followed after a restart; it may still go on. Last known: {last_known}");
        assert_eq!(now[device]["summary"], told.as_str());
    }
    let open = open_alerts(&restored).len();
    assert_eq!(open, ALL as usize - copied.len());
}
