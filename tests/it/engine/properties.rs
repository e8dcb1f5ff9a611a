//! Properties of every alert line, and changes that must not matter to any: order, copies, cuts, garbage, place and day.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use atalaia_core::ais::encode::Envelope;
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::Settings;
use atalaia_core::scenario::{Feed, Transmission, Transponder};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::alert_lines::{check_lines, ids};
use crate::harness::replay::{desk, replayed};
use crate::harness::scenes::{self, LATENESS, run, run_with, scenes};

const SEEDS: [u64; 3] = [1, 20, 300];

/// Runs every scene with every seed, and asserts that each gives some lines.
fn each(mut check: impl FnMut(&str, &Feed, &[Value])) {
    for seed in SEEDS {
        for (name, scenario) in scenes(seed) {
            let feed = scenario.feed();
            let changes = run(feed.nmea().as_bytes());
            assert!(!changes.is_empty(), "{name} says nothing");
            check(&format!("{name}, seed {seed}"), &feed, &changes);
        }
    }
}

#[track_caller]
fn assert_same(name: &str, got: &[Value], expected: &[Value]) {
    for (number, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!(got == expected, "{name}: line {}:\n{got}\nin place of\n{expected}", number + 1);
    }
    assert_eq!(got.len(), expected.len(), "{name}: number of lines");
}

#[test]
fn every_line_meets_the_contract() {
    each(|name, _, changes| check_lines(name, changes));
}

/// Behaviours that need a day or more, coverage, or a receipt clock; `judged` produces them.
const JUDGED_ELSEWHERE: [&str; 15] = [
    "async_rendezvous",
    "ais_gap",
    "dark_rendezvous",
    "out_and_back",
    "small_craft_stop",
    "alongside_at_anchor",
    "limit_hugging",
    "drift",
    "draught_change",
    "voyage_anomaly",
    "identity_change",
    "interference",
    "fishing_out_of_place",
    "watchlist",
    "feed_silent",
];

#[test]
fn the_scenes_produce_every_behaviour_and_every_kind_of_change() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    each(|_, _, changes| {
        for change in changes {
            let kinds = seen.entry(change["alert"]["behaviour"].as_str().unwrap().to_owned()).or_default();
            kinds.push(change["change"].as_str().unwrap().to_owned());
        }
    });
    let missing: Vec<&str> =
        atalaia_core::behaviours::NAMES.iter().copied().filter(|name| !seen.contains_key(*name)).collect();
    assert_eq!(missing, JUDGED_ELSEWHERE, "behaviours that no scene shows");
    let never = |kind: &str| -> Vec<&str> {
        let without = seen.iter().filter(|(_, kinds)| !kinds.iter().any(|seen| seen == kind));
        without.map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(never("opened"), Vec::<&str>::new());
    // One of the two would have to be silent for 6 h, which is longer than any scene.
    assert_eq!(never("ended"), ["identity_conflict"]);
    let tracks = run(scenes::one_number(1).nmea().as_bytes());
    assert!(tracks.iter().any(|change| change["alert"]["vessels"][0]["track"] == 2), "one MMSI on two ships");
    let group = run(scenes::company(1).nmea().as_bytes());
    assert!(group.iter().any(|change| !change["alert"]["group_id"].is_null()), "three boats are one row");
}

#[test]
fn the_order_of_arrival_within_the_lateness_changes_nothing() {
    each(|name, feed, changes| {
        for seed in 1..4 {
            let shuffled = feed.shuffled(seed, LATENESS);
            assert_same(name, &run(shuffled.nmea().as_bytes()), changes);
        }
    });
}

#[test]
fn a_second_station_a_second_later_changes_only_the_stations() {
    each(|name, feed, changes| {
        let without_stations = |changes: &[Value]| -> Vec<Value> {
            let mut changes = changes.to_vec();
            for change in &mut changes {
                drop(change["alert"]["evidence"]["stations"].take());
                // Data received by two stations have a better grade.
                drop(change["alert"]["handling"]["info_grade"].take());
            }
            changes
        };
        let doubled = feed.doubled("again", 1);
        let got = run(doubled.nmea().as_bytes());
        assert_same(name, &without_stations(&got), &without_stations(changes));
        let ships = got
            .iter()
            .filter(|change| change["alert"]["vessels"].as_array().is_some_and(|vessels| !vessels.is_empty()));
        let heard_twice = |change: &Value| change["alert"]["handling"]["info_grade"] == "3";
        assert!(ships.clone().count() == 0 || ships.clone().any(heard_twice), "{name}: nothing is corroborated");
        let shuffled = doubled.shuffled(7, LATENESS - 1);
        assert_same(name, &without_stations(&run(shuffled.nmea().as_bytes())), &without_stations(changes));
    });
}

#[test]
fn repeating_every_line_changes_nothing() {
    each(|name, feed, changes| {
        let twice: String = feed.nmea().lines().flat_map(|line| [line, "\n", line, "\n"]).collect();
        assert_same(name, &run(twice.as_bytes()), changes);
    });
}

