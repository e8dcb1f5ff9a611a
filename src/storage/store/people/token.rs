//! Tokens: machines that may use the API.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::ceilings::Ceilings;
use super::person::{parsed, purpose_of, refuse_taken, stored_name, written};
use super::right::Rights;
use crate::storage::store::act::Act;
use crate::storage::store::connect::{beside, in_transaction};
use crate::storage::store::error::StoreError;
use crate::storage::store::once::{Once, RequestKey, once};
use crate::storage::store::readers::Readers;
use crate::storage::store::subject::Subject;
use crate::storage::store::trail::{Actor, audit};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::Time;

/// A token.
#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    /// The name, as it appears in the audit trail. Unique among people and tokens.
    pub name: String,
    /// What it allows.
    pub rights: Rights,
    /// Up to which marking it shows alerts.
    pub ceilings: Ceilings,
    /// Networks it may be used from, such as `192.0.2.0/24`; empty for all.
    pub networks: Vec<String>,
    /// What the data are used for.
    pub purpose: Purpose,
    /// Who made it.
    pub made_by: String,
    /// When it was made. Wall clock, as all times here.
    pub made_at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// When it was last used, to the minute; `None` before the first time.
    pub used_at: Option<Time>,
    /// When it was revoked; `None` if it was not.
    pub ended_at: Option<Time>,
}

/// Columns in the order of [`read`].
const COLUMNS: &str =
    "SELECT name, rights, ceilings, networks, purpose, made_by, made_at, expires_at, used_at, ended_at FROM tokens";

/// All tokens by name, also those that have ended.
pub fn tokens(path: &Path) -> Result<Vec<Token>, StoreError> {
    let connection = beside(path)?;
    let all = || -> rusqlite::Result<Vec<_>> {
        connection.prepare(&format!("{COLUMNS} ORDER BY name"))?.query_map([], read)?.collect()
    };
    all().map_err(StoreError::sqlite(path))
}

impl Readers {
    /// The token whose secret has this SHA-256, whether in force or not; `None` if there is none.
    pub fn token(&self, secret: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE secret = ?1"))?;
            query.query_row([&secret[..]], read).optional()
        })
    }
}

/// Adds a token. `secret` is the SHA-256 of what the machine sends.
///
/// # Errors
/// `NameTaken` if a person or token has this name, also one that has ended: the audit trail must stay clear.
pub fn add_token<'a>(
    path: &Path,
    token: &Token,
    secret: &[u8; 32],
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| insert(transaction, path, token, secret, by, now))
}

/// The same once however often the request is sent. `answer` is status and body for a repetition, which cannot have the secret.
///
/// # Errors
/// As [`add_token`].
pub fn add_token_once(
    path: &Path,
    token: &Token,
    secret: &[u8; 32],
    by: Actor<'_>,
    key: Option<&RequestKey<'_>>,
    now: Time,
    answer: (u16, String),
) -> Result<Once<()>, StoreError> {
    once(path, by.who, key, now, |transaction| insert(transaction, path, token, secret, by, now), |()| answer)
}

/// Adds a token in a transaction.
fn insert(
    transaction: &Transaction<'_>,
    path: &Path,
    token: &Token,
    secret: &[u8; 32],
    by: Actor<'_>,
    now: Time,
) -> Result<(), StoreError> {
    refuse_taken(transaction, path, &token.name)?;
    let write = || {
        transaction.execute(
            "INSERT INTO tokens (name, secret, rights, ceilings, networks, purpose, made_by, made_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                token.name,
                secret,
                written(&token.rights),
                written(&token.ceilings),
                written(&token.networks),
                token.purpose.name(),
                by.who,
                now.millis(),
                token.expires_at.millis()
            ],
        )?;
        let why = format!("rights {}, until {}", written(&token.rights), token.expires_at);
        audit(transaction, now, by, Act::Added, &Subject::token(&token.name), Some(&why))
    };
    write().map_err(StoreError::sqlite(path))
}

/// Ends a token. The case of its name does not matter.
///
/// # Errors
/// `Refused` if no token in force has this name.
pub fn end_token<'a>(path: &Path, name: &str, by: impl Into<Actor<'a>>, now: Time) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let write = || {
            let Some(name) = stored_name(transaction, "SELECT name FROM tokens WHERE ended_at IS NULL", name)? else {
                return Ok(false);
            };
            transaction.execute("UPDATE tokens SET ended_at = ?2 WHERE name = ?1", params![name, now.millis()])?;
            audit(transaction, now, by, Act::Removed, &Subject::token(&name), None)?;
            Ok(true)
        };
        match write().map_err(StoreError::sqlite(path))? {
            true => Ok(()),
            false => Err(StoreError::Refused(format!("{name}: there is no such token in force"))),
        }
    })
}

/// Notes that a token was used. Not audited.
pub fn use_token(path: &Path, name: &str, now: Time) -> Result<(), StoreError> {
    let connection = beside(path)?;
    // The wall clock may have been set back.
    let set = "UPDATE tokens SET used_at = max(coalesce(used_at, ?2), ?2) WHERE name = ?1";
    let set = connection.execute(set, params![name, now.millis()]);
    set.map(drop).map_err(StoreError::sqlite(path))
}

/// Reads a row of [`COLUMNS`].
fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        name: row.get(0)?,
        rights: parsed(row, 1)?,
        ceilings: parsed(row, 2)?,
        networks: parsed(row, 3)?,
        purpose: purpose_of(&row.get::<_, String>(4)?).unwrap_or(Purpose::NonSpecified),
        made_by: row.get(5)?,
        made_at: Time::from_millis(row.get(6)?),
        expires_at: Time::from_millis(row.get(7)?),
        used_at: row.get::<_, Option<i64>>(8)?.map(Time::from_millis),
        ended_at: row.get::<_, Option<i64>>(9)?.map(Time::from_millis),
    })
}
