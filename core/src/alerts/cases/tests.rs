//! Which alerts form one case, and its score.

use std::sync::Arc;

use crate::alerts::{
    Alert, Change, ChangeKind, Class, Confidence, Evidence, Night, ScoreReason, Sentence, Severity, Status, VesselRef,
    digest,
};
use crate::base::time::{Span, Time};
use crate::behaviours::{self, Behaviour};
use crate::geo::LatLon;

use super::case_book::MOST;
use super::member::COUNTS_FROM;
use super::{Case, CaseBook};

const DAY: i64 = 24;

fn vessel(mmsi: u32) -> VesselRef {
    VesselRef {
        mmsi,
        track: 1,
        imo: None,
        name: None,
        call_sign: None,
        ship_type: None,
        flag: None,
        class: None,
        role: None,
    }
}

/// An alert over the hour that begins `hours` after a fixed noon.
fn alert(id: &str, behaviour: Behaviour, score: i32, hours: i64, mmsis: &[u32]) -> Alert {
    let noon = Time::parse("2026-03-01T12:00:00Z").expect("a time");
    let started_at = noon + Span::from_hours(hours);
    Alert {
        id: id.to_owned(),
        behaviour,
        kind: Class::of(behaviour),
        announced: COUNTS_FROM <= score,
        status: Status::Open,
        severity: Severity::of(score),
        score,
        confidence: Confidence::Normal,
        started_at,
        opened_at: started_at,
        last_at: started_at + Span::from_hours(1),
        ended_at: None,
        vessels: mmsis.iter().map(|mmsi| vessel(*mmsi)).collect(),
        zones: Vec::new(),
        position: Some(LatLon::new(21.0, -18.0)),
        group_id: None,
        case_id: None,
        replaces: None,
        handling: crate::alerts::HandlingSettings::default().of(started_at, false, false),
        summary: format!("ALFA did {id}, 11 nm off, inside C07. AIS cannot show more."),
        score_reasons: Vec::new(),
        evidence: Evidence {
            thresholds: serde_json::Map::new(),
            measured: serde_json::Map::new(),
            stations: Vec::new(),
            tracks: Vec::new(),
        },
    }
}

fn change(alert: Alert) -> Change {
    let several = 1 < alert.vessels.len();
    let sentence = Sentence {
        who: if several { "ALFA and BRAVO".to_owned() } else { "ALFA (ES, cargo)".to_owned() },
        deed: format!("did {}", alert.id),
        off: ", 11 nm off".to_owned(),
        zones: ", inside C07".to_owned(),
        night: if alert.summary.contains("at night") { Night::Whole } else { Night::No },
        several,
    };
    Change {
        change: ChangeKind::Opened,
        revision: 1,
        at: alert.opened_at,
        reason: String::new(),
        alert: Arc::new(alert),
        sentence,
        is_uncertain: false,
    }
}

fn cases(alerts: Vec<Alert>) -> Vec<Case> {
    cases_of(alerts.into_iter().map(change))
}

fn cases_of(changes: impl IntoIterator<Item = Change>) -> Vec<Case> {
    let mut book = CaseBook::default();
    changes.into_iter().for_each(|change| book.take(&change));
    book.cases()
}

#[test]
fn alerts_of_a_vessel_and_its_partners_within_three_days_are_one_case() {
    let got = cases(vec![
        alert("a", Behaviour::Loitering, 50, 0, &[1]),
        alert("b", Behaviour::Rendezvous, 65, 2 * DAY, &[1, 2]),
        alert("c", Behaviour::ZoneEntry, 40, 4 * DAY, &[2]),
        alert("d", Behaviour::Loitering, 50, 4 * DAY, &[9]),
    ]);
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].alerts, ["a", "b", "c"]);
    assert_eq!((got[0].score, got[0].severity), (85, Severity::Critical));
    let lines: Vec<String> =
        got[0].score_reasons.iter().map(|line| format!("{:+} {} {}", line.points, line.code, line.text)).collect();
    let title = |behaviour: Behaviour| behaviour.character().title;
    let expected = [
        format!("+65 rendezvous Its highest alert: {}", title(Behaviour::Rendezvous)),
        format!("+10 loitering A further behaviour: {}", title(Behaviour::Loitering)),
        format!("+10 zone_entry A further behaviour: {}", title(Behaviour::ZoneEntry)),
    ];
    assert_eq!(lines, expected);
    let mmsis: Vec<u32> = got[0].vessels.iter().map(|vessel| vessel.mmsi).collect();
    assert_eq!(mmsis, [1, 2]);
    assert_eq!(
        got[0].story,
        "2026-03-01 12:00 UTC: ALFA (ES, cargo) did a, 11 nm off, inside C07. 2026-03-03 12:00 UTC: ALFA and BRAVO did b, at the same place. \
         2026-03-05 12:00 UTC: ALFA (ES, cargo) did c, at the same place."
    );
    assert_eq!((got[1].score, got[1].alerts.len()), (50, 1));
    assert_ne!(got[0].id, got[1].id);
}

