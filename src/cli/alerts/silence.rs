//! `atalaia alerts silence` and `silences`: creates a silence with a preview of what it holds back, and lists all of
//! them.
//!
//! A silence holds back deliveries, not alerts: they are stored and listed as ever. It goes by the time of
//! the alerts, because a late or replayed feed would otherwise pass a silence that is over by the clock. The
//! preview shows at once what a silence with too few conditions would swallow.

use std::path::Path;

use clap::builder::PossibleValuesParser;
use serde_json::json;

use super::filter::behaviours;
use super::list;
use crate::cli::access::refused;
use crate::cli::failure::Failure;
use crate::cli::output::print;
use crate::cli::person::Person;
use crate::cli::person::who;
use crate::cli::source::mmsi;
use crate::cli::subjects::silence_words;
use crate::cli::table;
use crate::cli::table::{Column, number, text, width};
use crate::cli::when::{ahead, past};
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Listed, Query, Silence, SilenceRow, StoreError};
use atalaia_core::base::time::{Span, Time};

/// Arguments of `atalaia alerts silence`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Silence this vessel: its nine digits
    #[arg(long, value_parser = mmsi)]
    mmsi: Option<u32>,
    /// Silence alerts in or near the zone with this id
    #[arg(long, value_name = "ID")]
    zone: Option<String>,
    /// Silence this behaviour
    #[arg(long, value_parser = PossibleValuesParser::new(behaviours()), hide_possible_values = true)]
    behaviour: Option<String>,
    /// Start, as `02:00`, `-6h` [default: now]
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    from: Option<Time>,
    /// End, as `06:00`, `+12h`, `tomorrow 06:00`
    #[arg(long, value_name = "T", value_parser = ahead, allow_hyphen_values = true)]
    until: Time,
    /// Reason for the silence
    #[arg(long, required_unless_present = "dry_run", default_value = "", hide_default_value = true)]
    why: String,
    /// Only show what it would hold back
    #[arg(long)]
    dry_run: bool,
}

/// Maximum number of rows in a preview. More would push the silence itself off the screen.
const MOST: usize = 10;
/// If no open alert matches, those that began within this time are counted: one day covers every watch.
const LATELY: Span = Span::from_hours(24);
/// Alerts whose own time is further behind the clock than this come from a late or replayed feed. Less is the
/// usual delay of a feed.
const LATE: Span = Span::from_minutes(10);

/// Creates the silence and shows what it holds back. `said` is the value of `--as`.
///
/// # Errors
/// It has no condition (2), no person is named (2), or the store refuses it.
pub(super) fn main(path: &Path, arguments: &Arguments, said: Option<&String>, now: Time) -> Result<(), Failure> {
    let Arguments { mmsi, zone, behaviour, until, why, .. } = arguments;
    let silence = Silence { mmsi: *mmsi, zone: zone.clone(), behaviour: behaviour.clone() };
    let from = arguments.from.unwrap_or(now);
    if silence == Silence::default() {
        return Err(Failure::Usage("a silence needs a vessel, a zone or a behaviour".to_owned()));
    }
    let preview = preview(path, &silence, from, now)?;
    let span = format!("{}, {} to {} UTC", silence_words(&silence), from.minute(), until.minute());
    if arguments.dry_run {
        return print(&format!("silence of {span} (not made)\n{preview}"));
    }
    let number = store::silence(path, &silence, from, *until, &who(said)?, why, now).map_err(refused)?;
    print(&format!("silence {number} of {span}\n{preview}"))
}

/// The open alerts that the silence would apply to now, and a warning if their own time lags behind its
/// beginning.
fn preview(path: &Path, silence: &Silence, from: Time, now: Time) -> Result<String, Failure> {
    let query = Query {
        mmsi: silence.mmsi,
        zone: silence.zone.clone(),
        behaviour: silence.behaviour.clone(),
        ..Query::default()
    };
    let found = store::listed(path, &query, now).map_err(refused)?;
    let began = |one: &Listed| one.entry.body["started_at"].as_str().and_then(Time::parse);
    let lately = found.iter().filter(|one| began(one).is_some_and(|began| now - LATELY <= began)).count();
    let latest = found.iter().max_by_key(|one| one.changed_at).map(|one| (one.changed_at, one.stored_at));
    let mut open: Vec<Listed> = found.iter().filter(|one| one.entry.body["status"] == "open").cloned().collect();
    let mut text = match (open.len(), found.len()) {
        (0, 0) => "no stored alert has ever matched it\n".to_owned(),
        (0, _) => format!("no open alert matches it; {lately} that began in the last 24 hours did\n"),
        (1, _) => "holds back what is still to be sent of 1 open alert:\n".to_owned(),
        (count, _) => format!("holds back what is still to be sent of {count} open alerts:\n"),
    };
    let more = open.len().saturating_sub(MOST);
    open.truncate(MOST);
    if !open.is_empty() {
        text += &list::table(&open, now);
    }
    if 0 < more {
        text += &format!("{more} more\n");
    }
    // Such a silence would begin, by the clock, after all that it should hold back.
    if let Some((changed_at, stored_at)) = latest
        && changed_at < from
        && LATE < stored_at - changed_at
    {
        text += &format!(
            "a silence goes by the time of the reports, and these alerts lag behind the clock: the latest changed at {}
",
            changed_at.minute()
        );
    }
    Ok(text)
}

