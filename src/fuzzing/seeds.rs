//! The seeds of the fuzzer, made from the recordings, settings and zones of the repository.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::tables;

/// Length in bytes of a seed that is cut from something longer.
const SEED_BYTES: usize = 2000;
/// Maximum number of seeds cut from one recording.
const MOST_OF_ONE: usize = 12;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with this extension in a folder of the repository, in order of their names.
pub(super) fn files_of(folder: &str, extension: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(repository().join(folder)).expect("a folder of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file of the repository")).collect()
}

fn packed(file: &str) -> Vec<u8> {
    fs::read(repository().join("tests/recordings").join(file)).expect("a file of the repository")
}

fn unpacked(file: &str) -> String {
    let mut text = Vec::new();
    MultiGzDecoder::new(packed(file).as_slice()).read_to_end(&mut text).expect("a whole recording");
    String::from_utf8_lossy(&text).into_owned()
}

/// Pieces of a text that begin at the start of a line, spread over all of it.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let apart = (text.len() / MOST_OF_ONE).max(1);
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut next = 0;
    while next < text.len() {
        let start = text.as_bytes()[..next].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = (start + SEED_BYTES).min(text.len());
        pieces.push(text.as_bytes()[start..end].to_vec());
        next += apart.max(SEED_BYTES);
    }
    pieces
}

pub(super) fn lines() -> Vec<Vec<u8>> {
    let files =
        ["guadeloupe", "san_francisco", "all_types", "us_coast_guard"].map(|name| format!("decoder/{name}.nmea.gz"));
    let mut all: Vec<Vec<u8>> = files.iter().flat_map(|file| pieces(&unpacked(file))).collect();
    all.push(
        b"\\g:1-2-73874,n:157036,s:r003669945,c:1241544035*4A\\!AIVDM,1,1,,B,15N4cJ`005Jrek0H@9n`DW5608EP,0*13\n\
          \\1G2:7,c:1241544035*00\\$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22\n$GPRMC,001225,A,2832.1834,N,08101.0536,W,12,25,251211,1.2,E,A*03\n\
          2016-03-31 00:00:01, !AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49\n\
          !AIVDM,2,2,7,A,888888888888880,2*23,s1,d-119,T12.3,r003669958,1085889680\n"
            .to_vec(),
    );
    all
}

/// The payloads of single-part sentences: the number of padding bits, then the bits.
pub(super) fn payloads() -> Vec<Vec<u8>> {
    let text = unpacked("decoder/all_types.nmea.gz");
    let mut kinds: Vec<(u8, usize)> = Vec::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        let Some(at) = fields.iter().position(|field| field.ends_with("VDM")) else { continue };
        let (Some(&"1"), Some(payload), Some(fill)) = (fields.get(at + 1), fields.get(at + 5), fields.get(at + 6))
        else {
            continue;
        };
        let kind = (payload.bytes().next().unwrap_or_default(), payload.len());
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        let six = |letter: u8| if letter < 88 { letter - 48 } else { letter - 56 };
        let bits: Vec<u8> =
            payload.bytes().flat_map(|letter| (0..6).rev().map(move |at| six(letter) >> at & 1)).collect();
        let bytes = bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)));
        all.push([fill.bytes().next().unwrap_or(b'0') - b'0'].into_iter().chain(bytes).collect());
    }
    all
}

pub(super) fn danish() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in ["traffic/jutland.csv.gz", "traffic/bc.csv.gz", "traffic/gom.csv.gz"] {
        let text = unpacked(file);
        all.extend(pieces(&text).into_iter().take(4));
    }
    let row = "26/04/2026 00:00:00,Base Station,2190064,54.6,8.5,Unknown value,,,,,Unknown,OXYZ,\"MARIA, OF\"\" X\",Cargo,No additional information,\
               13,90,GPS,5.5,BREMEN,27/04/2026 10:00:00,AIS,45,45,6,7";
    all.push(row.into());
    all.push(format!("{}\n{}", tables::DANISH.replace(',', ";"), row.replace(',', ";")).into());
    all.push(row.replace("Base Station", "AtoN").replace(',', "\t").into());
    all
}

pub(super) fn noaa() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for name in ["noaa-good", "noaa-2025-offset", "yacht-control"] {
        all.extend(pieces(&unpacked(&format!("cases/11-csv-header-and-offset/{name}.csv.gz"))).into_iter().take(4));
    }
    all.push(
        b"338148873,2022-01-03T00:00:00,33.60716,-117.9,0.0,360.0,511.0,A TEST,IMO9074729,WDX,36,0,12,4,1.5,36,B\n\
          338148873,2022-01-03T00:00:10.5+0200,33.60716,-117.9,0.0,49.2,511.0,\"A, TEST\",,,,,,,,,"
            .to_vec(),
    );
    all.push(format!("{}\n{}", tables::NOAA, tables::NOAA_2025).into());
    all
}

/// The raw string literals in the tests of the decoder.
fn literals() -> Vec<String> {
    let path = repository().join("core/src/ais/json/tests.rs");
    let text = fs::read_to_string(path).expect("a file of the repository");
    let literals = text.split("r#\"").skip(1).filter_map(|rest| rest.split_once("\"#"));
    // Literals with a place for the time are format strings, in which braces are doubled.
    let plain =
        |text: &str| if text.contains("{time}") { text.replace("{{", "{").replace("}}", "}") } else { text.to_owned() };
    literals.map(|(literal, _)| plain(literal)).collect()
}

