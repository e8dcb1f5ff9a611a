//! `atalaia audit`: who did what, when, to which alert, case or silence, and why.
//!
//! Rows are shown in order of time, the latest at the bottom, above the next prompt. What somebody only read is not among them, but in
//! `audit export`.

mod chain;

use serde_json::{Value, json};

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::period::Period;
use super::place::StoreArguments;
use super::subjects::{about, silence_of};
use super::table::{Column, fitted, short_id, text, width};
use super::when::short;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, ActionRow, Machine, SilenceRow};
use atalaia_core::base::time::Time;

/// Arguments of `atalaia audit`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<chain::Command>,
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    period: Period,
    /// Only actions under this name, or by this caller
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Include actions of the program itself
    #[arg(long)]
    machine: bool,
}

/// The columns of the list; the reason is last, because it may be long.
const COLUMNS: [Column; 6] = [
    text("time"),
    text("who").down_to(8),
    text("what").down_to(8),
    text("of"),
    text("vessels").down_to(12).spare(1).names(12),
    text("why").down_to(16),
];

/// Prints the audit trail.
///
/// # Errors
/// The period is not valid, or the store cannot be read.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(command) = &arguments.command {
        return chain::main(command);
    }
    let path = arguments.store.path()?;
    let now = Clock.now();
    let until = arguments.period.until(now)?;
    let machine = if arguments.machine { Machine::Included } else { Machine::Excluded };
    let mut actions = store::actions(&path, arguments.period.since, until, machine).map_err(refused)?;
    // The caller counts too: what a colleague did under another name through sudo is still theirs.
    if let Some(who) = &arguments.who {
        let is_wanted = |name: &str| store::is_same_name(name, who);
        actions.retain(|act| is_wanted(&act.row.who) || act.row.caller.as_deref().is_some_and(is_wanted));
    }
    let earlier = arguments.period.earlier(actions.len());
    let shown = &actions[earlier..];
    if arguments.period.json {
        return print(&shown.iter().map(|act| format!("{}\n", object(act))).collect::<String>());
    }
    let silences = store::silences(&path).map_err(refused)?;
    let rows: Vec<Vec<String>> = shown.iter().map(|act| row(act, &silences, now)).collect();
    let after = match (shown.len(), earlier) {
        (0, 0) => {
            let who = arguments.who.as_deref().unwrap_or("nobody");
            let did = if arguments.who.is_some() { "did nothing" } else { "did anything" };
            format!("{} {did} since {}\n", FromAir(who), arguments.period.since.minute())
        }
        (_, 0) => String::new(),
        (_, earlier) => format!("{earlier} earlier (--limit N)\n"),
    };
    print(&format!("{}{after}", fitted(&COLUMNS, &rows, width())))
}

/// One row of the table: when, who, what, of what, which vessels or what a silence covers, why. Empty cells where nothing is known.
fn row(act: &ActionRow, silences: &[SilenceRow], now: Time) -> Vec<String> {
    vec![
        short(act.row.at, now),
        FromAir(&act.row.by()).to_string(),
        act.row.what.clone(),
        format!("{}{}", of(act).map_or(String::new(), |kind| format!("{kind} ")), subject(act)),
        act.alert.as_ref().map(about).or_else(|| silence_of(&act.subject, silences)).unwrap_or_default(),
        act.row.why.as_ref().map_or(String::new(), |why| FromAir(why).to_string()),
    ]
}

/// What kind of thing the subject is. `None` if the subject names its kind itself, such as `silence 3`.
fn of(act: &ActionRow) -> Option<&'static str> {
    match (&act.alert, act.is_case) {
        (Some(_), _) => Some("alert"),
        (None, true) => Some("case"),
        (None, false) => None,
    }
}

/// The first characters of an id. Other subjects are shown in full: `silence 3`. Safe to print.
pub(super) fn subject(act: &ActionRow) -> String {
    let is_id = act.subject.chars().count() == WHOLE_ID && act.subject.chars().all(|c| c.is_ascii_alphanumeric());
    if is_id { short_id(&act.subject) } else { FromAir(&act.subject).to_string() }
}

/// Length of an alert or case id in characters.
const WHOLE_ID: usize = 26;

/// An action as a JSON object. The same keys as in `alerts changes`; `behaviour` and `vessels` are null for
/// cases, silences and purged alerts.
pub(super) fn object(act: &ActionRow) -> Value {
    json!({
        "time": act.row.at.to_string(), "who": act.row.who, "caller": act.row.caller, "machine": act.row.is_machine(),
        "what": act.row.what, "subject": act.subject, "kind": of(act), "why": act.row.why,
        "behaviour": act.alert.as_ref().map(|alert| &alert["behaviour"]),
        "vessels": act.alert.as_ref().map(|alert| &alert["vessels"]),
    })
}
