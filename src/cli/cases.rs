//! `atalaia cases`: lists, shows and exports the cases of the store, and sets legal holds on them.
//!
//! A case is the story that ties alerts of the same vessels together. The store has it as JSON, made by the
//! engine; here it is set out in order of time for people who were not on watch.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::access::refused;
use super::exported::exported;
use super::failure::Failure;
use super::output::print;
use super::person::who;
use super::place::StoreArguments;
use super::subjects::vessel_names;
use super::table::{Column, cut, number, short_id, table, text, width, wrapped};
use super::{bundle, report};
use crate::config::Table;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{Event, behaviour_title, events, mmsi, ties, vessel_words, vessels_of};
use crate::storage::store::Act;
use crate::storage::store::{self, AuditRow, CaseFile, CaseState};
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;

/// Arguments of `atalaia cases`.
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
    /// List every case: those with open alerts first, then by score; lines are cut to the width of the
    /// terminal, or to the variable COLUMNS
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show one case as a story: what happened when and where, to which vessels, what ties it together, what people did
    Show {
        /// Case id, or its first characters (at least four)
        id: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write one case as a page to read and print: a single HTML file with a map, without scripts, that needs no
    /// network
    Report(report::Arguments),
    /// Export every case as JSON lines
    Export,
    /// Pack a case as evidence: alerts, tracks, raw sentences, settings and zones in force, chained hashes, a signature
    Bundle(bundle::PackArguments),
    /// Put a case under legal hold: everything that belongs to it is kept until the hold is lifted
    Hold {
        /// Case id, or its first characters (at least four)
        id: String,
        /// Reason for the hold
        #[arg(long, alias = "reason")]
        why: String,
    },
    /// Lift a legal hold
    Release {
        /// Case id, or its first characters (at least four)
        id: String,
        /// Reason for lifting it
        #[arg(long, alias = "reason")]
        why: String,
    },
}

/// Runs the command.
///
/// # Errors
/// The store cannot be used, an id is not known (2), or no person is named for a hold, a release
/// or a bundle (2).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let needed: &[Table] = match &arguments.command {
        Command::Report(_) => &[Table::Journal],
        // A key on the command line replaces the one in the settings.
        Command::Bundle(wanted) if wanted.key.is_some() => &[Table::Journal],
        Command::Bundle(_) => &[Table::Journal, Table::Evidence],
        _ => &[],
    };
    let place = arguments.store.place(needed)?;
    let (path, config) = (&place.store, arguments.store.config.as_deref());
    let now = Clock.now();
    match &arguments.command {
        Command::List { json: false } => print(&list(path)?),
        Command::List { json: true } => {
            let (cases, _) = ordered(path)?;
            print(&cases.iter().map(|case| format!("{case}\n")).collect::<String>())
        }
        Command::Export => {
            let cases = store::cases(path).map_err(refused)?;
            exported(path, arguments.who.as_ref(), "cases", &format!("{} cases", cases.len()))?;
            print(&cases.iter().map(|case| format!("{case}\n")).collect::<String>())
        }
        Command::Show { id, json: true } => print(&format!("{}\n", store::case(path, id).map_err(refused)?)),
        Command::Show { id, json: false } => {
            let case_file = store::case_file(path, id, now).map_err(refused)?;
            print(&page(&case_file, width()))
        }
        Command::Report(wanted) => report::main(&place, config, wanted, store::Kind::Case),
        Command::Bundle(wanted) => bundle::pack(&place, config, &who(arguments.who.as_ref())?, wanted),
        Command::Hold { id, why } => {
            let id = store::hold(path, id, &who(arguments.who.as_ref())?, why, now).map_err(refused)?;
            print(&format!("{id} is held\n"))
        }
        Command::Release { id, why } => {
            let id = store::release(path, id, &who(arguments.who.as_ref())?, why, now).map_err(refused)?;
            print(&format!("{id} is no longer held\n"))
        }
    }
}

/// The columns of the list. Vessels are last, because there may be many.
const COLUMNS: [Column; 9] = [
    text("id"),
    text("severity"),
    number("score"),
    text("state"),
    number("alerts"),
    text("began"),
    text("last"),
    text("hold"),
    text("vessels"),
];

/// Every case, those with open alerts first, then by score; and the state of each, by case id. A case without
/// an entry among the states has no alerts left in the store.
fn ordered(path: &Path) -> Result<(Vec<Value>, BTreeMap<String, CaseState>), Failure> {
    let mut cases = store::cases(path).map_err(refused)?;
    let states = store::case_states(path).map_err(refused)?;
    // The store returns them by score, and the sort is stable.
    cases.sort_by_key(|case| !is_open(case, &states));
    Ok((cases, states))
}

