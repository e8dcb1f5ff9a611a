//! The command line: parses the arguments, runs the command, returns the exit code.
//!
//! Each command is a file or a folder of this one: its `Arguments` are what clap reads and what `--help`
//! shows, and its `main` does the work. The doc comments of arguments are therefore the help text that users
//! see, and remarks for maintainers stand beside them as plain comments.
//!
//! What commands share is in files named after it: `failure` is how they fail, `output` and `table` how they
//! print, `place` and `named` which settings and which store they use, `access` what they say if they may not
//! read them, `person` who acts, `password` how one is asked for, `ceilings` what a reader may see, `when` and `position` how times and positions are typed, `subjects` what an
//! alert is about in a few words, `source` and `reader` where recorded lines come from, and `daemon` how the
//! running daemon is asked.

mod access;
mod alerts;
mod audit;
mod backup;
mod bundle;
mod cases;
mod ceilings;
mod change_text;
mod check;
mod cost;
mod daemon;
mod deliveries;
pub mod demo;
pub mod evaluate;
mod explain;
mod exported;
mod failure;
mod handover;
mod init;
mod man;
mod marking;
mod named;
mod near;
mod output;
mod own_daemon;
mod password;
mod period;
mod person;
mod place;
mod position;
mod purge;
mod reader;
mod replay;
mod report;
mod run;
mod source;
mod status;
mod subjects;
mod table;
mod tokens;
mod users;
mod vessel;
mod when;
mod who;
pub mod zones;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::failure::Failure;
use crate::platform::fault;
use crate::platform::telemetry::FromAir;

/// Watches AIS for what matters to a maritime operations centre, and raises explained alerts.
///
/// Commands that need a settings file use --config, else the variable ATALAIA_CONFIG, else
/// /etc/atalaia/atalaia.toml.
///
/// Exit codes: 0 success, 1 failure, 2 wrong usage, 3 a bundle is intact but not every alert was found again,
/// 65 an input cannot be read, 78 the settings or zones are faulty, or another daemon works with the store.
#[derive(Debug, Parser)]
#[command(name = "atalaia", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The commands, in the order in which `--help` lists them: setting up and running first, then the watch,
/// then evidence and upkeep.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run as a daemon: read the inputs of the settings file and send alerts to its sinks.
    ///
    /// SIGTERM or SIGINT stops it and logs the open alerts; SIGHUP reloads settings and zones and reopens
    /// files. Changed settings, zones and watchlists are picked up automatically. A faulty file is refused
    /// and the previous version stays in force. The variable ATALAIA_LOG sets the log level (error, warn,
    /// info, debug).
    Run(run::Arguments),
    /// Run recordings through the engine of the daemon, as fast as possible, and write the alerts.
    ///
    /// Recordings are recognised by their content: NMEA lines (TAG blocks, $PGHP, times before or after the sentence),
    /// objects of JSON feeds, CSV of the Danish Maritime Authority and of NOAA MarineCadastre, and any table with columns for time, MMSI,
    /// latitude and longitude; plain, gzip or zstd. Several are merged by time.
    Replay(replay::Arguments),
    /// Show the state of feeds and sinks of the running daemon: rate, lag, last line, rejected lines, times not used, waiting deliveries.
    Status(status::Arguments),
    /// Check settings and zones, and print everything that is wrong: file, line, and what to write instead.
    ///
    /// --as-service checks with the rights of the daemon's user; --connect and --send-test try the servers of
    /// inputs and sinks; --on counts the alerts that a recording would raise.
    Check(check::Arguments),
    /// Write a first settings file: asks five questions at a terminal, or takes the answers as flags.
    Init(init::Arguments),
    /// Play a bundled recording of real traffic through the daemon; needs no file and no network.
    ///
    /// On a terminal it serves the console in the browser until Ctrl-C. Otherwise it prints the alerts and ends.
    Demo(demo::Arguments),
    /// Explain why there was an alert about a vessel at a given time, or which conditions for one were not
    /// met, the nearest behaviour first.
    ///
    /// Without INPUT it reads the journal of the settings, also while the daemon runs; nothing is written. A
    /// journal is read with the settings and zones that were in force at the time.
    Explain(explain::Arguments),
    /// List the vessels near a position between two times, ranked: those that stopped, slowed, met another or
    /// fell silent come first.
    ///
    /// Without INPUT it reads the journal of the settings, also while the daemon runs; nothing is written.
    #[command(allow_negative_numbers = true)]
    Who(who::Arguments),
    /// List the vessels near a position now, as the running daemon knows them.
    Near(near::Arguments),
    /// Show what is known about one vessel: identity, last position, stops, silences, port calls, meetings,
    /// alerts, cases.
    ///
    /// It reads the store and the daemon's memory, also while the daemon runs; nothing is written.
    Vessel(vessel::Arguments),
    /// Compare alerts with a list of what really happened: precision and recall by behaviour, delays,
    /// duplicates.
    Evaluate(evaluate::Arguments),
    /// List zones, show one, or show what applies at a position.
    Zones(zones::Arguments),
    /// List, show, acknowledge, assign, note, mark, close, silence and export the alerts of the store, and
    /// show what changed.
    Alerts(alerts::Arguments),
    /// Show who did what, when, to which alert, case or silence, and why.
    Audit(audit::Arguments),
    /// List cases, show one as a story, report on one, put one under legal hold, or pack one as evidence.
    Cases(cases::Arguments),
    /// Summarise the watch for the next one: open alerts, what changed since, what people did, silences,
    /// feeds, sinks.
    Handover(handover::Arguments),
    /// List deliveries that are waiting or failed, and retry them.
    Deliveries(deliveries::Arguments),
    /// Verify an evidence bundle and replay it, or create a signing key.
    Bundle(bundle::Arguments),
    /// List, add, change and remove the people who may sign in to the console and the API, and their sessions.
    Users(users::Arguments),
    /// List, make and end the tokens of machines that use the API.
    Tokens(tokens::Arguments),
    /// Back up the store while the daemon runs: complete, checked and synced to disk.
    Backup(backup::Arguments),
    /// Delete records past the retention periods of `[retention]`, or show what would be deleted; safe while
    /// the daemon runs.
    Purge(purge::Arguments),
    /// Write manual pages and shell completions, for packages.
    #[command(hide = true)]
    Man(man::Arguments),
}

