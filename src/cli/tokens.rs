//! `atalaia tokens`: machines that may use the API.

use std::path::Path;

use serde_json::json;

use super::access::refused;
use super::ceilings::CeilingArguments;
use super::failure::Failure;
use super::marking::purpose;
use super::output::print;
use super::person::who;
use super::place::StoreArguments;
use super::table::{Column, table, text, width};
use super::when::short;
use crate::http::{ApiSecret, name_fault, token_fault};
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Actor, Right, Rights, Token};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::{Span, Time};

/// Arguments of `atalaia tokens`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Name of the person acting, for the audit trail; the account that calls is recorded too [default: the
    /// user who called sudo, else the user of the login, else that of the process]
    #[arg(long = "as", value_name = "NAME", global = true)]
    who: Option<String>,
    #[command(subcommand)]
    command: Command,
}

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List tokens, with what they allow and when they were last used
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Make a token and print its secret, which is shown only now
    Add {
        /// Name of the token, as it appears in the audit trail
        name: String,
        /// Rights: status, read, search, act, silence, export, retry and audit, separated by commas
        #[arg(long, value_delimiter = ',', value_parser = right, required = true)]
        rights: Vec<Right>,
        /// Days until it ends, at most 366
        #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=366))]
        days: i64,
        /// Networks it may be used from, such as 192.0.2.0/24, separated by commas [default: all]
        #[arg(long, value_delimiter = ',')]
        networks: Vec<String>,
        /// What the data are used for, by its name in CISE
        #[arg(long, value_parser = purpose)]
        purpose: Purpose,
        #[command(flatten)]
        ceilings: CeilingArguments,
    },
    /// End a token
    Remove {
        /// Name of the token
        name: String,
    },
}

/// Columns of the list.
const COLUMNS: [Column; 6] =
    [text("name"), text("rights"), text("networks").down_to(10).spare(1), text("made by"), text("until"), text("used")];

/// Runs a subcommand.
///
/// # Errors
/// The store cannot be used, no person is named, or the token cannot be made.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    let now = Clock.now();
    if let Command::List { json } = &arguments.command {
        return list(&path, *json, now);
    }
    let person = who(arguments.who.as_ref())?;
    let by = Actor::from(&person);
    match &arguments.command {
        Command::List { .. } => Ok(()),
        Command::Remove { name } => store::end_token(&path, name, by, now).map_err(refused),
        Command::Add { name, rights, days, networks, purpose, ceilings } => {
            let token = Token {
                name: name.clone(),
                rights: rights.iter().copied().collect::<Rights>(),
                ceilings: ceilings.ceilings()?,
                networks: networks.clone(),
                purpose: *purpose,
                made_by: by.who.to_owned(),
                made_at: now,
                expires_at: now + Span::from_hours(24 * days),
                used_at: None,
                ended_at: None,
            };
            let fault = name_fault(name).map(|fault| ("name", fault));
            let fault = fault.or_else(|| token_fault(&token.rights, networks, token.expires_at, now));
            if let Some((key, fault)) = fault {
                return Err(Failure::Usage(format!("{key}: {fault}")));
            }
            let secret = ApiSecret::token().map_err(|error| Failure::Other(error.to_string()))?;
            store::add_token(&path, &token, &secret.digest(), by, now).map_err(refused)?;
            print(&format!("{}\n", secret.expose()))
        }
    }
}

/// Prints the tokens.
fn list(path: &Path, as_json: bool, now: Time) -> Result<(), Failure> {
    let tokens = store::tokens(path).map_err(refused)?;
    if as_json {
        let line = |token: &Token| {
            let object = json!({
                "name": token.name, "rights": token.rights, "ceilings": token.ceilings, "networks": token.networks,
                "purpose": token.purpose, "made_by": token.made_by, "made_at": token.made_at,
                "expires": token.expires_at, "used_at": token.used_at, "ended_at": token.ended_at,
            });
            format!("{object}\n")
        };
        return print(&tokens.iter().map(line).collect::<String>());
    }
    let row = |token: &Token| {
        let rights: Vec<&str> = token.rights.iter().map(Right::name).collect();
        let until = token.ended_at.map_or_else(|| short(token.expires_at, now), |_| "ended".to_owned());
        vec![
            FromAir(&token.name).to_string(),
            rights.join(", "),
            if token.networks.is_empty() { "all".to_owned() } else { token.networks.join(", ") },
            FromAir(&token.made_by).to_string(),
            until,
            token.used_at.map_or(String::new(), |used| short(used, now)),
        ]
    };
    print(&table(&COLUMNS, &tokens.iter().map(row).collect::<Vec<_>>(), width()))
}

/// The right of this name.
fn right(name: &str) -> Result<Right, String> {
    let names = || Right::ALL.map(Right::name).join(", ");
    Right::ALL.into_iter().find(|right| right.name() == name).ok_or_else(|| format!("write one of {}", names()))
}
