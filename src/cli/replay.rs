//! `atalaia replay`: runs recordings through the engine, as fast as it can.
//!
//! The engine is the one of the daemon, and the same lines give the same alerts. Reading, decoding and the
//! progress bar are here; [`play`] is also how `check --on`, `zones test --on`, `explain` and `who` read
//! recordings.

mod output;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use serde_json::Value;

use self::output::{Output, taken};
use super::failure::Failure;
use super::place::SettingsArguments;
use super::reader::{Block, Reader};
use super::when::past;
use crate::config::Checked;
use crate::inputs::{self, Format, MergedRecordings, Reading, Recording, RecordingError};
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use atalaia_core::ais::SourceId;
use atalaia_core::alerts::Change;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{Engine, SourceClock, Summary};

/// Arguments of `atalaia replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    /// Write alerts to this file, one JSON object per line, in order of time; `-` for standard output [default: standard output,
    /// as text on a terminal]
    #[arg(long, value_name = "FILE")]
    alerts: Option<PathBuf>,
    /// Include facts: events with too few points for an alert, by default fewer than 20
    #[arg(long)]
    facts: bool,
    /// Write cases to this file at the end, one JSON object per line; `-` for standard output
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Write the counts of the run to this file as one JSON object; `-` for standard output
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Replace the files of --alerts, --cases and --summary if they exist
    #[arg(long)]
    force: bool,
    /// For recordings without times: time of the first line, as 2026-03-01T04:10:00Z, 2026-03-01, 02:00, -6h
    #[arg(long, value_name = "T", requires = "rate", value_parser = past, allow_hyphen_values = true)]
    time_from: Option<Time>,
    /// For recordings without times: lines per second
    #[arg(long, value_name = "LINES_PER_S", requires = "time_from", value_parser = rate)]
    rate: Option<f64>,
    /// Time zone of local times in the recordings: an IANA name or an offset such as +02:00 [default: UTC]
    #[arg(long, value_name = "TZ", value_parser = time_zone, allow_hyphen_values = true)]
    time_zone: Option<TimeZone>,
    /// Recordings; `-` for standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
}

/// Parses a number of lines per second.
///
/// # Errors
/// How to write it.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && 0.0 < *rate);
    rate.ok_or_else(|| "write a number above 0".to_owned())
}

/// Parses a time zone by its IANA name or its offset.
///
/// # Errors
/// How to write it.
fn time_zone(text: &str) -> Result<TimeZone, String> {
    inputs::time_zone(text).ok_or_else(|| "write an IANA name or an offset, as Europe/Lisbon or +02:00".to_owned())
}

/// Writes the alerts as they come, then cases and summary if asked.
///
/// # Errors
/// The settings are faulty (78); a recording cannot be read, or nothing in any of them could be used (65); an
/// output cannot be written (1).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    // Before anything is read: a replay may take minutes.
    let mut outputs = [&arguments.alerts, &arguments.cases, &arguments.summary].into_iter().flatten();
    outputs.try_for_each(|path| taken(path, arguments.force))?;
    let settings = arguments.settings.checked()?;
    let clock = Clock;
    let start = clock.moment();
    let playback = Playback {
        inputs: arguments.inputs.clone(),
        time_zone: arguments.time_zone.clone(),
        pace: arguments.time_from.zip(arguments.rate),
        until: None,
    };
    let mut alerts = Output::open(arguments.alerts.as_deref())?;
    let played = play(&settings, &playback, &mut |_| {}, &mut |changes| {
        let wanted = changes.iter().filter(|change| arguments.facts || change.alert.announced);
        for change in wanted {
            alerts.change(change)?;
        }
        alerts.flush()
    });
    let Outcome { engine, overlong } = played?;
    if let Some(path) = &arguments.cases {
        let mut cases = Output::open(Some(path))?;
        for case in engine.cases() {
            cases.line(&case)?;
        }
        cases.flush()?;
    }
    if let Some(path) = &arguments.summary {
        let seconds = clock.moment().since(start).as_secs_f64();
        let mut out = Output::open(Some(path))?;
        out.line(&summary(&engine, overlong, seconds))?;
        out.flush()?;
    }
    let summary = engine.summary();
    if let Some(note) = &summary.note {
        // Standard error may be closed; the summary has the note too.
        let _ = writeln!(io::stderr(), "atalaia: warning: {}: {note}", FromAir(&named(&arguments.inputs)));
    }
    // For people; a program reads the lines and --summary.
    if io::stderr().is_terminal() && summary.unusable.is_none() {
        let _ = writeln!(io::stderr(), "atalaia: {}", result(&summary, arguments.facts));
    }
    // No alerts from a recording without usable lines would look like a quiet night.
    match summary.unusable {
        Some(why) => Err(Failure::Input(format!("{}: {why}", named(&arguments.inputs)))),
        None => Ok(()),
    }
}

