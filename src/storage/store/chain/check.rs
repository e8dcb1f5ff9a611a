//! Checks the chain, and gives its head.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use super::append::{end, start};
use super::content::{Content, LENGTH, link};
use crate::storage::store::connect;
use crate::storage::store::error::StoreError;

/// Maximum number of faults that are listed. A trail with more is worthless whatever their number.
const MOST: usize = 100;
/// Number of rows that are checked in one transaction of a check in pieces.
const PIECE: i64 = 2_000;

/// The end of the chain. Noted elsewhere, it proves later that nothing before it was changed or cut off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Number of the last row.
    pub seq: i64,
    /// Its hash, 32 bytes.
    pub hash: Vec<u8>,
}

/// One fault of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Number of the row where it shows.
    pub seq: i64,
    /// What is wrong there.
    pub what: &'static str,
}

/// The result of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Number of rows of the chain.
    pub rows: u64,
    /// Number of the first row of the chain; one above the head while it has none.
    pub from: i64,
    /// The end of the chain.
    pub head: Head,
    /// Rows of the chain whose reason and result retention has emptied; the rest of them was checked.
    pub without_text: u64,
    /// Rows of the chain that retention has emptied altogether; only their place was checked.
    pub emptied: u64,
    /// Rows before the chain: from before schema 6, and records of purges that outlast it. They are not checked.
    pub before: u64,
    /// The faults in order, at most a hundred; empty if the chain is sound.
    pub faults: Vec<Fault>,
}

/// Checks every row of the chain. `noted` is a head that was noted earlier and must be in it.
pub fn verify(path: &Path, noted: Option<&Head>) -> Result<Verified, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Verified> {
        // One transaction, so that rows written meanwhile do not count.
        let transaction = connection.unchecked_transaction()?;
        Check::begin(&transaction)?.all(&transaction, noted)
    };
    read().map_err(StoreError::sqlite(path))
}

/// The same in pieces, so that no reading of the store is long, as far as the chain reaches now. Begins again if retention moves the start
/// of the chain meanwhile. `None` as soon as `is_wanted` says no, which it is asked before each piece.
pub fn verify_in_pieces(path: &Path, is_wanted: &dyn Fn() -> bool) -> Result<Option<Verified>, StoreError> {
    let connection = connect::beside(path)?;
    let read = || -> rusqlite::Result<Option<Verified>> {
        'again: loop {
            let (mut check, (last, _)) = (Check::begin(&connection)?, end(&connection)?);
            while check.last.0 < last {
                if !is_wanted() {
                    return Ok(None);
                }
                let piece = connection.unchecked_transaction()?;
                if start(&piece)?.0 + 1 != check.found.from {
                    continue 'again;
                }
                if check.rows(&piece, last, PIECE)? == 0 {
                    check.fault(last, MISSING);
                    break;
                }
            }
            return check.ended(&connection, None).map(Some);
        }
    };
    read().map_err(StoreError::sqlite(path))
}

/// The end of the chain now.
pub fn head(path: &Path) -> Result<Head, StoreError> {
    let connection = connect::beside(path)?;
    let (seq, hash) = end(&connection).map_err(StoreError::sqlite(path))?;
    Ok(Head { seq, hash })
}

/// A check under way.
struct Check {
    /// Number and hash of the row before.
    last: (i64, Vec<u8>),
    /// The result so far.
    found: Verified,
}

/// What is wrong with a row, as [`Fault::what`] states it.
const MISSING: &str = "rows before this one are missing";
const UNLINKED: &str = "it does not follow the row before: rows were removed, added or moved, or its hash was changed";
const CHANGED: &str = "its content was changed";
const FOREIGN: &str = "it was added by another program: it has no hash";
const OTHER_HEAD: &str = "the noted head is not in the chain: rows were cut off, or the chain was replaced";
const TOO_OLD: &str = "the noted head is older than the chain: retention has deleted its row";

impl Check {
    /// Starts a check at the first row of the chain.
    fn begin(connection: &Connection) -> rusqlite::Result<Check> {
        let last = start(connection)?;
        let mut before = connection.prepare("SELECT count(*) FROM audit WHERE seq <= ?1")?;
        let before: i64 = before.query_row([last.0], |row| row.get(0))?;
        let (head, from) = (Head { seq: last.0, hash: last.1.clone() }, last.0 + 1);
        let found =
            Verified { rows: 0, from, head, without_text: 0, emptied: 0, before: before as u64, faults: Vec::new() };
        Ok(Check { last, found })
    }

