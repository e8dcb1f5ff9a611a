//! `atalaia replay` with several lanes: lines are read and decoded on a thread of their own, and nothing of it shows in the output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Numbers of lanes that are compared with one lane.
const OTHERS: [u32; 4] = [2, 3, 7, 16];

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(recordings(&path));
        } else if path.to_str().is_some_and(|name| name.ends_with(".nmea.gz") || name.ends_with(".csv.gz")) {
            found.push(path);
        }
    }
    found
}

/// Alerts with facts, cases, and the counts of the run.
fn replay(folder: &TempDir, recording: &Path, lanes: u32) -> (String, String, Value) {
    let settings = format!("[tracks]\nlanes = {lanes}\n");
    fs::write(folder.path().join("lanes.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.current_dir(folder).args(["replay", "--config", "lanes.toml", "--facts", "--force", "--alerts", "alerts"]);
    command.args(["--cases", "cases", "--summary", "summary", "--time-from", "2026-03-01T00:00:00Z", "--rate", "10"]);
    let output = command.arg(recording).output().unwrap();
    assert!(output.status.success(), "{}: {}", recording.display(), String::from_utf8_lossy(&output.stderr));
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    let mut summary: Value = serde_json::from_str(&read("summary")).unwrap();
    let counts = summary.as_object_mut().unwrap();
    counts.retain(|key, _| !matches!(key.as_str(), "wall_seconds" | "reports_per_second"));
    (read("alerts"), read("cases"), summary)
}

/// In the gate each recording is compared with one of the other numbers, in `tests/long` with all.
#[test]
fn every_recording_gives_the_same_alerts_cases_and_counts_with_any_number_of_lanes() {
    let mut recordings = recordings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings"));
    recordings.sort();
    assert!(40 <= recordings.len(), "{}", recordings.len());
    let is_whole = std::env::var_os("ATALAIA_WHOLE").is_some();
    let folder = TempDir::new().unwrap();
    let mut alerts = 0;
    for (index, recording) in recordings.iter().enumerate() {
        let one = replay(&folder, recording, 1);
        alerts += one.0.lines().count();
        for (number, lanes) in OTHERS.into_iter().enumerate() {
            if is_whole || index % OTHERS.len() == number {
                assert!(replay(&folder, recording, lanes) == one, "{}: {lanes} lanes", recording.display());
            }
        }
    }
    assert!(100 <= alerts, "{alerts}");
}
