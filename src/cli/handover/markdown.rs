//! The handover as a page of Markdown, with every list in full.
//!
//! Markdown, because a handover is pasted into logs and mails of every kind. Names and texts come from the
//! air and from colleagues, and such a page may be rendered as HTML, so everything is escaped by [`plain`].

use serde_json::Value;

use super::watch::{Daemon, SOON, Watch};
use super::words::{ended_words, names, open_words};
use crate::cli::subjects::silence_words;
use crate::cli::table::short_id;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{Standing, position_of, time_of};
use crate::storage::store::Entry;
use atalaia_core::base::time::Time;

/// Characters that have a meaning in Markdown. Those of HTML within it are escaped as entities.
const SPECIAL: &str = "\\`*_{}[]()#+-.!|~";

/// The whole page, with its marking at the top and at the end, as on paper.
pub(super) fn page(watch: &Watch) -> String {
    let store = &watch.store;
    let mut page = String::new();
    let marking = watch.marking().map(|marking| format!("**{}**\n\n", plain(&marking)));
    page += marking.as_deref().unwrap_or_default();
    page += &format!(
        "# Handover {} to {} UTC\n\n{}Times are UTC.\n\n",
        watch.since.minute(),
        watch.now.minute(),
        watch.name.as_ref().map_or(String::new(), |name| format!("For {}. ", plain(name)))
    );
    // Only open alerts are counted by severity: the other lists are short, and their rows name it.
    section(&mut page, &format!("Open: {}", store.open.len()), &open_words(&store.open));
    alerts(&mut page, &store.open, |_| String::new());
    if 0 < store.left {
        page += &format!("Over, neither acknowledged nor closed: {}.\n\n", store.left);
    }
    section(&mut page, &format!("Mine: {}", store.mine.len()), "");
    alerts(&mut page, &store.mine, |_| String::new());
    section(&mut page, &format!("New: {}", store.new.len()), "");
    alerts(&mut page, &store.new, |_| String::new());
    section(&mut page, &format!("Worse: {}", store.worse.len()), "");
    // The table is the same as for other alerts; only the state says what it was before.
    let worse: Vec<Entry> = store.worse.iter().map(|(_, entry)| entry.clone()).collect();
    alerts(&mut page, &worse, |entry| {
        let before = store.worse.iter().find(|(_, other)| other.id == entry.id);
        before.map_or(String::new(), |(before, _)| format!("was {}", before.name()))
    });
    section(&mut page, &format!("Ended: {}", ended_words(&store.ended, &store.new)), "");
    alerts(&mut page, &store.ended, |_| String::new());
    section(&mut page, &format!("Done by people: {}", store.actions.len()), "");
    let actions = store.actions.iter().map(|act| {
        // An action on a case or a silence has no alert; its subject names itself.
        let subject = act.alert.as_ref().map_or_else(
            || plain(&watch.subject(act)),
            |entry| format!("{} {}", short_id(&entry.id), plain(&names(&entry.body))),
        );
        vec![
            act.row.at.minute(),
            plain(&act.row.by()),
            plain(&act.row.what),
            subject,
            plain(act.row.why.as_deref().unwrap_or_default()),
        ]
    });
    table(&mut page, &["When", "Who", "What", "To", "Words"], actions.collect());
    section(&mut page, &format!("Silences in force: {}", watch.silences.len()), "");
    // The mark is on the row itself, because the list has all silences.
    let ends_soon = |until: Time| if until - watch.now <= SOON { " (soon)" } else { "" };
    let silences = watch.silences.iter().map(|silence| {
        let until = format!("{}{}", silence.until.minute(), ends_soon(silence.until));
        vec![
            silence.number.to_string(),
            plain(&silence_words(&silence.subject())),
            until,
            plain(&silence.who),
            plain(&silence.why),
        ]
    });
    table(&mut page, &["No.", "What", "Until", "Who", "Why"], silences.collect());
    feeds(watch, &mut page);
    if !watch.system.is_empty() {
        alerts(&mut page, &watch.system, |_| String::new());
    }
    section(&mut page, "Undelivered", "");
    let waits = watch.backlog.iter().filter(|sink| 0 < sink.pending + sink.failed).map(|sink| {
        let since = sink.oldest.map_or("-".to_owned(), Time::minute);
        vec![plain(&sink.sink), sink.pending.to_string(), since, sink.failed.to_string()]
    });
    table(&mut page, &["Sink", "Waiting", "Oldest since", "Given up"], waits.collect());
    page += marking.as_deref().unwrap_or_default();
    page.trim_end().to_owned() + "\n"
}