    /// Checks all rows, and then the noted head.
    fn all(mut self, connection: &Connection, noted: Option<&Head>) -> rusqlite::Result<Verified> {
        self.rows(connection, i64::MAX, i64::MAX)?;
        self.ended(connection, noted)
    }

    /// Checks the next rows, at most `most` and up to the row `last`. Returns how many there were.
    fn rows(&mut self, connection: &Connection, last: i64, most: i64) -> rusqlite::Result<u64> {
        let before = self.found.rows;
        let mut rows = connection.prepare_cached(
            "SELECT seq, at, who, caller, way, session, address, verb, what, subject, purpose, why, result, salt, sealed, digest, hash
             FROM audit WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = rows.query(params![self.last.0, last, most])?;
        while let Some(row) = rows.next()? {
            self.row(row)?;
        }
        Ok(self.found.rows - before)
    }

    /// The result, after a check that the noted head is in the chain.
    fn ended(mut self, connection: &Connection, noted: Option<&Head>) -> rusqlite::Result<Verified> {
        let (seq, hash) = self.last;
        self.found.head = Head { seq, hash };
        if let Some(noted) = noted {
            let what = if noted.seq < self.found.from - 1 { TOO_OLD } else { OTHER_HEAD };
            let mut same = connection.prepare(
                "SELECT EXISTS (SELECT 1 FROM audit WHERE seq = ?1 AND hash = ?2)
                     OR EXISTS (SELECT 1 FROM chain_start WHERE seq = ?1 AND hash = ?2)",
            )?;
            if !same.query_row(params![noted.seq, noted.hash], |row| row.get(0))? {
                self.found.faults.push(Fault { seq: noted.seq, what });
            }
        }
        Ok(self.found)
    }

    /// Checks one row against the one before. After a fault, the stored hash is taken as it is, so that one fault is reported once.
    fn row(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let seq: i64 = row.get(0)?;
        let (digest, hash): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(15)?, row.get(16)?);
        self.found.rows += 1;
        if self.last.0 + 1 < seq {
            self.fault(seq, MISSING);
        }
        let (Some(digest), Some(hash)) = (digest, hash) else {
            self.fault(seq, FOREIGN);
            // What our program wrote behind it continues zeros, see `end`.
            self.last = (seq, vec![0; LENGTH]);
            return Ok(());
        };
        if self.last.0 + 1 == seq && link(&self.last.1, &digest) != *hash {
            self.fault(seq, UNLINKED);
        }
        self.content(row, seq, &digest)?;
        self.last = (seq, hash);
        Ok(())
    }

    /// Checks the content of a row against its digest, as far as retention has left it.
    fn content(&mut self, row: &Row<'_>, seq: i64, digest: &[u8]) -> rusqlite::Result<()> {
        let text = |column| row.get_ref(column).and_then(|value| value.as_str_or_null().map_err(Into::into));
        let content = Content {
            seq,
            at: row.get(1)?,
            who: text(2)?.unwrap_or_default(),
            caller: text(3)?,
            way: text(4)?,
            session: text(5)?,
            address: text(6)?,
            verb: text(7)?.unwrap_or_default(),
            what: text(8)?.unwrap_or_default(),
            subject: text(9)?.unwrap_or_default(),
            purpose: text(10)?,
            why: text(11)?,
            result: text(12)?,
        };
        let (salt, sealed): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(13)?, row.get(14)?);
        let is_empty = content.why.is_none() && content.result.is_none();
        let seal = match (salt, sealed) {
            (Some(salt), _) => content.seal(&salt).to_vec(),
            (None, Some(sealed)) if is_empty => {
                self.found.without_text += 1;
                sealed
            }
            (None, None) if is_empty && content.who.is_empty() && content.subject.is_empty() => {
                self.found.emptied += 1;
                return Ok(());
            }
            (None, _) => Vec::new(),
        };
        if content.digest(&seal) != *digest {
            self.fault(seq, CHANGED);
        }
        Ok(())
    }

    /// Records a fault, up to the maximum.
    fn fault(&mut self, seq: i64, what: &'static str) {
        if self.found.faults.len() < MOST {
            self.found.faults.push(Fault { seq, what });
        }
    }
}
