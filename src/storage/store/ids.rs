//! Ids as users type them: complete, or shortened to an unambiguous beginning. Capitals count as small letters.

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;

/// Minimum length of a shortened id in characters.
const ENOUGH: usize = 4;
/// Length of a full id in characters.
const WHOLE: usize = 26;

/// What an id identifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// An alert or fact.
    Alert,
    /// A case.
    Case,
}

/// The full id for a given one. Refused if no id begins with it, or if several do. An id of fewer than 4 or more than 25 characters counts
/// only if it is exact.
pub(super) fn whole(connection: &Connection, kind: Kind, id: &str) -> rusqlite::Result<Result<String, StoreError>> {
    let (table, word) = match kind {
        Kind::Alert => ("alerts", "alerts"),
        Kind::Case => ("cases", "cases"),
    };
    // Ids are in small letters; a user may have typed or dictated capitals.
    let lower = id.to_ascii_lowercase();
    let exact = connection
        .prepare_cached(&format!("SELECT id FROM {table} WHERE id IN (?1, ?2)"))?
        .query_row([id, &lower], |row| row.get(0));
    if let Some(id) = exact.optional()? {
        return Ok(Ok(id));
    }
    let missing = || match kind {
        Kind::Alert => no_alert(id),
        Kind::Case => StoreError::Refused(format!("no case {id}")),
    };
    if !(ENOUGH..WHOLE).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(Err(missing()));
    }
    // A range query can use the index of the table. No character of an id sorts after `z`.
    let mut query =
        connection.prepare_cached(&format!("SELECT id FROM {table} WHERE id >= ?1 AND id < ?1 || '{{' LIMIT 2"))?;
    let found: Vec<String> = query.query_map([&lower], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(match found.as_slice() {
        [] => Err(missing()),
        [one] => Ok(one.clone()),
        _ => Err(StoreError::Refused(format!("{id}: several {word} begin with it; write more of the id"))),
    })
}

/// The error for an id that matches no alert.
fn no_alert(id: &str) -> StoreError {
    StoreError::Refused(match id.len() < 4 {
        true => format!("{id}: give at least the first four characters of the id"),
        false => format!("no alert {id}"),
    })
}
