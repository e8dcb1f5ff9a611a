//! `atalaia who`: which vessels were near a position between two times, those that stopped, slowed, met or were dark
//! ranked first.
//!
//! Vessels near the position are examined once per minute of event time. Meetings are taken from the alerts and facts
//! of the engine. A silence while no vessel at all was heard there is due to the receiver: it is listed, but not
//! counted against a vessel.

mod place;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::replay::{Playback, play};
use super::source::{Reading, Source, aside, is_meeting, look_back};
use super::table::{number, table, text, width};
use super::when;
use super::{Failure, print, refused};
use crate::alerts::{Alert, Change, Status};
use crate::behaviours::Behaviour;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::runtime::LookBack;
use crate::store::{self, Query};
use crate::telemetry::FromAir;
use crate::time::Time;
use crate::tracks::TrackKey;
use crate::units::METRES_PER_NM;
use seen::{Did, Seen, Watch};

/// Points for each vessel met, for a stop, for a dark period, for slowing down, for proximity at most, and in all at
/// most.
const MET: f64 = 40.0;
const STOPPED: f64 = 30.0;
const DARK: f64 = 30.0;
const SLOWED: f64 = 15.0;
const NEAR: f64 = 10.0;
const MOST: f64 = 100.0;
/// What the column says.
const RANK: &str = "rank: 0 to 100 by what the vessel did near there in this period; it is not the score of an alert\n";
/// A terminal narrower than this, in characters, does not show flags and the time of the nearest approach.
const WIDE: usize = 110;

/// Arguments of `atalaia who`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// Position in degrees north and east, as 36.95,-9.12
    #[arg(long, value_name = "LAT,LON", value_parser = position, allow_hyphen_values = true)]
    near: LatLon,
    /// Radius around it, in nautical miles
    #[arg(long, value_name = "R", value_parser = radius)]
    radius_nm: f64,
    /// Start, as 02:00, yesterday 02:00, -6h or 2026-03-01T04:10:00Z (UTC)
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true)]
    from: Time,
    /// End
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true, default_value = "now")]
    to: Time,
    /// Show every vessel that was near, also those that only passed
    #[arg(long)]
    all: bool,
    /// Print one JSON object per vessel and line, for every vessel that was near
    #[arg(long)]
    json: bool,
}

fn position(text: &str) -> Result<LatLon, String> {
    let degrees = |text: &str| text.trim().parse::<f64>().ok();
    let parts = text.split_once(',').and_then(|(lat, lon)| Some((degrees(lat)?, degrees(lon)?)));
    let possible = parts.filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0);
    possible
        .map(|(lat, lon)| LatLon::new(lat, lon))
        .ok_or_else(|| "write degrees north, a comma, degrees east, as 36.95,-9.12".to_owned())
}

fn radius(text: &str) -> Result<f64, String> {
    let radius = text.parse().ok().filter(|radius: &f64| 0.0 < *radius && *radius <= 500.0);
    radius.ok_or_else(|| "write a number of nautical miles up to 500".to_owned())
}

