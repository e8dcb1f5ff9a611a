//! Which alerts a command is about: conditions that the store applies, and those on names, zones and texts that are
//! applied after it.
//!
//! The store compares what it has in columns. Zones, people and words are compared here, on the whole alert, so a limit on the number of
//! alerts must be applied last.

use clap::builder::PossibleValuesParser;
use serde_json::Value;

use crate::cli::source::mmsi;
use crate::cli::when::{length, past, words};
use crate::storage::evidence::report::mmsi as nine_digits;
use crate::storage::store::{Entry, Query, WorkState, is_same_name, stored_severity};
use atalaia_core::alerts::{Class, NoticeKind, Severity};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::NAMES;

/// Selects alerts. All conditions given must hold.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// State: new, acknowledged, closed or all
    #[arg(long, value_parser = ["new", "acknowledged", "closed", "all"])]
    pub(super) state: Option<String>,
    /// Lowest severity: info, low, medium, high or critical
    #[arg(long, value_parser = ["info", "low", "medium", "high", "critical"])]
    pub(super) severity: Option<String>,
    /// Kind: vessel, system (about the daemon, its feeds and receivers) or all [default: all; files for maps and
    /// spreadsheets: vessel]
    #[arg(long, value_parser = ["vessel", "system", "all"])]
    kind: Option<String>,
    /// Only this behaviour
    #[arg(long, value_parser = PossibleValuesParser::new(behaviours()), hide_possible_values = true)]
    behaviour: Option<String>,
    /// Only with this vessel: its nine digits
    #[arg(long, value_parser = mmsi)]
    mmsi: Option<u32>,
    /// Only in or near this zone: its id, or part of its name
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Only those assigned to this person
    #[arg(long, value_name = "NAME")]
    assignee: Option<String>,
    /// Only those still going on at this time or later, as `02:00`, `yesterday`, `-6h`
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    since: Option<Time>,
    /// Only those that began before this time, as `02:00`, `yesterday`, `-6h`
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    until: Option<Time>,
    /// Only those that began at most this long ago, as `6h`, `2d`
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    age: Option<Span>,
    /// Only those with all of these words in their text, names, numbers or zones
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// Include facts: events with too few points for an alert, by default fewer than 20
    #[arg(long)]
    pub(super) facts: bool,
    /// Maximum number of alerts
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u32>,
}

/// Every name that `--behaviour` accepts. A misspelt name must be an error: an empty list would look like a
/// quiet night. Behaviours of vessels first, then the kinds of alerts about the daemon.
pub(super) fn behaviours() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied().chain(NoticeKind::ALL.iter().map(|kind| kind.behaviour().name()))
}

impl Filter {
    /// The conditions that the store applies. `usual` is the lowest severity if neither `--severity` nor `--facts` is
    /// given.
    pub(super) fn query(&self, usual: &str) -> Query {
        Query {
            facts: self.facts,
            state: self.state(),
            min_severity: self.severity(usual),
            kind: [Class::Vessel, Class::System].into_iter().find(|kind| self.kind.as_deref() == Some(kind.name())),
            behaviour: self.behaviour.clone(),
            mmsi: self.mmsi,
            since: self.since,
            until: self.until,
            // Zone names, people and the limit are applied afterwards, by the command.
            ..Query::default()
        }
    }

    /// Whether neither a kind nor a behaviour is given, so that a command may choose the usual kind.
    pub(super) fn names_no_kind(&self) -> bool {
        self.kind.is_none() && self.behaviour.is_none()
    }

    /// The state that is asked for; `None` for all, and if none is given.
    pub(super) fn state(&self) -> Option<WorkState> {
        self.state.as_deref().and_then(WorkState::named)
    }

    /// The lowest severity; `usual` if neither `--severity` nor `--facts` is given. Parsed by clap already,
    /// so that every word is a severity.
    pub(super) fn severity(&self, usual: &str) -> Severity {
        let said = self.severity.as_deref().unwrap_or(if self.facts { "info" } else { usual });
        stored_severity(&serde_json::json!({ "severity": said }))
    }

