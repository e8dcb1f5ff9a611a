//! Settings of sinks (`[[sinks]]`), as far as they are the same for every kind, and of delivery (`[delivery]`).

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::send::SenderIdentity;
use super::sink::{AnySink, Character};
use super::sinks::{Kind, Settings};
use crate::alerts::Severity;
use crate::alerts::handling::Tlp;
use crate::net::Backoff;
use crate::store::{Clearance, Filter};
use crate::table::Table;
use crate::tls::{self, Endpoint};

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
mod tests {
    use super::*;

    #[test]
    fn waits_follow_the_list_and_the_last_repeats() {
        let settings = DeliverySettings::default();
        let backoff = settings.backoff();
        let waits: Vec<u64> = (1..=6).map(|tries| backoff.delay(tries, 0.5).as_secs()).collect();
        assert_eq!(waits, [5, 30, 120, 600, 600, 600]);
        assert_eq!(settings.problems(), Vec::<String>::new());
    }

    #[test]
    fn a_kind_has_its_own_table_and_no_other() {
        let problems = |text: &str| toml::from_str::<Settings>(text).expect("settings").problems("sinks[0]");
        assert_eq!(problems("kind = \"exec\"\nname = \"a\"\nexec.command = [\"/bin/true\"]"), [""; 0]);
        assert_eq!(
            problems("kind = \"exec\"\nname = \"a\""),
            ["sinks[0]: kind \"exec\" needs a table of its own; write [sinks.exec] below it"]
        );
        assert_eq!(
            problems("kind = \"log\"\nname = \"a\"\nexec.command = [\"true\"]"),
            ["sinks[0].exec: kind \"log\" takes no such table; leave it out"]
        );
    }

    #[test]
    fn people_get_digests_and_machines_a_rate_unless_they_ask_for_something_else() {
        let made = |kind: Kind, digest_after_per_hour, max_per_second| {
            let settings = Settings { kind, digest_after_per_hour, max_per_second, ..Settings::default() };
            (settings.filter().digest_after, settings.most_a_second(), settings.rate_problems("sinks[0]"))
        };
        for kind in [Kind::Email, Kind::Alertmanager, Kind::Cot, Kind::Cap] {
            assert_eq!(made(kind, None, None), (Some(60), 200, vec![]), "{kind:?}");
            assert_eq!(made(kind, Some(0), Some(5)), (None, 5, vec![]), "{kind:?}");
        }
        for kind in [Kind::Webhook, Kind::Mqtt, Kind::Nats, Kind::Syslog, Kind::Exec, Kind::Cise] {
            assert_eq!(made(kind, None, None), (None, 200, vec![]), "{kind:?}");
        }
        assert_eq!(made(Kind::Jsonl, None, None), (None, 1000, vec![]));
        assert_eq!(made(Kind::Webhook, Some(10), None), (Some(10), 200, vec![]));
        let (.., problems) = made(Kind::Syslog, Some(10), Some(0));
        let expected = [
            "sinks[0].digest_after_per_hour: kind \"syslog\" has no room for the ids of a digest; leave it out",
            "sinks[0].max_per_second: is 0; write 1 to 10000",
        ];
        assert_eq!(problems, expected);
        let (.., problems) = made(Kind::Email, Some(3601), None);
        assert_eq!(problems, ["sinks[0].digest_after_per_hour: is 3601; write 0 to 3600, 0 for no digests"]);
    }

    #[test]
    fn a_sink_on_this_machine_may_carry_red_by_default() {
        assert_eq!(Settings::default().filter().clearance.max_tlp, Tlp::Red);
    }

    #[test]
    fn every_kind_is_named_in_the_settings_as_it_names_itself() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
            assert!(!kind.character().about.is_empty(), "{kind:?}");
        }
        let settings = Settings::default();
        assert!(settings.tables().iter().all(|(kind, _)| !kind.character().table.is_empty()));
    }

    #[test]
    fn a_sink_that_connects_says_where() {
        let endpoint =
            |text: &str| toml::from_str::<Settings>(&format!("name = \"a\"\n{text}")).expect("settings").endpoint();
        let at = |host: &str, port, encrypted| Some(Endpoint { host: host.to_owned(), port, encrypted });
        assert_eq!(endpoint("kind = \"log\""), None);
        assert_eq!(
            endpoint("kind = \"webhook\"\nwebhook.url = \"https://hooks.example/a\""),
            at("hooks.example", 443, true)
        );
        assert_eq!(
            endpoint("kind = \"mqtt\"\nmqtt.url = \"mqtts://broker.example\""),
            at("broker.example", 8883, true)
        );
        assert_eq!(endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:6514\""), at("log.example", 6514, true));
        assert_eq!(
            endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:514\"\nsyslog.transport = \"udp\""),
            None
        );
        let mail = "kind = \"email\"\nemail = { address = \"mail.example:587\", from = \"a@b.example\", to = [\"a@b.example\"] }";
        assert_eq!(endpoint(mail), at("mail.example", 587, false), "it encrypts when both have agreed to");
    }
}
