//! `atalaia near`: the vessels near a position now, as the running daemon knows them.
//!
//! Only the daemon knows the present picture: reading the journal back would take longer than the answer
//! stays true. Without a daemon there is therefore no answer.

use std::path::PathBuf;

use serde::Deserialize;

use super::daemon::Daemon;
use super::failure::Failure;
use super::output::print;
use super::position::Position;
use super::table::{number, table, text, width};
use super::who::radius;
use crate::platform::telemetry::FromAir;
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::Nearby;

/// Arguments of `atalaia near`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file of the daemon, whose `[http]` address is used [default: the variable ATALAIA_CONFIG, else
    /// /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: Position,
    /// Radius around the position, in nautical miles, at most 500
    #[arg(long, value_name = "R", value_parser = radius, default_value = "10")]
    radius_nm: f64,
    /// Maximum number of vessels, the nearest first
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Print one JSON object per vessel and line
    #[arg(long)]
    json: bool,
}

/// The daemon's answer.
#[derive(Deserialize)]
struct Answer {
    /// Event time of the picture; `None` if no report came in yet.
    at: Option<Time>,
    /// The vessels, the nearest first, at most `--limit`.
    items: Vec<Nearby>,
    /// Number of further vessels within the radius.
    left_off: usize,
}

/// Asks the running daemon and prints the vessels.
///
/// # Errors
/// The settings name no address that can be asked (2), the position cannot be read (2), or nothing answers (1).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let daemon = Daemon::of(arguments.config.as_deref()).ok_or_else(|| {
        let text = "no daemon can be asked: the settings need a loopback address, for instance [http] address = \"127.0.0.1:9477\"";
        Failure::Usage(text.to_owned())
    })?;
    let Arguments { radius_nm, limit, .. } = arguments;
    let place = arguments.place.read().map_err(Failure::Usage)?;
    let found: Option<Answer> =
        daemon.ask(&format!("vessels?near={},{}&radius_nm={radius_nm}&limit={limit}", place.lat, place.lon));
    let found = found.ok_or_else(|| Failure::Other(format!("no daemon answers questions at {}", daemon.address)))?;
    print(&if arguments.json { found.items.iter().map(json).collect::<String>() } else { page(&found) })
}

/// One vessel as a line of JSON, as over HTTP.
fn json(vessel: &Nearby) -> String {
    // Plain data always serialises.
    format!("{}\n", serde_json::to_string(vessel).unwrap_or_default())
}

/// The vessels as a table below a line with their number and time.
fn page(found: &Answer) -> String {
    let Some(at) = found.at else {
        return "the daemon has received no report yet\n".to_owned();
    };
    let row = |vessel: &Nearby| {
        let name = vessel.name.as_deref().unwrap_or("no name");
        let who = format!("{} {:09} ({})", FromAir(name), vessel.mmsi, vessel.kind);
        // What was measured between fixes counts more than what the vessel says of itself.
        let knots = vessel.made_good_knots.or(vessel.sog_knots);
        let knots = knots.map_or_else(String::new, |knots| format!("{knots:.1}"));
        let place = format!("{:.4} {:.4}", vessel.lat, vessel.lon);
        vec![format!("{:.1}", vessel.nm), who, knots, vessel.at.clock(), place]
    };
    let rows: Vec<Vec<String>> = found.items.iter().map(row).collect();
    let count = found.items.len() + found.left_off;
    let mut page = format!("{count} {} at {} UTC\n", if count == 1 { "vessel" } else { "vessels" }, at.minute());
    if !rows.is_empty() {
        let columns = [number("nm"), text("vessel"), number("kn"), text("heard"), text("position")];
        page += &table(&columns, &rows, width());
    }
    if 0 < found.left_off {
        page += &format!("{} more are further away: --limit lists them\n", found.left_off);
    }
    page
}
