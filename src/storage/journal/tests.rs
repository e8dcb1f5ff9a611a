//! The journal as a whole: round trips, crashes, failing disks, damage.

mod crashes;
mod damage;
mod files;
mod killed;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::catalogue::Catalogue;
use super::*;
use crate::platform::clock::Clock;
use crate::platform::disk::Disk;
use crate::platform::disk::model::ModelDisk;
use atalaia_core::ais::SourceId;
use atalaia_core::base::time::{Span, Time};

const FOLDER: &str = "/state/journal";
const SNAPSHOTS: &str = "/state/snapshots";
const LONG: Duration = Duration::from_secs(20);

fn folder() -> &'static Path {
    Path::new(FOLDER)
}

/// Small enough that a short run reaches every kind of boundary.
fn small() -> Limits {
    Limits {
        block: 1 << 10,
        segment: 8 << 10,
        memory: 1 << 20,
        retry_after: Duration::from_millis(1),
        patience: Duration::from_millis(50),
        ..Limits::default()
    }
}

fn open(disk: &ModelDisk) -> Result<(Journal, Receiver<Event>), JournalError> {
    let (sender, events) = channel();
    let tell = move |event| drop(sender.send(event));
    Journal::open(Arc::new(disk.clone()), folder(), None, small(), tell).map(|journal| (journal, events))
}

fn hour(hours: i64) -> Time {
    Time::from_seconds(1_700_000_000) + Span::from_hours(hours)
}

/// The entries that were appended, by position.
#[derive(Clone, Debug, Default)]
struct Truth {
    entries: BTreeMap<u64, Vec<u8>>,
}

impl Truth {
    fn append(&mut self, journal: &mut Journal, entry: &Entry<'_>) -> Position {
        let behind = journal.append(entry);
        let mut bytes = Vec::new();
        entry.encode(&mut bytes);
        self.entries.insert(behind.0 - 1, bytes);
        behind
    }

    /// Forgets entries that a reopened journal has lost. They were not durable, and their positions are used again.
    fn forget(&mut self, from: Position) {
        self.entries.split_off(&from.0);
    }

    /// Reads the whole journal. Returns an error text if an entry differs, or is missing without a reported hole.
    fn check(&self, disk: &dyn Disk, folder: &Path) -> Result<(Vec<u64>, Read), String> {
        let mut met = Vec::new();
        let mut wrong = None;
        let read = read(disk, folder, Position(0), None, |position, entry| {
            let mut bytes = Vec::new();
            entry.encode(&mut bytes);
            if met.last().is_some_and(|last| position.0 <= *last) {
                wrong = Some(format!("{position:?} comes after {:?}", met.last()));
            }
            if self.entries.get(&position.0) != Some(&bytes) {
                wrong = Some(format!("{position:?} was not given: {entry:?}"));
            }
            met.push(position.0);
            ControlFlow::Continue(())
        });
        let read = read.map_err(|error| error.to_string())?;
        let told = |missing: u64| read.holes.iter().any(|hole| hole.from.0 <= missing && missing < hole.until.0);
        let mut expected = 0;
        for position in &met {
            if let Some(missing) = (expected..*position).find(|missing| !told(*missing)) {
                wrong = Some(format!("{missing} is missing, and nothing says so: {:?}", read.holes));
            }
            expected = position + 1;
        }
        wrong.map_or(Ok((met, read)), Err)
    }
}

/// Waits until every finished segment is sealed or a fault has fired.
fn wait_for_seals(disk: &ModelDisk) {
    wait_until(|| {
        let catalogue = Catalogue::of(&disk.copy(), folder()).expect("listed");
        let open = catalogue.segments.iter().filter(|segment| segment.sealed().is_none()).count();
        open <= 1 || 0 < disk.fired()
    });
}

/// Waits until another thread has done something.
fn wait_until(done: impl Fn() -> bool) {
    let began = Clock.moment();
    while !done() {
        assert!(Clock.moment().since(began) < LONG, "it never came");
        std::thread::yield_now();
    }
}

fn names(disk: &dyn Disk, folder: &Path) -> Vec<String> {
    disk.list(folder).expect("listed").into_iter().map(|file| file.name).collect()
}

fn lines(source: u16, received: Time, bytes: &[u8]) -> Entry<'_> {
    Entry::Lines { source: SourceId(source), received: Some(received), bytes }
}

/// A batch that differs by position.
fn batch(number: u64, length: usize) -> Vec<u8> {
    let mut bytes = format!("!AIVDM,1,1,,A,{number:09},0*00\n").into_bytes();
    while bytes.len() < length {
        bytes.extend_from_slice(b"!AIVDM,1,1,,B,15Muq30003wtPj8MrbQ@bDwt2<0b,0*");
        bytes.extend_from_slice(format!("{:02X}\n", bytes.len() % 251).as_bytes());
    }
    bytes
}

fn begun(at: Time, sources: &[&str]) -> Entry<'static> {
    let sources = sources.iter().map(|name| (*name).to_owned()).collect();
    Entry::Begun { at, sources, in_force: "key".to_owned() }
}
