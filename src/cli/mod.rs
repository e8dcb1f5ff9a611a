//! The command line: arguments in, exit code out.

mod alerts;
mod backup;
mod bundle;
mod cases;
mod check;
mod cost;
mod deliveries;
mod demo;
pub mod evaluate;
mod explain;
mod init;
mod man;
mod marking;
mod purge;
mod replay;
mod run;
mod snapshot;
mod status;
mod table;
mod who;
pub mod zones;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Problem, Purpose, check};
use crate::fault;
use crate::runtime;
use crate::store::StoreError;
use crate::telemetry::FromAir;

/// Watches AIS for what matters to a maritime operations centre, and raises explained alerts.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a bundle is intact and not all of it was found again, 65 an input cannot be read, 78 something is wrong with settings or zones.
#[derive(Debug, Parser)]
#[command(name = "atalaia", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run as a daemon: read the inputs of the settings file, send alerts to its sinks.
    ///
    /// SIGTERM or SIGINT stops it and logs what is open; SIGHUP reads settings and zones again and reopens files. Changed
    /// settings, zones and watchlists are taken over by themselves. A faulty file is refused and what is in force is kept. The variable
    /// ATALAIA_LOG sets the log level (error, warn, info, debug).
    Run(run::Arguments),
    /// Run recordings through the same engine, as fast as it can.
    ///
    /// Recordings are recognised by their content: NMEA lines (TAG blocks, $PGHP, times before or after the sentence),
    /// Danish Maritime Authority CSV, NOAA MarineCadastre CSV; plain, gzip or zstd. Several are merged by time.
    Replay(replay::Arguments),
    /// Tell how the feeds and sinks of the running daemon fare: rate, lag, last line, what was rejected, what waits.
    Status(status::Arguments),
    /// Check settings and zones: print everything that is wrong, with file, line and what to write instead.
    Check(check::Arguments),
    /// Write a first settings file: asks five questions at a terminal, or takes the answers as flags.
    Init(init::Arguments),
    /// Play a bundled real recording through the real daemon; needs no file and no network, ends by itself.
    Demo,
    /// Tell every condition of every behaviour for one vessel at one time: also why there is no alert.
    Explain(explain::Arguments),
    /// Tell who stopped, slowed, met or was dark near a position between two times, ranked.
    #[command(allow_negative_numbers = true)]
    Who(who::Arguments),
    /// Hold alerts against what really happened: precision and recall by behaviour, delays, duplicates.
    Evaluate(evaluate::Arguments),
    /// List the zones, show one, or tell what holds at a position.
    Zones(zones::Arguments),
    /// List, show, acknowledge, assign, note, mark, close, silence and export the alerts of the store.
    Alerts(alerts::Arguments),
    /// List the cases of the store, show one, put one under a legal hold, or pack one as evidence.
    Cases(cases::Arguments),
    /// List what waits for sinks and what they did not take, and try that again.
    Deliveries(deliveries::Arguments),
    /// Check a bundle of evidence and replay it, or make the key that signs bundles.
    Bundle(bundle::Arguments),
    /// Copy the store while the daemon works: complete, checked and flushed.
    Backup(backup::Arguments),
    /// Remove what was kept for as long as [retention] says, or tell what would go; works while the daemon works.
    Purge(purge::Arguments),
    /// Write manual pages and completions of the shells, for packages.
    #[command(hide = true)]
    Man(man::Arguments),
    /// Save what a daemon knows; the daemon runs it by itself.
    #[command(hide = true)]
    Snapshot(runtime::SnapshotOrder),
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
enum Failure {
    /// An input cannot be read.
    Input(String),
    /// Lines of an input cannot be used.
    Lines(Vec<evaluate::truth::LineError>),
    /// Settings or zones are wrong.
    Settings(Vec<Problem>),
    /// The command's words are off.
    Usage(String),
    /// A bundle of evidence is not what was packed.
    Damaged(String),
    /// It is, and the replay does not give all of its alerts.
    NotFoundAgain(String),
    /// Whoever read our output has had enough; no failure to speak of.
    ReaderGone,
    /// As it is to be shown, with the exit code.
    Shown { code: u8, text: String },
    /// Anything else, such as a full disk.
    Other(String),
}

