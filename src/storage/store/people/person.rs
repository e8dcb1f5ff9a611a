//! People: their roles, ceilings and passwords.

use std::path::Path;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ceilings::{CeilingChange, Ceilings};
use super::role::Role;
use crate::storage::store::act::Act;
use crate::storage::store::connect::{beside, in_transaction};
use crate::storage::store::error::StoreError;
use crate::storage::store::once::{Once, RequestKey, once};
use crate::storage::store::subject::Subject;
use crate::storage::store::trail::{Actor, audit, is_same_name};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::Time;

/// A person who may sign in.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    /// The name, as it appears in the audit trail. Unique among people and tokens, whatever the case.
    pub name: String,
    /// Hash of the password in PHC form; `None` if the person can sign in by a link only.
    pub password: Option<String>,
    /// The roles. Empty: may sign in, but use nothing.
    pub roles: Vec<Role>,
    /// Up to which marking the person sees alerts.
    pub ceilings: Ceilings,
    /// The usual purpose of the person's work; `None` for that of the settings.
    pub purpose: Option<Purpose>,
    /// When the person was added. Wall clock.
    pub made_at: Time,
    /// Since when the person may not sign in; `None` if the person may.
    pub disabled_at: Option<Time>,
    /// When the person last signed in; `None` before the first time.
    pub signed_in_at: Option<Time>,
    /// What the console keeps for the person: theme, language, filters. Any JSON.
    pub preferences: Value,
    /// The person's mark in the log: the last entry that counts as read; `None` before the first.
    pub seen: Option<i64>,
}

/// What to change of a person; `None` leaves a value as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Alteration {
    /// New hash of the password.
    pub password: Option<String>,
    /// New roles.
    pub roles: Option<Vec<Role>>,
    /// Which ceilings to change.
    pub ceilings: Option<CeilingChange>,
    /// New usual purpose; `Some(None)` for that of the settings.
    pub purpose: Option<Option<Purpose>>,
    /// Whether the person is barred from signing in.
    pub disabled: Option<bool>,
}

impl Alteration {
    /// What changes, in words for the audit trail, with the ceilings as they are afterwards. No value that is secret.
    fn words(&self, after: &Ceilings) -> String {
        let roles = self.roles.as_ref().map(|roles| format!("roles {}", role_names(roles)));
        let ceilings = self.ceilings.as_ref().map(|_| format!("ceilings {}", written(after)));
        let purpose =
            self.purpose.map(|purpose| format!("purpose {}", purpose.map_or("usual".to_owned(), Purpose::name)));
        let password = self.password.as_ref().map(|_| "password".to_owned());
        let disabled = self.disabled.map(|disabled| if disabled { "disabled" } else { "enabled" }.to_owned());
        [password, roles, ceilings, purpose, disabled].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Columns in the order of [`read`].
const COLUMNS: &str = "SELECT name, password, roles, ceilings, purpose, made_at, disabled_at, preferences, seen, signed_in_at FROM people";

/// All people, by name.
pub fn people(path: &Path) -> Result<Vec<Person>, StoreError> {
    let connection = beside(path)?;
    let all = || -> rusqlite::Result<Vec<_>> {
        connection.prepare(&format!("{COLUMNS} ORDER BY name"))?.query_map([], read)?.collect()
    };
    all().map_err(StoreError::sqlite(path))
}

/// The person of this name, whatever its case; `None` if there is none.
pub fn person(path: &Path, name: &str) -> Result<Option<Person>, StoreError> {
    of(&beside(path)?, name).map_err(StoreError::sqlite(path))
}

/// Whether anyone has been added yet.
pub fn has_people(path: &Path) -> Result<bool, StoreError> {
    let connection = beside(path)?;
    connection.query_row("SELECT EXISTS (SELECT 1 FROM people)", [], |row| row.get(0)).map_err(StoreError::sqlite(path))
}

/// A one-time link for signing in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// SHA-256 of its secret.
    pub secret: [u8; 32],
    /// When it ends. Wall clock.
    pub ends_at: Time,
}

/// Adds a person, with a one-time link for one who has no password yet. Either both are stored or neither.
///
/// # Errors
/// `NameTaken` if a person or token has this name.
pub fn add_person<'a>(
    path: &Path,
    person: &Person,
    link: Option<&Link>,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| insert_with_link(transaction, path, person, link, by, now))
}

/// The same once however often the request is sent. `answer` is status and body for a repetition, which cannot have the secret of the link.
///
/// # Errors
/// As [`add_person`].
pub fn add_person_once(
    path: &Path,
    person: &Person,
    link: Option<&Link>,
    by: Actor<'_>,
    key: Option<&RequestKey<'_>>,
    now: Time,
    answer: (u16, String),
) -> Result<Once<()>, StoreError> {
    let work = |transaction: &Transaction<'_>| insert_with_link(transaction, path, person, link, by, now);
    once(path, by.who, key, now, work, |()| answer)
}

