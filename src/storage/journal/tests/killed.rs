//! The process dies at each fault point, and everything it had synced is still there.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use super::*;
use crate::platform::disk::{RealDisk, create_folders, write_whole};
use crate::platform::fault;
use crate::storage::journal::snapshots::{Found, Snapshot};

/// Environment variable that makes this test binary the process that dies.
const VICTIM: &str = "ATALAIA_TEST_VICTIM";
const SIGABRT: i32 = 6;

fn bytes_at(position: u64) -> Vec<u8> {
    batch(position, 200)
}

/// Does nothing unless started by the test below.
#[test]
fn victim() {
    let Some(root) = std::env::var_os(VICTIM).map(PathBuf::from) else {
        return;
    };
    fault::arm().expect("a point");
    let folder = root.join("journal");
    let snapshots = root.join("snapshots");
    create_folders(&RealDisk, &snapshots).expect("made");
    let mut journal = Journal::open(Arc::new(RealDisk), &folder, None, small(), |_| {}).expect("opened");
    for step in 0..12 {
        for _ in 0..5 {
            let position = journal.position().0;
            journal.append(&lines(0, hour(step / 3), &bytes_at(position)));
        }
        let position = journal.position();
        journal.syncer().reach(position, LONG).expect("synced");
        write_whole(&RealDisk, &root.join("reached"), position.0.to_string().as_bytes()).expect("noted");
        if step % 4 == 3 {
            let snapshot = Snapshot { position, in_force: String::new(), at: hour(0), sources: Vec::new() };
            super::snapshots::save(&RealDisk, &snapshots, &snapshot, &bytes_at(position.0)).expect("saved");
            write_whole(&RealDisk, &root.join("saved"), position.0.to_string().as_bytes()).expect("noted");
        }
    }
    // Three segments are finished.
    wait_until(|| {
        let catalogue = Catalogue::of(&RealDisk, &folder).expect("listed");
        3 <= catalogue.segments.iter().filter(|segment| segment.sealed().is_some()).count()
    });
    journal.finish().expect("written");
    purge(&RealDisk, &folder, hour(2), &[], Rehearsal::No).expect("removed");
}

fn run_victim(root: &Path, fault: &str) -> std::process::Output {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "storage::journal::tests::killed::victim", "--nocapture", "--test-threads=1"]);
    command.env(VICTIM, root).env(fault::VARIABLE, fault).output().expect("run")
}

fn number_in(path: &Path) -> u64 {
    std::fs::read_to_string(path).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[test]
fn what_was_reached_is_there_after_death_at_any_point() {
    let own =
        fault::NAMES.iter().filter(|name| ["journal-", "snapshot-", "purge-"].iter().any(|one| name.starts_with(one)));
    let own: Vec<_> = own.collect();
    assert_eq!(own.len(), 11);
    for (place, point) in own.iter().enumerate() {
        let root = tempfile::tempdir().expect("a folder");
        let pass = if point.starts_with("purge") { 1 } else { 1 + place % 2 };
        let output = run_victim(root.path(), &format!("{point}:{pass}"));
        assert_eq!(output.status.signal(), Some(SIGABRT), "{point}: {output:?}");
        let (reached, saved) = (number_in(&root.path().join("reached")), number_in(&root.path().join("saved")));
        let mut expected = if point.starts_with("purge") { 15 } else { 0 };
        let read = read(&RealDisk, &root.path().join("journal"), Position(expected), None, |position, entry| {
            assert!(matches!(entry, Entry::Lines { bytes, .. } if *bytes == bytes_at(position.0)), "{point}");
            assert_eq!(position.0, expected, "{point}");
            expected += 1;
            ControlFlow::Continue(())
        });
        assert_eq!(read.expect("read").holes, [], "{point}");
        assert!(reached <= expected, "{point}: {expected} is all, and {reached} was reached");
        let snapshots = root.path().join("snapshots");
        let newest = snapshots::newest(&RealDisk, &snapshots, None).expect("listed").next();
        match newest {
            Some(Found::Whole { snapshot, parts, .. }) => {
                assert!(saved <= snapshot.position.0, "{point}");
                assert_eq!(parts.concat(), bytes_at(snapshot.position.0), "{point}");
            }
            None => assert_eq!(saved, 0, "{point}"),
            other => panic!("{point}: {other:?}"),
        }
    }
}

#[test]
fn a_logged_point_says_that_it_is_reached() {
    let root = tempfile::tempdir().expect("a folder");
    let output = run_victim(root.path(), "snapshot-after-rename:log");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).matches("fault point snapshot-after-rename").count();
    assert_eq!(said, 3);
}
