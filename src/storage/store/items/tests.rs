//! Lists find what a filter says, in its order, page by page, and never what the reader may not see.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::condition::{CLEARED, Conditions};
use super::page::{page_of, query_of};
use super::summary::summary_of;
use super::*;
use crate::storage::store::WorkState;
use crate::storage::store::stages::clear::Clearance;
use crate::storage::store::tests::{distress, noon, place, stored};
use crate::storage::store::{Action, Query, Silence, act, alerts, mark, silence};
use atalaia_core::alerts::Severity;
use atalaia_core::alerts::handling::{Mark, Tlp};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::geo::Bounds;

mod counting;

/// A small generator of numbers: the test must do the same in every run.
struct Draws(u64);

impl Draws {
    /// A number below `most`.
    fn next(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// An empty store.
fn empty() -> (crate::storage::store::tests::Place, Connection) {
    let place = place();
    assert!(place.open(&[]).0.finish());
    let connection = Connection::open(&place.path).expect("a store");
    (place, connection)
}

/// Inserts an alert with this id, score and last time; `edit` changes its body.
fn insert(connection: &Connection, id: &str, score: i64, last_at: i64, edit: impl FnOnce(&mut Value)) {
    let mut body = json!({
        "id": id, "behaviour": "loitering", "kind": "vessel", "announced": true, "status": "open", "severity": "medium",
        "score": score, "vessels": [{"mmsi": 224_000_001, "name": "ALFA", "call_sign": "EAAA", "ship_type": 80, "flag": "ES"}],
        "zones": [{"id": "c07", "name": "Corridor 7"}], "position": {"lat": 28.0, "lon": -17.0}, "case_id": null,
        "handling": {"tlp": "GREEN", "source_grade": "B", "info_grade": "2", "scheme": "6x6", "purpose": "NonSpecified",
            "personal_data": false, "retain_until": "2027-03-01T00:00:00Z", "reality": "actual"},
        "summary": "ALFA has stayed.", "evidence": {"measured": {"minutes": 62}, "tracks": [{"points": [1, 2, 3]}]},
    });
    edit(&mut body);
    let insert = "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, revision, body)
         VALUES (?1, ?2, 1, 'open', 2, ?3, ?4, ?4, ?4, 1, ?5)";
    let behaviour = body["behaviour"].as_str().unwrap_or_default().to_owned();
    connection.execute(insert, params![id, behaviour, score, last_at, body.to_string()]).expect("a row");
    let (vessel, zone) =
        ("INSERT INTO alert_vessels VALUES (?1, 224000001, NULL)", "INSERT INTO alert_zones VALUES (?1, 'c07')");
    connection.execute(vessel, [id]).and_then(|_| connection.execute(zone, [id])).expect("rows");
}

/// Ids of all pages of this length.
fn all(connection: &Connection, filter: &AlertFilter, clearance: &Clearance) -> Vec<String> {
    let page = page_of(connection, &first(filter, clearance, 1000, noon())).expect("a page");
    assert_eq!(page.total as usize, page.items.len());
    page.items.into_iter().map(|item| item.id).collect()
}

#[test]
fn an_item_is_the_stored_alert_with_the_marking_in_force_and_without_tracks() {
    let place = place();
    let (store, events) = place.open(&["file"]);
    store.changes(distress(), 0);
    stored(&events);
    let id = alerts(&place.path, &Query::default(), noon()).expect("it reads")[0].id.clone();
    act(&place.path, &id, &Action::Note("seen".to_owned()), "ana", None, noon()).expect("a note");
    let marked = Mark { tlp: Some(Tlp::Red), releasable_to: Some(vec!["ES".to_owned()]), ..Mark::default() };
    mark(&place.path, &id, &marked, "ana", "as agreed", noon()).expect("a mark");
    let connection = Connection::open(&place.path).expect("a store");
    let item = item(&connection, &id, &Clearance::everything(), noon()).expect("it reads").expect("it is there");
    let whole = alerts(&place.path, &Query::default(), noon()).expect("it reads").remove(0).body;
    let shown = item.value();
    for (member, value) in whole.as_object().expect("an object") {
        let mut value = value.clone();
        if member == "evidence" {
            value.as_object_mut().expect("an object").remove("tracks");
        }
        assert_eq!(shown[member], value, "{member}");
    }
    assert_eq!((&shown["handling"]["tlp"], &shown["notes"]), (&json!("RED"), &json!(1)));
    assert_eq!(shown["deliveries"], json!({"delivered": 0, "pending": 2, "failed": 0, "withheld": 0}));
    assert_eq!(shown["etag"], json!(item.etag()));
    let amber = Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() };
    let hidden = super::item(&connection, &id, &amber, noon()).expect("it reads");
    assert_eq!(hidden, None, "a mark above the clearance hides the alert");
    assert_eq!(all(&connection, &AlertFilter::default(), &amber), Vec::<String>::new());
    store.finish();
}

#[test]
fn pages_show_nothing_twice_and_skip_nothing_while_alerts_come_in() {
    let (_place, connection) = empty();
    let mut draws = Draws(0x9E37_79B9_7F4A_7C15);
    let mut number = 0;
    let mut add = |draws: &mut Draws| {
        number += 1;
        let id = format!("{:c>26}", format!("{:06}", draws.next(1_000_000) * 1000 % 999_983 + number));
        let (score, last_at) = (draws.next(5) as i64 * 20, draws.next(4) as i64);
        insert(&connection, &id, score, last_at, |_| {});
        connection
            .execute("UPDATE alerts SET touched_at = ?2 WHERE id = ?1", params![id, draws.next(6) as i64])
            .expect("it");
    };
    (0..40).for_each(|_| add(&mut draws));
    let everything = Clearance::everything();
    for round in 0..1000_usize {
        let order = Order::named(Order::NAMES[round % Order::NAMES.len()]).expect("an order");
        let before: BTreeSet<String> = all(&connection, &AlertFilter::default(), &everything).into_iter().collect();
        let (mut shown, mut cursor) = (Vec::new(), None::<Cursor>);
        connection.execute_batch("SAVEPOINT round").expect("a savepoint");
        loop {
            let length = 1 + draws.next(15) as usize;
            let page = pages(&connection, order, cursor.as_ref(), length);
            shown.extend(page.items.iter().map(|item| item.id.clone()));
            cursor = page.next.map(|next| next.to_string().parse().expect("a cursor of ours"));
            if cursor.is_none() {
                break;
            }
            (0..draws.next(3)).for_each(|_| add(&mut draws));
        }
        connection.execute_batch("ROLLBACK TO round; RELEASE round").expect("as before");
        let once: BTreeSet<&String> = shown.iter().collect();
        assert_eq!(once.len(), shown.len(), "{order}: something was shown twice");
        assert!(before.iter().all(|id| once.contains(id)), "{order}: something was skipped");
    }
}

/// The first page in the usual order.
fn first<'a>(filter: &'a AlertFilter, clearance: &'a Clearance, limit: usize, now: Time) -> PageRequest<'a> {
    PageRequest { filter, clearance, order: Order::default(), cursor: None, limit, now }
}

/// One page inside an open savepoint.
fn pages(connection: &Connection, order: Order, cursor: Option<&Cursor>, length: usize) -> AlertPage {
    let (filter, clearance) = (AlertFilter::default(), Clearance::everything());
    let request = PageRequest { order, cursor, ..first(&filter, &clearance, length, noon()) };
    page::within(connection, &request).expect("a page")
}

#[test]
fn each_field_of_a_filter_finds_what_it_says() {
    let (place, connection) = empty();
    let hour = Span::from_hours(1).millis();
    insert(&connection, "aaaa", 70, noon().millis(), |_| {});
    insert(&connection, "bbbb", 30, noon().millis() - 10 * hour, |body| {
        body["behaviour"] = "ais_gap".into();
        body["vessels"][0]["name"] = "<b>BRAVO</b>".into();
        body["position"] = json!({"lat": -17.0, "lon": 179.5});
        body["vessels"][0]["flag"] = "FJ".into();
        body["vessels"][0]["ship_type"] = 30.into();
    });
    act(&place.path, "aaaa", &Action::Assign(Some("Ana".to_owned())), "ana", None, noon()).expect("an act");
    let until = Some(noon() + Span::from_minutes(5));
    act(&place.path, "bbbb", &Action::Acknowledge { until }, "ana", None, noon()).expect("an act");
    let found = |filter: AlertFilter| all(&connection, &filter, &Clearance::everything()).join(" ");
    let usual = AlertFilter::default;
    assert_eq!(found(usual()), "aaaa bbbb");
    assert_eq!(
        found(AlertFilter {
            behaviours: vec![atalaia_core::behaviours::Behaviour::named("ais_gap").expect("one")],
            ..usual()
        }),
        "bbbb"
    );
    assert_eq!(found(AlertFilter { min_severity: Some(Severity::High), ..usual() }), "");
    assert_eq!(found(AlertFilter { scores: Range { least: Some(61), most: None }, ..usual() }), "aaaa");
    assert_eq!(found(AlertFilter { owners: vec![Some("ana".to_owned())], ..usual() }), "aaaa");
    assert_eq!(found(AlertFilter { owners: vec![None], ..usual() }), "bbbb");
    assert_eq!(found(AlertFilter { owners: vec![None, Some("ana".to_owned())], ..usual() }), "aaaa bbbb");
    assert_eq!(found(AlertFilter { states: vec![WorkState::Acknowledged], ..usual() }), "bbbb");
    assert_eq!(found(AlertFilter { names: vec!["bravo".to_owned()], ..usual() }), "bbbb");
    assert_eq!(found(AlertFilter { words: vec!["corridor 7".to_owned(), "AIS GAP".to_owned()], ..usual() }), "bbbb");
    assert_eq!(found(AlertFilter { types: vec![80, 81], ..usual() }), "aaaa");
    assert_eq!(found(AlertFilter { flags: vec!["FJ".to_owned()], ..usual() }), "bbbb");
    let across = Bounds { west: 179.0, south: -20.0, east: 181.0, north: -10.0 };
    assert_eq!(found(AlertFilter { bbox: Some(across), ..usual() }), "bbbb");
    assert_eq!(found(AlertFilter { since: Some(noon()), ..usual() }), "aaaa");
    assert_eq!(found(AlertFilter { mmsis: vec![224_000_001], zones: vec!["c07".to_owned()], ..usual() }), "aaaa bbbb");
    assert_eq!(found(AlertFilter { zones: vec!["c08".to_owned()], ..usual() }), "");
    let of = Silence { behaviour: Some("ais_gap".to_owned()), ..Silence::default() };
    silence(&place.path, &of, noon() - Span::from_hours(24), noon(), "ana", "drill", noon()).expect("a silence");
    assert_eq!(found(AlertFilter { silenced: Some(true), ..usual() }), "bbbb");
    let counted = summary_of(&connection, &usual(), &Clearance::everything(), noon(), noon()).expect("counts");
    assert_eq!((counted.total, counted.silenced, counted.severity["medium"]), (2, 1, 2));
    assert_eq!(counted.zone["c07"], ZoneCount { name: "Corridor 7".to_owned(), count: 2 });
    assert_eq!((counted.owner["none"], counted.owner["Ana"], counted.state["acknowledged"]), (1, 1, 1));
    assert_eq!((counted.hours.len(), counted.hours.iter().map(|hour| hour.count).sum::<u32>()), (24, 2));
    let later = noon() + Span::from_minutes(6);
    let states = AlertFilter { states: vec![WorkState::New], ..usual() };
    let page = page_of(&connection, &first(&states, &Clearance::everything(), 10, later)).expect("a page");
    assert_eq!(page.items.len(), 2, "the acknowledgement has expired");
}

#[test]
fn what_is_above_the_clearance_is_counted_but_not_named() {
    let (_place, connection) = empty();
    insert(&connection, "aaaa", 70, 1, |_| {});
    insert(&connection, "bbbb", 70, 2, |body| body["handling"]["releasable_to"] = json!(["PT"]));
    insert(&connection, "cccc", 70, 3, |body| body["handling"] = json!("unreadable"));
    let spain = Clearance { recipients: vec!["ES".to_owned()], ..Clearance::everything() };
    let page = page_of(&connection, &first(&AlertFilter::default(), &spain, 10, noon())).expect("a page");
    let ids: Vec<&str> = page.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!((ids.contains(&"aaaa"), ids.contains(&"bbbb")), (true, false));
    assert_eq!(page.total + page.withheld, 3);
    let counted = summary_of(&connection, &AlertFilter::default(), &spain, noon(), noon()).expect("counts");
    assert_eq!((counted.total, counted.withheld), (page.total, page.withheld));
}

#[test]
fn a_case_is_shown_only_to_a_reader_who_may_see_all_of_its_alerts() {
    let (place, connection) = empty();
    insert(&connection, "aaaa", 70, 1, |_| {});
    insert(&connection, "bbbb", 70, 2, |body| body["handling"]["tlp"] = "RED".into());
    insert(&connection, "cccc", 70, 3, |_| {});
    for (case, score, alerts) in
        [("mixed", 80, vec!["aaaa", "bbbb"]), ("plain", 60, vec!["cccc"]), ("empty", 40, vec![])]
    {
        let body = json!({"id": case, "score": score, "alerts": alerts, "story": "It happened."}).to_string();
        let sql = "INSERT INTO cases (id, score, severity, stored_at, body) VALUES (?1, ?2, 2, 0, ?3)";
        connection.execute(sql, params![case, score, body]).expect("a case");
        for alert in alerts {
            connection.execute("INSERT INTO case_alerts VALUES (?1, ?2)", [case, alert]).expect("a row");
            connection.execute("UPDATE alerts SET case_id = ?1 WHERE id = ?2", [case, alert]).expect("a row");
        }
    }
    let readers = crate::storage::store::Readers::new(place.path.clone());
    let shown = |max_tlp: Tlp, after: Option<(i64, String)>, limit: usize| {
        let clearance = Clearance { max_tlp, ..Clearance::everything() };
        let query = CaseQuery { after, ..CaseQuery::default() };
        let page = readers.cases(&query, &clearance, limit).expect("cases");
        let ids: Vec<String> = page.items.iter().filter_map(|case| case["id"].as_str().map(str::to_owned)).collect();
        (ids.join(" "), page.withheld, page.next)
    };
    assert_eq!(shown(Tlp::Amber, None, 10), ("plain".to_owned(), 2, None), "nor one whose marking is not known");
    assert_eq!(shown(Tlp::Red, None, 2), ("mixed plain".to_owned(), 0, Some((60, "plain".to_owned()))));
    assert_eq!(shown(Tlp::Red, Some((60, "plain".to_owned())), 2), ("empty".to_owned(), 0, None));
    let amber = Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() };
    assert_eq!(readers.case("mixed", &amber).expect("it reads"), None);
    let (case, alerts) = readers.case("plain", &amber).expect("it reads").expect("it is there");
    assert_eq!((&case["status"], alerts), (&json!("open"), vec!["cccc".to_owned()]));
}

