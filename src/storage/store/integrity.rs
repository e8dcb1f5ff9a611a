//! Handles a damaged store: the file is set aside, never used, and replaced by the backup beside it (`<path>.backup`) or by an empty store.
//! Only retention deletes what was set aside.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{StoreError, is_damage, is_other_file};
use super::{connect, schema};
use crate::platform::disk::{RealDisk, sync_file, sync_name};
use atalaia_core::base::time::Time;

/// Maximum size in bytes for a full check of all indexes against their tables, which takes about 2 s. Larger files get a page check.
const THOROUGH: u64 = 256 << 20;
/// Suffixes of the files of a database. The main file is last, because the others are useless without it.
const PARTS: [&str; 3] = ["-wal", "-shm", ""];

/// A store that was damaged when the daemon opened it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetAside {
    /// Where the damaged file is now.
    pub kept: PathBuf,
    /// Description of the damage.
    pub why: String,
    /// The backup that replaced it; `None` if there was no intact one and the store started empty.
    pub backup: Option<PathBuf>,
    /// The backup that is damaged too and was left where it is; `None` if there is none.
    pub damaged_backup: Option<PathBuf>,
}

impl SetAside {
    /// What the store at `path` holds now, what is kept where, and how to restore a copy. Follows "the store was damaged and has been set
    /// aside".
    pub fn account(&self, path: &Path) -> String {
        let now = match (&self.backup, &self.damaged_backup) {
            (Some(backup), _) => format!("a copy of {}", backup.display()),
            (None, Some(damaged)) => format!("a new, empty store, because {} is damaged too", damaged.display()),
            (None, None) => format!("a new, empty store, because there is no {}.backup", path.display()),
        };
        let (kept, path) = (self.kept.display(), path.display());
        format!(
            "nothing was deleted: the damaged file is {kept}. The daemon now works with {now}; alerts that are still open are stored \
             again. Whatever else is not in it, such as users, tokens, notes, silences and the audit trail, is only in the damaged file. To restore a copy made by `atalaia backup`: sudo systemctl stop atalaia; \
             move {path}, {path}-wal, {path}-shm and {path}.journal into another folder; sudo install -o atalaia -g atalaia -m 0600 COPY \
             {path}; sudo systemctl start atalaia"
        )
    }
}

/// Checks the store before it is opened and replaces a damaged one. `now` becomes part of the name of the file set aside. The caller holds
/// the lock. Starting with a backup, or empty, is better than not starting.
///
/// # Errors
/// `Newer` for a store of a later version, `Refused` for another program's database, `File` or `Sqlite` if the check itself fails.
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
    // A damaged backup is left where it is: it may still be of use to a person.
    if !backup.exists() {
        return Ok(Some(SetAside { kept, why, backup: None, damaged_backup: None }));
    }
    if !damage(&backup).is_ok_and(|damage| damage.is_none()) {
        return Ok(Some(SetAside { kept, why, backup: None, damaged_backup: Some(backup) }));
    }
    put_in_place(&backup, path)?;
    Ok(Some(SetAside { kept, why, backup: Some(backup), damaged_backup: None }))
}

/// Whether a text or compressed file is at `path`, where no daemon has had a store: the settings name the wrong file. A lock file beside it
/// shows that a daemon has been there; what was a store may have been damaged in any way.
pub fn is_foreign(path: &Path) -> bool {
    !beside(path, ".lock").exists() && is_other_file(path)
}

/// Refuses such a file, so that it is not set aside as a damaged store. Must run before the lock file is created.
pub(super) fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    if !is_foreign(path) {
        return Ok(());
    }
    let path = path.display();
    Err(StoreError::Refused(format!(
        "{path}: a text or compressed file, not a store; name another file, or move this one away"
    )))
}

