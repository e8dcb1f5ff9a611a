//! A snapshot of the saver thread restores exactly the state of the engine, and one of another build is not used.

use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::{self, Purpose};
use crate::storage::journal::snapshots::newest;
use atalaia_core::ais::SourceId;

const PROGRAM: u64 = 7;

struct Room {
    _folder: TempDir,
    place: Place,
    settings: Checked,
    key: String,
}

fn room() -> Room {
    let folder = TempDir::new().expect("a folder");
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let (path, rebuild, pulse) = (folder.path().join("journal"), Span::from_hours(24), Arc::default());
    let place = Place { disk, folder: path, rebuild, program: PROGRAM, pulse, apart: false };
    let settings = config::check(None, None, Purpose::Replay).expect("the built-in settings");
    let mut archive = SettingsArchive::new(Arc::clone(&place.disk), &place.folder);
    let key = keep(Some(&mut archive), &settings).expect("written");
    Room { _folder: folder, place, settings, key }
}

fn at(seconds: i64) -> Time {
    Time::from_utc(2026, 11, 22, 12, 0, 0).expect("a time") + Span::from_seconds(seconds)
}

impl Room {
    fn records(&self) -> Records {
        let archive = SettingsArchive::new(Arc::clone(&self.place.disk), &self.place.folder);
        Records::open(&self.place, archive, Position(0), Clock, |_| {}).expect("it opens")
    }

    /// Does what a running daemon does with ten minutes of one ship.
    fn live(&self, records: &mut Records, driver: &mut EngineDriver) {
        let mut out = Vec::new();
        let begun = Entry::Begun { at: at(0), sources: vec!["tower".to_owned()], in_force: self.key.clone() };
        records.append(&begun);
        driver.begin(at(0), vec!["tower".to_owned()], &self.key, &self.settings, &mut out);
        for minute in 0..10 {
            let line = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
            let received = Some(at(60 * minute));
            records.append(&Entry::Lines { source: SourceId(0), received, bytes: line });
            driver.lines(SourceId(0), received, line, &mut out);
            records.append(&Entry::Tick { received: at(60 * minute + 1) });
            driver.tick(at(60 * minute + 1), &mut out);
        }
    }

    fn restored(&self, program: u64) -> Restored {
        let place = Place { program, ..self.place.clone() };
        let mut archive = SettingsArchive::new(Arc::clone(&place.disk), &place.folder);
        place.restore(&mut archive, at(3600), None, &AtomicBool::new(false), |_, _| {}).expect("it can be read")
    }

    /// Has the saver thread make a snapshot and waits for it.
    fn snapshot(&self, records: &mut Records) -> bool {
        let (settle, settled) = sync_channel(1);
        settle.send(()).expect("the receiver is there");
        records.ask_snapshot(settled);
        let there = || newest(&*self.place.disk, &self.place.folder, None).is_ok_and(|all| all.count() != 0);
        (0..24_000).any(|_| {
            thread::sleep(Duration::from_millis(5));
            there()
        })
    }
}

#[test]
fn a_snapshot_of_the_saver_thread_equals_the_engine() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    assert!(room.snapshot(&mut records), "no snapshot was made");
    let restored = room.restored(PROGRAM);
    assert_eq!(restored.entries, 0, "everything is in the snapshot");
    let driver = restored.driver.expect("an engine");
    assert_eq!(driver.engine.tracks().len(), 1);
    assert!(driver.engine.save() == live.engine.save(), "the engine and its snapshot differ");
    assert_eq!((driver.received, driver.in_force), (live.received, live.in_force));
}

#[test]
fn a_snapshot_of_another_build_is_skipped_and_the_journal_gives_the_same_state() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    assert!(room.snapshot(&mut records), "no snapshot was made");
    let restored = room.restored(PROGRAM + 1);
    assert_eq!(restored.entries, 21, "all of it is read from the journal");
    assert!(restored.driver.expect("an engine").engine.save() == live.engine.save(), "the journal gives another state");
}

#[test]
fn a_snapshot_waits_until_the_store_has_every_earlier_decision() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    records.journal.flush();
    let position = records.journal.position();
    let snapshots_after = |is_settled: bool| {
        let (settle, settled) = sync_channel(1);
        if is_settled {
            settle.send(()).expect("the receiver is there");
        }
        drop(settle);
        let (ask, asked) = sync_channel(1);
        let archive = records.archive.beside();
        ask.send(Asked { position, settled, archive }).expect("the receiver is there");
        drop(ask);
        run_saver(&room.place, &records.journal.syncer(), &asked, &AtomicBool::new(false), Clock);
        newest(&*room.place.disk, &room.place.folder, None).expect("a list").count()
    };
    assert_eq!((snapshots_after(false), snapshots_after(true)), (0, 1), "it must not run ahead of the store");
}