#[test]
fn a_story_states_date_name_place_and_zones_once() {
    let first = alert("a", Behaviour::Loitering, 50, 0, &[1]);
    let mut later = alert("b", Behaviour::Slowdown, 45, 6, &[1]);
    later.position = Some(LatLon::new(22.0, -18.0));
    later.summary = "ALFA did b, at night.".to_owned();
    assert_eq!(
        cases(vec![first, later])[0].story,
        "2026-03-01 12:00 UTC: ALFA (ES, cargo) did a, 11 nm off, inside C07. 18:00 UTC: it did b, 11 nm off, at night."
    );
}

#[test]
fn a_story_names_the_vessel_again_after_a_sentence_about_two() {
    // A meeting at different times has one subject, and names the other vessel in the rest of the sentence.
    let mut first = change(alert("a", Behaviour::AsyncRendezvous, 65, 0, &[1, 2]));
    first.sentence.who = "ALFA (ES, cargo)".to_owned();
    first.sentence.several = false;
    let later = change(alert("b", Behaviour::Slowdown, 45, 6, &[1]));
    let story = &cases_of([first, later])[0].story;
    assert!(story.contains("18:00 UTC: ALFA (ES, cargo) did b, at the same place"), "{story}");
}

#[test]
fn three_days_without_alerts_separate_two_cases() {
    let apart = |hours| {
        cases(vec![alert("a", Behaviour::Loitering, 50, 0, &[1]), alert("b", Behaviour::Loitering, 50, hours, &[1])])
            .len()
    };
    assert_eq!((apart(73), apart(74)), (1, 2));
}

#[test]
fn the_same_stop_under_two_names_and_the_same_behaviour_twice_count_once() {
    let score = |alerts: Vec<Alert>| cases(alerts)[0].score;
    let loitering = alert("a", Behaviour::Loitering, 50, 0, &[1]);
    let meeting = alert("b", Behaviour::Rendezvous, 65, 0, &[1, 2]);
    assert_eq!(score(vec![loitering.clone(), meeting.clone()]), 65);
    let mut elsewhere = meeting.clone();
    elsewhere.position = Some(LatLon::new(21.1, -18.0));
    assert_eq!(score(vec![loitering.clone(), elsewhere]), 75);
    assert_eq!(score(vec![loitering.clone(), alert("c", Behaviour::Loitering, 50, DAY, &[1])]), 50);
    assert_eq!(score(vec![loitering, alert("d", Behaviour::Drift, 5, DAY, &[1])]), 50);
}

#[test]
fn an_alert_capped_at_low_adds_no_points() {
    let mut duty = alert("b", Behaviour::Loitering, 39, DAY, &[1]);
    duty.score_reasons.push(ScoreReason { code: "cap_low".to_owned(), points: -6, text: String::new() });
    let meeting = alert("a", Behaviour::Rendezvous, 39, 0, &[1, 2]);
    assert_eq!(cases(vec![meeting.clone(), duty.clone()])[0].score, 39);
    duty.score_reasons.clear();
    assert_eq!(cases(vec![meeting, duty])[0].score, 49);
}

#[test]
fn a_superseded_alert_is_in_the_story_and_counts_once() {
    let weak = alert("a", Behaviour::PositionJump, 30, 0, &[1]);
    let mut strong = alert("b", Behaviour::IdentityConflict, 40, 0, &[1]);
    assert_eq!(cases(vec![weak.clone(), strong.clone()])[0].score, 50);
    strong.replaces = Some("a".to_owned());
    let got = cases(vec![weak, strong.clone(), alert("c", Behaviour::Rendezvous, 25, 9, &[1, 2])]);
    assert_eq!((got[0].score, got[0].alerts.len()), (50, 3));
    assert_eq!(cases(vec![alert("a", Behaviour::PositionJump, 60, 0, &[1]), strong])[0].score, 60);
}

