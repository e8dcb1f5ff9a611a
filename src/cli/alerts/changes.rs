//! `atalaia alerts changes`: stored changes of alerts between two times, and what people did with them, in order of
//! time.
//!
//! Two times matter. `--since` and `--until` are about the time of storage, because the question is what came in during the watch. A late
//! feed may store at once what happened hours ago, so event time gets a column of its own wherever the two differ.

use std::path::Path;

use serde_json::json;

use super::page::{kind, points};
use crate::cli::access::refused;
use crate::cli::audit::{object, subject};
use crate::cli::failure::Failure;
use crate::cli::output::print;
use crate::cli::period::Period;
use crate::cli::subjects::{about, deed};
use crate::cli::table::{Column, fitted, short_id, text, width};
use crate::cli::when::short;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, ActionRow, ChangeRow, Machine, stored_severity};
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};

/// Arguments of `atalaia alerts changes`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    period: Period,
    /// Lowest severity: info, low, medium, high or critical [default: low; info with --facts]
    #[arg(long, value_parser = ["info", "low", "medium", "high", "critical"])]
    severity: Option<String>,
    /// Include facts: events with too few points for an alert, by default fewer than 20
    #[arg(long)]
    facts: bool,
    /// Include updates that change neither severity, points nor state
    #[arg(long)]
    all: bool,
}

impl Arguments {
    /// The lowest severity that is shown. The names are checked by clap already.
    fn least(&self) -> Severity {
        match self.severity.as_deref() {
            Some(said) => stored_severity(&json!({ "severity": said })),
            None if self.facts => Severity::Info,
            None => Severity::Low,
        }
    }
}

/// Distance between event time and the clock above which event time gets its own column. Feeds over satellite
/// and the internet are minutes late as a matter of course.
const APART: Span = Span::from_minutes(10);

/// The columns of the list. On a narrow line the text gives way first, then event time is left out.
const COLUMNS: [Column; 8] = [
    text("time"),
    text("event time").spare(1),
    text("what").down_to(10),
    text("id"),
    text("points").down_to(8),
    text("behaviour").down_to(10),
    text("vessels").down_to(14).names(26),
    text("text").down_to(16).spare(2),
];
/// Index of the column that is left out if no row needs it.
const EVENT_TIME: usize = 1;

/// One row of the list. Changes come from the program, actions from people.
enum Step {
    Change(ChangeRow),
    Action(ActionRow),
}

impl Step {
    /// When it was stored; rows are ordered by it.
    fn at(&self) -> Time {
        match self {
            Step::Change(change) => change.stored_at,
            Step::Action(act) => act.row.at,
        }
    }
}

/// Prints the changes and actions.
///
/// # Errors
/// The period is not valid, or the store cannot be read.
pub(super) fn main(path: &Path, arguments: &Arguments, now: Time) -> Result<(), Failure> {
    let until = arguments.period.until(now)?;
    let least = arguments.least();
    let changes = store::changes(path, arguments.period.since, until).map_err(refused)?;
    let all = changes.len();
    let wanted = |change: &ChangeRow| {
        let alert = &change.line["alert"];
        (arguments.facts || alert["announced"] == true) && least <= stored_severity(alert)
    };
    let mut changes: Vec<ChangeRow> = changes.into_iter().filter(wanted).collect();
    let mut left_out = LeftOut { low: all - changes.len(), ..LeftOut::default() };
    if !arguments.all {
        let wanted = changes.len();
        changes.retain(is_news);
        left_out.alike = wanted - changes.len();
    }
    let actions = store::actions(path, arguments.period.since, until, Machine::Excluded).map_err(refused)?;
    // Only actions on alerts. All others are shown by `audit`.
    let actions = actions.into_iter().filter(|act| act.alert.is_some()).map(Step::Action);
    let mut steps: Vec<Step> = changes.into_iter().map(Step::Change).chain(actions).collect();
    steps.sort_by_key(Step::at);
    left_out.earlier = arguments.period.earlier(steps.len());
    let shown = &steps[left_out.earlier..];
    if arguments.period.json {
        let lines = shown.iter().map(|step| match step {
            Step::Change(change) => json!({
                "time": change.stored_at.to_string(), "event_time": change.at.to_string(), "what": kind(change),
                "revision": change.line["revision"], "reason": change.line["reason"],
                "score_before": change.before.as_ref().map(|before| before.score),
                "severity_before": change.before.as_ref().map(|before| &before.severity),
                "alert": change.line["alert"],
            }),
            Step::Action(act) => object(act),
        });
        return print(&lines.map(|line| format!("{line}\n")).collect::<String>());
    }
    print(&format!("{}{}", table(shown, now), last_line(arguments, shown.len(), &left_out)))
}

/// The rows below their header, fitted to the terminal.
fn table(steps: &[Step], now: Time) -> String {
    let rows: Vec<Vec<String>> = steps.iter().map(|step| row(step, now)).collect();
    // Actions have no event time.
    let is_apart = |step: &Step| matches!(step, Step::Change(change) if APART < (change.stored_at - change.at).abs());
    let (mut columns, mut rows) = (COLUMNS.to_vec(), rows);
    // With a live feed both times are the same to the minute, and one column is enough.
    if !steps.iter().any(is_apart) {
        columns.remove(EVENT_TIME);
        rows.iter_mut().for_each(|row| drop(row.remove(EVENT_TIME)));
    }
    fitted(&columns, &rows, width())
}

