//! A full disk, or files that may not grow: nothing is delivered before it is stored, and once there is space again everything is
//! delivered.
//!
//! The disk is a small memory file system in the daemon's own namespace; it needs no privileges.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tempfile::TempDir;

use super::{daemon_settings, first_word, key, told};
use crate::harness::daemon::{Daemon, PATIENCE, input, settings};

/// Devices before the disk is full, and in all.
const BEFORE: u32 = 20;
const ALL: u32 = 300;

/// A command that runs on its own disk, mounted at `disk`.
fn on_small_disk(disk: &Path) -> Command {
    on_disk("mount -t tmpfs -o size=8m none \"$0\" && exec \"$@\"", disk)
}

fn on_disk(script: &str, disk: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["-Urm", "--", "sh", "-c", script]).arg(disk);
    command
}

fn devices(client: &mut TcpStream, numbers: std::ops::Range<u32>) {
    numbers.for_each(|number| client.write_all(first_word(number).as_bytes()).unwrap());
}

/// Waits until this many alerts were delivered to the sink; returns how long that took.
fn wait_for_told(folder: &TempDir, count: u32) -> Duration {
    let start = Clock.moment();
    while told(folder).iter().map(key).collect::<BTreeSet<_>>().len() < count as usize {
        assert!(Clock.moment().since(start) < PATIENCE, "{} of {count} were told", told(folder).len());
        crate::harness::daemon::pause();
    }
    Clock.moment().since(start)
}

/// Asserts that each device was delivered once, in the order in which they were raised.
fn assert_told_in_order(folder: &TempDir) {
    let mut seen = BTreeSet::new();
    let order: Vec<u64> = told(folder)
        .iter()
        .filter(|line| seen.insert(key(line)))
        .map(|line| line["alert"]["vessels"][0]["mmsi"].as_u64().unwrap())
        .collect();
    let in_order: Vec<u64> = (0..ALL).map(|number| u64::from(super::mmsi(number))).collect();
    assert_eq!(order, in_order);
}

#[test]
fn a_file_size_limit_is_treated_as_a_full_disk_and_not_as_fatal() {
    let folder = TempDir::new().unwrap();
    let settings = daemon_settings(&folder);
    let mut command = Command::new("sh");
    // 1 MiB: less than the alerts need.
    command.args(["-c", "ulimit -S -f 2048 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_atalaia")]);
    let mut daemon = Daemon::start_command(&mut command, &settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    devices(&mut client, 0..ALL);
    let said = daemon.wait_for(&["ERROR", "the store cannot be written"]);
    assert!(said.contains("1048576 bytes") && said.contains("ulimit -f"), "{said}");
    assert!(told(&folder).len() < ALL as usize, "no file was full");
    let process = Pid::from_raw(daemon.id() as i32).unwrap();
    prlimit(Some(process), Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    wait_for_told(&folder, ALL);
    assert_told_in_order(&folder);
    daemon.stop("feed");
}

#[test]
#[allow(clippy::print_stderr)] // A machine that forbids namespaces must report what it did not test.
fn check_finds_a_store_on_a_read_only_disk() {
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let on_closed_disk = || on_disk("mount -t tmpfs -o ro none \"$0\" && exec \"$@\"", &disk);
    if !on_closed_disk().arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!(
            "NOT TESTED: a read-only disk: this machine lets nobody mount a file system in a namespace (unshare -Urm)"
        );
        return;
    }
    let settings =
        settings(&folder, "[store]\npath = \"disk/atalaia.sqlite\"\n[[inputs]]\nkind = \"stdin\"\nname = \"a\"\n");
    let check = |mut command: Command| {
        let output =
            command.args([env!("CARGO_BIN_EXE_atalaia"), "check", "--config"]).arg(&settings).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = check(on_closed_disk());
    assert!(code == Some(78) && text.contains("store.path") && text.contains("disk cannot be written"), "{text}");
    let (code, text) = check(on_small_disk(&disk));
    assert_eq!(code, Some(0), "{text}");
}

#[test]
#[allow(clippy::print_stderr)] // A machine that forbids namespaces must report what it did not test.
fn a_full_disk_delays_alerts_and_loses_none() {
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    if !on_small_disk(&disk).arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!(
            "NOT TESTED: a full disk: this machine lets nobody mount a file system in a namespace (unshare -Urm)"
        );
        return;
    }
    let rest = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"low\"\n\
                [store]\npath = \"disk/atalaia.sqlite\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let settings = settings(&folder, &format!("{}{rest}", input("tcp-listen", "address = \"127.0.0.1:0\"")));
    let mut daemon = Daemon::start_command(on_small_disk(&disk).arg(env!("CARGO_BIN_EXE_atalaia")), &settings);
    // In its namespace it is root.
    daemon.wait_for(&["WARN", "running as root"]);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    devices(&mut client, 0..BEFORE);
    wait_for_told(&folder, BEFORE);

    // The disk as the daemon sees it.
    let inside = PathBuf::from(format!("/proc/{}/root", daemon.id())).join(disk.strip_prefix("/").unwrap());
    let ballast = inside.join("ballast");
    let mut file = File::create(&ballast).unwrap();
    let mut chunk = 1 << 16;
    while 0 < chunk {
        match file.write(&vec![1; chunk]) {
            Ok(0) | Err(_) => chunk /= 2,
            Ok(_) => {}
        }
    }
    // An open file keeps its space after its name is removed.
    drop(file);
    devices(&mut client, BEFORE..ALL);
    daemon.wait_for(&["ERROR", "the store cannot be written"]);
    let known = told(&folder).len();
    assert!(known < ALL as usize, "the disk was not full");
    // Several attempts later the state is the same, and nothing more was logged.
    let start = Clock.moment();
    while Clock.moment().since(start) < Duration::from_secs(4) {
        assert_eq!(told(&folder).len(), known, "told of what is not stored");
        std::thread::sleep(Duration::from_millis(100));
    }

    fs::remove_file(&ballast).unwrap();
    let took = wait_for_told(&folder, ALL);
    assert!(took < Duration::from_secs(10), "{took:?}");
    daemon.wait_for(&["the store can be written again"]);
    assert_told_in_order(&folder);
    let said = daemon.heard().iter().filter(|line| line.contains("the store cannot be written")).count();
    assert_eq!(said, 1, "{:?}", daemon.heard());
    daemon.stop("feed");
}
