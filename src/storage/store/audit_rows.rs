//! Reads whole rows of the audit trail, for auditors: page by page, or all of them.

use std::path::Path;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::connect;
use super::error::StoreError;
use super::readers::Readers;
use super::trail::is_same_name;
use super::verb::Verb;
use atalaia_core::base::time::Time;

/// The columns of a [`FullRow`], in its order.
const COLUMNS: &str =
    "SELECT seq, at, who, caller, way, session, address, verb, what, subject, purpose, why, result, times, repeated_at,
         salt, sealed, digest, hash FROM audit";
/// Number of rows that are read before they are handed on, so that no reader of an export keeps a transaction open.
const TOGETHER: u32 = 1000;

/// A row of the audit trail with everything that is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FullRow {
    /// Number of the row, ascending by time.
    pub seq: i64,
    /// Wall clock.
    pub at: Time,
    /// The author; empty if retention has emptied the row.
    pub who: String,
    /// The actual caller, if it has another name.
    pub caller: Option<String>,
    /// How the author was identified; `None` for the program itself.
    pub way: Option<String>,
    /// Public id of the session.
    pub session: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// Name of the [`Verb`]; `None` for rows from before schema 6.
    pub verb: Option<String>,
    /// The action.
    pub what: String,
    /// What it is about; empty if retention has emptied the row.
    pub subject: String,
    /// The purpose of the author.
    pub purpose: Option<String>,
    /// The reason.
    pub why: Option<String>,
    /// The result or the recipient.
    pub result: Option<String>,
    /// How often it happened: above 1 for a repeated consultation.
    pub times: u32,
    /// When it happened last, if it was repeated.
    pub last_at: Option<Time>,
    /// Salt of the digest; `None` if the texts were emptied, and for rows from before schema 6.
    pub salt: Option<Vec<u8>>,
    /// Digest of the emptied texts.
    pub sealed: Option<Vec<u8>>,
    /// Digest of the content; `None` for rows from before schema 6.
    pub digest: Option<Vec<u8>>,
    /// The link to the row before; `None` for rows from before schema 6.
    pub hash: Option<Vec<u8>>,
}

impl FullRow {
    /// The row as a JSON object with everything that proves it: what `atalaia audit export` prints.
    pub fn value(&self) -> Value {
        let hex = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| HEXLOWER.encode(bytes));
        json!({
            "seq": self.seq, "at": self.at.to_string(), "who": self.who, "caller": self.caller, "way": self.way,
            "session": self.session, "address": self.address, "verb": self.verb, "what": self.what,
            "subject": self.subject, "purpose": self.purpose, "why": self.why, "result": self.result,
            "times": self.times, "last_at": self.last_at.map(|at| at.to_string()), "salt": hex(&self.salt),
            "sealed": hex(&self.sealed), "digest": hex(&self.digest), "hash": hex(&self.hash),
        })
    }
}

/// Selects rows. They must match every field that is set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditQuery {
    /// With this verb.
    pub verb: Option<Verb>,
    /// By this author or caller. Case does not matter in ASCII.
    pub who: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// From this time on.
    pub since: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
}

impl Readers {
    /// The rows that match, latest first, at most `limit`. `before` is the number of the last row of the page before.
    pub fn audit_page(&self, query: &AuditQuery, before: Option<i64>, limit: u32) -> Result<Vec<FullRow>, StoreError> {
        self.read(|connection| {
            // A condition of its own, so that the index of subjects is used.
            let subject = if query.subject.is_some() { "subject = ?2" } else { "?2 IS NULL" };
            let mut statement = connection.prepare(&format!(
                "{COLUMNS} WHERE {subject} AND (?1 IS NULL OR verb = ?1) AND at >= ?3 AND at < ?4 AND seq < ?5 ORDER BY seq DESC"
            ))?;
            let (since, until) = (query.since.map_or(i64::MIN, Time::millis), query.until.map_or(i64::MAX, Time::millis));
            let (verb, before) = (query.verb.map(Verb::name), before.unwrap_or(i64::MAX));
            let mut rows = statement.query(params![verb, query.subject, since, until, before])?;
            let mut found = Vec::new();
            while found.len() < limit as usize
                && let Some(row) = rows.next()?
            {
                if query.who.as_ref().map_or(Ok(true), |who| is_by(row, who))? {
                    found.push(full(row)?);
                }
            }
            Ok(found)
        })
    }
}

/// Whether a row of [`COLUMNS`] is by this person, under whatever name. SQLite folds the case of ASCII only.
fn is_by(row: &Row<'_>, who: &str) -> rusqlite::Result<bool> {
    let is_own = |column: usize| -> rusqlite::Result<bool> {
        let name = row.get_ref(column)?.as_str_or_null()?;
        Ok(name.is_some_and(|name| is_same_name(name, who)))
    };
    Ok(is_own(2)? || is_own(3)?)
}

/// Calls `take` with every row in order, until it returns false. Rows written meanwhile may be among them.
pub fn each_row(path: &Path, take: &mut dyn FnMut(FullRow) -> bool) -> Result<(), StoreError> {
    let connection = connect::beside(path)?;
    let mut after = i64::MIN;
    loop {
        let rows = following(&connection, after).map_err(StoreError::sqlite(path))?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.seq;
        if !rows.into_iter().all(&mut *take) {
            return Ok(());
        }
    }
}

/// The rows after this one, as many as are read at once.
fn following(connection: &Connection, after: i64) -> rusqlite::Result<Vec<FullRow>> {
    let mut rows = connection.prepare_cached(&format!("{COLUMNS} WHERE seq > ?1 ORDER BY seq LIMIT ?2"))?;
    rows.query_map(params![after, TOGETHER], full)?.collect()
}

/// A row with the columns of [`COLUMNS`].
fn full(row: &Row<'_>) -> rusqlite::Result<FullRow> {
    Ok(FullRow {
        seq: row.get(0)?,
        at: row.get(1).map(Time::from_millis)?,
        who: row.get(2)?,
        caller: row.get(3)?,
        way: row.get(4)?,
        session: row.get(5)?,
        address: row.get(6)?,
        verb: row.get(7)?,
        what: row.get(8)?,
        subject: row.get(9)?,
        purpose: row.get(10)?,
        why: row.get(11)?,
        result: row.get(12)?,
        times: row.get(13)?,
        last_at: row.get::<_, Option<i64>>(14)?.map(Time::from_millis),
        salt: row.get(15)?,
        sealed: row.get(16)?,
        digest: row.get(17)?,
        hash: row.get(18)?,
    })
}
