//! Damaged, missing, swapped and foreign files.

use std::ops::Range;

use super::*;
use crate::platform::disk::create_folders;
use crate::storage::journal::block::Head;
use crate::storage::journal::catalogue::{self, framed};
use crate::storage::journal::snapshots::{Found, Snapshot};
use crate::storage::journal::walk::Next;

/// An undamaged journal of several segments, the older ones sealed, and three snapshots.
struct Sound {
    disk: ModelDisk,
    truth: Truth,
    segments: Vec<PathBuf>,
    snapshots: Vec<PathBuf>,
}

impl Sound {
    fn new(salt: u64) -> Sound {
        let disk = ModelDisk::default();
        let mut truth = Truth::default();
        for start in 0..3 {
            let (mut journal, _events) = open(&disk).expect("opened");
            truth.append(&mut journal, &begun(hour(start * 2), &["a", "b"]));
            for number in 0..24 {
                let bytes = batch(salt + number as u64, 300);
                truth.append(&mut journal, &lines(1, hour(start * 2 + number / 12), &bytes));
            }
            journal.syncer().reach(journal.position(), LONG).expect("synced");
            if start < 2 {
                wait_for_seals(&disk);
            }
            journal.finish().expect("written");
        }
        create_folders(&disk, Path::new(SNAPSHOTS)).expect("made");
        for position in [10, 20, 30] {
            let snapshot = Snapshot {
                position: Position(position),
                in_force: "key".to_owned(),
                at: hour(0),
                sources: vec!["a".to_owned()],
            };
            snapshots::save(&disk, Path::new(SNAPSHOTS), &snapshot, &body_of(position)).expect("saved");
        }
        let paths =
            |folder: &str| names(&disk, Path::new(folder)).iter().map(|name| Path::new(folder).join(name)).collect();
        let (segments, snapshots) = (paths(FOLDER), paths(SNAPSHOTS));
        Sound { disk, truth, segments, snapshots }
    }

    /// The blocks of a segment.
    fn blocks(&self, path: &Path) -> Vec<Head> {
        let catalogue = Catalogue::of(&self.disk, folder()).expect("listed");
        let segment = catalogue.segments.iter().find(|segment| segment.path == path).expect("there");
        let file = self.disk.open(path).expect("there");
        let mut walk = segment.walk(&*file);
        std::iter::from_fn(|| walk.next())
            .map(|next| match next {
                Next::Block(head) => head,
                Next::Damage(damage) => panic!("{damage:?}"),
            })
            .collect()
    }

    /// Positions in all blocks, except blocks of segment `path` that the bytes `damaged` touch.
    fn whole(&self, path: &Path, damaged: Range<u64>) -> Vec<u64> {
        let mut whole = Vec::new();
        for segment in &self.segments {
            for head in self.blocks(segment) {
                let is_hit = segment == path && damaged.start < head.end_offset() && head.offset < damaged.end;
                if !is_hit {
                    whole.extend(head.position..head.end());
                }
            }
        }
        whole
    }
}

fn body_of(position: u64) -> Vec<u8> {
    batch(position, 2000)
}

/// Damages a file at random. Returns its path, the range of bytes that no longer counts and a description.
fn spoil(
    sound: &Sound,
    disk: &ModelDisk,
    files: &[PathBuf],
    chance: &mut fastrand::Rng,
) -> (PathBuf, Range<u64>, String) {
    let path = files[chance.usize(..files.len())].clone();
    let other = files[chance.usize(..files.len())].clone();
    let mut bytes = disk.content(&path);
    let length = bytes.len() as u64;
    let at = chance.usize(..bytes.len());
    let kind = chance.u32(..9);
    let damaged = match kind {
        0..=2 => {
            bytes[at] ^= 1 << chance.u32(..8);
            at as u64..at as u64 + 1
        }
        3 | 4 => {
            bytes.truncate(at);
            at as u64..length
        }
        5 => {
            bytes.clear();
            0..length
        }
        6 => {
            disk.put(&path, disk.content(&other));
            disk.put(&other, bytes);
            return (path, 0..0, format!("swapped with {}", other.display()));
        }
        7 => {
            let (folder, name) = (path.parent().expect("a folder"), path.file_name().expect("a name"));
            let suffix = Path::new(name).extension().expect("a suffix").to_string_lossy().into_owned();
            let taken = names(disk, folder);
            let free =
                (chance.u64(..99)..).map(|number| format!("{number:020}.{suffix}")).find(|name| !taken.contains(name));
            disk.put(&folder.join(free.expect("one of many")), bytes);
            return (path, 0..0, "there twice".to_owned());
        }
        _ => {
            let end = 20 + u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
            let version = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes"));
            let mut newer = framed(version + 1, &bytes[20..end]);
            newer[..8].copy_from_slice(&bytes[..8]);
            newer.extend_from_slice(&bytes[end..]);
            bytes = newer;
            0..length
        }
    };
    disk.put(&path, bytes);
    let _ = sound;
    (path, damaged, format!("kind {kind} at {at}"))
}

