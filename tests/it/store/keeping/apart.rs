//! Snapshots are made by a separate process: the death of either process does not harm the other.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{daemon_settings, first_word, key, told};
use crate::harness::daemon::{Daemon, wait_until};

/// Amount of lines that are not AIS after which the state is saved ahead of schedule. Bytes.
const MUCH: usize = 101 << 20;

/// Feeds the daemon until it saves its state; returns the process that does so.
fn saver_of(daemon: &Daemon, client: &mut TcpStream) -> u32 {
    let line = [&[b'x'; 999][..], b"\n"].concat().repeat(1024);
    for _ in 0..=MUCH / line.len() {
        client.write_all(&line).unwrap();
    }
    let found = Cell::new(None);
    wait_until(|| {
        found.set(children(daemon.id()).first().copied());
        found.get().is_some()
    });
    found.get().unwrap()
}

/// The child processes of a process.
fn children(of: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().filter_map(Result::ok);
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<u32>>()).collect()
}

/// Whether the process exists and is not a zombie.
fn lives(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

#[test]
fn the_saving_process_and_the_daemon_die_without_harm_to_the_state() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let snapshots = || -> BTreeSet<PathBuf> {
        let files =
            fs::read_dir(folder.path().join("atalaia.sqlite.journal")).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|extension| extension == "snapshot")).collect()
    };
    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    (0..3).for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
    wait_until(|| told(&folder).len() == 3);

    let before = snapshots();
    let saver = saver_of(&daemon, &mut client);
    wait_until(|| !lives(saver) || children(daemon.id()).is_empty());
    wait_until(|| snapshots() != before);

    let before = snapshots();
    let saver = saver_of(&daemon, &mut client);
    signal(saver, "KILL");
    daemon.wait_for(&["ERROR", "state was not saved", "signal: 9"]);
    assert_eq!(snapshots(), before, "what was cut off is no snapshot");
    client.write_all(first_word(3).as_bytes()).unwrap();
    wait_until(|| told(&folder).len() == 4);

    let saver = saver_of(&daemon, &mut client);
    daemon.signal("KILL");
    daemon.wait();
    wait_until(|| !lives(saver));
    assert_eq!(snapshots(), before, "it outlived the daemon");

    let mut daemon = Daemon::start(&settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(first_word(4).as_bytes()).unwrap();
    wait_until(|| told(&folder).len() == 5);
    let keys: BTreeSet<_> = told(&folder).iter().map(key).collect();
    assert_eq!(keys.len(), 5, "each once");
    daemon.stop("feed");
}

fn signal(process: u32, name: &str) {
    let sent = std::process::Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(sent.unwrap().success());
}