/// Silences the behaviour of a closed alert for each of its vessels, from the last moment of the alert until
/// `length` from now, both by the time of its feed. Says which silences were made, one per line.
///
/// # Errors
/// Those of the store; silences made before it failed stay.
pub(super) fn after_close(
    path: &Path,
    id: &str,
    length: Span,
    who: &Person,
    why: &str,
    now: Time,
) -> Result<String, StoreError> {
    let entry = store::alert(path, id, now)?.entry;
    let behaviour = entry.body["behaviour"].as_str().map(str::to_owned);
    let there = feed_time(path, &entry, now)?;
    let last_at = entry.body["last_at"].as_str().and_then(Time::parse).unwrap_or(there);
    let mut text = String::new();
    for mmsi in vessels(&entry) {
        let silence = Silence { mmsi: Some(mmsi), zone: None, behaviour: behaviour.clone() };
        let until = there + length;
        let number = store::silence(path, &silence, last_at.min(there), until, who, why, now)?;
        text += &format!("silence {number} of {} until {} UTC\n", silence_words(&silence), until.minute());
    }
    Ok(text)
}

/// The time of the feed of an alert, which is behind the clock if the feed is late or replayed. Taken from
/// the latest change of the alert, and only if it is more than [`LATE`] behind: the delay of a single report
/// says little.
fn feed_time(path: &Path, entry: &store::Entry, now: Time) -> Result<Time, StoreError> {
    let lag = store::history(path, &entry.id)?.last().map(|change| change.stored_at - change.at);
    Ok(now - lag.filter(|lag| LATE < *lag).unwrap_or(Span::ZERO))
}

/// A line for each silence of the vessels of an alert that would still hold back its deliveries, each after a
/// line end. Silences without a vessel are not looked for, because they concern other alerts too.
pub(super) fn still_held(path: &Path, entry: &store::Entry, now: Time) -> Result<String, StoreError> {
    let there = feed_time(path, entry, now)?;
    let vessels = vessels(entry);
    let behaviour = entry.body["behaviour"].as_str();
    let is_held = |silence: &&SilenceRow| {
        silence.lifted.is_none()
            && there < silence.until
            && silence.mmsi.is_some_and(|mmsi| vessels.contains(&mmsi))
            && silence.behaviour.as_deref().is_none_or(|silent| Some(silent) == behaviour)
    };
    let line = |silence: &SilenceRow| {
        let number = silence.number;
        format!(
            "\nsilence {number} of {} is still in force until {} UTC: atalaia alerts lift {number}",
            silence_words(&silence.subject()),
            silence.until.minute()
        )
    };
    Ok(store::silences(path)?.iter().filter(is_held).map(line).collect())
}

/// Refuses an alert without vessels: a silence after closing it would have no subject. Alerts about the
/// daemon and about areas have none.
///
/// # Errors
/// Refused, with the id and the command that can silence other things.
pub(super) fn has_vessels(path: &Path, id: &str, now: Time) -> Result<(), StoreError> {
    let entry = store::alert(path, id, now)?.entry;
    match vessels(&entry).is_empty() {
        true => {
            Err(StoreError::Refused(format!("{id}: names no vessel to silence; see `atalaia alerts silence --help`")))
        }
        false => Ok(()),
    }
}

/// The MMSIs of an alert, in its order.
fn vessels(entry: &store::Entry) -> Vec<u32> {
    let vessels = entry.body["vessels"].as_array().into_iter().flatten();
    vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok()).collect()
}

/// The columns of the list; the reason is last, because it may be long.
const COLUMNS: [Column; 7] =
    [number("number"), text("state"), text("from"), text("until"), text("of"), text("who"), text("why")];

/// Prints every silence, newest first. Lifted ones and those that are over are listed too: they explain why
/// something was not delivered at the time.
pub(super) fn all(path: &Path, as_json: bool, now: Time) -> Result<(), Failure> {
    let silences = store::silences(path).map_err(refused)?;
    if as_json {
        let line = |silence: &SilenceRow| {
            let lifted = silence.lifted.map(|at| at.to_string());
            let value = json!({
                "number": silence.number, "mmsi": silence.mmsi, "zone": silence.zone, "behaviour": silence.behaviour,
                "from": silence.from.to_string(), "until": silence.until.to_string(), "lifted_at": lifted,
                "who": silence.who, "why": silence.why,
            });
            format!("{value}\n")
        };
        return print(&silences.iter().map(line).collect::<String>());
    }
    let row = |silence: &SilenceRow| {
        let state = match silence.lifted {
            Some(_) => "lifted",
            None if silence.until <= now => "over",
            None if now < silence.from => "to come",
            None => "in force",
        };
        vec![
            silence.number.to_string(),
            state.to_owned(),
            silence.from.minute(),
            silence.until.minute(),
            silence_words(&silence.subject()),
            FromAir(&silence.who).to_string(),
            FromAir(&silence.why).to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = silences.iter().map(row).collect();
    print(&table::table(&COLUMNS, &rows, width()))
}
