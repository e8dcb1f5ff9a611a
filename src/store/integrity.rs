//! A damaged file is never worked with and never thrown away: it is set aside, and the backup beside it, or an empty store, takes its place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{StoreError, schema};
use crate::disk::{RealDisk, sync_file, sync_name};
use crate::time::Time;

/// Up to this size every index is held against its table as well, not only every page; some 2 s. Bytes.
const THOROUGH: u64 = 256 << 20;
/// What follows the name of a file that belongs to it, the file itself last: without it the others mean nothing.
const PARTS: [&str; 3] = ["-wal", "-shm", ""];

/// A store that was found damaged when the daemon opened it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetAside {
    /// Where the damaged file is now.
    pub kept: PathBuf,
    /// What is wrong with it.
    pub why: String,
    /// The backup that took its place; none: there was no sound one, and the store began anew.
    pub backup: Option<PathBuf>,
}

/// Looks at the store before anybody works with it. `now` goes into the name of what is set aside. The caller holds the lock.
pub(super) fn make_sound(path: &Path, now: Time) -> Result<Option<SetAside>, StoreError> {
    let Some(why) = damage(path)? else {
        return Ok(None);
    };
    let kept = beside(path, &format!(".corrupt-{}", now.millis()));
    for part in PARTS {
        match fs::rename(beside(path, part), beside(&kept, part)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(StoreError::file(path)(cause)),
            _ => {}
        }
    }
    sync_folder(path)?;
    let backup = beside(path, ".backup");
    let is_sound = backup.exists() && damage(&backup).is_ok_and(|damage| damage.is_none());
    if is_sound {
        put_in_place(&backup, path)?;
    }
    Ok(Some(SetAside { kept, why, backup: is_sound.then_some(backup) }))
}

/// Makes durable what an earlier daemon wrote: one that died between a transaction and its sync leaves it to be read, and told of, and a
/// loss of power would still take it. Before SQLite opens the files: whoever closes one of them drops its locks.
pub(super) fn make_durable(path: &Path) -> Result<(), StoreError> {
    for part in PARTS.iter().chain(&["-journal"]).filter(|part| **part != "-shm") {
        let part = beside(path, part);
        sync_file(&RealDisk, &part).map_err(StoreError::file(&part))?;
    }
    sync_folder(path)
}

/// Every file that was ever set aside here, and what belonged to it.
pub(super) fn damaged(path: &Path) -> Vec<PathBuf> {
    let name = beside(path, ".corrupt-");
    let first = name.file_name().unwrap_or_default().as_encoded_bytes();
    let files = fs::read_dir(folder(path)).into_iter().flatten().filter_map(Result::ok);
    let mut damaged: Vec<PathBuf> =
        files.filter(|file| file.file_name().as_encoded_bytes().starts_with(first)).map(|file| file.path()).collect();
    damaged.sort();
    damaged
}

/// What is wrong with a file; nothing if it is sound or missing. A file of a later version is an error: nobody here can judge it.
fn damage(path: &Path) -> Result<Option<String>, StoreError> {
    let length = match fs::metadata(path) {
        Ok(file) => file.len(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(StoreError::file(path)(cause)),
    };
    if length == 0 {
        return Ok(Some("it is empty".to_owned()));
    }
    let beside_others = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = look(path, length, beside_others | OpenFlags::SQLITE_OPEN_READ_ONLY);
    let looked = match looked {
        // What a crash left half done can be rolled back only by who may write.
        Err(error) if !is_damage(&error) => look(path, length, beside_others | OpenFlags::SQLITE_OPEN_READ_WRITE),
        looked => looked,
    };
    match looked {
        Ok(Looked { version, .. }) if schema::VERSION < version => {
            Err(StoreError::Newer { path: path.to_owned(), found: version, known: schema::VERSION })
        }
        Ok(Looked { version: 0, tables, .. }) if 0 < tables => {
            Err(StoreError::Refused(format!("{}: another program's database; name another file", path.display())))
        }
        Ok(Looked { said, .. }) => Ok((said != "ok").then(|| said.replace('\n', "; "))),
        Err(error) if is_damage(&error) => Ok(Some(error.to_string())),
        Err(error) => Err(StoreError::sqlite(path)(error)),
    }
}

struct Looked {
    version: i64,
    tables: i64,
    said: String,
}

fn look(path: &Path, length: u64, flags: OpenFlags) -> rusqlite::Result<Looked> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(schema::BUSY)?;
    // One of a later version stays as it is, down to its log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let number = |text: &str| connection.query_row(text, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    if schema::VERSION < version {
        // Its tables may be of a kind that this program cannot judge.
        return Ok(Looked { version, tables: 0, said: String::new() });
    }
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let check = if length <= THOROUGH { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let said = connection.query_row(check, [], |row| row.get(0))?;
    Ok(Looked { version, tables, said })
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Copies a backup to where the store was: complete and flushed, or not there at all.
fn put_in_place(backup: &Path, path: &Path) -> Result<(), StoreError> {
    let unfinished = beside(path, ".unfinished");
    let of_file = StoreError::file(&unfinished);
    fs::copy(backup, &unfinished).and_then(|_| File::open(&unfinished)?.sync_all()).map_err(&of_file)?;
    fs::rename(&unfinished, path).map_err(of_file)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    sync_name(&RealDisk, path).map_err(StoreError::file(folder(path)))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
