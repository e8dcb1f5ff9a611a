//! What a page reads from the frames, with a decoder as a page has one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;

use super::pictures::Pictures;
use super::row;
use crate::storage::store::{Clearance, Orders, Store};
use crate::testing::{AREA, only, run};
use atalaia_core::ais::{Class, Dimensions, Position, SourceId, StationId};
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::alerts::{HandlingSettings, Severity};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::questions::{Picture, PictureVessel, Traits};
use atalaia_core::geo::{Bounds, LatLon};
use atalaia_core::picture::tracks::{Fix, TrackKey};

/// A frame as a page has it after decoding.
#[derive(Debug, Default)]
struct Frame {
    whole: bool,
    at: f64,
    cursor: u32,
    stamp: u32,
    /// By MMSI: key, lat, lon, age, sog, cog, heading, type, length, flags.
    rows: BTreeMap<u32, [i64; 10]>,
    gone: Vec<u32>,
}

/// Reads the bytes by offsets alone, as the contract states them.
fn decode(bytes: &[u8]) -> Frame {
    let u16_at = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two bytes"));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((&bytes[..4], u16_at(4)), (&b"ATPC"[..], 1));
    let (count, gone) = (u32_at(28) as usize, u32_at(32) as usize);
    assert!(bytes[40..64].iter().all(|byte| *byte == 0), "the rest of the header is kept free");
    let mut offset = 64;
    let mut starts = [0; 11];
    for (start, size) in starts.iter_mut().zip([4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 2]) {
        assert_eq!(offset % 8, 0);
        *start = offset;
        offset = (offset + size * count).next_multiple_of(8);
    }
    assert_eq!(bytes.len(), offset + gone * 4);
    let row = |i: usize| {
        let short = |column: usize| i64::from(u16_at(starts[column] + 2 * i));
        let long = |column: usize| i64::from(u32_at(starts[column] + 4 * i) as i32);
        let (key, lat, lon) = (i64::from(u32_at(starts[0] + 4 * i)), long(2), long(3));
        let (kind, length) = (i64::from(bytes[starts[8] + i]), i64::from(bytes[starts[9] + i]));
        let mmsi = u32_at(starts[1] + 4 * i);
        (mmsi, [key, lat, lon, short(4), short(5), short(6), short(7), kind, length, short(10)])
    };
    Frame {
        whole: u16_at(6) == 1,
        at: f64::from_le_bytes(bytes[8..16].try_into().expect("eight bytes")),
        cursor: u32_at(24),
        stamp: u32_at(36),
        rows: (0..count).map(row).collect(),
        gone: (0..gone).map(|i| u32_at(offset + 4 * i)).collect(),
    }
}

fn noon() -> Time {
    Time::from_utc(2026, 11, 22, 12, 0, 0).expect("a time")
}

fn vessel(mmsi: u32, lat: f64, lon: f64) -> PictureVessel {
    let said = Position::new(Class::A, 1, Some((lat, lon)), Some(12.3), Some(271.5), Some(270.0), Some(0));
    PictureVessel {
        key: TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 },
        fix: Fix { at: noon(), position: LatLon::new(lat, lon), said, station: StationId(0), source: SourceId(0) },
        name: Some("<b>ALFA</b>".into()),
        call_sign: Some("EA1234".into()),
        imo: Some(9_074_729),
        ship_type: Some(70),
        hull: Some(Dimensions { bow: 100, stern: 33, port: 10, starboard: 12 }),
        made_good_knots: None,
        traits: Traits::default(),
    }
}

fn picture(seconds: i64, vessels: &[PictureVessel]) -> Arc<Picture> {
    Arc::new(Picture { at: Some(noon() + Span::from_seconds(seconds)), vessels: vessels.to_vec() })
}

/// A store with one open alert about 970123456.1, marked AMBER.
fn store(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("alerts.sqlite");
    let script = "SART 970123456 status=14 mute
           12:00 28 -17
           stop 10
         ALFA 224000001
           12:00 40 -30
           stop 120";
    let changes = run(&only("distress"), AREA, script);
    let orders = Orders { filters: Vec::new(), handling: HandlingSettings::default() };
    let store = Store::open(&path, orders, noon, |_| {}, |_| {}).expect("the store opens");
    store.changes(changes[..1].to_vec(), 0);
    assert!(store.settle(std::time::Duration::from_secs(20)));
    path
}