    /// Whether an alert meets the conditions that the store does not apply: zone, assignee, age and text.
    /// `now` is the clock, for the age.
    pub(super) fn fits(&self, entry: &Entry, now: Time) -> bool {
        let began = entry.body["started_at"].as_str().and_then(Time::parse);
        let is_young = |age: Span| began.is_some_and(|began| now - age <= began);
        let is_of = |name: &String| entry.assignee.as_ref().is_some_and(|whose| is_same_name(whose, name));
        self.zone.as_ref().is_none_or(|zone| lies_in(&entry.body, zone))
            && self.assignee.as_ref().is_none_or(is_of)
            && self.age.is_none_or(is_young)
            && self.text.as_ref().is_none_or(|text| speaks_of(entry, text))
    }

    /// The filter in words, for a list without rows: `zone "x", MMSI 224000001`. Empty without conditions.
    pub(super) fn words(&self) -> String {
        let zone = self.zone.as_ref().map(|zone| format!("zone \"{zone}\""));
        let mmsi = self.mmsi.map(|mmsi| format!("MMSI {mmsi:09}"));
        let assignee = self.assignee.as_ref().map(|name| format!("assigned to {name}"));
        let text = self.text.as_ref().map(|text| format!("\"{text}\""));
        let severity = self.severity.as_ref().map(|severity| match severity.as_str() {
            "critical" => severity.clone(),
            other => format!("{other} and above"),
        });
        let since = self.since.map(|since| format!("since {}", since.minute()));
        let until = self.until.map(|until| format!("begun before {}", until.minute()));
        let age = self.age.map(|age| format!("begun within {}", words(age)));
        let kind = self.kind.clone().filter(|kind| kind != "all");
        let words =
            [severity, self.state.clone(), kind, mmsi, self.behaviour.clone(), zone, assignee, text, since, until, age];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Whether an alert is in or near a zone, named by its whole id or by a part of its name in any case. An
/// empty name selects nothing, rather than everything.
fn lies_in(body: &Value, zone: &str) -> bool {
    let wanted = zone.to_lowercase();
    let is_it = |one: &Value| {
        let name = one["name"].as_str().unwrap_or_default().to_lowercase();
        one["id"].as_str() == Some(zone) || (!wanted.is_empty() && name.contains(&wanted))
    };
    body["zones"].as_array().into_iter().flatten().any(is_it)
}

/// Whether all words occur somewhere in the text, names, numbers or zones of an alert, in any case and order.
fn speaks_of(entry: &Entry, text: &str) -> bool {
    let body = &entry.body;
    let mut said = format!("{} {}", entry.id, body["summary"].as_str().unwrap_or_default());
    // Missing values must not match the word "null".
    let mut add = |value: &Value| match value {
        Value::String(text) => said += &format!(" {text}"),
        Value::Number(number) => said += &format!(" {number}"),
        _ => {}
    };
    for vessel in body["vessels"].as_array().into_iter().flatten() {
        ["name", "imo", "call_sign"].iter().for_each(|key| add(&vessel[*key]));
        add(&nine_digits(vessel).into());
    }
    for zone in body["zones"].as_array().into_iter().flatten() {
        ["id", "name"].iter().for_each(|key| add(&zone[*key]));
    }
    let said = said.to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Entry {
        Entry {
            id: "aaaa".to_owned(),
            state: WorkState::New,
            assignee: None,
            finding: None,
            finding_reason: None,
            body: json!({
                "summary": "ALFA (Spain, cargo) has been below 2 kn.",
                "vessels": [{"name": "ALFA", "mmsi": 224_123_456, "imo": null}, {"name": null, "mmsi": 2_241_022}],
                "zones": [{"id": "c06", "name": "Canary approaches"}],
            }),
        }
    }

    #[test]
    fn words_are_looked_for_in_texts_names_and_numbers() {
        let entry = entry();
        for text in ["alfa", "BELOW canary", "224123456", "002241022", "c06", ""] {
            assert!(speaks_of(&entry, text), "{text}");
        }
        assert!(!speaks_of(&entry, "alfa bravo") && !speaks_of(&entry, "null"));
    }

    #[test]
    fn a_zone_is_selected_by_its_id_or_part_of_its_name() {
        let body = entry().body;
        assert!(lies_in(&body, "c06") && lies_in(&body, "canary"));
        assert!(!lies_in(&body, "c0") && !lies_in(&body, "") && !lies_in(&body, "C06 "));
    }
}
