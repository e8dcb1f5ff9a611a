//! What retention may do with rows of the chain, so that the rest still holds.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::content::Content;

/// Takes an old row out of the trail. The oldest row of the chain is deleted, and the chain then starts behind it; records of purges before
/// it stay. A row behind one that stays is emptied instead. Returns false if it was already gone.
pub(in crate::storage::store) fn retire(transaction: &Transaction<'_>, seq: i64) -> rusqlite::Result<bool> {
    let mut row = transaction.prepare_cached(
        "SELECT hash, seq > (SELECT seq FROM chain_start), EXISTS (SELECT 1 FROM audit AS older
             WHERE older.seq > (SELECT seq FROM chain_start) AND older.seq < ?1 AND older.what <> 'purged')
         FROM audit WHERE seq = ?1",
    )?;
    let row = row.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((hash, linked, behind)): Option<(Option<Vec<u8>>, bool, bool)> = row else {
        return Ok(false);
    };
    if linked && behind {
        let mut empty = transaction.prepare_cached(
            "UPDATE audit SET who = '', subject = '', caller = NULL, way = NULL, session = NULL, address = NULL,
                 purpose = NULL, why = NULL, result = NULL, salt = NULL, sealed = NULL WHERE seq = ?1 AND who <> ''",
        )?;
        return Ok(empty.execute([seq])? == 1);
    }
    if linked {
        let hash = hash.unwrap_or_default();
        transaction.execute("UPDATE chain_start SET seq = ?1, hash = ?2", params![seq, hash])?;
    }
    Ok(transaction.prepare_cached("DELETE FROM audit WHERE seq = ?1")?.execute([seq])? == 1)
}

/// Empties the reason and the result of the rows about a subject whose action is in `acts`, an SQL list. Everything else of them can still
/// be checked. Returns how many rows that were.
pub(in crate::storage::store) fn drop_text(
    transaction: &Transaction<'_>,
    subject: &str,
    acts: &str,
) -> rusqlite::Result<usize> {
    let mut rows = transaction.prepare_cached(&format!(
        "SELECT seq, why, result, salt FROM audit
         WHERE subject = ?1 AND (why IS NOT NULL OR result IS NOT NULL) AND what IN {acts}"
    ))?;
    let rows: Vec<(i64, Option<Vec<u8>>)> = rows.query_map([subject], sealed)?.collect::<rusqlite::Result<_>>()?;
    let mut drop = transaction
        .prepare_cached("UPDATE audit SET why = NULL, result = NULL, salt = NULL, sealed = ?2 WHERE seq = ?1")?;
    rows.iter().try_for_each(|(seq, seal)| drop.execute(params![seq, seal]).map(|_| ()))?;
    Ok(rows.len())
}

/// Number of a row, and the seal of its texts; `None` for a row from before the chain.
fn sealed(row: &Row<'_>) -> rusqlite::Result<(i64, Option<Vec<u8>>)> {
    let (why, result, salt): (Option<String>, Option<String>, Option<Vec<u8>>) =
        (row.get(1)?, row.get(2)?, row.get(3)?);
    let content = Content { why: why.as_deref(), result: result.as_deref(), ..Content::default() };
    Ok((row.get(0)?, salt.map(|salt| content.seal(&salt).to_vec())))
}
