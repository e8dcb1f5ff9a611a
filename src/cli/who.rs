//! `atalaia who`: who stopped, slowed, met or was dark near a position between two times, ranked.
//!
//! Vessels near the position are looked at once in every minute of event time; meetings are the engine's own alerts and facts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::replay::{Playback, play, time};
use super::{Failure, SettingsArguments, print};
use crate::alerts::{Alert, Change};
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::telemetry::FromAir;
use crate::time::{Span, Time};
use crate::tracks::{TrackKey, Vessel, flag_of};
use crate::units::METRES_PER_NM;
use crate::zones::Chart;

/// Below this a vessel stops. Knots made good.
const STOP_KNOTS: f64 = 1.0;
/// Below this share of its usual speed it is slow.
const SLOW_SHARE: f64 = 0.6;
/// Stopped or slow for less than this is not told. Minutes.
const LEAST_MINUTES: f64 = 10.0;
/// Not heard for so long, it is dark.
const DARK_AFTER: Span = Span::from_minutes(60);
/// A speed older than this says nothing, and a minute of looking counts no longer.
const STALE: Span = Span::from_minutes(10);
/// Points for each, and at most so many for having been near.
const MET: f64 = 40.0;
const STOPPED: f64 = 30.0;
const DARK: f64 = 30.0;
const SLOWED: f64 = 15.0;
const NEAR: f64 = 10.0;

/// Arguments of `atalaia who`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    /// Degrees north and east, as 36.95,-9.12
    #[arg(long, value_name = "LAT,LON", value_parser = position, allow_hyphen_values = true)]
    near: LatLon,
    /// How far round it
    #[arg(long, value_name = "R", value_parser = radius)]
    radius_nm: f64,
    /// From when, as 2026-03-01T04:10:00Z
    #[arg(long, value_name = "T", value_parser = time)]
    from: Time,
    /// Until when
    #[arg(long, value_name = "T", value_parser = time)]
    to: Time,
    /// Recordings; `-` for standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
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

/// Plays the recordings and prints who was there.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.to <= arguments.from {
        return Err(Failure::Usage(format!("--to {} is not after --from {}", arguments.to, arguments.from)));
    }
    let settings = arguments.settings.checked()?;
    let playback =
        Playback { inputs: arguments.inputs.clone(), time_zone: None, pace: None, until: Some(arguments.to) };
    let mut watch = Watch {
        near: arguments.near,
        metres: arguments.radius_nm * METRES_PER_NM,
        from: arguments.from,
        looked_at: Time::MIN,
        seen: BTreeMap::new(),
    };
    let mut alerts: BTreeMap<String, Change> = BTreeMap::new();
    play(&settings, &playback, &mut |engine| watch.look(engine, &settings.chart), &mut |changes| {
        alerts.extend(changes.iter().map(|change| (change.alert.id.clone(), change.clone())));
        Ok(())
    })?;
    let there = |alert: &Alert| {
        let near = |at: LatLon| at.metres_to(arguments.near) <= watch.metres;
        alert.position.is_some_and(near) && arguments.from <= alert.last_at && alert.started_at <= arguments.to
    };
    let alerts: Vec<&Change> = alerts.values().filter(|change| there(&change.alert)).collect();
    print(&watch.told(arguments, &alerts))
}

/// The vessels near the position, looked at once a minute.
struct Watch {
    near: LatLon,
    metres: f64,
    from: Time,
    looked_at: Time,
    seen: BTreeMap<TrackKey, Seen>,
}

/// What was seen of one vessel there.
#[derive(Default)]
struct Seen {
    who: String,
    /// Nearest: nautical miles, and when.
    nearest: Option<(f64, Time)>,
    stopped: Spell,
    slowed: Spell,
    /// Not heard from, until.
    dark: Option<(Time, Time)>,
    in_port: bool,
}

/// Minutes of something, and since when.
#[derive(Default)]
struct Spell {
    minutes: f64,
    from: Option<Time>,
    to: Option<Time>,
}

impl Spell {
    fn add(&mut self, minutes: f64, at: Time) {
        self.minutes += minutes;
        self.from.get_or_insert(at);
        self.to = Some(at);
    }

    fn told(&self) -> bool {
        LEAST_MINUTES <= self.minutes
    }

    fn text(&self, what: &str) -> Option<String> {
        let (from, to) = self.from.zip(self.to).filter(|_| self.told())?;
        Some(format!("{what} {:.0} min between {} and {}", self.minutes, from.clock(), to.clock()))
    }
}

