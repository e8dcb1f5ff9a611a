//! What must hold for the alert lines of any run.

use std::collections::BTreeMap;
use std::fs;

use atalaia_core::base::time::Time;
use data_encoding::BASE32_NOPAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Checks properties of any run's lines, facts included.
pub fn check_lines(name: &str, changes: &[Value]) {
    let schema = fs::read_to_string("config/alert.schema.json").expect("the schema is shipped");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let mut revisions: BTreeMap<String, i64> = BTreeMap::new();
    let mut before = String::new();
    for change in changes {
        let faults: Vec<String> =
            schema.iter_errors(change).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}\n{change}");
        let alert = &change["alert"];
        let id = alert["id"].as_str().expect("an id").to_owned();

        let at = change["at"].as_str().expect("a time").to_owned();
        assert!(time(&before) <= time(&at), "{name}: {at} after {before}\n{change}");
        before = at;

        let revision = revisions.entry(id.clone()).or_insert(0);
        *revision += 1;
        assert_eq!(change["revision"].as_i64(), Some(*revision), "{name}: revisions count up by one\n{change}");
        if change["change"] == "opened" {
            assert_eq!(*revision, 1, "{name}: opened once\n{change}");
            assert!(ids(alert).contains(&id), "{name}: the id is made of the facts of the opening\n{change}");
        }

        let reasons = alert["score_reasons"].as_array().expect("a list");
        let points: i64 = reasons.iter().filter_map(|reason| reason["points"].as_i64()).sum();
        assert_eq!(alert["score"].as_i64(), Some(points), "{name}: points sum to the score\n{change}");
        let [started, opened, last] =
            ["started_at", "opened_at", "last_at"].map(|key| time(alert[key].as_str().unwrap()));
        assert!(started <= opened && opened <= time(&before), "{name}: times in order\n{change}");
        assert!(started <= last && last <= time(&before), "{name}: times in order\n{change}");
    }
}

pub fn time(text: &str) -> Time {
    Time::parse(text).unwrap_or(Time::MIN)
}

/// The ids that an alert's facts allow. SPEC gives one, but the line does not say which of several zones the alert is about.
pub fn ids(alert: &Value) -> Vec<String> {
    let behaviour = alert["behaviour"].as_str().expect("a name");
    let mut keys: Vec<(u64, u64)> = alert["vessels"].as_array().expect("a list").iter().map(key).collect();
    keys.sort_unstable();
    let keys: Vec<String> = keys.iter().map(|(mmsi, track)| format!("{mmsi}.{track}")).collect();
    let zones = alert["zones"].as_array().expect("a list");
    let zones: Vec<&str> = match behaviour.starts_with("zone_") {
        true => zones.iter().filter_map(|zone| zone["id"].as_str()).collect(),
        false => vec![""],
    };
    let started = time(alert["started_at"].as_str().expect("a time")).millis();
    let of_zone = |zone: &&str| {
        let facts = format!("{behaviour}|{}|{zone}|{started}", keys.join(","));
        BASE32_NOPAD.encode(&Sha256::digest(facts.as_bytes())).to_lowercase()[..26].to_owned()
    };
    zones.iter().map(of_zone).collect()
}

pub fn key(vessel: &Value) -> (u64, u64) {
    (vessel["mmsi"].as_u64().expect("a number"), vessel["track"].as_u64().expect("a number"))
}