#[test]
fn garbage_between_the_lines_changes_nothing() {
    each(|name, feed, changes| assert_same(name, &run(&feed.with_garbage(11)), changes));
}

#[test]
fn polling_more_often_changes_nothing() {
    each(|name, feed, changes| {
        let mut engine = scenes::engine(&Settings::default(), &scenes::chart());
        let mut out = Vec::new();
        let nmea = feed.nmea();
        for bytes in scenes::lines(nmea.as_bytes()) {
            engine.source_idle(SourceId(1), &mut out);
            engine.line(Line { source: SourceId(0), received: None, bytes: b"" }, &mut out);
            engine.line(Line { source: SourceId(0), received: None, bytes }, &mut out);
            engine.line(Line { source: SourceId(1), received: None, bytes: b"# still here" }, &mut out);
        }
        engine.finish(&mut out);
        let out: Vec<Value> = out.iter().map(|change| serde_json::to_value(change).unwrap()).collect();
        assert_same(name, &out, changes);
    });
}

/// A report of one of the vessels from an impossible place.
fn false_fix(at: Time, mmsi: u32, place: Option<(f64, f64)>) -> Transmission {
    let ship = Transponder::class_a(mmsi).knots(0.1);
    let ship = place.map_or(ship.clone(), |(lat, lon)| ship.at(lat, lon));
    let sentences = ship.report().sentences(&Envelope::default());
    Transmission { at, station: "shore1".to_owned(), sentences }
}

#[test]
fn a_single_impossible_fix_changes_nothing() {
    each(|name, feed, changes| {
        let (start, end) = (feed.sent[0].at, feed.sent[feed.sent.len() - 1].at);
        let vessels = changes.iter().filter_map(|change| change["alert"]["vessels"][0]["mmsi"].as_u64());
        let vessels: BTreeSet<u64> = vessels.filter(|mmsi| *mmsi < 900_000_000).collect();
        let mut with_false = feed.clone();
        for (nth, mmsi) in (0..).zip(&vessels) {
            let places = [Some((36.7, -30.0)), Some((0.0, 0.0)), Some((45.5, -17.5)), None, Some((-36.0, 170.0))];
            for (hour, place) in (1..).zip(places) {
                let at = start + Span::from_minutes(60 * hour + 3 * nth) + Span::from_seconds(31);
                if at < end {
                    with_false.sent.push(false_fix(at, *mmsi as u32, place));
                }
            }
        }
        assert!(feed.sent.len() + vessels.len() < with_false.sent.len(), "{name}");
        with_false.sent.sort_by_key(|sent| sent.at);
        assert_same(name, &run(with_false.nmea().as_bytes()), changes);
    });
}

/// The output of `atalaia replay`, and its decoded messages by type: the loss of a message may not show in any alert.
fn replayed_and_counted(folder: &TempDir, inputs: &[String]) -> (String, Value) {
    let arguments = ["--force".to_owned(), "--summary".to_owned(), "summary.json".to_owned()];
    let lines = replayed(folder, &[&arguments, inputs].concat());
    let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    let mut summary: Value = serde_json::from_str(&summary).unwrap();
    (lines, summary["reports_by_type"].take())
}