/// The objects among them that contain this text.
fn objects(key: &str) -> Vec<Vec<u8>> {
    let of_key = literals().into_iter().filter(|text| text.starts_with('{') && text.contains(key));
    of_key.map(String::into_bytes).collect()
}

pub(super) fn aisstream() -> Vec<Vec<u8>> {
    let names = [
        "ShipStaticData",
        "StaticDataReport",
        "ExtendedClassBPositionReport",
        "StandardClassBPositionReport",
        "LongRangeAisBroadcastMessage",
        "StandardSearchAndRescueAircraftReport",
        "BaseStationReport",
        "AidsToNavigationReport",
        "SafetyBroadcastMessage",
    ];
    let envelope = |name: &str, content: &str| {
        format!(
            "{{\"Message\":{{\"{name}\":{{\"UserID\":311000111,\"Valid\":true,{content}}}}},\"MessageType\":\"{name}\",\
             \"MetaData\":{{\"MMSI\":311000111,\"time_utc\":\"2026-04-25 09:47:25 +0000 UTC\"}}}}"
        )
    };
    let contents = literals().into_iter().filter(|text| text.starts_with('"') && text.contains("\":"));
    let enveloped = contents.flat_map(|content| names.map(|name| envelope(name, &content).into_bytes()));
    objects("\"MessageType\"").into_iter().chain(enveloped).collect()
}

pub(super) fn barentswatch() -> Vec<Vec<u8>> {
    let mut all = objects("\"msgtime\"");
    let timed = objects("{time}").into_iter().map(|object| String::from_utf8_lossy(&object).into_owned());
    let time = "\"msgtime\":\"2026-10-09T12:00:00Z\",\"stream\":\"terra\"";
    all.extend(timed.map(|object| object.replace("{time}", time).into_bytes()));
    all
}

pub(super) fn digitraffic() -> Vec<Vec<u8>> {
    objects("\"topic\"")
}

pub(super) fn receiver() -> Vec<Vec<u8>> {
    let mut all = objects("\"class\"");
    let part = "!AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49\",\"!AIVDM,2,2,7,A,888888888888880,2*23";
    all.push(format!("{{\"class\":\"AIS\",\"toa\":1773456064.25,\"rxtime\":\"20260309120000\",\"station_id\":7,\"nmea\":[\"{part}\"]}}").into());
    all
}

pub(super) fn batch() -> Vec<Vec<u8>> {
    let messages = receiver().into_iter().take(4).map(|object| String::from_utf8_lossy(&object).into_owned());
    let messages: Vec<String> = messages.collect();
    let all = messages.join(",\n");
    let named = |station: &str, messages: &str| {
        format!(
            "{{\"protocol\":\"jsonaiscatcher\",\"encodetime\":\"20260309120000\",\"stationid\":{station},\"receiver\":{{\"description\":\"x\"}},\"msgs\":[{messages}]}}"
        )
    };
    vec![
        named("\"My \\\"St\"", &all).into(),
        named("42", "{},{\"station_id\":7,\"a\":[{\"b\":\"]}\\\"\"}]}").into(),
        format!("{{\"msgs\":[{all}]}}").into(),
    ]
}

pub(super) fn recordings() -> Vec<Vec<u8>> {
    let text = &lines()[0];
    let zstd = zstd::encode_all(text.as_slice(), 3).expect("memory takes it");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let gzip = std::io::Write::write_all(&mut gzip, text).and_then(|()| gzip.finish()).expect("memory takes it");
    let repeated = zstd::encode_all(text.repeat(200).as_slice(), 3).expect("memory takes it");
    let padded = [gzip.as_slice(), &[0; 600], &gzip, &[0; 9]].concat();
    let twice = [zstd.as_slice(), &zstd].concat();
    vec![text.clone(), zstd, gzip, repeated, padded, twice, b"PK\x03\x04....".to_vec(), b"\xfd7zXZ\0".to_vec()]
}

pub(super) fn settings() -> Vec<Vec<u8>> {
    let shipped = files_of("config", "toml").into_iter().map(|text| String::from_utf8_lossy(&text).into_owned());
    let keys = |text: String| {
        text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut all: Vec<Vec<u8>> = shipped.map(|text| keys(text).into_bytes()).collect();
    all.extend(files_of("tests/bad-settings", "toml"));
    let built_in = ["folder = \"\"", "coast = \"built-in\"", "ports = \"built-in\"", "anchorages = \"built-in\""];
    let off = ["folder = \"zones\"", "coast = \"off\"", "ports = \"off\"", "anchorages = \"off\""];
    for text in &mut all {
        let small = String::from_utf8_lossy(text).into_owned();
        let small = built_in.iter().zip(off).fold(small, |text, (built_in, off)| text.replacen(built_in, off, 1));
        *text = small.into_bytes();
    }
    all.push(b"[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n[watchlists]\nfolder = \"watchlists\"\n".to_vec());
    all
}

pub(super) fn zones() -> Vec<Vec<u8>> {
    let mut all = files_of("tests/bad-zones", "geojson");
    all.extend(files_of("tests/recordings/zones", "geojson"));
    let shipped = files_of("zones", "geojson").into_iter();
    all.extend(shipped.map(|text| first_features(&String::from_utf8_lossy(&text)).into_bytes()));
    all
}

/// A zone file reduced to its first three features: complete ones take too much time.
fn first_features(text: &str) -> String {
    let mut file: serde_json::Value = serde_json::from_str(text).expect("a sound file");
    if let Some(features) = file["features"].as_array_mut() {
        features.truncate(3);
    }
    file.to_string()
}
