//! Our own cases about reception: clocks, columns, copies, invalid positions.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::Daemon;
use crate::harness::outcome::{Grade, Outcome, input, replay, replay_with, told};

/// Text of an input.
fn text(case: &str, name: &str) -> String {
    let mut text = String::new();
    let file = fs::File::open(input(case, name)).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// Replays a text as a recording.
fn replay_text(text: &str, name: &str) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    replay_with(&path, "", &[])
}

#[test]
fn null_island_is_not_a_position_with_or_without_the_list_of_anchorages() {
    let folder = TempDir::new().unwrap();
    let off = folder.path().join("off.toml");
    fs::write(&off, "[zones]\nanchorages = \"off\"\n").unwrap();
    for more in [&[][..], &["--config", off.to_str().unwrap()]] {
        let outcome = replay_with(&input("01-null-island", "in.nmea"), "", more);
        assert_eq!(outcome.code, Some(0));
        for behaviour in ["rendezvous", "loitering", "position_jump", "identity_conflict"] {
            outcome.none(behaviour);
        }
        assert!(outcome.told.iter().all(|told| told.worst < Grade::Medium), "{:?}", outcome.told);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["zones", "test", "0", "0"]).output().unwrap();
    let place = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && !place.contains("REMOVE") && !place.contains("calm:   yes"), "{place}");
}

