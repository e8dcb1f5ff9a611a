//! `atalaia run`: the daemon.
//!
//! Settings are checked before anything is opened, so that a faulty file ends the start at once with exit
//! code 78, which the unit lists in `RestartPreventExitStatus`. So does a second daemon with the same store.

use std::path::PathBuf;

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};
use tracing::warn;

use super::failure::Failure;

use super::{access, place};
use crate::config::{Purpose, check, no_inputs};
use crate::daemon;
use crate::platform::telemetry::{self, FromAir};
use crate::storage::journal::JournalError;
use crate::storage::store::StoreError;

/// Arguments of `atalaia run`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file, or a folder with an atalaia.toml; conf.d/*.toml beside it override it [default: the variable
    /// ATALAIA_CONFIG, else /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the daemon until SIGTERM or SIGINT.
///
/// # Errors
/// Settings that cannot be used or have no inputs, or another daemon works with the store (78); whatever else keeps the daemon from
/// starting (1). Failures
/// while it runs are logged and retried, not returned.
pub(super) fn main(arguments: Arguments) -> Result<(), Failure> {
    let file = place::settings_file(arguments.config.as_deref(), None)?;
    let settings = check(Some(&file), None, Purpose::Run).map_err(Failure::Settings)?;
    if settings.inputs.is_empty() {
        return Err(Failure::Settings(vec![no_inputs(&file)]));
    }
    telemetry::set_up();
    // The logs are the first thing to be looked at, so the remark is there and not on standard error.
    if geteuid().is_root() {
        warn!("running as root, which is not needed: run it as a user of its own (User=atalaia in the unit)");
    }
    keep_from_others();
    daemon::run(settings, file).map_err(|error| {
        let of_store = error.get_ref().and_then(|error| error.downcast_ref::<StoreError>());
        match of_store {
            // A restart could not help: the unit restarts after every exit code but 78.
            Some(StoreError::Taken { .. }) => {
                Failure::Shown { code: 78, text: format!("atalaia: {}", FromAir(&error.to_string())) }
            }
            _ => {
                let of_journal = error.get_ref().and_then(|error| error.downcast_ref::<JournalError>());
                let denied = of_store.and_then(access::refused_to_daemon);
                let denied = denied.or_else(|| access::refused_journal_to_daemon(of_journal?));
                Failure::Other(denied.unwrap_or_else(|| error.to_string()))
            }
        }
    })
}

/// Denies other users access to the files that the daemon creates: alerts and received lines are for its user and
/// group.
fn keep_from_others() {
    let others = Mode::from_raw_mode(0o007);
    // The mode can only be read by setting it. A stricter one, as the unit sets, stays.
    let asked = umask(others);
    umask(asked | others);
}
