//! A snapshot made while the engine works restores exactly its state, and one of another build is not used.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::{self, Checked, Purpose};
use crate::daemon::driver::EngineDriver;
use crate::daemon::settings_archive::SettingsArchive;
use crate::platform::clock::Clock;
use crate::platform::disk::{Disk, Identity, Listed, Reading, RealDisk, TEMPORARY, Writing};
use crate::storage::journal::snapshots::newest;
use crate::storage::journal::{Entry, Position};
use atalaia_core::ais::SourceId;
use atalaia_core::base::time::{Span, Time};

const PROGRAM: u64 = 7;

/// What happens to the snapshots that are written. Everything else is as on a sound disk.
#[derive(Debug, Default)]
struct Harm {
    /// Each piece reaches the disk with a bit flipped.
    flips: AtomicBool,
    /// Writing fails, as on a full disk.
    is_full: AtomicBool,
}

#[derive(Debug)]
struct BadDisk(Arc<Harm>);

impl Disk for BadDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let file = RealDisk.create(path)?;
        let name = path.to_string_lossy();
        match name.contains(".snapshot") && name.ends_with(TEMPORARY) {
            true => Ok(Box::new(BadFile { file, harm: Arc::clone(&self.0) })),
            false => Ok(file),
        }
    }

    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        RealDisk.append_to(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>> {
        RealDisk.open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_folder(folder)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        RealDisk.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_folder(folder)
    }

    fn identify(&self, path: &Path) -> io::Result<Identity> {
        RealDisk.identify(path)
    }

    fn is_read_only(&self, path: &Path) -> io::Result<bool> {
        RealDisk.is_read_only(path)
    }
}

#[derive(Debug)]
struct BadFile {
    file: Box<dyn Writing>,
    harm: Arc<Harm>,
}

impl Writing for BadFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.harm.is_full.load(Ordering::Acquire) {
            return Err(io::Error::other("no space left"));
        }
        let mut written = bytes.to_vec();
        if let (Some(last), true) = (written.last_mut(), self.harm.flips.load(Ordering::Acquire)) {
            *last ^= 1;
        }
        self.file.append(&written)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

struct Room {
    _folder: TempDir,
    harm: Arc<Harm>,
    place: Place,
    settings: Checked,
    key: String,
}

fn room() -> Room {
    let folder = TempDir::new().expect("a folder");
    let harm = Arc::new(Harm::default());
    let disk: Arc<dyn Disk> = Arc::new(BadDisk(Arc::clone(&harm)));
    let (path, rebuild, pulse) = (folder.path().join("journal"), Span::from_hours(24), Arc::default());
    let place = Place { disk, folder: path, rebuild, program: PROGRAM, pulse };
    let settings = config::check(None, None, Purpose::Replay).expect("the built-in settings");
    let mut archive = SettingsArchive::new(Arc::clone(&place.disk), &place.folder);
    let key = keep(Some(&mut archive), &settings).expect("written");
    Room { _folder: folder, harm, place, settings, key }
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

    fn restored(&self, program: u64) -> Restoration {
        let place = Place { program, ..self.place.clone() };
        let mut archive = SettingsArchive::new(Arc::clone(&place.disk), &place.folder);
        place.restore(&mut archive, at(3600), |_, _| {}).expect("it can be read")
    }

    /// Hands over the whole state for a snapshot. Returns what confirms that the store has everything.
    fn hand_over(&self, records: &mut Records, driver: &mut EngineDriver) -> Sender<()> {
        let (settle, settled) = channel();
        records.begin_snapshot(driver, settled);
        while records.saver.is_saving() {
            records.saver.save_on(&mut driver.engine);
        }
        settle
    }

    fn snapshots(&self) -> usize {
        newest(&*self.place.disk, &self.place.folder, None).expect("a list").count()
    }

    /// Names of files that a snapshot left behind.
    fn left_behind(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.place.folder).expect("a folder");
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        names.filter(|name| name.ends_with(TEMPORARY)).collect()
    }

    /// Makes a snapshot and waits for it.
    fn snapshot(&self, records: &mut Records, driver: &mut EngineDriver) -> bool {
        let settle = self.hand_over(records, driver);
        settle.send(()).expect("the receiver is there");
        (0..24_000).any(|_| {
            thread::sleep(Duration::from_millis(5));
            self.snapshots() != 0
        })
    }
}