#[test]
fn a_recording_cut_into_files_at_any_line_gives_the_same_alerts_in_any_order_of_files() {
    let folder = desk();
    for (name, scenario) in scenes(5) {
        let nmea = scenario.nmea();
        fs::write(folder.path().join("whole.nmea"), &nmea).unwrap();
        let whole = replayed_and_counted(&folder, &["whole.nmea".to_owned()]);
        assert!(!whole.0.is_empty());
        let lines: Vec<&str> = nmea.lines().collect();
        let first_part = |line: &&str| line.contains("!AIVDM,2,1,");
        let pairs: Vec<usize> = (0..lines.len()).filter(|place| first_part(&lines[*place])).collect();
        let mut rng = fastrand::Rng::with_seed(9);
        // Some cuts anywhere, some between the two parts of static data.
        let mut cuts: Vec<usize> = (0..4).map(|_| rng.usize(1..lines.len())).collect();
        cuts.extend((0..4).filter_map(|_| pairs.get(rng.usize(0..pairs.len().max(1)))).map(|place| place + 1));
        cuts.extend([0, lines.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut names = Vec::new();
        for (nth, ends) in cuts.windows(2).enumerate() {
            let part: String = lines[ends[0]..ends[1]].iter().flat_map(|line| [line, "\n"]).collect();
            let part_name = format!("part{nth}.nmea");
            fs::write(folder.path().join(&part_name), part).unwrap();
            names.push(part_name);
        }
        assert!(replayed_and_counted(&folder, &names) == whole, "{name}: cut");
        names.reverse();
        assert!(replayed_and_counted(&folder, &names) == whole, "{name}: cut, the files named last first");
    }
}

/// The same lines a `span` later, with all times and the ids that follow from them changed.
fn later(changes: &[Value], span: Span) -> Vec<Value> {
    let mut changes = changes.to_vec();
    let mut ids_of: BTreeMap<String, String> = BTreeMap::new();
    for change in &mut changes {
        let alert = &change["alert"];
        let nth = ids(alert).iter().position(|id| alert["id"] == id.as_str());
        let old = alert["id"].as_str().expect("an id").to_owned();
        shift(change, span);
        if let Some(nth) = nth.filter(|_| change["change"] == "opened") {
            ids_of.insert(old, ids(&change["alert"])[nth].clone());
        }
    }
    for change in &mut changes {
        for field in ["id", "group_id"] {
            let id = change["alert"][field].as_str().and_then(|id| ids_of.get(id));
            if let Some(id) = id {
                change["alert"][field] = id.as_str().into();
            }
        }
        // A reason names another alert by the beginning of its id.
        let reason = change["reason"].as_str().unwrap_or_default();
        let words = reason.split(' ').map(|word| {
            let named = ids_of.iter().find(|(old, _)| word.len() == 8 && old.starts_with(word));
            named.map_or(word, |(_, new)| &new[..8])
        });
        change["reason"] = words.collect::<Vec<_>>().join(" ").into();
    }
    changes
}

fn shift(value: &mut Value, span: Span) {
    match value {
        Value::String(text) => {
            if let Some(at) = Time::parse(text) {
                *text = (at + span).to_string();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, span)),
        Value::Object(fields) => fields.values_mut().for_each(|field| shift(field, span)),
        _ => {}
    }
}

/// Lines without what depends on the time of day in words, on the day of retention, and on the ids of other alerts, which follow from
/// times.
fn without_words(changes: &[Value]) -> Vec<Value> {
    let mut changes = changes.to_vec();
    for change in &mut changes {
        // Only times of day are removed from a reason, and dates, which a time has if it is of another day than the latest one.
        let is_clock = |word: &&str| {
            [format!("2024-03-01T{word}:00Z"), format!("{word}T00:00:00Z")]
                .iter()
                .any(|time| Time::parse(time).is_some())
        };
        let reason = change["reason"].as_str().unwrap_or_default();
        change["reason"] = reason.split(' ').filter(|word| !is_clock(word)).collect::<Vec<_>>().join(" ").into();
        let alert = &mut change["alert"];
        alert["summary"].take();
        alert["handling"]["retain_until"].take();
        for id in ["group_id", "case_id", "replaces"] {
            alert[id] = (!alert[id].is_null()).into();
        }
    }
    changes
}

#[test]
fn another_day_and_another_side_of_midnight_give_the_same_alerts_at_other_times() {
    let settings = scenes::without_nights();
    for seed in SEEDS {
        for (name, scenario) in scenes(seed) {
            let feed = scenario.feed();
            let changes = run_with(&settings, &scenes::chart(), feed.nmea().as_bytes());
            // One day; into the end of a leap day; across the turn of a year.
            for hours in [24, 13, -60 * 24 - 10 + 24] {
                let span = Span::from_hours(hours);
                let moved = run_with(&settings, &scenes::chart(), feed.shifted(span).nmea().as_bytes());
                check_lines(name, &moved);
                let name = format!("{name}, seed {seed}, {hours} h later");
                assert_same(&name, &without_words(&moved), &without_words(&later(&changes, span)));
                assert!(moved.iter().all(|moved| changes.iter().all(|old| old["alert"]["id"] != moved["alert"]["id"])));
            }
        }
    }
}

#[test]
fn across_the_antimeridian_the_alerts_are_the_same_as_elsewhere() {
    let settings = scenes::without_nights();
    for seed in SEEDS {
        for (name, scenario) in scenes(seed) {
            let here = run_with(&settings, &scenes::endless_ocean(0.0), scenario.nmea().as_bytes());
            for east in [-162.5, 197.5] {
                let there = scenario.clone().moved_east(east).nmea();
                let there = run_with(&settings, &scenes::endless_ocean(east), there.as_bytes());
                let name = format!("{name}, seed {seed}, {east} degrees east");
                check_lines(&name, &there);
                assert_same(&name, &placeless(&there, 0.0), &placeless(&here, east));
            }
        }
    }
}

/// Lines with their positions moved and rounded to a hundredth of a degree, without other fields that depend on the place.
fn placeless(changes: &[Value], east: f64) -> Vec<Value> {
    let mut changes = changes.to_vec();
    for change in &mut changes {
        let alert = &mut change["alert"];
        alert["summary"].take();
        alert["evidence"].take();
        if let Some(place) = alert["position"].as_object_mut() {
            let east_of_180 = ((place["lon"].as_f64().unwrap() + east - 180.0) * 100.0).round() as i64;
            place["lon"] = east_of_180.rem_euclid(36_000).into();
            place["lat"] = ((place["lat"].as_f64().unwrap() * 100.0).round() as i64).into();
        }
    }
    changes
}
