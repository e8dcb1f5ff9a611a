//! `atalaia demo`: plays a bundled recording through the real daemon over a loopback feed, and prints the alerts as an
//! analyst would read them.
//!
//! It is the shortest way from an unpacked program to an alert, and the first thing that many see of it.
//! Nothing is simulated but what is labelled EXERCISE, and nothing is left behind: no file, no store, no port
//! but the loopback one that it reads from.

mod exercise;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio_util::sync::CancellationToken;

use super::failure::Failure;

use super::output::print;
use crate::config::{Checked, Purpose, ZoneSource, check};
use crate::daemon;
use crate::inputs;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::handling::Reality;
use atalaia_core::alerts::{Change, ChangeKind, Severity};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::zones::{Chart, ZoneSet};

/// caribewave/vessels-monitoring, `data/log_ais/log_ais_cw17.csv.log`, MIT licence; unchanged but for its compression.
const RECORDING: &[u8] = include_bytes!("demo/guadeloupe-2017-03-21.csv.zst");
/// Zones drawn for the demonstration, in the format of zone files.
const ZONES: &str = include_str!("demo/zones.geojson");
/// What is shown, and what of it is real. Printed first.
const OPENING: &str = "\
Real AIS traffic around Guadeloupe, 21 March 2017, 05:51 to 21:15 UTC, recorded by a shore station
(caribewave/vessels-monitoring, MIT licence), played through the daemon over a loopback TCP feed.
EXERCISE: the zones were drawn for this demonstration, and the four vessels named EXERCISE are simulated.
Everything else is what the station heard. Times are UTC.

";

/// Plays the recording, and returns when it has ended.
///
/// # Errors
/// The loopback interface cannot be used, or the daemon fails.
pub(super) fn main() -> Result<(), Failure> {
    let start = Clock.moment();
    let feed = feed().map_err(|error| Failure::Other(format!("the bundled recording: {error}")))?;
    let lines = memchr::memchr_iter(b'\n', &feed).count();
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| Failure::Other(format!("loopback: {error}")))?;
    let address = listener.local_addr().map_err(|error| Failure::Other(format!("loopback: {error}")))?;
    let settings = settings(&address.to_string())?;

    print(OPENING)?;
    let stop = CancellationToken::new();
    let (watcher, changes) = mpsc::channel();
    let (played, outcome, printed) = thread::scope(|scope| {
        let player = scope.spawn(|| {
            let played = play(&listener, &feed);
            stop.cancel();
            played
        });
        let teller = scope.spawn(move || print_changes(&changes));
        let file = PathBuf::from("built-in settings");
        // The player ends the daemon through `stop` once it has read everything.
        let outcome = daemon::run_watched(settings, file, stop.clone(), Some(watcher));
        // Unblocks the player if the daemon never connected.
        let _ = TcpStream::connect(address);
        (player.join(), outcome, teller.join())
    });
    outcome.map_err(|error| Failure::Other(error.to_string()))?;
    let broken = || Failure::Other("the demonstration was interrupted".to_owned());
    let played = played.map_err(|_| broken())?;
    played.map_err(|error| Failure::Other(format!("loopback: {error}")))?;
    let opened = printed.map_err(|_| broken())??;
    let seconds = Clock.moment().since(start).as_secs_f64();
    print(&format!(
        "{lines} lines, {opened} alerts, {seconds:.1} s.\n\n{}",
        next(&std::env::args_os().next().unwrap_or_default())
    ))
}

/// What to try next, with the program name as it was called.
fn next(called: &OsStr) -> String {
    let called = called.to_string_lossy();
    let program = FromAir(if called.is_empty() { "atalaia" } else { &called });
    format!(
        "\
Try next:
  {program} init                       five questions, then a settings file for a feed of yours
  {program} replay RECORDING           the alerts of a recording of yours: NMEA or CSV, also .gz and .zst
  {program} zones list                 the zones that come with the program
  {program} --help                     all commands; docs/commands.md explains them
"
    )
}

/// The recording with the lines of the exercise merged into it by time. Lines without a time, if any, stay
/// where they are.
fn feed() -> io::Result<Vec<u8>> {
    let recording = zstd::decode_all(RECORDING)?;
    let exercise = exercise::lines();
    let mut feed = Vec::with_capacity(recording.len() + exercise.len() * 80);
    let mut exercise = exercise.into_iter().peekable();
    for line in recording.split_inclusive(|byte| *byte == b'\n') {
        let stamp = line.split(|byte| *byte == b',').next().unwrap_or_default();
        let at: Option<i64> = std::str::from_utf8(stamp).ok().and_then(|text| text.parse().ok());
        while let (Some((next, _)), Some(at)) = (exercise.peek(), at) {
            if at < *next {
                break;
            }
            if let Some((_, line)) = exercise.next() {
                feed.extend_from_slice(line.as_bytes());
            }
        }
        feed.extend_from_slice(line);
    }
    Ok(feed)
}