/// What was read and what came of it, in one line; in a second one what to try if no alert came. `facts` says whether facts
/// were written too.
fn result(summary: &Summary, facts: bool) -> String {
    let counted = |count: u64, what: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), what);
    let alerts: u64 = summary.alerts.values().flat_map(BTreeMap::values).sum();
    let below: u64 = summary.facts.values().sum();
    let period = match (summary.first_at, summary.last_at) {
        (Some(first), Some(last)) => format!(", {} to {} UTC", first.minute(), last.clock_on(first)),
        _ => String::new(),
    };
    let hidden = if facts || below == 0 { "" } else { " (shown with --facts)" };
    let read = format!(
        "{}{period}, {}: {}, {}{hidden}",
        counted(summary.lines, "line"),
        counted(summary.vessels, "vessel"),
        counted(alerts, "alert"),
        counted(below, "fact")
    );
    match (alerts, below, facts) {
        // Nothing was there to judge: no zone would change that.
        (0, ..) if summary.vessels == 0 || summary.first_at.is_none() => read,
        (0, 1.., false) => {
            format!("{read}\natalaia: nothing there made an alert; --facts shows what came nearest to one")
        }
        (0, ..) => format!(
            "{read}\natalaia: nothing there made an alert; most behaviours watch zones: --zones DIR names yours, and \
             `atalaia explain --mmsi M --at T RECORDING` says what a vessel lacked"
        ),
        _ => read,
    }
}

/// The names of the recordings, for a message.
fn named(inputs: &[PathBuf]) -> String {
    let name = |path: &PathBuf| match path.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    };
    inputs.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The counts of the engine, with overlong lines and the speed of this run. The speed is that of this
/// machine, so it is the only part that differs between runs.
fn summary(engine: &Engine, overlong: u64, wall_seconds: f64) -> Value {
    let mut summary = engine.summary();
    if 0 < overlong {
        summary.rejects.insert("overlong".to_owned(), overlong);
    }
    let reports: u64 = summary.reports_by_type.values().sum();
    // Plain counts cannot fail to serialise.
    let mut value = serde_json::to_value(&summary).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        let round = |number: f64| (number * 1000.0).round() / 1000.0;
        fields.insert("wall_seconds".to_owned(), round(wall_seconds).into());
        let speed = reports as f64 / wall_seconds.max(1e-9);
        fields.insert("reports_per_second".to_owned(), speed.round().into());
    }
    value
}

/// What is played, and how.
pub(super) struct Playback {
    /// Recordings, `-` for standard input. Merged by time.
    pub(super) inputs: Vec<PathBuf>,
    /// Time zone of local times in the recordings; `None` for UTC.
    pub(super) time_zone: Option<TimeZone>,
    /// For recordings without times: time of the first line, and lines per second. `None` if the lines have
    /// times; without either, behaviours cannot be judged.
    pub(super) pace: Option<(Time, f64)>,
    /// Engine time stops at this moment, and reading ends soon after; `None` to read to the end.
    pub(super) until: Option<Time>,
}

