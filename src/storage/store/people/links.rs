//! One-time links for signing in, and the token by which the first administrator is made.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};

use super::person::{Link, Person, insert, insert_link, of, unknown};
use crate::platform::telemetry::FromAir;
use crate::storage::store::connect::in_transaction;
use crate::storage::store::error::StoreError;
use crate::storage::store::trail::{Actor, OURSELVES};
use atalaia_core::base::time::Time;

/// Whether the first administrator is still to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bootstrap {
    /// Nobody has been added: the token was stored.
    Needed,
    /// There are people.
    Done,
}

/// Stores the SHA-256 of a token for making the first administrator, in place of an earlier one, if there are no people yet.
pub fn bootstrap(path: &Path, secret: &[u8; 32], ends_at: Time) -> Result<Bootstrap, StoreError> {
    in_transaction(path, |transaction| {
        let write = || {
            transaction.execute("DELETE FROM links WHERE person IS NULL", [])?;
            if transaction.prepare("SELECT 1 FROM people")?.exists([])? {
                return Ok(Bootstrap::Done);
            }
            let row = params![secret, ends_at.millis()];
            transaction.execute("INSERT INTO links (secret, person, ends_at) VALUES (?1, NULL, ?2)", row)?;
            Ok(Bootstrap::Needed)
        };
        write().map_err(StoreError::sqlite(path))
    })
}

/// Makes the first administrator, if the token is right and there are no people yet. `None` if it is not, and nothing has changed.
pub fn first(path: &Path, secret: &[u8; 32], person: &Person, now: Time) -> Result<Option<()>, StoreError> {
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let is_right = linked(transaction, secret, now).map_err(&failed)?.is_some_and(|person| person.is_none());
        if !is_right
            || transaction.prepare("SELECT 1 FROM people").and_then(|mut any| any.exists([])).map_err(&failed)?
        {
            return Ok(None);
        }
        insert(transaction, path, person, Actor::from(OURSELVES), now).map(Some)
    })
}

/// Stores a one-time link for a person.
///
/// # Errors
/// `Refused` if there is no such person, or the person is disabled: the link could not be used.
pub fn make_link<'a>(
    path: &Path,
    name: &str,
    link: &Link,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let person = of(transaction, name).map_err(&failed)?.ok_or_else(|| unknown(name))?;
        if person.disabled_at.is_some() {
            let name = FromAir(&person.name).to_string();
            let way = format!("{name} is disabled; `atalaia users set {name} --enable` first");
            return Err(StoreError::Refused(way));
        }
        insert_link(transaction, &person.name, link, by, now).map_err(failed)
    })
}

/// Redeems a one-time link and returns the person's name; `None` if there is no such link or it has passed its end.
pub fn redeem(path: &Path, secret: &[u8; 32], now: Time) -> Result<Option<String>, StoreError> {
    in_transaction(path, |transaction| {
        let find = || -> rusqlite::Result<Option<String>> {
            let mut query = transaction
                .prepare("SELECT person FROM links WHERE secret = ?1 AND person IS NOT NULL AND ?2 < ends_at")?;
            let person = query.query_row(params![secret, now.millis()], |row| row.get(0)).optional()?;
            if person.is_some() {
                transaction.execute("DELETE FROM links WHERE secret = ?1", [&secret[..]])?;
            }
            Ok(person)
        };
        find().map_err(StoreError::sqlite(path))
    })
}

/// The person of a link in force; the inner `None` for the token of the first administrator. The link stays.
fn linked(transaction: &Transaction<'_>, secret: &[u8; 32], now: Time) -> rusqlite::Result<Option<Option<String>>> {
    let mut query = transaction.prepare("SELECT person FROM links WHERE secret = ?1 AND ?2 < ends_at")?;
    query.query_row(params![secret, now.millis()], |row| row.get(0)).optional()
}
