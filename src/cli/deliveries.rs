//! `atalaia deliveries`: what waits for sinks, what they did not take, and trying it again.

use serde_json::json;

use super::{Failure, StoreArguments, print, refused, who};
use crate::clock::Clock;
use crate::config::meant;
use crate::store::{self, Parcel, Parcels};
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
    /// What was given up, then what waits, each the oldest first
    List {
        #[command(flatten)]
        which: Which,
        /// Only in this state: pending, told, silenced, withheld or failed [default: pending and failed]
        #[arg(long, value_parser = ["pending", "told", "silenced", "withheld", "failed"])]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = LIMIT)]
        limit: usize,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Try again what failed, all of it unless narrowed; a running daemon takes it up within seconds
    Retry {
        #[command(flatten)]
        which: Which,
        /// Who asks for it, for the audit trail [default: the user's name]
        #[arg(long = "as", value_name = "NAME")]
        who: Option<String>,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// How many are in which state, by sink
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
    let path = arguments.store.path()?;
    match &arguments.command {
        Command::List { which, state, limit, json } => {
            let usual = || vec!["failed".to_owned(), "pending".to_owned()];
            let states = state.clone().map_or_else(usual, |state| vec![state]);
            let mut shown = Vec::new();
            for state in states {
                let which = Parcels { sink: which.sink.clone(), alert: which.alert.clone(), state: Some(state) };
                shown.extend(store::parcels(&path, &which, limit.saturating_sub(shown.len())).map_err(refused)?);
            }
            print(&shown.iter().map(|parcel| if *json { object(parcel) } else { row(parcel) }).collect::<String>())
        }
        Command::Retry { which, who: by, why } => {
            let which = Parcels { sink: which.sink.clone(), alert: which.alert.clone(), state: None };
            let count = store::retry(&path, &which, &who(by.as_ref())?, why.as_deref(), Clock.now());
            let count = count.map_err(|error| match refused(error) {
                Failure::Usage(text) => Failure::Usage(meant(text)),
                failure => failure,
            })?;
            print(&format!("{count} to be tried again\n"))
        }
        Command::Count => {
            let rows = store::deliveries(&path).map_err(refused)?;
            let line = |(sink, state, count): &(String, String, u64)| format!("{}  {state}  {count}\n", FromAir(sink));
            print(&rows.iter().map(line).collect::<String>())
        }
    }
}

fn row(parcel: &Parcel) -> String {
    let when = |time: Option<Time>| time.map_or_else(String::new, |time| time.to_string());
    let next = match parcel.state.as_str() {
        "pending" => parcel.due_at.map_or_else(String::new, |due_at| format!(", next {due_at}")),
        _ => format!(", {}", when(parcel.told_at)),
    };
    let error = parcel.error.as_deref().map_or_else(String::new, |error| format!(": {}", FromAir(error)));
    format!(
        "{}\t{}-{}\t{}\t{}\tsince {}, tried {}{next}{error}\n",
        FromAir(&parcel.sink),
        parcel.alert,
        parcel.revision,
        parcel.behaviour,
        parcel.state,
        parcel.since,
        parcel.attempts
    )
}

fn object(parcel: &Parcel) -> String {
    let when = |time: Option<Time>| time.map(|time| time.to_string());
    let value = json!({
        "sink": parcel.sink, "alert": parcel.alert, "revision": parcel.revision, "behaviour": parcel.behaviour,
        "state": parcel.state, "since": parcel.since.to_string(), "attempts": parcel.attempts,
        "due_at": when(parcel.due_at), "told_at": when(parcel.told_at), "error": parcel.error,
    });
    format!("{value}\n")
}