/// The lines of the score of the only case.
fn score_lines(alerts: Vec<Alert>) -> Vec<String> {
    let cases = cases(alerts);
    assert_eq!(cases.len(), 1);
    cases[0].score_reasons.iter().map(|line| format!("{:+} {}", line.points, line.text)).collect()
}

#[test]
fn each_behaviour_counts_once_or_the_case_says_why_it_adds_nothing() {
    let title = |behaviour: Behaviour| behaviour.character().title;
    let best = alert("b", Behaviour::Slowdown, 50, 1, &[1]);
    let mut stop = alert("c", Behaviour::Loitering, 35, 2, &[1]);
    // As a ship that slows down and then loiters elsewhere: one stop by its id, not by its place.
    (stop.replaces, stop.position) = (Some("b".to_owned()), Some(LatLon::new(21.5, -18.0)));
    let mut silence = alert("e", Behaviour::AisGap, 39, 4, &[1]);
    silence.score_reasons.push(ScoreReason { code: "cap_low".to_owned(), points: -6, text: String::new() });
    let (entry, exit) = (alert("a", Behaviour::ZoneEntry, 40, 0, &[1]), alert("d", Behaviour::ZoneExit, 40, 3, &[1]));
    let expected = [
        format!("+50 Its highest alert: {}", title(Behaviour::Slowdown)),
        format!("+10 A further behaviour: {}", title(Behaviour::ZoneEntry)),
        format!("+10 A further behaviour: {}", title(Behaviour::ZoneExit)),
        format!("+0 {} adds nothing: it is limited to low", title(Behaviour::AisGap)),
        format!(
            "+0 {} adds nothing: it is the same event as {}",
            title(Behaviour::Loitering),
            title(Behaviour::Slowdown)
        ),
    ];
    assert_eq!(score_lines(vec![entry, best, stop, exit, silence]), expected);
}

#[test]
fn a_correction_lowers_the_case_but_does_not_take_it_apart() {
    let mut book = CaseBook::default();
    let alerts = [
        alert("a", Behaviour::Loitering, 50, 0, &[1]),
        alert("b", Behaviour::Rendezvous, 40, 1, &[1, 2]),
        alert("c", Behaviour::Drift, 5, 2, &[1]),
    ];
    alerts.into_iter().for_each(|one| book.take(&change(one)));
    let before = book.cases();
    assert_eq!(before[0].score, 50);
    // The ship proves to be at anchor: what was announced stays an alert, with fewer points.
    let corrected = |id: &str, behaviour, score, hours, mmsis: &[u32]| {
        let mut alert = alert(id, behaviour, score, hours, mmsis);
        alert.announced = true;
        change(alert)
    };
    book.take(&corrected("a", Behaviour::Loitering, 19, 0, &[1]));
    assert_eq!((book.cases()[0].score, book.cases()[0].severity), (40, Severity::Medium));
    book.take(&corrected("b", Behaviour::Rendezvous, 10, 1, &[1, 2]));
    let after = book.cases();
    assert_eq!((after[0].score, after[0].severity), (19, Severity::Info));
    assert_eq!(after[0].score_reasons.len(), 1);
    assert_eq!((after.len(), &after[0].id, &after[0].alerts), (1, &before[0].id, &before[0].alerts));
    assert_each_names_its_case(&book, &["a", "b", "c"]);
}

#[test]
fn a_case_has_the_name_that_was_known_last() {
    let named = |mut alert: Alert, name: Option<&str>, hours: i64| {
        alert.vessels[0].name = name.map(str::to_owned);
        alert.last_at = alert.started_at + Span::from_hours(hours);
        alert
    };
    let long = named(alert("a", Behaviour::Loitering, 50, 0, &[1]), Some("BRAVO"), 9);
    let short = named(alert("b", Behaviour::ZoneEntry, 50, 2, &[1]), Some("ALFA"), 1);
    let silent = named(alert("c", Behaviour::AisGap, 30, 12, &[1]), None, 1);
    let name = |alerts: Vec<Alert>| cases(alerts)[0].vessels[0].name.clone();
    assert_eq!(name(vec![long.clone(), short.clone()]).as_deref(), Some("BRAVO"));
    assert_eq!(name(vec![long, short, silent]).as_deref(), Some("BRAVO"), "a later alert without a name");
}