#[test]
fn one_line_from_the_future_does_not_affect_the_others() {
    let case = "03-one-future-timestamp";
    let told = |name: &str| replay(case, name);
    let control = told("control.nmea");
    let expected = [
        (("loitering", Grade::Low), 1),
        (("loitering", Grade::Medium), 1),
        (("rendezvous", Grade::Critical), 1),
        (("slowdown", Grade::Medium), 1),
    ];
    let pair = [255_800_001, 224_800_002];
    assert_eq!(control.counts(&pair), expected.into_iter().collect());
    for name in ["in.nmea", "one-day.nmea"] {
        let outcome = told(name);
        assert_eq!(outcome.counts(&pair), control.counts(&pair), "{name}: {:?}", outcome.told);
        let refused: u64 = outcome.summary["rejects"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert!(refused <= 1, "{name}: {}", outcome.summary["rejects"]);
    }
}

#[test]
fn a_station_with_a_clock_twenty_years_behind_dates_no_alert() {
    let folder = TempDir::new().unwrap();
    let settings = folder.path().join("live.toml");
    fs::write(
        &settings,
        "[[inputs]]\nkind = \"tcp-listen\"\nname = \"yacht\"\naddress = \"127.0.0.1:0\"\n\n\
         [[sinks]]\nkind = \"jsonl\"\nname = \"out\"\npath = \"out.jsonl\"\nmin_severity = \"info\"\n",
    )
    .unwrap();
    let mut daemon = Daemon::start(&settings);
    let address = daemon.address();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(text("08-gps-week-rollover-live", "in.nmea").as_bytes()).unwrap();
    drop(stream);
    daemon.wait_for(&["client disconnected"]);
    let status = daemon.stop("yacht");
    assert!(status.contains("lines=960 "), "{status}");
    let out = fs::read_to_string(folder.path().join("out.jsonl")).unwrap_or_default();
    for line in out.lines() {
        let change: Value = serde_json::from_str(line).unwrap();
        for moment in [&change["at"], &change["alert"]["started_at"], &change["alert"]["opened_at"]] {
            assert!(!moment.as_str().unwrap().starts_with("2007"), "{line}");
        }
    }
}

#[test]
fn a_misspelt_header_is_read_as_intended() {
    let case = "11-csv-header-and-offset";
    let misspelt = |name: &str| text(case, name).replacen("TransceiverClass", "TranscieverClass", 1);
    let good = replay(case, "noaa-good.csv");
    let outcome = replay_text(&misspelt("noaa-good.csv"), "noaa.csv");
    let ids = |outcome: &Outcome| outcome.told.iter().map(|told| told.alert["id"].clone()).collect::<Vec<_>>();
    assert!(!good.told.is_empty());
    assert_eq!(ids(&outcome), ids(&good));
    for told in &outcome.told {
        assert!(told.classes().iter().all(|class| ["A", "B"].contains(class)), "{:?}", told.classes());
    }
    // The yacht's file is misspelt in the original; only its class makes it a small craft.
    let control = replay(case, "yacht-control.csv");
    let yacht = replay_text(&misspelt("yacht-control.csv"), "yacht.csv");
    assert_eq!(ids(&yacht), ids(&control));
    assert_eq!(
        (yacht.standing("loitering").len(), yacht.standing("small_craft_stop").len()),
        (1, 1),
        "{:?}",
        yacht.told
    );
}

#[test]
fn times_followed_by_an_offset_are_read() {
    let case = "11-csv-header-and-offset";
    let good = replay(case, "noaa-good.csv");
    let outcome = replay(case, "noaa-2025-offset.csv");
    assert_eq!(outcome.rejected("csv_row"), 0);
    let pair = [255_800_001, 224_800_002];
    assert_eq!(outcome.counts(&pair), good.counts(&pair));
    assert_eq!((good.standing("slowdown").len(), good.standing("loitering").len()), (2, 2), "{:?}", good.told);
    let meetings = good.standing("rendezvous");
    assert!(meetings.len() == 1 && meetings[0].worst == Grade::Critical, "{meetings:?}");
    // The same an hour further east, by the local clock.
    let east = text(case, "noaa-2025-offset.csv").replace("+00:00", "+01:00");
    assert_eq!(replay_text(&east, "east.csv").counts(&pair).len(), good.counts(&pair).len());
}

#[test]
fn a_recording_without_usable_lines_is_an_error() {
    let spoilt = text("11-csv-header-and-offset", "noaa-good.csv").replace("2026-03-01T", "2026-33-01T");
    let outcome = replay_text(&spoilt, "spoilt.csv");
    assert_eq!(outcome.code, Some(65));
    assert!(!outcome.stderr.trim().is_empty());
}

#[test]
fn a_copy_relayed_minutes_later_is_a_copy() {
    let case = "14-delayed-copies";
    let control = replay(case, "control.nmea");
    for name in ["in-90s.nmea", "in-240s.nmea"] {
        let outcome = replay(case, name);
        outcome.none("position_jump");
        outcome.none("identity_conflict");
        assert_eq!(outcome.told.len(), control.told.len(), "{name}: {:?}", outcome.told);
        assert!(outcome.told.iter().all(|told| told.tracks().iter().all(|track| *track == 1)));
        assert_eq!(outcome.summary["vessels"], control.summary["vessels"]);
        let doubled = outcome.summary["lines"].as_u64().unwrap() - control.summary["lines"].as_u64().unwrap();
        let copies = outcome.summary["copies"].as_u64().unwrap();
        assert!(300 < doubled && doubled <= copies + 5, "{name}: {copies} copies of {doubled}");
    }
}

#[test]
fn a_coarse_position_near_a_fine_one_is_the_same_ship() {
    let case = "30-long-range-beside-short";
    for name in ["control.nmea", "in.nmea"] {
        let outcome = replay(case, name);
        assert!(outcome.told.is_empty(), "{name}: {:?}", outcome.told);
        assert_eq!(outcome.summary["vessels"], 1);
    }
}

/// Tests the harness itself: the highest grade of an alert.
#[test]
fn an_alert_counts_by_its_highest_grade() {
    let line = |severity: &str, announced: bool, status: &str| {
        serde_json::json!({"at": "2026-03-01T00:00:00Z", "reason": "", "alert": {"id": "a", "behaviour": "drift",
            "announced": announced, "severity": severity, "status": status, "vessels": [],
            "started_at": "2026-03-01T00:00:00Z"}})
    };
    let one = told(&[line("high", true, "open"), line("low", true, "ended")]);
    assert!(one.len() == 1 && one[0].worst == Grade::High && one[0].stands());
    let fact = told(&[line("info", false, "open")]);
    assert!(fact[0].worst == Grade::Fact && !fact[0].stands());
    assert!(!told(&[line("low", true, "retracted")])[0].stands());
}
