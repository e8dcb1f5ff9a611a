//! `atalaia check`: checks settings and zones before they are used, permissions and servers if asked, and the number of
//! alerts they would raise.
//!
//! Each step goes a little further than the last: the files alone, the rights of the service user, the
//! servers, a test alert, the number of alerts. All but the first need an option, because they take time,
//! need root or reach other machines.

mod reach;
mod report;
mod service;
mod summary;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::failure::Failure;
use super::own_daemon::OwnDaemon;

use super::output::print;

use super::{cost, place, status};
use crate::config::{Judgement, Problem, Purpose, judge, no_inputs, schema};
use crate::platform::clock::Clock;
use crate::platform::service::Account;

/// Arguments of `atalaia check`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file, or a folder with an atalaia.toml; conf.d/*.toml beside it override it [default: the variable
    /// ATALAIA_CONFIG, else /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Check with the rights of the daemon's user: user and groups of the unit atalaia.service, else the user
    /// atalaia. Whatever that user cannot read, write or listen on is a problem. Needs root, or that user
    #[arg(long)]
    as_service: bool,
    /// The daemon's user, instead of the one in the unit
    #[arg(long, value_name = "NAME", requires = "as_service")]
    user: Option<String>,
    /// Connect to every server of an input or sink, and report which can be reached. Servers of HTTP are asked for
    /// their options, without a login, which changes nothing there
    #[arg(long)]
    connect: bool,
    /// Send a test alert, marked as one, through this sink, or without a name through all of them, and report
    /// the outcome
    #[arg(long, value_name = "SINK", num_args = 0..=1, default_missing_value = "")]
    send_test: Option<String>,
    /// Recording to run through the settings: prints how many alerts per day they raise, by behaviour and
    /// zone, and what changes of the costliest settings would save
    #[arg(long, value_name = "RECORDING")]
    on: Option<PathBuf>,
    /// Print the JSON Schema of the settings file instead, for editors
    #[arg(long, conflicts_with_all = ["config", "on", "as_service", "connect", "send_test"])]
    schema: bool,
}

/// Prints `ok` and what was read, or fails with every problem. Warnings are printed in both cases.
///
/// # Errors
/// The settings have problems or no inputs (78); a server cannot be reached, a test alert is not delivered,
/// or the recording cannot be used.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.schema {
        return print(&schema());
    }
    let file = place::settings_file(arguments.config.as_deref(), None)?;
    // The second process has printed everything, with the rights of the service.
    if arguments.as_service && !service::become_service(arguments.user.as_deref())? {
        return Ok(());
    }
    let purpose = if arguments.as_service { Purpose::Service } else { Purpose::Check };
    let Judgement { outcome, warnings } = judge(&file, purpose);
    warnings.iter().for_each(|warning| warn(&warning.to_string()));
    let settings = outcome.map_err(|problems| failure(&problems))?;
    if settings.inputs.is_empty() && arguments.on.is_none() {
        return Err(failure(&[no_inputs(&file)]));
    }
    // Settings on disk that differ from those in force surprise the person who restarts the daemon weeks later.
    if let Some(address) = &settings.http.address
        && let Ok(page) = status::glance(address)
    {
        if let Some(another) = OwnDaemon::of(&file).other_than(address, &page) {
            warn(&another);
        } else if let Some(tables) = status::waits_for_restart(&page) {
            warn(&format!(
                "the running daemon (pages at {address}) still works with the former {tables}: a reload does not change that. To take it \
                 over: sudo systemctl restart atalaia"
            ));
        }
    }
    print(&summary::of(&settings, Clock.now()))?;
    // Root may read and write everything, so "ok" from root would be worth little.
    let service = service::account(None).filter(|account| account.uid != Account::own().uid && !arguments.as_service);
    if let Some(service) = service.as_ref().filter(|_| Account::own().uid == 0) {
        print(&format!(
            "  checked as root, which may do everything; the daemon runs as {}: add --as-service\n",
            service.shown()
        ))?;
    }
    let connected = if arguments.connect { reach::connect(&settings) } else { Ok(()) };
    let sent = match &arguments.send_test {
        Some(named) => reach::send_test(&settings, named, service.is_none()),
        None => Ok(()),
    };
    let costs = match &arguments.on {
        Some(recording) => cost::main(&settings, recording),
        None => Ok(()),
    };
    // All of them run, whatever the first finds; the first failure is the exit code.
    connected.and(sent).and(costs)
}

/// Prints a warning on standard error.
fn warn(what: &str) {
    // Without standard error the warning is lost.
    let _ = writeln!(io::stderr(), "atalaia: warning: {what}");
}

/// The problems as a report, in colour on a terminal unless NO_COLOR is set (no-color.org).
fn failure(problems: &[Problem]) -> Failure {
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Failure::Shown { code: 78, text: report::of(problems, colour) }
}
