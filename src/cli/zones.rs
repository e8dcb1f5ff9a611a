//! Stand-in for `atalaia zones` until the real one is merged.

use super::{Failure, SettingsArguments, print};
use crate::config::{Purpose, check};

/// Arguments of `atalaia zones`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every zone
    List,
    /// What holds at a position
    #[command(allow_negative_numbers = true)]
    Test {
        /// Degrees north
        lat: f64,
        /// Degrees east
        lon: f64,
    },
    /// One zone
    Show {
        /// Its id
        id: String,
    },
}

pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let SettingsArguments { config, zones } = &arguments.settings;
    let settings =
        check(config.as_deref(), zones.as_deref(), Purpose::Replay).map_err(Failure::Settings)?;
    let asked = &arguments.command;
    print(&format!("{} {asked:?}\n", settings.zone_count()))
}