#[test]
fn a_story_says_where_each_alert_was_unless_it_was_within_half_a_mile() {
    let at = |id: &str, hours, lat| Alert {
        position: Some(LatLon::new(lat, -18.0)),
        ..alert(id, Behaviour::ZoneEntry, 40, hours, &[1])
    };
    let story = |lat| cases(vec![at("a", 0, 21.0), at("b", 1, lat)])[0].story.clone();
    assert!(story(21.008).contains("it did b, at the same place."), "{}", story(21.008));
    assert!(story(21.009).contains("it did b, 11 nm off."), "{}", story(21.009));
}

#[test]
fn of_two_alerts_that_began_at_once_the_one_told_first_comes_first() {
    let entry = alert("z", Behaviour::ZoneEntry, 40, 0, &[1]);
    let mut slowdown = alert("a", Behaviour::Slowdown, 25, 0, &[1]);
    slowdown.opened_at = slowdown.started_at + Span::from_minutes(30);
    let case = cases(vec![slowdown, entry]).remove(0);
    assert_eq!(case.alerts, ["z", "a"]);
    assert!(case.story.find("did z") < case.story.find("did a"), "{}", case.story);
}

#[test]
fn facts_are_part_of_the_story_but_link_no_vessels() {
    let got = cases(vec![
        alert("a", Behaviour::Loitering, 50, 0, &[1]),
        alert("b", Behaviour::Rendezvous, 15, 1, &[1, 2]),
        alert("c", Behaviour::Loitering, 50, 2, &[2]),
        alert("d", Behaviour::Rendezvous, 15, 3, &[3, 4]),
    ]);
    let alerts: Vec<_> = got.iter().map(|case| case.alerts.clone()).collect();
    assert_eq!(got.len(), 2);
    assert!(alerts.contains(&vec!["a".to_owned(), "b".to_owned()]));
    assert!(alerts.contains(&vec!["c".to_owned()]));
}

#[test]
fn a_retracted_alert_leaves_its_case_and_later_lines_replace_earlier_ones() {
    let mut book = CaseBook::default();
    book.take(&change(alert("a", Behaviour::Loitering, 35, 0, &[1])));
    book.take(&change(alert("a", Behaviour::Loitering, 50, 0, &[1])));
    assert_eq!(book.cases()[0].score, 50);
    let mut gone = alert("a", Behaviour::Loitering, 50, 0, &[1]);
    gone.status = Status::Retracted;
    book.take(&change(gone));
    assert!(book.cases().is_empty());
}

#[test]
fn excess_alerts_are_forgotten_facts_first_and_counted() {
    let mut book = CaseBook::default();
    for number in 0..=MOST {
        let score = if number % 50 == 0 { 50 } else { 5 };
        let id = format!("{number:06}");
        book.take(&change(alert(&id, Behaviour::Loitering, score, 0, &[number as u32])));
    }
    assert_eq!(book.forgotten(), MOST as u64 / 10);
    assert_eq!(book.cases().len(), MOST / 50 + 1);
}

/// A dark meeting of a stopped vessel with the silent vessel, or with one of several that are possible.
fn dark(id: &str, hours: i64, host: u32, silent: u32, possible: u32) -> Change {
    let mut alert = alert(id, Behaviour::DarkRendezvous, 55, hours, &[host, silent]);
    alert.vessels[1].role = Some(behaviours::Role::Dark);
    Change { is_uncertain: 1 < possible, ..change(alert) }
}

#[test]
fn one_of_several_possible_vessels_is_not_linked_to_the_case() {
    let got = cases_of([
        change(alert("a", Behaviour::Loitering, 50, 0, &[1])),
        dark("b", 1, 1, 9, 3),
        dark("c", 2, 2, 9, 3),
        change(alert("d", Behaviour::Loitering, 50, 3, &[2])),
    ]);
    assert_eq!(got.iter().map(|case| (case.alerts.clone(), case.score)).collect::<Vec<_>>().len(), 2);
    // The uncertain vessel adds no points: 50 each, not 55 or 60.
    assert!(got.iter().all(|case| case.score == 50), "{got:?}");
    let certain = cases_of([change(alert("a", Behaviour::Loitering, 50, DAY, &[1])), dark("b", 1, 1, 9, 1)]);
    assert_eq!((certain.len(), certain[0].score), (1, 65));
}

#[test]
fn a_vessel_keeps_its_role_when_a_later_alert_gives_none() {
    let got = cases_of([dark("a", 0, 1, 9, 1), change(alert("b", Behaviour::Loitering, 50, 3, &[9]))]);
    let roles: Vec<_> = got[0].vessels.iter().map(|vessel| (vessel.mmsi, vessel.role)).collect();
    assert_eq!(roles, [(1, None), (9, Some(behaviours::Role::Dark))]);
}