/// Whether at least one alert of the case is open.
fn is_open(case: &Value, states: &BTreeMap<String, CaseState>) -> bool {
    states.get(word(case, "id")).is_some_and(|state| 0 < state.open)
}

/// The list, with a last line that counts the cases, or says when one begins.
fn list(path: &Path) -> Result<String, Failure> {
    let (cases, states) = ordered(path)?;
    let rows: Vec<Vec<String>> = cases.iter().map(|case| row(case, &states)).collect();
    let open = cases.iter().filter(|case| is_open(case, &states)).count();
    let last = match cases.len() {
        0 => "no cases: an alert of 20 points and more that names a vessel begins one".to_owned(),
        all => format!("{}, {open} with open alerts; times are UTC", counted(all, "case")),
    };
    Ok(table(&COLUMNS, &rows, width()) + &cut(&last, width()) + "\n")
}

/// One row of the list. Counts and times are those of the alerts that are still stored.
fn row(case: &Value, states: &BTreeMap<String, CaseState>) -> Vec<String> {
    let none = CaseState::default();
    let state = states.get(word(case, "id")).unwrap_or(&none);
    let at = |time: Option<Time>| time.map_or("-".to_owned(), Time::minute);
    let standing = match (state.open, state.assignees.as_slice()) {
        (0, _) => "over".to_owned(),
        (open, []) => format!("{open} open"),
        (open, names) => format!("{open} open, {}", FromAir(&names.join(" "))),
    };
    vec![
        short_id(word(case, "id")),
        word(case, "severity").to_owned(),
        case["score"].to_string(),
        standing,
        state.alerts.to_string(),
        at(state.began),
        at(state.last),
        if case["held"].is_null() { "-" } else { "held" }.to_owned(),
        vessel_names(&case["vessels"]),
    ]
}

/// The case as a story. Lines are wrapped at `width` characters; `None` wraps nothing.
fn page(case_file: &CaseFile, width: Option<usize>) -> String {
    let case = &case_file.case;
    let events = events(case_file);
    let alerts = events.iter().filter(|event| event.is_alert()).count();
    let mut page = format!(
        "case {}\n{}\n{}, score {}: {}{}, {}\n",
        word(case, "id"),
        marking(case),
        word(case, "severity"),
        case["score"],
        counted(alerts, "alert"),
        match events.len() - alerts {
            0 => String::new(),
            facts => format!(", {}", counted(facts, "minor event")),
        },
        counted(case["vessels"].as_array().map_or(0, Vec::len), "vessel")
    );
    let listed = case["alerts"].as_array().map_or(0, Vec::len);
    // Alerts are purged one by one, and a story with holes must not look complete.
    if events.len() < listed {
        page += &format!("{} of the {listed} alerts are not stored any more\n", listed - events.len());
    }
    page += &score_lines(case);
    let held = &case["held"];
    if !held.is_null() {
        let (who, why) = (FromAir(word(held, "who")), FromAir(word(held, "why")));
        page += &format!("held by {who} since {}: {why}\n", word(held, "at"));
    }
    page += "\nwhat happened (times are UTC)\n";
    for event in &events {
        page += &happened(event, width);
    }
    let ties = ties(&events);
    if !ties.is_empty() {
        page += "\nwhat holds it together: a vessel in common within 72 h\n";
        for tie in ties {
            page += &format!("  {}\n", wrapped(&FromAir(&tie).to_string(), width, 2));
        }
    }
    let roles = roles(case, &events);
    if !roles.is_empty() {
        page += &format!("\npossible parts: {}\n", roles.join("; "));
    }
    page += &actions(case_file, &events);
    page
}

/// Why the case has its score, one line each; empty for a single line, which the score itself already gives, and for a case that an
/// earlier version stored.
fn score_lines(case: &Value) -> String {
    let lines = case["score_reasons"].as_array().map_or(&[][..], Vec::as_slice);
    if lines.len() < 2 {
        return String::new();
    }
    let line = |line: &Value| format!("  {:+4}  {}\n", line["points"].as_i64().unwrap_or_default(), word(line, "text"));
    lines.iter().map(line).collect()
}

