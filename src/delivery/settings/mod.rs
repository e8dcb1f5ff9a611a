//! Settings of sinks (`[[sinks]]`), as far as they are the same for every kind, and of delivery (`[delivery]`).
//!
//! What differs between kinds is in their `CHARACTER`, their table and their own checks; nothing here names a kind.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::send::SenderIdentity;
use super::sink::AnySink;
use super::sinks::{Kind, Settings};
use crate::platform::net::Backoff;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use crate::storage::store::{Clearance, Filter};
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::base::fault::{self, Fault};

impl Kind {
    /// Name of the kind in the settings.
    pub fn name(self) -> &'static str {
        self.character().name
    }

    /// Key of the kind's table in the settings.
    pub fn table(self) -> String {
        self.character().table_key()
    }
}

/// Default of `digest_after_per_hour` for sinks that people read.
/// One change a minute of one behaviour is about what a watch can read.
const DIGEST_AFTER: u32 = 60;
/// Default of `max_per_second`: for sinks on this machine, and for all others.
/// Far above what a normal day brings; they bound a flood.
const MOST_A_SECOND: [u32; 2] = [1000, 200];

impl Settings {
    /// What is wrong with these settings beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Fault::new("name", "is empty").advise("write a name for the log"));
        }
        // The name appears in logs, metrics and the store, where a line end could forge a line.
        if self.name.contains(char::is_control) {
            problems.push(Fault::new("name", "holds a control character").advise("write letters, digits and spaces"));
        }
        let name = self.kind.name();
        match (&self.path, self.kind.character().has_path) {
            (None, true) => {
                problems.push(
                    Fault::new("", format!("kind \"{name}\" needs a path")).advise("write path = \"alerts.jsonl\""),
                );
            }
            (Some(_), false) => {
                problems.push(Fault::new("path", format!("kind \"{name}\" takes no path")).advise("leave it out"))
            }
            (Some(_), true) | (None, false) => {}
        }
        problems.extend(self.table_problems());
        if self.digest_after_per_hour.is_some_and(|after| 0 < after) && !self.kind.character().lists_ids {
            problems.push(
                Fault::new(
                    "digest_after_per_hour",
                    format!("kind \"{}\" has no room for the ids of a digest", self.kind.name()),
                )
                .advise("leave it out"),
            );
        }
        problems
    }

    /// Maximum number of deliveries per second.
    pub(super) fn most_a_second(&self) -> u32 {
        let [here, elsewhere] = MOST_A_SECOND;
        self.max_per_second.unwrap_or(if self.kind.character().is_local { here } else { elsewhere })
    }

    /// Faults of the kinds' tables. Only the sink's own kind may have one.
    fn table_problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        for (kind, table) in self.tables() {
            let (name, key) = (kind.name(), kind.table());
            match (kind == self.kind, table) {
                (true, Some(own)) => problems.extend(fault::below(&key, own.problems())),
                (true, None) if self.entry().lacks_table() => {
                    problems.push(
                        Fault::new("", format!("kind \"{name}\" needs a table of its own"))
                            .advise(format!("write [sinks.{key}] below it")),
                    );
                }
                (false, Some(_)) => {
                    problems.push(
                        Fault::new(key, format!("kind \"{}\" takes no such table", self.kind.name()))
                            .advise("leave it out"),
                    );
                }
                (_, None) => {}
            }
        }
        problems
    }

    /// The table of its kind; `None` if the settings have none.
    /// Without a type: what all tables have in common.
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
        self.entry().open(sender)
    }

    /// TLS settings of the sink. `None` for kinds that make no TLS connection.
    /// Read for the check of certificates that will expire, and by the worker to notice changed files.
    pub fn tls(&self) -> Option<&tls::Settings> {
        self.own()?.tls()
    }

    /// The server the sink connects to. `None` for sinks on this machine, and for UDP, which gives no answer.
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.entry().endpoint()
    }

    /// Folder that the sink writes messages to, and its key below `path`; `None` if it writes none.
    /// `path` is that of the entry, such as `sinks[0]`.
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

    /// Lists what the sink requires of this machine and does not find.
    pub fn requirements(&self) -> Vec<Fault> {
        self.own().map_or_else(Vec::new, |own| fault::below(&self.kind.table(), own.requirements()))
    }

    /// The filter by which the store selects alerts for this sink.
    /// Compiled once for each set of settings; the store applies it to every change.
    pub fn filter(&self) -> Filter {
        // TLP:RED is for named persons only (FIRST, TLP 2.0), so it never leaves the machine by default.
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
                recipients: self.recipient.iter().cloned().collect(),
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
    #[schemars(inner(range(min = 1, max = LONGEST_RETRY)))]
    pub retry_seconds: Vec<u32>,
    /// Hours after which an undelivered alert is given up and a system alert is raised, 1 to 8760.
    #[schemars(range(min = 1, max = 8760))]
    pub give_up_hours: u32,
}

impl Default for DeliverySettings {
    fn default() -> DeliverySettings {
        DeliverySettings { site: "atalaia".to_owned(), retry_seconds: vec![5, 30, 120, 600], give_up_hours: 28 }
    }
}

/// Upper bound of one wait in `retry_seconds`. Seconds.
/// A day: with a longer wait a receiver that is back would not be noticed.
const LONGEST_RETRY: u32 = 86_400;

impl DeliverySettings {
    /// What is wrong with these settings beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.site.is_empty() || 40 < self.site.len() || !self.site.bytes().all(plain) {
            problems.push(
                Fault::new("delivery.site", "is not a plain name")
                    .advise("write up to 40 letters, digits and `-`, for instance \"lisbon-1\""),
            );
        }
        if self.retry_seconds.is_empty() {
            let fault = Fault::new("delivery.retry_seconds", "holds no waits");
            problems.push(fault.advise("write for instance [5, 30, 120, 600]"));
        }
        problems
    }

    /// The waits before the retries.
    /// The last wait repeats; each varies at random by up to 10 %.
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