/// Runs the program and returns its exit code (SPEC "Command line"). Everything that a command has to say on
/// failure is printed here and nowhere else, so that each failure has one message and one exit code. Fault
/// points are armed before the command runs, because a test must be able to fail its first write.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version arrive here too, with code 0. A closed pipe is ignored.
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
        Command::Demo(arguments) => demo::main(&arguments),
        Command::Explain(arguments) => explain::main(&arguments),
        Command::Who(arguments) => who::main(&arguments),
        Command::Near(arguments) => near::main(&arguments),
        Command::Vessel(arguments) => vessel::main(&arguments),
        Command::Evaluate(arguments) => evaluate::main(&arguments),
        Command::Zones(arguments) => zones::main(&arguments),
        Command::Alerts(arguments) => alerts::main(&arguments),
        Command::Audit(arguments) => audit::main(&arguments),
        Command::Cases(arguments) => cases::main(&arguments),
        Command::Handover(arguments) => handover::main(&arguments),
        Command::Deliveries(arguments) => deliveries::main(&arguments),
        Command::Bundle(arguments) => bundle::main(&arguments),
        Command::Users(arguments) => users::main(&arguments),
        Command::Tokens(arguments) => tokens::main(&arguments),
        Command::Backup(arguments) => backup::main(&arguments),
        Command::Purge(arguments) => purge::main(&arguments),
        Command::Man(arguments) => man::main(&arguments, &Arguments::command()),
    };
    match outcome {
        Ok(()) | Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, text) = failure.exit();
            if !text.is_empty() {
                // Without standard error the message is lost.
                let _ = writeln!(io::stderr(), "{text}");
            }
            ExitCode::from(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::behaviours::Behaviour;

    /// Adds each command without a description on the page: the last word of a path, or a heading for a whole command.
    fn undescribed(command: &clap::Command, path: &str, page: &str, missing: &mut Vec<String>) {
        let mut below = command.get_subcommands().filter(|one| !one.is_hide_set()).peekable();
        let is_described = page.contains(&format!("atalaia {path} ")) || page.contains(&format!("atalaia {path}\n"));
        if below.peek().is_none() && !is_described && !page.contains(&format!("\n## {path}\n")) {
            missing.push(path.to_owned());
        }
        below.for_each(|one| undescribed(one, format!("{path} {}", one.get_name()).trim_start(), page, missing));
    }

    #[test]
    fn every_command_and_subcommand_is_on_the_page_of_commands() {
        let mut missing = Vec::new();
        undescribed(&Arguments::command(), "", include_str!("../../docs/commands.md"), &mut missing);
        assert!(missing.is_empty(), "docs/commands.md does not describe: {}", missing.join(", "));
    }

    #[test]
    fn the_page_of_commands_names_what_happens_once() {
        let page = include_str!("../../docs/commands.md");
        let once: Vec<_> = Behaviour::ALL.iter().filter(|behaviour| behaviour.character().happens_once).collect();
        let named = page.split_once("such as a ship that left a zone\n(").and_then(|(_, rest)| rest.split_once(')'));
        let named: Vec<&str> = named.map_or(Vec::new(), |(named, _)| named.split(", ").collect());
        assert_eq!(named.len(), once.len(), "{named:?}");
        once.iter().for_each(|one| assert!(named.contains(&format!("`{one}`").as_str()), "{one} in {named:?}"));
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