/// The pictures of a daemon that started at noon, and a store that they read.
struct Bench {
    _folder: tempfile::TempDir,
    store: std::path::PathBuf,
    pictures: Pictures,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = store(folder.path());
        Bench { _folder: folder, store, pictures: Pictures::new(noon()) }
    }

    fn bytes(
        &self,
        picture: &Arc<Picture>,
        after: Option<u32>,
        bounds: Option<Bounds>,
        clearance: &Clearance,
    ) -> Bytes {
        self.pictures.frame(&self.store, picture, clearance, (after, bounds), noon()).expect("the store can be read")
    }

    fn frame(&self, picture: &Arc<Picture>, after: Option<u32>) -> Frame {
        decode(&self.bytes(picture, after, None, &Clearance::everything()))
    }
}

#[test]
fn a_whole_frame_has_every_vessel_in_the_units_of_the_contract() {
    let bench = Bench::new();
    let mut bare = vessel(235_000_002, -33.5, 179.999_999);
    bare.fix.said = Position::new(Class::B, 18, Some((-33.5, 179.999_999)), None, None, None, None);
    bare.traits = Traits { class_b: true, satellite_only: false, listed: true, in_conflict: true, personal: true };
    (bare.ship_type, bare.hull) = (None, None);
    let frame = bench.frame(&picture(1200, &[vessel(224_000_001, 36.95, -9.12), bare]), None);
    assert!(frame.whole && frame.gone.is_empty() && frame.at == (noon().millis() / 1000 + 1200) as f64);
    assert_eq!(i64::from(frame.stamp), noon().millis() / 1000);
    let flags = i64::from(row::STALE);
    assert_eq!(frame.rows[&224_000_001], [0, 369_500_000, -91_200_000, 1200, 123, 2715, 270, 70, 67, flags]);
    let flags = i64::from(row::STALE | row::CLASS_B | row::LISTED | row::CONFLICT);
    assert_eq!(frame.rows[&235_000_002][3..], [1200, 65535, 65535, 65535, 255, 255, flags]);
    assert_eq!(frame.rows.len(), 2);
    let empty = bench.pictures.frame(&bench.store, &Arc::default(), &Clearance::everything(), (None, None), noon());
    assert_eq!(
        decode(&empty.expect("it can be read")).rows.len(),
        2,
        "an earlier picture does not replace a later one"
    );
}

#[test]
fn a_frame_before_the_first_report_is_empty() {
    let bench = Bench::new();
    let frame = bench.frame(&Arc::new(Picture::default()), None);
    assert!(frame.whole && frame.at.is_nan() && frame.rows.is_empty());
}

#[test]
fn changes_and_goings_since_a_cursor_lead_to_the_same_picture_as_the_whole() {
    let bench = Bench::new();
    let mut random = fastrand::Rng::with_seed(3);
    let mut vessels: Vec<PictureVessel> =
        (0..60).map(|number| vessel(224_000_000 + number, f64::from(number) / 2.0, -9.0)).collect();
    // What three pages have: one asks each second, one every seventh, one seldom.
    let mut pages: [(u32, BTreeMap<i64, [i64; 10]>); 3] = Default::default();
    let mut wholes = 0;
    for second in 0..400 {
        for vessel in &mut vessels {
            if random.u8(..10) == 0 {
                vessel.fix.position.lon += 0.01;
                vessel.fix.at = noon() + Span::from_seconds(second);
            }
        }
        if random.u8(..3) == 0 {
            let place = random.usize(..vessels.len());
            vessels.remove(place);
        }
        if random.u8(..3) == 0 {
            vessels.push(vessel(224_000_000 + random.u32(..90), 10.0, -20.0));
            vessels.sort_by_key(|vessel| vessel.key);
            vessels.dedup_by_key(|vessel| vessel.key);
        }
        random.shuffle(&mut vessels);
        let picture = picture(second, &vessels);
        let whole = bench.frame(&picture, None);
        for ((cursor, shown), every) in pages.iter_mut().zip([1, 7, 150]) {
            if second % every != 0 {
                continue;
            }
            let frame = bench.frame(&picture, Some(*cursor).filter(|cursor| *cursor != 0));
            wholes += u32::from(frame.whole);
            if frame.whole {
                shown.clear();
            }
            shown.retain(|key, _| !frame.gone.iter().any(|gone| i64::from(*gone) == *key));
            shown.extend(frame.rows.values().map(|row| (row[0], *row)));
            *cursor = frame.cursor;
            // The age of a vessel that has not changed grows on the page itself.
            let without_age = |row: &[i64; 10]| [&row[..3], &row[4..]].concat();
            let have: Vec<_> = shown.values().map(without_age).collect();
            let mut want: Vec<_> = whole.rows.values().map(without_age).collect();
            want.sort_by_key(|row| row[0]);
            assert_eq!(have, want, "second {second}");
        }
    }
    assert_eq!(
        wholes,
        3 + 2,
        "the first frame of each page, and those of the page that was away for more than two minutes"
    );
}

