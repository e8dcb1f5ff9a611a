//! `atalaia check`: settings and zones before they are used, and what they would cost in alerts.

mod report;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::{Failure, cost, place, print, status};
use crate::config::{Purpose, check, schema};
use crate::telemetry::FromAir;

/// Arguments of `atalaia check`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file, or a folder with an atalaia.toml; conf.d/*.toml beside it are laid over it [default: the variable
    /// ATALAIA_CONFIG, else /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Recording to run through, to see how many alerts a day these settings give, by behaviour and zone, and what changing the
    /// costliest of them would save
    #[arg(long, value_name = "RECORDING")]
    on: Option<PathBuf>,
    /// Print the JSON Schema of the settings file instead, for editors
    #[arg(long, conflicts_with_all = ["config", "on"])]
    schema: bool,
}

/// Prints `ok`, or fails with every problem.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.schema {
        return print(&schema());
    }
    let file = place::settings_file(arguments.config.as_deref(), None)?;
    let settings = check(Some(&file), None, Purpose::Check).map_err(|problems| {
        let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Failure::Shown { code: 78, text: report::of(&problems, colour) }
    })?;
    for warning in &settings.warnings {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "atalaia: warning: {warning}");
    }
    if let Some(address) = &settings.http.address
        && let Some(tables) = status::waits_for_restart(address)
    {
        let _ = writeln!(
            io::stderr(),
            "atalaia: warning: the daemon at {address} will take over {tables} when it is restarted"
        );
    }
    let without = match settings.inputs.is_empty() {
        true => " (run needs at least one)",
        false => "",
    };
    let profile = settings.profile.map_or(String::new(), |profile| format!(", profile {}", profile.name()));
    let drop_ins = match settings.drop_ins {
        0 => String::new(),
        count => format!(", {count} drop-ins"),
    };
    let text = format!(
        "ok: {} zones ({}), {} inputs{without}, {} sinks{profile}{drop_ins}\n",
        settings.zone_count(),
        FromAir(&settings.zones.to_string()),
        settings.inputs.len(),
        settings.sinks.len()
    );
    print(&text)?;
    match &arguments.on {
        Some(recording) => cost::main(&settings, recording),
        None => Ok(()),
    }
}
