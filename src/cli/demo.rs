//! `atalaia demo`: plays a bundled recording through the real daemon over a loopback feed.
//!
//! On a terminal it serves the console on a loopback address and plays the recording at a pace until Ctrl-C. Without a terminal, or with
//! `--text`, it plays it as fast as possible, prints the alerts as an analyst would read them, and ends.
//!
//! It is the shortest way from an unpacked program to an alert, and the first thing that many see of it.
//! Nothing is simulated but what is labelled EXERCISE, and nothing is left behind: the store of the console is in a temporary folder that
//! is removed at the end.

mod console;
mod exercise;
mod player;

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use tokio_util::sync::CancellationToken;

use self::console::Folder;
use self::player::Pace;
pub use self::player::feed;
use super::change_text::change_text;
use super::failure::Failure;
use super::output::print;
use crate::config::{Checked, Purpose, ZoneSource, check};
use crate::daemon;
use crate::inputs;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::handling::Reality;
use atalaia_core::alerts::{Change, ChangeKind};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::zones::{Chart, ZoneSet};

/// Zones drawn for the demonstration, in the format of zone files.
pub const ZONES: &str = include_str!("demo/zones.geojson");
/// From when on the recording is played at a pace: shortly before the first alert, with a picture of an hour.
const PACED_FROM: &str = "2017-03-21T07:14:00Z";
/// When the recording ends, UTC.
const ENDS: &str = "21:15";

/// Arguments of the demonstration.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print the alerts and end, also on a terminal
    #[arg(long)]
    text: bool,
    /// Minutes of the recording in a second
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
}

/// A speed from 1/60, which is real time, to an hour a second.
fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (1.0 / 60.0..=60.0).contains(speed));
    speed.ok_or_else(|| "write a number from 0.0167 (real time) to 60".to_owned())
}

/// Plays the recording.
///
/// # Errors
/// The loopback interface cannot be used, or the daemon fails.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.text || !io::stdout().is_terminal() {
        true => in_text(),
        false => in_browser(arguments.speed),
    }
}

/// Plays everything as fast as possible and prints the alerts. Returns when the recording has ended.
fn in_text() -> Result<(), Failure> {
    let start = Clock.moment();
    let feed = player::feed().map_err(|error| Failure::Other(format!("the bundled recording: {error}")))?;
    let lines = memchr::memchr_iter(b'\n', &feed).count();
    let (listener, address) = listen()?;
    let settings = settings(&address.to_string())?;

    print(&opening())?;
    let stop = CancellationToken::new();
    let (watcher, changes) = mpsc::channel();
    let (played, outcome, printed) = thread::scope(|scope| {
        let player = scope.spawn(|| {
            let played = player::play(&listener, &feed);
            stop.cancel();
            played
        });
        let teller = scope.spawn(move || print_changes(&changes));
        // The player ends the daemon through `stop` once it has read everything.
        let outcome = daemon::run_watched(settings, built_in(), stop.clone(), Some(watcher));
        // Unblocks the player if the daemon never connected.
        let _ = TcpStream::connect(address);
        (player.join(), outcome, teller.join())
    });
    outcome.map_err(|error| Failure::Other(error.to_string()))?;
    played.map_err(|_| interrupted())?.map_err(loopback)?;
    let opened = printed.map_err(|_| interrupted())??;
    let seconds = Clock.moment().since(start).as_secs_f64();
    print(&format!(
        "{lines} lines, {opened} alerts, {seconds:.1} s.\n\n{}",
        next(&std::env::args_os().next().unwrap_or_default())
    ))
}

/// Serves the console and plays the recording at a pace, until SIGINT or SIGTERM. `speed` is minutes a second.
fn in_browser(speed: f64) -> Result<(), Failure> {
    let feed = player::feed().map_err(|error| Failure::Other(format!("the bundled recording: {error}")))?;
    let (listener, address) = listen()?;
    let folder = Folder::create().map_err(|error| Failure::Other(format!("a temporary folder: {error}")))?;
    let console = console::free_address().map_err(loopback)?;
    let mut settings = settings(&address.to_string())?;
    settings.store = Some(folder.store());
    // What is lost with the folder need not be restored.
    settings.journal.enabled = false;
    settings.api.address = Some(console.clone());
    settings.api.site = "EXERCISE demonstration".to_owned();

    print(&opening())?;
    let from = Time::parse(PACED_FROM).expect("a time");
    let pace = Pace { from, speed: speed * 60.0 };
    let stop = CancellationToken::new();
    let (played, outcome) = thread::scope(|scope| {
        let player = scope.spawn(|| {
            let played = player::play_at(&listener, &feed, pace, &stop, say_the_end);
            stop.cancel();
            played
        });
        let greeter = scope.spawn(|| greet(&folder.store(), &console, speed, &stop));
        let outcome = daemon::run_watched(settings, built_in(), stop.clone(), None);
        stop.cancel();
        // Unblocks the player if the daemon never connected.
        let _ = TcpStream::connect(address);
        let greeted = greeter.join().map_err(|_| interrupted()).and_then(|greeted| greeted);
        (player.join(), outcome.map_err(|error| Failure::Other(error.to_string())).and(greeted))
    });
    outcome?;
    played.map_err(|_| interrupted())?.map_err(loopback)?;
    print(&format!("\n{}", next(&std::env::args_os().next().unwrap_or_default())))
}

