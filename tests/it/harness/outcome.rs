//! The replay of a case, and the alerts an analyst would have read.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use atalaia_core::base::time::Time;
use serde_json::Value;
use tempfile::TempDir;

/// Grade of an alert, from a fact to the severity that wakes someone up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grade {
    Fact,
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// An alert or fact: its last line, and its highest grade.
pub struct Told {
    pub behaviour: String,
    pub worst: Grade,
    pub mmsis: Vec<u32>,
    /// Reason of the last change.
    pub reason: String,
    pub opened_at: Time,
    pub alert: Value,
}

/// Output and exit code of a replay.
pub struct Outcome {
    pub code: Option<i32>,
    pub stderr: String,
    pub summary: Value,
    pub cases: Vec<Value>,
    /// Alerts and facts in the order in which they opened.
    pub told: Vec<Told>,
}

/// The input file of a case; `name` is without `.gz`.
pub fn input(case: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/cases").join(case).join(format!("{name}.gz"))
}

/// Replays a case with the shipped zones.
pub fn replay(case: &str, name: &str) -> Outcome {
    replay_with(&input(case, name), "", &[])
}

/// Replays a case with one watched area of whole degrees and not the shipped zones.
pub fn replay_in(case: &str, name: &str, west: f64, south: f64, east: f64, north: f64) -> Outcome {
    replay_with(&input(case, name), &area(west, south, east, north), &[])
}

/// A zone file with one watched area.
pub fn area(west: f64, south: f64, east: f64, north: f64) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":"watched-box",
        "name":"Watched box","kind":"area"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},{south}],
        [{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}]}}"#
    )
}

/// Replays a recording with further arguments; empty `zones` means the shipped ones.
pub fn replay_with(input: &Path, zones: &str, more: &[&str]) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.args(["replay", "--facts", "--summary"]).arg(path("summary.json"));
    command.arg("--alerts").arg(path("alerts.jsonl")).arg("--cases").arg(path("cases.jsonl")).args(more);
    if !zones.is_empty() {
        fs::create_dir(path("zones")).unwrap();
        fs::write(path("zones/own.geojson"), zones).unwrap();
        command.arg("--zones").arg(path("zones"));
    }
    let output = command.arg(input).output().unwrap();
    let read = |name: &str| fs::read_to_string(path(name)).unwrap_or_default();
    let lines = |name: &str| read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let outcome = Outcome {
        code: output.status.code(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        summary: serde_json::from_str(&read("summary.json")).unwrap_or_default(),
        cases: lines("cases.jsonl"),
        told: told(&lines("alerts.jsonl")),
    };
    if outcome.code == Some(0) {
        assert_eq!(outcome.summary["alerts"], counted(&outcome.told), "the summary counts what was told");
    }
    outcome
}

/// Alerts that were not retracted, by behaviour and final severity, as in the summary.
fn counted(told: &[Told]) -> Value {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.alert["announced"] == true) {
        let by_severity = counts.entry(&one.behaviour).or_default();
        if one.alert["status"] != "retracted" {
            *by_severity.entry(one.alert["severity"].as_str().unwrap()).or_default() += 1;
        }
    }
    serde_json::to_value(counts).unwrap()
}

/// The alerts and facts in a list of changes, one per id.
pub fn told(changes: &[Value]) -> Vec<Told> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut told: Vec<Told> = Vec::new();
    for change in changes {
        let alert = &change["alert"];
        let place = *places.entry(alert["id"].as_str().unwrap()).or_insert(told.len());
        if place == told.len() {
            told.push(Told {
                behaviour: alert["behaviour"].as_str().unwrap().to_owned(),
                worst: Grade::Fact,
                mmsis: Vec::new(),
                reason: String::new(),
                opened_at: time(&change["at"]).unwrap(),
                alert: Value::Null,
            });
        }
        let one = &mut told[place];
        one.worst = one.worst.max(grade(alert));
        one.reason = change["reason"].as_str().unwrap().to_owned();
        one.mmsis = vessels(alert).map(|vessel| vessel["mmsi"].as_u64().unwrap() as u32).collect();
        one.alert = alert.clone();
    }
    told
}

