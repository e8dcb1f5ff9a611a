//! `atalaia alerts silence` and `silences`: creates a silence with a preview of what it holds back, and lists all of
//! them.
//!
//! A silence holds back deliveries, not alerts: they are stored and listed as ever. It is compared with the times of
//! the reports, which lag behind the clock if a feed does. Unless its start is given, it therefore begins when the latest alert that it
//! may still hold back was last known to hold, and it ends by the clock, as people mean an end. Every answer states both. The
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
use atalaia_core::engine::questions::meeting;

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
    /// Start, as `02:00`, `-6h` [default: when the latest open alert that it covers was last known to hold; now if it covers none]
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
/// A silence that begins further behind the clock than this says why. Less is the usual delay of a feed.
const LATE: Span = Span::from_minutes(10);

/// Creates the silence and shows what it holds back. `said` is the value of `--as`.
///
/// # Errors
/// It has no condition (2), no person is named (2), or the store refuses it.
pub(super) fn main(path: &Path, arguments: &Arguments, said: Option<&String>, now: Time) -> Result<(), Failure> {
    let Arguments { mmsi, zone, behaviour, until, why, .. } = arguments;
    let silence = Silence { mmsi: *mmsi, zone: zone.clone(), behaviour: behaviour.clone() };
    if silence == Silence::default() {
        return Err(Failure::Usage("a silence needs a vessel, a zone or a behaviour".to_owned()));
    }
    let found = matching(path, &silence, now).map_err(refused)?;
    let from = arguments.from.unwrap_or_else(|| begins(&found, now));
    let mut preview = preview(&found, now);
    if arguments.from.is_none() {
        preview += &early_words(from, now);
    }
    let span = span_words(&silence, from, *until);
    if arguments.dry_run {
        return print(&format!("silence of {span} (not made)\n{preview}"));
    }
    let number = store::silence(path, &silence, from, *until, &who(said)?, why, now).map_err(refused)?;
    print(&format!("silence {number} of {span}\n{preview}"))
}

/// Every stored alert that the silence would apply to, whatever its time.
fn matching(path: &Path, silence: &Silence, now: Time) -> Result<Vec<Listed>, StoreError> {
    let query = Query {
        mmsi: silence.mmsi,
        zone: silence.zone.clone(),
        behaviour: silence.behaviour.clone(),
        ..Query::default()
    };
    store::listed(path, &query, now)
}

/// The start of a silence for which none was given: when the latest of the open alerts that it covers was last known to hold, now if it
/// covers none. Ended alerts count if they came from a recording or a late feed, whose next reports are of their time.
fn begins(covered: &[Listed], now: Time) -> Time {
    let goes_on = |one: &&Listed| one.entry.body["status"] == "open" || LATE < one.stored_at - one.changed_at;
    let goes_on = covered.iter().filter(goes_on);
    let held = goes_on.filter_map(|one| one.entry.body["last_at"].as_str().and_then(Time::parse));
    // A receiver whose clock is ahead must not delay the silence.
    held.max().map_or(now, |held| held.min(now))
}

/// What a silence covers, and its beginning and end as the list of silences has them.
fn span_words(silence: &Silence, from: Time, until: Time) -> String {
    format!("{}, {} to {} UTC", silence_words(silence), from.minute(), until.minute())
}

/// The remark on silences that begin well before now; empty for others.
fn early_words(from: Time, now: Time) -> String {
    match LATE < now - from {
        true => "a silence goes by the time of the reports: it begins when the latest alert that it covers was last known to hold\n"
            .to_owned(),
        false => String::new(),
    }
}

/// The open alerts among those that the silence would apply to.
fn preview(found: &[Listed], now: Time) -> String {
    let began = |one: &Listed| one.entry.body["started_at"].as_str().and_then(Time::parse);
    let lately = found.iter().filter(|one| began(one).is_some_and(|began| now - LATELY <= began)).count();
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
    text
}

/// Silences the behaviour of a closed alert for each of its vessels until `length` from now by the clock. Says which silences
/// were made, one per line with beginning and end, and what of a meeting they cover.
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
    let (mut text, mut earliest) = (String::new(), now);
    let vessels = vessels(&entry);
    for mmsi in &vessels {
        let silence = Silence { mmsi: Some(*mmsi), zone: None, behaviour: behaviour.clone() };
        let (from, until) = (begins(&matching(path, &silence, now)?, now), now + length);
        let number = store::silence(path, &silence, from, until, who, why, now)?;
        text += &format!("silence {number} of {}\n", span_words(&silence, from, until));
        earliest = earliest.min(from);
    }
    if 1 < vessels.len() && behaviour.as_deref().and_then(meeting).is_some() {
        text += "each silence also covers meetings of its ship with other ships\n";
    }
    Ok(text + &early_words(earliest, now))
}

/// A line for each silence of the vessels of an alert that would still hold back its deliveries, each after a
/// line end. Silences without a vessel are not looked for, because they concern other alerts too.
pub(super) fn still_held(path: &Path, entry: &store::Entry, now: Time) -> Result<String, StoreError> {
    let vessels = vessels(entry);
    let behaviour = entry.body["behaviour"].as_str();
    let is_held = |silence: &&SilenceRow| {
        silence.lifted.is_none()
            && now < silence.until
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::store::{Entry, WorkState};

    #[test]
    fn a_silence_without_a_start_begins_with_what_it_may_still_hold_back() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let now = time("2026-12-02T10:00:00Z");
        let alert = |status: &str, last_at: &str, stored_at: &str| Listed {
            entry: Entry {
                id: "abcdefghij".to_owned(),
                state: WorkState::New,
                assignee: None,
                finding: None,
                finding_reason: None,
                body: json!({ "status": status, "last_at": last_at }),
            },
            changed_at: time(last_at),
            stored_at: time(stored_at),
        };
        let in_may = alert("ended", "2026-05-07T08:00:00Z", "2026-05-07T08:01:00Z");
        assert_eq!(begins(std::slice::from_ref(&in_may), now), now, "it ended long ago");
        let open = alert("open", "2026-12-02T09:50:00Z", "2026-12-02T09:51:00Z");
        assert_eq!(begins(&[in_may.clone(), open.clone()], now), open.changed_at);
        let replayed = alert("ended", "2017-03-21T08:00:00Z", "2026-12-02T09:00:00Z");
        assert_eq!(begins(&[in_may, replayed.clone()], now), replayed.changed_at, "a recording is being played");
        assert_eq!(begins(&[alert("open", "2026-12-02T11:00:00Z", "2026-12-02T09:00:00Z")], now), now);
    }
}
