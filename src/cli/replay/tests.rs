//! What a replay says to the person who runs it.

use std::path::Path;

use tempfile::TempDir;

use super::*;

#[test]
fn a_replay_without_alerts_says_what_was_read_and_what_to_try() {
    let time = |text: &str| Time::parse(text);
    let mut summary = Summary {
        lines: 27_554,
        vessels: 1,
        first_at: time("2017-03-21T05:51:00Z"),
        last_at: time("2017-03-21T21:15:00Z"),
        ..Summary::default()
    };
    let read = "27554 lines, 2017-03-21 05:51 to 21:15 UTC, 1 vessel: 0 alerts, ";
    let nothing = result(&summary, false);
    assert!(nothing.starts_with(&format!("{read}0 facts\natalaia: nothing there made an alert")), "{nothing}");
    assert!(nothing.contains("--zones DIR") && nothing.contains("atalaia explain"), "{nothing}");
    summary.facts.insert("loitering".to_owned(), 2);
    let below = result(&summary, false);
    assert!(below.starts_with(&format!("{read}2 facts (shown with --facts)\n")), "{below}");
    assert!(below.ends_with("--facts shows what came nearest to one"), "{below}");
    assert!(!result(&summary, true).contains("--facts"), "they are shown already");
    summary.alerts.insert("loitering".to_owned(), [("high".to_owned(), 3)].into());
    assert_eq!(result(&summary, true), format!("{}3 alerts, 2 facts", read.trim_end_matches("0 alerts, ")));
    let empty = result(&Summary::default(), false);
    assert_eq!(empty, "0 lines, 0 vessels: 0 alerts, 0 facts", "no zone would change that");
}

#[test]
fn what_an_earlier_replay_wrote_is_replaced_only_on_request() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.jsonl");
    assert!(taken(&path, false).is_ok(), "there is none");
    std::fs::write(&path, "").expect("a file");
    assert!(taken(&path, false).is_ok(), "nothing is lost");
    std::fs::write(&path, "{}\n").expect("a file");
    let (code, text) = taken(&path, false).expect_err("it would be lost").exit();
    assert!(code == 1 && text.ends_with("alerts.jsonl exists; --force replaces it"), "{code} {text}");
    assert!(taken(&path, true).is_ok());
    assert!(taken(Path::new("/dev/null"), false).is_ok() && taken(Path::new("-"), false).is_ok());
}
