//! `atalaia cases`: the cases of the store, and legal holds on them.

use serde_json::Value;

use super::table::{Column, number, table, text, width};
use super::{Failure, StoreArguments, bundle, print, refused, who};
use crate::clock::Clock;
use crate::store;
use crate::telemetry::FromAir;

/// Arguments of `atalaia cases`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Who does it, for the audit trail, which keeps the caller too [default: sudo's user, else the login, else the user]
    #[arg(long = "as", value_name = "NAME", global = true)]
    who: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every case, gravest first; lines are cut to COLUMNS, else to the terminal
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One case, with its story
    Show {
        /// Its id, or the first four characters and more
        id: String,
    },
    /// Every case as JSON lines
    Export,
    /// Pack a case as evidence: alerts, tracks, raw sentences, settings and zones in force, chained hashes, a signature
    Bundle(bundle::Wanted),
    /// Legal hold: whatever belongs to the case is kept until it is released
    Hold {
        /// Its id, or the first four characters and more
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Lift a legal hold
    Release {
        /// Its id, or the first four characters and more
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    let now = Clock.now();
    match &arguments.command {
        Command::List { json: false } => {
            let cases = store::cases(&path).map_err(refused)?;
            print(&table(&COLUMNS, &cases.iter().map(row).collect::<Vec<_>>(), width()))
        }
        Command::List { json: true } | Command::Export => {
            let cases = store::cases(&path).map_err(refused)?;
            print(&cases.iter().map(|case| format!("{case}\n")).collect::<String>())
        }
        Command::Bundle(wanted) => bundle::pack(&arguments.store, &who(arguments.who.as_ref())?, wanted),
        Command::Hold { id, reason } => {
            let id = store::hold(&path, id, &who(arguments.who.as_ref())?, reason, now).map_err(refused)?;
            print(&format!("{id} is held\n"))
        }
        Command::Release { id, reason } => {
            let id = store::release(&path, id, &who(arguments.who.as_ref())?, reason, now).map_err(refused)?;
            print(&format!("{id} is no longer held\n"))
        }
        Command::Show { id } => {
            let case = store::case(&path, id).map_err(refused)?;
            let head = format!(
                "case {}\nTLP:{}{}\n{} {}\n{}\n",
                word(&case, "id"),
                case["handling"]["tlp"].as_str().unwrap_or_default(),
                case["handling"]["europol"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .fold(String::new(), |codes, code| codes + " " + code),
                word(&case, "severity"),
                case["score"],
                names(&case)
            );
            let alerts: Vec<&str> = case["alerts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let held = &case["held"];
            let held = match held.is_null() {
                true => String::new(),
                false => {
                    let (who, why) = (FromAir(word(held, "who")), FromAir(word(held, "why")));
                    format!("held by {who} since {}: {why}\n", word(held, "at"))
                }
            };
            let trail = super::alerts::trail(&store::trail(&path, word(&case, "id")).map_err(refused)?);
            print(&format!("{head}{held}{}\nalerts: {}\n{trail}", FromAir(word(&case, "story")), alerts.join(" ")))
        }
    }
}

/// The columns of the list; vessels last, because they may be many.
const COLUMNS: [Column; 6] =
    [text("id"), text("severity"), number("score"), number("alerts"), text("hold"), text("vessels")];

/// One row of the list.
fn row(case: &Value) -> Vec<String> {
    let hold = if case["held"].is_null() { "-" } else { "held" };
    let alerts = case["alerts"].as_array().map_or(0, Vec::len);
    vec![
        short(case),
        word(case, "severity").to_owned(),
        case["score"].to_string(),
        alerts.to_string(),
        hold.to_owned(),
        names(case),
    ]
}

fn word<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

fn short(case: &Value) -> String {
    word(case, "id").chars().take(8).collect()
}

fn names(case: &Value) -> String {
    super::alerts::names(&case["vessels"])
}
