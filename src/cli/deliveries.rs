//! `atalaia deliveries`: lists deliveries that wait or failed, and retries them.
//!
//! The store is what counts: the daemon takes from it what is due, and a retry only makes failed deliveries
//! due again. So the commands work whether or not it runs.

mod why;

use std::collections::BTreeMap;
use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::access::refused;
use super::daemon::Daemon;
use super::failure::Failure;
use super::output::print;
use super::person::who;
use super::place::{Place, StoreArguments};
use super::source::aside;
use super::table::{Column, number, short_id, table, text, width};
use crate::config::StoreSettings;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, DeliveryQuery, DeliveryRow, DeliveryState, Filter, RetryReport};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;

/// Default maximum number of rows in a list. A sink that is down for a night has thousands.
const LIMIT: usize = 200;

/// Arguments of `atalaia deliveries`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(subcommand)]
    command: Command,
}

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List failed deliveries, then waiting ones, oldest first; lines are cut to the width of the terminal,
    /// or to the variable COLUMNS
    List {
        #[command(flatten)]
        which: Which,
        /// Only in this state [default: failed and pending]
        #[arg(long, value_parser = state())]
        state: Option<DeliveryState>,
        /// Maximum number of deliveries
        #[arg(long, default_value_t = LIMIT)]
        limit: usize,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Retry failed deliveries, all of them unless narrowed, and with --alert also those withheld for a marking
    /// that was lowered since; a running daemon sends them within seconds
    Retry {
        #[command(flatten)]
        which: Which,
        /// Name of the person acting, for the audit trail; the account that calls is recorded too [default:
        /// the user who called sudo, else the user of the login, else that of the process]
        #[arg(long = "as", value_name = "NAME")]
        who: Option<String>,
        /// Reason, for the audit trail
        #[arg(long)]
        why: Option<String>,
    },
    /// Count deliveries by sink and state
    Count,
    /// Show how far each change of an alert got on its way to each sink, and why no further
    Why {
        /// Alert id, or its first characters (at least four)
        id: String,
        /// Only this sink
        sink: Option<String>,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
}

/// Parses a state by name. `told` is the name that `delivered` had before version 0.2; it is accepted, but
/// not shown.
fn state() -> impl TypedValueParser<Value = DeliveryState> {
    let value = |state: DeliveryState| match state {
        DeliveryState::Delivered => PossibleValue::new(state.name()).alias("told"),
        _ => PossibleValue::new(state.name()),
    };
    let named = |text: String| {
        let known = DeliveryState::ALL.into_iter().find(|state| state.name() == text);
        // The parser accepts one other word: the alias.
        known.unwrap_or(DeliveryState::Delivered)
    };
    PossibleValuesParser::new(DeliveryState::ALL.map(value)).map(named)
}

/// Selects deliveries; without either, all of them.
#[derive(Debug, clap::Args)]
struct Which {
    /// Only to this sink
    #[arg(long)]
    sink: Option<String>,
    /// Only of this alert: its id, or its first characters (at least four)
    #[arg(long, value_name = "ID")]
    alert: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// The store or the settings cannot be used; a sink or an alert is not known (2); a retry finds only removed
/// sinks (2).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Place { store: path, settings } = arguments.store.place(&[])?;
    // What the store does not take is in no list of it.
    let held = settings.as_ref().and_then(|_| Daemon::of(arguments.store.config.as_deref())?.held_back());
    if let Some(held) = &held {
        aside(&format!("the daemon says: {held}; what is held back is not in the store, and so not shown here"));
    }
    let now = Clock.now();
    match &arguments.command {
        Command::List { which, state, limit, json } => {
            if let Some(sink) = &which.sink {
                is_sink(settings.as_ref(), &path, sink)?;
            }
            // What needs attention comes first, and keeps its place if there are more than the limit.
            let usual = || vec![DeliveryState::Failed, DeliveryState::Pending];
            let states = state.map_or_else(usual, |state| vec![state]);
            let mut shown = Vec::new();
            for state in states {
                let which = DeliveryQuery { sink: which.sink.clone(), alert: which.alert.clone(), state: Some(state) };
                shown.extend(store::delivery_rows(&path, &which, limit.saturating_sub(shown.len())).map_err(refused)?);
            }
            if *json {
                return print(&shown.iter().map(object).collect::<String>());
            }
            if shown.is_empty() {
                return print(&format!("{}\n", nothing(which, *state, held.is_some())));
            }
            let probes = store::next_tries(&path, now).map_err(refused)?;
            let rows = shown.iter().map(|delivery| row(delivery, &probes, now)).collect::<Vec<_>>();
            print(&table(&COLUMNS, &rows, width()))
        }
        Command::Retry { which, who: by, why } => {
            let which = DeliveryQuery { sink: which.sink.clone(), alert: which.alert.clone(), state: None };
            let known = settings.as_ref().and_then(known_filters);
            let waits = DeliveryQuery { state: Some(DeliveryState::Pending), ..which.clone() };
            let waiting = store::delivery_rows(&path, &waits, usize::MAX).map_err(refused)?;
            let probes = store::next_tries(&path, now).map_err(refused)?;
            let done = store::retry(&path, &which, known, &who(by.as_ref())?, why.as_deref(), Clock.now());
            print_retried(&done.map_err(refused)?, &already(&waiting, &probes, now))
        }
        Command::Why { id, sink, json } => {
            let file = store::alert_file(&path, id, Clock.now()).map_err(refused)?;
            let outcomes = store::outcomes(&path, &file.told.entry.id).map_err(refused)?;
            let probes = store::next_tries(&path, now).map_err(refused)?;
            let filters = settings.as_ref().map_or(&[][..], |settings| &settings.filters);
            let known = why::DeliveryRecords { file: &file, outcomes: &outcomes, filters, probes: &probes, now };
            if let Some(unknown) = sink.as_ref().and_then(|sink| known.unknown(sink)) {
                return Err(Failure::Usage(unknown));
            }
            let sink = sink.as_deref();
            print(&if *json { known.objects(sink) } else { known.page(sink) })
        }
        Command::Count => {
            let rows = store::deliveries(&path).map_err(refused)?;
            let line = |(sink, state, count): &(String, DeliveryState, u64)| {
                format!("{}  {}  {count}\n", FromAir(sink), state.name())
            };
            print(&rows.iter().map(line).collect::<String>())
        }
    }
}

/// The filters of the sinks in the settings; `None` if a fault in the settings may hide some of them. A retry then cannot
/// tell removed sinks from hidden ones, and trusts the store.
fn known_filters(settings: &StoreSettings) -> Option<&[Filter]> {
    (settings.elsewhere == 0).then_some(&settings.filters[..])
}

/// The line in place of an empty list. It repeats the conditions, where a typing error would show.
/// `held` is whether the daemon holds changes back that the store does not take.
fn nothing(which: &Which, state: Option<DeliveryState>, held: bool) -> String {
    let to = which.sink.as_ref().map_or(String::new(), |sink| format!(" to {}", FromAir(sink)));
    let of = which.alert.as_ref().map_or(String::new(), |alert| format!(" of alert {}", FromAir(alert)));
    match state {
        None if held => format!("no delivery{to}{of} in the store failed or waits, but the daemon holds alerts back"),
        None if to.is_empty() && of.is_empty() => "nothing failed, nothing waits".to_owned(),
        None => format!("no delivery{to}{of} failed or waits"),
        Some(state) => format!("no delivery{to}{of} is {}", state.name()),
    }
}

/// A line for each sink about the deliveries that were waiting already, which a retry leaves as they are.
fn already(waiting: &[DeliveryRow], probes: &BTreeMap<String, Time>, now: Time) -> String {
    let mut of: BTreeMap<&str, (usize, Option<String>)> = BTreeMap::new();
    for row in waiting {
        let (count, first) = of.entry(&row.sink).or_default();
        *count += 1;
        first.get_or_insert_with(|| {
            next(&row.sink, row.due_at, probes, now).unwrap_or_else(|| "within seconds".to_owned())
        });
    }
    let line = |(sink, (count, first)): (&str, (usize, Option<String>))| {
        let verb = if count == 1 { "waits" } else { "wait" };
        format!("{count} for {} {verb} already: the first goes {}\n", FromAir(sink), first.unwrap_or_default())
    };
    of.into_iter().map(line).collect()
}

/// When a waiting delivery is tried: at its own time if that is to come, otherwise when its sink is up again. While a sink is down, only one
/// delivery is tried, and the times of the others pass. `None` if nothing is scheduled.
fn next(sink: &str, due_at: Option<Time>, probes: &BTreeMap<String, Time>, now: Time) -> Option<String> {
    match (due_at, probes.get(sink)) {
        (Some(due_at), _) if now < due_at => Some(format!("at {due_at}")),
        (_, Some(probe)) => Some(format!("when the sink is up again; it is tried next at {probe}")),
        (Some(_), None) => Some("within seconds, if the daemon runs".to_owned()),
        (None, None) => None,
    }
}

/// Prints what a retry has done, and after it the lines about what was waiting `already`.
///
/// # Errors
/// Refused if everything it would retry belongs to removed sinks or stays withheld: nothing would happen.
fn print_retried(done: &RetryReport, already: &str) -> Result<(), Failure> {
    let left = done.removed.iter().map(|(sink, count)| {
        let sink = FromAir(sink);
        format!("{count} for the removed sink {sink} not tried: add {sink} to the settings again, reload, and retry")
    });
    let withheld = done.withheld.iter().map(|((sink, because), count)| {
        let (sink, because) = (FromAir(sink), FromAir(because));
        format!("{count} for {sink} still withheld: {because}; `atalaia alerts mark` changes the marking of the alert")
    });
    let left: Vec<String> = left.chain(withheld).collect();
    if done.queued == 0 && !left.is_empty() {
        return Err(Failure::Usage(left.join("; ")));
    }
    let left: String = left.iter().map(|line| format!("{line}\n")).collect();
    print(&format!("{} to be tried again\n{left}{already}", done.queued))
}

/// Checks that the sink exists in the settings, if there are any, or in the store. A misspelt name must be an
/// error: an empty list would look as if everything had been delivered.
///
/// # Errors
/// Wrong usage, with the name that was probably meant.
fn is_sink(settings: Option<&StoreSettings>, path: &Path, sink: &str) -> Result<(), Failure> {
    let Err(error) = store::knows_sink(path, sink) else {
        return Ok(());
    };
    let names: Vec<&str> = settings.iter().flat_map(|settings| &settings.sinks).map(String::as_str).collect();
    match names.contains(&sink) {
        true => Ok(()),
        false if names.is_empty() => Err(refused(error)),
        false => Err(Failure::Usage(format!("no sink `{sink}`; {}", advice(sink, &names)))),
    }
}

/// The columns of the list. The sink's error is last, because it may be long.
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

/// One row of the list. An alert is shown as the beginning of its id and its revision.
fn row(row: &DeliveryRow, probes: &BTreeMap<String, Time>, now: Time) -> Vec<String> {
    let when = |time: Option<Time>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
    // `next` is only for what waits, `done` only for what does not.
    let pending = row.state == DeliveryState::Pending;
    vec![
        FromAir(&row.sink).to_string(),
        format!("{}-{}", short_id(&row.alert), row.revision),
        row.behaviour.clone(),
        row.state.name().to_owned(),
        row.since.to_string(),
        row.attempts.to_string(),
        match row.due_at {
            Some(due_at) if pending && due_at <= now => match probes.get(&row.sink) {
                Some(probe) => format!("when the sink is up; it is tried at {probe}"),
                None => "soon".to_owned(),
            },
            due_at => when(due_at.filter(|_| pending)),
        },
        when(row.settled_at.filter(|_| !pending)),
        row.error.as_deref().map_or_else(String::new, |error| FromAir(error).to_string()),
    ]
}

/// One delivery as a line of JSON, with the whole id and the error in full.
fn object(row: &DeliveryRow) -> String {
    let when = |time: Option<Time>| time.map(|time| time.to_string());
    let value = json!({
        "sink": row.sink, "alert": row.alert, "revision": row.revision, "behaviour": row.behaviour,
        "state": row.state.name(), "since": row.since.to_string(), "attempts": row.attempts,
        "due_at": when(row.due_at), "settled_at": when(row.settled_at), "error": row.error,
        // The name of this key before version 0.2.
        "told_at": when(row.settled_at),
    });
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_says_that_nothing_failed_and_nothing_waits() {
        let which = |sink: Option<&str>| Which { sink: sink.map(str::to_owned), alert: None };
        assert_eq!(nothing(&which(None), None, false), "nothing failed, nothing waits");
        assert_eq!(nothing(&which(Some("mail")), None, false), "no delivery to mail failed or waits");
        assert_eq!(nothing(&which(None), Some(DeliveryState::Failed), false), "no delivery is failed");
        let held = "no delivery in the store failed or waits, but the daemon holds alerts back";
        assert_eq!(nothing(&which(None), None, true), held);
    }

    #[test]
    fn what_waits_for_a_sink_that_is_down_has_the_time_at_which_the_sink_is_tried() {
        let [past, now, probe] = [-60_000, 0, 60_000].map(Time::from_millis);
        let waiting = |due_at| DeliveryRow {
            sink: "partner".to_owned(),
            alert: "k3f2aaaabbbbccccddddeeeeff".to_owned(),
            revision: 1,
            behaviour: "drift".to_owned(),
            state: DeliveryState::Pending,
            since: past,
            attempts: 1,
            due_at: Some(due_at),
            settled_at: None,
            error: None,
        };
        let probes = BTreeMap::from([("partner".to_owned(), probe)]);
        assert_eq!(row(&waiting(past), &probes, now)[6], format!("when the sink is up; it is tried at {probe}"));
        assert_eq!(row(&waiting(probe), &probes, now)[6], probe.to_string());
        assert_eq!(
            already(&[waiting(past), waiting(probe)], &probes, now),
            format!(
                "2 for partner wait already: the first goes when the sink is up again; it is tried next at {probe}\n"
            )
        );
    }

    #[test]
    fn a_retry_for_removed_sinks_alone_is_refused() {
        let done = |queued| {
            let removed = [("partner".to_owned(), 42)].into();
            RetryReport { queued, removed, ..RetryReport::default() }
        };
        let Err(Failure::Usage(text)) = print_retried(&done(0), "") else { panic!("refused") };
        assert!(
            text.starts_with("42 for the removed sink partner not tried: add partner to the settings again"),
            "{text}"
        );
        assert!(print_retried(&done(1), "").is_ok());
    }

    #[test]
    fn a_retry_of_what_its_marking_still_withholds_is_refused_with_the_reason() {
        let because = ("partner".to_owned(), "TLP:AMBER is above its max_tlp GREEN".to_owned());
        let done = RetryReport { withheld: [(because, 2)].into(), ..RetryReport::default() };
        let Err(Failure::Usage(text)) = print_retried(&done, "") else { panic!("refused") };
        assert!(text.starts_with("2 for partner still withheld: TLP:AMBER is above its max_tlp GREEN;"), "{text}");
    }
}
