//! Loss of power at any operation, and a fault at every operation.

use std::sync::mpsc::RecvTimeoutError;

use super::*;
use crate::platform::disk::create_folders;
use crate::platform::disk::model::{Fault, Forgets, Lasting};
use crate::storage::journal::snapshots::{Found, Snapshot};

/// A run of the daemon, as far as its disk allows.
#[derive(Clone, Debug, Default)]
struct Run {
    /// Batches per start.
    steps: i64,
    truth: Truth,
    /// All entries before this position were acknowledged as durable.
    acknowledged: u64,
    /// Bodies of all snapshots by position. The one at `saved` was acknowledged as durable.
    snapshots: BTreeMap<u64, Vec<u8>>,
    saved: Option<u64>,
}

/// What a run does when the disk fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It ends: the power is gone.
    Ends,
    /// It waits until the disk works again.
    Waits,
}

impl Run {
    /// Starts the daemon twice, with batches of lines, hours, syncs and snapshots.
    fn go(&mut self, disk: &ModelDisk, chance: &mut fastrand::Rng, then: Then) -> Option<Vec<Event>> {
        let mut told = Vec::new();
        for start in 0..2 {
            let opened = match (open(disk), then) {
                (Ok(opened), _) => opened,
                (Err(_), Then::Ends) => return None,
                (Err(_), Then::Waits) => again(|| open(disk).ok()),
            };
            let (mut journal, events) = opened;
            self.truth.forget(journal.position());
            let outcome = self.start(start, &mut journal, &events, disk, chance, then, &mut told);
            wait_for_seals(disk);
            let position = journal.position().0;
            if outcome.is_none() || journal.finish().is_err() {
                return None;
            }
            self.acknowledged = position;
            told.extend(events.try_iter());
        }
        Some(told)
    }

    #[expect(clippy::too_many_arguments, reason = "a step of the script")]
    fn start(
        &mut self,
        start: i64,
        journal: &mut Journal,
        events: &Receiver<Event>,
        disk: &ModelDisk,
        chance: &mut fastrand::Rng,
        then: Then,
        told: &mut Vec<Event>,
    ) -> Option<()> {
        self.truth.append(journal, &begun(hour(start * 3), &["a", "b"]));
        for step in 0..self.steps {
            let received = hour(start * 3 + 3 * step / self.steps);
            let bytes = batch(chance.u64(..1000), chance.usize(20..900));
            self.truth.append(journal, &lines(chance.u16(..2), received, &bytes));
            match chance.u32(..10) {
                0 | 1 => journal.flush(),
                2 | 3 => {
                    let position = journal.position();
                    self.reach(journal, position, events, then, told)?;
                }
                4 => drop(self.truth.append(journal, &Entry::InForce { key: step.to_string() })),
                5 => {
                    let position = journal.position();
                    self.reach(journal, position, events, then, told)?;
                    self.save(disk, position, chance, then)?;
                }
                _ => {}
            }
        }
        let position = journal.position();
        self.reach(journal, position, events, then, told)
    }

    fn reach(
        &mut self,
        journal: &Journal,
        position: Position,
        events: &Receiver<Event>,
        then: Then,
        told: &mut Vec<Event>,
    ) -> Option<()> {
        loop {
            match (journal.syncer().reach(position, LONG), then) {
                (Ok(()), _) => {
                    self.acknowledged = position.0;
                    return Some(());
                }
                (Err(JournalError::Failing(_)), Then::Waits) => match events.recv_timeout(LONG) {
                    Ok(event) => told.push(event),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => panic!("it never works again"),
                },
                (Err(JournalError::Failing(_)), Then::Ends) => return None,
                (Err(error), _) => panic!("{error}"),
            }
        }
    }

    fn save(&mut self, disk: &ModelDisk, position: Position, chance: &mut fastrand::Rng, then: Then) -> Option<()> {
        let length = chance.usize(..3000);
        let body: Vec<u8> = std::iter::repeat_with(|| chance.u8(..)).take(length).collect();
        let sources = vec!["a".to_owned()];
        let snapshot = Snapshot { position, in_force: "key".to_owned(), at: hour(0), sources };
        // Use the same body for the same position. Either copy may survive, so both must be valid.
        let body = self.snapshots.entry(position.0).or_insert(body).clone();
        let folder = Path::new(SNAPSHOTS);
        let save = || {
            create_folders(disk, folder).ok()?;
            snapshots::save(disk, folder, &snapshot, &body).ok()
        };
        match then {
            Then::Ends => save()?,
            Then::Waits => again(save),
        }
        self.saved = Some(position.0);
        Some(())
    }

