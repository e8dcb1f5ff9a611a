//! `atalaia handover`: what the next watch has to know, on one screen, as a page, or as JSON.
//!
//! A watch officer has a few minutes for a handover. The screen therefore has the first rows of each list and
//! the command for the rest; the page and the JSON have everything. All of it comes from the store, except
//! the state of feeds and sinks, for which the running daemon is asked.

mod markdown;
mod screen;
mod watch;
mod words;

use std::path::Path;

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::own_daemon::OwnDaemon;
use super::period::has_come;
use super::person::who;
use super::place::{Place, StoreArguments};
use super::status;
use super::when::past;
use crate::config::Table;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::Standing;
use crate::storage::store::{self, Entry, Extent};
use atalaia_core::base::time::Time;
use watch::{Daemon, Watch};

/// Arguments of `atalaia handover`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Show what was stored since this time, as `02:00`, `yesterday 22:00`, `-8h`
    #[arg(long, value_name = "T", value_parser = past, default_value = "-8h", allow_hyphen_values = true)]
    since: Time,
    /// Person whose alerts are listed as "mine" [default: the user who called sudo, else the user of the
    /// login, else that of the process]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// Format: text (one screen), markdown (everything) or json (everything, one object)
    #[arg(long, value_parser = ["text", "markdown", "json"], default_value = "text")]
    format: String,
}

/// Runs the command.
///
/// # Errors
/// `--since` is in the future, or the name after `--as` cannot be one (2); the store or the settings cannot
/// be read. A daemon that does not answer is part of the handover, not an error.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Place { store: path, settings } = arguments.store.place(&[Table::Http])?;
    let now = Clock.now();
    has_come(arguments.since, now)?;
    let name = match who(arguments.who.as_ref()) {
        Ok(name) => Some(name.to_string()),
        Err(failure) if arguments.who.is_some() => return Err(failure),
        // A service account has no alerts of its own.
        Err(_) => None,
    };
    // Tracks are most of the data, and only JSON shows them.
    let extent = if arguments.format == "json" { Extent::Whole } else { Extent::WithoutTracks };
    let mut store = store::handover(&path, arguments.since, name.as_deref(), extent, now).map_err(refused)?;
    // Alerts about the daemon would be lost among those about vessels; they are shown with the feeds and
    // sinks.
    let system = store.open.iter().filter(|entry| is_system(entry)).cloned().collect();
    for list in [&mut store.open, &mut store.new, &mut store.ended] {
        list.retain(|entry| !is_system(entry));
    }
    store.worse.retain(|(_, entry)| !is_system(entry));
    // What goes on comes first, each part in the order of the store: worst first.
    store.open.sort_by_key(|entry| Standing::of(&entry.body));
    let mut silences = store::silences(&path).map_err(refused)?;
    let all_silences = silences.clone();
    silences.retain(|silence| silence.lifted.is_none() && silence.from <= now && now < silence.until);
    // A silence that ends during the next watch is the first that it has to know of.
    silences.sort_by_key(|silence| (silence.until, silence.number));
    let backlog = store::backlog(&path, now).map_err(refused)?;
    let daemon = ask(settings.map(|settings| settings.http.address), arguments.store.config.as_deref());
    let watch = Watch { since: arguments.since, now, name, store, system, silences, all_silences, daemon, backlog };
    print(&match arguments.format.as_str() {
        "markdown" => markdown::page(&watch),
        "json" => format!("{}\n", watch.json()),
        _ => screen::text(&watch, super::table::width()),
    })
}

/// Asks the daemon for its status page. `address` is that of the settings; `None` if the command line names no
/// settings. `config` is the value of `--config`.
fn ask(address: Option<Option<String>>, config: Option<&Path>) -> Daemon {
    // Only the settings know the address; `--store` comes without them.
    let Some(address) = address else {
        return Daemon::Silent("not asked: the store is named without settings (--config)".to_owned());
    };
    let Some(address) = address else {
        return Daemon::Silent("not asked: the settings have no [http] address".to_owned());
    };
    match status::glance(&address) {
        Ok(page) => match OwnDaemon::of_named(config).other_than(&address, &page) {
            None => Daemon::Answers(page),
            Some(why) => Daemon::Silent(why),
        },
        Err(error) => Daemon::Silent(format!("no daemon answers at {address}: {}", FromAir(&error))),
    }
}

/// Whether an alert is about the daemon, such as failed deliveries or a silent feed.
fn is_system(entry: &Entry) -> bool {
    entry.body["kind"] == "system"
}
