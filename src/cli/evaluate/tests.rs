//! Results that can be checked by hand.

use super::*;
use atalaia_core::base::time::Span;

fn clock(text: &str) -> Time {
    Time::parse(&format!("2026-03-01T{text}:00Z")).expect("a time of day")
}

fn happened(vessels: &[u32], from: &str, to: &str) -> Truth {
    Truth {
        behaviour: "rendezvous".to_owned(),
        vessels: vessels.to_vec(),
        from: clock(from),
        to: clock(to),
        expect: Expect::Alert,
        level: Severity::Info,
    }
}

fn looked_like(vessels: &[u32], from: &str, to: &str) -> Truth {
    Truth { expect: Expect::None, ..happened(vessels, from, to) }
}

fn alert(id: &str, vessels: &[u32], from: &str, to: &str) -> FinalAlert {
    FinalAlert {
        id: id.to_owned(),
        behaviour: "rendezvous".to_owned(),
        vessels: vessels.to_vec(),
        first_at: clock(from) + Span::from_minutes(30),
        started_at: clock(from),
        last_at: clock(to),
        severity: Severity::Medium,
        retracted: false,
    }
}

fn tally(truths: &[Truth], alerts: &[FinalAlert]) -> Tally {
    judge(truths, alerts).behaviours.remove("rendezvous").unwrap_or_default()
}

#[test]
fn found_missed_and_invented_make_recall_and_precision() {
    let truths = [
        happened(&[1, 2], "01:00", "02:00"),
        happened(&[3, 4], "01:00", "02:00"),
        happened(&[5, 6], "01:00", "02:00"),
        happened(&[7, 8], "01:00", "02:00"),
    ];
    let alerts = [
        alert("a", &[1, 2], "01:05", "01:55"),
        alert("b", &[3, 4], "01:10", "01:55"),
        alert("c", &[5, 6], "01:20", "03:00"),
        alert("late", &[7, 8], "02:01", "03:00"),
    ];
    let judgement = judge(&truths, &alerts);
    let tally = &judgement.behaviours["rendezvous"];
    assert_eq!((tally.recall(), tally.precision()), (Some(0.75), Some(0.75)));
    assert_eq!((tally.delay(0.5), tally.delay(0.9)), (Some(40.0), Some(50.0)));
    assert_eq!(judgement.missed, [truths[3].clone()]);
    assert_eq!(judgement.unmatched, [alerts[3].clone()]);
}

#[test]
fn an_alert_must_name_all_the_vessels_and_may_name_more() {
    let truths = [happened(&[1, 2], "01:00", "02:00")];
    assert_eq!(tally(&truths, &[alert("a", &[1, 9], "01:00", "02:00")]).found, 0);
    assert_eq!(tally(&truths, &[alert("a", &[2, 9, 1], "01:00", "02:00")]).found, 1);
}

#[test]
fn several_alerts_on_one_row_are_duplicates_and_neither_right_nor_wrong() {
    let truths = [happened(&[1, 2], "01:00", "04:00")];
    let alerts = [alert("a", &[1, 2], "01:00", "02:00"), alert("b", &[1, 2], "03:00", "04:00")];
    let tally = tally(&truths, &alerts);
    assert_eq!((tally.found, tally.duplicates, tally.unmatched), (1, 1, 0));
    assert_eq!(tally.delays, [30.0]);
}

#[test]
fn one_alert_over_two_rows_finds_both() {
    let truths = [happened(&[1, 2], "01:00", "02:00"), happened(&[1, 2], "02:30", "03:30")];
    let tally = tally(&truths, &[alert("a", &[1, 2], "01:00", "03:30")]);
    assert_eq!((tally.found, tally.duplicates, tally.unmatched), (2, 0, 0));
}

#[test]
fn hard_negatives_count_alerts_of_their_level_and_above() {
    let mut truths = [looked_like(&[1, 2], "01:00", "02:00"), looked_like(&[], "05:00", "06:00")];
    let alerts = [alert("a", &[1, 2], "01:00", "02:00"), alert("b", &[3, 4], "05:00", "06:00")];
    let fooled = tally(&truths, &alerts);
    assert_eq!((fooled.negatives, fooled.fooled, fooled.unmatched), (2, 2, 2));
    assert_eq!((fooled.recall(), fooled.precision()), (None, Some(0.0)));
    truths.iter_mut().for_each(|truth| truth.level = Severity::High);
    let kept_low = tally(&truths, &alerts);
    assert_eq!((kept_low.fooled, kept_low.unmatched, kept_low.precision()), (0, 0, None));
}

