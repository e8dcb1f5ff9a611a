//! Which settings file and which store a command works with: named on the command line, by the environment, or
//! installed.
//!
//! Commands that watch over alerts must work when something else is broken: a fault in a zone file at night
//! must not keep an analyst from the store. They read only the tables that they need, and warn of the rest.
//! Commands without a daemon, such as `replay`, check everything, because they are about to use it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::named::{INSTALLED, VARIABLE, named_settings};

use super::access;
use crate::config::{Checked, Problem, Purpose, SETTINGS_FILE, StoreSettings, Table, check, store_settings};
use crate::platform::service::holder_of_lock;
use crate::platform::telemetry::FromAir;
use atalaia_core::base::fault::Fault;

/// Selects the store of a command.
#[derive(Debug, clap::Args)]
pub(super) struct StoreArguments {
    /// Settings file whose `[store]` is used [default: the variable ATALAIA_CONFIG, else /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// File of the store, instead of the one in the settings, which are then not read
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "config")]
    pub(super) store: Option<PathBuf>,
}

/// A store that exists and is readable. What the command may do with it is not known yet: writing may still
/// be refused.
#[derive(Debug)]
pub(super) struct Place {
    /// File of the store.
    pub(super) store: PathBuf,
    /// The settings that name the store. `None` if the command line names it.
    pub(super) settings: Option<StoreSettings>,
}

impl StoreArguments {
    /// The file of the store, which exists and is readable. Faults of the settings outside `[store]` are only
    /// a warning.
    ///
    /// # Errors
    /// Those of [`StoreArguments::place`].
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        self.place(&[]).map(|place| place.store)
    }

    /// The store, with these tables of the settings besides `[store]`. Faults in other tables only print a
    /// warning.
    ///
    /// # Errors
    /// No settings file is named (2); the settings cannot be read, lack a store or have a fault in one of these
    /// tables (78); the store does not exist (65) or may not be read by this user (1).
    pub(super) fn place(&self, needed: &[Table]) -> Result<Place, Failure> {
        if let Some(store) = &self.store {
            access::to_store(store, || missing(store))?;
            return Ok(Place { store: store.clone(), settings: None });
        }
        let hint = "--store FILE names the store without settings";
        let (store, settings) = of_settings(self.config.as_deref(), needed, Some(hint))?;
        Ok(Place { store, settings: Some(settings) })
    }
}

/// The store of a settings file, with these tables besides `[store]`. `hint` names an alternative if the
/// settings cannot be used. `given` is the value of `--config`.
pub(super) fn of_settings(
    given: Option<&Path>,
    needed: &[Table],
    hint: Option<&str>,
) -> Result<(PathBuf, StoreSettings), Failure> {
    let file = settings_file(given, hint)?;
    let settings = part(&file, &[&[Table::Store], needed].concat(), hint)?;
    let store = settings.store.clone().ok_or_else(|| {
        let fault = Fault::new("store.path", "is missing, and without a store there is nothing to show");
        let fault = fault.advise("write path = \"/var/lib/atalaia/atalaia.sqlite\" below [store]");
        Failure::Settings(vec![Problem::of_file(file.display().to_string(), fault)])
    })?;
    access::to_store(&store, || missing(&store))?;
    Ok((store, settings))
}

/// The message for a store that does not exist. A daemon that starts where its store is missing begins an empty one, which is then in the
/// way, so the message never promises that.
fn missing(store: &Path) -> String {
    // The lock file stays where a daemon has worked, also after the store was moved away.
    let mut lock = store.to_owned().into_os_string();
    lock.push(".lock");
    let lock = Path::new(&lock);
    let folder = store.parent().filter(|folder| *folder != Path::new(""));
    match holder_of_lock(lock) {
        _ if folder.is_some_and(|folder| !folder.exists()) => {
            "its folder does not exist: move it back to where it was, the same folder and not a copy; a running daemon then continues by \
             itself. If it is lost, make the folder and put a copy made by `atalaia backup` there, if there is one, then restart the daemon"
                .to_owned()
        }
        Some(pid) => format!(
            "no such file, but the daemon (pid {pid}) has it open: it was moved away. Move the same file back, not a copy; the daemon \
             then continues by itself. Do not restart the daemon before: it would begin an empty store. If the file is lost: sudo \
             systemctl stop atalaia, restore a copy made by `atalaia backup`, sudo systemctl start atalaia"
        ),
        None if lock.exists() => "no such file, but a daemon has had its store here: move it back, or restore a copy made by `atalaia \
                                  backup`, before the next start, which would begin an empty store"
            .to_owned(),
        None => "no such file. If a daemon has worked with it, it was moved away: move it back before the next start, which would begin \
                 an empty store. Otherwise the first start of the daemon creates it"
            .to_owned(),
    }
}

