//! `atalaia alerts show`: everything stored about one alert: its text, history, actions and deliveries.
//!
//! The rows on top are those of the mails that sinks send ([`sheet`]), so that an analyst on the phone and
//! the one with the mail see the same. Below are what only the store knows: history, actions, deliveries.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::access::refused;
use crate::cli::failure::Failure;
use crate::cli::marking;
use crate::cli::output::print;
use crate::cli::table::{width, wrapped};
use crate::cli::when::words;
use crate::delivery::{CAVEAT, Row, sheet};
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::Standing;
use crate::storage::store::Act;
use crate::storage::store::{self, AuditRow, ChangeRow, DeliveryState, Sent, Told};
use atalaia_core::base::text::elapsed;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::Behaviour;

/// Column at which the texts of rows begin, in characters.
const INDENT: usize = 11;
/// Longest run of changes without news that is shown one by one. A long alert has an update every few
/// minutes, and its history would hide what changed.
const MOST_ALIKE: usize = 2;

/// Prints the page, or one JSON object.
///
/// # Errors
/// The id is unknown or ambiguous (2), or the store cannot be read.
pub(super) fn main(path: &Path, id: &str, as_json: bool, now: Time) -> Result<(), Failure> {
    let told = store::alert(path, id, now).map_err(refused)?;
    let changes = store::history(path, &told.entry.id).map_err(refused)?;
    print(&if as_json { object(&told, &changes) } else { page(&told, &changes, now) })
}

/// The page for people, with texts wrapped to the width of the terminal. Ends with the caveat that every
/// report of an alert carries.
fn page(told: &Told, changes: &[ChangeRow], now: Time) -> String {
    let body = &told.entry.body;
    let width = width();
    let mut page = format!("alert {}\n{}\n", told.entry.id, wrapped(marking::line(body).trim_end(), width, 0));
    page += &format!("{}\n\n", wrapped(&FromAir(body["summary"].as_str().unwrap_or("-")).to_string(), width, 0));
    let mut row = |name: &str, text: &str| {
        page += &format!("{name:<INDENT$}{}\n", wrapped(text, width, INDENT));
    };
    for (index, Row { name, text }) in sheet(body).iter().enumerate() {
        row(name, &FromAir(text).to_string());
        // The first row says what and when; the state belongs to it.
        if index == 0 {
            states(told, now, &mut row);
        }
    }
    page += "\nHistory (UTC)\n";
    page += &history(changes, width);
    let actions = actions(told, width);
    if !actions.is_empty() {
        page += &format!("\nActs (UTC)\n{actions}");
    }
    let deliveries = deliveries(&told.deliveries, width);
    if !deliveries.is_empty() {
        page += &format!("\nDeliveries (UTC)\n{deliveries}");
    }
    page += &format!("\n{}\n", wrapped(CAVEAT, width, 0));
    page
}

/// Adds rows for the state of the alert, its assignee and its finding. `now` is the clock, so that the
/// duration of an open alert includes the delay of its feed.
fn states(told: &Told, now: Time, row: &mut impl FnMut(&str, &str)) {
    let (entry, body) = (&told.entry, &told.entry.body);
    let time = |key: &str| body[key].as_str().and_then(Time::parse);
    let status = body["status"].as_str().unwrap_or_default();
    // An alert that has ended lasted by event time, whatever the clock said meanwhile.
    let lasts = match (status, time("started_at"), time("ended_at").or(time("last_at"))) {
        ("open", Some(began), _) if Standing::of(body) == Standing::Happened => {
            format!("happened {} ago", words(now - began))
        }
        ("open", Some(began), _) => format!("open for {}", words(now - began)),
        (status, Some(began), Some(ended)) => format!("{status} after {}", lasted(body, began, ended)),
        (status, ..) => status.to_owned(),
    };
    let kind = if body["announced"] == true { "" } else { "; a fact: it has not reached the points of an alert" };
    row("State", &format!("{lasts}, {}{kind}", entry.state.name()));
    if let Some(name) = &entry.assignee {
        row("Assigned", &FromAir(name).to_string());
    }
    if let Some(finding) = &entry.finding {
        let why = entry.finding_reason.as_deref().unwrap_or_default();
        row("Finding", &format!("{}: {}", FromAir(finding), FromAir(why)));
    }
}

/// How long an alert that has ended lasted, as its sentence says.
fn lasted(body: &Value, began: Time, ended: Time) -> Span {
    let behaviour = body["behaviour"].as_str().and_then(Behaviour::named);
    behaviour.map_or_else(|| elapsed(began, ended), |behaviour| behaviour.lasted(began, ended))
}

