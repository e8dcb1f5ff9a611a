//! Real recordings: the expected alerts of some are committed and reviewed; others must at least be processed to their end.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use atalaia_core::ais::encode::Envelope;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::METRES_PER_SECOND_PER_KNOT;
use atalaia_core::engine::Settings;
use atalaia_core::scenario::Transponder;
use serde_json::Value;

use crate::harness::alert_lines::check_lines;
use crate::harness::scenes::{LATENESS, run_with};
use crate::harness::zones::{guadeloupe, strict_area};

const FOLDER: &str = "tests/recordings";
/// A recording of `decoder/`, with its source and licence.
const RECORDINGS: [(&str, &str); 4] = [
    ("guadeloupe", "shore station, 2017-03-21; caribewave/vessels-monitoring, MIT"),
    ("san_francisco", "yacht log, 2008-07-14; SignalK/signalk-server-java, Apache-2.0"),
    ("all_types", "examples of every message; schwehr/libais, Apache-2.0"),
    ("us_coast_guard", "48 s of a network, 2006-07-15; schwehr/noaadata, Apache-2.0"),
];

fn replay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atalaia")).arg("replay").args(arguments).output().unwrap()
}

/// The lines of a replay that must succeed.
fn replayed(arguments: &[&str]) -> Vec<Value> {
    let output = replay(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Writes one change as two lines that a person can check against the track.
fn told(change: &Value, out: &mut String) {
    let alert = &change["alert"];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let list = |items: &Value, of: &dyn Fn(&Value) -> String| {
        items.as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let vessels = list(&alert["vessels"], &|vessel| format!("{}.{}", vessel["mmsi"], vessel["track"]));
    let zones = list(&alert["zones"], &|zone| format!("{}:{}", text(&zone["relation"]), text(&zone["id"])));
    let points = list(&alert["score_reasons"], &|reason| {
        format!("{}{:+}", text(&reason["code"]), reason["points"].as_i64().unwrap())
    });
    writeln!(
        out,
        "{} {} {} {} r{} {} {} | since {} until {} | {vessels} | {zones} | {points} | {},{}",
        text(&change["at"]),
        text(&change["change"]),
        text(&alert["behaviour"]),
        text(&alert["id"]),
        change["revision"],
        text(&alert["severity"]),
        alert["score"],
        text(&alert["started_at"]),
        text(&alert["ended_at"]),
        alert["position"]["lat"],
        alert["position"]["lon"],
    )
    .unwrap();
    // The summary of an unchanged state is not repeated.
    let summary = if change["reason"] == "still going on" { String::new() } else { text(&alert["summary"]) };
    writeln!(out, "    {}: {summary}", text(&change["reason"])).unwrap();
}

#[test]
fn real_recordings_give_the_reviewed_alerts() {
    let bless = std::env::var_os("BLESS").is_some();
    let zones = format!("{FOLDER}/zones");
    let mut expected = BTreeSet::new();
    let mut differences = Vec::new();
    for (name, origin) in RECORDINGS {
        let recording = format!("{FOLDER}/decoder/{name}.nmea.gz");
        for (with, arguments) in
            [("shipped", vec!["--facts", &recording]), ("own", vec!["--facts", "--zones", &zones, &recording])]
        {
            let changes = replayed(&arguments);
            check_lines(name, &changes);
            let mut text = format!("# {origin}\n# with the {with} zones; facts included\n");
            changes.iter().for_each(|change| told(change, &mut text));
            let path = format!("{FOLDER}/{name}.{with}.alerts");
            if bless {
                fs::write(&path, &text).unwrap();
            }
            let golden = fs::read_to_string(&path).unwrap_or_default();
            if let Some((number, _)) = (1..)
                .zip(golden.lines().map(Some).chain([None]))
                .zip(text.lines().map(Some).chain([None]))
                .find_map(|((number, golden), text)| (golden != text).then_some((number, text)))
            {
                let at = |text: &str| text.lines().nth(number - 1).unwrap_or("(end)").to_owned();
                differences.push(format!("{path}:{number}:\n  was {}\n  is  {}", at(&golden), at(&text)));
            }
            expected.insert(PathBuf::from(path));
        }
    }
    let found = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let found: BTreeSet<PathBuf> = found.filter(|path| path.extension().is_some_and(|end| end == "alerts")).collect();
    assert_eq!(found, expected, "every golden file has a recording");
    assert!(differences.is_empty(), "look at each, then BLESS=1:\n{}", differences.join("\n"));
}

#[test]
fn harbours_with_pilots_ferries_and_yachts_raise_nothing_with_the_shipped_zones() {
    for (name, _) in RECORDINGS {
        let mut changes = replayed(&["--facts", &format!("{FOLDER}/decoder/{name}.nmea.gz")]);
        // An impossible IMO number is a fact wherever it is sent.
        changes.retain(|change| change["alert"]["score_reasons"][0]["code"] != "check_digit");
        assert!(changes.is_empty(), "{name}: {}", changes[0]);
    }
}

#[test]
fn a_real_recording_in_another_order_of_arrival_gives_the_same_alerts() {
    let mut text = String::new();
    let file = fs::File::open(format!("{FOLDER}/decoder/guadeloupe.nmea.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let expected = run_with(&Settings::default(), &guadeloupe(), text.as_bytes());
    assert!(50 < expected.len());
    // The parts of a message stay together, because they would not be joined a minute apart.
    let mut messages: Vec<(i64, String)> = Vec::new();
    for line in text.lines().skip(1) {
        let time: i64 = line.split(',').next().unwrap().parse().unwrap();
        match messages.last_mut().filter(|_| line.contains("VDM,2,2,")) {
            Some((_, message)) => message.push_str(&format!("{line}\n")),
            None => messages.push((time, format!("{line}\n"))),
        }
    }
    for seed in 1..6 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut arrivals: Vec<(i64, &String)> =
            messages.iter().map(|(time, message)| (time + rng.i64(0..=i64::from(LATENESS)), message)).collect();
        rng.shuffle(&mut arrivals);
        arrivals.sort_by_key(|(arrival, _)| *arrival);
        let shuffled: String = arrivals.into_iter().map(|(_, message)| message.as_str()).collect();
        let got = run_with(&Settings::default(), &guadeloupe(), shuffled.as_bytes());
        for (got, expected) in got.iter().zip(&expected) {
            assert!(got == expected, "seed {seed}:\n{got}\nin place of\n{expected}");
        }
        assert_eq!(got.len(), expected.len());
    }
}

/// The development data, if present beside the project.
fn shared(folder: &str) -> Option<PathBuf> {
    let beside = ["../shared/data", "../../shared/data"].map(|data| Path::new(data).join(folder));
    let found = beside.into_iter().find(|path| path.is_dir());
    if found.is_none() {
        // Not a failure, but nothing was tested either.
        let _ = writeln!(io::stderr(), "NOT TESTED: ../shared/data/{folder} is not there");
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_available_recording_is_replayed_to_its_end() {
    let zones = format!("{FOLDER}/zones");
    for path in shared("nmea").iter().flat_map(|folder| files(folder)) {
        let name = path.to_string_lossy();
        if name.contains("decoded_positions") {
            // Output of another program's decoder, in its own format.
            assert_eq!(replay(&[&name]).status.code(), Some(65));
            continue;
        }
        let mut arguments = vec!["--facts", "--zones", &zones];
        // Local time, and no times at all.
        if name.contains("seine") {
            arguments.extend(["--time-zone", "Europe/Paris"]);
        }
        let untimed = name.contains("no_timestamps") || name.contains("gibraltar");
        if untimed {
            arguments.extend(["--time-from", "2020-01-01T00:00:00Z", "--rate", "25"]);
        }
        arguments.push(&name);
        check_lines(&name, &replayed(&arguments));
    }
}

/// Two hours labelled by their recorder: a drift that its own rule, with the same thresholds, detected at 16:50:04. The licence does not
/// allow the recording to be shipped.
#[test]
fn a_ship_known_to_drift_is_found_at_the_labelled_time() {
    let Some(folder) = shared("nmea") else { return };
    let path = folder.join("frio_538004030_drift_event_kattegat_2014-09-28.ais.gz");
    let changes = replayed(&["--facts", &path.to_string_lossy()]);
    check_lines("frio", &changes);
    let of_drift = |change: &&Value| change["alert"]["behaviour"] == "drift" && change["change"] == "opened";
    let opened: Vec<&Value> = changes.iter().filter(of_drift).collect();
    let [drift] = opened.as_slice() else { panic!("one drift: {opened:?}") };
    let near = |time: &Value, clock: &str| {
        let expected = Time::parse(&format!("2014-09-28T{clock}:00Z")).unwrap();
        let apart = (Time::parse(time.as_str().unwrap()).unwrap() - expected).abs();
        assert!(apart <= Span::from_minutes(3), "{time}, not {clock}");
    };
    assert_eq!(drift["alert"]["vessels"][0]["mmsi"], 538_004_030);
    near(&drift["alert"]["opened_at"], "16:50");
    near(&drift["at"], "16:50");
    near(&drift["alert"]["started_at"], "16:38");
    // The position jumps by half a mile for minutes; it is still one ship.
    let conflicts = changes.iter().filter(|change| change["alert"]["behaviour"] == "identity_conflict").count();
    assert_eq!(conflicts, 0, "two ships of one");
}

#[test]
fn every_available_table_of_positions_is_replayed_or_refused() {
    let zones = format!("{FOLDER}/zones");
    for path in shared("tracks").iter().flat_map(|folder| files(folder)) {
        let name = path.to_string_lossy();
        let is_known = name.contains("danish_aisdk") || name.contains("marinecadastre");
        let output = replay(&["--facts", "--zones", &zones, &name]);
        let told = String::from_utf8_lossy(&output.stderr);
        match is_known {
            true => assert!(output.status.success(), "{name}: {told}"),
            false => assert!(matches!(output.status.code(), Some(0 | 65)), "{name}: {told}"),
        }
        assert!(!told.contains("panicked"), "{name}: {told}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let changes: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        check_lines(&name, &changes);
    }
}

/// The rows of a compressed table, by column.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn line(at: Time, mmsi: u32, place: (f64, f64), knots: f64, course: f64) -> String {
    let ship = Transponder::class_a(mmsi).at(place.0, place.1).knots(knots).course(course.rem_euclid(360.0));
    let envelope = Envelope { time: Some(at), station: Some("table"), ..Envelope::default() };
    ship.second_of(at).report().sentences(&envelope).concat() + "\n"
}

#[test]
fn tracks_of_hampton_roads_give_valid_lines() {
    let Some(folder) = shared("tracks") else { return };
    let day = Time::parse("2020-06-01T00:00:00Z").unwrap();
    let mut nmea = String::new();
    for row in rows(&folder.join("hampton_roads_4h_20_vessels_set1.csv.gz")) {
        let clock: Vec<i64> = row[2].split(':').map(|part| part.parse().unwrap()).collect();
        let at = day + Span::from_seconds(clock[0] * 3600 + clock[1] * 60 + clock[2]);
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        // The table's own numbers, prefixed with the flag of the country.
        let mmsi = 366_000_000 + row[1].parse::<u32>().unwrap() % 1_000_000;
        nmea.push_str(&line(at, mmsi, (number(3), number(4)), number(5) / 10.0, number(6) / 10.0));
    }
    let changes = run_with(&Settings::default(), &strict_area(36.92, -76.32, 37.02, -76.05), nmea.as_bytes());
    assert!(!changes.is_empty());
    check_lines("hampton roads", &changes);
}

#[test]
fn a_day_of_tracks_of_the_kattegat_gives_valid_lines() {
    let Some(folder) = shared("tracks") else { return };
    let mut nmea = String::new();
    for row in rows(&folder.join("kattegat_2025-11-01_1day_1min_resampled.csv.gz")) {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let course = number(5).atan2(number(6)).to_degrees();
        let at = Time::parse(&row[1]).unwrap();
        let knots = number(4) / METRES_PER_SECOND_PER_KNOT;
        nmea.push_str(&line(at, row[8].parse().unwrap(), (number(2), number(3)), knots, course));
    }
    let changes = run_with(&Settings::default(), &strict_area(57.2, 10.8, 57.5, 11.6), nmea.as_bytes());
    assert!(!changes.is_empty());
    check_lines("kattegat", &changes);
}
