//! Connections for reading that are kept open, for many short reads a second.
//!
//! Opening a connection costs more than a page of a list. A connection belongs to the file that it was opened on: once another file is in
//! its place, as after a restored backup, it is closed.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use rusqlite::{Connection, InterruptHandle, ffi};

use super::connect;
use super::error::StoreError;

/// Most connections that are kept while they are idle.
const IDLE: usize = 8;
/// Memory for pages of each connection in KiB. Lists read the same pages again and again.
const CACHE_KIB: i64 = 4096;

/// Connections that only read.
#[derive(Clone, Debug)]
pub struct Readers {
    /// The file of the store.
    path: PathBuf,
    /// Connections that no read uses now.
    idle: Arc<Mutex<Vec<Kept>>>,
    /// What can stop the reads; `None` if nothing can.
    stop: Option<Arc<Mutex<Stop>>>,
}

/// Stops reads.
#[derive(Default)]
struct Stop {
    /// Whether they are to stop.
    stopped: bool,
    /// The way to stop the one that runs; `None` if none runs.
    running: Option<InterruptHandle>,
}

/// Interrupts its reads when dropped.
#[derive(Debug)]
pub struct StopOnDrop(Arc<Mutex<Stop>>);

/// A connection and the file it was opened on.
#[derive(Debug)]
pub(super) struct Kept {
    /// The connection.
    pub(super) connection: Connection,
    /// Device and number of the file.
    pub(super) file: (u64, u64),
}

impl Readers {
    /// Readers of the store at this path, which need not exist yet.
    pub fn new(path: PathBuf) -> Readers {
        Readers { path, idle: Arc::default(), stop: None }
    }

    /// The same readers for one request, whose reads stop when the other value is dropped.
    pub fn stoppable(&self) -> (Readers, StopOnDrop) {
        let stop = Arc::<Mutex<Stop>>::default();
        (Readers { stop: Some(Arc::clone(&stop)), ..self.clone() }, StopOnDrop(stop))
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
        let found = self.stopping(&connection, || work(&connection)).map_err(StoreError::sqlite(&self.path))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(Kept { connection, file });
        }
        Ok(found)
    }

    /// Runs `work` on the connection in such a way that it can be stopped.
    fn stopping<T>(&self, connection: &Connection, work: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let Some(stop) = &self.stop else {
            return work();
        };
        let lock = || stop.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut stop = lock();
            if stop.stopped {
                return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None));
            }
            stop.running = Some(connection.get_interrupt_handle());
        }
        let found = work();
        // Before another request gets the connection: a late stop must not end its reads.
        lock().running = None;
        found
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

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let mut stop = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stop.stopped = true;
        if let Some(running) = &stop.running {
            running.interrupt();
        }
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stop").field("stopped", &self.stopped).finish_non_exhaustive()
    }
}

/// Device and number of the file at this path.
pub(super) fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::platform::clock::Clock;
    use crate::storage::store::tests::place;

    #[test]
    fn a_read_stops_when_nobody_waits_for_it_and_others_go_on() {
        let place = place();
        assert!(place.open(&[]).0.finish());
        let readers = Readers::new(place.path.clone());
        let (own, stop) = readers.stoppable();
        let endless = "WITH RECURSIVE all_numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM all_numbers)
             SELECT count(*) FROM all_numbers";
        let began = Clock.moment();
        let read = {
            let own = own.clone();
            thread::spawn(move || own.read(|connection| connection.query_row(endless, [], |row| row.get::<_, i64>(0))))
        };
        thread::sleep(Duration::from_millis(200));
        drop(stop);
        assert!(read.join().expect("no panic").is_err());
        assert!(Clock.moment().since(began) < Duration::from_secs(10));
        let one = |readers: &Readers| {
            readers.read(|connection| connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)))
        };
        assert!(one(&own).is_err(), "it is not begun either");
        assert_eq!(one(&readers).expect("others go on"), 1);
    }
}
