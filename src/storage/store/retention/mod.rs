//! Retention: data that has reached its retention time is deleted, class by class. Open alerts, held cases and pending deliveries are never
//! deleted.
//!
//! | class | its age counts from | kept at any age |
//! |---|---|---|
//! | alerts | their last stored change, unless an analyst set a date | open and not closed, of a held case, delivery pending |
//! | notes | when they were written; at the latest they go with their alert | as their alert, but for deliveries |
//! | cases | their last stored change | held, with an alert left |
//! | silences | when they were made, by the time of alerts | in force or in the future |
//! | audit rows | the action | of a held case or its alerts, records of purges; rows behind one that stays are emptied |
//! | copies and damaged files | their modification, by the time of alerts | - |
//!
//! Received lines are the journal's to delete (`journal::purge`), with the spans that [`held_spans`](super::held_spans) gives.
//!
//! A purge consists of many small transactions, so that the writer never waits for long. Each of them also records how much was deleted
//! (`purges`, numbers only), so that the record is correct even if the purge is interrupted. Its audit row is written at the end, or by the
//! next purge.

mod settings;

pub use settings::RetentionSettings;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::error::StoreError;
use super::holds::HELD;
use super::trail::{Actor, audit};
use super::{chain, connect, integrity, migration, schema};
use crate::storage::store::act::Act;
use crate::storage::store::subject::Subject;
use atalaia_core::base::time::{Span, Time};

/// Maximum number of rows deleted in one transaction, not counting the few that depend on an alert and are deleted with it.
const ROWS: usize = 200;
/// Pause between two transactions, in which the writer can work.
const PAUSE: Duration = Duration::from_millis(10);
/// Maximum number of attempts to truncate the write-ahead log, and how long each waits for readers. If all fail, a later checkpoint does
/// it.
const LOG_TRIES: u32 = 20;
const LOG_WAIT: Duration = Duration::from_millis(250);
/// The program's own audit rows of an alert. They may name vessels and lose their text with the alert; rows of people stay for
/// `audit_days`.
const OURS: &str = "('opened', 'updated', 'ended', 'retracted')";

/// What a purge deleted or would delete, by class, and what it kept despite its age.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purged {
    /// Alerts, including their changes and deliveries.
    pub alerts: u64,
    /// Cases without alerts.
    pub cases: u64,
    /// Notes, including those of deleted alerts.
    pub notes: u64,
    /// Silences that are over.
    pub silences: u64,
    /// Audit rows.
    pub audit: u64,
    /// Copies of the file made before migrations, and damaged files that were set aside.
    pub copies: u64,
    /// Alerts kept by a hold.
    pub held_alerts: u64,
    /// Cases kept by a hold.
    pub held_cases: u64,
    /// Notes kept by a hold.
    pub held_notes: u64,
    /// Audit rows kept by a hold.
    pub held_audit: u64,
    /// Alerts kept because a delivery is pending.
    pub waiting: u64,
}

impl Purged {
    /// Whether nothing was deleted.
    pub fn is_empty(&self) -> bool {
        self.alerts + self.cases + self.notes + self.silences + self.audit + self.copies == 0
    }
}

/// Deletes what has reached its retention time or, with `dry_run`, only counts it. The daemon may be running.
///
/// # Errors
/// `File` if a copy cannot be removed. What was deleted before an error stays deleted, and the record says how much it was.
pub fn purge<'a>(
    path: &Path,
    settings: &RetentionSettings,
    who: impl Into<Actor<'a>>,
    now: Time,
    dry_run: bool,
) -> Result<Purged, StoreError> {
    let connection = connect::beside(path)?;
    let mut purge = Purge { connection, settings, who: who.into(), now, record: None, gone: Purged::default() };
    let found = purge.find().map_err(StoreError::sqlite(path))?;
    // The copies contain the alerts to be deleted. Held data remains in the main file.
    let copies = copies(path, purge.before(settings.alerts_days));
    if dry_run {
        return Ok(Purged { copies: copies.len() as u64, ..found });
    }
    for copy in &copies {
        fs::remove_file(copy).map_err(StoreError::file(copy))?;
    }
    purge.gone.copies = copies.len() as u64;
    purge.remove().map_err(StoreError::sqlite(path))?;
    let Purged { held_alerts, held_cases, held_notes, held_audit, waiting, .. } = found;
    Ok(Purged { held_alerts, held_cases, held_notes, held_audit, waiting, ..purge.gone })
}

