//! `atalaia alerts`: what an analyst does with the alerts of the store.

use clap::builder::PossibleValuesParser;
use serde_json::Value;

use super::table::{Column, number, table, text, width};
use super::when::{ahead, past};
use super::{Failure, StoreArguments, print, refused, who};
use crate::alerts::NoticeKind;
use crate::behaviours::NAMES;
use crate::clock::Clock;
use crate::store::export::Format;
use crate::store::{self, Act, Entry, Finding, Hush, Query, stored_severity};
use crate::telemetry::FromAir;
use crate::time::Time;

/// Arguments of `atalaia alerts`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Who does it, for the audit trail [default: the user's name]
    #[arg(long = "as", value_name = "NAME", global = true)]
    who: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Alerts, newest first: medium and above that are not closed, unless asked otherwise; lines are cut to COLUMNS, else to the terminal
    List {
        #[command(flatten)]
        filter: Filter,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One alert: what was said, its score, what was done, who was told
    Show {
        /// Its id, or the first four characters and more
        id: String,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Seen: no longer new, until it becomes graver
    Ack {
        /// Ids
        #[arg(required = true)]
        ids: Vec<String>,
        /// New again from then on, as `06:00`, `+12h`, `tomorrow 06:00`
        #[arg(long, value_name = "T", value_parser = ahead, allow_hyphen_values = true)]
        until: Option<Time>,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Somebody looks after it
    Assign {
        /// Its id
        id: String,
        /// Who; `-` for nobody
        to: String,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Something worth knowing
    Note {
        /// Its id
        id: String,
        /// What
        text: String,
    },
    /// Done with: what it was found to be, and why
    Close {
        /// Ids
        #[arg(required = true)]
        ids: Vec<String>,
        /// What it was
        #[arg(long, value_parser = finding)]
        finding: Finding,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Mark how an alert may be handled, in place of the machine's marking: in lists, exports and all later deliveries
    Mark {
        /// Its id
        id: String,
        #[command(flatten)]
        marking: super::marking::Arguments,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Not done with after all
    Reopen {
        /// Its id
        id: String,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Keep deliveries back for a while, by the alerts' own time; they are stored all the same
    Silence {
        /// Of this vessel
        #[arg(long)]
        mmsi: Option<u32>,
        /// In or near this zone
        #[arg(long, value_name = "ID")]
        zone: Option<String>,
        /// Of this behaviour
        #[arg(long, value_parser = PossibleValuesParser::new(behaviours()), hide_possible_values = true)]
        behaviour: Option<String>,
        /// From then on, as `now`, `02:00`, `-6h`
        #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
        from: Time,
        /// Until then, as `06:00`, `+12h`, `tomorrow 06:00`
        #[arg(long, value_name = "T", value_parser = ahead, allow_hyphen_values = true)]
        until: Time,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Every silence
    Silences,
    /// Lift a silence
    Lift {
        /// Its number
        number: i64,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Alerts for other programs, on standard output: all that fit, closed ones too
    Export {
        #[command(flatten)]
        filter: Filter,
        /// jsonl, csv, geojson or kml
        #[arg(long, value_parser = format)]
        format: Format,
    },
}

/// Which alerts.
#[derive(Debug, clap::Args)]
struct Filter {
    /// new, acknowledged, closed or all
    #[arg(long, value_parser = ["new", "acknowledged", "closed", "all"])]
    state: Option<String>,
    /// info, low, medium, high or critical, and graver
    #[arg(long, value_parser = ["info", "low", "medium", "high", "critical"])]
    severity: Option<String>,
    /// Of this behaviour
    #[arg(long, value_parser = PossibleValuesParser::new(behaviours()), hide_possible_values = true)]
    behaviour: Option<String>,
    /// With this vessel
    #[arg(long)]
    mmsi: Option<u32>,
    /// In or near this zone
    #[arg(long, value_name = "ID")]
    zone: Option<String>,
    /// Looked after by
    #[arg(long, value_name = "NAME")]
    assignee: Option<String>,
    /// Going on at this time or later
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    since: Option<Time>,
    /// Begun before this time
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    until: Option<Time>,
    /// Facts below 20 points too
    #[arg(long)]
    facts: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// What alerts are named by: a slip of the hand is not to look like a quiet night.
fn behaviours() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied().chain(NoticeKind::ALL.iter().map(|kind| kind.name()))
}

impl Filter {
    /// `usual` is the severity when none is asked for.
    fn query(&self, usual: &str) -> Query {
        let severity = self.severity.as_deref().unwrap_or(if self.facts { "info" } else { usual });
        Query {
            facts: self.facts,
            state: self.state.clone().filter(|state| state != "all"),
            min_severity: stored_severity(&serde_json::json!({ "severity": severity })),
            behaviour: self.behaviour.clone(),
            mmsi: self.mmsi,
            zone: self.zone.clone(),
            assignee: self.assignee.clone(),
            since: self.since,
            until: self.until,
            limit: self.limit.unwrap_or(u32::MAX),
        }
    }
}

fn finding(text: &str) -> Result<Finding, String> {
    let known = Finding::ALL.into_iter().find(|finding| finding.name() == text);
    known.ok_or_else(|| format!("write one of {}", Finding::ALL.map(Finding::name).join(", ")))
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|unknown: store::export::UnknownFormat| unknown.to_string())
}

/// Runs the command.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    let now = Clock.now();
    let does = |ids: &[String], what: Act, why: Option<&str>| {
        let who = who(arguments.who.as_ref())?;
        let mut text = String::new();
        for id in ids {
            let id = store::act(&path, id, &what, &who, why, now).map_err(refused)?;
            text += &format!("{id}\n");
        }
        print(&text)
    };
    match &arguments.command {
        Command::List { filter, json } => {
            let mut found = store::alerts(&path, &filter.query("medium"), now).map_err(refused)?;
            if filter.state.is_none() {
                found.retain(|entry| entry.state != "closed");
            }
            if *json {
                return print(&found.iter().map(|entry| format!("{}\n", entry.value(&[]))).collect::<String>());
            }
            print(&list(&found))
        }
        Command::Show { id, json } => {
            let told = store::alert(&path, id, now).map_err(refused)?;
            print(&if *json { format!("{}\n", told.entry.value(&told.notes)) } else { page(&told) })
        }
        Command::Ack { ids, until, why } => does(ids, Act::Acknowledge { until: *until }, why.as_deref()),
        Command::Assign { id, to, why } => {
            let to = Some(to.clone()).filter(|to| to != "-");
            does(std::slice::from_ref(id), Act::Assign(to), why.as_deref())
        }
        Command::Note { id, text } => does(std::slice::from_ref(id), Act::Note(text.clone()), None),
        Command::Close { ids, finding, why } => does(ids, Act::Close(*finding), Some(why)),
        Command::Mark { id, marking, why } => {
            let (id, handling) =
                store::mark(&path, id, &marking.mark(), &who(arguments.who.as_ref())?, why, now).map_err(refused)?;
            print(&format!("{id}\n{}\n", FromAir(&handling.line())))
        }
        Command::Reopen { id, why } => does(std::slice::from_ref(id), Act::Reopen, why.as_deref()),
        Command::Silence { mmsi, zone, behaviour, from, until, why } => {
            let hush = Hush { mmsi: *mmsi, zone: zone.clone(), behaviour: behaviour.clone() };
            let number =
                store::hush(&path, &hush, *from, *until, &who(arguments.who.as_ref())?, why, now).map_err(refused)?;
            print(&format!("silence {number}\n"))
        }
        Command::Silences => {
            let mut text = String::new();
            for hush in store::hushes(&path).map_err(refused)? {
                let of = [hush.mmsi.map(|mmsi| mmsi.to_string()), hush.zone, hush.behaviour];
                let of: Vec<String> = of.into_iter().flatten().collect();
                let lifted = hush.lifted.map_or(String::new(), |at| format!(", lifted {at}"));
                let (who, why) = (FromAir(&hush.who), FromAir(&hush.why));
                text += &format!(
                    "{}  {}  {} to {}{lifted}  {who}: {why}\n",
                    hush.number,
                    of.join(" "),
                    hush.from,
                    hush.until
                );
            }
            print(&text)
        }
        Command::Lift { number, why } => {
            store::unhush(&path, *number, &who(arguments.who.as_ref())?, why.as_deref(), now).map_err(refused)?;
            print(&format!("silence {number} lifted\n"))
        }
        Command::Export { filter, format } => {
            let found = store::alerts(&path, &filter.query("info"), now).map_err(refused)?;
            let notes = store::all_notes(&path).map_err(refused)?;
            let of = |entry: &Entry| entry.value(notes.get(&entry.id).map_or(&[], Vec::as_slice));
            let values: Vec<Value> = found.iter().map(of).collect();
            let mut text = Vec::new();
            store::export::write(*format, &values, &mut text).map_err(|error| Failure::Other(error.to_string()))?;
            print(&String::from_utf8_lossy(&text))
        }
    }
}

/// The columns of the list; vessels last, because they may be many.
const COLUMNS: [Column; 8] = [
    text("id"),
    text("state"),
    text("severity"),
    number("score"),
    text("began"),
    text("behaviour"),
    text("assignee"),
    text("vessels"),
];

/// The list; without the column of assignees where nobody looks after any: vessels need the room.
fn list(found: &[Entry]) -> String {
    const ASSIGNEE: usize = 6;
    let mut columns = COLUMNS.to_vec();
    let mut rows: Vec<Vec<String>> = found.iter().map(row).collect();
    if found.iter().all(|entry| entry.assignee.is_none()) {
        columns.remove(ASSIGNEE);
        rows.iter_mut().for_each(|row| drop(row.remove(ASSIGNEE)));
    }
    table(&columns, &rows, width())
}

/// One row of the list.
fn row(entry: &Entry) -> Vec<String> {
    let body = &entry.body;
    let said = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    vec![
        entry.id.chars().take(8).collect(),
        entry.state.clone(),
        said("severity"),
        body["score"].to_string(),
        said("started_at"),
        said("behaviour"),
        entry.assignee.as_ref().map_or_else(|| "-".to_owned(), |name| FromAir(name).to_string()),
        names(&body["vessels"]),
    ]
}

/// All there is about one alert.
fn page(told: &store::Told) -> String {
    let entry = &told.entry;
    let body = &entry.body;
    let text = |key: &str| body[key].as_str().unwrap_or("-");
    let mut page = format!("alert {}\n{}\n", entry.id, FromAir(text("summary")));
    page += &format!(
        "{} {}, {}, {}; began {}, opened {}, last seen {}, ended {}\n",
        text("severity"),
        body["score"],
        text("status"),
        entry.state,
        text("started_at"),
        text("opened_at"),
        text("last_at"),
        text("ended_at"),
    );
    page += &super::marking::line(body);
    for reason in body["score_reasons"].as_array().into_iter().flatten() {
        let points = reason["points"].as_i64().unwrap_or_default();
        page += &format!("  {points:+4}  {}\n", FromAir(reason["text"].as_str().unwrap_or_default()));
    }
    for (what, said) in
        [("assigned to", &entry.assignee), ("found", &entry.finding), ("because", &entry.finding_reason)]
    {
        if let Some(said) = said {
            page += &format!("{what}: {}\n", FromAir(said));
        }
    }
    for note in &told.notes {
        page += &format!("note {} {}: {}\n", note.at, FromAir(&note.who), FromAir(&note.text));
    }
    for (at, who, what, why) in &told.audit {
        let why = why.as_ref().map_or(String::new(), |why| format!(": {}", FromAir(why)));
        page += &format!("{at} {} {what}{why}\n", FromAir(who));
    }
    for sent in &told.deliveries {
        let at = sent.at.map_or(String::new(), |at| format!(" {at}"));
        let error = sent.error.as_ref().map_or(String::new(), |error| format!(": {error}"));
        page += &format!("revision {} to {}: {}{at}{error}\n", sent.revision, FromAir(&sent.sink), sent.state);
    }
    page
}

/// The vessels of an alert or case, by name where they have one.
pub(super) fn names(vessels: &Value) -> String {
    let name = |vessel: &Value| match vessel["name"].as_str() {
        Some(name) => format!("{} ({})", FromAir(name), vessel["mmsi"]),
        None => format!("MMSI {}", vessel["mmsi"]),
    };
    vessels.as_array().into_iter().flatten().map(name).collect::<Vec<_>>().join(" + ")
}