/// Reads the period and prints the vessels that were there.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.to <= arguments.from {
        return Err(Failure::Usage(format!("--to {} is not after --from {}", arguments.to, arguments.from)));
    }
    let mut watch = Watch::new(arguments.near, arguments.radius_nm, arguments.from);
    let mut deeds: BTreeMap<String, Deed> = BTreeMap::new();
    let mut take = |changes: &[Change]| {
        // The latest change of an alert replaces earlier ones.
        deeds.extend(changes.iter().map(|change| (change.alert.id.clone(), Deed::of(&change.alert))));
    };
    let doubt = match Source::of(&arguments.reading)? {
        Source::Recordings(inputs) => {
            let settings = arguments.reading.settings.checked()?;
            let playback = Playback { inputs, time_zone: None, pace: None, until: Some(arguments.to) };
            let look = &mut |engine: &Engine| watch.look(engine, &settings.chart);
            let played = play(&settings, &playback, look, &mut |changes| {
                take(changes);
                Ok(())
            })?;
            place::doubt(&played.engine, &settings.chart, arguments.near, arguments.radius_nm)
        }
        Source::Journal { folder, store } => {
            let (asked, until) = (Some(arguments.from), Some(arguments.to));
            let wanted = LookBack { folder, asked, until, read_from: arguments.reading.read_from };
            let looked = look_back(&wanted, &mut |engine, chart| watch.look(engine, chart), &mut take)?;
            watch.outages.extend(looked.away);
            if let Some(store) = store {
                // The store has the alerts that were raised. A journal read from the middle may lead to others.
                let query = Query { facts: true, since: asked, until, ..Query::default() };
                let listed = store::listed(&store, &query, Clock.now()).map_err(refused)?;
                let stored =
                    listed.iter().filter_map(|one| Some((one.entry.id.clone(), Deed::stored(&one.entry.body)?)));
                deeds = stored.collect();
            }
            place::doubt(&looked.engine, &looked.settings.chart, arguments.near, arguments.radius_nm)
        }
    };
    let metres = arguments.radius_nm * METRES_PER_NM;
    deeds.retain(|_, deed| {
        deed.was_within(arguments.near, metres) && arguments.from <= deed.last_at && deed.started_at <= arguments.to
    });
    let mut rows: Vec<Row<'_>> =
        watch.seen.iter().map(|(key, seen)| Row::of(*key, seen, deeds.values(), &watch, arguments.radius_nm)).collect();
    rows.sort_by(|one, other| one.order().cmp(&other.order()).then(other.points.total_cmp(&one.points)));
    if let Some(doubt) = doubt.filter(|_| rows.is_empty()) {
        aside(&doubt);
    }
    print(&if arguments.json { rows.iter().map(Row::json).collect::<String>() } else { page(arguments, &rows, &watch) })
}

/// An alert or fact near the position.
struct Deed {
    behaviour: String,
    /// Whether it was retracted, so that it did not happen.
    retracted: bool,
    /// Whether it goes on.
    is_open: bool,
    started_at: Time,
    last_at: Time,
    position: Option<LatLon>,
    /// MMSI, track and name of each vessel.
    vessels: Vec<(u64, u64, Option<String>)>,
}

impl Deed {
    fn of(alert: &Alert) -> Deed {
        let vessels = alert.vessels.iter();
        Deed {
            behaviour: alert.behaviour.to_string(),
            retracted: alert.status == Status::Retracted,
            is_open: alert.status == Status::Open,
            started_at: alert.started_at,
            last_at: alert.last_at,
            position: alert.position,
            vessels: vessels
                .map(|vessel| (u64::from(vessel.mmsi), u64::from(vessel.track), vessel.name.clone()))
                .collect(),
        }
    }

    fn stored(body: &Value) -> Option<Deed> {
        let time = |key: &str| body[key].as_str().and_then(Time::parse);
        let degrees = |key: &str| body["position"][key].as_f64();
        let vessels = body["vessels"].as_array()?.iter().filter_map(|vessel| {
            Some((vessel["mmsi"].as_u64()?, vessel["track"].as_u64()?, vessel["name"].as_str().map(str::to_owned)))
        });
        Some(Deed {
            behaviour: body["behaviour"].as_str()?.to_owned(),
            retracted: body["status"] == "retracted",
            is_open: body["status"] == "open",
            started_at: time("started_at")?,
            last_at: time("last_at")?,
            position: degrees("lat").zip(degrees("lon")).map(|(lat, lon)| LatLon::new(lat, lon)),
            vessels: vessels.collect(),
        })
    }

    /// Whether it happened within this distance. Retracted ones did not happen.
    fn was_within(&self, near: LatLon, metres: f64) -> bool {
        !self.retracted && self.position.is_some_and(|at| at.metres_to(near) <= metres)
    }
}

