//! Writes the rows of alerts, changes and cases.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use super::act::Act;
use super::columns::{json, rank, status_of};
use super::subject::Subject;
use super::trail::{OURSELVES, audit};
use super::work_state::WorkState;
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, ChangeKind};
use atalaia_core::base::time::Time;

/// Stores the change itself. Returns false if it was stored before: its alert and revision are the key, and the first line is kept.
pub(super) fn insert(transaction: &Transaction<'_>, change: &Change, now: Time) -> rusqlite::Result<bool> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO changes (alert, revision, at, kind, severity, stored_at, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING",
    )?;
    let (alert, kind) = (&change.alert, change.change.name());
    let (at, severity) = (change.at.millis(), rank(alert.severity));
    let row = params![alert.id, change.revision, at, kind, severity, now.millis(), json(change)];
    Ok(0 < insert.execute(row)?)
}

/// A change that the store makes itself and that the engine does not know: the end of an abandoned alert, or its reopening.
pub(super) struct StoreChange<'a> {
    /// Id of the alert.
    pub(super) id: &'a str,
    /// Its number: one above the latest stored revision.
    pub(super) revision: u32,
    /// Event time.
    pub(super) at: Time,
    /// What happens to the alert.
    pub(super) change: ChangeKind,
    /// As in column `severity`.
    pub(super) severity: i64,
    /// The reason in the line and in the audit trail.
    pub(super) reason: &'a str,
    /// The alert after the change.
    pub(super) alert: &'a Value,
}

/// Stores such a change and updates the alert.
pub(super) fn restate(transaction: &Transaction<'_>, restated: &StoreChange<'_>, now: Time) -> rusqlite::Result<()> {
    let StoreChange { id, revision, at, change, severity, reason, alert } = *restated;
    transaction.execute(
        "UPDATE alerts SET status = ?2, ended_at = iif(?2 = 'open', NULL, last_at), revision = ?3, body = ?4 WHERE id = ?1",
        params![id, alert["status"].as_str(), revision, alert.to_string()],
    )?;
    // The line is what sinks get, in the shape of a change of the engine.
    let kind = change.name();
    let line = json!({"change": kind, "revision": revision, "at": at.to_string(), "reason": reason, "alert": alert});
    transaction.execute(
        "INSERT INTO changes (alert, revision, at, kind, severity, stored_at, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![id, revision, at.millis(), kind, severity, now.millis(), line.to_string()],
    )?;
    audit(transaction, now, OURSELVES, change.into(), &Subject::alert(id), Some(reason))
}

/// Stores the state of a case, unless it is stored already. Its history is in the changes of its alerts.
pub(super) fn store_case(transaction: &Transaction<'_>, case: &Case, now: Time) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO cases (id, score, severity, stored_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET score = excluded.score, severity = excluded.severity,
             stored_at = excluded.stored_at, body = excluded.body WHERE excluded.body <> cases.body",
    )?;
    if upsert.execute(params![case.id, case.score, rank(case.severity), now.millis(), json(case)])? == 0 {
        return Ok(());
    }
    let alerts = serde_json::Value::from(case.alerts.as_slice()).to_string();
    let mut left = transaction.prepare_cached(
        "UPDATE alerts SET case_id = NULL WHERE case_id = ?1 AND id NOT IN (SELECT value FROM json_each(?2))",
    )?;
    // A case that gave alerts to another one no longer contains them.
    left.execute(params![case.id, alerts])?;
    let mut joined = transaction.prepare_cached(
        "UPDATE alerts SET case_id = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND case_id IS NOT ?1",
    )?;
    joined.execute(params![case.id, alerts])?;
    // Never deleted by a later state of the case: holds follow these rows through a merge.
    let mut link = transaction
        .prepare_cached("INSERT INTO case_alerts (case_id, alert) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    case.alerts.iter().try_for_each(|alert| link.execute(params![case.id, alert]).map(drop))
}

/// Records that all changes caused by the journal up to this position are stored. The position never goes back: a replay after a crash
/// stores changes of earlier positions again.
pub(super) fn reached(transaction: &Transaction<'_>, position: u64, now: Time) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO reached (one, journal_seq, at) VALUES (1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET journal_seq = max(journal_seq, excluded.journal_seq), at = excluded.at",
    )?;
    // Positions count entries from 0 and never come near the sign bit.
    upsert.execute(params![position as i64, now.millis()]).map(drop)
}

/// Updates the stored alert to its state after a change, unless a newer revision is stored.
pub(super) fn upsert(transaction: &Transaction<'_>, change: &Change, now: Time) -> rusqlite::Result<()> {
    let alert = &change.alert;
    let severity = rank(alert.severity);
    let mut known =
        transaction.prepare_cached("SELECT revision, state, acknowledged_severity FROM alerts WHERE id = ?1")?;
    let known: Option<(u32, WorkState, Option<i64>)> =
        known.query_row([&alert.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    // A replay after a crash comes to earlier states of the alert again.
    if known.as_ref().is_some_and(|(revision, ..)| change.revision <= *revision) {
        return Ok(());
    }
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, ended_at,
             revision, body, case_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET announced = excluded.announced, status = excluded.status,
             severity = excluded.severity, score = excluded.score, started_at = excluded.started_at,
             last_at = excluded.last_at, ended_at = excluded.ended_at, revision = excluded.revision, body = excluded.body,
             case_id = coalesce(excluded.case_id, case_id)",
    )?;
    upsert.execute(params![
        alert.id,
        alert.behaviour.name(),
        alert.announced,
        status_of(alert.status),
        severity,
        alert.score,
        alert.started_at.millis(),
        alert.opened_at.millis(),
        alert.last_at.millis(),
        alert.ended_at.map(Time::millis),
        change.revision,
        json(&**alert),
        alert.case_id,
    ])?;
    // Vessels and zones are only added: a search by a vessel also finds alerts that named it earlier.
    let mut vessel = transaction.prepare_cached(
        "INSERT INTO alert_vessels (alert, mmsi, imo) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET imo = coalesce(excluded.imo, imo)",
    )?;
    for one in &alert.vessels {
        vessel.execute(params![alert.id, one.mmsi, one.imo])?;
    }
    let mut zone =
        transaction.prepare_cached("INSERT INTO alert_zones (alert, zone) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for one in &alert.zones {
        zone.execute(params![alert.id, one.id])?;
    }
    // An analyst who acknowledged a low alert has not seen it become a high one.
    let escalated = known.is_some_and(|(_, state, acknowledged)| {
        state == WorkState::Acknowledged && acknowledged.is_some_and(|acknowledged| acknowledged < severity)
    });
    if escalated {
        transaction.execute(
            "UPDATE alerts SET state = 'new', acknowledged_until = NULL, acknowledged_severity = NULL WHERE id = ?1",
            [&alert.id],
        )?;
        let why = format!("became {} after it was acknowledged", alert.severity.name());
        audit(transaction, now, OURSELVES, Act::Unacknowledged, &Subject::alert(&alert.id), Some(&why))?;
    }
    Ok(())
}
