//! `atalaia deliveries`: what waits for sinks, what they did not take, and trying it again.

use std::path::Path;

use serde_json::json;

use super::place::Place;
use super::table::{Column, number, short_id, table, text, width};
use super::{Failure, StoreArguments, print, refused, who};
use crate::clock::Clock;
use crate::config::{StoreSettings, meant};
use crate::store::{self, DeliveryQuery, DeliveryRow, StoreError};
use crate::telemetry::FromAir;
use crate::time::Time;

/// Rows of one list at most, unless asked for more.
const LIMIT: usize = 200;

/// Arguments of `atalaia deliveries`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List failed deliveries, then waiting ones, oldest first; lines are cut to COLUMNS, else to the terminal
    List {
        #[command(flatten)]
        which: Which,
        /// Only in this state: pending, told, silenced, withheld or failed [default: pending and failed]
        #[arg(long, value_parser = ["pending", "told", "silenced", "withheld", "failed"])]
        state: Option<String>,
        /// At most this many
        #[arg(long, default_value_t = LIMIT)]
        limit: usize,
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Retry failed deliveries, all of them unless narrowed; a running daemon sends them within seconds
    Retry {
        #[command(flatten)]
        which: Which,
        /// Who asks for it, for the audit trail, which keeps the caller too [default: sudo's user, else the login, else the user]
        #[arg(long = "as", value_name = "NAME")]
        who: Option<String>,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Count deliveries by sink and state
    Count,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Only to this sink
    #[arg(long)]
    sink: Option<String>,
    /// Only of this alert: its id, or the first four characters and more
    #[arg(long, value_name = "ID")]
    alert: Option<String>,
}

/// Runs the command.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Place { store: path, settings } = arguments.store.place(&[])?;
    match &arguments.command {
        Command::List { which, state, limit, json } => {
            if let Some(sink) = &which.sink {
                is_sink(settings.as_ref(), &path, sink)?;
            }
            let usual = || vec!["failed".to_owned(), "pending".to_owned()];
            let states = state.clone().map_or_else(usual, |state| vec![state]);
            let mut shown = Vec::new();
            for state in states {
                let which = DeliveryQuery { sink: which.sink.clone(), alert: which.alert.clone(), state: Some(state) };
                shown.extend(store::delivery_rows(&path, &which, limit.saturating_sub(shown.len())).map_err(refused)?);
            }
            if *json {
                return print(&shown.iter().map(object).collect::<String>());
            }
            print(&table(&COLUMNS, &shown.iter().map(row).collect::<Vec<_>>(), width()))
        }
        Command::Retry { which, who: by, why } => {
            let which = DeliveryQuery { sink: which.sink.clone(), alert: which.alert.clone(), state: None };
            let count = store::retry(&path, &which, &who(by.as_ref())?, why.as_deref(), Clock.now());
            let count = count.map_err(with_what_was_meant)?;
            print(&format!("{count} to be tried again\n"))
        }
        Command::Count => {
            let rows = store::deliveries(&path).map_err(refused)?;
            let line = |(sink, state, count): &(String, String, u64)| format!("{}  {state}  {count}\n", FromAir(sink));
            print(&rows.iter().map(line).collect::<String>())
        }
    }
}

/// A refusal, with the name that was probably meant.
fn with_what_was_meant(error: StoreError) -> Failure {
    match refused(error) {
        Failure::Usage(text) => Failure::Usage(meant(text)),
        failure => failure,
    }
}

/// Whether there is such a sink: in the settings, if they are named, or in the store. A slip of the hand is not to look like a sink
/// that has everything.
fn is_sink(settings: Option<&StoreSettings>, path: &Path, sink: &str) -> Result<(), Failure> {
    let Err(error) = store::knows_sink(path, sink) else {
        return Ok(());
    };
    let names = settings.map_or(&[][..], |settings| &settings.sinks);
    match names.iter().any(|name| name == sink) {
        true => Ok(()),
        false if names.is_empty() => Err(with_what_was_meant(error)),
        false => Err(Failure::Usage(meant(format!("no sink `{sink}`; there are {}", names.join(", "))))),
    }
}

/// The columns of the list; what a sink said last, because it may be long.
const COLUMNS: [Column; 9] = [
    text("sink"),
    text("alert"),
    text("behaviour"),
    text("state"),
    text("since"),
    number("tried"),
    text("next"),
    text("done"),
    text("said"),
];

/// One row of the list: an alert is named by the beginning of its id and its revision.
fn row(row: &DeliveryRow) -> Vec<String> {
    let when = |time: Option<Time>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
    let pending = row.state == "pending";
    vec![
        FromAir(&row.sink).to_string(),
        format!("{}-{}", short_id(&row.alert), row.revision),
        row.behaviour.clone(),
        row.state.clone(),
        row.since.to_string(),
        row.attempts.to_string(),
        when(row.due_at.filter(|_| pending)),
        when(row.told_at.filter(|_| !pending)),
        row.error.as_deref().map_or_else(String::new, |error| FromAir(error).to_string()),
    ]
}

fn object(row: &DeliveryRow) -> String {
    let when = |time: Option<Time>| time.map(|time| time.to_string());
    let value = json!({
        "sink": row.sink, "alert": row.alert, "revision": row.revision, "behaviour": row.behaviour,
        "state": row.state, "since": row.since.to_string(), "attempts": row.attempts,
        "due_at": when(row.due_at), "told_at": when(row.told_at), "error": row.error,
    });
    format!("{value}\n")
}
