//! Connections for reading that are kept open, for many short reads a second.
//!
//! Opening a connection costs more than a page of a list. A connection belongs to the file that it was opened on: once another file is in
//! its place, as after a restored backup, it is closed.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

use rusqlite::Connection;

use super::connect;
use super::error::StoreError;

/// Most connections that are kept while they are idle.
const IDLE: usize = 8;
/// Memory for pages of each connection in KiB. Lists read the same pages again and again.
const CACHE_KIB: i64 = 4096;

/// Connections that only read.
#[derive(Debug)]
pub struct Readers {
    /// The file of the store.
    path: PathBuf,
    /// Connections that no read uses now.
    idle: Mutex<Vec<Kept>>,
}

/// A connection and the file it was opened on.
#[derive(Debug)]
struct Kept {
    connection: Connection,
    /// Device and number of the file.
    file: (u64, u64),
}

impl Readers {
    /// Readers of the store at this path, which need not exist yet.
    pub fn new(path: PathBuf) -> Readers {
        Readers { path, idle: Mutex::new(Vec::new()) }
    }

    /// Path of the store's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` with a connection. A connection on which a read failed is not kept.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let file = identity(&self.path).map_err(StoreError::file(&self.path))?;
        let kept = self.take(file);
        let connection = match kept {
            Some(connection) => connection,
            None => self.open()?,
        };
        let found = work(&connection).map_err(StoreError::sqlite(&self.path))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(Kept { connection, file });
        }
        Ok(found)
    }

    /// An idle connection to this file. Those to another file are closed.
    fn take(&self, file: (u64, u64)) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.file == file);
        idle.pop().map(|kept| kept.connection)
    }

    /// A new connection that cannot write.
    fn open(&self) -> Result<Connection, StoreError> {
        let connection = connect::beside(&self.path)?;
        let failed = StoreError::sqlite(&self.path);
        connection.pragma_update(None, "query_only", "ON").map_err(&failed)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(&failed)?;
        Ok(connection)
    }
}

/// Device and number of the file at this path.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}
