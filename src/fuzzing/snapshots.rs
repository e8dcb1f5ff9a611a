//! Snapshot files, and the engine state inside them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::platform::disk::Disk;
use crate::platform::disk::model::ModelDisk;
use crate::storage::journal::Position;
use crate::storage::journal::snapshots::{Found, Snapshot, newest, save};
use atalaia_core::ais::encode::Envelope;
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::geo::{Coast, Ports};
use atalaia_core::scenario::{Particulars, Transponder};
use atalaia_core::zones::{Chart, ZoneSet};

/// Folder of the snapshots on the disk in memory.
const FOLDER: &str = "/snapshots";
/// First bytes of a snapshot file.
const MAGIC: &[u8] = b"ATALAIAS";
/// Length of what precedes the head: magic, version, length and checksum.
const PREFIX: usize = 20;
/// Length of what precedes the bytes of a block: stored and decompressed length, and checksum.
const BLOCK_HEAD: usize = 12;
/// Stands for the state of an engine where only the file matters.
const BODY: &[u8] = b"what the engine knows, what the engine knows";
/// Largest decompressed body that is checked, in bytes.
const MOST_BODY: u64 = 32 << 20;

/// Input that begins like a snapshot file is read as one, with its checksums corrected; other input as engine state.
pub(super) fn check(bytes: &[u8]) {
    match bytes.starts_with(MAGIC) {
        true => file(&with_right_sums(bytes)),
        false => state(bytes),
    }
}

/// A file is refused, or it is whole and the same after it is saved again.
fn file(bytes: &[u8]) {
    if is_bomb(bytes) {
        return;
    }
    let found = load(bytes);
    let Some(Found::Whole { snapshot, parts, .. }) = found else { return };
    let disk = ModelDisk::default();
    disk.create_folder(Path::new(FOLDER)).expect("a disk in memory");
    save(&disk, Path::new(FOLDER), &snapshot, &parts.concat()).expect("a disk in memory");
    let saved = newest(&disk, Path::new(FOLDER), None).expect("a disk in memory").next();
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let parts = match parts.concat() {
        nothing if nothing.is_empty() => Vec::new(),
        body => vec![body],
    };
    assert_eq!(saved, Some(Found::Whole { snapshot, program, parts }), "saved again");
}

/// Whether the decompressed body is too large for a check. The code under test has no limit, because only the daemon writes these files.
fn is_bomb(bytes: &[u8]) -> bool {
    let full = blocks(bytes).into_iter().filter(|place| number_at(bytes, *place) != 0);
    MOST_BODY < full.map(|place| u64::from(number_at(bytes, place + 4))).sum()
}

/// The offsets of the blocks, as far as their lengths lead.
fn blocks(bytes: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut next = PREFIX.saturating_add(number_at(bytes, 12) as usize);
    while next.saturating_add(BLOCK_HEAD) <= bytes.len() {
        places.push(next);
        next = next.saturating_add(BLOCK_HEAD).saturating_add(number_at(bytes, next) as usize);
    }
    places
}

/// The number (u32) at an offset; 0 beyond the end.
fn number_at(bytes: &[u8], place: usize) -> u32 {
    let found = bytes.get(place..).and_then(|rest| rest.first_chunk::<4>());
    found.map_or(0, |found| u32::from_le_bytes(*found))
}

/// What a folder with this file gives.
fn load(bytes: &[u8]) -> Option<Found> {
    let disk = ModelDisk::default();
    disk.create_folder(Path::new(FOLDER)).expect("a disk in memory");
    disk.put(&Path::new(FOLDER).join("00000000000000000007.snapshot"), bytes.to_vec());
    newest(&disk, Path::new(FOLDER), None).expect("a disk in memory").next()
}

/// The file with the checksums of its head and of every block corrected, as far as its lengths lead.
fn with_right_sums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Some(head) = bytes.get(PREFIX..PREFIX.saturating_add(number_at(&bytes, 12) as usize)) else {
        return bytes;
    };
    let sum = crc32fast::hash(&[&bytes[8..16], head].concat());
    bytes[16..PREFIX].copy_from_slice(&sum.to_le_bytes());
    for place in blocks(&bytes) {
        let stored = place + BLOCK_HEAD;
        let end = stored.saturating_add(number_at(&bytes, place) as usize).min(bytes.len());
        let sum = crc32fast::hash(&[&bytes[place..place + 8], &bytes[stored..end]].concat());
        bytes[place + 8..stored].copy_from_slice(&sum.to_le_bytes());
    }
    bytes
}

