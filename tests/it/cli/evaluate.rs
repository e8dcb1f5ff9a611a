//! `atalaia evaluate`, run with a file of what really happened.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::scenes::{meeting, run};

const TRUTH: &str = "behaviour,vessels,from,to,expect,note\n\
    rendezvous,224123456 263400001,2024-03-01T14:00:00Z,2024-03-01T15:20:00Z,,\"the meeting\"\n\
    rendezvous,224123456 211000003,2024-03-01T10:00:00Z,2024-03-01T23:00:00Z,none,a passer\n\
    slowdown,211000003,2024-03-01T10:00:00Z,2024-03-01T23:00:00Z,,never happened\n";

/// Runs the command over the meeting's alerts and this truth.
fn evaluate(truth: &str, spoil: impl Fn(String) -> String, more: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let lines: Vec<String> = run(meeting(1).nmea().as_bytes()).iter().map(Value::to_string).collect();
    fs::write(folder.path().join("truth.csv"), truth).unwrap();
    fs::write(folder.path().join("alerts.jsonl"), spoil(lines.join("\n") + "\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.current_dir(&folder).args(["evaluate", "--truth", "truth.csv", "--alerts", "alerts.jsonl"]);
    command.args(more).output().unwrap()
}

#[test]
fn it_prints_recall_and_precision_by_behaviour_and_the_missed_events() {
    let output = evaluate(TRUTH, |lines| lines, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(words("rendezvous")[..8], ["rendezvous", "1", "1", "1.000", "1", "0", "0", "1.000"], "{text}");
    assert_eq!(words("slowdown")[..4], ["slowdown", "1", "0", "0.000"], "{text}");
    assert!(text.contains("missed: slowdown 2024-03-01T10:00:00Z to 2024-03-01T23:00:00Z 211000003"), "{text}");
    assert!(text.contains("of loitering, of which the truth says nothing"), "{text}");
}

#[test]
fn json_output_says_the_same() {
    let output = evaluate(TRUTH, |lines| lines, &["--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let meeting = &answer["behaviours"]["rendezvous"];
    assert_eq!((&meeting["recall"], &meeting["precision"]), (&1.0.into(), &1.0.into()), "{answer}");
    let delay = meeting["delay_median_minutes"].as_f64().unwrap();
    assert!((10.0..60.0).contains(&delay), "{answer}");
    assert_eq!(answer["missed"][0]["behaviour"], "slowdown");
}

#[test]
fn unreadable_input_is_reported_by_file_and_line_with_exit_code_65() {
    let told = |output: Output| (output.status.code(), String::from_utf8(output.stderr).unwrap());
    let (code, text) = told(evaluate(&TRUTH.replace("none", "maybe"), |lines| lines, &[]));
    assert_eq!(code, Some(65));
    assert!(text.contains("truth.csv:3: expect: write alert or none, not `maybe`"), "{text}");
    let (_, text) = told(evaluate(&TRUTH.replace("2024-03", "2024-13"), |lines| lines, &[]));
    assert_eq!(text.lines().count(), 3, "each on its own line: {text}");
    let (code, text) = told(evaluate(TRUTH, |lines| format!("{lines}{{\n"), &[]));
    assert_eq!(code, Some(65));
    assert!(text.contains("alerts.jsonl:") && text.contains("is not an alert line"), "{text}");
}