#[test]
fn a_snapshot_equals_the_engine() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    assert!(room.snapshot(&mut records, &mut live), "no snapshot was made");
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
    assert!(room.snapshot(&mut records, &mut live), "no snapshot was made");
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
    // Nothing can confirm any more that the store has it.
    drop(room.hand_over(&mut records, &mut live));
    records.saver.abandon(&mut live.engine).expect("the thread answers");
    assert_eq!(room.snapshots(), 0, "it must not run ahead of the store");
    assert!(room.snapshot(&mut records, &mut live));
}

#[test]
fn a_snapshot_that_is_abandoned_leaves_nothing_and_the_next_is_whole() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    records.begin_snapshot(&mut live, channel().1);
    records.save_now(&mut live, at(3600)).expect("saved");
    assert_eq!(room.snapshots(), 1);
    assert!(!records.saver.is_saving());
    assert!(room.restored(PROGRAM).driver.expect("an engine").engine.save() == live.engine.save());
    assert_eq!(room.left_behind(), [""; 0]);
}

#[test]
fn a_snapshot_that_a_restart_could_not_use_gets_no_name() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    let known = std::mem::replace(&mut live.in_force, "settings that are not in the archive".to_owned());
    // The thread may have given up by now.
    let _ = room.hand_over(&mut records, &mut live).send(());
    records.saver.abandon(&mut live.engine).expect("the thread answers");
    assert_eq!(room.snapshots(), 0);
    live.in_force = known;
    assert!(room.snapshot(&mut records, &mut live));
}

/// Whether the engine has nothing to hand over, because no save is in progress.
fn is_at_rest(driver: &mut EngineDriver) -> bool {
    let mut rest = Vec::new();
    !driver.engine.save_some(usize::MAX, &mut rest) && rest.is_empty()
}

#[test]
fn a_snapshot_damaged_before_it_is_read_back_is_discarded_and_the_earlier_one_stays_in_force() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    assert!(room.snapshot(&mut records, &mut live), "no snapshot was made");
    records.append(&Entry::Tick { received: at(700) });
    live.tick(at(700), &mut Vec::new());
    room.harm.flips.store(true, Ordering::Release);
    // The thread may have given up by now.
    let _ = room.hand_over(&mut records, &mut live).send(());
    records.saver.abandon(&mut live.engine).expect("the thread answers");
    assert_eq!((room.snapshots(), room.left_behind()), (1, Vec::new()));
    let restored = room.restored(PROGRAM);
    assert_eq!(restored.entries, 1, "the earlier snapshot, and what came after it");
    assert!(restored.driver.expect("an engine").engine.save() == live.engine.save());
}

#[test]
fn after_a_write_error_no_further_slices_are_made() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    room.harm.is_full.store(true, Ordering::Release);
    records.begin_snapshot(&mut live, channel().1);
    let has_failed = (0..24_000).any(|_| {
        thread::sleep(Duration::from_millis(5));
        records.saver.has_failed()
    });
    assert!(has_failed && records.saver.is_saving());
    records.saver.save_on(&mut live.engine);
    assert!(!records.saver.is_saving() && is_at_rest(&mut live));
    records.save_now(&mut live, at(3600)).expect_err("the disk is full");
    assert!(is_at_rest(&mut live), "the save that failed is over");
    assert_eq!((room.snapshots(), room.left_behind()), (0, Vec::new()));
    room.harm.is_full.store(false, Ordering::Release);
    assert!(room.snapshot(&mut records, &mut live), "the next one is made");
}

#[test]
fn a_save_that_is_abandoned_leaves_the_engine_at_rest() {
    let room = room();
    let mut records = room.records();
    let mut live = EngineDriver::new(&room.settings, vec!["tower".to_owned()], room.key.clone());
    room.live(&mut records, &mut live);
    records.begin_snapshot(&mut live, channel().1);
    records.saver.abandon(&mut live.engine).expect("the thread answers");
    assert!(!records.saver.is_saving() && is_at_rest(&mut live));
}