/// One event: time, severity, summary, position, vessels and state. Facts are `minor`, with their points.
fn happened(event: &Event<'_>, width: Option<usize>) -> String {
    let alert = event.alert();
    let title = behaviour_title(word(alert, "behaviour"));
    let grade = match event.is_alert() {
        true => format!("{} {}", word(alert, "severity").to_uppercase(), alert["score"]),
        false => format!("minor, {}", alert["score"]),
    };
    let until = match (event.began(), event.ended()) {
        (Some(began), Some(ended)) if began.date() == ended.date() => format!(" to {}", ended.clock()),
        (_, Some(ended)) => format!(" to {}", ended.minute()),
        (_, None) => String::new(),
    };
    let began = event.began().map_or("-".to_owned(), Time::minute);
    let mut text =
        cut(&format!("{:>3}. {began}{until}  {title}  {grade}  {}", event.number, FromAir(&event.state())), width);
    text.push('\n');
    text += &format!("     {}\n", wrapped(&FromAir(word(alert, "summary")).to_string(), width, 5));
    if let Some(at) = event.position() {
        text += &format!("     at    {}   {}\n", at.degrees_minutes(), at.decimal_degrees());
    }
    for (index, vessel) in alert["vessels"].as_array().into_iter().flatten().enumerate() {
        let role = vessel["role"].as_str().map_or(String::new(), |role| format!(", {}", role_words(role)));
        let named = format!("{}, MMSI {}{role}", FromAir(&vessel_words(vessel)), mmsi(vessel));
        let lead = if index == 0 { "     ships " } else { "           " };
        text += &format!("{}\n", cut(&format!("{lead}{named}"), width));
    }
    text += &format!("     alert {}\n", event.alert_file.told.entry.id);
    text
}

/// The vessels with a role in the case, each with that role, such as mother or daughter of a meeting. Roles are kept by track, because
/// two ships may send one MMSI.
fn roles(case: &Value, events: &[Event<'_>]) -> Vec<String> {
    let parties = vessels_of(events.iter().map(Event::alert));
    let role = |role: &Value| {
        let is_it = |vessel: &Value| vessel["mmsi"] == role["mmsi"] && vessel["track"] == role["track"];
        let party = parties.iter().find(|party| is_it(&party.vessel))?;
        Some(format!("{} {}", FromAir(&party.words()), role_words(role["role"].as_str()?)))
    };
    case["roles"].as_array().into_iter().flatten().filter_map(role).collect()
}

/// A role in words. What a vessel is said to have dropped or collected is only a possibility.
fn role_words(role: &str) -> String {
    match role {
        "dropper" => "possible drop".to_owned(),
        "collector" => "possible collection".to_owned(),
        "mother" => "larger ship".to_owned(),
        "daughter" => "small craft".to_owned(),
        "dark" => "silent".to_owned(),
        other => FromAir(other).to_string(),
    }
}

/// What people did with the case and its alerts, oldest first. What the program did is in the story itself.
fn actions(case_file: &CaseFile, events: &[Event<'_>]) -> String {
    let mut rows: Vec<(Option<usize>, &AuditRow)> = case_file.audit.iter().map(|row| (None, row)).collect();
    for event in events {
        rows.extend(event.alert_file.told.audit.iter().map(|row| (Some(event.number), row)));
    }
    rows.retain(|(_, row)| !row.is_machine());
    rows.sort_by_key(|(_, row)| row.at);
    if rows.is_empty() {
        return "\nnobody has done anything with it yet\n".to_owned();
    }
    let mut text = "\nwhat people did\n".to_owned();
    for (number, row) in rows {
        let of = number.map_or("the case".to_owned(), |number| format!("{number}"));
        // The trail says that a note was written; its text is with the alert.
        let mut notes = events.iter().flat_map(|event| &event.alert_file.told.notes);
        let note = notes.find(|note| row.says(Act::Noted) && note.at == row.at && note.who == row.who);
        let why = note.map(|note| note.text.as_str()).or(row.why.as_deref());
        let why = why.map_or(String::new(), |why| format!(": {}", FromAir(why)));
        text += &format!("  {}  {} {} {of}{why}\n", row.at.minute(), FromAir(&row.by()), FromAir(&row.what));
    }
    text
}

/// The marking of the case on one line: `TLP:AMBER H1 H3`.
fn marking(case: &Value) -> String {
    let codes = case["handling"]["europol"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let tlp = case["handling"]["tlp"].as_str().unwrap_or_default();
    codes.fold(format!("TLP:{tlp}"), |line, code| line + " " + code)
}

/// The text at a key; empty if it is missing or not a text.
fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
