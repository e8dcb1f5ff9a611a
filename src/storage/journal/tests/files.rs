//! Segments: what is read back, where they end, sealing, purging, and what happens while the disk fails or stalls.

use super::*;
use crate::platform::disk::model::{Fault, Lasting};
use crate::platform::disk::{Absence, RealDisk};

#[test]
fn every_kind_of_entry_is_read_back_from_real_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a/journal");
    let mut truth = Truth::default();
    for run in 0..2 {
        let mut journal = Journal::open(Arc::new(RealDisk), &path, None, Limits::default(), |_| {}).expect("opened");
        assert_eq!(journal.position().0, truth.entries.len() as u64, "goes on where it ended");
        let at = hour(run);
        let one = batch(run as u64, 100);
        for entry in [
            begun(at, &["a", "b"]),
            lines(1, at, &one),
            Entry::Lines { source: SourceId(0), received: None, bytes: b"\n" },
            Entry::Idle { source: SourceId(1) },
            Entry::Tick { received: at },
            Entry::InForce { key: "other".to_owned() },
            Entry::Ended,
        ] {
            truth.append(&mut journal, &entry);
        }
        journal.flush();
        journal.syncer().reach(journal.position(), LONG).expect("synced");
        assert_eq!(truth.check(&RealDisk, &path).expect("right").0.len(), truth.entries.len(), "readable at once");
        journal.finish().expect("written");
    }
    let (met, read) = truth.check(&RealDisk, &path).expect("right");
    assert_eq!(met, (0..14).collect::<Vec<u64>>());
    assert_eq!(read, Read { end: Position(14), ..Read::default() });
    assert_eq!(names(&RealDisk, &path), ["00000000000000000000.journal", "00000000000000000007.journal"]);
}

#[test]
fn a_segment_ends_with_the_hour_with_its_size_and_when_inputs_change() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let mut truth = Truth::default();
    let one = batch(1, 100);
    truth.append(&mut journal, &begun(hour(0), &["a"]));
    truth.append(&mut journal, &lines(0, hour(0), &one));
    truth.append(&mut journal, &lines(0, hour(1), &one));
    // A delayed batch from before the hour does not end the segment.
    truth.append(&mut journal, &lines(0, hour(1) - Span::from_minutes(30), &one));
    truth.append(&mut journal, &lines(0, hour(1), &one));
    // A clock that was set back does end it.
    truth.append(&mut journal, &lines(0, hour(-9), &one));
    truth.append(&mut journal, &begun(hour(-9), &["b"]));
    let big = batch(2, 5 << 10);
    truth.append(&mut journal, &lines(0, hour(-9), &big));
    truth.append(&mut journal, &lines(0, hour(-9), &big));
    journal.finish().expect("written");
    let catalogue = Catalogue::of(&disk, folder()).expect("listed");
    let firsts: Vec<_> = catalogue.segments.iter().map(|segment| segment.identity.first).collect();
    assert_eq!(firsts, [0, 2, 5, 6, 8]);
    let inputs: Vec<_> =
        catalogue.segments.iter().map(|one| one.header().expect("whole").context.sources[0].as_str()).collect();
    assert_eq!(inputs, ["a", "a", "a", "b", "b"], "each segment can be read alone");
    assert_eq!(truth.check(&disk, folder()).expect("right").0.len(), 9);
}

#[test]
fn sealing_keeps_what_a_segment_holds_and_makes_it_smaller() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let mut truth = Truth::default();
    truth.append(&mut journal, &begun(hour(0), &["a"]));
    for number in 0..40 {
        truth.append(&mut journal, &lines(0, hour(number / 20), &batch(number as u64, 150)));
    }
    let before = truth.entries.len() as u64;
    journal.syncer().reach(Position(before), LONG).expect("synced");
    let sealed_at = |disk: &ModelDisk| Catalogue::of(disk, folder()).expect("listed").segments[0].sealed();
    wait_for_seals(&disk);
    let sealed = sealed_at(&disk).expect("sealed");
    assert_eq!((sealed.until, sealed.range), (21, Some((hour(0), hour(0)))));
    assert_eq!(truth.check(&disk, folder()).expect("right").1, Read { end: Position(before), ..Read::default() });
    let compressed = disk.content(&folder().join("00000000000000000000.journal")).len();
    assert!(compressed * 3 < 20 * 150, "{compressed} bytes");
    journal.finish().expect("written");
    // The last segment is sealed at the next start.
    let (journal, _events) = open(&disk).expect("opened");
    wait_until(|| Catalogue::of(&disk, folder()).expect("listed").segments.iter().all(|one| one.sealed().is_some()));
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0.len() as u64, before);
}

