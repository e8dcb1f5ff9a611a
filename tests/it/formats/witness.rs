//! The decoder against independent witnesses, field by field: pyais, libais and nmea-parser, on real recordings.
//!
//! A value that at least two witnesses agree on is taken as true. The output of pyais and libais is committed in
//! `tests/recordings/decoder/*.witness.gz`. With `ATALAIA_WITNESS_PYTHON` (an interpreter that has them) they run again, and also on every
//! recording of `../shared/data/nmea` if that folder exists.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use atalaia_core::ais::{Body, Decoder, Dimensions, Line, Position, Report, SourceId, SourceSettings};
use atalaia_core::base::time::Time;
use nmea_parser::{NmeaParser, ParsedMessage};

/// Where the decoder differs from the majority and is right: recording, line (from 0), field, reason.
const EXCEPTIONS: &[(&str, usize, &str, &str)] = &[
    ("all_types.nmea.gz", 309, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 310, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 311, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 313, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 314, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 315, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 318, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 320, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 321, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 323, "message", RANDOM_BITS),
    ("all_types.nmea.gz", 325, "message", RANDOM_BITS),
];
const RANDOM_BITS: &str = "random bits of a length that type 27 never has: refused, as libais does too";

/// Maximum number of lines between a message and its copies.
const COPY_LINES: usize = 200;

/// One decoder's reading of a message: fields in the units of the radio message, empty for "not available".
#[derive(Clone, PartialEq, Debug, Default)]
struct Said {
    kind: u8,
    mmsi: u32,
    fields: BTreeMap<String, String>,
    /// Whether the UTC second is "positioning system inoperative".
    inoperative: bool,
}

impl Said {
    fn put(&mut self, field: &str, value: Option<impl ToString>) {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        self.fields.insert(field.to_owned(), value);
    }

    fn put_text(&mut self, field: &str, value: Option<&str>) {
        // The witnesses print 0x2D and 0x27 differently; see FACE in decode.py.
        let value = value.map(|text| text.replace('_', "-").replace('`', "'"));
        self.put(field, value);
    }

    fn put_dims(&mut self, dimensions: Option<Dimensions>) {
        let text = |d: Dimensions| format!("{}/{}/{}/{}", d.bow, d.stern, d.port, d.starboard);
        self.put("dims", dimensions.map(text));
    }

