//! `atalaia who`: which vessels were near a position between two times, those that stopped, slowed, met or were dark
//! ranked first.
//!
//! Vessels near the position are examined once per minute of event time. Meetings are taken from the alerts and facts
//! of the engine. A silence while no vessel at all reported may be due to the receiver: it is listed, but not
//! counted against a vessel.

mod place;
mod visits;

use std::collections::BTreeMap;

use super::access::refused;
use super::daemon::Daemon;
use super::failure::Failure;
use super::output::print;
use super::replay::{Playback, play};
use super::source::{Reading, Source, aside, look_back};
use super::table::{number, table, text, width};
use super::when;
use crate::daemon::LookBack;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Query};
use atalaia_core::alerts::Change;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::{Deed, Ranked, Search, rank};
use atalaia_core::geo::LatLon;
use visits::Watch;

/// Explains the column `rank`, which might be taken for the score of an alert.
const RANK: &str = "rank: 0 to 100 by what the vessel did near there in this period; it is not the score of an alert\n";
/// A terminal narrower than this, in characters, does not show flags and the time of the nearest approach.
/// What the vessels did needs the room.
const WIDE: usize = 110;

/// Arguments of `atalaia who`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// Position as one word, as 36.95,-9.12 or 36-57.0N,009-07.2W
    #[arg(long, value_name = "LAT,LON", value_parser = LatLon::read, allow_hyphen_values = true)]
    near: LatLon,
    /// Radius around the position, in nautical miles, at most 500
    #[arg(long, value_name = "R", value_parser = radius)]
    radius_nm: f64,
    /// Start of the period, as 02:00, yesterday 02:00, -6h or 2026-03-01T04:10:00Z (UTC)
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true)]
    from: Time,
    /// End of the period, in the same forms
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true, default_value = "now")]
    to: Time,
    /// Show every vessel that was near, also those that only passed
    #[arg(long)]
    all: bool,
    /// Print one JSON object per vessel and line, for every vessel that was near
    #[arg(long)]
    json: bool,
}

/// Parses a radius in nautical miles.
///
/// # Errors
/// How to write it. Beyond 500 nm the answer would be all that was heard.
pub(super) fn radius(text: &str) -> Result<f64, String> {
    let radius = text.parse().ok().filter(|radius: &f64| 0.0 < *radius && *radius <= 500.0);
    radius.ok_or_else(|| "write a number of nautical miles up to 500".to_owned())
}

/// Reads the period and prints the vessels that were there.
///
/// # Errors
/// The period is not valid (2), or the recordings, the journal or the store cannot be read. Without a journal
/// the daemon is asked; only if it does not answer either, the reason why there is no journal is the error.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.to <= arguments.from {
        return Err(Failure::Usage(format!("--to {} is not after --from {}", arguments.to, arguments.from)));
    }
    let Arguments { near, radius_nm, from, to, .. } = *arguments;
    let search = Search { near, radius_nm, from, to };
    let mut watch = Watch::new(search);
    let mut deeds: BTreeMap<String, Deed> = BTreeMap::new();
    let mut take = |changes: &[Change]| {
        // The latest change of an alert replaces earlier ones.
        deeds.extend(changes.iter().map(|change| (change.alert.id.clone(), Deed::of(&change.alert))));
    };
    let source = match Source::of(&arguments.reading) {
        Ok(source) => source,
        Err(failure) => return of_daemon(arguments).unwrap_or(Err(failure)),
    };
    // A list without vessels may mean that nothing was there, or that the position is wrong.
    let (sightings, doubt) = match source {
        Source::Recordings(inputs) => {
            let settings = arguments.reading.checked()?;
            let playback = Playback { inputs, time_zone: None, pace: None, until: Some(arguments.to) };
            let look = &mut |engine: &Engine| watch.look(engine, &settings.chart);
            let played = play(&settings, &playback, look, &mut |changes| {
                take(changes);
                Ok(())
            })?;
            let doubt = place::doubt(&played.engine, &settings.chart, arguments.near, arguments.radius_nm);
            (watch.sightings(&played.engine), doubt)
        }
        Source::Journal { folder, store } => {
            let (asked, until) = (Some(arguments.from), Some(arguments.to));
            let wanted = LookBack { folder, asked, until, read_from: arguments.reading.read_from };
            let looked = look_back(&wanted, &mut |engine, chart| watch.look(engine, chart), &mut take)?;
            if let Some(store) = store {
                // The store has the alerts that were raised. A journal read from the middle may lead to others.
                let query = Query { facts: true, since: asked, until, ..Query::default() };
                let listed = store::listed(&store, &query, Clock.now()).map_err(refused)?;
                let stored = listed
                    .iter()
                    .filter_map(|one| Some((one.entry.id.clone(), Deed::stored(&one.entry.id, &one.entry.body)?)));
                deeds = stored.collect();
            }
            let doubt = place::doubt(&looked.engine, &looked.settings.chart, arguments.near, arguments.radius_nm);
            (watch.sightings(&looked.engine), doubt)
        }
    };
    let rows = rank(&search, sightings, deeds.values());
    if let Some(doubt) = doubt.filter(|_| rows.is_empty()) {
        aside(&doubt);
    }
    print(&if arguments.json {
        rows.iter().map(json).collect::<String>()
    } else {
        page(arguments, &rows, &watch.outages, &|row| watch.formerly(row))
    })
}

