//! The gathered rows of the outbox: they take over the outcome of their digest, leave it when it is withdrawn, and are retried with it.
//!
//! Column `digest` has the key of the digest that lists a row, `<id>-<revision>`; it is null while the row waits for one. Column `error`
//! says the same to operators.

use rusqlite::{Transaction, params};

use atalaia_core::base::time::Time;

/// Prefix of the text on a row that was delivered in a digest. The key of the digest follows.
pub const IN_DIGEST: &str = "in digest ";

/// Text on a digest that was withdrawn because of a new marking. Its alerts are in a later one, so it is never retried.
pub const WITHDRAWN: &str = "an alert in it was marked otherwise";

/// Text on a row that is in no digest yet.
pub(in crate::storage::store) const WAITS: &str = "waits for a digest, as the sink has had its alerts of this hour";

/// Applies the outcome of a digest to all rows in it.
pub(in crate::storage::store) fn settle(
    transaction: &Transaction<'_>,
    sink: &str,
    key: &str,
    state: &str,
    why: Option<&str>,
    now: Time,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = ?3, told_at = ?4, attempts = attempts + 1, error = ?5
         WHERE digest = ?2 AND sink = ?1 AND state = 'pending'",
    )?;
    let why = why.map_or_else(|| format!("{IN_DIGEST}{key}"), |why| format!("{IN_DIGEST}{key}: {why}"));
    update.execute(params![sink, key, state, now.millis(), why]).map(drop)
}

/// Puts the rows of a digest that must not be sent back to waiting for another one.
pub(in crate::storage::store) fn dissolve(
    transaction: &Transaction<'_>,
    sink: &str,
    key: &str,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET digest = NULL, error = ?3 WHERE digest = ?2 AND sink = ?1 AND state = 'pending'",
    )?;
    update.execute(params![sink, key, WAITS]).map(drop)
}

/// Handles a new marking of an alert: an undelivered digest that contains the alert is withdrawn and formed again with the new marking.
pub(in crate::storage::store) fn marked(transaction: &Transaction<'_>, alert: &str) -> rusqlite::Result<()> {
    let mut query = transaction.prepare(
        "SELECT DISTINCT sink, digest FROM outbox WHERE alert = ?1 AND state = 'pending' AND digest IS NOT NULL",
    )?;
    let keys = query.query_map([alert], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (sink, key) in keys.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
        dissolve(transaction, &sink, &key)?;
        if let Some((id, revision)) = key.split_once('-') {
            transaction.execute(
                "UPDATE outbox SET state = 'withheld', error = ?4
                 WHERE sink = ?1 AND alert = ?2 AND revision = ?3 AND state = 'pending'",
                params![sink, id, revision, WITHDRAWN],
            )?;
        }
    }
    Ok(())
}

/// Queues a failed gathered row again on request. If its digest is also pending or failed, the row stays with it; otherwise it waits
/// for another digest.
pub(in crate::storage::store) fn retry_gathered(
    transaction: &Transaction<'_>,
    seq: i64,
    now: Time,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = 'pending', told_at = NULL, attempts = 0, since = ?2,
             (digest, error) = (SELECT kept.digest, iif(kept.digest IS NULL, ?3, 'in digest ' || kept.digest) FROM (SELECT (
                 SELECT outbox.digest FROM outbox AS other WHERE other.sink = outbox.sink AND other.state IN ('pending', 'failed')
                     AND other.alert = substr(outbox.digest, 1, instr(outbox.digest, '-') - 1)
                     AND other.revision = CAST(substr(outbox.digest, instr(outbox.digest, '-') + 1) AS INTEGER)
             ) AS digest) AS kept)
         WHERE seq = ?1",
    )?;
    update.execute(params![seq, now.millis(), WAITS]).map(drop)
}

/// Queues one alert of a digest again on request. It is sent singly.
pub(in crate::storage::store) fn retry_singly(transaction: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached("UPDATE outbox SET gathered = 0, digest = NULL WHERE seq = ?1")?;
    update.execute([seq]).map(drop)
}

/// Queues the rows of a digest again on request, so that they take over its new outcome.
pub(in crate::storage::store) fn retry_digest(
    transaction: &Transaction<'_>,
    sink: &str,
    key: &str,
    now: Time,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE outbox SET state = 'pending', told_at = NULL, attempts = 0, since = ?3, error = 'in digest ' || digest
         WHERE digest = ?2 AND sink = ?1 AND state = 'failed'",
    )?;
    update.execute(params![sink, key, now.millis()]).map(drop)
}
