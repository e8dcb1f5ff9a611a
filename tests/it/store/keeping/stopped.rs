//! Stopped in mid-work, flooded, or unable to record its settings: the daemon acts in order and reports it.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia_core::scenario::Transponder;
use tempfile::TempDir;

use super::{daemon_settings, first_word, key, told};
use crate::harness::daemon::{Daemon, wait_until};

/// Ten seconds are promised; a busy machine may take three times as long.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn stopped_under_load_it_saves_its_state_and_continues_without_repeats() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let mut daemon = Daemon::start(&settings);
    let address = daemon.address();
    let (next, over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let feeders: Vec<_> = (0..4)
        .map(|_| {
            let (address, next, over) = (address.clone(), Arc::clone(&next), Arc::clone(&over));
            thread::spawn(move || {
                let mut client = TcpStream::connect(address).unwrap();
                // Broken sockets are expected here.
                while !over.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed) % 20_000;
                    if client.write_all(first_word(number).as_bytes()).is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    wait_until(|| 500 < told(&folder).len());
    daemon.signal("TERM");
    let asked = Clock.moment();
    assert_eq!(daemon.wait(), Some(0));
    let took = Clock.moment().since(asked);
    assert!(took < STOPPED_WITHIN, "{took:?}");
    over.store(true, Ordering::Relaxed);
    feeders.into_iter().for_each(|feeder| feeder.join().unwrap());

    let before = told(&folder);
    let mut daemon = Daemon::start(&settings);
    daemon.wait_for(&["state restored", "entries=0"]);
    daemon.stop("feed");
    let after = told(&folder);
    assert_eq!(after[..before.len()], before[..]);
    let mut keys: Vec<_> = after.iter().map(key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), after.len(), "something was told twice");
}

#[test]
fn a_flood_of_invented_vessels_is_an_alert() {
    let folder = TempDir::new().unwrap();
    let path = daemon_settings(&folder);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}[tracks]\nmax_tracks = 1000\n")).unwrap();
    let mut daemon = Daemon::start(&path);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    let now = Clock.now();
    for number in 0..3000 {
        let (lat, lon) = (f64::from(number % 50), -30.0 - f64::from(number / 50) * 0.1);
        let ship = Transponder::class_a(201_000_000 + number * 7).status(0).at(lat, lon).knots(9.0);
        client.write_all(ship.lines(Some(now)).as_bytes()).unwrap();
    }
    let is_flood = |line: &serde_json::Value| line["alert"]["behaviour"] == "vessel_flood";
    wait_until(|| told(&folder).iter().any(is_flood));
    let told = told(&folder);
    let flood = told.iter().find(|line| is_flood(line)).unwrap();
    assert_eq!((&flood["change"], &flood["alert"]["severity"]), (&"opened".into(), &"high".into()));
    assert_eq!(told.iter().filter(|line| !is_flood(line)).count(), 0, "nothing of the invented ones");
    daemon.stop("feed");
}

#[test]
fn settings_that_cannot_be_recorded_are_not_applied() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let mut daemon = Daemon::start(&settings);
    daemon.address();
    let kept = folder.path().join("atalaia.sqlite.journal/in-force");
    let aside = folder.path().join("aside");
    std::fs::rename(&kept, &aside).unwrap();
    // A file takes the folder's place, so nothing can be written there.
    std::fs::write(&kept, "").unwrap();
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("\"low\"", "\"high\"")).unwrap();
    daemon.signal("HUP");
    let told = daemon.wait_for(&["ERROR", "reload refused", "settings and zones in force are kept"]);
    assert!(told.contains("in-force"), "{told}");
    std::fs::remove_file(&kept).unwrap();
    std::fs::rename(&aside, &kept).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded"]);
    daemon.stop("feed");
    // The next start restores the state saved at the stop.
    let mut daemon = Daemon::start(&settings);
    daemon.wait_for(&["state restored", "entries=0", "whole=true"]);
    daemon.stop("feed");
}
