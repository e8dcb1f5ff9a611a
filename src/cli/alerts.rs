//! `atalaia alerts`: lists the alerts of the store and records what analysts do with them.
//!
//! Reading goes through `storage::store`, which applies markings and cases; deciding what an action means and
//! whether it is allowed is left to it too. Here are the arguments, the order of actions, and what is
//! printed.

mod changes;
mod filter;
mod list;
mod page;
mod silence;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::Value;

use self::filter::Filter;
use super::access::refused;
use super::exported::exported;
use super::failure::Failure;
use super::output::{print, print_by};
use super::person::{assignee, who};
use super::place::StoreArguments;
use super::subjects::about;
use super::table::short_id;
use super::when::{ahead, length};
use crate::config::Table;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::export::Format;
use crate::storage::store::{self, ActReport, Action, Entry, Finding, StoreError};
use atalaia_core::alerts::Class;
use atalaia_core::base::time::{Span, Time};

/// Arguments of `atalaia alerts`.
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
    /// List alerts, open ones first: medium severity and above, not closed, unless filtered otherwise
    ///
    /// The last line counts what is left out, and why. On a terminal, lines are fitted to its width (or to COLUMNS) and
    /// rows to its height; columns without room are left out. Into a file or pipe everything is printed.
    List(list::Arguments),
    /// Show one alert: position, vessels, score, what was measured, history, actions and deliveries
    Show {
        /// Alert id, or its first characters (at least four)
        id: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write one alert as a page to read and print: a single HTML file with a map, without scripts, that needs no
    /// network
    Report(super::report::Arguments),
    /// Show what changed between two times, and what people did: opened, updated, ended, corrected, closed, ...
    Changes(changes::Arguments),
    /// Acknowledge alerts; an alert becomes new again if its severity rises
    Ack {
        /// Alert ids, or their first characters (at least four)
        #[arg(required = true)]
        ids: Vec<String>,
        /// Make them new again at this time, as `06:00`, `+12h`, `tomorrow 06:00`
        #[arg(long, value_name = "T", value_parser = ahead, allow_hyphen_values = true)]
        until: Option<Time>,
        /// Reason, for the audit trail
        #[arg(long)]
        why: Option<String>,
    },
    /// Assign an alert to a person
    Assign {
        /// Alert id, or its first characters (at least four)
        id: String,
        /// Name of the person; `-` to remove the assignment
        to: String,
        /// Reason, for the audit trail
        #[arg(long)]
        why: Option<String>,
    },
    /// Add a note to an alert
    Note {
        /// Alert id, or its first characters (at least four)
        id: String,
        /// Text of the note
        text: String,
    },
    /// Close alerts with a finding and a reason
    Close {
        /// Alert ids, or their first characters (at least four)
        #[arg(required = true)]
        ids: Vec<String>,
        /// The finding: confirmed, benign or false
        #[arg(long, value_parser = finding())]
        finding: Finding,
        /// Reason for the finding
        #[arg(long)]
        why: String,
        /// Also silence this behaviour of these vessels for this long from now, as `12h`, `2d`: makes one silence per
        /// vessel; after a meeting, each covers all meetings of that ship
        #[arg(long, value_name = "LENGTH", value_parser = length)]
        silence: Option<Span>,
    },
    /// Change the marking of an alert, in place of the automatic one: in lists, exports and all later deliveries
    Mark {
        /// Alert id, or its first characters (at least four)
        id: String,
        #[command(flatten)]
        marking: super::marking::Arguments,
        /// Reason for the marking
        #[arg(long)]
        why: String,
    },
    /// Make a closed or acknowledged alert new again
    Reopen {
        /// Alert id, or its first characters (at least four)
        id: String,
        /// Reason, for the audit trail
        #[arg(long)]
        why: Option<String>,
    },
    /// Hold back the deliveries of some alerts for a while, and show which; the alerts are still stored
    ///
    /// Name a vessel, a zone or a behaviour; of several, all must fit. Start and end are compared with the
    /// times of the reports, which lag behind the clock if a feed does: a silence begins when the latest alert that it
    /// covers was last known to hold, and ends once the reports reach its end.
    Silence(silence::Arguments),
    /// List every silence
    Silences {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Lift a silence
    Lift {
        /// Number of the silence, as `alerts silences` lists it
        number: i64,
        /// Reason, for the audit trail
        #[arg(long)]
        why: Option<String>,
    },
    /// Export alerts for other programs to standard output: all that match, closed ones too
    Export {
        #[command(flatten)]
        filter: Filter,
        /// Format: jsonl, csv, excel, geojson or kml
        #[arg(long, value_parser = format)]
        format: Format,
    },
}

/// Parses a finding by its name, with what each means for `--help`.
fn finding() -> impl TypedValueParser<Value = Finding> {
    let help = |finding: Finding| match finding {
        Finding::Confirmed => "It was what it looked like",
        Finding::Benign => "It happened, and there is a harmless explanation",
        Finding::False => "It did not happen: wrong data, or an error of the program",
    };
    let values = Finding::ALL.map(|finding| PossibleValue::new(finding.name()).help(help(finding)));
    PossibleValuesParser::new(values).try_map(|text| {
        let known = Finding::ALL.into_iter().find(|finding| finding.name() == text);
        known.ok_or_else(|| format!("write one of {}", Finding::ALL.map(Finding::name).join(", ")))
    })
}

/// Parses a format of `export` by its name.
///
/// # Errors
/// The names of all formats.
fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|unknown: crate::storage::export::UnknownFormat| unknown.to_string())
}