/// One vessel with its points.
struct Row<'a> {
    key: TrackKey,
    seen: &'a Seen,
    points: f64,
    /// What it did, in words.
    what: Vec<String>,
    /// Silences that are not counted against it, in words.
    unheard: Vec<String>,
}

impl<'a> Row<'a> {
    fn of<'d>(
        key: TrackKey,
        seen: &'a Seen,
        deeds: impl Iterator<Item = &'d Deed>,
        watch: &Watch,
        radius_nm: f64,
    ) -> Row<'a> {
        let me = (u64::from(key.mmsi.0), u64::from(key.ordinal));
        let mut row = Row { key, seen, points: 0.0, what: Vec::new(), unheard: Vec::new() };
        let mut met: BTreeSet<(u64, u64)> = BTreeSet::new();
        for deed in deeds.filter(|deed| deed.vessels.iter().any(|(mmsi, track, _)| (*mmsi, *track) == me)) {
            let others = deed.vessels.iter().filter(|(mmsi, track, _)| (*mmsi, *track) != me);
            let mut names = Vec::new();
            for (mmsi, track, name) in others {
                if is_meeting(&deed.behaviour) && met.insert((*mmsi, *track)) {
                    row.points += MET;
                }
                names.push(name.clone().unwrap_or_else(|| format!("MMSI {mmsi:09}")));
            }
            let behaviour = &deed.behaviour;
            let span = match deed.is_open {
                true => format!("since {}", deed.started_at.clock()),
                false => format!("{} to {}", deed.started_at.clock(), deed.last_at.clock()),
            };
            row.what.push(match names.is_empty() {
                true => format!("{behaviour} {span}"),
                false => format!("{} {} ({behaviour}) {span}", verb(&deed.behaviour), names.join(", ")),
            });
        }
        for did in seen.did(watch) {
            let (points, words) = match did {
                Did::Stopped(words) => (STOPPED, words),
                Did::Lay(words) => (0.0, words),
                Did::Slowed(words) => (SLOWED, words),
                Did::Dark(words) => (DARK, words),
                Did::Unheard(words) => {
                    row.unheard.push(words);
                    continue;
                }
            };
            row.points += points;
            row.what.push(words);
        }
        if let Some((nm, _)) = seen.nearest.filter(|_| !row.what.is_empty()) {
            row.points += NEAR * (1.0 - nm / radius_nm).max(0.0);
        }
        row.points = row.points.min(MOST);
        row
    }

    fn is_ranked(&self) -> bool {
        !self.what.is_empty()
    }

    /// Sort key: ranked vessels first, then those not heard while reception was lost, then those that passed.
    fn order(&self) -> (bool, bool) {
        (!self.is_ranked(), self.unheard.is_empty())
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self.what.iter().chain(&self.unheard).cloned().collect();
        if words.is_empty() {
            let fastest = self.seen.fastest.map_or_else(String::new, |knots| format!(" at up to {knots:.1} kn"));
            words.push(format!("passed{fastest}"));
        }
        words.join("; ")
    }

    fn json(&self) -> String {
        let nearest = self.seen.nearest;
        let vessel = json!({
            "mmsi": self.key.mmsi.0, "track": self.key.ordinal, "name": self.seen.name, "kind": self.seen.kind,
            "points": self.is_ranked().then(|| self.points.round()),
            "nearest_nm": nearest.map(|(nm, _)| (nm * 100.0).round() / 100.0),
            "nearest_at": nearest.map(|(_, at)| at.to_string()),
            "did": self.what, "reception_lost": self.unheard,
        });
        format!("{vessel}\n")
    }
}

/// How a row names the other vessels. A dark vessel was not seen, so a meeting with it is only possible; other
/// behaviours merely name the others.
fn verb(behaviour: &str) -> &'static str {
    Behaviour::named(behaviour).and_then(|behaviour| behaviour.character().meets).unwrap_or("with")
}

