//! The data that `explain`, `who` and `vessel` work from: recordings, or the journal of a daemon and its store.
//!
//! A question about the past is answered by an engine that reads the lines again. From a journal it can do so
//! as the daemon did at the time, with the settings and zones that were then in force; for recordings the
//! present ones are used.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::place::{SettingsArguments, of_settings};
use super::when;
use crate::config::{Checked, Table};
use crate::daemon::{self, LookBack, LookedBack, Onlooker, Origin};
use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::Change;
use atalaia_core::base::time::Time;
use atalaia_core::engine::Engine;
use atalaia_core::zones::Chart;

/// Digits of an MMSI (ITU-R M.585), leading zeros included: those of coast stations begin with `00`.
pub(super) const MMSI_DIGITS: usize = 9;

/// Selects the data for a question about vessels.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Settings file [default: the variable ATALAIA_CONFIG; without it, /etc/atalaia/atalaia.toml for a journal,
    /// and the settings and zones built into the program for recordings]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// For recordings: folder of zone files, instead of the one in the settings
    #[arg(long, value_name = "DIR")]
    zones: Option<PathBuf>,
    /// Read a journal from lines received at this time on [default: from the daemon's last saved state before
    /// the time in question, else from 26 hours before it]
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true)]
    pub(super) read_from: Option<Time>,
    /// Recordings, a folder of them, or the folder of a journal; `-` for standard input [default: the journal
    /// of the settings]
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
}

/// Where the data comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// Recordings; `-` for standard input.
    Recordings(Vec<PathBuf>),
    /// Lines that a daemon received, with the settings and zones in force at the time.
    Journal {
        /// Folder of the journal.
        folder: PathBuf,
        /// Store of the same daemon; `None` if it is not known.
        store: Option<PathBuf>,
    },
}

impl Source {
    /// The journal of the settings if no input is named. A folder is a journal, or contains recordings.
    ///
    /// # Errors
    /// `--zones` was given for a journal; the settings have no journal, or keep none; an input cannot be
    /// read.
    pub(super) fn of(reading: &Reading) -> Result<Source, Failure> {
        let inputs = &reading.inputs;
        if inputs.is_empty() {
            return Source::of_settings(reading);
        }
        if let [folder] = &inputs[..]
            && folder.is_dir()
            && daemon::is_journal(folder)
        {
            reading.needs_no_zones()?;
            return Ok(Source::Journal { folder: folder.clone(), store: beside(folder) });
        }
        let mut files = Vec::new();
        for input in inputs {
            match input.is_dir() {
                true => files.extend(recordings_in(input)?),
                false => files.push(input.clone()),
            }
        }
        Ok(Source::Recordings(files))
    }

    /// `--config` is optional here, and the installed settings will do: the question is about the daemon of
    /// this machine.
    fn of_settings(reading: &Reading) -> Result<Source, Failure> {
        reading.needs_no_zones()?;
        let hint = "or name recordings, or the folder of a journal";
        let (store, settings) = of_settings(reading.config.as_deref(), &[Table::Journal], Some(hint))?;
        let Some(folder) = daemon::journal_folder_of(&store, &settings.journal) else {
            return Err(Failure::Usage("the settings keep no journal ([journal] enabled): name recordings".to_owned()));
        };
        match folder.is_dir() {
            true => Ok(Source::Journal { folder, store: Some(store) }),
            false => Err(Failure::Input(format!("{}: no such folder; the daemon creates it", folder.display()))),
        }
    }
}

impl Reading {
    /// The settings and zones for recordings, or everything that is wrong with them. A journal brings its own.
    pub(super) fn checked(&self) -> Result<Checked, Failure> {
        SettingsArguments { config: self.config.clone(), zones: self.zones.clone() }.checked()
    }

    /// Refuses `--zones` for a journal. The option would be ignored otherwise, and the answer be about other
    /// zones than the user thinks.
    fn needs_no_zones(&self) -> Result<(), Failure> {
        match &self.zones {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(
                "a journal is read with the zones that were in force; --zones goes with recordings".to_owned(),
            )),
        }
    }
}

/// The store beside a journal: `atalaia.sqlite` for `atalaia.sqlite.journal`. `None` if the folder is not
/// named after one, or if there is none.
fn beside(folder: &Path) -> Option<PathBuf> {
    let whole = folder.canonicalize().ok()?;
    let store = PathBuf::from(whole.to_str()?.strip_suffix(".journal")?);
    store.is_file().then_some(store)
}

