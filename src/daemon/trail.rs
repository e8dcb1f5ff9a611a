//! What the daemon itself writes into the audit trail: what came in by which feed, and which settings, zones and lists were put in force. Once
//! an hour the head of the trail goes to the log, which is kept elsewhere: rows that are cut off later are missed there.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::Value;
use tracing::{error, info};

use super::feeds::Source;
use super::persist::orders;
use crate::config::Checked;
use crate::platform::clock::Moment;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Act, Collected, Head, OwnRecord, Store, Subject};
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;

/// Interval at which the counts of lines are kept: a daemon that is killed loses at most this much of them.
const KEEP_EVERY: Duration = Duration::from_secs(60);
/// Interval between two heads in the log.
const HEAD_EVERY: Duration = Duration::from_secs(3600);
/// Maximum number of files named in one row.
const NAMED: usize = 20;

/// What is due in the audit trail.
#[derive(Default)]
pub(super) struct TrailKeeper {
    /// The day that is being counted, and when the count began; `None` before the first tick.
    counting: Option<(String, Time)>,
    /// Lines of each input that rows of the trail have counted, by the place of the input.
    counted: Vec<u64>,
    /// When the counts were last kept; `None` before the first time.
    kept: Option<Moment>,
    /// When the head was last sent to the log, and the thread that read it.
    head: Option<(Moment, Option<JoinHandle<Option<Head>>>)>,
    /// The head that was logged last.
    logged: Option<Head>,
}

impl TrailKeeper {
    /// Writes a row for each feed when the day has changed, by the wall clock in UTC. Keeps the counts every [`KEEP_EVERY`].
    pub(super) fn count(&mut self, moment: Moment, now: Time, sources: &[Source], store: Option<&Store>) {
        let today = now.date();
        match &self.counting {
            Some((day, _)) if *day == today => self.keep(moment, now, sources, store),
            Some(_) => self.write(now, sources, store),
            None => self.counting = Some((today, now)),
        }
    }

    /// Writes a row for each feed from which lines have come since the last one. Also when the daemon stops. The count then begins again.
    pub(super) fn write(&mut self, now: Time, sources: &[Source], store: Option<&Store>) {
        let counts = self.counts(now, sources);
        self.counted = sources.iter().map(|source| source.lines).collect();
        if let Some(store) = store.filter(|_| !counts.is_empty()) {
            store.collected(counts);
        }
        self.counting = Some((now.date(), now));
    }

    /// Keeps the counts so far, if that was not done within [`KEEP_EVERY`].
    fn keep(&mut self, moment: Moment, now: Time, sources: &[Source], store: Option<&Store>) {
        if self.kept.is_some_and(|kept| moment.since(kept) < KEEP_EVERY) {
            return;
        }
        self.kept = Some(moment);
        let counts = self.counts(now, sources);
        if let Some(store) = store.filter(|_| !counts.is_empty()) {
            store.collecting(counts);
        }
    }

    /// What each feed has sent since the last row about it, without those that have sent nothing.
    fn counts(&self, now: Time, sources: &[Source]) -> Vec<Collected> {
        let from = self.counting.as_ref().map_or(now, |(_, from)| *from);
        let counted = self.counted.iter().copied().chain(std::iter::repeat(0));
        let counts = sources.iter().zip(counted).map(|(source, counted)| Collected {
            feed: source.name.clone(),
            lines: source.lines.saturating_sub(counted),
            from,
            until: now,
        });
        counts.filter(|one| 0 < one.lines).collect()
    }

    /// Sends the head of the trail to the log once an hour, if it is another one. It is read on a thread of its own, because that may wait
    /// for the disk.
    pub(super) fn log_head(&mut self, moment: Moment, store: Option<&Path>) {
        if let Some((_, thread)) = &mut self.head
            && let Some(done) = thread.take_if(|thread| thread.is_finished())
            && let Ok(Some(head)) = done.join()
            && self.logged.as_ref() != Some(&head)
        {
            info!(seq = head.seq, hash = %HEXLOWER.encode(&head.hash), "head of the audit trail");
            self.logged = Some(head);
        }
        let recent =
            self.head.as_ref().is_some_and(|(began, thread)| thread.is_some() || moment.since(*began) < HEAD_EVERY);
        let Some(path) = store.filter(|_| !recent) else {
            return;
        };
        let path = path.to_owned();
        let read = move || match store::head(&path) {
            // A trail without rows has no head yet.
            Ok(head) => Some(head).filter(|head| 0 < head.seq),
            Err(error) => {
                error!(%error, "the head of the audit trail cannot be read; next attempt in an hour");
                None
            }
        };
        let thread = thread::Builder::new().name("audit-head".to_owned()).spawn(read);
        self.head = Some((moment, thread.ok()));
    }
}

