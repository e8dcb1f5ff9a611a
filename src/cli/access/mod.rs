//! Permission errors: who owns the file, and the command to run as that user.
//!
//! On a machine with several users the daemon owns its files, and the first command of a new user fails. The message then gives the next
//! command to type, with the right user: `sudo -u atalaia atalaia alerts list`. It never suggests loosening the modes of files that hold
//! alerts, unless they are the user's own.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rustix::fs::{Access, AtFlags, CWD, accessat};
use rustix::process::{getegid, geteuid};

use super::failure::Failure;

use super::{named, person};
use crate::config::holds_settings;
use crate::platform::service::group_name;
use crate::platform::telemetry::FromAir;
use crate::storage::journal::JournalError;
use crate::storage::store::StoreError;

/// Bound on a command line repeated in a message, in characters. Longer ones, such as `replay` with many
/// files, would hide what is wrong.
const LONGEST: usize = 400;

/// Checks that the store exists and is readable. `missing` gives the message if it does not exist.
///
/// # Errors
/// Exit code 65 if it is missing or not a file, 1 if this user may not read it.
pub(super) fn to_store(path: &Path, missing: impl FnOnce() -> String) -> Result<(), Failure> {
    let shown = path.display().to_string();
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(Failure::Input(format!("{shown}: is not a file"))),
        Ok(_) if !is_open(path, Access::READ_OK) => Err(Failure::Other(denied(path))),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Failure::Other(denied(path))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Input(format!("{shown}: {}", missing()))),
        Err(error) => Err(Failure::Input(format!("{shown}: {error}"))),
    }
}

/// Checks that a settings file is readable. Any other fault, such as a missing file, is left to the code
/// that reads it.
///
/// # Errors
/// Exit code 78, as for all that is wrong with settings.
pub(super) fn to_settings(path: &Path) -> Result<(), Failure> {
    let closed = match fs::metadata(path) {
        Ok(_) => !is_open(path, Access::READ_OK),
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    };
    match closed {
        true => Err(Failure::Shown { code: 78, text: format!("atalaia: {}", denied(path)) }),
        false => Ok(()),
    }
}

/// Turns an error of the store into a failure: refusals are usage errors, and permission errors name the command
/// that would work.
pub(super) fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Refused(text) => Failure::Usage(text),
        StoreError::NameTaken { .. } => Failure::Usage(error.to_string()),
        error => Failure::Other(denied_store(&error).unwrap_or_else(|| error.to_string())),
    }
}

/// The message for a store error caused by permissions on the store, its folder or the files beside it, for a
/// user other than the daemon's. `None` for any other error, whose own text then says more.
fn denied_store(error: &StoreError) -> Option<String> {
    closed_part(error).map(|path| denied(&path))
}

/// The same for a copy of the store. A closed target folder is solved by naming another folder, not by becoming another
/// user.
pub(super) fn refused_copy(error: &StoreError, store: &Path) -> Option<String> {
    let (StoreError::Sqlite { path, .. } | StoreError::File { path, .. }) = error else {
        return None;
    };
    if path == store {
        return denied_store(error);
    }
    let denial = Denial::of(&closed_part(error)?);
    Some(format!("{}; name a folder that {} may write", denial.head(), denial.ours.name))
}

/// The same for the daemon, which must own its store.
pub(super) fn refused_to_daemon(error: &StoreError) -> Option<String> {
    closed_part(error).map(|path| daemon_denied(&path))
}

/// The same for the journal and what is kept in its folder. `None` if permissions are not the cause.
pub(super) fn refused_journal_to_daemon(error: &JournalError) -> Option<String> {
    match error {
        JournalError::File { path, cause } if cause.kind() == io::ErrorKind::PermissionDenied => {
            Some(daemon_denied(&closed_on_way(path)))
        }
        _ => None,
    }
}

/// The file itself if it exists and is closed, otherwise the nearest folder above it in which this user may not write.
fn closed_on_way(path: &Path) -> PathBuf {
    let is_closed = |part: &&Path| match fs::metadata(part) {
        Ok(found) if found.is_dir() => !is_open(part, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK),
        Ok(_) => !is_open(part, Access::READ_OK | Access::WRITE_OK),
        Err(_) => false,
    };
    path.ancestors().find(is_closed).unwrap_or(path).to_owned()
}