/// Runs the command.
///
/// # Errors
/// The store cannot be used; an id is unknown or the store refuses the action (2); no person is named for an
/// action.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let needed: &[Table] = if matches!(arguments.command, Command::Report(_)) { &[Table::Journal] } else { &[] };
    let place = arguments.store.place(needed)?;
    let path = place.store.clone();
    let now = Clock.now();
    // One way for all actions that need nothing but ids. The person is found first, so that nothing is done
    // without one.
    let does = |ids: &[String], what: Action, why: Option<&str>| {
        let who = who(arguments.who.as_ref())?;
        each(ids, |id| {
            let ActReport { id, unchanged } = store::act(&path, id, &what, &who, why, now)?;
            let entry = store::alert(&path, &id, now)?.entry;
            if let Some(text) = unchanged {
                return Ok(same(&entry, &text));
            }
            let silences =
                // An analyst who reopens an alert expects to hear of it; a silence made when it was closed
                // would prevent that.
                if what == Action::Reopen { silence::still_held(&path, &entry, now)? } else { String::new() };
            Ok(format!("{}{silences}", done(&what, &entry)))
        })
    };
    match &arguments.command {
        Command::List(arguments) => list::main(&path, arguments, now),
        Command::Show { id, json } => page::main(&path, id, *json, now),
        Command::Report(wanted) => {
            super::report::main(&place, arguments.store.config.as_deref(), wanted, store::Kind::Alert)
        }
        Command::Changes(arguments) => changes::main(&path, arguments, now),
        Command::Ack { ids, until, why } => does(ids, Action::Acknowledge { until: *until }, why.as_deref()),
        Command::Assign { id, to, why } => {
            does(std::slice::from_ref(id), Action::Assign(assignee(to)?), why.as_deref())
        }
        Command::Note { id, text } => does(std::slice::from_ref(id), Action::Note(text.clone()), None),
        Command::Close { ids, finding, why, silence } => {
            // With `--silence`, closing and silencing belong together, alert by alert.
            let Some(length) = *silence else {
                return does(ids, Action::Close(*finding), Some(why));
            };
            let who = who(arguments.who.as_ref())?;
            each(ids, |id| {
                // Checked before the alert is closed: half of what was asked would be done otherwise.
                silence::has_vessels(&path, id, now)?;
                let ActReport { id, unchanged } =
                    store::act(&path, id, &Action::Close(*finding), &who, Some(why), now)?;
                let made = silence::after_close(&path, &id, length, &who, why, now)?;
                let entry = store::alert(&path, &id, now)?.entry;
                let closed =
                    unchanged.map_or_else(|| done(&Action::Close(*finding), &entry), |text| same(&entry, &text));
                Ok(format!("{closed}\n{}", made.trim_end()))
            })
        }
        Command::Mark { id, marking, why } => {
            let (id, handling) =
                store::mark(&path, id, &marking.mark(), &who(arguments.who.as_ref())?, why, now).map_err(refused)?;
            print(&format!("{id}\n{}\n", FromAir(&handling.line())))
        }
        Command::Reopen { id, why } => does(std::slice::from_ref(id), Action::Reopen, why.as_deref()),
        Command::Silence(what) => silence::main(&path, what, arguments.who.as_ref(), now),
        Command::Silences { json } => silence::all(&path, *json, now),
        Command::Lift { number, why } => {
            store::lift_silence(&path, *number, &who(arguments.who.as_ref())?, why.as_deref(), now).map_err(refused)?;
            print(&format!("silence {number} lifted\n"))
        }
        Command::Export { filter, format } => {
            let mut query = filter.query("info");
            // A map or a spreadsheet for colleagues is about vessels, unless the filter names a kind or a behaviour.
            if *format != Format::Jsonl && filter.names_no_kind() {
                query.kind = Some(Class::Vessel);
            }
            let mut found = store::alerts(&path, &query, now).map_err(refused)?;
            found.retain(|entry| filter.fits(entry, now));
            found.truncate(filter.limit.map_or(usize::MAX, |limit| limit as usize));
            let notes = store::all_notes(&path).map_err(refused)?;
            exported(&path, arguments.who.as_ref(), format.name(), &format!("{} alerts", found.len()))?;
            // Each entry is dropped as soon as its value is built, because there may be many.
            let of = |entry: Entry| entry.value(notes.get(&entry.id).map_or(&[], Vec::as_slice));
            let values: Vec<Value> = found.into_iter().map(of).collect();
            print_by(|out| crate::storage::export::write(*format, &values, out))
        }
    }
}