/// One line per change. A run of updates with the same score is counted in one line if it is longer than
/// [`MOST_ALIKE`]. The reason of each change is wrapped below itself.
fn history(changes: &[ChangeRow], width: Option<usize>) -> String {
    /// Column at which reasons begin.
    const REASON: usize = 55;
    let mut lines = String::new();
    let mut alike: Vec<&ChangeRow> = Vec::new();
    let line = |change: &ChangeRow| {
        let reason = FromAir(change.line["reason"].as_str().unwrap_or_default()).to_string();
        let head = format!("  {}  {:<13}  {:<18}  ", change.at.minute(), kind(change), points(change));
        format!(
            "{}
",
            format!("{head}{}", wrapped(&reason, width, REASON)).trim_end()
        )
    };
    // The run may prove short only at its end, so it is kept until then.
    let flush = |alike: &mut Vec<&ChangeRow>, lines: &mut String| {
        match (alike.len(), alike.last()) {
            (count, Some(last)) if MOST_ALIKE < count => {
                *lines += &format!("  {}  {count} updates, points unchanged\n", last.at.minute());
            }
            _ => alike.iter().for_each(|change| *lines += &line(change)),
        }
        alike.clear();
    };
    for change in changes {
        // Severity follows from the score, so comparing the score is enough.
        let is_plain =
            kind(change) == "updated" && change.before.as_ref().is_some_and(|before| before.score == score(change));
        if is_plain {
            alike.push(change);
            continue;
        }
        flush(&mut alike, &mut lines);
        lines += &line(change);
    }
    flush(&mut alike, &mut lines);
    lines
}

/// Points after the change, 0 to 100.
fn score(change: &ChangeRow) -> i64 {
    change.line["alert"]["score"].as_i64().unwrap_or_default()
}

/// What happened to the alert: `opened`, `updated`, `ended`, `end corrected`, `goes on`, `retracted`. The
/// store has only the first three and the last: that an alert goes on, or that an end was moved, shows only
/// against the change before.
pub(super) fn kind(change: &ChangeRow) -> &str {
    let now = change.line["change"].as_str().unwrap_or_default();
    match (now, change.before.as_ref().map(|before| before.change.as_str())) {
        ("ended", Some("ended")) => "end corrected",
        ("opened" | "updated", Some("ended" | "retracted")) => "goes on",
        _ => now,
    }
}

/// `medium 45`, or `medium 45 > high 60` if severity or score changed. The change before the first of the
/// period counts too.
pub(super) fn points(change: &ChangeRow) -> String {
    let severity = change.line["alert"]["severity"].as_str().unwrap_or_default();
    let after = format!("{severity} {}", score(change));
    match &change.before {
        Some(before) if before.severity != severity => format!("{} {} > {after}", before.severity, before.score),
        Some(before) if before.score != score(change) => format!("{severity} {} > {}", before.score, score(change)),
        Some(_) | None => after,
    }
}

/// Actions of people, and those of the program that are not changes of the alert. A note is shown with its
/// text, which the trail does not have; notes and their rows are in the same order.
fn actions(told: &Told, width: Option<usize>) -> String {
    /// Column at which the action begins, after the time.
    const ACT: usize = 20;
    /// Rows of the program that only repeat the history above.
    const OF_CHANGES: [Act; 4] = [Act::Opened, Act::Updated, Act::Ended, Act::Retracted];
    let mut notes = told.notes.iter();
    let mut lines = String::new();
    for act in &told.audit {
        let AuditRow { at, what, why, .. } = act;
        if act.is_machine() && OF_CHANGES.into_iter().any(|change| act.says(change)) {
            continue;
        }
        let note = if act.says(Act::Noted) { notes.next().map(|note| note.text.clone()) } else { None };
        let said = note.as_ref().or(why.as_ref()).map_or(String::new(), |why| format!(": {}", FromAir(why)));
        let by = act.by();
        let who = FromAir(&by);
        lines += &format!(
            "  {}  {}
",
            at.minute(),
            wrapped(&format!("{who} {what}{said}"), width, ACT)
        );
    }
    lines
}

/// Deliveries by sink, in order of the sinks' names. Consecutive revisions with the same outcome share a
/// line, with the time of the last.
fn deliveries(sent: &[Sent], width: Option<usize>) -> String {
    let mut sinks: BTreeMap<&str, Vec<(String, Vec<&Sent>)>> = BTreeMap::new();
    for one in sent {
        let runs = sinks.entry(&one.sink).or_default();
        let outcome = outcome(one);
        match runs.last_mut().filter(|(last, _)| *last == outcome) {
            Some((_, revisions)) => revisions.push(one),
            None => runs.push((outcome, vec![one])),
        }
    }
    let mut lines = String::new();
    for (sink, runs) in sinks {
        for (outcome, revisions) in runs {
            let (Some(first), Some(last)) = (revisions.first(), revisions.last()) else {
                continue;
            };
            let of = match revisions.len() {
                1 => format!("revision {}", first.revision),
                _ => format!("revisions {} to {}", first.revision, last.revision),
            };
            let at = last.at.map_or(String::new(), |at| format!(" {}", at.minute()));
            let tries = match revisions.iter().map(|one| one.attempts).max() {
                Some(tries) if 1 < tries => format!(", tries: {tries}"),
                _ => String::new(),
            };
            let sink = FromAir(sink).to_string();
            let text = format!("{of} {outcome}{at}{tries}");
            lines += &format!(
                "  {sink}  {}
",
                wrapped(&text, width, 4 + sink.chars().count())
            );
        }
    }
    lines
}

