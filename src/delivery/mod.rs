//! Delivery: changes on their way out, to each sink what it asked for.

mod jsonl;
mod letter;
mod log;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tracing::{error, info};

use crate::alerts::{Change, Severity};
use crate::store::{Delivery, Wants};

/// One of `[[sinks]]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the changes go.
    pub kind: Kind,
    /// Its name in logs; unique.
    pub name: String,
    /// The file to append to (`jsonl`).
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Alerts below this are left out: `info`, `low`, `medium`, `high` or `critical`.
    #[serde(default = "min_severity")]
    pub min_severity: Level,
}

fn min_severity() -> Level {
    Level::Medium
}

/// What receives changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file of one JSON object a line.
    Jsonl,
    /// The daemon's log.
    Log,
}

/// A severity as the settings write it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Every alert.
    Info,
    /// 20 points and above.
    Low,
    /// 40 points and above.
    Medium,
    /// 60 points and above.
    High,
    /// 80 points and above.
    Critical,
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Level::Info => Severity::Info,
            Level::Low => Severity::Low,
            Level::Medium => Severity::Medium,
            Level::High => Severity::High,
            Level::Critical => Severity::Critical,
        }
    }
}

impl Default for Settings {
    /// Alerts go to the log when no sink is named.
    fn default() -> Settings {
        Settings { kind: Kind::Log, name: "log".to_owned(), path: None, min_severity: min_severity() }
    }
}

impl Settings {
    /// What is wrong with it; `path` is the key's path of this sink (`sinks[0]`).
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(format!("{path}.name: is empty; write a name for the log"));
        }
        if self.name.contains(char::is_control) {
            problems.push(format!("{path}.name: holds a control character; write letters, digits and spaces"));
        }
        match (self.kind, &self.path) {
            (Kind::Jsonl, None) => {
                problems.push(format!("{path}: kind \"jsonl\" needs a path; write path = \"alerts.jsonl\""))
            }
            (Kind::Log, Some(_)) => {
                problems.push(format!("{path}.path: kind \"log\" takes no path; leave it out"));
            }
            _ => {}
        }
        problems
    }
}

/// Why a sink did not take what it was given.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {cause}")]
pub struct SinkError {
    path: String,
    cause: std::io::Error,
}

/// All sinks of the daemon.
#[derive(Debug, Default)]
pub struct Sinks {
    sinks: Vec<Sink>,
}

#[derive(Debug)]
struct Sink {
    settings: Settings,
    target: Target,
    /// Whether the last write did not work: told once, not for each batch.
    broken: bool,
    /// Rows of the store that are done with.
    told: Vec<i64>,
}

#[derive(Debug)]
enum Target {
    Jsonl(jsonl::Jsonl),
    Log,
}

impl Sinks {
    /// Opens every sink, `path`s made absolute before; one that cannot be opened is tried again with each delivery.
    pub fn open(settings: &[Settings]) -> Sinks {
        Sinks { sinks: settings.iter().map(Sink::new).collect() }
    }

    /// Takes new settings over: sinks that stay keep what they have not written yet. Files are opened anew, so that a
    /// rotated one begins afresh.
    pub fn replace(&mut self, settings: &[Settings]) {
        self.flush();
        let mut before = std::mem::take(&mut self.sinks);
        self.sinks = settings.iter().map(Sink::new).collect();
        for sink in &mut self.sinks {
            let same = before.iter().position(|other| other.settings.path == sink.settings.path);
            let Some(same) = same else { continue };
            if let (Target::Jsonl(old), Target::Jsonl(new)) = (before.swap_remove(same).target, &mut sink.target) {
                new.inherit(old);
            }
        }
    }

    /// Hands each announced change to the sinks that want it, then writes. Facts stay inside.
    pub fn deliver(&mut self, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.alert.announced) {
            for sink in &mut self.sinks {
                if sink.settings.min_severity.severity() <= change.alert.severity {
                    // Plain data: numbers, texts, lists and maps with text keys.
                    sink.take(&serde_json::to_string(change).expect("a change is plain data"), None);
                }
            }
        }
        self.flush();
    }

    /// What each sink is to be asked of the store for.
    pub fn wants(settings: &[Settings]) -> Vec<Wants> {
        let wants = |sink: &Settings| Wants { sink: sink.name.clone(), min_severity: sink.min_severity.severity() };
        settings.iter().map(wants).collect()
    }

    /// Hands stored lines to their sinks, then writes. Lines of sinks that have gone meanwhile stay pending in the store.
    pub fn deliver_stored(&mut self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            if let Some(sink) = self.sinks.iter_mut().find(|sink| sink.settings.name == delivery.sink) {
                sink.take(&delivery.line, Some(delivery.seq));
            }
        }
        self.flush();
    }

    /// Rows of the store whose lines have been delivered since the last call.
    pub fn take_told(&mut self) -> Vec<i64> {
        self.sinks.iter_mut().flat_map(Sink::take_told).collect()
    }

    /// Bytes of lines that no file would take, by sink; for the end, when nobody can try again.
    pub fn unwritten(&self) -> Vec<(&str, usize)> {
        let waiting = |sink: &'_ Sink| match &sink.target {
            Target::Jsonl(file) => file.waiting(),
            Target::Log => 0,
        };
        self.sinks
            .iter()
            .map(|sink| (sink.settings.name.as_str(), waiting(sink)))
            .filter(|(_, bytes)| 0 < *bytes)
            .collect()
    }

    /// Writes what is waiting; what cannot be written waits for the next call.
    pub fn flush(&mut self) {
        for sink in &mut self.sinks {
            sink.flush();
        }
    }
}

impl Sink {
    fn new(settings: &Settings) -> Sink {
        let target = match (settings.kind, &settings.path) {
            (Kind::Jsonl, Some(path)) => Target::Jsonl(jsonl::Jsonl::new(path)),
            _ => Target::Log,
        };
        Sink { settings: settings.clone(), target, broken: false, told: Vec::new() }
    }

    fn take(&mut self, line: &str, row: Option<i64>) {
        match &mut self.target {
            Target::Jsonl(file) => file.take(line, row),
            Target::Log => {
                log::take(&serde_json::from_str(line).unwrap_or_default());
                self.told.extend(row);
            }
        }
    }

    fn take_told(&mut self) -> Vec<i64> {
        let mut told = std::mem::take(&mut self.told);
        if let Target::Jsonl(file) = &mut self.target {
            told.append(&mut file.take_told());
        }
        told
    }

    fn flush(&mut self) {
        let Target::Jsonl(file) = &mut self.target else {
            return;
        };
        let name = &self.settings.name;
        match (file.flush(), self.broken) {
            (Err(error), false) => {
                self.broken = true;
                error!(sink = %name, %error, waiting = file.waiting(), "sink down, lines wait");
            }
            (Ok(()), true) => {
                self.broken = false;
                info!(sink = %name, lost = file.lost(), "sink up again");
            }
            _ => {}
        }
    }
}