/// What was done with which alert: `acknowledged krwn3kli rendezvous PETIT MARIE + OCEAN STAR`. The second
/// word is the id. A script can read it from there.
fn done(what: &Action, entry: &Entry) -> String {
    let (verb, more) = match what {
        Action::Acknowledge { until: None } => ("acknowledged", String::new()),
        Action::Acknowledge { until: Some(until) } => ("acknowledged", format!(", until {} UTC", until.minute())),
        Action::Assign(None) => ("unassigned", String::new()),
        Action::Assign(Some(name)) => ("assigned", format!(", to {}", FromAir(name))),
        Action::Note(_) => ("noted", String::new()),
        Action::Close(finding) => ("closed", format!(", {}", finding.name())),
        Action::Reopen => ("reopened", String::new()),
    };
    let behaviour = FromAir(entry.body["behaviour"].as_str().unwrap_or_default()).to_string();
    format!("{verb} {} {behaviour} {}{more}", short_id(&entry.id), about(&entry.body))
}

/// An alert on which the same was done before: `unchanged krwn3kli rendezvous PETIT MARIE + OCEAN STAR: already acknowledged by ana at
/// 2026-03-01 04:10 UTC; nothing changed`.
fn same(entry: &Entry, text: &str) -> String {
    let behaviour = FromAir(entry.body["behaviour"].as_str().unwrap_or_default()).to_string();
    format!("unchanged {} {behaviour} {}: {}", short_id(&entry.id), about(&entry.body), FromAir(text))
}

/// Applies an action to each alert and prints the outcome. A refused alert does not stop the others; an
/// unusable store does, and the remaining alerts are reported as not tried. What was done is printed at once,
/// because it cannot be undone by a later failure.
///
/// # Errors
/// All refusals together, with exit code 2; or the failure of the store, with its own.
fn each(ids: &[String], mut act: impl FnMut(&str) -> Result<String, StoreError>) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let mut done = 0;
    for (place, id) in ids.iter().enumerate() {
        match act(id) {
            Ok(text) => {
                done += 1;
                print(&format!("{text}\n"))?;
            }
            Err(StoreError::Refused(why)) => faults.push(format!("atalaia: {}", FromAir(&why))),
            Err(error) => {
                let (code, why) = refused(error).exit();
                faults.push(why);
                faults.extend(ids[place + 1..].iter().map(|id| format!("atalaia: {}: was not tried", FromAir(id))));
                return Err(Failure::Shown { code, text: summed(faults, done, ids.len()) });
            }
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Failure::Shown { code: 2, text: summed(faults, done, ids.len()) }),
    }
}

/// The faults, one per line. With several alerts, a last line counts how many succeeded.
fn summed(mut faults: Vec<String>, done: usize, all: usize) -> String {
    if 1 < all {
        faults.push(format!("atalaia: done with {done} of {all} alerts"));
    }
    faults.join("\n")
}