#[test]
fn nothing_is_sent_twice_and_a_cursor_of_another_run_gets_the_whole() {
    let bench = Bench::new();
    let vessels = [vessel(224_000_001, 36.0, -9.0), vessel(224_000_002, 37.0, -9.0)];
    let first = bench.frame(&picture(0, &vessels), None);
    let second = picture(1, &vessels);
    let next = bench.frame(&second, Some(first.cursor));
    assert!(!next.whole && next.rows.is_empty() && next.gone.is_empty() && next.cursor == first.cursor + 1);
    for cursor in [0, first.stamp - 1, next.cursor + 1, u32::MAX] {
        assert!(bench.frame(&second, Some(cursor)).whole, "{cursor}");
    }
}

#[test]
fn a_vessel_that_leaves_the_area_is_taken_off_the_page() {
    let bench = Bench::new();
    let area = Some(Bounds { south: 30.0, west: -12.0, north: 40.0, east: -8.0 });
    let all = Clearance::everything();
    let mut vessels = [vessel(224_000_001, 36.0, -9.0), vessel(224_000_002, 37.0, 5.0)];
    let first = decode(&bench.bytes(&picture(0, &vessels), None, area, &all));
    assert_eq!(first.rows.keys().collect::<Vec<_>>(), [&224_000_001]);
    vessels[0].fix.position.lon = -7.0;
    let next = decode(&bench.bytes(&picture(1, &vessels), Some(first.cursor), area, &all));
    assert!(next.rows.is_empty() && next.gone == [first.rows[&224_000_001][0] as u32]);
    let across = Some(Bounds { south: 30.0, west: 179.0, north: 40.0, east: 181.0 });
    vessels[0].fix.position.lon = -179.5;
    let frame = decode(&bench.bytes(&picture(2, &vessels), None, across, &all));
    assert_eq!(frame.rows.len(), 1, "across the antimeridian");
}

#[test]
fn only_readers_with_the_clearance_see_that_there_is_an_alert() {
    let bench = Bench::new();
    let green = Clearance { max_tlp: Tlp::Green, ..Clearance::everything() };
    let sart = [vessel(970_123_456, 28.0, -17.0)];
    let flags = |frame: &Frame| frame.rows[&970_123_456][9] as u16;
    let severity = |frame: &Frame| flags(frame) >> row::SEVERITY_SHIFT & 7;
    let (one, two) = (picture(0, &sart), picture(1, &sart));
    let seen = bench.frame(&one, None);
    assert!(severity(&seen) > Severity::Info as u16 + 1 && flags(&seen) & row::ACKNOWLEDGED == 0);
    let hidden = decode(&bench.bytes(&one, None, None, &green));
    assert_eq!(severity(&hidden), 0);
    // The alert ends by an act of somebody: the next picture says so, and only to those who saw it.
    let connection = rusqlite::Connection::open(&bench.store).expect("the store");
    connection.execute("UPDATE alerts SET state = 'acknowledged'", []).expect("sound SQL");
    let seen_next = bench.frame(&two, Some(seen.cursor));
    assert!(flags(&seen_next) & row::ACKNOWLEDGED != 0 && severity(&seen_next) == severity(&seen));
    let hidden_next = decode(&bench.bytes(&two, None, None, &green));
    assert_eq!(flags(&hidden_next), flags(&hidden));
    let hidden_next = decode(&bench.bytes(&two, Some(hidden.cursor), None, &green));
    assert!(hidden_next.rows.is_empty(), "not even that something has changed");
}

