//! Settings of sinks (`[[sinks]]`) and of delivery (`[delivery]`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sinks::{alertmanager, cap, cise, cot, email, exec, journald, mqtt, nats, syslog, webhook};
use crate::alerts::handling::{Europol, Purpose, Reality, Tlp};
use crate::alerts::{Class, Severity};
use crate::store::{Clearance, Filter};

/// One `[[sinks]]` entry.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Kind of receiver.
    pub kind: Kind,
    /// Unique name of the sink, used in logs, metrics and the store.
    pub name: String,
    /// File to append to (`jsonl` only).
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Minimum severity of an alert: `info`, `low`, `medium`, `high` or `critical`.
    #[serde(default = "min_severity")]
    pub min_severity: Level,
    /// Minimum score of an alert, 0 to 100.
    #[serde(default)]
    pub min_score: i32,
    /// Kinds of alerts to send: `vessel`, or `system` for those about the daemon, its feeds and its receivers; empty: both.
    #[serde(default)]
    pub kinds: Vec<Class>,
    /// Behaviours to send; empty: all.
    #[serde(default)]
    pub behaviours: Vec<String>,
    /// Ids of zones; only alerts in or near one of them are sent. Empty: all alerts.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Strictest TLP marking that may be sent: `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED`; unset: `RED` for sinks on this machine
    /// (`log`, `jsonl`, `journald`), `AMBER` for all others.
    #[serde(default)]
    pub max_tlp: Option<Tlp>,
    /// Europol handling codes an alert may carry; empty: any.
    #[serde(default)]
    pub europol: Vec<Europol>,
    /// Purposes an alert may be marked with; empty: any.
    #[serde(default)]
    pub purposes: Vec<Purpose>,
    /// Which of `actual`, `exercise` and `test` alerts may be sent; empty: all.
    #[serde(default)]
    pub realities: Vec<Reality>,
    /// Whether alerts with personal data may be sent.
    #[serde(default = "personal_data")]
    pub personal_data: bool,
    /// Country or organisation behind the sink. Alerts that list their permitted recipients are sent only if it is among them.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Changes of one behaviour per hour, 0 to 3600, beyond which the rest is sent as digests that list alert ids; never critical alerts.
    /// 0: no digests. Unset: 60 for `email`, `alertmanager`, `cot` and `cap`, 0 for all others. Needs a store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_after_per_hour: Option<u32>,
    /// Maximum deliveries per second, 1 to 10000; the excess waits and is counted. Unset: 1000 for `jsonl`, `log` and `journald`, 200 for
    /// all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_second: Option<u32>,
    /// Settings of kind `webhook`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<webhook::Settings>,
    /// Settings of kind `alertmanager`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alertmanager: Option<alertmanager::Settings>,
    /// Settings of kind `exec`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exec: Option<exec::Settings>,
    /// Settings of kind `cise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cise: Option<cise::Settings>,
    /// Settings of kind `cap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<cap::Settings>,
    /// Settings of kind `cot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cot: Option<cot::Settings>,
    /// Settings of kind `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<email::Settings>,
    /// Settings of kind `journald`; optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journald: Option<journald::Settings>,
    /// Settings of kind `mqtt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<mqtt::Settings>,
    /// Settings of kind `nats`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<nats::Settings>,
    /// Settings of kind `syslog`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syslog: Option<syslog::Settings>,
}

fn min_severity() -> Level {
    Level::Medium
}

fn personal_data() -> bool {
    true
}

/// Kind of a sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file with one JSON object per line.
    Jsonl,
    /// The daemon's own log.
    Log,
    /// HTTP POST to a URL.
    Webhook,
    /// Prometheus Alertmanager.
    Alertmanager,
    /// A local program, run once for each change.
    Exec,
    /// A CISE node, through its adaptor.
    Cise,
    /// Messages of the Common Alerting Protocol (CAP).
    Cap,
    /// Markers on TAK maps (Cursor on Target).
    Cot,
    /// E-mail.
    Email,
    /// The systemd journal.
    Journald,
    /// Retained messages on an MQTT broker.
    Mqtt,
    /// A NATS JetStream stream.
    Nats,
    /// A syslog collector (RFC 5424).
    Syslog,
}

