//! `atalaia users`: who may sign in to the console and the API.
//!
//! The store is what counts: a running daemon takes over a change within a second.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::access::refused;
use super::ceilings::CeilingArguments;
use super::failure::Failure;
use super::marking::purpose;
use super::output::print;
use super::password::new_password;
use super::person::who;
use super::place::{Place, StoreArguments};
use super::table::{Column, number, table, text, width};
use super::when::short;
use crate::http::{ApiSecret, hash, name_fault};
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Actor, Alteration, Link, Person, Role, Session};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::{Span, Time};

/// How long a one-time link is valid.
const LINK_LIFE: Span = Span::from_hours(24);

/// Longest time that the settings let a session idle. The command may work without them.
const LONGEST_IDLE: Span = Span::from_hours(24);

/// Arguments of `atalaia users`.
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
    /// List the people who may sign in, with their roles
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Add a person; the password is asked at the terminal
    Add {
        /// Name of the person
        name: String,
        /// Roles: viewer, analyst, supervisor, admin and auditor, separated by commas
        #[arg(long, value_delimiter = ',', value_parser = role, required = true)]
        roles: Vec<Role>,
        #[command(flatten)]
        password: PasswordArguments,
        /// Usual purpose of the person's work, by its name in CISE
        #[arg(long, value_parser = purpose)]
        purpose: Option<Purpose>,
        #[command(flatten)]
        ceilings: CeilingArguments,
    },
    /// Change the roles, ceilings or password of a person, or bar a person from signing in
    Set {
        /// Name of the person
        name: String,
        /// New roles, in place of all former ones
        #[arg(long, value_delimiter = ',', value_parser = role)]
        roles: Option<Vec<Role>>,
        /// Ask for a new password at the terminal; this ends all sessions of the person
        #[arg(long)]
        password: bool,
        /// File whose first line is the new password
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// New usual purpose, by its name in CISE
        #[arg(long, value_parser = purpose)]
        purpose: Option<Purpose>,
        /// Bar the person from signing in, and end all sessions
        #[arg(long, conflicts_with = "enable")]
        disable: bool,
        /// Let the person sign in again
        #[arg(long)]
        enable: bool,
        #[command(flatten)]
        ceilings: CeilingArguments,
    },
    /// Remove a person, and end all sessions; the audit trail keeps the name
    Remove {
        /// Name of the person
        name: String,
    },
    /// Print a one-time link for a person, valid for 24 hours
    Link {
        /// Name of the person
        name: String,
    },
    /// List the sessions in force, or end those of a person
    Sessions {
        /// End all sessions of this person
        #[arg(long, value_name = "NAME")]
        end: Option<String>,
    },
}

/// Where a new password comes from.
#[derive(Debug, clap::Args)]
struct PasswordArguments {
    /// File whose first line is the password, instead of the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "link")]
    password_file: Option<PathBuf>,
    /// No password: print a one-time link, with which the person signs in and sets one
    #[arg(long)]
    link: bool,
}

/// Columns of the list of people.
const PEOPLE: [Column; 5] = [text("name"), text("roles"), text("state"), number("sessions"), text("since")];
/// Columns of the list of sessions.
const SESSIONS: [Column; 5] = [text("person"), text("way"), text("from"), text("began"), text("used")];