/// Adds a person and the link, if there is one, in a transaction.
fn insert_with_link(
    transaction: &Transaction<'_>,
    path: &Path,
    person: &Person,
    link: Option<&Link>,
    by: Actor<'_>,
    now: Time,
) -> Result<(), StoreError> {
    insert(transaction, path, person, by, now)?;
    match link {
        Some(link) => insert_link(transaction, &person.name, link, by, now).map_err(StoreError::sqlite(path)),
        None => Ok(()),
    }
}

/// Stores a link for the person with this name, as it is stored, and forgets links that have ended.
pub(super) fn insert_link(
    transaction: &Transaction<'_>,
    name: &str,
    link: &Link,
    by: Actor<'_>,
    now: Time,
) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM links WHERE ends_at <= ?1", [now.millis()])?;
    let row = params![link.secret, name, link.ends_at.millis()];
    transaction.execute("INSERT INTO links (secret, person, ends_at) VALUES (?1, ?2, ?3)", row)?;
    audit(transaction, now, by, Act::Linked, &Subject::person(name), None)
}

/// Adds a person in a transaction.
///
/// # Errors
/// As [`add_person`].
pub(super) fn insert(
    transaction: &Transaction<'_>,
    path: &Path,
    person: &Person,
    by: Actor<'_>,
    now: Time,
) -> Result<(), StoreError> {
    let failed = StoreError::sqlite(path);
    refuse_taken(transaction, path, &person.name)?;
    let write = || {
        transaction.execute(
            "INSERT INTO people (name, password, roles, ceilings, purpose, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                person.name,
                person.password,
                written(&person.roles),
                written(&person.ceilings),
                person.purpose.map(Purpose::name),
                now.millis()
            ],
        )?;
        let why = format!("roles {}", role_names(&person.roles));
        audit(transaction, now, by, Act::Added, &Subject::person(&person.name), Some(&why))
    };
    write().map_err(failed)
}

/// Changes a person. A new password, and the end of the right to sign in, end all sessions except `keep`, by its public id, and all
/// one-time links: somebody who reads the person's mail must not get in by an old one.
///
/// # Errors
/// `Refused` if there is no such person, nothing to change, or the last administrator who can sign in would be taken away.
pub fn alter_person<'a>(
    path: &Path,
    name: &str,
    change: &Alteration,
    keep: Option<&str>,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<Person, StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let before = of(transaction, name).map_err(&failed)?.ok_or_else(|| unknown(name))?;
        let had_admin = has_admin(transaction, now).map_err(&failed)?;
        let mut after = before.clone();
        after.password = change.password.clone().or(before.password);
        after.roles = change.roles.clone().unwrap_or(before.roles);
        after.ceilings = match &change.ceilings {
            Some(change) => change.over(before.ceilings),
            None => before.ceilings,
        };
        after.purpose = change.purpose.unwrap_or(before.purpose);
        after.disabled_at = match change.disabled {
            Some(true) => before.disabled_at.or(Some(now)),
            Some(false) => None,
            None => before.disabled_at,
        };
        let what = change.words(&after.ceilings);
        if what.is_empty() {
            return Err(StoreError::Refused(format!("{name}: nothing to change")));
        }
        let write = || {
            transaction.execute(
                "UPDATE people SET password = ?2, roles = ?3, ceilings = ?4, purpose = ?5, disabled_at = ?6 WHERE name = ?1",
                params![
                    after.name,
                    after.password,
                    written(&after.roles),
                    written(&after.ceilings),
                    after.purpose.map(Purpose::name),
                    after.disabled_at.map(Time::millis)
                ],
            )?;
            if change.password.is_some() || change.disabled == Some(true) {
                transaction.execute(
                    "UPDATE sessions SET ended_at = ?3 WHERE person = ?1 AND ended_at IS NULL AND id <> ?2",
                    params![after.name, keep.unwrap_or_default(), now.millis()],
                )?;
                transaction.execute("DELETE FROM links WHERE person = ?1", [&after.name])?;
            }
            audit(transaction, now, by, Act::Altered, &Subject::person(&after.name), Some(&what))
        };
        write().map_err(&failed)?;
        refuse_last_admin(transaction, path, had_admin, now)?;
        Ok(after)
    })
}

/// Removes a person with all sessions. The audit trail keeps the name.
///
/// # Errors
/// `Refused` if there is no such person, or it is the last administrator who can sign in.
pub fn remove_person<'a>(path: &Path, name: &str, by: impl Into<Actor<'a>>, now: Time) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let found = of(transaction, name).map_err(&failed)?.ok_or_else(|| unknown(name))?;
        let had_admin = has_admin(transaction, now).map_err(&failed)?;
        let write = || {
            transaction.execute("DELETE FROM people WHERE name = ?1", [&found.name])?;
            audit(transaction, now, by, Act::Removed, &Subject::person(&found.name), None)
        };
        write().map_err(&failed)?;
        refuse_last_admin(transaction, path, had_admin, now)
    })
}

