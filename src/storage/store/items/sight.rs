//! How far the log reaches for a reader. Rows about what is above its ceiling are not counted.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::clears::allowed;
use crate::storage::store::stages::clear::Clearance;

/// Last entry of the log; 0 before the first. Rows about reading are not part of the log: a list does not change because somebody read it.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<i64> {
    let text = "SELECT seq FROM audit WHERE verb IS NOT 'consultation' ORDER BY seq DESC LIMIT 1";
    let found = connection.prepare_cached(text)?.query_row([], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(0))
}

/// Last entry of the log that is not about an alert or case above the clearance; 0 without one. Another number would tell when something
/// happens above it.
pub(in crate::storage::store) fn last_for(connection: &Connection, clearance: &Clearance) -> rusqlite::Result<i64> {
    if *clearance == Clearance::everything() {
        return last(connection);
    }
    let text =
        format!("SELECT seq FROM audit WHERE verb IS NOT 'consultation' AND {IN_SIGHT} ORDER BY seq DESC LIMIT 1");
    let clears = allowed(connection, clearance)?;
    let found = connection.prepare_cached(&text)?.query_row(named_params! { ":clears": clears }, |row| row.get(0));
    Ok(found.optional()?.unwrap_or(0))
}

/// Whether a row of the audit trail is about no alert above the clearance, and no case with one. `:clears` are the markings that it allows.
pub(in crate::storage::store) const IN_SIGHT: &str =
    "NOT EXISTS (SELECT 1 FROM alert_items WHERE id = audit.subject AND clears NOT IN (SELECT value FROM json_each(:clears)))
     AND NOT EXISTS (SELECT 1 FROM case_alerts JOIN alert_items ON alert_items.id = case_alerts.alert
         WHERE case_alerts.case_id = audit.subject AND clears NOT IN (SELECT value FROM json_each(:clears)))";