/// The next event about writing.
fn next_of(events: &Receiver<Event>) -> Event {
    loop {
        match events.recv_timeout(LONG).expect("an event arrives") {
            Event::Unsealed { .. } => {}
            event => return event,
        }
    }
}

#[test]
fn reading_begins_and_ends_where_it_is_asked_to() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    for number in 0..60 {
        journal.append(&lines(0, hour(number / 20), &batch(number as u64, 90)));
    }
    journal.finish().expect("written");
    for (from, until, breaks, expected) in [
        (0, None, 99, 0..60),
        (25, None, 99, 25..60),
        (19, Some(41), 99, 19..41),
        (59, None, 99, 59..60),
        (7, None, 9, 7..10),
    ] {
        let mut met = Vec::new();
        let read = read(&disk, folder(), Position(from), until.map(Position), |position, _| {
            met.push(position.0);
            if position.0 == breaks { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(met, expected.clone().collect::<Vec<u64>>());
        assert_eq!(read.expect("read"), Read { end: Position(expected.end), ..Read::default() });
    }
    let nothing = read(&disk, folder(), Position(60), None, |_, _| ControlFlow::Continue(())).expect("read");
    assert_eq!(nothing, Read { end: Position(60), ..Read::default() });
    let extent = span(&disk, folder()).expect("read").expect("there");
    assert_eq!((extent.oldest.position.0, extent.oldest.received), (0, Some(hour(0))));
    assert_eq!((extent.newest.position.0, extent.newest.received), (60, Some(hour(2))));
    assert_eq!(span(&ModelDisk::default(), folder()).expect("read"), None);
}

#[test]
fn lines_of_a_span_of_time_carry_the_name_of_their_input() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    for (run, names) in [["north", "south"], ["south", "north"]].iter().enumerate() {
        let at = hour(run as i64);
        journal.append(&begun(at, names));
        for minute in 0..50 {
            let source = minute as u16 % 2;
            journal.append(&lines(source, at + Span::from_minutes(minute), &batch(minute as u64, 90)));
        }
        // A line of a recording counts as received at the time of the last line.
        journal.append(&Entry::Lines { source: SourceId(0), received: None, bytes: b"recorded\n" });
    }
    journal.syncer().reach(journal.position(), LONG).expect("synced");
    wait_for_seals(&disk);
    let find = |from: Time, until: Time, sources: &[&str]| {
        let mut found = Vec::new();
        let read = lines_between(&disk, folder(), from, until, sources, |line| {
            found.push((line.position.0, line.source.expect("known").to_owned()));
            ControlFlow::Continue(())
        });
        assert_eq!(read.expect("read").holes, []);
        found
    };
    let both = find(hour(0) + Span::from_minutes(48), hour(1) + Span::from_minutes(2), &[]);
    let expected = [(49, "north"), (50, "south"), (51, "north"), (53, "south"), (54, "north")];
    assert_eq!(both, expected.map(|(position, name)| (position, name.to_owned())));
    let north = find(hour(1), hour(2), &["north"]);
    assert_eq!(north.len(), 25);
    assert!(north.iter().all(|(position, name)| 52 < *position && name == "north"));
    assert_eq!(find(hour(1) + Span::from_minutes(49), hour(9), &["south"]), [(103, "south".to_owned())]);
    assert_eq!(find(hour(5), hour(9), &[]), []);
    assert_eq!(find(hour(-5), hour(0), &[]), []);
}

#[test]
fn purging_takes_what_is_old_and_keeps_what_is_held() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let mut truth = Truth::default();
    for number in 0..6 {
        truth.append(&mut journal, &lines(0, hour(number), &batch(number as u64, 90)));
    }
    journal.finish().expect("written");
    let held = (hour(1) - Span::from_minutes(1), hour(1));
    let would = purge(&disk, folder(), hour(3), &[held], Rehearsal::Yes).expect("read");
    assert_eq!((would.files, would.kept_for_hold), (2, 1), "0 and 2 are old, 1 is held");
    assert_eq!(would.oldest, Some(hour(1)));
    assert_eq!(names(&disk, folder()).len(), 6);
    assert_eq!(purge(&disk, folder(), hour(3), &[held], Rehearsal::No).expect("removed"), would);
    assert_eq!(names(&disk, folder()).len(), 4);
    let (met, read) = truth.check(&disk, folder()).expect("right");
    assert_eq!(met, [1, 3, 4, 5]);
    assert_eq!(read.holes.len(), 2);
    let all = purge(&disk, folder(), hour(99), &[], Rehearsal::No).expect("removed");
    assert_eq!((all.files, all.oldest), (3, Some(hour(5))), "the last one stays");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [5]);
}

