//! Appends a row to the chain.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::content::{Content, LENGTH, link};

/// Appends a row with this content and returns its number, which replaces `content.seq`. The transaction must have taken the write lock
/// before: two rows would otherwise continue the same one.
pub(in crate::storage::store) fn append(transaction: &Transaction<'_>, content: &Content<'_>) -> rusqlite::Result<i64> {
    let (last, before) = end(transaction)?;
    let content = Content { seq: last + 1, ..*content };
    let salt: Vec<u8> = transaction.prepare_cached("SELECT randomblob(16)")?.query_row([], |row| row.get(0))?;
    let digest = content.digest(&content.seal(&salt));
    let hash = link(&before, &digest);
    let Content { seq, at, who, caller, way, session, address, verb, what, subject, purpose, why, result } = content;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO audit (seq, at, who, caller, way, session, address, verb, what, subject, purpose, why, result, salt, digest, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    insert.execute(params![
        seq, at, who, caller, way, session, address, verb, what, subject, purpose, why, result, salt, digest, hash
    ])?;
    Ok(seq)
}

/// Number and hash of the last row. If the chain has no row yet, where it starts.
pub(super) fn end(connection: &Connection) -> rusqlite::Result<(i64, Vec<u8>)> {
    let mut last = connection.prepare_cached(
        "SELECT seq, hash FROM audit WHERE seq > (SELECT seq FROM chain_start) ORDER BY seq DESC LIMIT 1",
    )?;
    let last = last.query_row([], |row| Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?))).optional()?;
    match last {
        // A row without a hash was put there by another program. The check finds it, whatever follows.
        Some((seq, hash)) => Ok((seq, hash.unwrap_or_else(|| vec![0; LENGTH]))),
        None => start(connection),
    }
}

/// Number and hash of the row before the first one of the chain. The hash is 32 bytes of zero if there never was one.
pub(super) fn start(connection: &Connection) -> rusqlite::Result<(i64, Vec<u8>)> {
    let mut start = connection.prepare_cached("SELECT seq, hash FROM chain_start")?;
    start.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}