/// The file that exists but cannot be written, or the folder in which it cannot be created. `None` if permissions are
/// not the cause.
fn closed_part(error: &StoreError) -> Option<PathBuf> {
    let path = match error {
        StoreError::Sqlite { path, cause } => {
            // What SQLite reports depends on which part is closed, and on when it is opened.
            let closed = [ErrorCode::CannotOpen, ErrorCode::PermissionDenied, ErrorCode::ReadOnly];
            cause.sqlite_error_code().filter(|code| closed.contains(code)).map(|_| path)?
        }
        StoreError::File { path, cause } if cause.kind() == io::ErrorKind::PermissionDenied => path,
        _ => return None,
    };
    // SQLite opens the write-ahead log and its index together with the store, and the daemon a lock file. Any
    // of them may have been created by another user, such as root, by a command run with sudo.
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let files = [path.to_owned(), beside("-wal"), beside("-shm"), beside(".lock")];
    let closed = |path: &&PathBuf| match fs::metadata(path) {
        Ok(_) => !is_open(path, Access::READ_OK | Access::WRITE_OK),
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    };
    let folder = || {
        let folder = folder_of(path);
        (!is_open(&folder, Access::WRITE_OK | Access::EXEC_OK)).then_some(folder)
    };
    files.iter().find(closed).cloned().or_else(folder)
}

/// The folder of a file; the current one for a bare name.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}

