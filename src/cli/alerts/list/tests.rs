//! The list of alerts on one screen.

use serde_json::json;

use super::*;

#[derive(clap::Parser)]
struct Words {
    #[command(flatten)]
    list: Arguments,
}

fn listed(state: WorkState, announced: bool, severity: &str) -> Listed {
    let body = json!({"status": "open", "announced": announced, "severity": severity});
    let entry = store::Entry { id: "a".to_owned(), state, assignee: None, finding: None, finding_reason: None, body };
    Listed { entry, changed_at: Time::from_seconds(0), stored_at: Time::from_seconds(0) }
}

#[test]
fn each_alert_that_is_left_out_is_counted_once_with_the_way_to_see_it() {
    let all = [
        listed(WorkState::New, true, "medium"),
        listed(WorkState::Closed, true, "info"),
        listed(WorkState::New, false, "info"),
        listed(WorkState::Acknowledged, true, "low"),
    ];
    let shown = |words: &[&str]| {
        let words = [&["list"], words].concat();
        let filter = <Words as clap::Parser>::parse_from(words).list.filter;
        let mut out = LeftOut::default();
        let shown = all.iter().filter(|one| out.keeps(&filter, one)).count();
        (shown, out.line(shown, &filter))
    };
    let line = "3 more: 1 closed (--state all), 1 below 20 points (--facts), 1 below medium (--severity info)\n";
    assert_eq!(shown(&[]), (1, line.to_owned()));
    assert_eq!(shown(&["--facts", "--state", "all"]), (4, String::new()));
    assert_eq!(shown(&["--severity", "low"]).0, 2);
}

#[test]
fn a_zone_it_is_in_comes_before_one_near_it() {
    let zones = json!([{"name": "B", "relation": "near"}, {"name": "A", "relation": "in"}]);
    assert_eq!(zone(&zones), "A +1");
    assert_eq!(zone(&json!([{"name": "B", "relation": "near"}])), "near B");
}

#[test]
fn what_happened_once_stands_after_what_goes_on_and_is_counted_apart() {
    let of = |behaviour: &str, state: WorkState| {
        let mut one = listed(state, true, "medium");
        one.entry.body["behaviour"] = behaviour.into();
        one
    };
    let (goes_on, left) = (of("loitering", WorkState::New), of("zone_exit", WorkState::New));
    assert!(standing(&goes_on) < standing(&left) && is_open(&left));
    assert_eq!(standing(&of("zone_exit", WorkState::Closed)), Standing::Over);
    let now = Time::from_seconds(0);
    assert_eq!(row(&goes_on, now)[4], "open");
    assert_eq!(row(&left, now)[4], "happened");
    assert_eq!(row(&of("zone_exit", WorkState::Acknowledged), now)[4], "happened, ack");
    let all = [goes_on.clone(), left.clone(), left];
    assert_eq!(counts(&all), "3 open: 1 going on, 2 happened once and not closed\n");
    assert_eq!(counts(&[goes_on]), "", "every open row goes on");
}

#[test]
fn an_alert_that_is_over_has_its_beginning_and_its_end_in_columns_of_their_own() {
    let mut over = listed(WorkState::New, true, "medium");
    let began = json!("1970-01-01T10:26:00Z");
    over.entry.body["started_at"] = began.clone();
    let mut open = over.clone();
    open.entry.id = "b".to_owned();
    over.entry.body["status"] = "ended".into();
    over.entry.body["ended_at"] = "1970-01-01T12:26:00Z".into();
    let now = Time::from_seconds(15 * 3600);
    let text = table(&[over, open.clone()], now);
    let lines: Vec<&str> = text.lines().collect();
    let column = |name: &str| lines[0].find(name).unwrap_or_else(|| panic!("no {name}: {text}"));
    let at = |line: &str, name: &str| line[column(name)..].split_whitespace().next().unwrap_or_default().to_owned();
    assert_eq!([at(lines[1], "began"), at(lines[1], "ended")], ["10:26", "12:26"], "{text}");
    assert_eq!([at(lines[2], "began"), at(lines[2], "ended")], ["10:26", "-"], "{text}");
    assert!(!text.contains("since"), "{text}");
    assert!(!table(&[open], now).contains("ended"), "nothing has ended");
}