#[test]
fn damage_is_skipped_and_reported_and_never_read() {
    let sound = Sound::new(0);
    assert!(5 <= sound.segments.len(), "{:?}", sound.segments);
    assert!(3 <= sound.blocks(&sound.segments[5]).len(), "the last one is not sealed");
    let chance = &mut fastrand::Rng::with_seed(1);
    for round in 0..700 {
        let disk = sound.disk.copy();
        let (path, damaged, what) = spoil(&sound, &disk, &sound.segments, chance);
        let what = format!("round {round}: {} {what}", path.display());
        let (met, read) = sound.truth.check(&disk, folder()).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
        let missing: Vec<_> =
            sound.whole(&path, damaged.clone()).into_iter().filter(|one| !met.contains(one)).collect();
        assert!(missing.is_empty(), "{what}: {missing:?} are whole, and not read; {read:?}");
        let is_cut_between = sound.blocks(&path).iter().any(|head| head.offset == damaged.start);
        if !damaged.is_empty() && !is_cut_between {
            assert!(!read.holes.is_empty() || !read.torn.is_empty(), "{what}: nothing is reported");
        }
        if met.len() < sound.truth.entries.len() && met.last() == Some(&74) {
            assert!(!read.holes.is_empty(), "{what}: missing, and no hole");
        }
        look_around(&disk, &what);
        if round % 10 == 0 {
            go_on(&sound, &disk, &what);
        }
    }
}

/// Runs everything else that reads the files.
fn look_around(disk: &ModelDisk, what: &str) {
    let extent = span(disk, folder()).expect(what).expect(what);
    assert!(extent.newest.position.0 <= 75, "{what}");
    lines_between(disk, folder(), hour(1), hour(4), &["b"], |line| {
        assert!(line.source.is_none_or(|source| source == "b"), "{what}");
        ControlFlow::Continue(())
    })
    .expect(what);
    purge(disk, folder(), hour(3), &[], Rehearsal::Yes).expect(what);
}

/// Starts a daemon with these files.
fn go_on(sound: &Sound, disk: &ModelDisk, what: &str) {
    let (mut journal, _events) = match open(disk) {
        Ok(opened) => opened,
        Err(JournalError::Newer { found: 2, known: catalogue::VERSION, .. }) => return,
        Err(error) => panic!("{what}: {error}"),
    };
    let mut truth = sound.truth.clone();
    truth.forget(journal.position());
    let last = truth.append(&mut journal, &lines(0, hour(9), b"goes on\n"));
    journal.finish().expect(what);
    let (met, _) = truth.check(disk, folder()).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
    assert_eq!(met.last(), Some(&(last.0 - 1)), "{what}");
}

#[test]
fn a_file_of_another_journal_is_left_out() {
    let (sound, foreign) = (Sound::new(0), Sound::new(500));
    for path in &sound.segments {
        let disk = sound.disk.copy();
        disk.put(path, foreign.disk.content(path));
        let (met, read) = sound.truth.check(&disk, folder()).expect("right");
        let left = sound.whole(path, 0..u64::MAX);
        assert_eq!(met, left);
        assert!(read.holes.iter().any(|hole| hole.why.contains("another journal")), "{read:?}");
    }
}

#[test]
fn a_line_that_looks_like_a_block_is_not_read_as_one() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let mut truth = Truth::default();
    truth.append(&mut journal, &Entry::Ended);
    journal.syncer().reach(Position(1), LONG).expect("synced");
    let path = folder().join(&names(&disk, folder())[0]);
    // An intact block of another journal, sent as a line.
    let foreign = Sound::new(3);
    let head = foreign.blocks(&foreign.segments[5])[0];
    let bytes = &foreign.disk.content(&foreign.segments[5])[head.offset as usize..head.end_offset() as usize];
    truth.append(&mut journal, &lines(0, hour(0), bytes));
    truth.append(&mut journal, &Entry::Ended);
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [0, 1, 2]);
    // Now the enclosing block is damaged.
    let mut spoilt = disk.content(&path);
    let place = spoilt.windows(4).rposition(|four| four == b"\x9dAt\n").expect("the line's");
    spoilt[place - 60] ^= 1;
    disk.put(&path, spoilt);
    let (met, read) = truth.check(&disk, folder()).expect("right");
    assert_eq!(met, [0, 2]);
    assert_eq!((read.holes.len(), read.holes[0].from, read.holes[0].until), (1, Position(1), Position(2)));
}