    fn put_place(&mut self, place: Option<(i32, i32)>) {
        self.put("lat", place.map(|place| place.0));
        self.put("lon", place.map(|place| place.1));
    }
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|ending| ending != "gz") {
        return bytes;
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
    text
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Our decoder's reading, by the number of the line that completes the message.
fn ours(bytes: &[u8]) -> BTreeMap<usize, Said> {
    let settings = SourceSettings { name: "recording".to_owned(), time_zone: None, live: false };
    let mut decoder = Decoder::new(vec![settings]);
    let mut said = BTreeMap::new();
    let mut reports = Vec::new();
    for (number, bytes) in lines(bytes).enumerate() {
        let before = decoder.tally().total().reports_by_type;
        reports.clear();
        let line = Line { source: SourceId(0), received: Some(Time::from_seconds(1_700_000_000)), bytes };
        decoder.line(line, &mut reports);
        let after = decoder.tally().total().reports_by_type;
        let kind = (0..28).find(|kind| before[*kind] != after[*kind]);
        if let (Some(kind), false) = (kind, reports.is_empty()) {
            said.insert(number, of_reports(kind as u8, &reports));
        }
    }
    said
}

fn of_reports(kind: u8, reports: &[Report]) -> Said {
    let mut said = Said { kind, mmsi: reports[0].mmsi.0, ..Said::default() };
    for report in reports {
        match &report.body {
            Body::Position(position) => of_position(&mut said, position),
            Body::Base(position) => said.put_place(position.units()),
            Body::Aid(aid) => {
                said.put_place(aid.position.units());
                said.put_text("name", aid.name.as_deref());
                said.put_dims(aid.dimensions);
            }
            Body::Static(given) => {
                said.put("imo", given.imo);
                said.put_text("name", given.name.as_deref());
                said.put_text("callsign", given.call_sign.as_deref());
                said.put("shiptype", given.ship_type);
                said.put_dims(given.dimensions);
                said.put("draught", given.draught_dm);
                said.put_text("dest", given.destination.as_deref());
                let eta = given.eta.map(|(m, d, h, min)| format!("{m}-{d}-{h}-{min}"));
                said.put("eta", eta);
            }
            Body::SafetyText(text) => said.put_text("text", Some(text)),
            Body::Other => said.put_text("text", None),
        }
    }
    said
}

fn of_position(said: &mut Said, position: &Position) {
    said.put_place(position.units());
    said.put("sog", tenths(position.sog_knots()));
    said.put("cog", tenths(position.cog_degrees()));
    said.put("heading", tenths(position.heading_degrees()));
    said.put("status", position.status());
}

fn tenths(value: Option<f64>) -> Option<i64> {
    value.map(|value| (value * 10.0).round() as i64)
}

/// nmea-parser's reading of single sentences and of parts in order. Known errors of it are left out: speed and course of type 27, which
/// it reads from the latitude's bits; type 24, which it does not return; estimated arrivals, which it invents; names of type 21, to which
/// it
/// adds garbage.
fn of_nmea_parser(bytes: &[u8]) -> BTreeMap<usize, Said> {
    let mut parser = NmeaParser::new();
    let mut all = BTreeMap::new();
    for (number, line) in lines(bytes).enumerate() {
        let Some(sentence) = ais_sentence(line) else {
            continue;
        };
        let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse_sentence(sentence)));
        let Ok(parsed) = parsed else {
            parser = NmeaParser::new();
            continue;
        };
        let alone = sentence.get(6..10) == Some(",1,1");
        let kind = sentence.split(',').nth(5).and_then(|payload| payload.bytes().next());
        let kind = kind.map_or(0, |first| if first < 96 { first - 48 } else { first - 56 });
        let mut said = Said::default();
        match parsed {
            Ok(ParsedMessage::VesselDynamicData(data)) if alone => {
                (said.kind, said.mmsi) = (kind, data.mmsi);
                let place = data.latitude.zip(data.longitude);
                let place = place.filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0);
                said.put_place(
                    place.map(|(lat, lon)| ((lat * 600_000.0).round() as i32, (lon * 600_000.0).round() as i32)),
                );
                if kind != 27 {
                    let course = data.cog.filter(|course| *course < 360.0);
                    let heading = data.heading_true.filter(|heading| *heading < 360.0);
                    said.put("sog", tenths(data.sog_knots));
                    said.put("cog", tenths(course));
                    said.put("heading", tenths(heading));
                }
            }
            Ok(ParsedMessage::VesselStaticData(data)) if !alone => {
                (said.kind, said.mmsi) = (5, data.mmsi);
                let imo = data.imo_number.filter(|imo| (1..=9_999_999).contains(imo));
                said.put("imo", imo);
                said.put_text("name", data.name.as_deref().map(str::trim));
                said.put_text("callsign", data.call_sign.as_deref().map(str::trim));
                said.put_text("dest", data.destination.as_deref().map(str::trim));
                said.put("draught", data.draught10.filter(|draught| *draught != 0));
            }
            _ => continue,
        }
        all.insert(number, said);
    }
    all
}

/// The AIS sentence of a line, from `!` to its checksum.
fn ais_sentence(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let start = line.find('!')?;
    let star = start + line[start..].find('*')?;
    let sentence = line.get(start..star + 3)?;
    matches!(sentence.get(3..6), Some("VDM" | "VDO")).then_some(sentence)
}

/// Reads the output of `tests/witness/decode.py`: the readings of pyais and libais, by line.
fn of_script(text: &str) -> BTreeMap<usize, Vec<Said>> {
    let mut all: BTreeMap<usize, Vec<Said>> = BTreeMap::new();
    for row in text.lines() {
        let mut cells = row.split('\t');
        let number = cells.next().unwrap().parse().unwrap();
        let voices = cells.next().unwrap().len();
        let mut said = Said {
            kind: cells.next().unwrap().parse().unwrap(),
            mmsi: cells.next().unwrap().parse().unwrap(),
            fields: cells
                .map(|cell| cell.split_once('=').unwrap())
                .map(|(field, value)| (field.to_owned(), value.to_owned()))
                .collect(),
            inoperative: false,
        };
        said.inoperative = said.fields.remove("inoperative").is_some();
        let heard = all.entry(number).or_default();
        heard.extend(std::iter::repeat_n(said, voices));
    }
    all
}

/// The value that at least two readings agree on; `None` if there is none.
fn majority<T: PartialEq + Clone>(values: &[T]) -> Option<T> {
    let twice = |value: &&T| 2 <= values.iter().filter(|other| other == value).count();
    values.iter().find(twice).cloned()
}