/// The outcome of one change at one sink. For a delivered one, only a digest is mentioned: any error is of an
/// earlier attempt. Errors are what the receiver answered, and are escaped.
fn outcome(sent: &Sent) -> String {
    let error = sent.error.as_ref().map_or(String::new(), |error| format!(": {}", FromAir(error)));
    match sent.state {
        DeliveryState::Delivered => match sent.error.as_ref().filter(|text| text.starts_with(store::IN_DIGEST)) {
            Some(digest) => format!("delivered {}", FromAir(digest)),
            None => "delivered".to_owned(),
        },
        DeliveryState::NotSelected => format!("not selected{error}"),
        DeliveryState::Silenced => "held back by a silence".to_owned(),
        DeliveryState::Pending => format!("waiting{error}"),
        DeliveryState::Failed => format!("not delivered{error}"),
        DeliveryState::Withheld => format!("withheld{error}"),
    }
}

/// The alert as it is exported, with its changes, actions and deliveries, in one line. A delivered change has
/// no error, even if an earlier attempt failed.
fn object(told: &Told, changes: &[ChangeRow]) -> String {
    let mut value = told.entry.value(&told.notes);
    let change = |change: &ChangeRow| {
        let line = &change.line;
        json!({
            "stored_at": change.stored_at.to_string(), "at": line["at"], "change": line["change"], "revision": line["revision"],
            "reason": line["reason"], "severity": line["alert"]["severity"], "score": line["alert"]["score"],
        })
    };
    value["changes"] = changes.iter().map(change).collect();
    value["audit"] = told.audit.iter().map(AuditRow::value).collect();
    let sent = |sent: &Sent| {
        let error = sent.error.clone().filter(|_| sent.state != DeliveryState::Delivered);
        json!({
            "revision": sent.revision, "sink": sent.sink, "state": sent.state.name(), "at": sent.at.map(|at| at.to_string()),
            "attempts": sent.attempts, "error": error,
        })
    };
    value["deliveries"] = told.deliveries.iter().map(sent).collect();
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::store::Before;

    fn sent(revision: u32, state: DeliveryState, error: Option<&str>) -> Sent {
        let at = (state == DeliveryState::Delivered).then(|| Time::from_seconds(i64::from(revision)));
        Sent { revision, sink: "partner".to_owned(), state, at, attempts: revision, error: error.map(str::to_owned) }
    }

    #[test]
    fn a_delivered_change_shows_no_earlier_error() {
        let all = [
            sent(1, DeliveryState::Delivered, None),
            sent(2, DeliveryState::Delivered, Some("http://x: 400")),
            sent(3, DeliveryState::Pending, Some("http://x: 500")),
        ];
        assert_eq!(
            deliveries(&all, None),
            "  partner  revisions 1 to 2 delivered 1970-01-01 00:00, tries: 2\n  \
             partner  revision 3 waiting: http://x: 500, tries: 3\n"
        );
    }

    fn change(change: &str, score: i64, before: Option<(&str, i64)>) -> ChangeRow {
        let severity = |score| atalaia_core::alerts::Severity::of(score as i32).name();
        ChangeRow {
            stored_at: Time::from_seconds(0),
            at: Time::from_seconds(0),
            line: json!({"change": change, "reason": "why", "alert": {"score": score, "severity": severity(score)}}),
            before: before.map(|(change, score)| Before {
                change: change.to_owned(),
                score,
                severity: severity(score).to_owned(),
            }),
        }
    }

    #[test]
    fn points_show_where_they_came_from() {
        assert_eq!(points(&change("opened", 45, None)), "medium 45");
        assert_eq!(points(&change("updated", 50, Some(("opened", 45)))), "medium 45 > 50");
        assert_eq!(points(&change("updated", 60, Some(("opened", 45)))), "medium 45 > high 60");
        assert_eq!(kind(&change("ended", 60, Some(("ended", 60)))), "end corrected");
        assert_eq!(kind(&change("updated", 60, Some(("ended", 60)))), "goes on");
    }

    #[test]
    fn many_updates_without_news_are_one_line() {
        let mut changes = vec![change("opened", 45, None)];
        changes.extend((0..5).map(|_| change("updated", 45, Some(("opened", 45)))));
        changes.push(change("ended", 45, Some(("updated", 45))));
        let text = history(&changes, None);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("5 updates, points unchanged"), "{text}");
    }
}
