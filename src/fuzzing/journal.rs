//! Segments of the journal: damaged after they were written, or synthetic with valid checksums.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::platform::disk::Disk;
use crate::platform::disk::model::ModelDisk;
use crate::storage::journal::{Entry, Journal, Limits, Position, Read, lines_between, read, sample, span};
use atalaia_core::ais::SourceId;
use atalaia_core::base::time::{Span, Time};

/// Folder of the journal on the disk in memory.
const FOLDER: &str = "/journal";
/// Bytes of input per damage: kind, file, position (2), length, value.
const DAMAGE_BYTES: usize = 6;
/// Number of damages taken from one input; the rest of it is ignored.
const MOST_DAMAGES: usize = 16;
/// Time allowed to a disk in memory, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// An intact journal, and every entry of it by position.
struct Sample {
    files: Vec<(PathBuf, Vec<u8>)>,
    entries: BTreeMap<u64, Vec<u8>>,
}

/// The first byte selects how the rest is read: 0, damage to a journal; 1, the same, after which the journal is opened
/// and written to; any other, a segment whose checksums are corrected.
pub(super) fn check(bytes: &[u8]) {
    match bytes.split_first() {
        Some((0, damages)) => drop(damaged(damages)),
        Some((1, damages)) => reopened(damages),
        Some((_, segment)) => made_up(segment),
        None => {}
    }
}

/// An entry as the journal encodes it.
fn encoded(entry: &Entry<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    entry.encode(&mut bytes);
    bytes
}

/// The journal that is damaged: written once, and the same in every run.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let start = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date that exists");
        let at = |minutes: i64| start + Span::from_minutes(minutes);
        let text = |number: i64| format!("!AIVDM,1,1,,A,{number:09},0*00\n").repeat(1 + number as usize % 3);
        let texts: Vec<String> = (0..24).map(text).collect();
        let begun = |minutes| Entry::Begun {
            at: at(minutes),
            sources: vec!["roof".to_owned(), "mast".to_owned()],
            in_force: "key".to_owned(),
        };
        let mut entries = vec![begun(0)];
        for (text, number) in texts.iter().zip(0..) {
            let received = (number % 5 != 0).then(|| at(number));
            entries.push(Entry::Lines { source: SourceId(number as u16 % 2), received, bytes: text.as_bytes() });
            match number % 6 {
                1 => entries.push(Entry::Tick { received: at(number) }),
                3 => entries.push(Entry::Idle { source: SourceId(1) }),
                _ => {}
            }
        }
        entries.extend([Entry::InForce { key: "other".to_owned() }, Entry::Ended, begun(40)]);
        let (disk, folder) = (ModelDisk::default(), Path::new(FOLDER));
        disk.create_folder(folder).expect("a disk in memory");
        sample::write(&disk, folder, &entries, 12);
        let names = disk.list(folder).expect("the folder is there").into_iter();
        let files = names.map(|file| folder.join(file.name)).map(|path| (path.clone(), disk.content(&path))).collect();
        Sample { files, entries: (0..).zip(entries.iter().map(encoded)).collect() }
    })
}

/// A disk with these files.
fn disk_with(files: &[(PathBuf, Vec<u8>)]) -> ModelDisk {
    let disk = ModelDisk::default();
    disk.create_folder(Path::new(FOLDER)).expect("a disk in memory");
    files.iter().for_each(|(path, bytes)| disk.put(path, bytes.clone()));
    disk
}

/// Whatever damage is done to the files: every entry that is read was written at that position, and every missing entry
/// is inside a reported hole.
fn damaged(damages: &[u8]) -> ModelDisk {
    let mut files = sample().files.clone();
    for damage in damages.chunks_exact(DAMAGE_BYTES).take(MOST_DAMAGES) {
        let &[kind, file, low, high, length, value] = damage else { continue };
        let count = files.len();
        let other = files[usize::from(value) % count].1.clone();
        let bytes = &mut files[usize::from(file) % count].1;
        let at = usize::from(u16::from_le_bytes([low, high])) % (bytes.len() + 1);
        let end = (at + usize::from(length) + 1).min(bytes.len());
        match kind % 7 {
            0 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte ^= value),
            1 => bytes.truncate(at),
            2 => bytes[at..end].fill(0),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, std::iter::repeat_n(value, usize::from(length)))),
            // The bytes at the same place in another file, or everything from there on.
            5 => drop(bytes.splice(at..end, other.iter().copied().skip(at).take(end - at))),
            _ => {
                bytes.truncate(at);
                bytes.extend(other.iter().skip(at));
            }
        }
    }
    let disk = disk_with(&files);
    entries_of(&disk, &sample().entries);
    let lines = |from: i64, until: i64| {
        let start = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date that exists");
        let (from, until) = (start + Span::from_minutes(from), start + Span::from_minutes(until));
        let found = lines_between(&disk, Path::new(FOLDER), from, until, &[], |found| {
            let written = sample().entries.get(&found.position.0).map(Vec::as_slice).unwrap_or_default();
            assert!(written.ends_with(found.bytes), "lines that were not written: {found:?}");
            ControlFlow::Continue(())
        });
        found.expect("a disk in memory");
    };
    lines(0, 60);
    lines(7, 9);
    disk
}

