//! Reading cases: which case contains an alert, and which id a shortened one stands for.

use super::*;
use crate::platform::clock::Clock;
use atalaia_core::alerts::Status;
use atalaia_core::alerts::cases::Case;

fn id_of(letter: char) -> String {
    format!("{letter}aaaaaaaaaaaaaaaaaaaaaaaaa")
}

/// The change that opens an alert whose id begins with this letter.
fn opened(letter: char) -> Change {
    with(&distress()[0], 1, |alert| {
        alert.id = id_of(letter);
        alert.status = Status::Open;
    })
}

fn case_with(id: &str, letters: &str) -> Case {
    Case {
        id: id.to_owned(),
        score: 60,
        score_reasons: Vec::new(),
        severity: Severity::High,
        vessels: Vec::new(),
        roles: Vec::new(),
        alerts: letters.chars().map(id_of).collect(),
        story: String::new(),
    }
}

fn listed(place: &Place) -> Vec<String> {
    let cases = cases(&place.path).expect("a list");
    cases.iter().filter_map(|case| case["id"].as_str().map(str::to_owned)).collect()
}

fn case_of(place: &Place, letter: char) -> Option<String> {
    alert(&place.path, &id_of(letter), noon()).expect("there").entry.body["case_id"].as_str().map(str::to_owned)
}

#[test]
fn a_case_that_became_part_of_another_is_listed_no_longer_but_can_still_be_read() {
    let place = place();
    let (store, _events) = place.open(&[]);
    store.changes("bcd".chars().map(opened).collect(), 0);
    store.cases(vec![case_with("caseone", "b"), case_with("casetwo", "cd")]);
    assert!(store.settle(PATIENCE));
    assert_eq!(listed(&place), ["caseone", "casetwo"]);
    assert_eq!((case_of(&place, 'b'), case_of(&place, 'c')), (Some("caseone".into()), Some("casetwo".into())));

    // A late report merges the two cases. The merged case keeps the id of the first.
    store.cases(vec![case_with("caseone", "bcd")]);
    assert!(store.settle(PATIENCE));
    assert_eq!(listed(&place), ["caseone"]);
    assert_eq!(case_of(&place, 'd').as_deref(), Some("caseone"));
    assert_eq!(case(&place.path, "casetwo").expect("still there")["alerts"][0], id_of('c'));
    hold(&place.path, "casetwo", "ana", "court", noon()).expect("still there");
    assert_eq!(listed(&place), ["caseone", "casetwo"], "what somebody holds stays in sight");
}

#[test]
fn a_case_whose_alerts_were_all_retracted_is_listed_no_longer_but_can_still_be_read() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let named = |letter, status, revision| {
        let case = Some("caseone".to_owned());
        with(&opened(letter), revision, |alert| (alert.status, alert.case_id) = (status, case.clone()))
    };
    let opened = vec![named('b', Status::Open, 1), named('c', Status::Open, 1)];
    store.changes_with_cases(opened, vec![case_with("caseone", "bc")], 0);
    store.changes(vec![named('b', Status::Retracted, 2)], 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(listed(&place), ["caseone"], "one alert is left");
    store.changes(vec![named('c', Status::Retracted, 2)], 0);
    assert!(store.settle(PATIENCE));
    assert!(listed(&place).is_empty());
    assert_eq!(case(&place.path, "caseone").expect("still there")["alerts"][0], id_of('b'));
}

#[test]
fn a_case_is_there_as_soon_as_an_alert_names_it() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let named = with(&opened('b'), 1, |alert| alert.case_id = Some("caseone".to_owned()));
    store.changes_with_cases(vec![named], vec![case_with("caseone", "b")], 0);
    let began = Clock.moment();
    while listed_alerts(&place).is_empty() && Clock.moment().since(began) < PATIENCE {
        std::thread::yield_now();
    }
    assert_eq!(listed(&place), ["caseone"], "in the same moment");
}

/// Ids of the stored alerts.
fn listed_alerts(place: &Place) -> Vec<String> {
    let connection = rusqlite::Connection::open(&place.path).expect("a store");
    let mut query = connection.prepare("SELECT id FROM alerts").expect("SQL");
    let rows = query.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("ids")
}

#[test]
fn an_alert_that_a_case_lets_go_is_in_none() {
    let place = place();
    let (store, _events) = place.open(&[]);
    store.changes("bc".chars().map(opened).collect(), 0);
    store.cases(vec![case_with("caseone", "bc")]);
    store.cases(vec![case_with("caseone", "b")]);
    assert!(store.settle(PATIENCE));
    assert_eq!((case_of(&place, 'b').as_deref(), case_of(&place, 'c')), (Some("caseone"), None));
}

#[test]
fn a_shortened_id_that_fits_two_is_refused_everywhere_and_a_whole_one_never() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let twin = |end: &str| with(&opened('b'), 1, |alert| alert.id = format!("baaaaaaaaaaaaaaaaaaaaaaaa{end}"));
    store.changes(vec![twin("x"), twin("y")], 0);
    store.cases(vec![case_with("caseone", ""), case_with("caseonetwo", "")]);
    assert!(store.settle(PATIENCE));
    let several = |got: Result<(), StoreError>| {
        let text = got.expect_err("two fit").to_string();
        assert!(text.contains("several") && text.contains("begin with it"), "{text}");
    };
    let act = |id: &str| act(&place.path, id, &Action::Note("seen".into()), "ana", None, noon()).map(drop);
    several(act("baaaa"));
    several(alert(&place.path, "baaaa", noon()).map(drop));
    several(case(&place.path, "case").map(drop));
    several(hold(&place.path, "caseo", "ana", "court", noon()).map(drop));
    let query = DeliveryQuery { alert: Some("baaaa".into()), ..DeliveryQuery::default() };
    several(retry(&place.path, &query, None, "ana", None, noon()).map(drop));
    // Three characters are too short for an id. A full id stands for itself even if another one begins with it.
    assert!(act("baa").expect_err("too short").to_string().contains("first four characters"));
    act("baaaaaaaaaaaaaaaaaaaaaaaax").expect("one fits");
    act("BAAAAAAAAAAAAAAAAAAAAAAAAX").expect("capitals are the same id");
    assert_eq!(case(&place.path, "caseone").expect("one fits")["id"], "caseone");
}

#[test]
fn an_id_of_the_other_kind_is_refused_with_the_command_that_shows_it() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let id = id_of('b');
    store.changes(vec![opened('b')], 0);
    store.cases(vec![case_with("caseone", "b")]);
    assert!(store.settle(PATIENCE));
    let refused = |got: Result<(), StoreError>| got.expect_err("it is of the other kind").to_string();
    let why = refused(alert(&place.path, "caseo", noon()).map(drop));
    assert!(why.ends_with("is the id of a case, not of an alert: atalaia cases show caseo"), "{why}");
    let why = refused(hold(&place.path, &id[..5], "ana", "court", noon()).map(drop));
    assert!(why.ends_with(&format!("is the id of an alert, not of a case: atalaia alerts show {}", &id[..5])), "{why}");
    for usual in [Kind::Alert, Kind::Case] {
        assert_eq!(kind_of(&place.path, "caseo", usual).expect("a case"), Kind::Case);
        assert_eq!(kind_of(&place.path, &id, usual).expect("an alert"), Kind::Alert);
    }
    let why = refused(kind_of(&place.path, "zzzzzz", Kind::Case).map(drop));
    assert!(why.ends_with("no case zzzzzz"), "{why}");
}