fn page(arguments: &Arguments, rows: &[Row<'_>], watch: &Watch) -> String {
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
        match rows.len() {
            1 => "1 vessel".to_owned(),
            count => format!("{count} vessels"),
        },
        if rows.is_empty() { String::new() } else { format!(", {ranked} stopped, slowed, met or dark") },
    );
    for (from, to) in &watch.outages {
        page += &format!("nothing was received from {} to {}\n", from.minute(), to.clock());
    }
    let width = width();
    let wide = width.is_none_or(|width| WIDE <= width);
    let shown = rows.iter().filter(|row| arguments.all || row.is_ranked() || !row.unheard.is_empty());
    let cells: Vec<Vec<String>> = (1..)
        .zip(shown)
        .map(|(rank, row)| {
            let (rank, points) = match row.is_ranked() {
                true => (rank.to_string(), format!("{:.0}", row.points)),
                false => ("-".to_owned(), "-".to_owned()),
            };
            let nearest = row.seen.nearest.map_or_else(String::new, |(nm, at)| match wide {
                true => format!("{nm:.1} nm {}", at.clock()),
                false => format!("{nm:.1} nm"),
            });
            let kind = if wide { row.seen.kind.as_str() } else { row.seen.ship_type };
            let who = format!("{} {:09} ({kind})", FromAir(&row.seen.name), row.key.mmsi.0);
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
        page += &format!("{passed} more only passed: --all lists them\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Mmsi;

    fn deed(behaviour: &str, status: &str) -> Deed {
        Deed::stored(&json!({
            "behaviour": behaviour, "status": status, "position": {"lat": 28.0, "lon": -17.01}, "started_at": "2026-03-01T12:00:00Z", "last_at": "2026-03-01T13:00:00Z",
            "vessels": [{"mmsi": 224_000_001, "track": 1, "name": "ALFA"}, {"mmsi": 224_000_002, "track": 1, "name": "BRAVO\u{202e}"}],
        }))
        .expect("a deed")
    }

    fn row<'a>(seen: &'a Seen, deeds: &[Deed]) -> Row<'a> {
        let watch = Watch::new(LatLon::new(28.0, -17.0), 3.0, Time::from_seconds(0));
        Row::of(TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 }, seen, deeds.iter(), &watch, 3.0)
    }

    #[test]
    fn only_meetings_have_the_points_of_a_meeting() {
        let seen = Seen::default();
        let points = |behaviour: &str| row(&seen, &[deed(behaviour, "open")]).points;
        for meeting in ["rendezvous", "dark_rendezvous", "async_rendezvous"] {
            assert_eq!(points(meeting), MET, "{meeting}");
        }
        for other in ["identity_conflict", "interference", "ais_gap"] {
            assert_eq!(points(other), 0.0, "{other}");
        }
        let both = [deed("rendezvous", "open"), deed("dark_rendezvous", "ended")];
        assert_eq!(row(&seen, &both).points, MET, "the same vessel counts once");
    }

    #[test]
    fn retracted_alerts_do_not_count() {
        let was_there = |status: &str| deed("rendezvous", status).was_within(LatLon::new(28.0, -17.0), 2000.0);
        assert!(was_there("open") && was_there("ended") && !was_there("retracted"));
    }

    #[test]
    fn what_goes_on_has_a_beginning_and_no_end() {
        let seen = Seen::default();
        let what = |status: &str| row(&seen, &[deed("zone_speed", status)]).what.join("; ");
        assert_eq!(what("open"), "with BRAVO\u{202e} (zone_speed) since 12:00");
        assert_eq!(what("ended"), "with BRAVO\u{202e} (zone_speed) 12:00 to 13:00");
    }

    #[test]
    fn programs_read_names_as_they_were_sent() {
        let seen = Seen::named("AL\u{202e}FA");
        let row: Value = serde_json::from_str(&row(&seen, &[deed("rendezvous", "open")]).json()).expect("an object");
        assert_eq!(row["name"], "AL\u{202e}FA");
        assert!(row["did"][0].as_str().is_some_and(|did| did.starts_with("met BRAVO\u{202e} (rendezvous)")), "{row}");
    }
}
