//! A daemon that dies and restarts gives the same output as one that never died: the same lines under the same keys, nothing repeated as
//! new, nothing left out, whatever it was doing when it died and whatever became of its snapshots.

mod at_work;
mod recordings;
mod reloads;
mod state_lost;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Transponder;
use serde_json::Value;

use crate::harness::beacons::devices;
use crate::harness::daemon::{Daemon, PATIENCE, wait_until, wait_within};
use crate::harness::lives::{ABORTED, KILLED, Place, assert_same, scene, send};

#[test]
fn killed_at_twenty_moments_it_gives_the_same_output_as_one_that_never_died() {
    for name in ["meeting", "company"] {
        let lines = scene(name);
        let expected = Place::undisturbed(&lines);
        assert!(expected.len() > 5, "{name} says little: {}", expected.len());
        let place = Place::new();
        let mut chance = fastrand::Rng::with_seed(lines.len() as u64);
        let mut cuts: Vec<usize> = (0..10).map(|_| chance.usize(1..lines.len())).collect();
        cuts.sort_unstable();
        for (number, cut) in cuts.into_iter().enumerate() {
            place.feed_and_kill(&lines, cut, Duration::from_millis(chance.u64(50..400)));
            let snapshots = place.snapshots();
            match number % 3 {
                1 => {
                    let newest = snapshots.last().unwrap();
                    let mut bytes = fs::read(newest).unwrap();
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                    fs::write(newest, bytes).unwrap();
                }
                2 => snapshots.iter().for_each(|path| fs::remove_file(path).unwrap()),
                _ => {}
            }
        }
        place.feed_rest(&lines);
        assert_eq!(place.written_down(), lines.len());
        assert_same(&place.told(), &expected, name);
        let aside = fs::read_dir(place.journal()).unwrap();
        let aside =
            aside.filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().ends_with(".corrupt")).count();
        assert!(0 < aside, "the damaged snapshots were not set aside");
    }
}

/// Every fault point, three times each. Those that need a special occasion are tested separately.
#[test]
fn it_may_die_at_any_point_and_nothing_is_lost_or_changed() {
    let lines = devices(100);
    let expected = Place::undisturbed(&lines);
    assert_eq!(expected.len(), 100);
    // The last one needs a queue that is acknowledged: `feeds::nats`.
    let of_their_own = ["migration", "backup", "purge-between-removals", "store-checkpoint", "kept-before-acknowledge"];
    for point in atalaia::platform::fault::NAMES.iter().filter(|point| !of_their_own.contains(point)) {
        let place = Place::new();
        for pass in 1..=3 {
            // Creates something to restore and a segment to seal: lines are journalled within half a second.
            if pass == 1 || point.starts_with("journal-sealed") {
                place.feed_and_kill(&lines, place.written_down() + 5, Duration::from_millis(800));
            }
            let from = place.written_down();
            // Points passed only once in a life can only be tested at their first pass.
            let once = ["replay-half", "restart-begun", "journal-segment-begun", "snapshot", "journal-sealed"];
            let pass = if once.iter().any(|name| point.starts_with(name)) { 1 } else { pass };
            let mut daemon = Daemon::start_dying(&place.settings, &format!("{point}:{pass}"));
            if let Some(address) = daemon.address_unless_dead() {
                // Sent one at a time, so that there is more than one transaction and block; decisions lag a dozen lines behind.
                for line in lines.get(from..(from + 30).min(lines.len())).unwrap_or_default() {
                    send(&address, std::slice::from_ref(line));
                    thread::sleep(Duration::from_millis(15));
                }
            }
            assert_eq!(daemon.died_of(point), Some(ABORTED), "{point}");
        }
        place.feed_rest(&lines);
        assert_same(&place.told(), &expected, point);
    }
}