#[test]
fn positions_go_on_behind_a_snapshot_when_the_journal_is_lost() {
    let disk: Arc<dyn Disk> = Arc::new(ModelDisk::default());
    let opened = Journal::open(Arc::clone(&disk), folder(), Some(Position(1000)), small(), |_| {});
    let mut journal = opened.expect("opened");
    assert_eq!(journal.append(&Entry::Ended), Position(1001));
    journal.finish().expect("written");
    assert_eq!(names(&*disk, folder()), ["00000000000000001000.journal"]);
    let read = read(&*disk, folder(), Position(1000), None, |_, _| ControlFlow::Continue(())).expect("read");
    assert_eq!(read, Read { end: Position(1001), ..Read::default() });
}

#[test]
fn entries_beyond_the_memory_limit_are_a_reported_hole() {
    let disk = ModelDisk::default();
    let (mut journal, events) = open(&disk).expect("opened");
    let syncer = journal.syncer();
    let mut truth = Truth::default();
    truth.append(&mut journal, &lines(0, hour(0), &batch(0, 90)));
    syncer.reach(Position(1), LONG).expect("synced");
    disk.fail_at(1, Fault::Full, Lasting::Forever);
    let kept = truth.append(&mut journal, &lines(0, hour(0), &batch(1, 90)));
    assert!(matches!(syncer.reach(kept, LONG), Err(JournalError::Failing(_))));
    assert!(matches!(next_of(&events), Event::Failing { .. }));
    syncer.reach(Position(1), LONG).expect("what is durable is, whatever fails");
    for number in 2..3000 {
        truth.append(&mut journal, &lines(0, hour(0), &batch(number, 900)));
    }
    let last = journal.position();
    assert!(syncer.reach(last, LONG).is_err());
    assert!(matches!(syncer.reach(Position(last.0 + 1), LONG), Err(JournalError::Beyond(_))));
    disk.heal();
    let Event::Working { lost } = next_of(&events) else {
        panic!("it works again");
    };
    assert!(1000 < lost && lost < 2900, "{lost} entries lost of 3000");
    syncer.reach(kept, LONG).expect("kept in memory");
    let after = truth.append(&mut journal, &lines(0, hour(0), &batch(9, 90)));
    syncer.reach(after, LONG).expect("works again");
    assert!(matches!(syncer.reach(Position(after.0 - 2), LONG), Err(JournalError::Lost)));
    journal.finish().expect("written");
    let (met, read) = truth.check(&disk, folder()).expect("right");
    assert_eq!(met.len() as u64, after.0 - lost);
    assert_eq!(read.holes.iter().map(|hole| hole.until.0 - hole.from.0).sum::<u64>(), lost);
}

#[test]
fn a_disk_that_does_not_answer_stops_the_loop_for_its_patience_only() {
    let disk = ModelDisk::default();
    let (mut journal, events) = open(&disk).expect("opened");
    let held = disk.hold();
    for number in 0..3000 {
        journal.append(&lines(0, hour(0), &batch(number, 900)));
    }
    assert!(matches!(next_of(&events), Event::Failing { .. }));
    drop(held);
    assert!(matches!(next_of(&events), Event::Working { lost } if 0 < lost));
    let position = journal.append(&Entry::Ended);
    journal.syncer().reach(position, LONG).expect("works again");
}

#[test]
fn a_folder_that_is_away_is_missed_at_once_and_what_came_meanwhile_is_in_it_when_it_is_back() {
    let disk = ModelDisk::default();
    let (mut journal, events) = open(&disk).expect("opened");
    let syncer = journal.syncer();
    let mut truth = Truth::default();
    let first = truth.append(&mut journal, &lines(0, hour(0), &batch(0, 90)));
    syncer.reach(first, LONG).expect("synced");
    type Action = fn(&ModelDisk);
    let absences: [(Absence, Action, Action); 2] = [
        (Absence::Gone, |disk| disk.take_away(folder()), |disk| disk.bring_back(folder())),
        (Absence::ReadOnly, ModelDisk::mount_read_only, ModelDisk::mount_writable),
    ];
    for (number, (absence, take, give)) in (1..).zip(absences) {
        take(&disk);
        // No entry comes in, and the absence is noticed all the same.
        assert!(matches!(next_of(&events), Event::Failing { absence: Some(found), .. } if found == absence));
        let last = truth.append(&mut journal, &lines(0, hour(0), &batch(number, 90)));
        assert!(matches!(syncer.reach(last, LONG), Err(JournalError::Failing(_))));
        assert_eq!(journal.absence(), Some(absence));
        give(&disk);
        assert_eq!(next_of(&events), Event::Working { lost: 0 });
        syncer.reach(last, LONG).expect("written");
    }
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [0, 1, 2]);
}

