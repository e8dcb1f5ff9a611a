//! Sessions: who is signed in, since when, and until when at the longest.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::person::{Person, of, purpose_of, unknown};
use crate::storage::store::act::Act;
use crate::storage::store::connect::{beside, in_transaction};
use crate::storage::store::error::StoreError;
use crate::storage::store::readers::Readers;
use crate::storage::store::sign_in::SignIn;
use crate::storage::store::subject::Subject;
use crate::storage::store::trail::{Actor, audit};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::{Span, Time};

/// How long the row of an ended session is kept, for the list of sessions.
const KEPT: Span = Span::from_hours(24);

/// A session.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Public id, for lists and the audit trail. Not a secret.
    pub id: String,
    /// What the console sends in a header with each change.
    pub csrf: String,
    /// Name of the person.
    pub person: String,
    /// How it began.
    pub way: SignIn,
    /// What the data are used for in this session; `None` if it was not said.
    pub purpose: Option<Purpose>,
    /// Address of the client at the beginning.
    pub address: String,
    /// When it began. Wall clock, as all times here.
    pub began_at: Time,
    /// When it was last used.
    pub used_at: Time,
    /// When it ends at the latest.
    pub ends_at: Time,
    /// When it was ended; `None` if it was not.
    pub ended_at: Option<Time>,
}

/// A session that is about to begin.
#[derive(Clone, PartialEq, Debug)]
pub struct NewSession {
    /// Public id.
    pub id: String,
    /// SHA-256 of the secret in the cookie.
    pub secret: [u8; 32],
    /// What the console sends in a header with each change.
    pub csrf: String,
    /// How it begins.
    pub way: SignIn,
    /// What the data are used for; `None` if it was not said.
    pub purpose: Option<Purpose>,
    /// Address of the client.
    pub address: String,
    /// When it ends at the latest.
    pub ends_at: Time,
}

/// Columns in the order of [`read`].
const COLUMNS: &str =
    "SELECT id, csrf, person, way, purpose, address, began_at, used_at, ends_at, ended_at FROM sessions";

/// Begins a session of this person, and forgets those that ended long ago.
///
/// # Errors
/// `Refused` if there is no such person, or the person may not sign in.
pub fn begin_session<'a>(
    path: &Path,
    name: &str,
    session: &NewSession,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        let person = of(transaction, name).map_err(&failed)?.filter(|person| person.disabled_at.is_none());
        let person = person.ok_or_else(|| unknown(name))?;
        let write = || {
            let forgotten = (now - KEPT).millis();
            transaction.execute("DELETE FROM sessions WHERE ends_at < ?1 OR ended_at < ?1", [forgotten])?;
            transaction.execute(
                "INSERT INTO sessions (id, secret, csrf, person, way, purpose, address, began_at, used_at, ends_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
                params![
                    session.id,
                    session.secret,
                    session.csrf,
                    person.name,
                    session.way,
                    session.purpose.map(Purpose::name),
                    session.address,
                    now.millis(),
                    session.ends_at.millis()
                ],
            )?;
            let signed_in = params![person.name, now.millis()];
            transaction.execute("UPDATE people SET signed_in_at = ?2 WHERE name = ?1", signed_in)?;
            let why = format!("by {}", session.way.name());
            audit(transaction, now, by, Act::SignedIn, &Subject::person(&person.name), Some(&why))
        };
        write().map_err(failed)
    })
}

/// The session with this secret and its person, whether in force or not; `None` if there is none.
pub fn session(path: &Path, secret: &[u8; 32]) -> Result<Option<(Session, Person)>, StoreError> {
    with_secret(&beside(path)?, secret).map_err(StoreError::sqlite(path))
}

impl Readers {
    /// The same by a connection that is kept open.
    pub fn session(&self, secret: &[u8; 32]) -> Result<Option<(Session, Person)>, StoreError> {
        self.read(|connection| with_secret(connection, secret))
    }
}

/// The session with this secret and its person.
fn with_secret(connection: &Connection, secret: &[u8; 32]) -> rusqlite::Result<Option<(Session, Person)>> {
    let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE secret = ?1"))?;
    let Some(session) = query.query_row([&secret[..]], read).optional()? else {
        return Ok(None);
    };
    Ok(of(connection, &session.person)?.map(|person| (session, person)))
}

/// Sessions in force, the last used first: they have not ended, passed their end or idled for as long as `idle`.
pub fn sessions(path: &Path, idle: Span, now: Time) -> Result<Vec<Session>, StoreError> {
    let connection = beside(path)?;
    let all = || -> rusqlite::Result<Vec<_>> {
        let mut query = connection.prepare(&format!(
            "{COLUMNS} WHERE ended_at IS NULL AND ?1 < ends_at AND ?2 < used_at ORDER BY used_at DESC, id"
        ))?;
        query.query_map([now.millis(), (now - idle).millis()], read)?.collect()
    };
    all().map_err(StoreError::sqlite(path))
}

/// Notes that a session was used. Not audited.
pub fn use_session(path: &Path, id: &str, now: Time) -> Result<(), StoreError> {
    let connection = beside(path)?;
    let set =
        connection.execute("UPDATE sessions SET used_at = max(used_at, ?2) WHERE id = ?1", params![id, now.millis()]);
    set.map(drop).map_err(StoreError::sqlite(path))
}

/// Changes the purpose of a session.
pub fn set_purpose<'a>(
    path: &Path,
    session: &Session,
    purpose: Purpose,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<(), StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let write = || {
            let name = purpose.name();
            transaction.execute("UPDATE sessions SET purpose = ?2 WHERE id = ?1", params![session.id, name])?;
            audit(transaction, now, by, Act::PurposeStated, &Subject::person(&session.person), Some(&name))
        };
        write().map_err(StoreError::sqlite(path))
    })
}

/// Ends a session by its public id (`one`), or all of a person together with the person's one-time links. Returns how many sessions were
/// ended.
///
/// # Errors
/// `Refused` if there is no such person.
pub fn end_sessions<'a>(
    path: &Path,
    name: &str,
    one: Option<&str>,
    by: impl Into<Actor<'a>>,
    now: Time,
) -> Result<usize, StoreError> {
    let by = by.into();
    in_transaction(path, |transaction| {
        let failed = StoreError::sqlite(path);
        // As it is written in the store: rows about one person must have one subject.
        let name = of(transaction, name).map_err(&failed)?.ok_or_else(|| unknown(name))?.name;
        let write = || {
            let ended = transaction.execute(
                "UPDATE sessions SET ended_at = ?3
                 WHERE person = ?1 AND (?2 IS NULL OR id = ?2) AND ended_at IS NULL AND ?3 < ends_at",
                params![name, one, now.millis()],
            )?;
            if one.is_none() {
                transaction.execute("DELETE FROM links WHERE person = ?1", [&name])?;
            }
            if 0 < ended {
                let why = if one.is_some() { None } else { Some(format!("{ended} sessions")) };
                audit(transaction, now, by, Act::SignedOut, &Subject::person(&name), why.as_deref())?;
            }
            Ok(ended)
        };
        write().map_err(failed)
    })
}

/// Reads a row of [`COLUMNS`].
fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        csrf: row.get(1)?,
        person: row.get(2)?,
        way: row.get(3)?,
        purpose: row.get::<_, Option<String>>(4)?.and_then(|name| purpose_of(&name)),
        address: row.get(5)?,
        began_at: Time::from_millis(row.get(6)?),
        used_at: Time::from_millis(row.get(7)?),
        ends_at: Time::from_millis(row.get(8)?),
        ended_at: row.get::<_, Option<i64>>(9)?.map(Time::from_millis),
    })
}