/// One row, with all columns. Of an opening it shows what happened, of other changes the reason for the
/// change.
fn row(step: &Step, now: Time) -> Vec<String> {
    match step {
        Step::Change(change) => {
            let alert = &change.line["alert"];
            let said = |key: &str| alert[key].as_str().unwrap_or_default();
            let reason = change.line["reason"].as_str().unwrap_or_default();
            let words = if kind(change) == "opened" { deed(said("summary"), &alert["vessels"]) } else { reason };
            vec![
                short(change.stored_at, now),
                change.at.minute(),
                kind(change).to_owned(),
                short_id(said("id")),
                points(change),
                said("behaviour").to_owned(),
                about(alert),
                FromAir(words).to_string(),
            ]
        }
        Step::Action(act) => {
            let behaviour = act.alert.as_ref().and_then(|alert| alert["behaviour"].as_str()).unwrap_or_default();
            vec![
                short(act.row.at, now),
                String::new(),
                format!("{} by {}", act.row.what, FromAir(&act.row.by())),
                subject(act),
                String::new(),
                behaviour.to_owned(),
                act.alert.as_ref().map_or(String::new(), about),
                act.row.why.as_ref().map_or(String::new(), |why| FromAir(why).to_string()),
            ]
        }
    }
}

/// Whether a change is more than an update with the same severity, points and state.
fn is_news(change: &ChangeRow) -> bool {
    let alert = &change.line["alert"];
    kind(change) != "updated"
        || change.before.as_ref().is_none_or(|before| {
            alert["severity"] != before.severity.as_str() || alert["score"].as_i64() != Some(before.score)
        })
}

/// Changes that are not shown, each counted once.
#[derive(Default)]
struct LeftOut {
    /// Earlier than the rows that have room.
    earlier: usize,
    /// Changes of facts, or of alerts below the severity.
    low: usize,
    /// Updates without news, see [`is_news`].
    alike: usize,
}

/// The line below the list, which says how many changes are left out and which option shows them. Empty if
/// none is, unless there is nothing at all.
fn last_line(arguments: &Arguments, shown: usize, left_out: &LeftOut) -> String {
    let LeftOut { earlier, low, alike } = *left_out;
    let mut parts = Vec::new();
    if 0 < earlier {
        parts.push(format!("{earlier} earlier (--limit N)"));
    }
    if 0 < low {
        let least = arguments.least().name();
        parts.push(match arguments.facts {
            true => format!("{low} below {least} (--severity info)"),
            false => format!("{low} of facts or below {least} (--facts, --severity info)"),
        });
    }
    if 0 < alike {
        parts.push(format!("{alike} with the same severity, points and state (--all)"));
    }
    match (shown, parts.is_empty()) {
        (0, true) => format!("no change since {}\n", arguments.period.since.minute()),
        (_, true) => String::new(),
        _ => format!("{} more: {}\n", earlier + low + alike, parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::store::{AuditRow, Before};

    #[test]
    fn actions_are_listed_among_changes_and_event_time_only_where_it_differs() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let change = |at: &str| {
            Step::Change(ChangeRow {
                stored_at: time("2026-03-01T04:10:00Z"),
                at: time(at),
                line: json!({"change": "opened", "reason": "r", "alert": {"id": "abcdefghijklmnopqrstuvwxyz", "severity": "high",
                    "score": 65, "behaviour": "loitering", "vessels": [], "summary": "It is slow."}}),
                before: None,
            })
        };
        let act = Step::Action(ActionRow {
            row: AuditRow {
                at: time("2026-03-01T04:12:00Z"),
                who: "ana".to_owned(),
                caller: None,
                what: "closed".to_owned(),
                why: Some("benign: known".to_owned()),
            },
            subject: "abcdefghijklmnopqrstuvwxyz".to_owned(),
            alert: Some(json!({"behaviour": "loitering", "vessels": []})),
            is_case: false,
        });
        let now = time("2026-03-01T05:00:00Z");
        let text = table(&[change("2026-03-01T04:09:00Z"), act], now);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].starts_with("04:10  opened         abcdefgh  high 65") && lines[1].ends_with("It is slow."),
            "{text}"
        );
        assert!(
            lines[2].starts_with("04:12  closed by ana  abcdefgh") && lines[2].ends_with("benign: known"),
            "{text}"
        );
        assert!(table(&[change("2026-02-27T04:09:00Z")], now).contains("2026-02-27 04:09"));
    }

    #[test]
    fn an_update_is_news_if_severity_points_or_state_change() {
        let change = |change: &str, score: i64, severity: &str, before: &str| ChangeRow {
            stored_at: Time::from_seconds(0),
            at: Time::from_seconds(0),
            line: json!({"change": change, "alert": {"severity": severity, "score": score}}),
            before: Some(Before { change: before.to_owned(), score: 65, severity: "high".to_owned() }),
        };
        assert!(!is_news(&change("updated", 65, "high", "opened")));
        assert!(is_news(&change("updated", 70, "high", "opened")));
        assert!(is_news(&change("updated", 65, "high", "ended")), "it goes on");
        assert!(is_news(&change("ended", 65, "high", "updated")));
    }
}
