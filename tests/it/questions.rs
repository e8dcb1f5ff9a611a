//! `atalaia explain` and `atalaia who` as an analyst asks them.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

const HEADER: &str = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass";

const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"watch","name":"Watch area","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

/// Rows a minute from noon on: ALFA drifts at 28 N 17 W for two hours; BRAVO lies 200 m off from 12:20 to 13:20, then goes; CHARLIE passes at 12 kn;
/// DELTA is heard until 12:10, half a mile off, and then no more.
fn recording() -> String {
    let mut rows = vec![HEADER.to_owned()];
    for minute in 0..150 {
        let time = format!("2026-03-01T{:02}:{:02}:00", 12 + minute / 60, minute % 60);
        let mut row = |mmsi: u32, name: &str, lat: f64, lon: f64, kind: u8| {
            rows.push(format!("{mmsi},{time},{lat:.5},{lon:.5},,,511,{name},,,{kind},0,100,20,5.0,,A"));
        };
        let minutes = f64::from(minute);
        row(224_000_001, "ALFA", 28.0 + 0.00001 * minutes, -17.0, 70);
        let away = if minute < 20 { 20.0 - minutes } else { (minutes - 80.0).max(0.0) };
        row(224_000_002, "BRAVO", 28.002 + away * 10.0 / 3600.0, -17.0, 30);
        row(224_000_003, "CHARLIE", 27.97, -17.3 + minutes * 12.0 / 3600.0 / 0.883, 80);
        if minute <= 10 {
            row(224_000_004, "DELTA", 28.009, -17.0, 70);
        }
    }
    rows.join("\n") + "\n"
}

fn ask(arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("day.csv"), recording()).unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/watch.geojson"), ZONES).unwrap();
    let bare = "[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";
    fs::write(folder.path().join("bare.toml"), bare).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.current_dir(&folder).args(arguments).args(["--config", "bare.toml", "day.csv"]).output().unwrap()
}

fn answer(arguments: &[&str]) -> String {
    let output = ask(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn explain_shows_what_is_met_and_what_is_not() {
    let before =
        answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T12:40:00Z", "--behaviour", "loitering"]);
    let line = |text: &str, name: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(name)).collect();
        lines.first().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    };
    assert_eq!(line(&before, "slow_minutes"), "NOT slow_minutes 40.0 >= 60", "{before}");
    assert_eq!(line(&before, "speed_made_good_knots").split(' ').next(), Some("met"), "{before}");
    assert!(line(&before, "watched").contains("in watch") && before.contains("no alert or fact"), "{before}");
    let after = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T13:10:00Z"]);
    assert!(
        after.contains("loitering (slow): all met")
            && after.contains("fact loitering since") | after.contains("alert loitering since"),
        "{after}"
    );
    assert!(after.contains("rendezvous (near: 224000001.1 and 224000002.1): all met"), "{after}");
    // Between two reports of the middle is not the end.
    let between = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-01T12:40:07Z"]);
    assert!(!between.contains("the recordings end"), "{between}");
    let beyond = answer(&["explain", "--mmsi", "224000001", "--at", "2026-03-09T00:00:00Z"]);
    assert!(beyond.starts_with("the recordings end at 2026-03-01T"), "{beyond}");
    let nobody = answer(&["explain", "--mmsi", "224000009", "--at", "2026-03-01T13:10:00Z"]);
    assert!(nobody.contains("was not heard before"), "{nobody}");
    assert_eq!(
        ask(&["explain", "--mmsi", "1", "--at", "2026-03-01T13:10:00Z", "--behaviour", "x"]).status.code(),
        Some(2)
    );
}

#[test]
fn who_ranks_those_who_did_something_and_leaves_out_who_passed() {
    let told = answer(&[
        "who",
        "--near",
        "28.0,-17.0",
        "--radius-nm",
        "3",
        "--from",
        "2026-03-01T12:00:00Z",
        "--to",
        "2026-03-01T14:00:00Z",
    ]);
    let place = |name: &str| told.lines().position(|line| line.contains(&format!(" {name} ")));
    let (alfa, bravo, delta) = (place("ALFA"), place("BRAVO"), place("DELTA"));
    assert!(alfa.is_some() && bravo.is_some() && delta.is_some() && place("CHARLIE").is_none(), "{told}");
    assert!(alfa < delta && bravo < delta, "who met stands before who was only dark: {told}");
    assert!(told.contains("met BRAVO (rendezvous)") && told.contains("dark for"), "{told}");
    assert!(told.starts_with("within 3 nm of 28.0000 -17.0000") && told.contains("3 of 4 vessels"), "{told}");
    let elsewhere = answer(&[
        "who",
        "--near",
        "-10,5",
        "--radius-nm",
        "3",
        "--from",
        "2026-03-01T12:00:00Z",
        "--to",
        "2026-03-01T14:00:00Z",
    ]);
    assert!(elsewhere.contains("0 of 0 vessels"), "{elsewhere}");
    let turned =
        ["who", "--near", "1,1", "--radius-nm", "3", "--from", "2026-03-01T12:00:00Z", "--to", "2026-03-01T11:00:00Z"];
    assert_eq!(ask(&turned).status.code(), Some(2));
}