/// What is shown, and what of it is real. Printed first.
fn opening() -> String {
    format!(
        "\
Real AIS traffic around Guadeloupe, 21 March 2017, 05:51 to {ENDS} UTC, recorded by a shore station
(caribewave/vessels-monitoring, MIT licence), played through the daemon over a loopback TCP feed.
EXERCISE: the zones were drawn for this demonstration, and the four vessels named EXERCISE are simulated.
Everything else is what the station heard. Times are UTC.

"
    )
}

/// Says that the recording is over: a map on which nothing moves any more would look like a fault.
fn say_the_end() {
    // Without standard output the line is lost.
    let _ = print(&format!(
        "The recording has ended at {ENDS} UTC, so nothing moves any more. The console stays until Ctrl-C.\n"
    ));
}

/// Prints where the console is once it can be signed in to, and a new link at each Enter: who closes the browser is signed out, and has
/// no password. If that fails, the daemon is stopped.
fn greet(store: &Path, console: &str, speed: f64, stop: &CancellationToken) -> Result<(), Failure> {
    let first = console::add_person(store, stop)
        .and_then(|is_there| if is_there { console::sign_in_link(store, console).map(Some) } else { Ok(None) });
    match first {
        Ok(Some(link)) => {
            print(&format!(
                "The console, for one sign-in within an hour:\n\n    {link}\n\n\
                 The recording plays from 07:14 UTC, {speed} min a second. The first alert comes at 07:19.\n\
                 Enter prints a new link, for instance after the browser was closed. Ctrl-C ends.\n"
            ))?;
            let (store, console) = (store.to_owned(), console.to_owned());
            console::at_each_line(stop.clone(), move || {
                let link = console::sign_in_link(&store, &console)?;
                print(&format!("A new link, for one sign-in within an hour:\n\n    {link}\n"))
                    .map_err(|_| io::ErrorKind::BrokenPipe.into())
            });
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => {
            stop.cancel();
            Err(Failure::Other(format!("the console: {error}")))
        }
    }
}

/// A listener for the feed on a free loopback port.
fn listen() -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(loopback)?;
    let address = listener.local_addr().map_err(loopback)?;
    Ok((listener, address))
}

/// Name of the settings in the log, in place of a file.
fn built_in() -> PathBuf {
    PathBuf::from("built-in settings")
}

fn loopback(error: io::Error) -> Failure {
    Failure::Other(format!("loopback: {error}"))
}

fn interrupted() -> Failure {
    Failure::Other("the demonstration was interrupted".to_owned())
}

/// What to try next, with the program name as it was called.
fn next(called: &OsStr) -> String {
    let called = called.to_string_lossy();
    let program = FromAir(if called.is_empty() { "atalaia" } else { &called });
    format!(
        "\
Try next:
  {program} init                       five questions, then a settings file for a feed of yours
  {program} replay --facts RECORDING   what a recording of yours shows, also below the points of an alert:
                                       NMEA or CSV, also .gz and .zst
  {program} zones list                 the zones that come with the program
  {program} --help                     all commands; docs/commands.md explains them
"
    )
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

/// Prints changes as they come. Returns the number of alerts opened.
fn print_changes(changes: &mpsc::Receiver<Change>) -> Result<usize, Failure> {
    let mut opened = 0;
    for change in changes {
        opened += usize::from(change.change == ChangeKind::Opened);
        print(&change_text(&change))?;
    }
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zones_of_the_demonstration_are_sound_and_labelled() {
        let settings = settings("127.0.0.1:1").expect("sound zones");
        let zones = settings.chart.zones.zones();
        assert!(!zones.is_empty() && zones.iter().all(|zone| zone.name.starts_with("EXERCISE")));
    }
}
