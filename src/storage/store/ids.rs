//! Ids as users type them: complete, or shortened to an unambiguous beginning. Capitals count as small letters.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::connect;
use super::error::StoreError;

/// Minimum length of a shortened id in characters.
const ENOUGH: usize = 4;
/// Length of a full id in characters.
const WHOLE: usize = 26;

/// What an id identifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An alert or fact.
    Alert,
    /// A case.
    Case,
}

/// What an id identifies, for a question that both can answer. If it fits one of each, it is the `usual` kind.
///
/// # Errors
/// `Refused` if it fits nothing, or several of one kind.
pub fn kind_of(path: &Path, id: &str, usual: Kind) -> Result<Kind, StoreError> {
    let connection = connect::beside(path)?;
    let find = |kind| find(&connection, kind, id).map_err(StoreError::sqlite(path));
    match find(usual)? {
        Found::One(_) => Ok(usual),
        Found::Several => Err(several(usual, id)),
        Found::None => match find(usual.other())? {
            Found::One(_) => Ok(usual.other()),
            Found::Several => Err(several(usual.other(), id)),
            Found::None => Err(missing(usual, id)),
        },
    }
}

/// The full id for a given one. Refused if no id of this kind begins with it, or if several do. An id of fewer than 4 or more than 25
/// characters counts only if it is exact. The refusal of an id of the other kind names the command that shows it.
pub(super) fn whole(connection: &Connection, kind: Kind, id: &str) -> rusqlite::Result<Result<String, StoreError>> {
    Ok(match find(connection, kind, id)? {
        Found::One(id) => Ok(id),
        Found::Several => Err(several(kind, id)),
        Found::None => Err(match (find(connection, kind.other(), id)?, kind.other()) {
            (Found::One(_), Kind::Case) => {
                StoreError::Refused(format!("{id}: is the id of a case, not of an alert: atalaia cases show {id}"))
            }
            (Found::One(_), Kind::Alert) => {
                StoreError::Refused(format!("{id}: is the id of an alert, not of a case: atalaia alerts show {id}"))
            }
            (Found::Several | Found::None, _) => missing(kind, id),
        }),
    })
}

impl Kind {
    /// The other kind.
    fn other(self) -> Kind {
        match self {
            Kind::Alert => Kind::Case,
            Kind::Case => Kind::Alert,
        }
    }

    /// The table, which is also the word for several of them.
    fn table(self) -> &'static str {
        match self {
            Kind::Alert => "alerts",
            Kind::Case => "cases",
        }
    }
}

/// What fits an id.
enum Found {
    /// Exactly one, with this full id.
    One(String),
    /// More than one.
    Several,
    /// Nothing.
    None,
}

/// Looks for an id among those of one kind.
fn find(connection: &Connection, kind: Kind, id: &str) -> rusqlite::Result<Found> {
    let table = kind.table();
    // Ids are in small letters; a user may have typed or dictated capitals.
    let lower = id.to_ascii_lowercase();
    let exact = connection
        .prepare_cached(&format!("SELECT id FROM {table} WHERE id IN (?1, ?2)"))?
        .query_row([id, &lower], |row| row.get(0));
    if let Some(id) = exact.optional()? {
        return Ok(Found::One(id));
    }
    if !(ENOUGH..WHOLE).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(Found::None);
    }
    // A range query can use the index of the table. No character of an id sorts after `z`.
    let mut query =
        connection.prepare_cached(&format!("SELECT id FROM {table} WHERE id >= ?1 AND id < ?1 || '{{' LIMIT 2"))?;
    let found: Vec<String> = query.query_map([&lower], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(match found.as_slice() {
        [] => Found::None,
        [one] => Found::One(one.clone()),
        _ => Found::Several,
    })
}

/// The error for an id that fits several.
fn several(kind: Kind, id: &str) -> StoreError {
    StoreError::Refused(format!("{id}: several {} begin with it; write more of the id", kind.table()))
}

/// The error for an id that fits nothing.
fn missing(kind: Kind, id: &str) -> StoreError {
    StoreError::Refused(match (id.len() < ENOUGH, kind) {
        (true, _) => format!("{id}: give at least the first four characters of the id"),
        (false, Kind::Alert) => format!("no alert {id}"),
        (false, Kind::Case) => format!("no case {id}"),
    })
}