impl Watch {
    fn look(&mut self, engine: &Engine, chart: &Chart) {
        let Some(now) = engine.now().filter(|now| self.from <= *now) else {
            return;
        };
        let minute = now.floor_minute();
        if minute <= self.looked_at {
            return;
        }
        let passed = if self.looked_at == Time::MIN { Span::from_minutes(1) } else { minute - self.looked_at };
        self.looked_at = minute;
        let minutes = passed.min(STALE).minutes();
        let (near, metres, seen) = (self.near, self.metres, &mut self.seen);
        engine.tracks().near(near, metres, |vessel, metres| {
            if vessel.takes_part() {
                let seen = seen.entry(vessel.key()).or_default();
                seen.look(&vessel, chart, now, metres / METRES_PER_NM, minutes);
            }
        });
    }

    fn told(&self, arguments: &Arguments, alerts: &[&Change]) -> String {
        let mut ranked: Vec<(f64, &TrackKey, &Seen, Vec<String>)> = Vec::new();
        for (key, seen) in &self.seen {
            let named = |alert: &Alert| {
                alert.vessels.iter().any(|vessel| (vessel.mmsi, vessel.track) == (key.mmsi.0, key.ordinal))
            };
            let own: Vec<&Alert> = alerts.iter().map(|change| &*change.alert).filter(|alert| named(alert)).collect();
            let (points, what) = seen.rank(*key, &own, arguments.radius_nm);
            if !what.is_empty() {
                ranked.push((points, key, seen, what));
            }
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut text = format!(
            "within {} nm of {:.4} {:.4}, {} to {}: {} of {} vessels stopped, slowed, met or were dark\n",
            arguments.radius_nm,
            self.near.lat,
            self.near.lon,
            arguments.from,
            arguments.to,
            ranked.len(),
            self.seen.len()
        );
        for (rank, (points, key, seen, what)) in ranked.iter().enumerate() {
            text.push_str(&format!("{:>3}. {points:>3.0} points  {key} {}: {}\n", rank + 1, seen.who, what.join("; ")));
        }
        text
    }
}

impl Seen {
    fn look(&mut self, vessel: &Vessel<'_>, chart: &Chart, now: Time, nm: f64, minutes: f64) {
        let Some(fix) = vessel.last() else {
            return;
        };
        let name = vessel.identity().and_then(|identity| identity.name.as_deref()).unwrap_or("no name");
        let kind = vessel.ship_type().map_or("no type".to_owned(), |kind| format!("type {kind}"));
        let flag = flag_of(vessel.mmsi()).map_or(String::new(), |flag| format!("{flag}, "));
        self.who = format!("{} ({flag}{kind})", FromAir(name));
        if self.nearest.is_none_or(|(nearest, _)| nm < nearest) {
            self.nearest = Some((nm, fix.at));
        }
        let silent = now - fix.at;
        if DARK_AFTER <= silent {
            self.dark = Some((fix.at, now));
        }
        let smg = vessel.speed_made_good().filter(|smg| !smg.over_hole && silent <= STALE);
        let Some(knots) = smg.map(|smg| smg.knots) else {
            return;
        };
        if knots < STOP_KNOTS {
            self.stopped.add(minutes, now);
            self.in_port |= chart.calm(fix.position, now).inside;
        }
        if knots < SLOW_SHARE * vessel.usual_knots(now) {
            self.slowed.add(minutes, now);
        }
    }

    /// Points, and what it did; nothing for who only passed.
    fn rank(&self, key: TrackKey, own: &[&Alert], radius_nm: f64) -> (f64, Vec<String>) {
        let mut points = 0.0;
        let mut what = Vec::new();
        for alert in own {
            let others = alert.vessels.iter().filter(|vessel| (vessel.mmsi, vessel.track) != (key.mmsi.0, key.ordinal));
            let others: Vec<String> = others
                .map(|vessel| vessel.name.clone().unwrap_or_else(|| format!("MMSI {:09}", vessel.mmsi)))
                .collect();
            let span = format!("{} to {}", alert.started_at.clock(), alert.last_at.clock());
            match others.is_empty() {
                true => what.push(format!("{} {span}", alert.behaviour)),
                false => {
                    points += MET;
                    what.push(format!("met {} ({}) {span}", others.join(", "), alert.behaviour));
                }
            }
        }
        if let Some(text) = self.stopped.text(if self.in_port { "stopped in calm water" } else { "stopped" }) {
            points += if self.in_port { 0.0 } else { STOPPED };
            what.push(text);
        } else if let Some(text) = self.slowed.text("slowed") {
            points += SLOWED;
            what.push(text);
        }
        if let Some((from, to)) = self.dark {
            points += DARK;
            what.push(format!("dark for {} from {}", to - from, from.clock()));
        }
        if let Some((nm, at)) = self.nearest.filter(|_| !what.is_empty()) {
            points += NEAR * (1.0 - nm / radius_nm).max(0.0);
            what.push(format!("nearest {nm:.1} nm at {}", at.clock()));
        }
        (points, what)
    }
}
