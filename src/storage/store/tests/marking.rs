//! Analysts' markings last, and a file of the first version is migrated.

use super::*;
use crate::storage::store::WorkState;
use crate::storage::store::schema::STEPS;
use atalaia_core::alerts::handling::{Europol, InfoGrade, Mark, SourceGrade, Tlp};

fn red() -> Mark {
    let grades = Mark { source_grade: Some(SourceGrade::A), info_grade: Some(InfoGrade::One), ..Mark::default() };
    Mark { tlp: Some(Tlp::Red), ..grades }
}

#[test]
fn a_mark_outlasts_every_later_line_and_goes_out_with_it() {
    let place = place();
    let changes = distress();
    let id = changes[0].alert.id.clone();
    let (store, events) = place.open(&["file"]);
    store.changes(changes[..1].to_vec(), 0);
    stored(&events);
    assert!(place.waiting("file")[0].line.contains(r#""tlp":"AMBER""#));
    let (marked, handling) = mark(&place.path, &id[..6], &red(), "ana", "a source at risk", noon()).expect("there");
    assert_eq!(
        (marked, handling.line().as_str()),
        (id.clone(), "TLP:RED H1 A1, LawEnforcementMonitoring, personal data, keep until 2027-03-01")
    );
    let later = with(&changes[0], 2, |alert| alert.score += 1);
    store.changes(vec![later.clone()], 0);
    let line: serde_json::Value = {
        stored(&events);
        serde_json::from_str(&place.waiting("file")[1].line).expect("JSON")
    };
    let told = &line["alert"]["handling"];
    assert_eq!((&told["tlp"], &told["source_grade"], &told["marked_by"]), (&"RED".into(), &"A".into(), &"ana".into()));
    assert_eq!(line["alert"]["score"], later.alert.score, "the rest is the engine's");
    // A second marking keeps the fields that it does not set.
    let h2 = Mark { europol: Some(vec![Europol::H2]), ..Mark::default() };
    mark(&place.path, &id, &h2, "bea", "not to be passed on", noon()).expect("there");
    let told = alert(&place.path, &id, noon()).expect("there");
    let handling = &told.entry.value(&[])["handling"];
    assert_eq!((&handling["tlp"], &handling["europol"]), (&"RED".into(), &serde_json::json!(["H2"])));
    assert_eq!((&handling["marked_by"], &handling["marked_at"]), (&"bea".into(), &noon().to_string().into()));
    let audit: Vec<&str> =
        told.audit.iter().filter(|row| row.what == "marked").filter_map(|row| row.why.as_deref()).collect();
    assert!(
        audit[0].starts_with("a source at risk; before: TLP:AMBER H1 B4") && audit[0].contains("; now: TLP:RED H1 A1"),
        "{audit:?}"
    );
    assert!(audit.len() == 2 && audit[1].contains("before: TLP:RED H1"), "{audit:?}");
}

#[test]
fn an_invalid_marking_is_refused_and_changes_nothing() {
    let place = place();
    let changes = distress();
    let id = &changes[0].alert.id;
    let (store, _events) = place.open(&[]);
    store.changes(changes.clone(), 0);
    assert!(store.settle(PATIENCE));
    let refused =
        |said: &Mark, why: &str| mark(&place.path, id, said, "ana", why, noon()).expect_err("refused").to_string();
    assert!(refused(&Mark::default(), "why not").contains("say what is to be marked"));
    assert!(refused(&red(), " ").contains("needs a reason"));
    let h3 = Mark { europol: Some(vec![Europol::H3]), ..Mark::default() };
    assert!(refused(&h3, "because").contains("H3 needs it"));
    let unnamed = Mark { purpose: Some(atalaia_core::alerts::handling::Purpose::NonSpecified), ..Mark::default() };
    assert!(refused(&unnamed, "because").contains("name a purpose"));
    assert!(mark(&place.path, "zzzz", &red(), "ana", "because", noon()).is_err());
    let told = alert(&place.path, id, noon()).expect("there");
    assert!(told.entry.body["handling"].get("marked_by").is_none());
    assert!(told.audit.iter().all(|row| row.what != "marked"));
}

#[test]
fn a_file_of_the_first_version_is_copied_and_migrated() {
    let place = place();
    let change = &distress()[0];
    let mut body = serde_json::to_value(&*change.alert).expect("plain data");
    body.as_object_mut().expect("an object").shift_remove("handling");
    let id = &change.alert.id;
    place.sql(&format!("PRAGMA journal_mode = WAL; {}", STEPS[0]));
    place.sql(&format!(
        "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, revision, state, body)
         VALUES ('{id}', 'distress', 1, 'ended', 3, 60, 1, 1, 1, 1, 'acknowledged', '{body}');
         INSERT INTO cases VALUES ('bbbb', 60, 3, 1, '{{\"id\":\"bbbb\",\"alerts\":[\"{id}\",\"cccc\"]}}');
         PRAGMA user_version = 1"
    ));
    assert!(
        alerts(&place.path, &Query::default(), noon())
            .expect_err("older")
            .to_string()
            .contains("start the daemon once")
    );
    drop(place.open(&[]));
    let found = alerts(&place.path, &Query::default(), noon()).expect("a list");
    assert_eq!((found.len(), found[0].state), (1, WorkState::Acknowledged));
    // The alert was stored before there were markings, so it gets the default one with the lowest grade.
    let handling = &found[0].body["handling"];
    assert_eq!(
        (&handling["tlp"], &handling["info_grade"], &handling["personal_data"]),
        (&"AMBER".into(), &"4".into(), &true.into())
    );
    assert_eq!(place.count("SELECT count(*) FROM case_alerts"), 2);
    assert_eq!(place.count("SELECT count(*) FROM reached") + place.count("SELECT count(*) FROM purges"), 0);
    assert_eq!((place.count("PRAGMA user_version"), place.count("PRAGMA auto_vacuum")), (7, 2));
    let copy = Connection::open(place.path.with_extension("sqlite.schema-1")).expect("a copy");
    let count = |text: &str| copy.query_row(text, [], |row| row.get::<_, i64>(0)).expect("a number");
    assert_eq!((count("PRAGMA user_version"), count("SELECT count(*) FROM alerts")), (1, 1));
    drop(place.open(&[]));
    assert_eq!(place.count("SELECT count(*) FROM alerts"), 1);
}