/// Reads a journal and checks that every entry was written at its position.
fn entries_of(disk: &ModelDisk, written: &BTreeMap<u64, Vec<u8>>) -> Read {
    let mut met = Vec::new();
    let all = read(disk, Path::new(FOLDER), Position(0), None, |position, entry| {
        assert!(met.last().is_none_or(|last| *last < position.0), "{position:?} after {:?}", met.last());
        assert_eq!(written.get(&position.0), Some(&encoded(entry)), "{position:?} was not written: {entry:?}");
        met.push(position.0);
        ControlFlow::Continue(())
    });
    let all = all.expect("a disk in memory");
    let is_told = |missing: u64| all.holes.iter().any(|hole| hole.from.0 <= missing && missing < hole.until.0);
    let mut next = 0;
    for position in met {
        assert!(
            (next..position).all(is_told),
            "{next} to {position} are missing, and nothing says so: {:?}",
            all.holes
        );
        next = position + 1;
    }
    all
}

/// A journal opened after the damage appends at a new position, and returns the new entry.
fn reopened(damages: &[u8]) {
    let disk = damaged(damages);
    let opened =
        Journal::open(Arc::new(disk.clone()), Path::new(FOLDER), Some(Position(100)), Limits::default(), |_| {});
    let mut journal = opened.expect("a disk in memory");
    let entry = Entry::Lines { source: SourceId(0), received: None, bytes: b"$NEW\n" };
    let behind = journal.append(&entry);
    journal.syncer().reach(behind, PATIENCE).expect("a disk in memory");
    drop(journal);
    let mut written = sample().entries.clone();
    assert_eq!(written.insert(behind.0 - 1, encoded(&entry)), None, "a position that was given before");
    let mut is_there = false;
    let all = read(&disk, Path::new(FOLDER), Position(0), None, |position, entry| {
        assert_eq!(written.get(&position.0), Some(&encoded(entry)), "{position:?} was not written: {entry:?}");
        is_there |= position.0 == behind.0 - 1;
        ControlFlow::Continue(())
    });
    assert!(is_there, "the new entry cannot be read: {all:?}");
}

/// A segment with valid checksums is read the same way twice, in order, and within the memory limit of a block.
fn made_up(segment: &[u8]) {
    let mut bytes = segment.to_vec();
    sample::put_sums_right(&mut bytes);
    let disk = disk_with(&[(Path::new(FOLDER).join("00000000000000000000.journal"), bytes)]);
    let all = || {
        let mut entries: Vec<(u64, Vec<u8>)> = Vec::new();
        let read = read(&disk, Path::new(FOLDER), Position(0), None, |position, entry| {
            assert!(entries.last().is_none_or(|last| last.0 < position.0), "{position:?} after {:?}", entries.last());
            entries.push((position.0, encoded(entry)));
            ControlFlow::Continue(())
        });
        (entries, read.expect("a disk in memory"))
    };
    assert_eq!(all(), all());
    let extent = span(&disk, Path::new(FOLDER)).expect("a disk in memory");
    if let Some(extent) = extent {
        assert!(extent.oldest.position <= extent.newest.position, "{extent:?}");
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let segments = sample().files.iter().map(|(_, bytes)| [&[2], bytes.as_slice()].concat());
    let damages = (0..21u8).map(|number| {
        let damage = |place: u8| [number + place, place, number * 11, place % 4, 40 + number, 1 << (number % 8)];
        [vec![number % 2], damage(0).to_vec(), damage(1).to_vec()].concat()
    });
    segments.chain(damages).collect()
}