#[test]
fn kept_connections_see_a_file_that_took_the_place_of_another() {
    let (place, connection) = empty();
    insert(&connection, "aaaa", 70, 1, |_| {});
    let readers = crate::storage::store::Readers::new(place.path.clone());
    let everything = Clearance::everything();
    let count = || readers.page(&first(&AlertFilter::default(), &everything, 10, noon())).map(|page| page.total);
    assert_eq!(count().expect("it reads"), 1);
    let (other, _) = empty();
    drop(connection);
    std::fs::remove_file(&place.path).expect("it goes");
    assert!(count().is_err(), "no file");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", place.path.display()));
    }
    std::fs::copy(&other.path, &place.path).expect("a copy");
    assert_eq!(count().expect("it reads"), 0);
}

#[test]
fn a_page_follows_an_index_and_reads_no_more_alerts_than_it_shows() {
    let (_place, connection) = empty();
    let states = vec![WorkState::New, WorkState::Acknowledged];
    let usual = AlertFilter { states, min_severity: Some(Severity::Medium), ..AlertFilter::default() };
    for name in Order::NAMES {
        let order = Order::named(name).expect("an order");
        let mut conditions = Conditions::of(&usual, noon());
        conditions.add(CLEARED);
        let plan = plan(&connection, &query_of(&conditions, order));
        // Alerts of one score are few, those of one severity are not.
        let sorts = plan.iter().any(|step| step.contains("B-TREE FOR ORDER BY"));
        assert!(plan.iter().any(|step| step.starts_with("SCAN alert_items USING INDEX items_by_")), "{name}: {plan:?}");
        assert!(!sorts, "{name}: {plan:?}");
    }
}