/// What is done when engine time stops at `until`, before it goes on for a while.
pub(super) struct Stop<'a> {
    /// Called once, at that moment or at the end of the recordings.
    pub(super) at: &'a mut dyn FnMut(&mut Engine),
    /// How far engine time goes on afterwards.
    pub(super) beyond: Span,
}

/// The result of a replay.
pub(super) struct Outcome {
    /// The engine at the end, with everything it remembers.
    pub(super) engine: Engine,
    /// Lines dropped because they were longer than the limit.
    pub(super) overlong: u64,
}

/// Runs recordings through an engine. Shows the engine to `observe` after every line, and passes its changes
/// on block by block.
///
/// # Errors
/// A recording cannot be opened or read, or `on_changes` fails.
pub(super) fn play(
    settings: &Checked,
    playback: &Playback,
    observe: &mut dyn FnMut(&Engine),
    on_changes: &mut dyn FnMut(&[Change]) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    play_on(settings, playback, None, observe, on_changes)
}

/// As [`play`], with a stop at `until`. Without a stop, reading ends there.
///
/// # Errors
/// Those of [`play`].
pub(super) fn play_on(
    settings: &Checked,
    playback: &Playback,
    mut stop: Option<Stop<'_>>,
    observe: &mut dyn FnMut(&Engine),
    on_changes: &mut dyn FnMut(&[Change]) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    let mut recordings = Vec::new();
    for path in &playback.inputs {
        let recording = Recording::open(path, settings.recordings.limits())?;
        match recording.is_empty() {
            true => {
                // Without standard error the warning is lost.
                let _ = writeln!(io::stderr(), "atalaia: {}: is empty", recording.name());
            }
            false => recordings.push(recording),
        }
    }
    let lateness = Span::from_seconds(i64::from(settings.engine.time.file_lateness_seconds));
    let (ids, mut names) = sources(&recordings);
    if names.is_empty() {
        // If all files are empty, the engine still needs one source for its counts.
        names.push("nmea".to_owned());
    }
    let clocks = names.into_iter().map(|name| SourceClock {
        name,
        time_zone: playback.time_zone.clone(),
        live: false,
        recording: true,
        lateness,
    });
    let mut engine = Engine::new(&settings.engine, Arc::clone(&settings.chart), clocks.collect());
    if let Some(until) = playback.until {
        engine.hold_at(until);
    }
    let sizes = recordings.iter().map(Recording::size).collect();
    let reading = Reading { time_zone: playback.time_zone.clone(), lateness: Some(lateness) };
    let recordings = MergedRecordings::new(recordings, &reading)?;
    let progress = Progress::new(sizes, recordings.positions());
    let decoder = engine.detach_decoder();
    let reader = Reader { recordings, decoder, sources: ids, pace: playback.pace, count: 0 };
    // With one lane, everything stays on one thread. Blocks after a stop must not be decoded, because their
    // lines would be counted.
    let is_ahead = 1 < engine.tracks().lanes() && playback.until.is_none();

    // Kept from block to block, so that it need not grow again.
    let mut changes = Vec::new();
    let reader = reader.each(is_ahead, |Block { lines, more }| {
        engine.decoded(lines, observe, &mut changes);
        let ended = !matches!(more, Ok(true));
        // Engine time has reached `until`. With a stop it goes on afterwards, else this is the end.
        let pauses = !ended && engine.is_held() && stop.is_some();
        let ended = ended || (engine.is_held() && !pauses);
        if ended {
            engine.finish(&mut changes);
            observe(&engine);
        }
        if !changes.is_empty() {
            progress.aside(|| on_changes(&changes))?;
            changes.clear();
        }
        if (ended || pauses)
            && let Some(stop) = stop.take()
        {
            (stop.at)(&mut engine);
            if let Some(until) = playback.until {
                engine.hold_at(until + stop.beyond);
            }
            if ended {
                // Lines after the stop were held back until now.
                engine.finish(&mut changes);
                on_changes(&changes)?;
            }
        }
        // Once per block is often enough for the eye.
        progress.show(engine.now());
        more?;
        Ok::<bool, Failure>(!ended)
    })?;
    engine.attach_decoder(reader.decoder);
    for (name, bytes) in reader.recordings.padded() {
        let _ = writeln!(io::stderr(), "atalaia: {name}: {bytes} zero bytes after its compressed data, skipped");
    }
    Ok(Outcome { engine, overlong: reader.recordings.overlong() })
}

