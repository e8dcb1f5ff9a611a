//! `atalaia explain`: every condition of every behaviour for one vessel at one time.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::replay::{Playback, Played, play, time};
use super::{Failure, SettingsArguments, print};
use crate::alerts::{Change, ChangeKind};
use crate::behaviours::{Condition, Explanation, NAMES};
use crate::engine::{Engine, Explained};
use crate::telemetry::FromAir;
use crate::time::Time;
use crate::units::Mmsi;

/// Arguments of `atalaia explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    /// Whom it is about
    #[arg(long, value_name = "MMSI")]
    mmsi: u32,
    /// The moment, as 2026-03-01T04:10:00Z
    #[arg(long, value_name = "T", value_parser = time)]
    at: Time,
    /// Only this behaviour
    #[arg(long, value_name = "NAME")]
    behaviour: Option<String>,
    /// Recordings; `-` for standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
}

/// Plays the recordings up to the moment and prints what behaviours see.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(name) = arguments.behaviour.as_deref().filter(|name| !NAMES.contains(name)) {
        return Err(Failure::Usage(format!("`{name}` is no behaviour; there are {}", NAMES.join(", "))));
    }
    let settings = arguments.settings.checked()?;
    let inputs = arguments.inputs.clone();
    let playback = Playback { inputs, time_zone: None, pace: None, until: Some(arguments.at) };
    let mut said: BTreeMap<String, Change> = BTreeMap::new();
    let Played { mut engine, .. } = play(&settings, &playback, &mut |_| {}, &mut |changes| {
        let about = |change: &&Change| change.alert.vessels.iter().any(|vessel| vessel.mmsi == arguments.mmsi);
        said.extend(changes.iter().filter(about).map(|change| (change.alert.id.clone(), change.clone())));
        Ok(())
    })?;
    let Some(last_at) = engine.summary().last_at.filter(|_| engine.now().is_some()) else {
        return print("the recording carries no times: rules did not run\n");
    };
    let tracks = engine.explain(Mmsi(arguments.mmsi));
    let mut text = String::new();
    if tracks.is_empty() {
        text.push_str(&match engine.tracks().damaged(Mmsi(arguments.mmsi)) {
            Some((of, reports)) => format!(
                "MMSI {:09} is no vessel: {reports} reports under it continue the track of {of}, whose number was damaged on the way\n",
                arguments.mmsi
            ),
            None => format!("MMSI {:09} was not heard before {}\n", arguments.mmsi, arguments.at),
        });
    }
    if last_at < arguments.at {
        text.push_str(&format!("the recordings end at {last_at}, before {}\n", arguments.at));
    }
    for track in &tracks {
        head(&engine, track, arguments.at, &mut text);
        let wanted = |name: &str| arguments.behaviour.as_deref().is_none_or(|only| only == name);
        for (name, told) in track.behaviours.iter().filter(|(name, _)| wanted(name)) {
            behaviour(name, told, &mut text);
        }
        let on = |name: &str| track.behaviours.iter().any(|(other, _)| *other == name);
        for name in NAMES.iter().filter(|name| wanted(name) && !on(name)) {
            text.push_str(&format!("\n{name}: switched off\n"));
        }
    }
    alerts(&said, &mut text);
    print(&text)
}

/// Who, where, how fast, in which zones.
fn head(engine: &Engine, track: &Explained, at: Time, text: &mut String) {
    let vessel = engine.tracks().vessel(track.vessel);
    let identity = vessel.identity();
    let name = identity.and_then(|identity| identity.name.as_deref()).unwrap_or("no name");
    let kind = vessel.ship_type().map_or("no type".to_owned(), |kind| format!("type {kind}"));
    text.push_str(&format!("{} {}, {kind}, at {at}\n", track.key, FromAir(name)));
    let Some(fix) = track.fix else {
        return text.push_str("  has not said where it is\n");
    };
    let knots = track.smg.map_or("unknown speed made good".to_owned(), |smg| format!("{:.1} kn made good", smg.knots));
    let position = fix.position;
    text.push_str(&format!("  last fix {} at {:.4} {:.4}, {knots}", fix.at, position.lat, position.lon));
    if let Some(place) = track.place {
        let calm = if place.calm.inside { ", in calm water" } else { "" };
        if place.shore_nm.is_finite() {
            text.push_str(&format!(", {:.1} nm off the coast", place.shore_nm));
        }
        text.push_str(calm);
    }
    text.push('\n');
}

/// One behaviour: its forms, each with its conditions.
fn behaviour(name: &str, told: &[Explanation], text: &mut String) {
    if told.is_empty() {
        return text.push_str(&format!("\n{name}: no conditions given\n"));
    }
    for explanation in told {
        let about = if explanation.about.is_empty() { String::new() } else { format!(" ({})", explanation.about) };
        let met = explanation.conditions.iter().filter(|condition| condition.met).count();
        let of = explanation.conditions.len();
        let verdict = if explanation.met() { "all met".to_owned() } else { format!("{met} of {of} met") };
        text.push_str(&format!("\n{name}{about}: {verdict}\n"));
        for condition in &explanation.conditions {
            line(condition, text);
        }
    }
}

fn line(condition: &Condition, text: &mut String) {
    let met = if condition.met { "met" } else { "NOT" };
    let measured = match &condition.measured {
        Value::Null => "unknown".to_owned(),
        Value::String(words) => FromAir(words).to_string(),
        other => other.to_string(),
    };
    text.push_str(&format!("  {met}  {:<28} {measured:<24} {}\n", condition.name, condition.threshold));
}

/// What had been said of the vessel up to then.
fn alerts(said: &BTreeMap<String, Change>, text: &mut String) {
    let mut changes: Vec<&Change> = said.values().collect();
    changes.sort_by_key(|change| (change.alert.started_at, change.alert.id.clone()));
    text.push_str(if changes.is_empty() {
        "\nno alert or fact of it up to then\n"
    } else {
        "\nalerts and facts of it up to then\n"
    });
    for change in changes {
        let alert = &change.alert;
        let kind = if alert.announced { "alert" } else { "fact" };
        let state = match change.change {
            ChangeKind::Ended => "ended",
            ChangeKind::Retracted => "retracted",
            ChangeKind::Opened | ChangeKind::Updated => "open",
        };
        text.push_str(&format!(
            "  {kind} {} since {}, {state}, {} points: {}\n",
            alert.behaviour, alert.started_at, alert.score, alert.summary
        ));
    }
}
