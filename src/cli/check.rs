//! `atalaia check`: settings and zones before they are used, and what they would cost in alerts.

use std::io::{self, Write};
use std::path::PathBuf;

use super::{Failure, cost, print};
use crate::config::{Purpose, check};

/// Arguments of `atalaia check`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Recording to run through, to see how many alerts a day these settings give, by behaviour and zone, and what changing the
    /// costliest of them would save
    #[arg(long, value_name = "RECORDING")]
    on: Option<PathBuf>,
}

/// Prints `ok`, or fails with every problem.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let settings = check(Some(&arguments.config), None, Purpose::Run).map_err(Failure::Settings)?;
    for warning in &settings.warnings {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "atalaia: warning: {warning}");
    }
    let without = match settings.inputs.is_empty() {
        true => " (run needs at least one)",
        false => "",
    };
    let profile = settings.profile.map_or(String::new(), |profile| format!(", profile {}", profile.name()));
    let text = format!(
        "ok: {} zones ({}), {} inputs{without}, {} sinks{profile}\n",
        settings.zone_count(),
        settings.zones,
        settings.inputs.len(),
        settings.sinks.len()
    );
    print(&text)?;
    match &arguments.on {
        Some(recording) => cost::main(&settings, recording),
        None => Ok(()),
    }
}
