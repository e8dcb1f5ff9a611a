//! Alerts that are open in the store after a restart but that no engine follows, because the state they came from is lost.
//!
//! They would stay open for ever, here and at every sink. Ending them says honestly that they are no longer watched; if the engine meets
//! the same alert again, `resumed` reopens it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;

use super::columns::stored_severity;
use super::error::StoreError;
use super::offer::{Ending, MAY_GO_ON};
use super::rows::{self, StoreChange};
use super::stages::filter::Filter;
use super::{connect, markings, offer};
use atalaia_core::alerts::ChangeKind;
use atalaia_core::base::time::{Span, Time};

/// The reason given when such an alert is ended.
pub(super) const GIVEN_UP: &str = "not followed over a restart: the state of the program was lost";

/// Alerts that a new engine may raise a second time: maximum age before the most recent alert, and maximum number. The ids are
/// held in memory.
const LATELY: Span = Span::from_hours(14 * 24);
const MOST_LATELY: u32 = 20_000;

/// The journal position after the last lines whose changes are stored; 0 for a store without any.
pub fn reached(path: &Path) -> Result<u64, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<u64> {
        let reached =
            connection.query_row("SELECT journal_seq FROM reached", [], |row| row.get::<_, i64>(0)).optional()?;
        Ok(reached.unwrap_or(0) as u64)
    };
    read().map_err(StoreError::sqlite(path))
}

/// The stored revision of each alert in `ids` and of all recent alerts, which an engine without a snapshot may raise a second time. Unknown
/// ids are left out.
pub fn revisions(path: &Path, ids: &BTreeSet<String>) -> Result<BTreeMap<String, u32>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<BTreeMap<String, u32>> {
        let mut query = connection.prepare("SELECT revision FROM alerts WHERE id = ?1")?;
        let mut lately = connection.prepare(
            "SELECT id, revision FROM alerts WHERE (SELECT max(last_at) FROM alerts) - ?1 <= last_at ORDER BY last_at DESC LIMIT ?2",
        )?;
        let lately = lately.query_map(params![LATELY.millis(), MOST_LATELY], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut known: BTreeMap<String, u32> = lately.collect::<Result<_, _>>()?;
        for id in ids {
            if let Some(revision) = query.query_row([id], |row| row.get(0)).optional()? {
                known.insert(id.clone(), revision);
            }
        }
        Ok(known)
    };
    read().map_err(StoreError::sqlite(path))
}

/// Ends every open alert that is not in `open`, as of the time it was last known to hold. Returns how many were ended and whether a
/// delivery is now due. Alerts about the daemon and digests are left alone: the store itself opens and ends them.
pub(super) fn end(
    transaction: &Transaction<'_>,
    open: &BTreeSet<String>,
    filter: &[Filter],
    now: Time,
) -> rusqlite::Result<(usize, bool)> {
    let (mut ended, mut due) = (0, false);
    let mut all = transaction.prepare(
        "SELECT id, revision, announced, severity, body, mark, behaviour FROM alerts
         WHERE status = 'open' AND id NOT IN (SELECT alert FROM notices UNION ALL SELECT alert FROM digests) ORDER BY id",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, revision, announced): (String, u32, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if open.contains(&id) {
            continue;
        }
        let severity: i64 = row.get(3)?;
        let body: String = row.get(4)?;
        // Only a damaged file has such a row. The alert stays open, which is visible, rather than stop the restart.
        let Ok(Value::Object(alert)) = serde_json::from_str(&body) else {
            continue;
        };
        let mut marked = Value::Object(alert);
        markings::apply(&mut marked, row.get::<_, Option<String>>(5)?.as_deref());
        let handling = markings::of_machine(&marked);
        let (behaviour, grade): (String, _) = (row.get(6)?, stored_severity(&marked));
        let Value::Object(mut alert) = marked else {
            continue;
        };
        let last_at = alert.get("last_at").cloned().unwrap_or(Value::Null);
        // The summary says that the behaviour goes on. It may, but this daemon no longer follows it.
        let summary = alert.get("summary").and_then(Value::as_str).unwrap_or_default();
        alert.insert("summary".to_owned(), format!("{MAY_GO_ON} {summary}").into());
        alert.insert("status".to_owned(), "ended".into());
        alert.insert("ended_at".to_owned(), last_at.clone());
        let alert = Value::Object(alert);
        let at = last_at.as_str().and_then(Time::parse).unwrap_or(now);
        // The engine continues from the stored revision, so no other change gets this number.
        let revision = revision + 1;
        let (change, reason) = (ChangeKind::Ended, GIVEN_UP);
        rows::restate(
            transaction,
            &StoreChange { id: &id, revision, at, change, severity, reason, alert: &alert },
            now,
        )?;
        ended += 1;
        if !announced {
            continue;
        }
        // A sink that received the opening must also learn that the alert is no longer followed.
        for filter in filter {
            let end = Ending { alert: &id, behaviour: &behaviour, severity: grade, revision, at, handling: &handling };
            due |= offer::offer_end(transaction, filter, &end, now)?;
        }
    }
    Ok((ended, due))
}
