//! `atalaia alerts list`: what is going on, then what happened once, then what is over, on one screen.
//!
//! The list is the page that a watch keeps open. Its default view leaves out what needs no attention now, but
//! it never does so silently: the last line counts what is missing, and names the option that shows it.

use std::cmp::Reverse;
use std::path::Path;

use serde_json::Value;

use super::filter::Filter;
use crate::cli::access::refused;
use crate::cli::failure::Failure;
use crate::cli::output::print;
use crate::cli::subjects::{about, deed};
use crate::cli::table::{Column, fitted, number, screen_rows, short_id, text, width};
use crate::cli::when::{short, words};
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::Standing;
use crate::storage::store::{self, Bodies, Listed, Query, WorkState, stored_severity};
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::Time;

/// Arguments of `atalaia alerts list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// Only open alerts: what is going on, and what happened once and is not closed
    #[arg(long)]
    open: bool,
    /// Sort what is going on, then what happened once, then the others, by score, latest change or latest beginning, the highest first
    #[arg(long, value_enum, default_value_t = Sort::Score)]
    sort: Sort,
    /// Print one JSON object per line, without a limit of lines
    #[arg(long)]
    json: bool,
}

/// The order within what is going on, what happened once, and the others. Always the highest or latest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Sort {
    /// By points, then by the latest change.
    Score,
    /// By the event time of the latest change.
    Changed,
    /// By the event time of the beginning.
    Began,
}

/// The columns. Zones, vessels and texts may be cut; on a narrow line the least informative columns are left
/// out first. The numbers of `spare` are the order in which they go: age first, as it follows from `began`,
/// the assignee last.
const COLUMNS: [Column; 14] = [
    text("id"),
    text("severity"),
    number("score"),
    text("behaviour").down_to(8),
    text("state").down_to(6),
    text("began"),
    text("ended").spare(6),
    text("changed").spare(2),
    number("age").spare(1),
    text("zone").down_to(8).spare(4),
    text("vessels").down_to(12).names(26),
    text("case").spare(3),
    text("assignee").down_to(6).spare(7),
    text("text").down_to(14).spare(5),
];
/// Columns that are left out if they are empty in every row: ended, zone, case and assignee, by their index in
/// [`COLUMNS`].
const MAY_BE_EMPTY: [usize; 4] = [6, 9, 11, 12];

/// Prints the list.
///
/// # Errors
/// The store cannot be read.
pub(super) fn main(path: &Path, arguments: &Arguments, now: Time) -> Result<(), Failure> {
    let filter = &arguments.filter;
    // Everything that the filter selects explicitly. What the default view leaves out is counted here.
    let query = Query { facts: true, state: None, min_severity: asked_severity(filter), ..filter.query("info") };
    let mut found = store::listed(path, &query, now).map_err(refused)?;
    let state = filter.state();
    found.retain(|one| {
        let fits = filter.fits(&one.entry, now) && (!arguments.open || is_open(one));
        fits && state.is_none_or(|state| state == one.entry.state)
    });
    let mut out = LeftOut::default();
    found.retain(|one| out.keeps(filter, one));
    found.sort_by_key(|one| {
        let body = &one.entry.body;
        let began = body["started_at"].as_str().and_then(Time::parse);
        let score = body["score"].as_i64();
        let order = match arguments.sort {
            Sort::Score => (score, Some(one.changed_at)),
            Sort::Changed => (None, Some(one.changed_at)),
            Sort::Began => (None, began),
        };
        (standing(one), Reverse(order), one.entry.id.clone())
    });
    let counts = counts(&found);
    let screen =
        screen_rows().filter(|_| !arguments.json).map(|rows| rows.saturating_sub(counts.lines().count()).max(1));
    let most = filter.limit.map(|limit| limit as usize).or(screen).unwrap_or(usize::MAX);
    out.beyond = found.len().saturating_sub(most);
    found.truncate(most);
    if arguments.json {
        return json(path, &found, now);
    }
    let mut list = if found.is_empty() { String::new() } else { table(&found, now) };
    list += &counts;
    list += &out.line(found.len(), filter);
    print(&list)
}

/// The lowest severity given with `--severity`; info without it. The store may only apply what was asked for:
/// what the default view leaves out must still be counted.
fn asked_severity(filter: &Filter) -> Severity {
    filter.severity.as_ref().map_or(Severity::Info, |_| filter.severity("info"))
}

/// Whether it may need attention: it is open, and no analyst has closed it.
fn is_open(one: &Listed) -> bool {
    standing(one) < Standing::Over
}

/// How it stands. What an analyst has closed counts as over, whatever goes on.
fn standing(one: &Listed) -> Standing {
    let standing = Standing::of(&one.entry.body);
    if one.entry.state == WorkState::Closed { standing.max(Standing::Over) } else { standing }
}

/// The line that counts what goes on apart from what happened once; empty without the latter, as every open row then
/// goes on.
fn counts(found: &[Listed]) -> String {
    let count = |wanted: Standing| found.iter().filter(|one| standing(one) == wanted).count();
    match (count(Standing::GoingOn), count(Standing::Happened)) {
        (_, 0) => String::new(),
        (going_on, once) => {
            format!("{} open: {going_on} going on, {once} happened once and not closed\n", going_on + once)
        }
    }
}