/// Copies made before migrations and damaged files set aside, if last modified at or before this time (milliseconds since 1970). They hold
/// alerts that the main file no longer has.
fn copies(path: &Path, before: i64) -> Vec<PathBuf> {
    let written = |copy: &PathBuf| {
        let age = fs::metadata(copy).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(age.as_millis()).ok()
    };
    let all = (1..schema::VERSION).map(|version| migration::kept_copy(path, version));
    all.chain(integrity::damaged(path)).filter(|copy| written(copy).is_some_and(|written| written <= before)).collect()
}

/// A purge under way.
struct Purge<'a> {
    connection: Connection,
    /// Retention times, in days.
    settings: &'a RetentionSettings,
    /// The author of the record of the purge.
    who: Actor<'a>,
    now: Time,
    /// Row number in `purges` of the record of this purge; `None` until something is deleted.
    record: Option<i64>,
    gone: Purged,
}

/// The classes in order of deletion. A case goes after its last alert.
const KINDS: [&str; 5] = ["alerts", "notes", "cases", "silences", "audit"];

impl Purge<'_> {
    /// The latest time, in milliseconds, that is old enough for a class; `i64::MIN` if the class is kept for ever.
    fn before(&self, days: u32) -> i64 {
        match days {
            0 => i64::MIN,
            days => (self.now - Span::from_hours(24 * i64::from(days))).millis(),
        }
    }

    /// Lists what is old enough in a temporary table of this connection, and counts it. Column `kept` says why a row stays although it is
    /// old
    /// enough. Alerts come first, because notes and cases are due with their last alert.
    fn find(&self) -> rusqlite::Result<Purged> {
        let (now, settings) = (self.now.millis(), self.settings);
        let connection = &self.connection;
        connection.execute_batch(
            "PRAGMA temp_store = MEMORY;
             CREATE TEMP TABLE due (kind TEXT NOT NULL, key TEXT NOT NULL, kept TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;",
        )?;
        connection.execute(
            &format!(
                "WITH RECURSIVE {HELD}
                 INSERT INTO temp.due SELECT 'alerts', id, CASE
                     WHEN EXISTS (SELECT 1 FROM held JOIN case_alerts USING (case_id) WHERE alert = alerts.id) THEN 'held'
                     WHEN EXISTS (SELECT 1 FROM outbox WHERE alert = alerts.id AND state = 'pending') THEN 'waiting' END
                 FROM alerts WHERE {DUE}"
            ),
            params![self.before(settings.alerts_days), now],
        )?;
        connection.execute(
            &format!(
                "WITH RECURSIVE {HELD}
                 INSERT INTO temp.due SELECT 'notes', notes.seq, CASE
                     WHEN EXISTS (SELECT 1 FROM held JOIN case_alerts USING (case_id) WHERE alert = notes.alert) THEN 'held' END
                 FROM notes JOIN alerts ON alerts.id = notes.alert
                 WHERE (notes.at <= ?1 AND (alerts.status <> 'open' OR alerts.state = 'closed'))
                    OR alert IN (SELECT key FROM temp.due WHERE kind = 'alerts' AND kept IS NOT 'waiting')"
            ),
            [self.before(settings.notes_days)],
        )?;
        connection.execute(
            &format!(
                "WITH RECURSIVE {HELD}
                 INSERT INTO temp.due SELECT 'cases', id, CASE WHEN id IN (SELECT case_id FROM held) THEN 'held' END
                 FROM cases WHERE stored_at <= ?1 AND (id IN (SELECT case_id FROM held) OR NOT EXISTS (
                     SELECT 1 FROM case_alerts JOIN alerts ON alerts.id = case_alerts.alert WHERE case_alerts.case_id = cases.id
                     AND alerts.id NOT IN (SELECT key FROM temp.due WHERE kind = 'alerts' AND kept IS NULL)))"
            ),
            [self.before(settings.cases_days)],
        )?;
        connection.execute(
            "INSERT INTO temp.due SELECT 'silences', seq, NULL FROM silences
             WHERE made_at <= ?1 AND (until_at <= ?2 OR lifted_at IS NOT NULL)",
            params![self.before(settings.alerts_days), now],
        )?;
        connection.execute(
            &format!(
                "WITH RECURSIVE {HELD}
                 INSERT INTO temp.due SELECT 'audit', seq, CASE
                     WHEN subject IN (SELECT case_id FROM held)
                       OR subject IN (SELECT alert FROM held JOIN case_alerts USING (case_id)) THEN 'held' END
                 FROM audit WHERE at <= ?1 AND what <> 'purged'"
            ),
            [self.before(settings.audit_days)],
        )?;
        // Rows that were emptied stay until every row before them can go.
        connection.execute(
            "DELETE FROM temp.due WHERE kind = 'audit' AND CAST(key AS INTEGER) IN (SELECT seq FROM audit WHERE who = '' AND seq >
                 (SELECT min(seq) FROM audit WHERE what <> 'purged' AND seq > (SELECT seq FROM chain_start) AND NOT EXISTS
                     (SELECT 1 FROM temp.due WHERE kind = 'audit' AND key = CAST(seq AS TEXT) AND kept IS NULL)))",
            [],
        )?;
        let count = |kind: &str, kept: Option<&str>| -> rusqlite::Result<u64> {
            let mut query =
                connection.prepare_cached("SELECT count(*) FROM temp.due WHERE kind = ?1 AND kept IS ?2")?;
            query.query_row(params![kind, kept], |row| row.get::<_, i64>(0)).map(|count| count as u64)
        };
        let [alerts, notes, cases, silences, audit] = KINDS;
        Ok(Purged {
            alerts: count(alerts, None)?,
            cases: count(cases, None)?,
            notes: count(notes, None)?,
            silences: count(silences, None)?,
            audit: count(audit, None)?,
            copies: 0,
            held_alerts: count(alerts, Some("held"))?,
            held_cases: count(cases, Some("held"))?,
            held_notes: count(notes, Some("held"))?,
            held_audit: count(audit, Some("held"))?,
            waiting: count(alerts, Some("waiting"))?,
        })
    }

    /// Deletes what was listed, unless it is no longer old enough or has been put under a hold since. Each transaction checks that again:
    /// the
    /// daemon and analysts go on working during a purge.
    fn remove(&mut self) -> rusqlite::Result<()> {
        for kind in KINDS {
            let keys: Vec<String> = {
                let mut query = self
                    .connection
                    .prepare("SELECT key FROM temp.due WHERE kind = ?1 AND kept IS NULL ORDER BY length(key), key")?;
                let rows = query.query_map([kind], |row| row.get(0))?;
                rows.collect::<rusqlite::Result<_>>()?
            };
            let mut keys = keys.as_slice();
            while !keys.is_empty() {
                keys = self.step(kind, keys)?;
                thread::sleep(PAUSE);
            }
        }
        if !self.gone.is_empty() {
            // An empty step writes the record of copies that were removed although no row was.
            self.step(KINDS[0], &[])?;
            conclude(&mut self.connection, self.record, self.who, self.now)?;
            self.give_back()?;
        }
        Ok(())
    }

    /// Runs one transaction. Returns the keys that are left.
    fn step<'k>(&mut self, kind: &str, mut keys: &'k [String]) -> rusqlite::Result<&'k [String]> {
        let before = match kind {
            "alerts" => self.before(self.settings.alerts_days),
            _ => 0,
        };
        let mut gone = self.gone;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // An alert can have more rows than one transaction may delete. It stays in `keys` until its last row is gone.
        let mut room = ROWS;
        while let Some((key, rest)) = keys.split_first()
            && 0 < room
        {
            let done = match kind {
                "alerts" => remove_alert(&transaction, key, before, self.now, &mut room, &mut gone)?,
                kind => remove_row(&transaction, kind, key, &mut room, &mut gone)?,
            };
            if !done {
                break;
            }
            keys = rest;
        }
        let record = say(&transaction, self.record, self.who, self.now, &gone)?;
        transaction.commit()?;
        (self.record, self.gone) = (record, gone);
        Ok(keys)
    }

    /// Returns the freed pages to the disk, a few at a time, and truncates the write-ahead log, which still contains the deleted data.
    fn give_back(&self) -> rusqlite::Result<()> {
        let connection = &self.connection;
        let free = || connection.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0));
        let mut left = free()?;
        while 0 < left {
            let mut step = connection.prepare(&format!("PRAGMA incremental_vacuum({ROWS})"))?;
            let mut rows = step.query([])?;
            while rows.next()?.is_some() {}
            let now = free()?;
            if left <= now {
                break;
            }
            left = now;
            thread::sleep(PAUSE);
        }
        connection.busy_timeout(LOG_WAIT)?;
        for _ in 0..LOG_TRIES {
            let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy == 0 {
                break;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

/// True for an alert that is over and old enough. `?1` is the limit of its class, `?2` the current time. A date set by an analyst takes
/// precedence.
const DUE: &str =
    "(status <> 'open' OR state = 'closed') AND CASE WHEN retain_until IS NOT NULL THEN retain_until <= ?2
    ELSE coalesce((SELECT max(stored_at) FROM changes WHERE alert = alerts.id), last_at) <= ?1 END";

/// Deletes an alert within the remaining row limit. Returns true when it is gone or must not be deleted any more.
fn remove_alert(
    transaction: &Transaction<'_>,
    id: &str,
    before: i64,
    now: Time,
    room: &mut usize,
    gone: &mut Purged,
) -> rusqlite::Result<bool> {
    let mut query = transaction.prepare_cached(&format!(
        "WITH RECURSIVE {HELD}
         SELECT 1 FROM alerts WHERE {DUE} AND id = ?3
         AND NOT EXISTS (SELECT 1 FROM held JOIN case_alerts USING (case_id) WHERE alert = ?3)
         AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert = ?3 AND state = 'pending')"
    ))?;
    if query.query_row(params![before, now.millis(), id], |_| Ok(())).optional()?.is_none() {
        return Ok(true);
    }
    // The outbox must go first, because its rows refer to changes.
    for table in ["outbox", "notes", "changes"] {
        let mut delete = transaction.prepare_cached(&format!(
            "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE alert = ?1 ORDER BY rowid DESC LIMIT ?2)"
        ))?;
        let count = delete.execute(params![id, *room as i64])?;
        *room -= count;
        if table == "notes" {
            gone.notes += count as u64;
        }
        if *room == 0 {
            return Ok(false);
        }
    }
    let forgotten = chain::drop_text(transaction, id, OURS)?;
    // Its few vessel and zone rows are deleted with it.
    transaction.prepare_cached("DELETE FROM alerts WHERE id = ?1")?.execute([id])?;
    *room = room.saturating_sub(forgotten + 1);
    gone.alerts += 1;
    Ok(true)
}

/// Deletes one row of another class, unless a hold protects it by now.
fn remove_row(
    transaction: &Transaction<'_>,
    kind: &str,
    key: &str,
    room: &mut usize,
    gone: &mut Purged,
) -> rusqlite::Result<bool> {
    let free = |subjects: &str| format!("WITH RECURSIVE {HELD} DELETE FROM {subjects}");
    let of_held = "(SELECT alert FROM held JOIN case_alerts USING (case_id))";
    let text = match kind {
        "notes" => free(&format!("notes WHERE seq = CAST(?1 AS INTEGER) AND alert NOT IN {of_held}")),
        "cases" => free(
            "cases WHERE id = ?1 AND id NOT IN (SELECT case_id FROM held) AND NOT EXISTS (
                 SELECT 1 FROM case_alerts JOIN alerts ON alerts.id = case_alerts.alert WHERE case_alerts.case_id = cases.id)",
        ),
        "silences" => "DELETE FROM silences WHERE seq = CAST(?1 AS INTEGER)".to_owned(),
        _ => return retire(transaction, key, room, gone),
    };
    let count = transaction.prepare_cached(&text)?.execute([key])?;
    let class = match kind {
        "notes" => &mut gone.notes,
        "cases" => &mut gone.cases,
        _ => &mut gone.silences,
    };
    *class += count as u64;
    *room = room.saturating_sub(count.max(1));
    Ok(true)
}

