//! What is handed over: the lists of the store, the silences, and the state of feeds and sinks.

use serde_json::{Value, json};

use crate::cli::subjects::silence_of;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Backlog, Done, Entry, Handover, SilenceRow};
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::base::time::{Span, Time};

/// A silence that ends within this time is listed on the screen: before or during the next watch.
pub(super) const SOON: Span = Span::from_hours(12);

/// Everything that is handed over.
pub(super) struct Watch {
    /// Start of the watch, by the clock. The lists have what was stored since then.
    pub(super) since: Time,
    /// The clock, at the end of the watch.
    pub(super) now: Time,
    /// The person on watch. `None` if no person is named.
    pub(super) name: Option<String>,
    /// Open alerts, those of the person on watch, new, worse and ended ones, and what people did.
    pub(super) store: Handover,
    /// Open alerts about the daemon itself. They are in none of the lists of `store`.
    pub(super) system: Vec<Entry>,
    /// Silences in force now, the next to end first.
    pub(super) silences: Vec<SilenceRow>,
    /// Every stored silence, also those that are over or lifted: for what people did with them.
    pub(super) all_silences: Vec<SilenceRow>,
    /// What the running daemon says of feeds and sinks.
    pub(super) daemon: Daemon,
    /// Deliveries that wait or were given up, by sink, from the store: known even if the daemon is down.
    pub(super) backlog: Vec<Backlog>,
}

/// The state of feeds and sinks, as the running daemon reports it. Its absence is a finding in itself.
pub(super) enum Daemon {
    /// The status page of the daemon, as its HTTP pages serve it.
    Answers(Value),
    /// Why there is no status page, in words. Escaped.
    Silent(String),
}

impl Watch {
    /// Whether this is the name of the person on watch.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| store::is_same_name(own, name))
    }

    /// The most restricted marking of everything listed, as a handover is marked as a whole. `None` if
    /// nothing is listed.
    pub(super) fn marking(&self) -> Option<String> {
        let store = &self.store;
        let lists = [&store.open, &store.mine, &store.new, &store.ended].into_iter().flatten();
        let acted = store.actions.iter().filter_map(|act| act.alert.as_ref());
        let all = lists.chain(store.worse.iter().map(|(_, entry)| entry)).chain(acted);
        let tlp = all.map(|entry| {
            // A marking that this version does not know may be stricter than all others.
            let said = entry.body["handling"]["tlp"].as_str();
            Tlp::ALL.into_iter().find(|tlp| said == Some(tlp.name())).unwrap_or(Tlp::Red)
        });
        tlp.max().map(|tlp| format!("TLP:{}", tlp.name()))
    }

    /// The subject of an action that is not on an alert. The number of a silence says nothing to the next watch, so it stands with
    /// what the silence covers. Not escaped.
    pub(super) fn subject(&self, act: &Done) -> String {
        match silence_of(&act.subject, &self.all_silences) {
            Some(covers) => format!("{} of {covers}", act.subject),
            None => act.subject.clone(),
        }
    }

    /// The silences that end within [`SOON`].
    pub(super) fn soon(&self) -> impl Iterator<Item = &SilenceRow> {
        self.silences.iter().filter(|silence| silence.until - self.now <= SOON)
    }

    /// Warnings of the status page, and inputs and sinks that are down, one per line; and the numbers of
    /// inputs and of sinks. Escaped.
    pub(super) fn troubles(page: &Value) -> (Vec<String>, [usize; 2]) {
        let list = |key: &str| page[key].as_array().map_or(&[][..], Vec::as_slice);
        let mut lines = Vec::new();
        for reason in list("reasons").iter().chain(list("warnings")).filter_map(Value::as_str) {
            lines.push(FromAir(reason).to_string());
        }
        for (what, key) in [("input", "inputs"), ("sink", "sinks")] {
            for one in list(key).iter().filter(|one| one["state"] == "down") {
                let name = FromAir(one["name"].as_str().unwrap_or_default()).to_string();
                let reason = one["reason"].as_str().map_or(String::new(), |reason| format!(": {}", FromAir(reason)));
                lines.push(format!("{what} {name} is down{reason}"));
            }
        }
        (lines, [list("inputs").len(), list("sinks").len()])
    }

    /// The whole handover as one JSON object. Its keys are an interface.
    pub(super) fn json(&self) -> Value {
        let all = |entries: &[Entry]| entries.iter().map(|entry| entry.value(&[])).collect::<Value>();
        let store = &self.store;
        let worse =
            store.worse.iter().map(|(before, entry)| json!({"severity_before": before, "alert": entry.value(&[])}));
        let act = |done: &Done| {
            let mut act = done.row.value();
            act["subject"] = done.subject.clone().into();
            act
        };
        let silence = |silence: &SilenceRow| {
            json!({
                "number": silence.number, "who": silence.who, "why": silence.why, "mmsi": silence.mmsi, "zone": silence.zone,
                "behaviour": silence.behaviour, "from": silence.from.to_string(), "until": silence.until.to_string(),
            })
        };
        let waits = |waits: &Backlog| {
            let oldest = waits.oldest.map(|at| at.to_string());
            json!({"sink": waits.sink, "waiting": waits.pending, "oldest_waits_since": oldest, "failed": waits.failed})
        };
        let (daemon, not_asked) = match &self.daemon {
            Daemon::Answers(page) => (page.clone(), Value::Null),
            Daemon::Silent(why) => (Value::Null, why.clone().into()),
        };
        json!({
            "since": self.since.to_string(),
            "until": self.now.to_string(),
            "for": self.name,
            "marking": self.marking(),
            "open": all(&store.open),
            "mine": all(&store.mine),
            "new": all(&store.new),
            "worse": worse.collect::<Value>(),
            "ended": all(&store.ended),
            "over_and_not_looked_at": store.left,
            "acts": store.actions.iter().map(act).collect::<Value>(),
            "silences": self.silences.iter().map(silence).collect::<Value>(),
            "about_the_daemon": all(&self.system),
            "daemon": daemon,
            "daemon_not_asked": not_asked,
            "undelivered": self.backlog.iter().map(waits).collect::<Value>(),
        })
    }
}
