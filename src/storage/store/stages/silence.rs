//! Silence: whether an analyst has asked that an alert be held back.

use rusqlite::Transaction;

use atalaia_core::alerts::Alert;

/// The silence that covers the alert at its last time (event time), with its author and reason, as it is shown to operators; `None` if none
/// does. Of several, the one that was made first. A field that the silence does not set covers everything.
pub(in crate::storage::store) fn covering(
    transaction: &Transaction<'_>,
    alert: &Alert,
) -> rusqlite::Result<Option<String>> {
    let mut query = transaction.prepare_cached(
        "SELECT mmsi, zone, behaviour, seq, who, why FROM silences WHERE lifted_at IS NULL AND from_at <= ?1 AND ?1 < until_at
         ORDER BY seq",
    )?;
    let mut rows = query.query([alert.last_at.millis()])?;
    while let Some(row) = rows.next()? {
        let (mmsi, zone, behaviour): (Option<u32>, Option<String>, Option<String>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        // Here and not in SQL: vessels and zones are those of the alert at hand, not of its rows.
        if mmsi.is_none_or(|mmsi| alert.vessels.iter().any(|vessel| vessel.mmsi == mmsi))
            && zone.is_none_or(|zone| alert.zones.iter().any(|one| one.id == zone))
            && behaviour.is_none_or(|behaviour| behaviour == alert.behaviour.name())
        {
            let (number, who, why): (i64, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
            return Ok(Some(format!("silence {number} ({who}: {why})")));
        }
    }
    Ok(None)
}