/// Runs the program; returns its exit code (SPEC "Command line").
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, with code 0; a closed pipe is no reason to complain.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Err(error) = fault::arm() {
        let _ = writeln!(io::stderr(), "atalaia: {}", FromAir(&error.to_string()));
        return ExitCode::from(2);
    }
    let outcome = match arguments.command {
        Command::Run(arguments) => run::main(arguments),
        Command::Replay(arguments) => replay::main(&arguments),
        Command::Status(arguments) => status::main(&arguments),
        Command::Check(arguments) => check::main(&arguments),
        Command::Init(arguments) => init::main(&arguments),
        Command::Demo => demo::main(),
        Command::Explain(arguments) => explain::main(&arguments),
        Command::Who(arguments) => who::main(&arguments),
        Command::Evaluate(arguments) => evaluate::main(&arguments),
        Command::Zones(arguments) => zones::main(&arguments),
        Command::Alerts(arguments) => alerts::main(&arguments),
        Command::Cases(arguments) => cases::main(&arguments),
        Command::Deliveries(arguments) => deliveries::main(&arguments),
        Command::Bundle(arguments) => bundle::main(&arguments),
        Command::Backup(arguments) => backup::main(&arguments),
        Command::Purge(arguments) => purge::main(&arguments),
        Command::Man(arguments) => man::main(&arguments),
        Command::Snapshot(order) => snapshot::main(&order),
    };
    match outcome {
        Ok(()) | Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, text) = failure.tell();
            // Without a standard error there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::from(code)
        }
    }
}

impl Failure {
    fn tell(&self) -> (u8, String) {
        match self {
            Failure::Input(text) => (65, format!("atalaia: {}", FromAir(text))),
            Failure::Lines(errors) => {
                let line = |error: &evaluate::truth::LineError| format!("atalaia: {}", FromAir(&error.to_string()));
                (65, errors.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
            Failure::Settings(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                (78, lines.join("\n"))
            }
            Failure::Usage(text) => (2, format!("atalaia: {}", FromAir(text))),
            Failure::Damaged(text) => (1, format!("atalaia: {}", FromAir(text))),
            Failure::NotFoundAgain(text) => (3, format!("atalaia: {}", FromAir(text))),
            Failure::ReaderGone => (0, String::new()),
            Failure::Shown { code, text } => (*code, text.clone()),
            Failure::Other(text) => (1, format!("atalaia: {text}")),
        }
    }
}

/// Writes to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ReaderGone),
        Err(error) => Err(Failure::Other(format!("standard output: {error}"))),
    }
}

/// Which store a command works with.
#[derive(Debug, clap::Args)]
struct StoreArguments {
    /// Settings file whose [store] is meant
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// The store's file itself
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "config")]
    store: Option<PathBuf>,
}

impl StoreArguments {
    fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.store {
            return match path.is_file() {
                true => Ok(path.clone()),
                false => Err(Failure::Input(format!("{}: no such file", path.display()))),
            };
        }
        let Some(file) = &self.config else {
            return Err(Failure::Usage("name the store: --config SETTINGS or --store FILE".to_owned()));
        };
        let settings = check(Some(file), None, Purpose::Replay).map_err(Failure::Settings)?;
        let path = settings.store.ok_or_else(|| {
            let text = "store.path: is missing; without a store there is nothing to show";
            Failure::Settings(vec![Problem::of_file(file.display().to_string(), text)])
        })?;
        match path.is_file() {
            true => Ok(path),
            false => Err(Failure::Input(format!("{}: no such file; the daemon makes it", path.display()))),
        }
    }
}

/// Who does it, as said or by the user's name.
fn who(said: Option<&String>) -> Result<String, Failure> {
    let from_surroundings = || ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    // A timer or a container has no name; its number is better than none.
    let number = || format!("uid {}", rustix::process::getuid().as_raw());
    match said {
        Some(said) if said.trim().is_empty() => Err(Failure::Usage("say who does it: --as NAME".to_owned())),
        Some(said) => Ok(said.clone()),
        None => Ok(from_surroundings().filter(|who| !who.trim().is_empty()).unwrap_or_else(number)),
    }
}

/// What the store says no to.
fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Refused(text) => Failure::Usage(text),
        error => Failure::Other(error.to_string()),
    }
}

/// Settings and zones that commands without a daemon work with.
#[derive(Debug, clap::Args)]
struct SettingsArguments {
    /// Settings file [default: the settings and zones built into the program]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Folder of zone files, in place of the one the settings name
    #[arg(long, value_name = "DIR", global = true)]
    zones: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