/// Makes durable what an earlier daemon wrote. A daemon that died between a transaction and its sync leaves data that can be read and
/// delivered, but that a loss of power could still take. Must run before SQLite opens the files, because closing any descriptor of a file
/// drops the locks of the whole process on it.
pub(super) fn make_durable(path: &Path) -> Result<(), StoreError> {
    for part in PARTS.iter().chain(&["-journal"]).filter(|part| **part != "-shm") {
        let part = beside(path, part);
        sync_file(&RealDisk, &part).map_err(StoreError::file(&part))?;
    }
    sync_folder(path)
}

/// All files that were ever set aside here, with the files that belong to them. They contain alerts, so retention deletes them, too.
pub(super) fn damaged(path: &Path) -> Vec<PathBuf> {
    let name = beside(path, ".corrupt-");
    let first = name.file_name().unwrap_or_default().as_encoded_bytes();
    let files = fs::read_dir(folder(path)).into_iter().flatten().filter_map(Result::ok);
    let mut damaged: Vec<PathBuf> =
        files.filter(|file| file.file_name().as_encoded_bytes().starts_with(first)).map(|file| file.path()).collect();
    damaged.sort();
    damaged
}

/// The stores that were set aside here as damaged and are still there, earliest first.
pub fn set_aside(path: &Path) -> Vec<PathBuf> {
    let is_main = |file: &PathBuf| {
        !["-wal", "-shm"].iter().any(|part| file.as_os_str().as_encoded_bytes().ends_with(part.as_bytes()))
    };
    damaged(path).into_iter().filter(is_main).collect()
}

/// Describes the damage of a file; `None` if it is intact or missing. A file of a later version is an error, because this program cannot
/// check it.
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
        // Rolling back what a crash left half done requires write access.
        Err(error) if !is_damage(&error) => look(path, length, beside_others | OpenFlags::SQLITE_OPEN_READ_WRITE),
        looked => looked,
    };
    match looked {
        Ok(Inspection { version, .. }) if schema::VERSION < version => {
            Err(StoreError::Newer { path: path.to_owned(), found: version, known: schema::VERSION })
        }
        Ok(Inspection { version: 0, tables, .. }) if 0 < tables => {
            Err(StoreError::Refused(format!("{}: another program's database; name another file", path.display())))
        }
        Ok(Inspection { said, .. }) => Ok((said != "ok").then(|| said.replace('\n', "; "))),
        Err(error) if is_damage(&error) => Ok(Some(error.to_string())),
        Err(error) => Err(StoreError::sqlite(path)(error)),
    }
}

/// What a check of a file found.
struct Inspection {
    /// Schema version of the file; 0 if no version of this program wrote it.
    version: i64,
    /// Number of tables, indexes and triggers.
    tables: i64,
    /// SQLite's verdict: `ok`, or the first fault.
    said: String,
}

/// Opens a file, reads its version and lets SQLite check it. `length` in bytes decides how thoroughly.
fn look(path: &Path, length: u64, flags: OpenFlags) -> rusqlite::Result<Inspection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(connect::BUSY)?;
    // A file of a later version must not be changed, including its log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let number = |text: &str| connection.query_row(text, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    if schema::VERSION < version {
        // This program may not know the kinds of its tables.
        return Ok(Inspection { version, tables: 0, said: String::new() });
    }
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let check = if length <= THOROUGH { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let said = connection.query_row(check, [], |row| row.get(0))?;
    Ok(Inspection { version, tables, said })
}

/// Copies a backup to the path of the store. The copy is complete and synced, or absent.
fn put_in_place(backup: &Path, path: &Path) -> Result<(), StoreError> {
    let unfinished = beside(path, ".unfinished");
    let of_file = StoreError::file(&unfinished);
    fs::copy(backup, &unfinished).and_then(|_| File::open(&unfinished)?.sync_all()).map_err(&of_file)?;
    fs::rename(&unfinished, path).map_err(of_file)?;
    sync_folder(path)
}

/// Makes the names of the store's files durable.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    sync_name(&RealDisk, path).map_err(StoreError::file(folder(path)))
}

/// The folder of a file; the current one for a bare name.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// The path with an ending appended to the file's name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