/// Compares one recording; returns the number of fields compared and every disagreement.
fn compare(name: &str, bytes: &[u8], script: &str) -> (usize, Vec<String>) {
    let ours = ours(bytes);
    let third = of_nmea_parser(bytes);
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (number, mut voices) in of_script(script) {
        voices.extend(third.get(&number).cloned());
        let heads: Vec<_> = voices.iter().map(|said| (said.kind, said.mmsi)).collect();
        let Some((kind, mmsi)) = majority(&heads) else {
            continue;
        };
        if !(1..=27).contains(&kind) || 999_999_999 < mmsi {
            continue;
        }
        let mut note = |field: &str, ours: &str, truth: &str| {
            let listed = |exception: &&(&str, usize, &str, &str)| {
                exception.0 == name && exception.1 == number && exception.2 == field
            };
            if !EXCEPTIONS.iter().any(|exception| listed(&exception)) {
                wrong.push(format!("{name}:{number} type {kind} {mmsi} {field}: ours {ours:?}, witnesses {truth:?}"));
            }
        };
        let Some(said) = ours.get(&number) else {
            // Copies of a multi-part message are left out, and counted, while the first one is recent.
            let fresh = ours.range(number.saturating_sub(COPY_LINES)..number);
            let mut copies = fresh.filter(|(_, said)| (said.kind, said.mmsi) == (kind, mmsi));
            let same = |said: &Said| voices.iter().all(|voice| agrees(said, voice));
            if copies.any(|(_, said)| same(said)) {
                continue;
            }
            note("message", "none", "decoded");
            continue;
        };
        if (said.kind, said.mmsi) != (kind, mmsi) {
            note("head", &format!("{} {}", said.kind, said.mmsi), "");
            continue;
        }
        compared += 1;
        let fields: BTreeSet<_> = voices.iter().flat_map(|said| said.fields.keys()).collect();
        // Exactly 0 N 0 E, and positions sent while the positioning system is inoperative, do not count as positions here.
        let zero = |field: &str| voices.iter().all(|said| said.fields.get(field).is_none_or(|value| value == "0"));
        let withheld = voices.iter().any(|said| said.inoperative) || (zero("lat") && zero("lon"));
        for field in fields {
            let values = voices.iter().filter_map(|said| said.fields.get(field));
            let Some(truth) = majority(&values.collect::<Vec<_>>()) else {
                continue;
            };
            compared += 1;
            let value = said.fields.get(field).map_or("(no field)", |value| value);
            let is_place = field == "lat" || field == "lon";
            if value != truth && !(withheld && is_place && value.is_empty()) {
                note(field, value, truth);
            }
        }
    }
    (compared, wrong)
}

/// Whether every field of the witness is the same in ours.
fn agrees(ours: &Said, witness: &Said) -> bool {
    let same = |(field, value): (&String, &String)| ours.fields.get(field) == Some(value);
    witness.fields.iter().all(same)
}

fn run_script(python: &str, recording: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/decode.py");
    let output = Command::new(python).arg(script).arg(recording).output().unwrap();
    assert!(
        output.status.success(),
        "the witnesses could not speak on {}: {}",
        recording.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn recordings(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

#[test]
fn the_decoder_agrees_with_the_majority_of_witnesses_on_every_field() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var("ATALAIA_WITNESS_PYTHON").ok();
    let mut compared = 0;
    let mut wrong = Vec::new();
    let mut check = |name: &str, bytes: &[u8], script: &str| {
        let (fields, differences) = compare(name, bytes, script);
        compared += fields;
        wrong.extend(differences);
    };
    let committed = recordings(&root.join("tests/recordings/decoder"), ".nmea.gz");
    assert_eq!(committed.len(), 4, "a recording is missing");
    for path in committed {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let beside = path.with_file_name(name.replace(".nmea.gz", ".witness.gz"));
        let written = String::from_utf8(read(&beside)).unwrap();
        check(&name, &read(&path), &written);
        if let Some(python) = &python {
            let spoken = run_script(python, &path);
            assert!(spoken == written, "{name}: the witness file is out of date");
        }
    }
    if let Some(python) = &python {
        for path in recordings(&root.join("../shared/data/nmea"), "") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // The one with every type is among the committed ones.
            if !name.contains("decoded") && !name.starts_with("all_message_types") {
                check(&name, &read(&path), &run_script(python, &path));
            }
        }
    }
    assert!(150_000 < compared, "only {compared} fields were compared");
    let shown: Vec<_> = wrong.iter().take(60).cloned().collect();
    assert!(wrong.is_empty(), "{} of {compared} fields differ:\n{}", wrong.len(), shown.join("\n"));
}