impl Kind {
    /// Name of the kind in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Jsonl => "jsonl",
            Kind::Log => "log",
            Kind::Webhook => "webhook",
            Kind::Alertmanager => "alertmanager",
            Kind::Exec => "exec",
            Kind::Cise => "cise",
            Kind::Cap => "cap",
            Kind::Cot => "cot",
            Kind::Email => "email",
            Kind::Journald => "journald",
            Kind::Mqtt => "mqtt",
            Kind::Nats => "nats",
            Kind::Syslog => "syslog",
        }
    }

    /// Name of the table in `[[sinks]]` that holds the kind's settings.
    fn table(self) -> String {
        self.name().replace('-', "_")
    }

    /// Whether the alerts stay on the daemon's machine.
    fn stays_in_the_house(self) -> bool {
        matches!(self, Kind::Jsonl | Kind::Log | Kind::Journald)
    }

    /// Whether people read the messages as they arrive.
    fn is_read_by_people(self) -> bool {
        matches!(self, Kind::Email | Kind::Alertmanager | Kind::Cot | Kind::Cap)
    }

    /// Whether its messages have room for the ids that a digest lists.
    fn lists_ids(self) -> bool {
        !matches!(self, Kind::Log | Kind::Journald | Kind::Syslog | Kind::Cise)
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

impl Default for Settings {
    /// The sink used when the settings name none: the log.
    fn default() -> Settings {
        Settings {
            kind: Kind::Log,
            name: "log".to_owned(),
            path: None,
            min_severity: min_severity(),
            min_score: 0,
            kinds: Vec::new(),
            behaviours: Vec::new(),
            zones: Vec::new(),
            max_tlp: None,
            europol: Vec::new(),
            purposes: Vec::new(),
            realities: Vec::new(),
            personal_data: true,
            recipient: None,
            digest_after_per_hour: None,
            max_per_second: None,
            webhook: None,
            alertmanager: None,
            exec: None,
            cise: None,
            cap: None,
            cot: None,
            email: None,
            journald: None,
            mqtt: None,
            nats: None,
            syslog: None,
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
        match (self.kind, &self.path) {
            (Kind::Jsonl, None) => {
                problems.push(format!("{path}: kind \"jsonl\" needs a path; write path = \"alerts.jsonl\""))
            }
            (Kind::Jsonl, Some(_)) | (_, None) => {}
            (kind, Some(_)) => {
                problems.push(format!("{path}.path: kind \"{}\" takes no path; leave it out", kind.name()));
            }
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
        if 0 < after && !self.kind.lists_ids() {
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
        self.max_per_second.unwrap_or(if self.kind.stays_in_the_house() { here } else { elsewhere })
    }

    /// Faults of the kinds' tables. Only the sink's own kind may have one, and every kind but `journald` needs it.
    fn table_problems(&self, path: &str) -> Vec<String> {
        fn of<T>(table: &Option<T>, path: String, problems: fn(&T, &str) -> Vec<String>) -> Option<Vec<String>> {
            table.as_ref().map(|table| problems(table, &path))
        }
        let below = |kind: Kind| format!("{path}.{}", kind.table());
        let tables = [
            (Kind::Webhook, of(&self.webhook, below(Kind::Webhook), webhook::Settings::problems)),
            (Kind::Alertmanager, of(&self.alertmanager, below(Kind::Alertmanager), alertmanager::Settings::problems)),
            (Kind::Exec, of(&self.exec, below(Kind::Exec), exec::Settings::problems)),
            (Kind::Cise, of(&self.cise, below(Kind::Cise), cise::Settings::problems)),
            (Kind::Cap, of(&self.cap, below(Kind::Cap), cap::Settings::problems)),
            (Kind::Cot, of(&self.cot, below(Kind::Cot), cot::Settings::problems)),
            (Kind::Email, of(&self.email, below(Kind::Email), email::Settings::problems)),
            (Kind::Journald, of(&self.journald, below(Kind::Journald), journald::Settings::problems)),
            (Kind::Mqtt, of(&self.mqtt, below(Kind::Mqtt), mqtt::Settings::problems)),
            (Kind::Nats, of(&self.nats, below(Kind::Nats), nats::Settings::problems)),
            (Kind::Syslog, of(&self.syslog, below(Kind::Syslog), syslog::Settings::problems)),
        ];
        let mut problems = Vec::new();
        for (kind, found) in tables {
            match (kind == self.kind, found) {
                (true, Some(own)) => problems.extend(own),
                // The journal's socket has a default.
                (true, None) if kind == Kind::Journald => {}
                (true, None) => {
                    let (name, table) = (kind.name(), kind.table());
                    problems.push(format!(
                        "{path}: kind \"{name}\" needs a table of its own; write [sinks.{table}] below it"
                    ));
                }
                (false, Some(_)) => {
                    problems.push(format!(
                        "{}: kind \"{}\" takes no such table; leave it out",
                        below(kind),
                        self.kind.name()
                    ));
                }
                (false, None) => {}
            }
        }
        problems
    }

    /// Resolves relative paths against `folder`.
    pub fn within(&mut self, folder: &Path) {
        self.path = self.path.take().map(|path| folder.join(path));
        self.webhook.iter_mut().for_each(|webhook| webhook.within(folder));
        self.alertmanager.iter_mut().for_each(|alertmanager| alertmanager.within(folder));
        self.cise.iter_mut().for_each(|cise| cise.within(folder));
        self.cap.iter_mut().for_each(|cap| cap.within(folder));
        self.cot.iter_mut().for_each(|cot| cot.within(folder));
        self.email.iter_mut().for_each(|email| email.within(folder));
        self.mqtt.iter_mut().for_each(|mqtt| mqtt.within(folder));
        self.nats.iter_mut().for_each(|nats| nats.within(folder));
        self.syslog.iter_mut().for_each(|syslog| syslog.within(folder));
    }

    /// The filter by which the store selects alerts for this sink.
    pub fn filter(&self) -> Filter {
        let strictest = if self.kind.stays_in_the_house() { Tlp::Red } else { Tlp::Amber };
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
                .or_else(|| self.kind.is_read_by_people().then_some(DIGEST_AFTER))
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

    /// Wait before the next try after `tries` failures (from 1). `chance`, 0 to 1, sets the random variation of 10 %.
    pub(super) fn wait(&self, tries: u32, chance: f64) -> Duration {
        let place = (tries.max(1) as usize - 1).min(self.retry_seconds.len().saturating_sub(1));
        let seconds = self.retry_seconds.get(place).copied().unwrap_or(LONGEST_RETRY);
        Duration::from_secs(u64::from(seconds)).mul_f64(0.9 + 0.2 * chance)
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
        let waits: Vec<u64> = (1..=6).map(|tries| settings.wait(tries, 0.5).as_secs()).collect();
        assert_eq!(waits, [5, 30, 120, 600, 600, 600]);
        assert_eq!(settings.wait(1, 0.0), Duration::from_millis(4500));
        assert!(settings.wait(1, 0.999) < Duration::from_millis(5500));
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
}