fn vessels(alert: &Value) -> impl Iterator<Item = &Value> {
    alert["vessels"].as_array().into_iter().flatten()
}

fn grade(alert: &Value) -> Grade {
    match (alert["announced"].as_bool(), alert["severity"].as_str()) {
        (Some(false), _) => Grade::Fact,
        (_, Some("critical")) => Grade::Critical,
        (_, Some("high")) => Grade::High,
        (_, Some("medium")) => Grade::Medium,
        (_, Some("low")) => Grade::Low,
        _ => Grade::Info,
    }
}

pub fn time(value: &Value) -> Option<Time> {
    value.as_str().map(|text| Time::parse(text).unwrap())
}

/// Parses a time in a test.
pub fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

impl Told {
    /// Whether it was announced and not retracted.
    pub fn stands(&self) -> bool {
        Grade::Fact < self.worst && self.alert["status"] != "retracted"
    }

    /// Whether another alert about the same stop superseded it.
    pub fn gave_way(&self) -> bool {
        self.reason.starts_with("superseded")
    }

    pub fn names(&self, mmsi: u32) -> bool {
        self.mmsis.contains(&mmsi)
    }

    pub fn started_at(&self) -> Time {
        time(&self.alert["started_at"]).unwrap()
    }

    /// Whether it claims that the behaviour held at that time.
    pub fn covers(&self, moment: Time) -> bool {
        let end = time(&self.alert["ended_at"]).or(time(&self.alert["last_at"])).unwrap();
        self.started_at() <= moment && moment <= end
    }

    /// Ordinals of the vessels' tracks.
    pub fn tracks(&self) -> Vec<u64> {
        vessels(&self.alert).map(|vessel| vessel["track"].as_u64().unwrap()).collect()
    }

    pub fn classes(&self) -> Vec<&str> {
        vessels(&self.alert).map(|vessel| vessel["class"].as_str().unwrap_or("none")).collect()
    }

    pub fn has_reason(&self, code: &str) -> bool {
        self.alert["score_reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == code)
    }

    pub fn measured(&self, key: &str) -> Option<f64> {
        self.alert["evidence"]["measured"][key].as_f64()
    }

    pub fn summary(&self) -> &str {
        self.alert["summary"].as_str().unwrap()
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = &self.alert["status"];
        write!(
            out,
            "\n  {} {:?} {status} {} to {} {:?} ({})",
            self.behaviour, self.worst, self.alert["started_at"], self.alert["ended_at"], self.mmsis, self.reason
        )
    }
}

impl Outcome {
    /// Alerts and facts of one behaviour.
    pub fn of(&self, behaviour: &str) -> Vec<&Told> {
        self.told.iter().filter(|told| told.behaviour == behaviour).collect()
    }

    /// Alerts of one behaviour that were announced and not retracted.
    pub fn standing(&self, behaviour: &str) -> Vec<&Told> {
        self.told.iter().filter(|told| told.behaviour == behaviour && told.stands()).collect()
    }

    /// Number of announced alerts about any of these vessels, by behaviour and highest grade.
    pub fn counts(&self, mmsis: &[u32]) -> BTreeMap<(&str, Grade), usize> {
        let mut counts = BTreeMap::new();
        for told in self.told.iter().filter(|told| told.stands() && mmsis.iter().any(|mmsi| told.names(*mmsi))) {
            *counts.entry((told.behaviour.as_str(), told.worst)).or_default() += 1;
        }
        counts
    }

    /// Asserts that no alert of a behaviour ever had a higher grade than this.
    #[track_caller]
    pub fn at_most(&self, behaviour: &str, grade: Grade) {
        let graver: Vec<&Told> = self.of(behaviour).into_iter().filter(|told| grade < told.worst).collect();
        assert!(graver.is_empty(), "{behaviour} above {grade:?}: {graver:?}");
    }

    /// Asserts that there was no alert of a behaviour, not even a fact.
    #[track_caller]
    pub fn none(&self, behaviour: &str) {
        assert!(self.of(behaviour).is_empty(), "{:?}", self.of(behaviour));
    }

    /// Number of lines rejected for a reason.
    pub fn rejected(&self, reason: &str) -> u64 {
        self.summary["rejects"][reason].as_u64().unwrap_or(0)
    }
}