/// Assigns sources: all recordings of one format are one source, except CSV files, where each layout of
/// columns is one. Sources matter where time is reordered: the files of one station are one stream, even if
/// it was split at midnight. Returns the source of each recording, and the names of the sources.
fn sources(recordings: &[Recording]) -> (Vec<SourceId>, Vec<String>) {
    let mut known: Vec<(&'static str, Option<&Vec<u8>>)> = Vec::new();
    let mut ids = Vec::new();
    for recording in recordings {
        let (family, header) = match recording.format() {
            Format::Nmea | Format::Unknown => ("nmea", None),
            Format::Json => ("json", None),
            Format::Danish(header) => ("dma", header.as_ref()),
            Format::Noaa(header) => ("noaa", header.as_ref()),
        };
        let same = known
            .iter()
            .position(|(other, its)| *other == family && (header.is_none() || its.is_none() || *its == header));
        let index = same.unwrap_or(known.len());
        match known.get_mut(index) {
            // The later parts of a split file may come before the part with the header.
            Some((_, its)) => *its = its.or(header),
            None => known.push((family, header)),
        }
        // A command line has room for far fewer than 65 536 files with different columns.
        ids.push(SourceId(u16::try_from(index).unwrap_or(u16::MAX)));
    }
    let names = known.iter().enumerate().map(|(index, (family, _))| {
        match known[..index].iter().filter(|(other, _)| other == family).count() {
            0 => (*family).to_owned(),
            before => format!("{family}-{}", before + 1),
        }
    });
    (ids, names.collect())
}

/// A progress bar on standard error during a long replay. Hidden if standard error is not a terminal. Removed
/// at the end.
struct Progress {
    /// The bar; a counter of bytes if the size of an input is not known.
    bar: ProgressBar,
    /// Bytes read so far of each recording, as the recordings count them.
    positions: Vec<Arc<AtomicU64>>,
}

impl Progress {
    /// A bar over all recordings together. Its length is known only if every one of them is a file, and so has a compressed size.
    fn new(sizes: Option<Vec<u64>>, positions: Vec<Arc<AtomicU64>>) -> Progress {
        let (length, style) = match sizes {
            Some(sizes) => (Some(sizes.iter().sum()), "{bar:30} {percent:>3} %  {msg}  {eta} left"),
            None => (None, "{spinner} {bytes}  {msg}"),
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(4));
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress { bar, positions }
    }

    /// Draws nothing in the first 2 s: a short replay needs no bar. `now` is engine time, which tells more
    /// than the share of bytes.
    fn show(&self, now: Option<Time>) {
        if self.bar.is_hidden() || self.bar.elapsed() < Duration::from_secs(2) {
            return;
        }
        // Before the message, which draws the bar: it would show the former position, and 0 % the first time.
        self.bar.set_position(self.positions.iter().map(|position| position.load(Relaxed)).sum());
        if let Some(now) = now {
            self.bar.set_message(FromAir(&now.to_string()).to_string());
        }
    }

    /// Hides the bar while something else is written.
    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl From<RecordingError> for Failure {
    fn from(error: RecordingError) -> Failure {
        Failure::Input(error.to_string())
    }
}

#[cfg(test)]
mod tests;