/// State is refused, or it is restored and then the same after it is saved and restored again.
fn state(bytes: &[u8]) {
    let mut one = engine();
    if one.restore(bytes).is_err() {
        return;
    }
    let saved = one.save();
    let mut other = engine();
    assert_eq!(other.restore(&saved), Ok(()), "what was just saved");
    assert_eq!(other.save().len(), saved.len(), "saved again");
}

/// A zone in which the ships of the seeds meet.
const AREA: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"watch","name":"Watch","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

/// An engine that has heard nothing.
fn engine() -> Engine {
    static CHART: OnceLock<Arc<Chart>> = OnceLock::new();
    let chart = CHART.get_or_init(|| {
        let zones =
            ZoneSet::parse(&[("area.geojson".to_owned(), AREA.to_owned())], ZONE_REQUESTS).expect("a sound zone");
        let (coast, ports) = (Arc::new(Coast::none()), Arc::new(Ports::none()));
        let (wind, watchlists) = (Arc::default(), Arc::default());
        Arc::new(Chart { zones, coast, ports, wind, calm_margin_nm: 5.4, watchlists })
    });
    let mut settings = Settings::default();
    settings.tracks.lanes = 1;
    let source = SourceClock {
        name: "feed".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(120),
    };
    Engine::new(&settings, Arc::clone(chart), vec![source])
}

/// An engine that has heard two ships meet, over this many minutes.
fn engine_after(minutes: i64) -> Engine {
    let mut engine = engine();
    let mut changes = Vec::new();
    let start = Time::from_utc(2026, 3, 1, 10, 0, 0).expect("a date that exists");
    for minute in 0..minutes {
        let near = (60 - minute).max(0) as f64 / 300.0;
        for (mmsi, lon, sog) in
            [(224_000_001, -17.0, 0.2), (224_000_012, -17.001 - near, if 0.0 < near { 12.0 } else { 0.3 })]
        {
            let ship = Transponder::class_a(mmsi).status(0).at(28.0, lon).knots(sog).course(90.0);
            let time = Some(start + Span::from_minutes(minute));
            let mut messages = vec![ship.report()];
            if minute % 30 == 0 {
                let name = "ALFA".to_owned();
                messages.extend(ship.statics(&Particulars {
                    name,
                    ship_type: 70,
                    imo: 9_074_729,
                    ..Particulars::default()
                }));
            }
            for line in messages.iter().flat_map(|message| message.sentences(&Envelope { time, ..Envelope::default() }))
            {
                let line = Line { source: SourceId(0), received: None, bytes: line.as_bytes() };
                engine.line(line, &mut changes);
            }
        }
    }
    engine
}

/// States after nothing, a few reports and a meeting; and files, among them those that claim another length than they have.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let states = [0, 5, 150].map(|minutes| engine_after(minutes).save());
    let disk = ModelDisk::default();
    disk.create_folder(Path::new(FOLDER)).expect("a disk in memory");
    let at = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date that exists");
    let sources = vec!["roof".to_owned(), "mast".to_owned()];
    let snapshot = Snapshot { position: Position(9), in_force: "key".to_owned(), at, sources };
    save(&disk, Path::new(FOLDER), &snapshot, BODY).expect("a disk in memory");
    let file = disk.content(&Path::new(FOLDER).join("00000000000000000009.snapshot"));
    let claims =
        [0, 1, BODY.len() as u32 - 1, BODY.len() as u32 + 1, MOST_BODY as u32].map(|length| claiming(&file, length));
    states.into_iter().chain(claims).chain([file]).collect()
}

/// The file with another decompressed length in its first block, and checksums that fit: no memory may be used by what a file claims.
fn claiming(file: &[u8], length: u32) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let place = blocks(file)[0] + 4;
    bytes[place..place + 4].copy_from_slice(&length.to_le_bytes());
    with_right_sums(&bytes)
}