    /// Returns an error text if something acknowledged as durable is missing, or something that was never written is present.
    fn check(&mut self, disk: &ModelDisk) -> Result<(), String> {
        self.check_snapshots(disk)?;
        let (mut journal, _events) = open(disk).map_err(|error| error.to_string())?;
        let position = journal.position();
        if position.0 < self.acknowledged {
            return Err(format!("begins at {position:?}, although {} was reached", self.acknowledged));
        }
        self.check_acknowledged(disk)?;
        self.truth.forget(position);
        self.truth.append(&mut journal, &begun(hour(9), &["c"]));
        self.truth.append(&mut journal, &lines(0, hour(9), b"after the crash\n"));
        journal.finish().map_err(|error| error.to_string())?;
        let met = self.check_acknowledged(disk)?;
        match met.ends_with(&[position.0, position.0 + 1]) {
            true => Ok(()),
            false => Err(format!("what came after the crash is not there: {met:?}")),
        }
    }

    fn check_acknowledged(&self, disk: &ModelDisk) -> Result<Vec<u64>, String> {
        let (met, _) = self.truth.check(disk, folder())?;
        match (0..self.acknowledged).find(|position| !met.contains(position)) {
            Some(missing) => Err(format!("{missing} was durable and is not there; {} was reached", self.acknowledged)),
            None => Ok(met),
        }
    }

    fn check_snapshots(&self, disk: &ModelDisk) -> Result<(), String> {
        let found = snapshots::newest(disk, Path::new(SNAPSHOTS), None).map_err(|error| error.to_string())?;
        for found in found {
            match found {
                Found::Whole { snapshot, parts, .. } => {
                    if self.snapshots.get(&snapshot.position.0) != Some(&parts.concat()) {
                        return Err(format!("a snapshot of {:?} that was never taken", snapshot.position));
                    }
                    return match self.saved <= Some(snapshot.position.0) {
                        true => Ok(()),
                        false => Err(format!("{:?} is older than the one saved", snapshot.position)),
                    };
                }
                // It was not complete, so it was never acknowledged.
                Found::Corrupt { .. } => {}
                other => return Err(format!("{other:?}")),
            }
        }
        match self.saved {
            Some(saved) => Err(format!("no snapshot, although one of {saved} was saved")),
            None => Ok(()),
        }
    }
}

fn again<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    (0..10).find_map(|_| attempt()).expect("it never works again")
}

/// Crashes at a random operation of a random run. Returns what is wrong afterwards.
fn crash(seed: u64, disk: &ModelDisk) -> Result<(), String> {
    let chance = &mut fastrand::Rng::with_seed(seed);
    let mut run = Run { steps: 24, ..Run::default() };
    disk.fail_at(chance.u64(1..360), Fault::Broken, Lasting::Forever);
    run.go(disk, chance, Then::Ends);
    run.check(&disk.crash(chance)).map_err(|wrong| format!("seed {seed}: {wrong}"))
}

#[test]
fn what_was_reached_outlives_a_loss_of_power_at_any_moment() {
    for seed in 0..500 {
        crash(seed, &ModelDisk::default()).expect("what was durable is there");
    }
}

#[test]
fn the_crashes_notice_a_sync_that_is_left_out() {
    for forgets in [Forgets::FileSyncs, Forgets::FolderSyncs] {
        let noticed = (0..100).find_map(|seed| crash(seed, &ModelDisk::forgetting(forgets)).err());
        assert!(noticed.is_some(), "{forgets:?}: the loss went unnoticed");
    }
}

#[test]
fn a_fault_at_any_operation_loses_nothing_and_is_reported() {
    let mut told = 0;
    for (fault, lasting, every) in [(Fault::Full, Lasting::For(3), 3), (Fault::Broken, Lasting::Once, 1)] {
        for operation in (1..).step_by(every) {
            let disk = ModelDisk::default();
            let mut run = Run { steps: 8, ..Run::default() };
            let chance = &mut fastrand::Rng::with_seed(7);
            disk.fail_at(operation, fault, lasting);
            let events = run.go(&disk, chance, Then::Waits).expect("it ran to its end");
            let fired = disk.heal();
            let failing = events.iter().filter(|event| matches!(event, Event::Failing { .. })).count();
            let working = events.iter().filter(|event| **event == Event::Working { lost: 0 }).count();
            assert_eq!(failing, working, "at {operation}: {events:?}");
            told += failing;
            let (met, read) = run.truth.check(&disk, folder()).expect("right");
            assert_eq!(met.len(), run.truth.entries.len(), "at {operation}: {read:?}");
            run.check(&disk.crash(chance)).expect("what was durable is there");
            if fired == 0 {
                assert!(100 < operation, "only {operation} operations met a fault");
                break;
            }
        }
    }
    assert!(20 < told, "{told} faults reported");
}
