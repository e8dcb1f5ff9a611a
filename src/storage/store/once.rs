//! Requests that are carried out once however often they are sent: the answer is kept for a day under the key that the client chose.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};

use super::connect::in_transaction;
use super::error::StoreError;
use atalaia_core::base::time::{Span, Time};

/// How long the answer to a request is kept.
const KEPT: Span = Span::from_hours(24);

/// What identifies a request that may be sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestKey<'a> {
    /// The key that the client chose. Keys of different people are different.
    pub key: &'a str,
    /// Digest of everything else in the request.
    pub digest: [u8; 32],
}

/// What became of a request.
#[derive(Clone, PartialEq, Debug)]
pub enum Once<T> {
    /// It was carried out, with this result.
    Done(T),
    /// It was answered before, with this status and body.
    Repeated {
        /// Status of the response.
        status: u16,
        /// Body of the response.
        body: String,
    },
    /// The key was used for another request, or its answer is about alerts that the author may no longer see.
    Reused,
}

/// Carries out a request in one transaction, unless the same one was answered within 24 hours. `answer` makes what a repetition is answered
/// with: status and body. A request that fails keeps nothing, so that it can be tried again. `who` is the author, `now` the wall clock.
pub(super) fn once<T>(
    path: &Path,
    who: &str,
    key: Option<&RequestKey<'_>>,
    now: Time,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    answer: impl FnOnce(&T) -> (u16, String),
) -> Result<Once<T>, StoreError> {
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let Some(key) = key else {
            return work(transaction).map(Once::Done);
        };
        if let Some(earlier) = earlier(transaction, who, key, now).map_err(&failed)? {
            return Ok(earlier);
        }
        let done = work(transaction)?;
        let (status, body) = answer(&done);
        keep(transaction, who, key, status, &body, now).map_err(failed)?;
        Ok(Once::Done(done))
    })
}

/// The answer that was given to this key, if it is still kept.
pub(super) fn earlier<T>(
    transaction: &Transaction<'_>,
    person: &str,
    key: &RequestKey<'_>,
    now: Time,
) -> rusqlite::Result<Option<Once<T>>> {
    let mut query = transaction
        .prepare_cached("SELECT digest, status, body FROM requests WHERE person = ?1 AND key = ?2 AND at > ?3")?;
    let kept = query.query_row(params![person, key.key, (now - KEPT).millis()], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, Once::Repeated { status: row.get(1)?, body: row.get(2)? }))
    });
    let kept = kept.optional()?;
    Ok(kept.map(|(digest, answer)| if *digest == key.digest { answer } else { Once::Reused }))
}

/// Keeps an answer, and forgets those that are too old.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    person: &str,
    key: &RequestKey<'_>,
    status: u16,
    body: &str,
    now: Time,
) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM requests WHERE at <= ?1", [(now - KEPT).millis()])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO requests (person, key, at, digest, status, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET at = excluded.at, digest = excluded.digest, status = excluded.status, body = excluded.body",
    )?;
    insert.execute(params![person, key.key, now.millis(), key.digest, status, body]).map(drop)
}
