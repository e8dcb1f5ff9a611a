//! What is above the ceilings of a reader appears nowhere: not in a list, a count, a body, the log or the text of an error.

use std::io::Write;
use std::net::TcpListener;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::api::{Api, Caller, PASSWORD, serving, write};
use crate::harness::daemon::{Daemon, accept, input, settings, wait_until};
use crate::harness::scenes;

/// A daemon that has raised the alerts of a meeting, all of them marked RED, with two readers.
struct Watch {
    api: Api,
    /// Sees everything.
    all: Caller,
    /// Sees up to AMBER.
    low: Caller,
    /// The alerts.
    alerts: Vec<Value>,
    _feed: std::net::TcpStream,
}

impl Watch {
    fn start() -> Watch {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let feed = input("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
        let text = format!(
            "{feed}[store]\npath = \"atalaia.sqlite\"\n[api]\naddress = \"127.0.0.1:0\"\n[time]\nlateness_seconds = {}\n",
            scenes::LATENESS
        );
        let path = settings(&folder, &text);
        let mut daemon = Daemon::start(&path);
        let address = serving(&mut daemon);
        let api = Api { folder, settings: path, daemon, address };
        let mut stream = accept(&listener);
        stream.write_all(scenes::meeting(4).nmea().as_bytes()).unwrap();
        api.add("all", "analyst,supervisor");
        let file = api.folder.path().join("password");
        std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
        let file = file.to_str().unwrap().to_owned();
        let add =
            ["users", "add", "low", "--roles", "analyst,supervisor", "--max-tlp", "AMBER", "--password-file", &file];
        api.print(&add);
        let (all, low) = (api.sign_in("all"), api.sign_in("low"));
        let list =
            || api.call(&all, "GET", "/alerts?facts=true&limit=1000", None).json()["items"].as_array().unwrap().clone();
        wait_until(|| list().iter().any(|alert| alert["behaviour"] == "rendezvous"));
        // Until nothing is added any more.
        let mut alerts = list();
        wait_until(|| {
            std::thread::sleep(std::time::Duration::from_millis(1500));
            let before = std::mem::replace(&mut alerts, list());
            before.len() == alerts.len()
        });
        alerts.sort_by_key(|alert| alert["behaviour"] != "rendezvous");
        for alert in &alerts {
            let mark = json!({"act": "mark", "mark": {"tlp": "RED"}, "why": "a source at risk"});
            let path = format!("/alerts/{}/acts", alert["id"].as_str().unwrap());
            let marked = api.call(&all, "POST", &path, Some(mark));
            assert_eq!(marked.status, 200, "{marked:?}");
        }
        Watch { api, all, low, alerts, _feed: stream }
    }

    /// Every route that is described and reads, so that one that is added is tried too. Its own parameters are left out; the one that is
    /// added is not known to it, so that it is tried with and without.
    fn described(&self, alert: &str, case: &str, mmsi: u64) -> Vec<String> {
        let document = self.api.call(&Caller::default(), "GET", "/openapi.json", None).json();
        let paths = document["paths"].as_object().unwrap().iter().filter(|(_, item)| item["get"].is_object());
        let mut found = Vec::new();
        for (path, _) in paths.filter(|(path, _)| !path.ends_with("/events") && !path.contains("/map/land")) {
            let path = path.strip_prefix("/api/v1").unwrap();
            let id = if path.starts_with("/cases") { case } else { alert };
            let path = path.replace("{id}", id).replace("{mmsi}", &mmsi.to_string()).replace("{name}", "all");
            found.push(format!("{path}?described=yes"));
            found.push(format!("{path}#described="));
        }
        found
    }

    /// What the reader gets.
    fn get(&self, caller: &Caller, path: &str) -> (u16, String) {
        let answer = self.api.call(caller, "GET", path, None);
        (answer.status, answer.body)
    }
}

/// A piece of the log without the entries that take an alert away which the reader could see before. They name it and say nothing else.
fn without_withdrawn(body: &str) -> String {
    let mut log: Value = serde_json::from_str(body).unwrap();
    if let Some(items) = log["items"].as_array_mut() {
        items.retain(|entry| {
            let says_more = entry["item"] != Value::Null || entry["why"] != Value::Null || entry["who"] != "(atalaia)";
            entry["what"] != "withdrawn" || says_more
        });
    }
    log.to_string()
}

#[test]
fn nothing_of_an_alert_above_the_ceiling_reaches_the_reader() {
    let watch = Watch::start();
    let one = &watch.alerts[0];
    let ids: Vec<&str> = watch.alerts.iter().map(|alert| alert["id"].as_str().unwrap()).collect();
    let (id, mmsi) = (ids[0], one["vessels"][0]["mmsi"].as_u64().unwrap());
    let cases: Vec<&str> = watch.alerts.iter().filter_map(|alert| alert["case_id"].as_str()).collect();
    let why = "why=for%20the%20test%20of%20ceilings";
    let mut paths: Vec<String> = [
        "/alerts?facts=true",
        "/alerts/summary?facts=true",
        "/cases?status=open",
        "/cases",
        "/silences",
        "/changes?limit=1000",
        "/map/bounds",
        "/zones",
        "/picture/names",
        "/status",
        "/feeds",
        "/vessels",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend(
        ["geojson", "jsonl", "csv", "kml", "text"]
            .map(|format| format!("/alerts/export?facts=true&format={format}&{why}")),
    );
    paths.extend(["", "/alerts?facts=true", "/track", "/explanations"].map(|part| format!("/vessels/{mmsi}{part}")));
    let hidden = ["", "?include=notes,history,deliveries,similar,nearby", "/explanation", "/sentences"];
    let hidden = hidden.map(|part| format!("/alerts/{id}{part}"));
    paths.extend(hidden.iter().cloned());
    paths.push(format!("/cases/{}", cases.first().unwrap_or(&"none")));
    let (lat, lon) = (&one["position"]["lat"], &one["position"]["lon"]);
    let period = "from=2024-03-01T10:00:00Z&to=2024-03-02T10:00:00Z";
    let who = format!("/who?near={lat},{lon}&radius_nm=20&{period}&{why}");
    paths.push(who.clone());
    paths.extend(watch.described(id, cases.first().unwrap_or(&"none"), mmsi));
    let mut faults = Vec::new();
    for path in &paths {
        let (status, body) = watch.get(&watch.low, path.split('#').next().unwrap());
        let is_hidden = hidden.contains(path) || path.starts_with("/cases/");
        let is_named = !path.contains("described=");
        if is_named && status != if is_hidden { 404 } else { 200 } {
            faults.push(format!("{path}: {status} {body}"));
        }
        let body = if path.starts_with("/changes") { without_withdrawn(&body) } else { body };
        // A problem may repeat what was asked for.
        let may_repeat = |id: &str| 400 <= status && path.contains(id);
        let named: Vec<&&str> = ids.iter().chain(&cases).filter(|id| body.contains(**id) && !may_repeat(id)).collect();
        if !named.is_empty() {
            faults.push(format!("{path} names {named:?}: {body}"));
        }
        for word in ["a source at risk", one["summary"].as_str().unwrap()] {
            if body.contains(word) {
                faults.push(format!("{path} has {word:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));

    // The same by hands that may see it, so that the test cannot pass because there is nothing.
    let (status, body) = watch.get(&watch.all, &who);
    assert!(status == 200 && body.contains("rendezvous"), "{body}");
    let (_, body) = watch.get(&watch.low, &who);
    assert!(!body.contains("rendezvous"), "who tells of the meeting: {body}");
    let open: Value = serde_json::from_str(&watch.get(&watch.low, "/status").1).unwrap();
    assert!(open["alerts"]["open"].as_object().unwrap().values().all(|count| count == 0), "{open}");
    assert!(open["open_alerts"].as_object().unwrap().is_empty(), "{open}");
}

#[test]
fn numbers_of_what_is_withheld_do_not_name_it() {
    let watch = Watch::start();
    let mmsi = watch.alerts[0]["vessels"][0]["mmsi"].as_u64().unwrap();
    let count = |path: &str| {
        let (status, body) = watch.get(&watch.low, path);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["total"]), (200, &json!(0)), "{path}: {body}");
        body["withheld"].as_u64().unwrap()
    };
    for list in ["/alerts", "/alerts/summary"] {
        let all = count(list);
        assert!(0 < all, "the reader learns that there is something");
        for filter in [
            format!("mmsi={mmsi}"),
            "mmsi=999999998".to_owned(),
            "q=ALFA".to_owned(),
            "q=qqqq".to_owned(),
            "bbox=0,0,1,1".to_owned(),
        ] {
            assert_eq!(count(&format!("{list}?{filter}")), all, "{list}?{filter}");
        }
    }
    assert_eq!(count(&format!("/vessels/{mmsi}/alerts")), 0);
}

#[test]
fn acts_and_silences_do_not_reach_above_the_ceiling() {
    let watch = Watch::start();
    let id = watch.alerts[0]["id"].as_str().unwrap();
    let mmsi = watch.alerts[0]["vessels"][0]["mmsi"].as_u64().unwrap();
    let act = json!({"act": "note", "text": "seen by one who may not"});
    let answer = watch.api.call(&watch.low, "POST", &format!("/alerts/{id}/acts"), Some(act));
    assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{answer:?}");
    let many = json!({"ids": [id], "act": "note", "text": "seen by one who may not"});
    let answer = watch.api.call(&watch.low, "POST", "/alerts/acts", Some(many)).json();
    assert_eq!((&answer["results"][0]["status"], &answer["results"][0]["item"]), (&json!(404), &Value::Null));
    let silence =
        json!({"mmsi": mmsi, "until": "2034-03-01T10:00:00Z", "from": "2024-03-01T00:00:00Z", "why": "a test"});
    let preview = watch.api.call(&watch.low, "POST", "/silences?dry_run=true", Some(silence)).json();
    assert_eq!((&preview["holds"], &preview["items"]), (&json!(0), &json!([])), "{preview}");
    let (_, body) = watch.get(&watch.all, &format!("/alerts/{id}?include=notes"));
    assert!(!body.contains("one who may not"));
}

#[test]
fn a_ceiling_that_is_lowered_holds_within_a_second_and_for_a_repeated_request() {
    let watch = Watch::start();
    let id = watch.alerts[0]["id"].as_str().unwrap();
    let key = watch.all.with("Idempotency-Key", "once");
    let act = json!({"act": "note", "text": "a first note"});
    let path = format!("/alerts/{id}/acts");
    assert_eq!(watch.api.call(&key, "POST", &path, Some(act.clone())).status, 200);
    write(
        &watch.api.store(),
        "UPDATE people SET ceilings = json_set(ceilings, '$.max_tlp', 'AMBER') WHERE name = 'all'",
    );
    std::thread::sleep(std::time::Duration::from_millis(1000));
    assert_eq!(watch.get(&watch.all, &format!("/alerts/{id}")).0, 404);
    let again = watch.api.call(&key, "POST", &path, Some(act));
    let found = (again.status, again.problem());
    assert_eq!(found, (409, "conflict".to_owned()), "the answer of before is above the ceiling now: {again:?}");
}
