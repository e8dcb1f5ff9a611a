//! `atalaia handover`: what the next watch has to know, on one screen, as a page, or as JSON.

mod markdown;
mod screen;

use serde_json::{Value, json};

use super::period::has_come;
use super::place::Place;
use super::when::past;
use super::{Failure, StoreArguments, print, refused, status, who};
use crate::config::Table;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::vessel_name;
use crate::storage::store::{self, Backlog, Done, Entry, Extent, Handover, SilenceRow};
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::alerts::system_title;
use atalaia_core::base::time::{Span, Time};

/// A silence that ends within this time is listed.
const SOON: Span = Span::from_hours(12);

/// Arguments of `atalaia handover`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Show what was stored since this time, as `02:00`, `yesterday 22:00`, `-8h`
    #[arg(long, value_name = "T", value_parser = past, default_value = "-8h", allow_hyphen_values = true)]
    since: Time,
    /// Person whose alerts are "mine" [default: sudo's user, else the login, else the user]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// Format: text (one screen), markdown (everything) or json (everything, one object)
    #[arg(long, value_parser = ["text", "markdown", "json"], default_value = "text")]
    format: String,
}

/// Everything that is handed over.
struct Watch {
    since: Time,
    now: Time,
    /// The person on watch. `None` if no person is named.
    name: Option<String>,
    store: Handover,
    /// Open alerts about the daemon itself. They are in none of the lists of `store`.
    system: Vec<Entry>,
    /// Silences in force now, the next to end first.
    silences: Vec<SilenceRow>,
    daemon: Daemon,
    backlog: Vec<Backlog>,
}

/// The state of feeds and sinks, as the running daemon reports it.
enum Daemon {
    /// The status page of the daemon.
    Answers(Value),
    /// Why there is no status page.
    Silent(String),
}

/// Runs the command.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Place { store: path, settings } = arguments.store.place(&[Table::Http])?;
    let now = Clock.now();
    has_come(arguments.since, now)?;
    let name = match who(arguments.who.as_ref()) {
        Ok(name) => Some(name.to_string()),
        Err(failure) if arguments.who.is_some() => return Err(failure),
        // A service account has no alerts of its own.
        Err(_) => None,
    };
    let extent = if arguments.format == "json" { Extent::Whole } else { Extent::WithoutTracks };
    let mut store = store::handover(&path, arguments.since, name.as_deref(), extent, now).map_err(refused)?;
    let system = store.open.iter().filter(|entry| is_system(entry)).cloned().collect();
    for list in [&mut store.open, &mut store.new, &mut store.ended] {
        list.retain(|entry| !is_system(entry));
    }
    store.worse.retain(|(_, entry)| !is_system(entry));
    let mut silences = store::silences(&path).map_err(refused)?;
    silences.retain(|silence| silence.lifted.is_none() && silence.from <= now && now < silence.until);
    silences.sort_by_key(|silence| (silence.until, silence.number));
    let backlog = store::backlog(&path).map_err(refused)?;
    let daemon = ask(settings.map(|settings| settings.http.address));
    let watch = Watch { since: arguments.since, now, name, store, system, silences, daemon, backlog };
    print(&match arguments.format.as_str() {
        "markdown" => markdown::page(&watch),
        "json" => format!("{}\n", watch.json()),
        _ => screen::text(&watch, super::table::width()),
    })
}

/// Asks the daemon for its status page. `address` is that of the settings; `None` if the command line names no
/// settings.
fn ask(address: Option<Option<String>>) -> Daemon {
    let Some(address) = address else {
        return Daemon::Silent("not asked: the store is named without settings (--config)".to_owned());
    };
    let Some(address) = address else {
        return Daemon::Silent("not asked: the settings have no [http] address".to_owned());
    };
    match status::glance(&address) {
        Ok(page) => Daemon::Answers(page),
        Err(error) => Daemon::Silent(format!("no daemon answers at {address}: {}", FromAir(&error))),
    }
}

impl Watch {
    /// Whether this is the name of the person on watch.
    fn is_of(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| store::is_same_name(own, name))
    }

    /// The most restricted marking of everything listed. `None` if nothing is listed.
    fn marking(&self) -> Option<String> {
        let store = &self.store;
        let lists = [&store.open, &store.mine, &store.new, &store.ended].into_iter().flatten();
        let acted = store.actions.iter().filter_map(|act| act.alert.as_ref());
        let all = lists.chain(store.worse.iter().map(|(_, entry)| entry)).chain(acted);
        let tlp = all.map(|entry| {
            let said = entry.body["handling"]["tlp"].as_str();
            Tlp::ALL.into_iter().find(|tlp| said == Some(tlp.name())).unwrap_or(Tlp::Red)
        });
        tlp.max().map(|tlp| format!("TLP:{}", tlp.name()))
    }

    fn soon(&self) -> impl Iterator<Item = &SilenceRow> {
        self.silences.iter().filter(|silence| silence.until - self.now <= SOON)
    }

    /// Warnings of the status page, and inputs and sinks that are down, one per line; and the numbers of inputs and of
    /// sinks.
    fn troubles(page: &Value) -> (Vec<String>, [usize; 2]) {
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

    fn json(&self) -> Value {
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

/// Whether an alert is about the daemon, such as failed deliveries or a silent feed.
fn is_system(entry: &Entry) -> bool {
    entry.body["kind"] == "system"
}

/// The vessels: `ALFA, BRAVO and 2 more`. For an alert about the daemon, its subject: `receiver partner`.
fn names(body: &Value) -> String {
    const MOST: usize = 3;
    if let Some(title) = system_title(body) {
        return FromAir(&title).to_string();
    }
    let vessels = body["vessels"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<String> =
        vessels.iter().take(MOST).map(|vessel| FromAir(&vessel_name(vessel)).to_string()).collect();
    match vessels.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Counts by severity: `2 critical, 1 high`
fn by_severity(entries: &[Entry]) -> String {
    let severities = ["critical", "high", "medium", "low", "info"];
    let counts = severities.iter().filter_map(|severity| {
        let count = entries.iter().filter(|entry| entry.body["severity"] == *severity).count();
        (0 < count).then(|| format!("{count} {severity}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Whether an alert goes on, and how it ended if not.
fn status_of(body: &Value) -> &'static str {
    match body["status"].as_str() {
        Some("open") => "going on",
        Some("retracted") => "taken back",
        _ => "over",
    }
}