/// Runs a subcommand.
///
/// # Errors
/// The store cannot be used, no person is named, or the store refuses the change.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Place { store: path, settings } = arguments.store.place(&[])?;
    let console = settings.as_ref().and_then(|settings| settings.console.as_deref());
    let now = Clock.now();
    if let Command::List { json } = &arguments.command {
        return list(&path, *json, now);
    }
    if let Command::Sessions { end: None } = &arguments.command {
        return list_sessions(&path, now);
    }
    let person = who(arguments.who.as_ref())?;
    let by = Actor::from(&person);
    match &arguments.command {
        Command::List { .. } => Ok(()),
        Command::Add { name, roles, password, purpose, ceilings } => {
            if let Some(fault) = name_fault(name) {
                return Err(Failure::Usage(format!("{name}: {fault}")));
            }
            let hashed = if password.link { None } else { Some(hashed(password.password_file.as_deref(), name)?) };
            let person = Person {
                name: name.clone(),
                password: hashed,
                roles: Role::sorted(roles.iter().copied()),
                ceilings: ceilings.ceilings()?,
                purpose: *purpose,
                made_at: now,
                disabled_at: None,
                signed_in_at: None,
                preferences: json!({}),
                seen: None,
            };
            let (made, secret) = if password.link { new_link(now).map(Some)? } else { None }.unzip();
            store::add_person(&path, &person, made.as_ref(), by, now).map_err(refused)?;
            secret.map_or(Ok(()), |secret| show_link(console, &secret))
        }
        Command::Set { name, roles, password, password_file, purpose, disable, enable, ceilings } => {
            let is_new = *password || password_file.is_some();
            let change = Alteration {
                password: is_new.then(|| hashed(password_file.as_deref(), name)).transpose()?,
                roles: roles.as_ref().map(|roles| Role::sorted(roles.iter().copied())),
                ceilings: ceilings.change()?,
                purpose: purpose.map(Some),
                disabled: (*disable || *enable).then_some(*disable),
            };
            store::alter_person(&path, name, &change, None, by, now).map(drop).map_err(refused)
        }
        Command::Remove { name } => store::remove_person(&path, name, by, now).map_err(refused),
        Command::Link { name } => {
            let (link, secret) = new_link(now)?;
            store::make_link(&path, name, &link, by, now).map_err(refused)?;
            show_link(console, &secret)
        }
        Command::Sessions { end } => {
            let name = end.as_deref().unwrap_or_default();
            let ended = store::end_sessions(&path, name, None, by, now).map_err(refused)?;
            print(&format!("{ended} ended\n"))
        }
    }
}

/// The hash of a new password.
fn hashed(file: Option<&Path>, name: &str) -> Result<String, Failure> {
    let password = new_password(file, name)?;
    hash(&password).map_err(|error| Failure::Other(format!("password: {error}")))
}

/// A new one-time link, and its secret.
fn new_link(now: Time) -> Result<(Link, ApiSecret), Failure> {
    let secret = ApiSecret::fresh().map_err(|error| Failure::Other(error.to_string()))?;
    Ok((Link { secret: secret.digest(), ends_at: now + LINK_LIFE }, secret))
}

/// Prints a one-time link: whole if the settings tell the address of the console, else the part that belongs behind it.
fn show_link(console: Option<&str>, secret: &ApiSecret) -> Result<(), Failure> {
    print(&format!("{}/login#link={}\n", console.unwrap_or_default(), secret.expose()))
}

/// Prints the people.
fn list(path: &Path, as_json: bool, now: Time) -> Result<(), Failure> {
    let people = store::people(path).map_err(refused)?;
    let sessions = store::sessions(path, LONGEST_IDLE, now).map_err(refused)?;
    let names = |person: &Person| person.roles.iter().map(|role| role.name()).collect::<Vec<_>>();
    let count = |person: &Person| sessions.iter().filter(|session| session.person == person.name).count();
    if as_json {
        let line = |person: &Person| {
            let object = json!({
                "name": person.name, "roles": names(person), "ceilings": person.ceilings,
                "purpose": person.purpose, "made_at": person.made_at, "disabled_at": person.disabled_at,
                "has_password": person.password.is_some(), "sessions": count(person),
            });
            format!("{object}\n")
        };
        return print(&people.iter().map(line).collect::<String>());
    }
    let state = |person: &Person| match (person.disabled_at, &person.password) {
        (Some(_), _) => "disabled",
        (None, None) => "no password yet",
        (None, Some(_)) => "",
    };
    let row = |person: &Person| {
        let roles = names(person).join(", ");
        let name = FromAir(&person.name).to_string();
        vec![name, roles, state(person).to_owned(), count(person).to_string(), short(person.made_at, now)]
    };
    print(&table(&PEOPLE, &people.iter().map(row).collect::<Vec<_>>(), width()))
}

/// Prints the sessions in force.
fn list_sessions(path: &Path, now: Time) -> Result<(), Failure> {
    let row = |session: &Session| {
        let person = FromAir(&session.person).to_string();
        let way = session.way.name().to_owned();
        vec![person, way, session.address.clone(), short(session.began_at, now), short(session.used_at, now)]
    };
    let rows: Vec<Vec<String>> = store::sessions(path, LONGEST_IDLE, now).map_err(refused)?.iter().map(row).collect();
    print(&table(&SESSIONS, &rows, width()))
}

/// The role of this name.
fn role(name: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    Role::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| format!("write one of {}", names()))
}