#[test]
fn a_silent_vessel_leaves_the_case_when_others_prove_possible() {
    let mut book = CaseBook::default();
    book.take(&dark("a", 0, 1, 9, 1));
    assert_eq!((book.score_of(1, 1), book.score_of(9, 1)), (55, 55));
    book.take(&dark("a", 0, 1, 9, 2));
    assert_eq!((book.score_of(1, 1), book.score_of(9, 1)), (0, 0));
    assert_eq!(book.cases().len(), 1);
}

/// Checks that every alert and fact names the case that lists it, and that no other case lists it.
fn assert_each_names_its_case(book: &CaseBook, ids: &[&str]) {
    let cases = book.cases();
    for id in ids {
        let listing = cases.iter().find(|case| case.alerts.iter().any(|alert| alert == id));
        assert_eq!(book.case_of(id), listing.map(|case| case.id.clone()), "{id}");
        assert_eq!(book.case_with(id).as_ref(), listing, "{id}");
    }
}

#[test]
fn an_alert_names_the_case_that_lists_it_from_its_first_line() {
    let mut book = CaseBook::default();
    let steps = [
        ("b", alert("b", Behaviour::Loitering, 30, 10, &[1])),
        ("c", alert("c", Behaviour::Rendezvous, 50, 20, &[1, 2])),
        ("d", alert("d", Behaviour::Drift, 5, 30, &[2])),
        ("e", alert("e", Behaviour::Drift, 5, 30, &[9])),
        ("f", alert("f", Behaviour::Loitering, 40, 300, &[1])),
        // A late report links an earlier alert to the case, which takes that alert's id from here on.
        ("a", alert("a", Behaviour::AisGap, 25, 1, &[2])),
    ];
    let mut ids = Vec::new();
    for (id, alert) in steps {
        book.take(&change(alert));
        ids.push(id);
        assert_each_names_its_case(&book, &ids);
    }
    assert_eq!(book.case_of("c"), Some(digest("case|a")));
    assert_eq!(book.case_of("d"), Some(digest("case|a")), "a fact goes with the alert near it");
    assert_eq!(book.case_of("e"), None, "a fact by itself does not make a case");
    assert_eq!(book.case_of("f"), Some(digest("case|f")), "days later it is another");
    assert_eq!(book.case_of("g"), None);
}

#[test]
fn a_long_alert_links_alerts_across_a_short_one_in_between() {
    let mut long = alert("a", Behaviour::Loitering, 30, 0, &[1]);
    long.last_at = long.last_at + Span::from_hours(10 * DAY);
    let mut book = CaseBook::default();
    for alert in [long, alert("b", Behaviour::Drift, 30, 5, &[1]), alert("c", Behaviour::Drift, 30, 8 * DAY, &[1])] {
        book.take(&change(alert));
    }
    assert_eq!(book.cases().len(), 1);
    assert_each_names_its_case(&book, &["a", "b", "c"]);
}

#[test]
fn the_case_of_each_alert_is_the_case_that_lists_it_whatever_the_alerts_and_their_order() {
    let mut random = fastrand::Rng::with_seed(20_261_130);
    for _ in 0..60 {
        let (mut book, mut alerts) = (CaseBook::default(), Vec::<Alert>::new());
        for number in 0..random.usize(2..40) {
            let mmsis: Vec<u32> = (0..random.usize(1..4)).map(|_| random.u32(1..9)).collect();
            let id = format!("{number:02}");
            let mut alert = alert(&id, Behaviour::Loitering, random.i32(10..60), random.i64(0..20 * DAY), &mmsis);
            alert.last_at = alert.started_at + Span::from_hours(random.i64(0..3 * DAY));
            book.take(&change(alert.clone()));
            alerts.push(alert);
            if random.bool() {
                // A later revision of any of them: a fact that has become an alert, a correction or a retraction.
                let place = random.usize(0..alerts.len());
                alerts[place].score = random.i32(10..60);
                if random.u8(0..4) == 0 {
                    alerts[place].status = Status::Retracted;
                    book.take(&change(alerts.remove(place)));
                } else {
                    book.take(&change(alerts[place].clone()));
                }
            }
        }
        assert_each_names_its_case(&book, &alerts.iter().map(|alert| alert.id.as_str()).collect::<Vec<_>>());
    }
}