/// A heading of the second level, and a line below it unless it is empty.
fn section(page: &mut String, title: &str, line: &str) {
    *page += &format!("## {title}\n\n");
    if !line.is_empty() {
        *page += &format!("{}\n\n", plain(line));
    }
}

/// A table of alerts. `also` adds a remark to the state of one; it adds nothing if empty.
fn alerts(page: &mut String, entries: &[Entry], also: impl Fn(&Entry) -> String) {
    let rows = entries.iter().map(|entry| {
        let body = &entry.body;
        let word = |key: &str| body[key].as_str().unwrap_or_default();
        let began = time_of(body, "started_at").map_or("-".to_owned(), Time::minute);
        let at = position_of(body);
        let place = at.map_or("-".to_owned(), |at| format!("{} ({})", at.degrees_minutes(), at.decimal_degrees()));
        let mut state = format!("{}, {}", Standing::of(body).words(), entry.state.name());
        let also = also(entry);
        if !also.is_empty() {
            state += &format!(", {also}");
        }
        vec![
            short_id(&entry.id),
            format!("{} {}", word("severity"), body["score"]),
            began,
            plain(word("summary")),
            plain(&place),
            plain(&state),
            plain(entry.assignee.as_deref().unwrap_or("-")),
        ]
    });
    table(page, &["Alert", "Grade", "Began", "What", "Where", "State", "Assignee"], rows.collect());
}

/// A table, or `Nothing.` without rows. Cells must be escaped already.
fn table(page: &mut String, heads: &[&str], rows: Vec<Vec<String>>) {
    // A heading with nothing below it would look like a list that was cut off.
    if rows.is_empty() {
        *page += "Nothing.\n\n";
        return;
    }
    *page += &format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len()));
    for row in rows {
        *page += &format!("| {} |\n", row.join(" | "));
    }
    page.push('\n');
}

/// Feeds and sinks as the daemon reports them, or why it does not.
fn feeds(watch: &Watch, page: &mut String) {
    section(page, "Feeds and sinks", "");
    let status = match &watch.daemon {
        Daemon::Silent(why) => {
            *page += &format!("{}.\n\n", plain(why));
            return;
        }
        Daemon::Answers(status) => status,
    };
    let ready =
        if status["ready"] == Value::Bool(true) { "The daemon is ready." } else { "**The daemon is not ready.**" };
    *page += &format!("{ready}\n\n");
    // The tables below have all inputs and sinks, so their numbers are not needed.
    let (troubles, _) = Watch::troubles(status);
    for trouble in &troubles {
        *page += &format!("- {}\n", plain(trouble));
    }
    if !troubles.is_empty() {
        page.push('\n');
    }
    let rows = |list: &str, keys: &[&str]| {
        // Keys that an older daemon does not have are shown as unknown.
        let cell = |one: &Value, key: &str| match &one[key] {
            Value::String(text) => plain(text),
            Value::Null => "-".to_owned(),
            other => other.to_string(),
        };
        let row = |one: &Value| keys.iter().map(|key| cell(one, key)).collect();
        status[list].as_array().into_iter().flatten().map(row).collect::<Vec<Vec<String>>>()
    };
    table(
        page,
        &["Input", "State", "Lines/s", "Last line"],
        rows("inputs", &["name", "state", "lines_per_second", "last_line_at"]),
    );
    table(page, &["Sink", "State", "Waiting", "Given up"], rows("sinks", &["name", "state", "waiting", "failed"]));
}

/// Escapes text of any origin for Markdown: one line, without any markup of its own. Characters of sentences
/// stay as they are where they have no meaning, so that the source can be read too.
fn plain(text: &str) -> String {
    let shown = FromAir(text).to_string();
    let mut plain = String::with_capacity(shown.len());
    for (index, c) in shown.chars().enumerate() {
        // Some characters have a meaning only at the beginning of a line, and parentheses only after brackets.
        let harmless = matches!(c, '(' | ')' | '!' | '.' | '-' | '+') && 0 < index;
        if SPECIAL.contains(c) && !harmless {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_the_air_is_not_markup() {
        assert_eq!(plain("A|B"), "A\\|B");
        assert_eq!(plain("[x](http://y)"), "\\[x\\](http://y)");
        assert_eq!(plain("<script>&lt;"), "&lt;script&gt;&amp;lt;");
        assert_eq!(plain("# A\nB"), "\\# A\\\\nB");
        assert_eq!(plain("was below 2.5 kn (10 nm)"), "was below 2.5 kn (10 nm)");
    }
}