/// The shipped settings with one input and the zones of the demonstration. No sinks and no store: changes are
/// printed as they come. Everything is marked as an exercise.
fn settings(address: &str) -> Result<Checked, Failure> {
    let shipped = check(None, None, Purpose::Replay).map_err(Failure::Settings)?;
    let files = [("demo.geojson".to_owned(), ZONES.to_owned())];
    let zones = ZoneSet::parse(&files, ZONE_REQUESTS).map_err(|errors| {
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Other(messages.join("\n"))
    })?;
    let mut engine = shipped.engine.clone();
    engine.handling.reality = Reality::Exercise;
    Ok(Checked {
        engine,
        chart: Arc::new(Chart { zones, ..(*shipped.chart).clone() }),
        zones: ZoneSource::BuiltIn,
        inputs: vec![inputs::Settings {
            address: Some(address.to_owned()),
            recorded: true,
            max_clients: 1,
            max_clients_per_address: 1,
            ..inputs::Settings::of(inputs::Kind::Tcp, "guadeloupe")
        }],
        sinks: Vec::new(),
        delivery: crate::delivery::DeliverySettings::default(),
        ..shipped
    })
}

/// Serves the feed once. Returns when the daemon has read all of it and closed the connection.
fn play(listener: &TcpListener, feed: &[u8]) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.write_all(feed)?;
    stream.shutdown(Shutdown::Write)?;
    // The daemon sends nothing. The read ends when it closes, after the last line is in the engine's queue.
    match stream.read(&mut [0]) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
        _ => Ok(()),
    }
}

/// Prints changes as they come. Returns the number of alerts opened.
fn print_changes(changes: &mpsc::Receiver<Change>) -> Result<usize, Failure> {
    let mut opened = 0;
    for change in changes {
        opened += usize::from(change.change == ChangeKind::Opened);
        print(&change_text(&change))?;
    }
    Ok(opened)
}

/// One change as an analyst reads it: an opening in full, any other in one line.
fn change_text(change: &Change) -> String {
    let alert = &change.alert;
    let mut text = format!("{}  {:<8}  {}", change.at, level(alert.severity), alert.behaviour);
    let what = match change.change {
        ChangeKind::Opened => "opened",
        ChangeKind::Updated => "updated",
        ChangeKind::Ended => "ended",
        ChangeKind::Retracted => "retracted",
    };
    let names: Vec<String> = alert
        .vessels
        .iter()
        .map(|vessel| match &vessel.name {
            Some(name) => FromAir(name).to_string(),
            None => vessel.mmsi.to_string(),
        })
        .collect();
    let _ = writeln!(text, " {what}: {} ({})", names.join(" and "), FromAir(&change.reason));
    if change.change == ChangeKind::Opened {
        let _ = writeln!(text, "    {}", FromAir(&alert.summary));
        for reason in &alert.score_reasons {
            let _ = writeln!(text, "    {:>+4}  {}", reason.points, FromAir(&reason.text));
        }
        let _ = writeln!(text, "    ={:>3}  of 100\n", alert.score);
    }
    text
}

/// The severity; in capitals from medium on, so that the eye finds it in a long list.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_is_the_recording_and_the_exercise_in_order_of_time() {
        let feed = feed().expect("the bundled recording unpacks");
        let text = String::from_utf8(feed).expect("a recording of text");
        let recorded = zstd::decode_all(RECORDING).expect("the bundled recording unpacks");
        let recorded = recorded.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(text.lines().count(), recorded + exercise::lines().len());
        let stamps = text.lines().filter_map(|line| line.split_once(',')?.0.parse::<i64>().ok());
        assert!(stamps.is_sorted());
    }

    #[test]
    fn the_zones_of_the_demonstration_are_sound_and_labelled() {
        let settings = settings("127.0.0.1:1").expect("sound zones");
        let zones = settings.chart.zones.zones();
        assert!(!zones.is_empty() && zones.iter().all(|zone| zone.name.starts_with("EXERCISE")));
    }
}