/// These tables of a settings file. `hint` names an alternative if they cannot be used. Prints a warning on
/// standard error if other tables have faults, with the command that shows them.
///
/// # Errors
/// Every problem of these tables, and of the file itself, with exit code 78.
pub(super) fn part(file: &Path, needed: &[Table], hint: Option<&str>) -> Result<StoreSettings, Failure> {
    let settings = store_settings(file, needed).map_err(|problems| {
        let mut lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        lines.extend(hint.map(|hint| format!("atalaia: {hint}")));
        Failure::Shown { code: 78, text: lines.join("\n") }
    })?;
    if 0 < settings.elsewhere {
        let faults = if settings.elsewhere == 1 { "fault" } else { "faults" };
        // Without standard error the warning is lost.
        let _ = writeln!(
            io::stderr(),
            "atalaia: warning: the settings have {} {faults} elsewhere: atalaia check --config {}",
            settings.elsewhere,
            FromAir(&file.display().to_string())
        );
    }
    Ok(settings)
}

/// The settings file of a command that needs one; it exists and is readable. `hint` names an alternative, if
/// there is one. Where the settings are a folder, the result is the folder, and the file in it has been
/// checked.
///
/// # Errors
/// Wrong usage if no file is named and none is installed; exit code 78 if the named one does not exist or may
/// not be read.
pub(super) fn settings_file(given: Option<&Path>, hint: Option<&str>) -> Result<PathBuf, Failure> {
    let installed = Path::new(INSTALLED);
    // A folder without access may well contain it; the permission error comes from `access`.
    let usual = || installed.try_exists().unwrap_or(true).then(|| installed.to_owned());
    let file = named_settings(given).or_else(usual).ok_or_else(|| Failure::Usage(ways(hint)))?;
    let whole = if file.is_dir() { file.join(SETTINGS_FILE) } else { file.clone() };
    match fs::metadata(&whole) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = whole.display().to_string();
            let from = match given {
                Some(_) => format!("check the path, or install the file as {INSTALLED}"),
                None => format!("the path is that of the variable {VARIABLE}; --config FILE names another"),
            };
            let text = format!("{}: No such file or directory\natalaia: {from}; {FIRST}", FromAir(&name));
            Err(Failure::Shown { code: 78, text })
        }
        _ => access::to_settings(&whole).map(|()| file),
    }
}

/// How to come by a settings file.
const FIRST: &str = "atalaia init writes a first settings file";

/// How to name the settings file. `hint` adds one that only some commands have.
fn ways(hint: Option<&str>) -> String {
    let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
    format!("name the settings file: --config FILE, or the variable {VARIABLE}, or install it as {INSTALLED}{hint}")
}

/// Settings and zones of commands that work without a daemon. The installed settings are not used unless they
/// are named: a replay must give the same alerts on every machine.
#[derive(Debug, clap::Args)]
pub(super) struct SettingsArguments {
    /// Settings file [default: the variable ATALAIA_CONFIG, else the settings and zones built into the program]
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// Folder of zone files, in place of the one in the settings
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) zones: Option<PathBuf>,
}

impl SettingsArguments {
    /// The settings, or everything that is wrong with them. Without a file, those built into the program.
    pub(super) fn checked(&self) -> Result<Checked, Failure> {
        let given = self.config.as_deref();
        let file = named_settings(given).map(|_| settings_file(given, None)).transpose()?;
        check(file.as_deref(), self.zones.as_deref(), Purpose::Replay).map_err(Failure::Settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_store_is_moved_back_and_the_process_that_has_it_open_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("atalaia.sqlite");
        let never = missing(&store);
        assert!(never.contains("move it back before the next start"), "{never}");
        let lock = fs::File::create(folder.path().join("atalaia.sqlite.lock")).expect("a file");
        let was_here = missing(&store);
        assert!(was_here.contains("a daemon has had its store here"), "{was_here}");
        lock.lock().expect("locked");
        let runs = missing(&store);
        let pid = std::process::id();
        assert!(runs.contains(&format!("the daemon (pid {pid}) has it open")), "{runs}");
        assert!(runs.contains("Do not restart the daemon") && !runs.contains("creates"), "{runs}");
    }

    #[test]
    fn without_settings_the_error_lists_every_way_to_name_them() {
        let text = ways(Some("--store FILE names the store without settings"));
        for part in ["--config FILE", VARIABLE, INSTALLED, "--store FILE"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!ways(None).contains(';'));
    }
}
