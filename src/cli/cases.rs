//! `atalaia cases`: the cases of the store.

use serde_json::Value;

use super::{Failure, StoreArguments, print, refused};
use crate::store;
use crate::telemetry::FromAir;

/// Arguments of `atalaia cases`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every case, gravest first
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
}

/// Runs the command.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    match &arguments.command {
        Command::List { json: false } => {
            let mut text = String::new();
            for case in store::cases(&path).map_err(refused)? {
                text += &format!(
                    "{}  {:<8} {:>3}  {}\n",
                    short(&case),
                    word(&case, "severity"),
                    case["score"],
                    names(&case)
                );
            }
            print(&text)
        }
        Command::List { json: true } | Command::Export => {
            let cases = store::cases(&path).map_err(refused)?;
            print(&cases.iter().map(|case| format!("{case}\n")).collect::<String>())
        }
        Command::Show { id } => {
            let case = store::case(&path, id).map_err(refused)?;
            let head = format!(
                "case {}\n{} {}\n{}\n",
                word(&case, "id"),
                word(&case, "severity"),
                case["score"],
                names(&case)
            );
            let alerts: Vec<&str> = case["alerts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            print(&format!("{head}{}\nalerts: {}\n", FromAir(word(&case, "story")), alerts.join(" ")))
        }
    }
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