/// The steps in which SQLite would carry out a query.
fn plan(connection: &Connection, query: &str) -> Vec<String> {
    let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).expect("a query");
    // The plan is the same for any values.
    let rows = query.raw_query().mapped(|row| row.get::<_, String>(3));
    rows.collect::<rusqlite::Result<_>>().expect("a plan")
}

#[test]
fn scores_in_the_filter_bound_a_page_by_score_and_leave_other_orders_and_counts_alone() {
    let (_place, connection) = empty();
    let filter = AlertFilter { scores: Range { least: Some(30), most: Some(80) }, ..AlertFilter::default() };
    for name in Order::NAMES {
        let order = Order::named(name).expect("an order");
        let mut conditions = Conditions::of(&filter, noon());
        let by_score = order.by == Sorted::Score;
        if by_score {
            conditions.along_scores(&filter);
        }
        let steps = plan(&connection, &query_of(&conditions, order));
        assert!(!steps.iter().any(|step| step.contains("B-TREE FOR ORDER BY")), "{name}: {steps:?}");
        let bounded = "SEARCH alert_items USING INDEX items_by_score (score>? AND score<?)";
        assert_eq!(steps.iter().any(|step| step == bounded), by_score, "{name}: {steps:?}");
    }
    // Along the index each alert would be searched for by itself.
    let conditions = Conditions::of(&filter, noon()).text();
    let steps = plan(&connection, &format!("SELECT count(*) FROM alert_items WHERE {conditions}"));
    assert_eq!(steps, ["SCAN alert_items"]);
}

