//! What is in the audit trail of changes to people and tokens, of reloads, of exports, and of what comes in.

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::Span;
use serde_json::json;

use crate::harness::api::{Api, PASSWORD};
use crate::harness::desk::Desk;

#[test]
fn a_reload_and_exports_are_in_the_trail() {
    let mut api = Api::start("");
    let text = std::fs::read_to_string(&api.settings).unwrap();
    std::fs::write(&api.settings, format!("{text}\n[behaviours.distress]\nscore = 61\n")).unwrap();
    api.daemon.signal("HUP");
    api.daemon.wait_for(&["reloaded"]);
    api.daemon.signal("TERM");
    assert_eq!(api.daemon.wait(), Some(0));
    let trail = api.print(&["audit", "--since=-1h", "--machine"]);
    let row = trail.lines().find(|line| line.contains("reloaded")).unwrap_or_else(|| panic!("{trail}"));
    assert!(row.contains("settings") && row.contains("behaviours.distress"), "{row}");
    assert!(api.print(&["audit", "verify"]).ends_with("sound\n"));
    let before = api.print(&["audit", "head"]);
    api.print(&["alerts", "export", "--format", "csv"]);
    assert_ne!(api.print(&["audit", "head"]), before, "an export is a row");
    let exported = api.print(&["audit", "export"]);
    let last: Vec<&str> = exported.lines().rev().take(2).collect();
    assert!(last[1].contains("\"export csv\"") && last[1].contains("\"disclosure\""), "{last:?}");
    assert!(last[0].contains("\"export audit\"") && last[0].contains("local account"), "{last:?}");
}

#[test]
fn what_came_in_by_each_feed_is_in_the_trail_when_the_daemon_has_stopped() {
    let desk = Desk::new();
    let trail = desk.says(&["audit", "--since", "-1h", "--machine", "--json"], None);
    let row = trail.lines().find(|line| line.contains("\"collected\"")).unwrap_or_else(|| panic!("{trail}"));
    assert!(row.contains("\"feed ") && row.contains(" lines from "), "{row}");
    assert!(!desk.says(&["audit", "--since", "-1h"], None).contains("collected"), "it is not an act of a person");
}

#[test]
fn changes_of_people_and_tokens_say_from_which_session_and_address_they_came() {
    let api = Api::start("");
    api.add("zoe", "admin,auditor");
    let zoe = api.sign_in("zoe");
    let end = (Clock.now() + Span::from_hours(1)).to_string();
    let new = "other words that rhyme";
    for (method, path, body, status) in [
        ("POST", "/users", json!({"name": "rui", "password": PASSWORD, "roles": ["viewer"]}), 201),
        ("PATCH", "/users/rui", json!({"roles": ["analyst"]}), 200),
        ("DELETE", "/users/rui", json!(null), 204),
        ("POST", "/tokens", json!({"name": "qgis", "rights": ["read"], "expires": end}), 201),
        ("DELETE", "/tokens/qgis", json!(null), 204),
        ("PUT", "/me/purpose", json!({"purpose": "Safety"}), 200),
        ("PUT", "/me/password", json!({"old": PASSWORD, "new": new}), 204),
    ] {
        let answer = api.call(&zoe, method, path, Some(body).filter(|body| !body.is_null()));
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
    }
    let rows = api.call(&zoe, "GET", "/audit?verb=alteration&who=zoe", None).json();
    let rows = rows["items"].as_array().unwrap();
    let signed_in = rows.last().unwrap();
    let session = signed_in["session"].as_str().unwrap_or_else(|| panic!("{signed_in}"));
    let what: Vec<String> = rows
        .iter()
        .rev()
        .map(|row| format!("{} {}", row["what"].as_str().unwrap(), row["subject"].as_str().unwrap()))
        .collect();
    let expected = [
        "signed in person zoe",
        "added person rui",
        "altered person rui",
        "removed person rui",
        "added token qgis",
        "removed token qgis",
        "purpose person zoe",
        "altered person zoe",
    ];
    assert_eq!(what, expected);
    for row in rows {
        let by = ["way", "session", "address"].map(|name| row[name].as_str().unwrap_or_default());
        assert_eq!(by, ["password", session, "127.0.0.1"], "{row}");
    }
}