#[test]
fn a_file_deleted_while_it_is_written_takes_only_what_was_durable_in_it() {
    let disk = ModelDisk::default();
    let (mut journal, events) = open(&disk).expect("opened");
    let syncer = journal.syncer();
    let mut truth = Truth::default();
    for number in 0..3 {
        let last = truth.append(&mut journal, &lines(0, hour(0), &batch(number, 90)));
        syncer.reach(last, LONG).expect("synced");
        if number == 1 {
            let [name] = &names(&disk, folder())[..] else { panic!("one file") };
            let path = folder().join(name);
            disk.remove(&path).expect("deleted");
            // No entry comes in, and it is noticed all the same.
            assert_eq!(next_of(&events), Event::SegmentGone { path });
            assert_eq!(journal.absence(), None, "the journal itself works");
        }
    }
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [2]);
}

#[test]
fn what_was_not_durable_yet_in_a_deleted_file_is_written_again() {
    let disk = ModelDisk::default();
    let (sender, events) = channel();
    // It is written, and not synced before a caller asks for it.
    let limits = Limits { sync_every: LONG, ..small() };
    let tell = move |event| drop(sender.send(event));
    let mut journal = Journal::open(Arc::new(disk.clone()), folder(), None, limits, tell).expect("opened");
    let mut truth = Truth::default();
    let long = batch(0, 4_000);
    truth.append(&mut journal, &lines(0, hour(0), &long));
    journal.flush();
    let began = Clock.moment();
    let written = loop {
        let files = disk.list(folder()).expect("listed");
        match files.into_iter().find(|file| long.len() as u64 <= file.length) {
            Some(file) => break file.name,
            None => assert!(Clock.moment().since(began) < LONG, "nothing is written"),
        }
        std::thread::yield_now();
    };
    disk.remove(&folder().join(written)).expect("deleted");
    let last = truth.append(&mut journal, &lines(0, hour(0), &batch(1, 90)));
    journal.syncer().reach(last, LONG).expect("synced");
    assert!(matches!(next_of(&events), Event::SegmentGone { .. }));
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [0, 1]);
}

#[test]
fn a_file_moved_away_and_put_back_is_read_with_what_came_after_it() {
    let disk = ModelDisk::default();
    let (mut journal, events) = open(&disk).expect("opened");
    let syncer = journal.syncer();
    let mut truth = Truth::default();
    let last = truth.append(&mut journal, &lines(0, hour(0), &batch(0, 90)));
    syncer.reach(last, LONG).expect("synced");
    let [name] = &names(&disk, folder())[..] else { panic!("one file") };
    let (path, aside) = (folder().join(name), folder().join("aside"));
    disk.rename(&path, &aside).expect("moved");
    assert_eq!(next_of(&events), Event::SegmentGone { path: path.clone() });
    let last = truth.append(&mut journal, &lines(0, hour(0), &batch(1, 90)));
    syncer.reach(last, LONG).expect("synced");
    disk.rename(&aside, &path).expect("put back");
    journal.finish().expect("written");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [0, 1]);
}

#[test]
fn an_entry_too_long_for_any_block_is_a_hole() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let mut truth = Truth::default();
    truth.append(&mut journal, &Entry::Ended);
    let long = journal.append(&lines(0, hour(0), &vec![b'\n'; 17 << 20]));
    let last = truth.append(&mut journal, &Entry::Ended);
    assert!(matches!(journal.syncer().reach(long, LONG), Err(JournalError::Lost)));
    journal.syncer().reach(last, LONG).expect("synced");
    assert_eq!(truth.check(&disk, folder()).expect("right").0, [0, 2]);
}

#[test]
fn reaching_durable_entries_costs_nothing_and_others_are_synced_in_time() {
    let disk = ModelDisk::default();
    let (mut journal, _events) = open(&disk).expect("opened");
    let syncer = journal.syncer();
    let position = journal.append(&Entry::Ended);
    syncer.reach(position, LONG).expect("synced, although flush was not called");
    let operations = disk.operations();
    syncer.reach(position, LONG).expect("synced");
    assert_eq!(disk.operations(), operations);
    let position = journal.append(&Entry::Ended);
    wait_until(|| syncer.synced() == position);
}
