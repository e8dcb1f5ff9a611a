//! Settings of sinks (`[[sinks]]`), as far as they are the same for every kind, and of delivery (`[delivery]`).

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::send::SenderIdentity;
use super::sink::{AnySink, Character};
use super::sinks::{Kind, Settings};
use crate::platform::net::Backoff;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use crate::storage::store::{Clearance, Filter};
use atalaia_core::alerts::Severity;
use atalaia_core::alerts::handling::Tlp;

pub(super) fn min_severity() -> Level {
    Level::Medium
}

pub(super) fn personal_data() -> bool {
    true
}

impl Kind {
    /// What distinguishes it from other kinds.
    pub fn character(self) -> &'static Character {
        self.sink().character()
    }

    /// Name of the kind in the settings.
    pub fn name(self) -> &'static str {
        self.character().name
    }

    /// Key of the kind's table in the settings.
    pub fn table(self) -> String {
        self.name().replace('-', "_")
    }
}

/// Default of `digest_after_per_hour` for sinks that people read.
const DIGEST_AFTER: u32 = 60;
/// Default of `max_per_second`: for sinks on this machine, and for all others.
const MOST_A_SECOND: [u32; 2] = [1000, 200];

/// Minimum severity in the settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All alerts.
    Info,
    /// Score 20 or higher.
    Low,
    /// Score 40 or higher.
    Medium,
    /// Score 60 or higher.
    High,
    /// Score 80 or higher.
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

impl Settings {
    /// Returns the faults of these settings as sentences; `path` is the sink's place in the settings (`sinks[0]`).
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(format!("{path}.name: is empty; write a name for the log"));
        }
        if self.name.contains(char::is_control) {
            problems.push(format!("{path}.name: holds a control character; write letters, digits and spaces"));
        }
        let name = self.kind.name();
        match (&self.path, self.kind.character().has_path) {
            (None, true) => {
                problems.push(format!("{path}: kind \"{name}\" needs a path; write path = \"alerts.jsonl\""));
            }
            (Some(_), false) => problems.push(format!("{path}.path: kind \"{name}\" takes no path; leave it out")),
            (Some(_), true) | (None, false) => {}
        }
        problems.extend(self.table_problems(path));
        if !(0..=100).contains(&self.min_score) {
            problems.push(format!("{path}.min_score: is {}; write 0 to 100", self.min_score));
        }
        problems.extend(self.rate_problems(path));
        problems
    }

    fn rate_problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let after = self.digest_after_per_hour.unwrap_or_default();
        if 3600 < after {
            problems.push(format!("{path}.digest_after_per_hour: is {after}; write 0 to 3600, 0 for no digests"));
        }
        if 0 < after && !self.kind.character().lists_ids {
            problems.push(format!(
                "{path}.digest_after_per_hour: kind \"{}\" has no room for the ids of a digest; leave it out",
                self.kind.name()
            ));
        }
        if let Some(most) = self.max_per_second.filter(|most| !(1..=10_000).contains(most)) {
            problems.push(format!("{path}.max_per_second: is {most}; write 1 to 10000"));
        }
        problems
    }

    /// Maximum number of deliveries per second.
    pub(super) fn most_a_second(&self) -> u32 {
        let [here, elsewhere] = MOST_A_SECOND;
        self.max_per_second.unwrap_or(if self.kind.character().is_local { here } else { elsewhere })
    }

    /// Faults of the kinds' tables. Only the sink's own kind may have one.
    fn table_problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for (kind, table) in self.tables() {
            let (name, below) = (kind.name(), format!("{path}.{}", kind.table()));
            match (kind == self.kind, table) {
                (true, Some(own)) => problems.extend(own.problems(&below)),
                (true, None) if kind.sink().needs_table() => {
                    let key = kind.table();
                    problems.push(format!(
                        "{path}: kind \"{name}\" needs a table of its own; write [sinks.{key}] below it"
                    ));
                }
                (false, Some(_)) => {
                    problems.push(format!("{below}: kind \"{}\" takes no such table; leave it out", self.kind.name()));
                }
                (_, None) => {}
            }
        }
        problems
    }

    /// The table of its kind; `None` if the settings have none.
    fn own(&self) -> Option<&dyn Table> {
        self.tables().into_iter().find(|(kind, _)| *kind == self.kind).and_then(|(_, table)| table)
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.path = self.path.take().map(|path| folder.join(path));
        self.tables_mut().into_iter().for_each(|table| table.within(folder));
    }

    /// Opens the sink; see [`Sink::open`](super::sink::Sink::open).
    pub(super) fn open(&self, sender: &SenderIdentity) -> Result<Box<dyn AnySink>, String> {
        self.kind.sink().open(self, sender)
    }

    /// TLS settings of the sink. `None` for kinds that make no TLS connection.
    pub fn tls(&self) -> Option<&tls::Settings> {
        self.own()?.tls()
    }

    /// The server the sink connects to. `None` for sinks on this machine, and for UDP, which gives no answer.
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.kind.sink().endpoint(self)
    }

    /// Folder that the sink writes messages to, and its key below `path`; `None` if it writes none.
    pub fn spool(&self, path: &str) -> Option<(String, &Path)> {
        Some((format!("{path}.{}.spool", self.kind.table()), self.own()?.spool()?))
    }

    /// Program that the sink runs, and its key below `path`; `None` if it runs none.
    pub fn program(&self, path: &str) -> Option<(String, &str)> {
        Some((format!("{path}.{}.command", self.kind.table()), self.own()?.program()?))
    }

    /// Whether the sink creates files, which are owned by the user that runs the sink.
    pub fn makes_files(&self) -> bool {
        self.kind.character().has_path || self.own().is_some_and(|own| own.spool().is_some())
    }

    /// Lists what the sink requires of this machine and does not find; `path` is its key path (`sinks[0]`).
    pub fn requirements(&self, path: &str) -> Vec<String> {
        let below = format!("{path}.{}", self.kind.table());
        self.own().map_or_else(Vec::new, |own| own.requirements(&below))
    }

    /// The filter by which the store selects alerts for this sink.
    pub fn filter(&self) -> Filter {
        let strictest = if self.kind.character().is_local { Tlp::Red } else { Tlp::Amber };
        Filter {
            sink: self.name.clone(),
            min_severity: self.min_severity.severity(),
            min_score: self.min_score,
            kinds: self.kinds.clone(),
            behaviours: self.behaviours.clone(),
            zones: self.zones.clone(),
            clearance: Clearance {
                max_tlp: self.max_tlp.unwrap_or(strictest),
                europol: self.europol.clone(),
                purposes: self.purposes.clone(),
                realities: self.realities.clone(),
                personal_data: self.personal_data,
                recipient: self.recipient.clone(),
            },
            digest_after: self
                .digest_after_per_hour
                .or_else(|| self.kind.character().is_read_by_people.then_some(DIGEST_AFTER))
                .filter(|after| 0 < *after),
        }
    }
}