/// Takes one row out of the audit trail, unless a hold protects it by now.
fn retire(transaction: &Transaction<'_>, key: &str, room: &mut usize, gone: &mut Purged) -> rusqlite::Result<bool> {
    let mut held = transaction.prepare_cached(&format!(
        "WITH RECURSIVE {HELD} SELECT EXISTS (SELECT 1 FROM audit WHERE seq = ?1 AND (subject IN (SELECT case_id FROM held)
             OR subject IN (SELECT alert FROM held JOIN case_alerts USING (case_id))))"
    ))?;
    let seq: i64 = key.parse().unwrap_or_default();
    if !held.query_row([seq], |row| row.get(0))? && chain::retire(transaction, seq)? {
        gone.audit += 1;
    }
    *room = room.saturating_sub(1);
    Ok(true)
}

/// Records how much was deleted so far: one row in `purges`, kept for ever and containing only numbers. Returns its number.
fn say(
    transaction: &Transaction<'_>,
    purge: Option<i64>,
    who: Actor<'_>,
    now: Time,
    gone: &Purged,
) -> rusqlite::Result<Option<i64>> {
    if gone.is_empty() {
        return Ok(purge);
    }
    let purge = match purge {
        Some(purge) => purge,
        None => {
            transaction.execute("INSERT INTO purges (at, who) VALUES (?1, ?2)", params![now.millis(), who.who])?;
            transaction.last_insert_rowid()
        }
    };
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    transaction.execute(
        "UPDATE purges SET alerts = ?2, cases = ?3, notes = ?4, silences = ?5, audit = ?6, copies = ?7 WHERE seq = ?1",
        params![
            purge,
            count(gone.alerts),
            count(gone.cases),
            count(gone.notes),
            count(gone.silences),
            count(gone.audit),
            count(gone.copies)
        ],
    )?;
    Ok(Some(purge))
}

/// Writes the audit row of each purge that has none: of this one at its end, and of earlier ones that were interrupted. Before, because a
/// row cannot be changed once it is written. `who` is the author of purge `own`.
fn conclude(connection: &mut Connection, own: Option<i64>, who: Actor<'_>, now: Time) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut open = transaction.prepare(
            "SELECT seq, who, alerts || ' alerts, ' || cases || ' cases, ' || notes || ' notes, ' || silences || ' silences, ' || audit ||
                 ' audit rows, ' || copies || ' copies' FROM purges
             WHERE NOT EXISTS (SELECT 1 FROM audit WHERE subject = 'purge ' || purges.seq AND what = 'purged') ORDER BY seq",
        )?;
        let open = open.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let open: Vec<(i64, String, String)> = open.collect::<rusqlite::Result<_>>()?;
        for (purge, name, why) in &open {
            let who = if own == Some(*purge) { who } else { Actor::from(name.as_str()) };
            audit(&transaction, now, who, Act::Purged, &Subject::Purge(*purge), Some(why))?;
        }
    }
    transaction.commit()
}

#[cfg(test)]
mod tests;
