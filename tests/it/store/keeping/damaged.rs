//! A daemon with a damaged store reports it, starts a new one and stores open alerts in it again; it refuses a later version's store.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;

use atalaia::platform::clock::Clock;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{atalaia, daemon_settings, first_word, key, open_alerts, told};
use crate::harness::daemon::{Daemon, PATIENCE};

const DEVICES: u32 = 40;

#[test]
fn open_alerts_are_stored_again_when_the_store_is_damaged() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("atalaia.sqlite");
    let settings = daemon_settings(&folder);
    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..DEVICES).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    let start = Clock.moment();
    while told(&folder).len() < DEVICES as usize {
        assert!(Clock.moment().since(start) < PATIENCE);
        crate::harness::daemon::pause();
    }
    daemon.stop("feed");
    let before: BTreeSet<String> = open_alerts(&file).into_iter().map(|(id, _)| id).collect();
    assert_eq!(before.len(), DEVICES as usize);

    let mut bytes = fs::read(&file).unwrap();
    bytes[8192..20480].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let (code, _, why) = atalaia(&file, &["alerts", "list", "--state", "all"]);
    assert!(code == Some(1) && why.contains("the store is damaged") && why.contains("systemctl restart"), "{why}");
    let mut daemon = Daemon::start(&settings);
    let said = daemon.wait_for(&["ERROR", "the store was damaged", "nothing was deleted", "atalaia backup"]);
    assert!(said.contains(".corrupt-") && said.contains("there is no"), "{said}");
    daemon.wait_for(&["open alerts missing from the store were stored again", "alerts=40"]);
    daemon.address();
    daemon.stop("feed");
    let after: BTreeSet<String> = open_alerts(&file).into_iter().map(|(id, _)| id).collect();
    assert_eq!(after, before);
    let keys: Vec<_> = told(&folder).iter().map(key).collect();
    assert_eq!(keys.len(), 2 * DEVICES as usize);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "what is said again has a key of its own");
}

#[test]
fn a_store_of_a_later_version_stops_the_start_and_stays_unchanged() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("atalaia.sqlite");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE later (x); PRAGMA user_version = 99").unwrap();
    let before = fs::read(&file).unwrap();
    let mut daemon = Daemon::start(&daemon_settings(&folder));
    daemon.wait_for(&["later version", "schema 99"]);
    assert!(daemon.wait().is_some_and(|code| code != 0));
    assert!(before == fs::read(&file).unwrap(), "it was changed");
}

#[test]
fn a_second_daemon_names_the_first_and_is_not_restarted() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let mut first = Daemon::start(&settings);
    first.address();
    let second = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["run", "--config"]).arg(&settings).output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    // The unit restarts after every other code.
    assert_eq!(second.status.code(), Some(78), "{said}");
    assert!(said.contains(&format!("another daemon (pid {}) already works with this store", first.id())), "{said}");
    fs::rename(folder.path().join("atalaia.sqlite"), folder.path().join("away.sqlite")).unwrap();
    let (code, _, why) = atalaia(&folder.path().join("atalaia.sqlite"), &["alerts", "list"]);
    assert!(code == Some(65) && why.contains(&format!("the daemon (pid {}) has it open", first.id())), "{why}");
    fs::rename(folder.path().join("away.sqlite"), folder.path().join("atalaia.sqlite")).unwrap();
    first.stop("feed");
}
