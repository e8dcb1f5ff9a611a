//! The handover on one screen: the first rows of each list, and the command that shows the rest.
//!
//! Headings are in capitals and rows are indented, which is all the layout that every terminal and
//! every mail keeps.

use serde_json::Value;

use super::watch::{Daemon, Watch};
use super::words::{by_severity, names, status_of};
use crate::cli::subjects::silence_words;
use crate::cli::table::{cut, short_id};
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{counted, time_of};
use crate::storage::store::{Entry, WorkState};
use atalaia_core::base::time::Time;

/// Maximum number of rows in the list of open alerts.
const MOST_OPEN: usize = 8;
/// Maximum number of rows in each other list; the open alerts matter most.
const MOST_OTHERS: usize = 4;

/// The whole screen. Lines are cut to `width` characters; `None` cuts nothing.
pub(super) fn text(watch: &Watch, width: Option<usize>) -> String {
    let store = &watch.store;
    let marking = watch.marking().map_or(String::new(), |marking| format!("  {marking}"));
    let mut lines = vec![format!(
        "HANDOVER{}, {} to {} UTC ({}){marking}",
        watch.name.as_ref().map_or(String::new(), |name| format!(" for {}", FromAir(name))),
        watch.since.minute(),
        watch.now.minute(),
        watch.now - watch.since
    )];
    let counts = by_severity(&store.open);
    let counts = if counts.is_empty() { String::new() } else { format!(": {counts}") };
    heading(&mut lines, &format!("OPEN {}{counts}", store.open.len()));
    rows(&mut lines, &store.open, MOST_OPEN, "alerts list", |entry| row(watch, entry));
    if 0 < store.left {
        lines.push(format!("  over, neither acknowledged nor closed: {}", store.left));
    }
    // A service account has no alerts of its own, and an empty list would look like good news.
    let mine = if watch.name.is_some() { "" } else { ": name yourself with --as NAME" };
    heading(&mut lines, &format!("MINE {}{mine}", store.mine.len()));
    rows(&mut lines, &store.mine, MOST_OTHERS, "alerts list --assignee NAME", |entry| row(watch, entry));
    let over = store.new.iter().filter(|entry| entry.body["status"] != "open").count();
    let over = if 0 < over { format!(" ({over} of them over)") } else { String::new() };
    heading(&mut lines, &format!("NEW {}{over}", store.new.len()));
    rows(&mut lines, &store.new, MOST_OTHERS, "handover --format markdown", |entry| row(watch, entry));
    heading(&mut lines, &format!("WORSE {}", store.worse.len()));
    rows(&mut lines, &store.worse, MOST_OTHERS, "handover --format markdown", |(before, entry)| {
        format!("{}  (was {})", row(watch, entry), before.name())
    });
    heading(&mut lines, &format!("ENDED {}", store.ended.len()));
    rows(&mut lines, &store.ended, MOST_OTHERS, "handover --format markdown", |entry| row(watch, entry));
    heading(&mut lines, &format!("DONE {}", store.actions.len()));
    // The latest first: what was done long ago is in the state of the alerts by now.
    let latest: Vec<_> = store.actions.iter().rev().collect();
    rows(&mut lines, &latest, MOST_OTHERS, "handover --format markdown", |act| {
        let what = act.alert.as_ref().map_or_else(
            || FromAir(&act.subject).to_string(),
            |entry| format!("{} {}", short_id(&entry.id), names(&entry.body)),
        );
        let why = act.row.why.as_ref().map_or(String::new(), |why| format!(": {}", FromAir(why)));
        format!("{}  {} {} {what}{why}", moment(watch, act.row.at), FromAir(&act.row.by()), FromAir(&act.row.what))
    });
    let soon: Vec<_> = watch.soon().collect();
    heading(&mut lines, &format!("SILENCES {} in force, {} end within 12 h", watch.silences.len(), soon.len()));
    rows(&mut lines, &soon, MOST_OTHERS, "alerts silences", |silence| {
        let (who, why) = (FromAir(&silence.who), FromAir(&silence.why));
        format!(
            "{:>4}  until {}  {}  {who}: {why}",
            silence.number,
            moment(watch, silence.until),
            silence_words(&silence.subject())
        )
    });
    feeds(watch, &mut lines);
    let waits: Vec<_> = watch.backlog.iter().filter(|sink| 0 < sink.pending + sink.failed).collect();
    heading(&mut lines, &format!("UNDELIVERED{}", if waits.is_empty() { " nothing" } else { "" }));
    rows(&mut lines, &waits, MOST_OTHERS, "deliveries list", |sink| {
        let since = sink.oldest.map_or(String::new(), |at| format!(", the oldest since {}", moment(watch, at)));
        format!("{}: {} waiting{since}, {} given up", FromAir(&sink.sink), sink.pending, sink.failed)
    });
    lines.iter().map(|line| cut(line, width) + "\n").collect()
}

