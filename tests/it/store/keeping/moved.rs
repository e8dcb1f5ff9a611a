//! A store or a journal moved away while the daemon runs: it reports this at once, delivers nothing, and continues when it is back.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use tempfile::TempDir;

use super::{daemon_settings, first_word, key, mmsi, open_alerts, told};
use crate::harness::daemon::{Daemon, wait_until};
use crate::harness::pages::{places, wait_for_page};

/// Devices before the store is moved, and in all.
const BEFORE: u32 = 20;
const ALL: u32 = 40;

/// Moves the store's files from one folder to another.
fn move_store(from: &Path, to: &Path) {
    for part in ["", "-wal", "-shm"] {
        let name = format!("atalaia.sqlite{part}");
        fs::rename(from.join(&name), to.join(&name)).unwrap();
    }
}

/// The devices whose alerts were delivered, in order, each once.
fn delivered(folder: &TempDir) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let lines = told(folder).into_iter().filter(|line| seen.insert(key(line)));
    lines.map(|line| line["alert"]["vessels"][0]["mmsi"].as_u64().unwrap() as u32).collect()
}

#[test]
fn a_store_that_is_moved_away_holds_deliveries_until_it_is_back() {
    let folder = TempDir::new().unwrap();
    let away = folder.path().join("away");
    fs::create_dir(&away).unwrap();
    // A sink that fails for now, so that stored deliveries wait for it.
    let [shut, hook, program] = ["shut", "hook.jsonl", "hook.sh"].map(|name| folder.path().join(name));
    fs::write(&shut, "").unwrap();
    let script = format!("#!/bin/sh\n[ -e {} ] && exit 75\ncat >> {}\n", shut.display(), hook.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = daemon_settings(&folder);
    let text = fs::read_to_string(&settings).unwrap();
    let rest = format!(
        "[[sinks]]\nkind = \"exec\"\nname = \"hook\"\nexec.command = [\"{}\"]\n[delivery]\nretry_seconds = [1]\n\
         [http]\naddress = \"127.0.0.1:0\"\n",
        program.display()
    );
    fs::write(&settings, format!("{text}{rest}")).unwrap();
    let mut daemon = Daemon::start(&settings);
    let (address, pages) = places(&mut daemon);
    let mut client = TcpStream::connect(address).unwrap();
    let mut send = |numbers: std::ops::Range<u32>| {
        numbers.for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    };
    // The first report of the next second advances time.
    send(0..BEFORE + 1);
    wait_until(|| BEFORE as usize <= delivered(&folder).len());
    wait_for_page(&pages, "/readyz", |answer| answer.starts_with("HTTP/1.1 200 "));

    move_store(folder.path(), &away);
    let moved = Clock.moment();
    let page = wait_for_page(&pages, "/readyz", |answer| answer.starts_with("HTTP/1.1 503 "));
    assert!(Clock.moment().since(moved) < Duration::from_secs(5), "it took too long to notice");
    assert!(page.contains("store unavailable: its file is gone; alerts are held back and not delivered"), "{page}");
    let said = daemon.wait_for(&["ERROR", "the store file is gone", "not delivered"]);
    assert!(said.contains("atalaia.sqlite: gone") && said.contains("move it back"), "{said}");
    let known = delivered(&folder).len();
    send(BEFORE + 1..ALL + 1);
    fs::remove_file(&shut).unwrap();
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(delivered(&folder).len(), known, "delivered while the store was away");
    assert!(!hook.exists(), "what had been stored before was delivered while the store was away");
    let file = folder.path().join("atalaia.sqlite");
    assert!(!file.exists(), "another store was made in its place");
    // Another file is not the store.
    fs::write(&file, "").unwrap();
    wait_for_page(&pages, "/readyz", |answer| answer.contains("store unavailable: its file is replaced by another"));
    daemon.wait_for(&["ERROR", "the store file is gone", "To work with what stands there now"]);
    assert_eq!(fs::metadata(&file).unwrap().len(), 0, "something was written into it");
    assert_eq!(delivered(&folder).len(), known, "delivered while the store was replaced");
    assert!(known < ALL as usize && !hook.exists());

    fs::remove_file(&file).unwrap();
    move_store(&away, folder.path());
    daemon.wait_for(&["the store can be written again"]);
    let hooked = || fs::read_to_string(&hook).unwrap_or_default().lines().count();
    wait_until(|| (ALL as usize) <= delivered(&folder).len().min(hooked()));
    let order = delivered(&folder);
    assert_eq!(order[..ALL as usize], (0..ALL).map(mmsi).collect::<Vec<_>>(), "each, in the order in which they came");
    wait_for_page(&pages, "/readyz", |answer| answer.starts_with("HTTP/1.1 200 "));
    daemon.stop("feed");
    let told = told(&folder);
    assert_eq!(told.iter().map(key).collect::<BTreeSet<_>>().len(), told.len(), "something was delivered twice");
    let stored: BTreeSet<String> = open_alerts(&file).into_iter().map(|(id, _)| id).collect();
    assert!(told.iter().all(|line| stored.contains(&key(line).0)), "something that was delivered is in no store");
}

#[test]
fn a_missing_journal_is_reported_and_continued_when_it_is_back() {
    let folder = TempDir::new().unwrap();
    let (journal, away) = (folder.path().join("atalaia.sqlite.journal"), folder.path().join("away"));
    let settings = daemon_settings(&folder);
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}[http]\naddress = \"127.0.0.1:0\"\n")).unwrap();
    let mut daemon = Daemon::start(&settings);
    let (address, pages) = places(&mut daemon);
    let mut client = TcpStream::connect(address).unwrap();
    // Each is the first report of its second, which decides the one before.
    let mut send = |second: u32| client.write_all(first_word(10 * second).as_bytes()).unwrap();
    send(0);
    send(1);
    wait_until(|| !delivered(&folder).is_empty());

    fs::rename(&journal, &away).unwrap();
    let page = wait_for_page(&pages, "/readyz", |answer| answer.starts_with("HTTP/1.1 503 "));
    assert!(page.contains("journal unavailable: its folder is gone; received lines are not recorded"), "{page}");
    let said = daemon.wait_for(&["ERROR", "the journal folder is gone"]);
    assert!(said.contains("atalaia.sqlite.journal: gone") && said.contains("move it back"), "{said}");
    send(2);
    // A raised alert is stored, and therefore delivered; a reload that cannot be recorded is refused.
    wait_until(|| 2 <= delivered(&folder).len());
    fs::write(&settings, format!("{text}[http]\naddress = \"127.0.0.1:0\"\n[alerts]\nalert_from = 10\n")).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["ERROR", "reload refused", "settings and zones in force are kept"]);
    let page = wait_for_page(&pages, "/readyz", |answer| answer.contains("reload refused: "));
    assert!(page.contains("cannot be saved beside the journal") && !page.contains("atalaia check"), "{page}");
    assert!(!journal.exists(), "another folder was made in its place");

    fs::rename(&away, &journal).unwrap();
    daemon.wait_for(&["the journal can be written again"]);
    daemon.wait_for(&["reloaded", "zones="]);
    wait_for_page(&pages, "/readyz", |answer| answer.contains("\"ready\":true") && !answer.contains("reload refused"));
    send(3);
    wait_until(|| 3 <= delivered(&folder).len());
    // After a kill it can only resume from the journal, and nothing in it is missing.
    daemon.signal("KILL");
    daemon.died_of("killed");
    let mut daemon = Daemon::start(&settings);
    daemon.wait_for(&["state restored", "whole=true"]);
    daemon.stop("feed");
    assert!(told(&folder).iter().all(|line| line["change"] == "opened"), "something was ended that goes on");
}
