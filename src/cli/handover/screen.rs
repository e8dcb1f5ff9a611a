//! The handover on one screen: the first rows of each list, and the command that shows the rest.
//!
//! Headings are in capitals and rows are indented, which is all the layout that every terminal and
//! every mail keeps.

use serde_json::Value;

use super::watch::{Daemon, Watch};
use super::words::{ended_words, names, open_words};
use crate::cli::subjects::silence_words;
use crate::cli::table::{cut, short_id};
use crate::cli::when::short;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{Standing, time_of};
use crate::storage::store::{Entry, WorkState};
use atalaia_core::base::text::counted;

/// Maximum number of rows in the list of open alerts.
const MOST_OPEN: usize = 8;
/// Maximum number of rows in each other list; the open alerts matter most.
const MOST_OTHERS: usize = 4;
/// Width of a column of times, in characters: those of this year fit with their day, so that rows align.
const DATED: usize = "12-31 23:59".len();

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
    heading(&mut lines, &format!("OPEN {}", open_words(&store.open)));
    rows(&mut lines, &store.open, MOST_OPEN, &open_of("vessel"), |entry| row(watch, entry));
    if 0 < store.left {
        lines.push(format!("  over, neither acknowledged nor closed: {}", store.left));
    }
    // A service account has no alerts of its own, and an empty list would look like good news.
    let mine = if watch.name.is_some() { "" } else { ": name yourself with --as NAME" };
    heading(&mut lines, &format!("MINE {}{mine}", store.mine.len()));
    let name = watch.name.as_ref().map_or(String::new(), |name| FromAir(name).to_string());
    let of_mine = format!("alerts list --assignee \"{name}\" --severity info");
    rows(&mut lines, &store.mine, MOST_OTHERS, &of_mine, |entry| row(watch, entry));
    // The page has every row; it must be of the same period.
    let page = format!("handover --since {} --format markdown", watch.since.minute().replace(' ', "T"));
    let over = store.new.iter().filter(|entry| entry.body["status"] != "open").count();
    let over = if 0 < over { format!(" ({over} of them over)") } else { String::new() };
    heading(&mut lines, &format!("NEW {}{over}", store.new.len()));
    rows(&mut lines, &store.new, MOST_OTHERS, &page, |entry| row(watch, entry));
    heading(&mut lines, &format!("WORSE {}", store.worse.len()));
    rows(&mut lines, &store.worse, MOST_OTHERS, &page, |(before, entry)| {
        format!("{}  (was {})", row(watch, entry), before.name())
    });
    heading(&mut lines, &format!("ENDED {}", ended_words(&store.ended, &store.new)));
    rows(&mut lines, &store.ended, MOST_OTHERS, &page, |entry| row(watch, entry));
    heading(&mut lines, &format!("DONE {}", store.actions.len()));
    // The latest first: what was done long ago is in the state of the alerts by now.
    let latest: Vec<_> = store.actions.iter().rev().collect();
    rows(&mut lines, &latest, MOST_OTHERS, &page, |act| {
        let what = act.alert.as_ref().map_or_else(
            || FromAir(&watch.subject(act)).to_string(),
            |entry| format!("{} {}", short_id(&entry.id), names(&entry.body)),
        );
        let why = act.row.why.as_ref().map_or(String::new(), |why| format!(": {}", FromAir(why)));
        format!(
            "{:<DATED$}  {} {} {what}{why}",
            short(act.row.at, watch.now),
            FromAir(&act.row.by()),
            FromAir(&act.row.what)
        )
    });
    let soon: Vec<_> = watch.soon().collect();
    heading(&mut lines, &format!("SILENCES {} in force, {} end within 12 h", watch.silences.len(), soon.len()));
    rows(&mut lines, &soon, MOST_OTHERS, "alerts silences", |silence| {
        let (who, why) = (FromAir(&silence.who), FromAir(&silence.why));
        format!(
            "{:>4}  until {}  {}  {who}: {why}",
            silence.number,
            short(silence.until, watch.now),
            silence_words(&silence.subject())
        )
    });
    feeds(watch, &mut lines);
    let waits: Vec<_> = watch.backlog.iter().filter(|sink| 0 < sink.pending + sink.failed).collect();
    heading(&mut lines, &format!("UNDELIVERED{}", if waits.is_empty() { " nothing" } else { "" }));
    rows(&mut lines, &waits, MOST_OTHERS, "deliveries count", |sink| {
        let since = sink.oldest.map_or(String::new(), |at| format!(", the oldest since {}", short(at, watch.now)));
        format!("{}: {} waiting{since}, {} given up", FromAir(&sink.sink), sink.pending, sink.failed)
    });
    lines.iter().map(|line| cut(line, width) + "\n").collect()
}

/// The command that lists every open alert of a kind, `vessel` or `system`, as the handover counts them.
fn open_of(kind: &str) -> String {
    format!("alerts list --open --severity info --kind {kind}")
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

/// One alert in one line: id, severity, points, beginning, behaviour, vessels. The state is named if it does
/// not go on or is not new, the assignee if it is another person.
fn row(watch: &Watch, entry: &Entry) -> String {
    let body = &entry.body;
    let word = |key: &str| FromAir(body[key].as_str().unwrap_or_default()).to_string();
    let began = time_of(body, "started_at").map_or("-".to_owned(), |at| short(at, watch.now));
    let whose = match &entry.assignee {
        Some(name) if !watch.is_of(name) => format!("  [{}]", FromAir(name)),
        Some(_) | None => String::new(),
    };
    let state = match (Standing::of(body), entry.state) {
        (Standing::GoingOn, WorkState::New) => String::new(),
        (Standing::GoingOn, state) => format!("  {}", state.name()),
        (Standing::Happened, state) if state != WorkState::New => format!("  happened, {}", state.name()),
        (standing, _) => format!("  {}", standing.words()),
    };
    format!(
        "{}  {:<8} {:>3}  {began:<DATED$}  {:<18}  {}{state}{whose}",
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
    rows(lines, &watch.system, MOST_OTHERS, &open_of("system"), |entry| row(watch, entry));
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