/// Adds a heading. A function, so that headings look alike.
fn heading(lines: &mut Vec<String>, text: &str) {
    lines.push(text.to_owned());
}

/// The first rows of a list, and a line with the command that shows the others. `others` is the command
/// without the name of the program.
fn rows<T>(lines: &mut Vec<String>, all: &[T], most: usize, others: &str, row: impl Fn(&T) -> String) {
    lines.extend(all.iter().take(most).map(|one| format!("  {}", row(one))));
    if most < all.len() {
        lines.push(format!("  and {} more: atalaia {others}", all.len() - most));
    }
}

/// One alert in one line: id, severity, points, beginning, behaviour, vessels. The state is named if it is
/// not open and new, the assignee if it is another person.
fn row(watch: &Watch, entry: &Entry) -> String {
    let body = &entry.body;
    let word = |key: &str| FromAir(body[key].as_str().unwrap_or_default()).to_string();
    let began = time_of(body, "started_at").map_or("-".to_owned(), |at| moment(watch, at));
    let whose = match &entry.assignee {
        Some(name) if !watch.is_of(name) => format!("  [{}]", FromAir(name)),
        Some(_) | None => String::new(),
    };
    let state = match (status_of(body), entry.state) {
        ("going on", WorkState::New) => String::new(),
        ("going on", state) => format!("  {}", state.name()),
        (status, _) => format!("  {status}"),
    };
    format!(
        "{}  {:<8} {:>3}  {began}  {:<18}  {}{state}{whose}",
        short_id(&entry.id),
        word("severity"),
        body["score"].to_string(),
        word("behaviour").to_owned(),
        names(body)
    )
}

/// The state of feeds and sinks, then the open alerts about them.
fn feeds(watch: &Watch, lines: &mut Vec<String>) {
    status(watch, lines);
    rows(lines, &watch.system, MOST_OTHERS, "alerts list", |entry| row(watch, entry));
}

/// The first troubles that the daemon reports, or why it reports nothing.
fn status(watch: &Watch, lines: &mut Vec<String>) {
    let page = match &watch.daemon {
        Daemon::Silent(why) => {
            heading(lines, "FEEDS AND SINKS");
            lines.push(format!("  {why}"));
            return;
        }
        Daemon::Answers(page) => page,
    };
    let (troubles, [inputs, sinks]) = Watch::troubles(page);
    let ready = if page["ready"] == Value::Bool(true) { "the daemon is ready" } else { "THE DAEMON IS NOT READY" };
    heading(lines, &format!("FEEDS AND SINKS  {ready}; {}, {}", counted(inputs, "input"), counted(sinks, "sink")));
    rows(lines, &troubles, MOST_OTHERS, "status", Clone::clone);
}

/// The time of day, with the date unless it is today.
fn moment(watch: &Watch, at: Time) -> String {
    match at.date() == watch.now.date() {
        true => at.clock(),
        false => at.minute(),
    }
}