/// Alerts that the default view leaves out, each counted once, for the first reason that applies.
#[derive(Default)]
struct LeftOut {
    /// Closed by an analyst, while no state is asked for.
    closed: usize,
    /// Facts, unless `--facts` is given.
    facts: usize,
    /// Below the lowest severity, which is medium unless one is given.
    low: usize,
    /// Below the rows that have room, or beyond `--limit`.
    beyond: usize,
}

impl LeftOut {
    /// Whether the alert is shown. Counts it if it is not.
    fn keeps(&mut self, filter: &Filter, one: &Listed) -> bool {
        let entry = &one.entry;
        let count = match filter.state.as_deref() {
            None if entry.state == WorkState::Closed => &mut self.closed,
            _ if !filter.facts && entry.body["announced"] != true => &mut self.facts,
            _ if stored_severity(&entry.body) < filter.severity("medium") => &mut self.low,
            _ => return true,
        };
        *count += 1;
        false
    }

    /// `12 more: 9 closed (--state all), 3 below medium (--severity info)`. Empty if nothing is left out and
    /// there are rows. An empty list repeats the filter, where a typing error would show.
    fn line(&self, shown: usize, filter: &Filter) -> String {
        let counts = [
            (self.beyond, "below these (--limit N)"),
            (self.closed, "closed (--state all)"),
            (self.facts, "below 20 points (--facts)"),
            (self.low, "below medium (--severity info)"),
        ];
        let all: usize = counts.iter().map(|(count, _)| count).sum();
        let parts: Vec<String> =
            counts.iter().filter(|(count, _)| 0 < *count).map(|(count, why)| format!("{count} {why}")).collect();
        let words = filter.words();
        let of = if words.is_empty() { String::new() } else { format!(": {}", FromAir(&words)) };
        match (shown, all) {
            (0, 0) => format!("no alert in the store fits{of}\n"),
            (_, 0) => String::new(),
            (0, _) => format!("none shown; {all} fit: {}\n", parts.join(", ")),
            (_, _) => format!("{all} more: {}\n", parts.join(", ")),
        }
    }
}

/// Prints each alert in full, with its evidence. One at a time, because evidence is large.
fn json(path: &Path, found: &[Listed], now: Time) -> Result<(), Failure> {
    let bodies = Bodies::open(path).map_err(refused)?;
    found.iter().try_for_each(|one| {
        let whole = bodies.alert(&one.entry.id, now).map_err(refused)?;
        // An alert that was purged meanwhile is printed as it was listed.
        print(&format!("{}\n", whole.as_ref().unwrap_or(&one.entry).value(&[])))
    })
}

/// The rows below their header. Columns in [`MAY_BE_EMPTY`] are left out if no row has a value.
pub(super) fn table(found: &[Listed], now: Time) -> String {
    let rows: Vec<Vec<String>> = found.iter().map(|one| row(one, now)).collect();
    let is_kept = |place: &usize| !MAY_BE_EMPTY.contains(place) || rows.iter().any(|row| row[*place] != "-");
    let kept: Vec<usize> = (0..COLUMNS.len()).filter(is_kept).collect();
    let columns: Vec<Column> = kept.iter().map(|place| COLUMNS[*place]).collect();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| kept.iter().map(|place| row[*place].clone()).collect()).collect();
    fitted(&columns, &rows, width())
}

/// All columns of one alert. `-` where nothing is known. Times are those of the event, shown short.
fn row(one: &Listed, now: Time) -> Vec<String> {
    let (entry, body) = (&one.entry, &one.entry.body);
    let said = |key: &str| body[key].as_str().unwrap_or_default();
    let time = |key: &str| Time::parse(said(key));
    let shown = |at: Option<Time>| at.map_or_else(|| "-".to_owned(), |at| short(at, now));
    let status = if Standing::of(body) == Standing::Happened { "happened" } else { said("status") };
    let state = match (entry.state, status) {
        (WorkState::Closed, _) => "closed".to_owned(),
        (WorkState::Acknowledged, status) => format!("{status}, ack"),
        (WorkState::New, status) => status.to_owned(),
    };
    // One that was taken back has no end of its own.
    let ended = if said("status") == "open" { None } else { time("ended_at").or(time("last_at")) };
    vec![
        short_id(said("id")),
        said("severity").to_owned(),
        body["score"].to_string(),
        said("behaviour").to_owned(),
        state,
        shown(time("started_at")),
        shown(ended),
        shown(Some(one.changed_at)),
        time("started_at").map_or_else(|| "-".to_owned(), |began| words(now - began)),
        zone(&body["zones"]),
        about(body),
        body["case_id"].as_str().map_or_else(|| "-".to_owned(), short_id),
        entry.assignee.as_ref().map_or_else(|| "-".to_owned(), |name| FromAir(name).to_string()),
        FromAir(deed(said("summary"), &body["vessels"])).to_string(),
    ]
}

/// `Canary approaches +1`: the first zone that the alert is in, else the first it is near, and the number of further
/// zones.
fn zone(zones: &Value) -> String {
    let zones: Vec<&Value> = zones.as_array().into_iter().flatten().collect();
    let Some(first) = zones.iter().find(|zone| zone["relation"] == "in").or(zones.first()) else {
        return "-".to_owned();
    };
    let near = if first["relation"] == "in" { "" } else { "near " };
    let more = if zones.len() == 1 { String::new() } else { format!(" +{}", zones.len() - 1) };
    format!("{near}{}{more}", FromAir(first["name"].as_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests;