/// Keeps what the console wants to find again. Not audited.
pub fn set_preferences(path: &Path, name: &str, preferences: &Value) -> Result<(), StoreError> {
    let connection = beside(path)?;
    let text = preferences.to_string();
    let set = connection.execute("UPDATE people SET preferences = ?2 WHERE name = ?1", params![name, text]);
    set.map(drop).map_err(StoreError::sqlite(path))
}

/// Moves the person's mark in the log. Not audited.
pub fn set_seen(path: &Path, name: &str, seq: i64) -> Result<(), StoreError> {
    let connection = beside(path)?;
    let set = connection.execute("UPDATE people SET seen = ?2 WHERE name = ?1", params![name, seq]);
    set.map(drop).map_err(StoreError::sqlite(path))
}

/// The person of this name on an open connection, whatever its case.
pub(super) fn of(connection: &Connection, name: &str) -> rusqlite::Result<Option<Person>> {
    let one = |name: &str| {
        connection.prepare_cached(&format!("{COLUMNS} WHERE name = ?1"))?.query_row([name], read).optional()
    };
    match one(name)? {
        Some(person) => Ok(Some(person)),
        None => stored_name(connection, "SELECT name FROM people", name)?.map_or(Ok(None), |name| one(&name)),
    }
}

/// The one of these names that is this name, whatever its case, as it is stored. SQLite folds the case of ASCII only.
pub(super) fn stored_name(connection: &Connection, names: &str, name: &str) -> rusqlite::Result<Option<String>> {
    let mut query = connection.prepare_cached(names)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let stored: String = row.get(0)?;
        if is_same_name(&stored, name) {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// Reads a row of [`COLUMNS`].
fn read(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        name: row.get(0)?,
        password: row.get(1)?,
        roles: parsed(row, 2)?,
        ceilings: parsed(row, 3)?,
        purpose: row.get::<_, Option<String>>(4)?.and_then(|name| purpose_of(&name)),
        made_at: Time::from_millis(row.get(5)?),
        disabled_at: row.get::<_, Option<i64>>(6)?.map(Time::from_millis),
        preferences: parsed(row, 7)?,
        seen: row.get(8)?,
        signed_in_at: row.get::<_, Option<i64>>(9)?.map(Time::from_millis),
    })
}

/// A refusal if a person or token has this name.
///
/// # Errors
/// `NameTaken` then.
pub(super) fn refuse_taken(connection: &Connection, path: &Path, name: &str) -> Result<(), StoreError> {
    let names = "SELECT name FROM people UNION ALL SELECT name FROM tokens";
    match stored_name(connection, names, name).map_err(StoreError::sqlite(path))? {
        Some(_) => Err(StoreError::NameTaken { name: name.to_owned() }),
        None => Ok(()),
    }
}

/// Whether an administrator can sign in, by a password or by a link that has not ended.
fn has_admin(transaction: &Transaction<'_>, now: Time) -> rusqlite::Result<bool> {
    let mut query = transaction.prepare_cached(
        "SELECT 1 FROM people, json_each(people.roles) AS one WHERE disabled_at IS NULL AND one.value = 'admin'
             AND (password IS NOT NULL OR EXISTS (SELECT 1 FROM links WHERE person = people.name AND ends_at > ?1))",
    )?;
    query.exists([now.millis()])
}

/// A refusal if there was an administrator who could sign in, and is none any more.
///
/// # Errors
/// `Refused` then.
fn refuse_last_admin(transaction: &Transaction<'_>, path: &Path, had_admin: bool, now: Time) -> Result<(), StoreError> {
    match has_admin(transaction, now).map_err(StoreError::sqlite(path))? || !had_admin {
        true => Ok(()),
        false => Err(StoreError::Refused("at least one administrator must be left who can sign in".to_owned())),
    }
}

/// The refusal of a name that no person has.
pub(super) fn unknown(name: &str) -> StoreError {
    StoreError::Refused(format!("{name}: there is no such person"))
}

/// Names of roles, for the audit trail.
pub(super) fn role_names(roles: &[Role]) -> String {
    match roles.is_empty() {
        true => "none".to_owned(),
        false => roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
    }
}

/// The purpose of this name; `None` for a name of another version.
pub(super) fn purpose_of(name: &str) -> Option<Purpose> {
    Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
}

/// A value as the JSON text of a column.
pub(super) fn written(value: &impl Serialize) -> String {
    // Plain data always serialises.
    serde_json::to_string(value).unwrap_or_default()
}

/// The value of a column with JSON text.
pub(super) fn parsed<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