#[test]
fn it_may_die_while_it_makes_or_closes_or_copies_its_store() {
    let lines = devices(10);
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    for pass in 1..=2 {
        let mut daemon = Daemon::start_dying(&place.settings, &format!("migration:{pass}"));
        assert_eq!(daemon.died_of("of its own"), Some(ABORTED));
    }
    for part in [3, 6, 9] {
        let from = place.written_down();
        let mut daemon = Daemon::start_dying(&place.settings, "store-checkpoint");
        send(&daemon.address(), &lines[from..part]);
        wait_until(|| part <= place.written_down());
        daemon.signal("TERM");
        assert_eq!(daemon.died_of("of its own"), Some(ABORTED));
        let copy = place.file("copy.sqlite");
        let mut backup = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let backup = backup.arg("backup").arg("--store").arg(place.file("atalaia.sqlite")).arg(&copy);
        assert!(!backup.env("ATALAIA_FAULT", "backup").status().unwrap().success());
        assert!(!copy.exists(), "half a copy under the name of a whole one");
    }
    place.feed_rest(&lines);
    assert_same(&place.told(), &expected, "store");
}

/// The daemon is stopped cleanly in mid-work: nothing needs to be read again, and its absence is not taken for silence of the vessels.
#[test]
fn stopped_cleanly_it_resumes_at_once_with_the_same_alerts() {
    let lines = scene("meeting");
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    for part in 1..=4 {
        let from = place.written_down();
        let start = Clock.moment();
        let mut daemon = Daemon::start(&place.settings);
        if 1 < part {
            let line = daemon.wait_for(&["state restored"]);
            assert!(line.contains("entries=0 ") && line.contains("whole=true"), "{line}");
        }
        send(&daemon.address(), &lines[from..lines.len() * part / 4]);
        daemon.stop("feed");
        assert!(Clock.moment().since(start) < PATIENCE);
    }
    assert_same(&place.told(), &expected, "meeting");
    let open = |place: &Place| {
        let mut list = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let list =
            list.args(["alerts", "list", "--json", "--store"]).arg(place.file("atalaia.sqlite")).output().unwrap();
        String::from_utf8(list.stdout).unwrap().lines().count()
    };
    assert_eq!(open(&place) == 0, expected.is_empty());
}

/// Other settings, and another input before the first: state from the old settings is used under the new ones.
#[test]
fn settings_changed_while_it_is_down_are_applied_and_nothing_is_forgotten() {
    let lines = scene("meeting");
    let expected = Place::undisturbed(&lines);
    let place = Place::new();
    let half = lines.len() / 2;
    place.feed_and_kill(&lines, half, Duration::from_millis(300));
    let text = fs::read_to_string(&place.settings).unwrap();
    let more = "[[inputs]]\nkind = \"udp\"\nname = \"antenna\"\naddress = \"127.0.0.1:0\"\n";
    let changed = text.replacen("[[inputs]]", &format!("{more}[[inputs]]"), 1) + "[behaviours.distress]\nscore = 71\n";
    fs::write(&place.settings, changed).unwrap();
    let from = place.written_down();
    let mut daemon = Daemon::start(&place.settings);
    let line = daemon.wait_for(&["state restored"]);
    assert!(line.contains("whole=true") && !line.contains("vessels=0 "), "{line}");
    let line = daemon.wait_for(&["listening", "input=feed"]);
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap();
    send(address, &lines[from..]);
    daemon.stop("feed");
    assert_same(&place.told(), &expected, "meeting");
}

/// Without the journal's folder all state is lost. Open alerts are ended, so that they do not stay open forever.
#[test]
fn when_all_state_is_lost_open_alerts_are_ended_at_the_sinks() {
    let lines = devices(24);
    let place = Place::new();
    place.feed_rest(&lines);
    assert_eq!(place.told().len(), 24);
    remove(&place.journal());
    let mut daemon = Daemon::start(&place.settings);
    let line = daemon.wait_for(&["open alerts whose state is lost"]);
    assert!(line.contains("alerts=24"), "{line}");
    daemon.stop("feed");
    let told = place.told();
    let ended = told.values().filter(|line| line["change"] == "ended" && line["alert"]["status"] == "ended");
    assert_eq!(ended.count(), 24);
    assert!(told.values().filter(|line| line["change"] == "ended").all(|line| {
        line["reason"].as_str().unwrap().contains("not followed over a restart") && line["revision"] == 2
    }));
}

fn remove(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
}
