//! Runs the check again as the daemon's user, with the groups and permissions of the service.
//!
//! Permissions cannot be calculated reliably: groups, access lists and mandatory access control all play a
//! part. So the check is run by a process that has the rights of the service, and asks the kernel.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::cli::failure::Failure;
use crate::config::USUAL_USER;
use crate::platform::service::{Account, Unit, group};

/// The account that runs the daemon: the named one, else that of the unit, else the usual one, with the
/// groups of the unit. `None` if this machine has no such user. A named user has only its own groups: it is
/// not the unit's.
pub(super) fn account(named: Option<&str>) -> Option<Account> {
    let unit = Unit::installed().unwrap_or_default();
    let user = named.map(str::to_owned).or(unit.user.clone()).unwrap_or_else(|| USUAL_USER.to_owned());
    let mut account = Account::find(&user)?;
    if named.is_none() {
        account.gid = unit.group.as_deref().and_then(group).unwrap_or(account.gid);
        account.groups.extend(unit.groups.iter().filter_map(|named| group(named)));
    }
    Some(account)
}

/// Returns true if this process already runs as the service user. Otherwise runs the check again as that
/// user, and returns false if it succeeded.
///
/// # Errors
/// There is no such user, or this process is neither root nor that user (2); the second process cannot be
/// started (1), or fails: then with its exit code and without a message, because it has printed its own.
pub(super) fn become_service(named: Option<&str>) -> Result<bool, Failure> {
    let account = account(named).ok_or_else(|| {
        let user = named.unwrap_or(USUAL_USER);
        Failure::Usage(format!(
            "this machine has no user `{user}`; name the one that runs the daemon: --as-service --user NAME"
        ))
    })?;
    let own = Account::own();
    if own.uid == account.uid {
        return Ok(true);
    }
    if own.uid != 0 {
        return Err(Failure::Usage(format!(
            "--as-service needs root, or to be {}: sudo atalaia check --as-service",
            account.shown()
        )));
    }
    let program = std::env::current_exe().map_err(|error| Failure::Other(error.to_string()))?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = match is_installed("setpriv") {
        true => with_groups(&account, program.into_os_string()),
        false => {
            let mut command = Command::new(&program);
            // Without supplementary groups: only a system tool such as `setpriv` sets them safely.
            command.uid(account.uid).gid(account.gid);
            command
        }
    };
    // Credentials of systemd are for the service itself, and this process may have others.
    command.args(arguments).env_remove("CREDENTIALS_DIRECTORY");
    let status = command.status();
    let status =
        status.map_err(|error| Failure::Other(format!("{} cannot run this program: {error}", account.shown())))?;
    match status.code() {
        Some(0) => Ok(false),
        // The second process has already printed its findings.
        Some(code) => Err(Failure::Shown { code: u8::try_from(code).unwrap_or(1), text: String::new() }),
        None => Err(Failure::Other(format!("the check as {} was cut off ({status})", account.shown()))),
    }
}

/// The program run by `setpriv` with exactly the user, group and groups of the account.
fn with_groups(account: &Account, program: OsString) -> Command {
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={}", account.uid)).arg(format!("--regid={}", account.gid));
    let groups: Vec<String> = account.groups.iter().map(u32::to_string).collect();
    match groups.is_empty() {
        true => command.arg("--clear-groups"),
        false => command.arg(format!("--groups={}", groups.join(","))),
    };
    command.arg("--").arg(program);
    command
}

/// Whether a program is on PATH.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
