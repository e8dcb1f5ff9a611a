//! Counts are those of the alerts that a reader may see, and other alerts of a vessel are found with them.

use super::similar::similar;
use super::*;

/// Fills the store with alerts and facts of several kinds, zones, markings and times, and of more owners than are named.
fn fill(connection: &Connection) {
    let mut draws = Draws(0x2545_F491_4F6C_DD1D);
    for number in 0..300_i64 {
        let id = format!("{number:0>26}");
        let hours = draws.next(30) as i64;
        let behaviour = ["loitering", "drift", "ais_gap"][draws.next(3) as usize];
        insert(connection, &id, draws.next(101) as i64, noon().millis() - hours * 3_600_000, |body| {
            body["behaviour"] = behaviour.into();
            body["handling"]["tlp"] = ["GREEN", "RED"][draws.next(2) as usize].into();
        });
        let change = |text: &str| connection.execute(&format!("{text} = ?1"), [&id]).expect("a row");
        match draws.next(4) {
            0 => change("DELETE FROM alert_zones WHERE alert"),
            1 => change("INSERT INTO alert_zones SELECT id, 'c08' FROM alerts WHERE id"),
            _ => 0,
        };
        if draws.next(3) == 0 {
            change("UPDATE alerts SET announced = 0 WHERE id");
        }
        let owner = format!("P{:03}", draws.next(230));
        connection.execute("UPDATE alerts SET assignee = ?2 WHERE id = ?1", params![id, owner]).expect("a row");
    }
}

/// Asserts that the counts are those of the alerts of the list.
fn compare(connection: &Connection, filter: &AlertFilter, clearance: &Clearance) {
    let page = page_of(connection, &first(filter, clearance, 1000, noon())).expect("a page");
    let alerts: Vec<Value> = page.items.iter().map(AlertItem::value).collect();
    let found = summary_of(connection, filter, clearance, noon(), noon()).expect("counts");
    let count = |wanted: &dyn Fn(&Value) -> bool| alerts.iter().filter(|alert| wanted(alert)).count() as u32;
    assert_eq!((found.total, found.withheld, found.seq), (page.total, page.withheld, page.seq));
    assert_eq!((found.total, found.severity["medium"]), (count(&|_| true), found.total));
    assert_eq!(found.silenced, count(&|alert| !alert["silenced_by"].is_null()));
    for (behaviour, number) in &found.behaviour {
        assert_eq!(*number, count(&|alert| alert["behaviour"] == behaviour.as_str()), "{behaviour}");
    }
    assert_eq!(found.behaviour.values().sum::<u32>(), found.total);
    assert_eq!(found.state, std::iter::once(("new".to_owned(), found.total)).collect());
    for (zone, ZoneCount { count: number, .. }) in &found.zone {
        let text = "SELECT EXISTS (SELECT 1 FROM alert_zones WHERE alert = ?1 AND zone = ?2)";
        let is_in = |alert: &Value| {
            connection.query_row(text, params![alert["id"].as_str(), zone], |row| row.get(0)).expect("a truth")
        };
        assert_eq!(*number, count(&is_in), "{zone}");
    }
    assert_eq!(found.zone.len(), 2);
    // Of the owners, those with most alerts are named.
    let least = found.owner.values().min().copied();
    for alert in &alerts {
        let owner = alert["owner"].as_str().expect("a name");
        let number = count(&|alert| alert["owner"] == owner);
        let named = found.owner.get(owner).copied();
        assert!(named.is_none_or(|named| named == number) && Some(number) <= named.or(least), "{owner}");
    }
    let [with, without] = [true, false].map(|facts| {
        let filter = AlertFilter { facts, ..filter.clone() };
        page_of(connection, &first(&filter, clearance, 1000, noon())).expect("a page").total
    });
    assert!(without < with);
    assert_eq!(found.facts, with - without);
}

#[test]
fn the_counts_are_those_of_the_alerts_one_by_one() {
    let (place, connection) = empty();
    fill(&connection);
    let of = Silence { behaviour: Some("drift".to_owned()), ..Silence::default() };
    silence(&place.path, &of, noon() - Span::from_hours(9), noon(), "ana", "drill", noon()).expect("a silence");
    let scores = Range { least: Some(20), most: None };
    for clearance in [Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() }, Clearance::everything()] {
        compare(&connection, &AlertFilter::default(), &clearance);
        compare(&connection, &AlertFilter { facts: true, scores, ..AlertFilter::default() }, &clearance);
    }
}

#[test]
fn similar_alerts_are_the_others_of_the_vessel_that_the_reader_may_see() {
    let (_place, connection) = empty();
    for (id, last_at, behaviour, tlp) in [
        ("aaaa", 1, "loitering", "GREEN"),
        ("bbbb", 2, "ais_gap", "GREEN"),
        ("cccc", 3, "loitering", "RED"),
        ("dddd", 4, "loitering", "GREEN"),
        ("eeee", 5, "drift", "GREEN"),
        ("ffff", 6, "loitering", "GREEN"),
    ] {
        insert(&connection, id, 50, last_at, |body| {
            body["behaviour"] = behaviour.into();
            body["handling"]["tlp"] = tlp.into();
        });
    }
    connection.execute("UPDATE alert_vessels SET mmsi = 224000002 WHERE alert = 'eeee'", []).expect("a row");
    connection.execute("UPDATE alerts SET announced = 0 WHERE id = 'bbbb'", []).expect("a row");
    let found = |id: &str, mmsis: &[u32], max_tlp: Tlp, limit: usize| {
        let clearance = Clearance { max_tlp, ..Clearance::everything() };
        let found = similar(&connection, id, mmsis, &clearance, limit, noon()).expect("alerts");
        let last: Vec<String> = found.last.into_iter().map(|item| item.id).collect();
        (json!(found.counts), last.join(" "))
    };
    let one = [224_000_001];
    assert_eq!(found("dddd", &one, Tlp::Red, 2), (json!({"loitering": 3}), "ffff cccc".to_owned()));
    assert_eq!(found("dddd", &one, Tlp::Amber, 5), (json!({"loitering": 2}), "ffff aaaa".to_owned()));
    assert_eq!(found("bbbb", &one, Tlp::Amber, 1), (json!({"loitering": 3}), "ffff".to_owned()), "a fact");
    assert_eq!(found("eeee", &[224_000_002], Tlp::Red, 5), (json!({}), String::new()));
    assert_eq!(found("eeee", &[], Tlp::Red, 5), (json!({}), String::new()));
    let both = [224_000_002, 224_000_001];
    assert_eq!(found("aaaa", &both, Tlp::Amber, 9), (json!({"drift": 1, "loitering": 2}), "ffff eeee dddd".to_owned()));
}

#[test]
fn many_silences_do_not_make_a_summary_slow() {
    let (_place, connection) = empty();
    let query = format!("SELECT sum(id IN {}) FROM alert_items", condition::SILENCED);
    let steps = plan(&connection, &query).join("\n");
    let is_made_once = steps.contains("LIST SUBQUERY") && !steps.contains("CORRELATED LIST SUBQUERY");
    assert!(is_made_once, "{steps}");
    for index in ["alerts_by_vessel", "alerts_by_zone", "items_by_time"] {
        assert!(steps.contains(index), "{index}: {steps}");
    }
}