#[test]
fn retracted_alerts_do_not_count_and_other_behaviours_are_not_judged() {
    let truths = [happened(&[1, 2], "01:00", "02:00")];
    let back = FinalAlert { retracted: true, ..alert("a", &[1, 2], "01:00", "02:00") };
    let other = FinalAlert { behaviour: "drift".to_owned(), ..alert("b", &[1], "01:00", "02:00") };
    let judgement = judge(&truths, &[back, other]);
    let tally = &judgement.behaviours["rendezvous"];
    assert_eq!((tally.found, tally.retracted, tally.unmatched), (0, 1, 0));
    assert_eq!(judgement.not_judged["drift"], 1);
    assert!(judgement.text().contains("not judged: 1 of drift"), "{}", judgement.text());
    assert_eq!(judgement.json()["behaviours"]["rendezvous"]["recall"], 0.0);
}

const LINES: &str = r#"{"change":"opened","revision":1,"at":"2026-03-01T04:10:00Z","reason":"","alert":{"id":"k","behaviour":"rendezvous","severity":"low","started_at":"2026-03-01T03:40:00Z","opened_at":"2026-03-01T04:10:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":null,"vessels":[{"mmsi":224123456}]}}
{"change":"ended","revision":2,"at":"2026-03-01T06:10:00Z","reason":"","alert":{"id":"k","behaviour":"rendezvous","severity":"medium","started_at":"2026-03-01T03:40:00Z","opened_at":"2026-03-01T04:10:00Z","last_at":"2026-03-01T05:09:00Z","ended_at":"2026-03-01T05:10:00Z","vessels":[{"mmsi":224123456},{"mmsi":263400001}]}}
"#;

#[test]
fn an_alert_is_its_last_line_with_the_time_of_its_first() {
    let alerts = alerts_in_lines("alerts", LINES).expect("right");
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].first_at, alerts[0].last_at), (clock("04:10"), clock("05:10")));
    assert_eq!((alerts[0].severity, alerts[0].vessels.len()), (Severity::Medium, 2));
}

#[test]
fn lines_that_are_not_alerts_are_named_by_file_and_line() {
    let cut = format!("{}\n\n{{\"change\":\"opened\"}}\n{}", LINES.trim_end(), &LINES[..60]);
    let errors = alerts_in_lines("alerts", &cut).expect_err("two are wrong");
    let errors: Vec<String> = errors.iter().map(LineError::to_string).collect();
    assert_eq!(errors[0], "alerts:4: `severity` is missing");
    assert!(errors[1].starts_with("alerts:5: is not an alert line: "), "{errors:?}");
}

#[test]
fn a_file_without_any_alert_line_is_refused_in_one_line() {
    let errors = alerts_in_lines("truth.csv", "behaviour,vessels\nloitering,1\n").expect_err("another file");
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "truth.csv:1: is not an alert line: it is not JSON; nor is any other line of the file"
    );
}

#[test]
fn a_truth_without_rows_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let alerts = file("alerts.jsonl", LINES);
    let packed = folder.path().join("alerts.jsonl.gz");
    fs::write(&packed, b"\x1f\x8b\x08\x00").expect("written");
    let arguments = Arguments { truth: alerts.clone(), alerts: packed, json: false };
    let refusal = format!("{:?}", main(&arguments).expect_err("compressed"));
    assert!(refusal.contains("is compressed; unpack it first"), "{refusal}");
    for text in ["", "\n", "behaviour,vessels,from,to\n"] {
        let truth = file("truth.csv", text);
        let refused = main(&Arguments { truth, alerts: alerts.clone(), json: false });
        let Err(Failure::Input(why)) = refused else { panic!("refused: {refused:?}") };
        assert!(why.contains("truth.csv: has no rows, so there is nothing to compare the alerts with"), "{why}");
    }
}