/// Rows about the difference between the settings in force and new ones: one for settings, zones and lists each, if it has changed.
pub(super) fn alterations(before: &Checked, after: &Checked) -> Vec<OwnRecord> {
    let row =
        |subject: Subject, why: String| OwnRecord { act: Act::Reloaded, subject, why: Some(FromAir(&why).to_string()) };
    let mut rows = Vec::new();
    let tables = tables(before, after);
    if !tables.is_empty() {
        rows.push(row(Subject::Settings, tables.join(", ")));
    }
    let mut files = files(&before.files, &after.files);
    if before.zones.to_string() != after.zones.to_string() {
        files.insert(0, format!("read from {}", after.zones));
    }
    if !files.is_empty() {
        let more = files.len().saturating_sub(NAMED);
        files.truncate(NAMED);
        let more = if 0 < more { format!(" and {more} more") } else { String::new() };
        rows.push(row(Subject::Zones, format!("{}: {}{more}", counted(after.zone_count(), "zone"), files.join(", "))));
    }
    let (listed, now_listed) = (&before.chart.watchlists, &after.chart.watchlists);
    if listed.digest() != now_listed.digest() {
        rows.push(row(
            Subject::Lists,
            format!("{} listed, {} before", counted(now_listed.len(), "vessel"), listed.len()),
        ));
    }
    rows
}

/// The tables of the settings that differ, and the sinks that came or went.
fn tables(before: &Checked, after: &Checked) -> Vec<String> {
    // Settings always serialise.
    let values = [before, after].map(|settings| serde_json::to_value(&settings.engine).unwrap_or_default());
    let none = serde_json::Map::new();
    let [old, new] = values.each_ref().map(|value| value.as_object().unwrap_or(&none));
    let names = new.iter().filter(|(name, value)| old.get(*name) != Some(*value));
    let mut changed: Vec<String> = names.flat_map(|(name, value)| table(name, old.get(name), value)).collect();
    let mut other = |name: &str, differs: bool| changed.extend(differs.then(|| name.to_owned()));
    other("sinks", orders(before).filters != orders(after).filters);
    other("retention", before.retention != after.retention);
    other("delivery", before.delivery != after.delivery);
    let has = |settings: &Checked, name: &str| settings.sinks.iter().any(|sink| sink.name == name);
    let gone =
        before.sinks.iter().filter(|sink| !has(after, &sink.name)).map(|sink| format!("without sink {}", sink.name));
    let new = after.sinks.iter().filter(|sink| !has(before, &sink.name)).map(|sink| format!("new sink {}", sink.name));
    changed.extend(gone.chain(new));
    changed
}

/// The name of a table that differs. Of the behaviours, the name of each.
fn table(name: &str, before: Option<&Value>, after: &Value) -> Vec<String> {
    match (name, after) {
        ("behaviours", Value::Object(all)) => {
            let differs = |behaviour: &str, value| before.and_then(|before| before.get(behaviour)) != Some(value);
            let differing = all.iter().filter(|(behaviour, value)| differs(behaviour, value));
            differing.map(|(behaviour, _)| format!("behaviours.{behaviour}")).collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// What became of each file, in the order of names.
fn files(before: &[(String, String)], after: &[(String, String)]) -> Vec<String> {
    let old: BTreeMap<&str, &str> = before.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let new: BTreeMap<&str, &str> = after.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, text) in &new {
        match old.get(name) {
            None => drop(all.insert(name, "added")),
            Some(before) if before != text => drop(all.insert(name, "changed")),
            Some(_) => {}
        }
    }
    all.extend(old.keys().filter(|name| !new.contains_key(*name)).map(|name| (*name, "removed")));
    all.into_iter().map(|(name, what)| format!("{name} {what}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_came_changed_or_went_are_named() {
        let texts = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let before = texts(&[("a.geojson", "1"), ("b.geojson", "1"), ("c.geojson", "1")]);
        let after = texts(&[("b.geojson", "2"), ("c.geojson", "1"), ("d.geojson", "1")]);
        assert_eq!(files(&before, &after), ["a.geojson removed", "b.geojson changed", "d.geojson added"]);
        assert_eq!(files(&after, &after), [""; 0]);
    }
}