/// Whether this user may write the file, as far as modes say.
pub(super) fn is_writable(path: &Path) -> bool {
    accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// Whether the effective user of the process has this access.
fn is_open(path: &Path, access: Access) -> bool {
    // Only EACCES counts. A read-only disk is reported by SQLite.
    accessat(CWD, path, access, AtFlags::EACCESS) != Err(rustix::io::Errno::ACCESS)
}

/// The message for this user: who they are, who owns the closed file or folder, and the same command as a user who has
/// access.
fn denied(path: &Path) -> String {
    let denial = Denial::of(path);
    // The same command would only end here again: it has the rights of the service wherever it is called.
    match std::env::args_os().any(|word| word == "--as-service") {
        true => denial.to_service(&group_of(getegid().as_raw())),
        false => denial.to_user(&own_command()),
    }
}

/// A group as `chgrp` accepts it: by name, or by number without one.
fn group_of(number: u32) -> String {
    group_name(number).unwrap_or_else(|| number.to_string())
}

/// The message for the daemon, which cannot be asked to become another user.
fn daemon_denied(path: &Path) -> String {
    Denial::of(path).to_daemon()
}

/// Why a file is not accessible. The messages are made of it.
#[derive(Debug)]
struct Denial {
    /// The file that was needed, as an absolute path.
    path: PathBuf,
    /// That file, or the nearest folder above it that can be examined: the one that denies access.
    closed: PathBuf,
    /// Owner of `closed`. `None` if nothing on the path can be examined.
    owner: Option<User>,
    /// The effective user of the process.
    ours: User,
}

/// A user of this machine, by number and name; `user N` if the number has no name.
#[derive(Clone, PartialEq, Eq, Debug)]
struct User {
    /// User id, as the kernel knows it.
    number: u32,
    /// Name of the account; `user N` if the number has none.
    name: String,
}

impl User {
    /// Looks the number up in the accounts of this machine and of its directory service.
    fn of(number: u32) -> User {
        User { number, name: person::account(number).unwrap_or_else(|| format!("user {number}")) }
    }

    /// The user as `sudo -u` accepts it: by name, or `'#N'` without one.
    fn for_sudo(&self) -> String {
        match self.name == format!("user {}", self.number) {
            true => format!("'#{}'", self.number),
            false => quoted(OsStr::new(&self.name)),
        }
    }
}

impl Denial {
    /// Finds out what denies access to a path. Must be called as soon as access failed: owners and modes
    /// are read now.
    fn of(path: &Path) -> Denial {
        let here = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // The first part of the path that can be examined is the one that closes the way to those below it.
        let seen = here.ancestors().find_map(|part| Some((part.to_owned(), fs::metadata(part).ok()?.uid())));
        let (closed, owner) = match seen {
            Some((closed, owner)) => (closed, Some(User::of(owner))),
            None => (here.clone(), None),
        };
        Denial { path: here, closed, owner, ours: User::of(geteuid().as_raw()) }
    }

    /// The message for a person, with `command` as the owner of the file would call it. Only the head if the
    /// owner is unknown.
    fn to_user(&self, command: &str) -> String {
        let remedy = match &self.owner {
            Some(owner) if *owner == self.ours => return self.to_owner(),
            Some(owner) if owner.number == 0 => format!("sudo {command}"),
            Some(owner) => format!("sudo -u {} {command}", owner.for_sudo()),
            None => return self.head(),
        };
        format!("{}: {remedy}", self.head())
    }

    /// The message of a check with the rights of the service: what to change so that its user, who is in `group`, may read the file.
    fn to_service(&self, group: &str) -> String {
        let (name, closed) = (&self.ours.name, quoted(self.closed.as_os_str()));
        let head = format!("{}: may not be read by {name}, as whom this checks", self.path.display());
        let (what, rights) = match self.closed == self.path {
            true => ("it".to_owned(), "g+r"),
            false => (self.closed.display().to_string(), "g+x"),
        };
        let owner = match &self.owner {
            Some(owner) if *owner == self.ours => {
                let rights = rights.replace('g', "u");
                return FromAir(&format!("{head}; {what} belongs to {name}: sudo chmod {rights} {closed}")).to_string();
            }
            Some(owner) => owner.name.clone(),
            None => "another user".to_owned(),
        };
        let remedy = format!("sudo chgrp {} {closed} && sudo chmod {rights} {closed}", quoted(OsStr::new(group)));
        FromAir(&format!(
            "{head}; {what} belongs to {owner}. The daemon could not read it either; let its group: {remedy}"
        ))
        .to_string()
    }

    /// The message for the daemon: what to change so that its user owns the store. A folder of settings is
    /// not to be handed over to the daemon, which must not be able to write them.
    fn to_daemon(&self) -> String {
        if self.owner.as_ref() == Some(&self.ours) {
            return self.to_owner();
        }
        let (head, closed) = (self.head(), quoted(self.closed.as_os_str()));
        if self.closed != self.path {
            return format!("{head}: let {} into that folder, or write another store.path", self.ours.name);
        }
        if holds_settings(&self.closed) {
            return format!("{head}: write a store.path in a folder of its own, such as /var/lib/atalaia");
        }
        let what = if self.closed.is_dir() { "folder" } else { "file" };
        format!("{head}: change the owner of the {what}: sudo chown {} {closed}", self.ours.for_sudo())
    }

    /// The message for the owner: only the file mode denies access.
    fn to_owner(&self) -> String {
        let closed = quoted(self.closed.as_os_str());
        let rights = if self.closed.is_dir() { "u+rwx" } else { "u+rw" };
        format!("{}, but its mode does not let you in: chmod {rights} {closed}", self.head())
    }

    /// What every message begins with: the file, the user of this process, and the owner of what
    /// denies access. Escaped.
    fn head(&self) -> String {
        let (path, name) = (self.path.display().to_string(), &self.ours.name);
        let what = match self.closed == self.path {
            true => "it".to_owned(),
            false => self.closed.display().to_string(),
        };
        let owner = match &self.owner {
            Some(owner) if *owner == self.ours => "you".to_owned(),
            Some(owner) => owner.name.clone(),
            None => "another user".to_owned(),
        };
        FromAir(&format!("{path}: permission denied: you are {name}; {what} belongs to {owner}")).to_string()
    }
}

/// The command line as it was given, to be repeated in a message. Adds `--config` where the settings file comes from
/// the environment, because `sudo` drops the variable.
fn own_command() -> String {
    let mut words: Vec<String> = std::env::args_os().map(|word| quoted(&word)).collect();
    // Called by a bare name, the program is on PATH; `sudo` finds it there under its installed name.
    if let Some(program) = words.first_mut().filter(|program| !program.contains('/')) {
        *program = "atalaia".to_owned();
    }
    let names_place = |word: &String| word.starts_with("--config") || word.starts_with("--store");
    if let Some(file) = named::named_settings(None).filter(|_| !words.iter().any(names_place)) {
        words.push(format!("--config {}", quoted(file.as_os_str())));
    }
    let whole = FromAir(&words.join(" ")).to_string();
    match whole.chars().count() <= LONGEST {
        true => whole,
        false => whole.chars().take(LONGEST).chain(" …".chars()).collect(),
    }
}

/// Quotes a word for the shell if it needs quoting.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.into_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests;