/// The files of a folder in order of their names, without hidden ones and without folders in it. The order
/// does not matter to the engine, which merges recordings by time, but it does to messages.
///
/// # Errors
/// The folder cannot be read, or has no files.
fn recordings_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| Failure::Input(format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.is_file() && !is_hidden {
            files.push(path);
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(Failure::Input(format!("{}: neither a journal nor recordings in it", folder.display()))),
        false => Ok(files),
    }
}

/// Reads a journal, and prints on standard error where it begins and what is missing. Shows the engine to
/// `look` after every line, and passes its changes to `changes`.
///
/// What is missing is said each time: an answer of "nothing happened" must not be trusted further than the
/// data reach.
///
/// # Errors
/// The journal does not exist or cannot be read, or the settings that were in force cannot be used:
/// exit code 65.
pub(super) fn look_back(
    wanted: &LookBack,
    look: &mut dyn FnMut(&Engine, &Chart),
    changes: &mut dyn FnMut(&[Change]),
) -> Result<LookedBack, Failure> {
    let looked = daemon::look_back(wanted, &mut Aside { look, changes }).map_err(|error| {
        let text = error.to_string();
        // Some errors name a file of the journal already.
        match text.contains(&wanted.folder.display().to_string()) {
            true => Failure::Input(text),
            false => Failure::Input(format!("{}: {text}", wanted.folder.display())),
        }
    })?;
    // Only now are the times of all reports known.
    aside(&origin_words(looked.origin, looked.since()));
    for (from, to) in &looked.away {
        aside(&format!("no daemon ran from {} to {}", from.minute(), to.minute()));
    }
    if 0 < looked.holes {
        aside(&format!("{} parts of the journal cannot be read: what was received there is not known", looked.holes));
    }
    Ok(looked)
}

/// Passes on what the reading shows.
struct Aside<'a> {
    /// Sees the engine after every line.
    look: &'a mut dyn FnMut(&Engine, &Chart),
    /// Takes the changes of alerts as they come.
    changes: &'a mut dyn FnMut(&[Change]),
}

impl Onlooker for Aside<'_> {
    fn look(&mut self, engine: &Engine, chart: &Chart) {
        (self.look)(engine, chart);
    }

    fn changes(&mut self, changes: &[Change]) {
        (self.changes)(changes);
    }
}

/// Where the reading of a journal began, in words. `since` is the event time of the earliest report that was read; `None` without
/// one. A time of receipt is named as such: a question is about the times of the reports.
fn origin_words(origin: Origin, since: Option<Time>) -> String {
    let reports = since.map_or("no report".to_owned(), |since| format!("reports from {} UTC on", since.minute()));
    match origin {
        Origin::Snapshot(at) => format!("read from the daemon's saved state of {} and the journal since", at.minute()),
        Origin::Journal { first: true, .. } => {
            format!("read from the beginning of the journal: {reports}; what came before is not known")
        }
        Origin::Journal { received, first: false } => format!(
            "read from the journal: {reports}, received from {} on; what came before is left out (--read-from)",
            received.minute()
        ),
    }
}

/// Prints a remark on standard error, so that standard output has nothing but the answer. Escaped.
pub(super) fn aside(text: &str) {
    // Without standard error the line is lost.
    let _ = writeln!(io::stderr(), "atalaia: {}", FromAir(text));
}

/// Parses an MMSI: nine digits, as they are shown everywhere. A shorter number is more likely a typing error
/// than one without its leading zeros.
///
/// # Errors
/// How to write it.
pub(super) fn mmsi(text: &str) -> Result<u32, String> {
    let digits = Some(text.trim()).filter(|text| text.len() == MMSI_DIGITS);
    let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| "write its nine digits, with the zeros it begins with, as 224123456 or 002241022".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_was_played_in_begins_with_its_reports() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let since = Some(time("2026-11-28T14:28:00Z"));
        let received = time("2026-12-02T14:28:00Z");
        let whole = origin_words(Origin::Journal { received, first: true }, since);
        assert!(whole.contains("reports from 2026-11-28 14:28 UTC on; what came before is not known"), "{whole}");
        assert!(!whole.contains("12-02"), "the time of receipt is not asked for: {whole}");
        let part = origin_words(Origin::Journal { received, first: false }, since);
        assert!(part.contains("reports from 2026-11-28 14:28 UTC on, received from 2026-12-02 14:28 on"), "{part}");
    }

    #[test]
    fn an_mmsi_has_nine_digits() {
        assert_eq!((mmsi("224123456"), mmsi("002241022")), (Ok(224_123_456), Ok(2_241_022)));
        for wrong in ["", "1", "2241022", "2241234567", "22412345x", "+24123456"] {
            assert!(mmsi(wrong).is_err_and(|why| why.contains("nine digits")), "{wrong}");
        }
    }
}
