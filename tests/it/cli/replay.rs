//! `atalaia replay` as an operator runs it: input, output and exit code.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const NMEA: &str = "\
1490075479,!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24
1490075480,!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C
1490075490,!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5F
";

const NOAA: &str = "\
MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass
338148873,2022-01-03T00:20:00,33.60716,-117.91483,0.0,280.0,511,CAZADOR,,,37,,14,,,,B
338148873,2022-01-03T00:40:00,33.60716,-117.91483,0.0,280.0,511,CAZADOR,,,37,,14,,,,B
367379190,2022-01-03T00:00:00,30.3706,-88.56408,0.0,336.2,511,EAGLE,IMO8207721,WTD4583,31,0,28,11,3.3,52,A
";

/// A folder with settings that start fast: no coast, no ports.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = TempDir::new().unwrap();
        let bare = "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";
        fs::write(folder.path().join("bare.toml"), bare).unwrap();
        Desk { folder }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        command.current_dir(&self.folder).args(["replay", "--config", "bare.toml"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn replay(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn summary(&self, inputs: &[&str]) -> Value {
        let output = self.replay(&[&["--summary", "-"], inputs].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Asserts exit code 65 with a single message, and returns it.
    fn refused(&self, input: &str) -> String {
        let output = self.replay(&[input]);
        assert_eq!(output.status.code(), Some(65));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        told
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The counts, without the speed of this run.
fn counts(mut summary: Value) -> Value {
    let fields = summary.as_object_mut().unwrap();
    assert!(fields.remove("wall_seconds").unwrap().as_f64().is_some());
    assert!(fields.remove("reports_per_second").unwrap().as_f64().is_some());
    summary
}

#[test]
fn plain_compressed_piped_and_cut_recordings_count_the_same() {
    let desk = Desk::new();
    desk.file("plain.nmea", NMEA);
    desk.file("gzip.whatever", gzip(NMEA.as_bytes()));
    desk.file("zstd.whatever", zstd::encode_all(NMEA.as_bytes(), 3).unwrap());
    let plain = counts(desk.summary(&["plain.nmea"]));
    assert_eq!(plain["lines"], 3);
    assert_eq!(plain["sentences"], 3);
    assert_eq!(plain["first_at"], "2017-03-21T05:51:19Z");
    assert_eq!(plain["last_at"], "2017-03-21T05:51:30Z");
    assert_eq!(counts(desk.summary(&["gzip.whatever"])), plain);
    assert_eq!(counts(desk.summary(&["zstd.whatever"])), plain);

    let (head, tail) = NMEA.split_at(NMEA.find("1490075490").unwrap());
    desk.file("head.nmea", head);
    desk.file("tail.nmea", tail);
    assert_eq!(counts(desk.summary(&["tail.nmea", "head.nmea"])), plain);

    let mut piped = desk.command(&["--summary", "-", "-"]).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(&gzip(NMEA.as_bytes())).unwrap();
    let output = piped.wait_with_output().unwrap();
    assert_eq!(counts(serde_json::from_slice(&output.stdout).unwrap()), plain);
}

#[test]
fn zero_bytes_after_a_compressed_recording_are_reported_once_and_counts_are_the_same() {
    let desk = Desk::new();
    let padding = vec![0; 10_240];
    for (name, text) in [("nmea", NMEA), ("csv", NOAA)] {
        desk.file("plain", text);
        let plain = counts(desk.summary(&["plain"]));
        for packed in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 3).unwrap()] {
            desk.file("padded", [packed, padding.clone()].concat());
            let output = desk.replay(&["--summary", "-", "padded"]);
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(told, "atalaia: padded: 10240 zero bytes after its compressed data, skipped\n", "{name}");
            assert!(output.status.success());
            assert_eq!(counts(serde_json::from_slice(&output.stdout).unwrap()), plain, "{name}");
        }
    }
}

#[test]
fn csv_far_out_of_order_is_sorted_by_time_from_a_file_and_from_a_pipe() {
    let desk = Desk::new();
    desk.file("day.csv", NOAA);
    let by_file = counts(desk.summary(&["day.csv"]));
    assert_eq!(by_file["first_at"], "2022-01-03T00:00:00Z");
    assert_eq!(by_file["last_at"], "2022-01-03T00:40:00Z");
    assert_eq!(by_file["late"], 0);
    let mut piped = desk.command(&["--summary", "-", "-"]).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(NOAA.as_bytes()).unwrap();
    let output = piped.wait_with_output().unwrap();
    assert_eq!(counts(serde_json::from_slice(&output.stdout).unwrap()), by_file);
}

#[test]
fn a_table_of_an_unknown_layout_is_not_called_one_without_positions() {
    let desk = Desk::new();
    // The columns of the labelled tracks of Global Fishing Watch.
    let row = "1252339803566.0,1347664768.0,0.0,0.0,0.0,0.0,36.1,-9.1,-1.0,gfw\n";
    desk.file(
        "gfw.csv",
        format!(
            "mmsi,timestamp,distance_from_shore,distance_from_port,speed,course,lat,lon,is_fishing,source\n{row}{row}"
        ),
    );
    let told = desk.refused("gfw.csv");
    let expected = "gfw.csv: no row of its table can be read: a row needs its MMSI, its date and time in one column, as \
                    2026-03-01 04:10:00, and latitude and longitude in degrees, as 36.95; refused: csv_row 2\n";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn a_recording_without_times_needs_a_start_and_a_rate() {
    let desk = Desk::new();
    let bare: String = NMEA.lines().map(|line| format!("{}\n", line.split_once(',').unwrap().1)).collect();
    desk.file("bare.nmea", bare);
    let without = desk.summary(&["bare.nmea"]);
    assert_eq!(without["first_at"], Value::Null);
    assert_eq!(without["sentences"], 3);
    let with = desk.summary(&["--time-from", "2026-03-01T04:10:00Z", "--rate", "0.5", "bare.nmea"]);
    assert_eq!(with["first_at"], "2026-03-01T04:10:00Z");
    assert_eq!(with["last_at"], "2026-03-01T04:10:04Z");
    let with = desk.summary(&["--time-from", "2026-03-01", "--rate", "0.5", "bare.nmea"]);
    assert_eq!(with["first_at"], "2026-03-01T00:00:00Z", "in every form in which times are given");
    let half = desk.replay(&["--rate", "0.5", "bare.nmea"]);
    assert_eq!(half.status.code(), Some(2));
}

#[test]
fn files_that_exist_are_replaced_only_with_force() {
    let desk = Desk::new();
    desk.file("day.nmea", NMEA);
    let kept = desk.file("alerts.jsonl", "{}\n");
    for option in ["--alerts", "--cases", "--summary"] {
        let refused = desk.replay(&[option, "alerts.jsonl", "day.nmea"]);
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && why.contains("alerts.jsonl exists; --force replaces it"), "{why}");
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "{}\n");
    }
    assert!(desk.replay(&["--alerts", "alerts.jsonl", "--force", "day.nmea"]).status.success());
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "");
}

#[test]
fn unreadable_input_is_named_and_ends_with_65() {
    let desk = Desk::new();
    assert!(desk.refused("missing.nmea").contains("missing.nmea: No such file"));
    assert!(desk.refused(".").contains(".: is a folder"));
    desk.file("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0");
    assert!(desk.refused("image.png").contains("image.png: no line of it is"));
    desk.file("archive.zip", b"PK\x03\x04\x14\0\0\0");
    assert!(desk.refused("archive.zip").contains("archive.zip: is a zip archive"));
    let mut cut = gzip(NMEA.repeat(100).as_bytes());
    cut.truncate(cut.len() / 2);
    desk.file("cut.gz", cut);
    assert!(desk.refused("cut.gz").contains("cut.gz: "));
    desk.file("bomb.gz", gzip(&vec![b'x'; 70 << 20]));
    assert!(desk.refused("bomb.gz").contains("bomb.gz: expands more than 100 times"));
}

#[test]
fn overlong_lines_are_counted_and_not_used() {
    let desk = Desk::new();
    let (head, tail) = NMEA.split_at(NMEA.find("1490075490").unwrap());
    let endless = "x".repeat(3000);
    desk.file("endless.nmea", format!("{head}{endless}\n{tail}{endless}"));
    let alone = desk.summary(&["endless.nmea"]);
    assert_eq!((&alone["lines"], &alone["rejects"]["overlong"]), (&3.into(), &2.into()));
    desk.file("plain.nmea", NMEA);
    assert_eq!(desk.summary(&["plain.nmea"])["rejects"].get("overlong"), None);
    assert_eq!(desk.summary(&["endless.nmea", "plain.nmea"])["rejects"]["overlong"], 2);
    desk.file("day.csv", format!("{NOAA}{endless}\n"));
    assert_eq!(desk.summary(&["day.csv"])["rejects"]["overlong"], 1, "read twice, counted once");
}

#[test]
fn an_empty_recording_is_reported_and_not_an_error() {
    let desk = Desk::new();
    desk.file("quiet.nmea", "");
    let output = desk.replay(&["quiet.nmea"]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("quiet.nmea: is empty"));
}

#[test]
fn nothing_is_drawn_when_standard_error_is_not_a_terminal() {
    let desk = Desk::new();
    desk.file("plain.nmea", NMEA.repeat(1000));
    assert_eq!(desk.replay(&["plain.nmea"]).stderr, b"");
}

#[test]
fn it_ends_quietly_when_the_reader_of_a_pipe_closes_it() {
    let desk = Desk::new();
    desk.file("plain.nmea", NMEA);
    let mut child = desk.command(&["--summary", "-", "-"]).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(NMEA.as_bytes()).unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(told, "");
}

#[test]
fn a_recording_that_gives_nothing_to_judge_says_why_on_standard_error() {
    let desk = Desk::new();
    let untimed: String = NMEA.lines().map(|line| format!("{}\n", line.split_once(',').unwrap().1)).collect();
    desk.file("untimed.nmea", untimed);
    let numbers = NOAA.replace("338148873", "1234567").replace("367379190", "7654321");
    desk.file("numbers.csv", numbers);
    for (recording, reason) in
        [("untimed.nmea", "has no times"), ("numbers.csv", "none of its numbers is the MMSI of a ship")]
    {
        let output = desk.replay(&[recording]);
        let warning = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && output.stdout.is_empty(), "{warning}");
        assert!(
            warning.starts_with(&format!("atalaia: warning: {recording}: ")) && warning.contains(reason),
            "{warning}"
        );
    }
}