/// `[delivery]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeliverySettings {
    /// Name of this daemon towards receivers: letters, digits and `-`, at most 40 characters.
    pub site: String,
    /// Waits before the retries, in seconds, each 1 to 86400. The last one repeats; each varies at random by up to 10 %.
    pub retry_seconds: Vec<u32>,
    /// Hours after which an undelivered alert is given up and a system alert is raised, 1 to 8760.
    pub give_up_hours: u32,
}

impl Default for DeliverySettings {
    fn default() -> DeliverySettings {
        DeliverySettings { site: "atalaia".to_owned(), retry_seconds: vec![5, 30, 120, 600], give_up_hours: 28 }
    }
}

/// Upper bound of one wait in `retry_seconds`. Seconds.
const LONGEST_RETRY: u32 = 86_400;

impl DeliverySettings {
    /// Returns the faults of these settings as sentences, each with its key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.site.is_empty() || 40 < self.site.len() || !self.site.bytes().all(plain) {
            problems.push(
                "delivery.site: is not a plain name; write up to 40 letters, digits and `-`, for instance \"lisbon-1\""
                    .to_owned(),
            );
        }
        let bad = self.retry_seconds.iter().any(|seconds| !(1..=LONGEST_RETRY).contains(seconds));
        if self.retry_seconds.is_empty() || bad {
            problems.push(
                "delivery.retry_seconds: holds no waits of 1 to 86400 s; write for instance [5, 30, 120, 600]"
                    .to_owned(),
            );
        }
        if !(1..=8760).contains(&self.give_up_hours) {
            problems.push(format!("delivery.give_up_hours: is {}; write 1 to 8760", self.give_up_hours));
        }
        problems
    }

    /// The waits before the retries.
    pub(super) fn backoff(&self) -> Backoff {
        Backoff::listed(self.retry_seconds.iter().map(|seconds| Duration::from_secs(u64::from(*seconds))))
    }

    /// Age at which a delivery is given up.
    pub(super) fn give_up(&self) -> Duration {
        Duration::from_secs(u64::from(self.give_up_hours) * 3600)
    }
}

#[cfg(test)]
mod tests;