/// Prints what the running daemon remembers, if there is no journal that has more. `None` if it cannot be asked.
fn of_daemon(arguments: &Arguments) -> Option<Result<(), Failure>> {
    let Reading { config, inputs, .. } = &arguments.reading;
    let daemon = inputs.is_empty().then(|| Daemon::of(config.as_deref())).flatten()?;
    let Arguments { near, radius_nm, from, to, .. } = arguments;
    let period = format!("from={from}&to={to}");
    let found: Answer =
        daemon.ask_if_own(&format!("who?near={},{}&radius_nm={radius_nm}&{period}", near.lat, near.lon))?;
    aside(&format!("answered by the running daemon at {}, from what it remembers", daemon.address));
    let rows = found.items;
    Some(print(&if arguments.json {
        rows.iter().map(json).collect::<String>()
    } else {
        page(arguments, &rows, &[], &|_| String::new())
    }))
}

/// The daemon's answer.
#[derive(serde::Deserialize)]
struct Answer {
    /// The vessels, in the order of their rank.
    items: Vec<Ranked>,
}

/// One line of JSON.
fn json(row: &Ranked) -> String {
    // Plain data always serialises.
    format!("{}\n", serde_json::to_string(row).unwrap_or_default())
}

/// The vessels as a table: those with a rank, then those whose silence is due to reception; with `--all` all
/// others too. `formerly` gives the former names of a vessel, to follow the present one.
fn page(
    arguments: &Arguments,
    rows: &[Ranked],
    outages: &[(Time, Time)],
    formerly: &dyn Fn(&Ranked) -> String,
) -> String {
    let ranked = rows.iter().filter(|row| row.is_ranked()).count();
    let to = match arguments.from.date() == arguments.to.date() {
        true => arguments.to.clock(),
        false => arguments.to.minute(),
    };
    let mut page = format!(
        "within {} nm of {:.4} {:.4}, {} to {to} UTC: {}{}\n",
        arguments.radius_nm,
        arguments.near.lat,
        arguments.near.lon,
        arguments.from.minute(),
        counted(rows.len(), "vessel"),
        if rows.is_empty() { String::new() } else { format!(", {ranked} stopped, slowed, met or dark") },
    );
    for (from, to) in outages {
        let (from, to) = (from.minute(), to.clock_on(*from));
        page += &format!("no report of any vessel from {from} to {to}: whether anything was received is not known\n");
    }
    let width = width();
    let wide = width.is_none_or(|width| WIDE <= width);
    let shown = rows.iter().filter(|row| arguments.all || row.is_ranked() || !row.reception_lost.is_empty());
    let cells: Vec<Vec<String>> = (1..)
        .zip(shown)
        .map(|(rank, row)| {
            let (rank, points) = match row.points {
                Some(points) => (rank.to_string(), format!("{points:.0}")),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let nearest = row.nearest_nm.zip(row.nearest_at).map_or_else(String::new, |(nm, at)| match wide {
                // In a period of several days a time alone would not say when.
                true => format!("{nm:.1} nm {}", at.clock_on(arguments.to)),
                false => format!("{nm:.1} nm"),
            });
            // Flag and type need the room of a wide line; the type alone says more.
            let kind = if wide || row.ship_type.is_empty() { row.kind.as_str() } else { row.ship_type };
            let name = format!("{}{}", row.name, formerly(row));
            let who = format!("{} {:09} ({kind})", FromAir(&name), row.mmsi);
            vec![rank, points, who, nearest, FromAir(&row.words()).to_string()]
        })
        .collect();
    if !cells.is_empty() {
        let columns = [number("#"), number("rank"), text("vessel"), number("nearest"), text("what it did")];
        page += &table(&columns, &cells, width);
        page += RANK;
    }
    let passed = rows.len() - cells.len();
    if 0 < passed {
        page += &format!("{passed} more only passed or lay there: --all lists them\n");
    }
    page
}