#[test]
fn names_come_once_and_again_when_they_change() {
    let bench = Bench::new();
    let mut vessels = [vessel(224_000_001, 36.0, -9.0), vessel(224_000_002, 37.0, -9.0)];
    let (make, all) = (|key: u32, vessel: &PictureVessel| (key, vessel.name.clone()), Clearance::everything());
    let first = bench.pictures.names(&picture(0, &vessels), &all, None, make);
    assert!(first.whole && first.items.len() == 2 && first.items[0].1.as_deref() == Some("<b>ALFA</b>"));
    vessels[0].fix.position.lon += 0.1;
    let next = bench.pictures.names(&picture(1, &vessels), &all, Some(first.cursor), make);
    assert!(!next.whole && next.items.is_empty());
    vessels[1].name = Some("BRAVO".into());
    let next = bench.pictures.names(&picture(2, &vessels), &all, Some(next.cursor), make);
    assert_eq!(next.items, [(1, Some("BRAVO".into()))]);
    let frame = bench.frame(&picture(3, &vessels), None);
    assert_eq!(frame.rows[&224_000_002][0], 1, "the same key as in the frame");
}

#[test]
fn a_vessel_that_counts_as_personal_data_is_not_there_for_who_may_not_see_it_and_comes_once_it_no_longer_does() {
    let bench = Bench::new();
    let mut vessels = [vessel(224_000_001, 36.0, -9.0), vessel(224_000_002, 37.0, -9.0)];
    vessels[1].traits.personal = true;
    let barred = Clearance { personal_data: false, ..Clearance::everything() };
    let make = |_: u32, vessel: &PictureVessel| vessel.key.mmsi.0;
    let seen = decode(&bench.bytes(&picture(0, &vessels), None, None, &barred));
    assert_eq!(seen.rows.keys().collect::<Vec<_>>(), [&224_000_001]);
    assert_eq!(bench.frame(&picture(1, &vessels), None).rows.len(), 2);
    let names = bench.pictures.names(&picture(2, &vessels), &barred, None, make);
    assert_eq!(names.items, [224_000_001]);
    // It has said that it is a cargo ship.
    vessels[1].traits.personal = false;
    let shown = picture(3, &vessels);
    let next = decode(&bench.bytes(&shown, Some(seen.cursor), None, &barred));
    assert!(next.rows.contains_key(&224_000_002), "{next:?}");
    assert_eq!(bench.pictures.names(&shown, &barred, Some(names.cursor), make).items, [224_000_002]);
}

#[test]
fn readers_of_one_clearance_share_a_frame() {
    let bench = Bench::new();
    let picture = picture(0, &[vessel(224_000_001, 36.0, -9.0)]);
    let all = Clearance::everything();
    let (one, other) = (bench.bytes(&picture, None, None, &all), bench.bytes(&picture, None, None, &all));
    assert_eq!(one.as_ptr(), other.as_ptr(), "made once");
}

#[test]
fn a_slow_reading_of_the_alerts_holds_up_nobody_but_the_first_request() {
    let bench = Bench::new();
    bench.frame(&picture(1200, &[vessel(224_000_001, 36.95, -9.12)]), None);
    // Another request reads the alerts, slowly.
    let reading = bench.pictures.reader.lock().expect("no panic");
    let (sender, receiver) = std::sync::mpsc::channel();
    let later = picture(1201, &[vessel(224_000_001, 36.96, -9.12)]);
    let frame = std::thread::scope(|scope| {
        scope.spawn(|| sender.send(bench.frame(&later, None).rows.len()));
        let frame = receiver.recv_timeout(std::time::Duration::from_secs(10));
        drop(reading);
        frame
    });
    assert_eq!(frame, Ok(1), "with the alerts of the last reading");
}