#[test]
fn the_set_of_silenced_alerts_is_that_of_the_single_ones() {
    let (_place, connection) = empty();
    for number in 0..12_i64 {
        let behaviour = if number % 3 == 0 { "drifting" } else { "loitering" };
        insert(&connection, &format!("{number:0>26}"), 50, number * 1000, |body| body["behaviour"] = behaviour.into());
    }
    connection.execute("UPDATE alert_vessels SET mmsi = 224000002 WHERE alert LIKE '%1'", []).expect("vessels");
    connection.execute("UPDATE alert_zones SET zone = 'c08' WHERE alert LIKE '%4'", []).expect("zones");
    let subjects = [
        "224000002, NULL, NULL",
        "224000001, 'c07', NULL",
        "224000001, 'c08', 'loitering'",
        "NULL, 'c08', NULL",
        "NULL, 'c07', 'drifting'",
        "NULL, NULL, 'drifting'",
        "NULL, NULL, NULL",
    ];
    for subject in subjects {
        for (from, until, lifted) in [(2000, 9000, "NULL"), (0, 1000, "NULL"), (0, 20_000, "5")] {
            connection.execute("DELETE FROM silences", []).expect("none");
            let silence = format!(
                "INSERT INTO silences (made_at, who, why, mmsi, zone, behaviour, from_at, until_at, lifted_at)
                 VALUES (1, 'ana', 'drill', {subject}, {from}, {until}, {lifted})"
            );
            connection.execute(&silence, []).expect("a silence");
            let different = format!(
                "SELECT count(*) FROM alert_items WHERE (id IN {}) <> ({} IS NOT NULL)",
                super::condition::SILENCED,
                super::condition::SILENCED_BY
            );
            let different: i64 = connection.query_row(&different, [], |row| row.get(0)).expect("a count");
            assert_eq!(different, 0, "{subject} {from} {until} {lifted}");
        }
    }
}
