//! `atalaia near`: the vessels near a position now, as the running daemon knows them.
//!
//! Only the daemon knows the present picture: reading the journal back would take longer than the answer
//! stays true. Without a daemon there is therefore no answer.

use std::path::PathBuf;

use serde::Deserialize;

use super::daemon::{Daemon, NoAnswer};
use super::failure::Failure;
use super::output::print;
use super::position::Position;
use super::source::aside;
use super::table::{number, table, text, width};
use super::who::radius;
use crate::platform::telemetry::FromAir;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::questions::Nearby;

/// A vessel heard within this time is taken to be near still.
const PRESENT: Span = Span::from_minutes(30);

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
    let ask = |lat: f64, lon: f64| -> Result<Answer, NoAnswer> {
        daemon.ask(&format!("vessels?near={lat},{lon}&radius_nm={radius_nm}&limit={limit}"))
    };
    let found = ask(place.lat, place.lon).map_err(|why| match why {
        NoAnswer::Silent => Failure::Other(format!("no daemon answers questions at {}", daemon.address)),
        NoAnswer::Another(why) => Failure::Other(why),
    })?;
    // A longitude beyond 90 degrees cannot be a latitude.
    if found.items.is_empty()
        && place.lon.abs() <= 90.0
        && let Ok(there) = ask(place.lon, place.lat)
        && !there.items.is_empty()
    {
        let vessels = counted(there.items.len() + there.left_off, "vessel");
        let (lat, lon) = (place.lon, place.lat);
        aside(&format!("latitude comes first: {vessels} near {lat},{lon}, do you mean that?"));
    }
    print(&if arguments.json { found.items.iter().map(json).collect::<String>() } else { page(&found) })
}

/// One vessel as a line of JSON, as over HTTP.
fn json(vessel: &Nearby) -> String {
    // Plain data always serialises.
    format!("{}\n", serde_json::to_string(vessel).unwrap_or_default())
}

/// The vessels heard lately as a table below a line with their number and time. Those not heard for [`PRESENT`] follow in a table of their
/// own: they may be far away by now.
fn page(found: &Answer) -> String {
    let Some(at) = found.at else {
        return "the daemon has received no report yet\n".to_owned();
    };
    let (present, others): (Vec<_>, Vec<_>) = found.items.iter().partition(|vessel| at - vessel.at < PRESENT);
    let vessels = |count: usize| counted(count, "vessel");
    let mut page = format!("{} at {} UTC\n{}", vessels(present.len()), at.minute(), rows(&present, at));
    if !others.is_empty() {
        let head = format!("{} not heard for 30 min or longer, where last heard", vessels(others.len()));
        page += &format!("\n{head}\n{}", rows(&others, at));
    }
    if 0 < found.left_off {
        page += &format!("{} more are further away: --limit lists them\n", found.left_off);
    }
    page
}

/// A table of vessels; empty if there are none. A time of another day than `at` has its date.
fn rows(vessels: &[&Nearby], at: Time) -> String {
    if vessels.is_empty() {
        return String::new();
    }
    let row = |vessel: &&Nearby| {
        let name = vessel.name.as_deref().unwrap_or("no name");
        let who = format!("{} {:09} ({})", FromAir(name), vessel.mmsi, vessel.kind);
        // What was measured between fixes counts more than what the vessel says of itself.
        let knots = vessel.made_good_knots.or(vessel.sog_knots);
        let knots = knots.map_or_else(String::new, |knots| format!("{knots:.1}"));
        let place = format!("{:.4} {:.4}", vessel.lat, vessel.lon);
        vec![format!("{:.1}", vessel.nm), who, knots, vessel.at.clock_on(at), place]
    };
    let rows: Vec<Vec<String>> = vessels.iter().map(row).collect();
    table(&[number("nm"), text("vessel"), number("kn"), text("heard"), text("position")], &rows, width())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vessel_not_heard_for_long_stands_apart_with_the_date() {
        let vessel = |name: &str, at: &str| Nearby {
            mmsi: 224_000_001,
            track: 1,
            name: Some(name.to_owned()),
            kind: "Spain, cargo".to_owned(),
            nm: 1.0,
            at: Time::parse(at).expect("a time"),
            lat: 28.0,
            lon: -90.0,
            sog_knots: Some(11.2),
            cog_degrees: None,
            made_good_knots: None,
        };
        let items = vec![vessel("GONE", "2026-11-27T12:16:00Z"), vessel("HERE", "2026-12-02T03:58:00Z")];
        let at = Time::parse("2026-12-02T03:59:00Z");
        let page = page(&Answer { at, items, left_off: 0 });
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines[0], "1 vessel at 2026-12-02 03:59 UTC");
        assert!(lines[2].contains("HERE") && lines[2].contains(" 03:58 "), "{page}");
        assert_eq!(lines[4], "1 vessel not heard for 30 min or longer, where last heard");
        assert!(lines[6].contains("GONE") && lines[6].contains("2026-11-27 12:16"), "{page}");
    }
}