#[test]
fn damaged_snapshots_are_set_aside_and_the_next_is_taken() {
    let sound = Sound::new(0);
    let chance = &mut fastrand::Rng::with_seed(2);
    let (mut corrupt, mut newer) = (0, 0);
    for round in 0..300 {
        let disk = sound.disk.copy();
        let (path, damaged, what) = spoil(&sound, &disk, &sound.snapshots, chance);
        let what = format!("round {round}: {} {what}", path.display());
        let look = || snapshots::newest(&disk, Path::new(SNAPSHOTS), None).expect("listed").collect::<Vec<_>>();
        let mut whole = 0;
        for found in look() {
            match found {
                Found::Whole { snapshot, parts, .. } => {
                    assert_eq!(parts.concat(), body_of(snapshot.position.0), "{what}");
                    whole += 1;
                }
                Found::Corrupt { file, .. } => {
                    assert!(file.to_string_lossy().ends_with(".snapshot.corrupt"), "{what}");
                    corrupt += 1;
                }
                Found::Other { file, found: 3 } => {
                    assert_eq!((&file, disk.content(&file).is_empty()), (&path, false), "{what}: left alone");
                    newer += 1;
                }
                other => panic!("{what}: {other:?}"),
            }
        }
        assert!(if damaged.is_empty() { 3 <= whole } else { whole == 2 }, "{what}: {whole} whole");
        assert!(look().iter().all(|found| !matches!(found, Found::Corrupt { .. })), "{what}: met again");
    }
    assert!(100 < corrupt && 10 < newer, "{corrupt} corrupt, {newer} newer");
}

#[test]
fn three_snapshots_are_kept_and_those_beyond_a_position_are_passed_over() {
    let sound = Sound::new(0);
    let folder = Path::new(SNAPSHOTS);
    let snapshot = Snapshot {
        position: Position(40),
        in_force: "other".to_owned(),
        at: hour(1),
        sources: vec!["\u{e9}".to_owned()],
    };
    sound.disk.put(&folder.join("00000000000000000007.snapshot.unfinished"), b"left by a crash".to_vec());
    let mut newer = framed(3, b"whatever");
    newer[..8].copy_from_slice(&sound.disk.content(&sound.snapshots[0])[..8]);
    sound.disk.put(&folder.join("00000000000000000008.snapshot"), newer);
    snapshots::save(&sound.disk, folder, &snapshot, b"").expect("saved");
    let left = [8, 20, 30, 40].map(|position| format!("{position:020}.snapshot"));
    assert_eq!(names(&sound.disk, folder), left, "three, and that of a later version");
    sound.disk.put(&folder.join(&left[0]), Vec::new());
    snapshots::save(&sound.disk, folder, &snapshot, b"").expect("saved");
    assert_eq!(names(&sound.disk, folder), left[1..]);
    let positions = |at_most| {
        let found = snapshots::newest(&sound.disk, folder, at_most).expect("listed");
        found
            .map(|found| match found {
                Found::Whole { snapshot, .. } => snapshot.position.0,
                other => panic!("{other:?}"),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(positions(None), [40, 30, 20]);
    assert_eq!(positions(Some(Position(39))), [30, 20]);
    let first = snapshots::newest(&sound.disk, folder, None).expect("listed").next();
    let program = env!("CARGO_PKG_VERSION").to_owned();
    assert_eq!(first, Some(Found::Whole { snapshot, program, parts: Vec::new() }));
}

#[test]
fn a_later_segment_overrides_an_earlier_one() {
    let disk = ModelDisk::default();
    let mut truth = Truth::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    for number in 0..10 {
        let position = truth.append(&mut journal, &lines(0, hour(0), &batch(number, 90)));
        journal.syncer().reach(position, LONG).expect("synced");
    }
    journal.finish().expect("written");
    let path = folder().join("00000000000000000000.journal");
    let all = disk.content(&path);
    // The second half is missing when the next run begins and reappears afterwards.
    let mut half = all.clone();
    half.truncate(all.len() / 2);
    disk.put(&path, half);
    let (mut journal, _events) = open(&disk).expect("opened");
    let position = journal.position();
    assert!((3..7).contains(&position.0));
    truth.forget(position);
    truth.append(&mut journal, &lines(0, hour(0), b"again\n"));
    journal.finish().expect("written");
    disk.put(&path, all);
    let (met, read) = truth.check(&disk, folder()).expect("right");
    assert_eq!(met, (0..=position.0).collect::<Vec<_>>());
    assert_eq!(read.holes, []);
}

#[test]
fn a_damaged_segment_is_not_rewritten() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    for number in 0..10 {
        journal.append(&lines(0, hour(0), &batch(number, 900)));
    }
    journal.finish().expect("written");
    let path = folder().join("00000000000000000000.journal");
    let whole = disk.content(&path);
    let go = std::sync::atomic::AtomicBool::new(false);
    let seal = |disk: &ModelDisk| super::super::seal::seal(disk, folder(), &path, 7, &go).expect("read");
    let mut damaged = whole.clone();
    damaged[whole.len() / 3] ^= 1;
    disk.put(&path, damaged.clone());
    assert_eq!(seal(&disk), super::super::seal::Outcome::Left);
    assert_eq!(disk.content(&path), damaged);
    disk.put(&path, whole.clone());
    assert_eq!(seal(&disk), super::super::seal::Outcome::Sealed);
    assert!(disk.content(&path).len() < whole.len());
}
