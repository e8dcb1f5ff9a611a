//! `atalaia init`: writes a first settings file, from five questions or from flags.
//!
//! The five questions are those without which no settings file works or without which something is lost: the
//! file itself, the source, the store, the zones, the sinks. Everything else has a default, and the shipped
//! settings file explains it. A file is only written if `check` would accept it.

mod draft;

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use draft::{Draft, Feed, Sink, Store, Zones};

use super::failure::Failure;

use super::output::print;
use crate::config::{Problem, Purpose, check};
use crate::platform::telemetry::FromAir;

/// Mode of a new file, before the umask. Settings may contain secrets, and the daemon reads them through its
/// group. Others may not read it.
const NEW_MODE: u32 = 0o640;

/// Answers that are taken for a misunderstanding and not for the name of a file, in lower case.
const YES_OR_NO: [&str; 6] = ["y", "yes", "ok", "true", "n", "no"];

/// Arguments of `atalaia init`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file to write [default: atalaia.toml]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Source of AIS: tcp://HOST:PORT (connects), tcp-listen://ADDRESS:PORT, udp://ADDRESS:PORT, gpsd://HOST:PORT,
    /// fifo:PATH or file:PATH; may be given more than once
    #[arg(long, value_name = "FEED")]
    feed: Vec<String>,
    /// File for the alerts, or "none" [default: atalaia.sqlite beside the settings; /var/lib/atalaia/atalaia.sqlite for
    /// settings in /etc]
    #[arg(long, value_name = "FILE")]
    store: Option<String>,
    /// Folder of zone files, or "built-in" for those inside the program [default: the folder zones beside the settings,
    /// if it exists]
    #[arg(long, value_name = "DIR")]
    zones: Option<String>,
    /// Destination of alerts: log, jsonl:PATH, or the http:// or https:// address of a webhook; may be given more than
    /// once [default: log]
    #[arg(long, value_name = "SINK")]
    sink: Vec<String>,
    /// Replace the file if it exists; it keeps its owner, group and mode
    #[arg(long)]
    force: bool,
}

/// Asks for what the flags leave open, and writes the file if it passes the check.
///
/// # Errors
/// An answer is not valid, or missing without a terminal (2); the file exists or cannot be written (1); the
/// settings fail the check (78).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let mut questions =
        Questions { input: io::stdin().lock(), may_ask: io::stdin().is_terminal() && io::stderr().is_terminal() };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        // The name is checked while it can still be asked for again.
        None => PathBuf::from(questions.answer("Which settings file should be written?", "atalaia.toml", &|text| {
            taken(Path::new(text), arguments.force).map(|()| text.to_owned())
        })?),
    };
    taken(&out, arguments.force).map_err(Failure::Other)?;
    let folder = match out.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let draft = questions.draft(arguments, &folder)?;
    write(&out, &folder, &draft.text(&out), arguments.force)?;
    let shown = FromAir(&out.display().to_string()).to_string();
    print(&format!(
        "{shown} is written, and passes the check. Next:\n\
         \x20   atalaia check --config {shown}\n\
         \x20   atalaia run --config {shown}\n"
    ))
}

/// Fails if the file must not be written: it is a folder or its folder is missing, or it exists and `force` is not set. A link counts
/// as existing, whatever it leads to.
fn taken(out: &Path, force: bool) -> Result<(), String> {
    let shown = out.display();
    match out.symlink_metadata() {
        Ok(found) if found.is_dir() => Err(format!("{shown} is a folder; name the file in it")),
        Ok(_) if !force => Err(format!("{shown} exists; --force replaces it")),
        _ => draft::has_folder(out),
    }
}

/// Writes a temporary file beside the target, checks it there and then moves it into place: a fault leaves
/// the old file as it was. A file that replaces another takes over its owner, group and mode. `folder` is
/// that of `out`; relative paths in the settings are relative to it, so the check must happen there.
///
/// # Errors
/// The file system refuses, or the settings fail the check, with all problems.
fn write(out: &Path, folder: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Other(format!("{}: {error}", out.display()));
    let beside = tempfile_in(folder, out);
    let replaced = match fs::metadata(out) {
        Ok(found) if force => Some(found),
        _ => None,
    };
    let options = fs::OpenOptions::new().write(true).create_new(true).mode(NEW_MODE).to_owned();
    let mut file = options.open(&beside).map_err(failed)?;
    let filled = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed);
    let outcome =
        filled.and_then(|()| replaced.map_or(Ok(()), |found| become_like(&file, &found, out))).and_then(|()| {
            check(Some(&beside), None, Purpose::Check).map_err(|problems| faults(out, &beside, &problems))?;
            match force {
                true => fs::rename(&beside, out).map_err(failed),
                // A hard link fails if the file was created in the meantime.
                false => fs::hard_link(&beside, out).map_err(failed),
            }
        });
    // After a rename there is nothing to remove.
    let _ = fs::remove_file(&beside);
    outcome
}

/// Gives a file the owner, group and mode of the one it replaces. The daemon reads its settings through their
/// group, and root may run this command.
///
/// # Errors
/// The owner cannot be kept. Nothing is replaced then.
fn become_like(file: &fs::File, found: &fs::Metadata, out: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let shown = FromAir(&out.display().to_string()).to_string();
        let owner = format!("{}:{}", found.uid(), found.gid());
        Failure::Other(format!("{shown}: its owner ({owner}) and mode cannot be kept: {error}; it is left as it was"))
    };
    let ours = file.metadata().map_err(failed)?;
    if (ours.uid(), ours.gid()) != (found.uid(), found.gid()) {
        fchown(file, Some(found.uid()), Some(found.gid())).map_err(failed)?;
    }
    // Set after the owner, because a change of owner clears mode bits.
    file.set_permissions(fs::Permissions::from_mode(found.mode() & 0o7777)).map_err(failed)
}

/// A hidden name beside the target, unlike that of any other process. In the same folder, because only there
/// a rename is atomic.
fn tempfile_in(folder: &Path, out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    folder.join(format!(".{name}.{}", std::process::id()))
}

/// The problems found by the check, under the name that the file was to have.
fn faults(out: &Path, beside: &Path, problems: &[Problem]) -> Failure {
    let (out, beside) = (out.display().to_string(), beside.display().to_string());
    // The temporary name means nothing to the user.
    let lines: Vec<String> = problems.iter().map(|problem| problem.to_string().replace(&beside, &out)).collect();
    let text = format!("{}\natalaia: {} is not written", lines.join("\n"), FromAir(&out));
    Failure::Shown { code: 78, text }
}

/// Asks questions at the terminal, if there is one.
struct Questions<R> {
    /// Where the answers come from: standard input, or a text in tests.
    input: R,
    /// Whether a person can answer. Questions go to standard error, so both it and standard input must
    /// be terminals.
    may_ask: bool,
}

impl<R: BufRead> Questions<R> {
    /// The answers to all questions: from the flags, else asked for, else the defaults. `folder` is that of
    /// the settings file.
    ///
    /// # Errors
    /// A flag is not valid (2), or the input ended (1).
    fn draft(&mut self, arguments: &Arguments, folder: &Path) -> Result<Draft, Failure> {
        let feeds = match arguments.feed.as_slice() {
            // There is no default that could be right for a source.
            [] if !self.may_ask => {
                return Err(Failure::Usage("name the source of AIS, for instance --feed tcp://HOST:PORT".to_owned()));
            }
            [] => vec![self.answer(
                "Where does AIS come from? tcp://HOST:PORT connects there; udp://ADDRESS:PORT and tcp-listen://ADDRESS:PORT \
                 wait for lines; gpsd://HOST:PORT, fifo:PATH, file:PATH",
                "udp://127.0.0.1:10110",
                &|text| Feed::parse_existing(text, folder),
            )?],
            given => given.iter().map(|text| Feed::parse(text, folder)).collect::<Result<_, _>>().map_err(Failure::Usage)?,
        };
        let parse = |text: &str| Store::parse(text, folder);
        let store = match &arguments.store {
            Some(text) => parse(text).map_err(Failure::Usage)?,
            None => self.answer(
                "Which file should keep the alerts? \"none\" keeps nothing, and a restart begins without any",
                &Store::default_for(folder),
                &parse,
            )?,
        };
        let parse = |text: &str| Zones::parse(text, folder);
        let zones = match &arguments.zones {
            Some(text) => parse(text).map_err(Failure::Usage)?,
            None => self.answer(
                "Which folder holds your zones (*.geojson)? \"built-in\": those that come with the program",
                &Zones::default_for(folder),
                &parse,
            )?,
        };
        let sinks = match arguments.sink.as_slice() {
            [] => vec![self.answer(
                "Where do alerts go? log (the daemon's log), jsonl:PATH, or the https:// address of a webhook",
                "log",
                &|text| Sink::parse(text, folder),
            )?],
            given => {
                given.iter().map(|text| Sink::parse(text, folder)).collect::<Result<_, _>>().map_err(Failure::Usage)?
            }
        };
        Ok(Draft { feeds, store, zones, sinks })
    }

    /// Asks until the answer is valid. An empty answer selects the default, and so does a missing terminal.
    ///
    /// # Errors
    /// The default is not valid (2), which happens without a terminal only; the input ended
    /// or cannot be read (1).
    fn answer<T>(
        &mut self,
        question: &str,
        default: &str,
        parse: &dyn Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        if !self.may_ask {
            return parse(default).map_err(Failure::Usage);
        }
        loop {
            let mut out = io::stderr().lock();
            let _ = write!(out, "{question}\n[{default}] ").and_then(|()| out.flush());
            let mut line = String::new();
            let length =
                self.input.read_line(&mut line).map_err(|error| Failure::Other(format!("standard input: {error}")))?;
            if length == 0 {
                return Err(Failure::Other("the input ended; nothing was written".to_owned()));
            }
            let text = line.trim();
            if YES_OR_NO.contains(&text.to_lowercase().as_str()) {
                let _ = writeln!(out, "{}: not a yes-or-no question; press Enter for {default}", FromAir(text));
                continue;
            }
            match parse(if text.is_empty() { default } else { text }) {
                Ok(answer) => return Ok(answer),
                Err(fault) => {
                    let _ = writeln!(out, "{}", FromAir(&fault));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use clap::Parser;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(flags: &[&str]) -> Arguments {
        Line::parse_from([["init"].as_slice(), flags].concat()).arguments
    }

    fn asked(answers: &str) -> Questions<Cursor<Vec<u8>>> {
        Questions { input: Cursor::new(answers.as_bytes().to_vec()), may_ask: true }
    }

    #[test]
    fn questions_that_flags_answer_are_not_asked_and_a_wrong_answer_is_asked_again() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut questions = asked("ais.example.org\ntcp://ais.example.org:5631\n\n");
        let flags = ["--store", "none", "--zones", "built-in"];
        let draft = questions.draft(&arguments(&flags), folder.path()).expect("answers");
        let text = draft.text(Path::new("a.toml"));
        assert!(text.contains("address = \"ais.example.org:5631\"") && text.contains("kind = \"log\""), "{text}");
    }

    #[test]
    fn a_file_in_a_missing_folder_is_asked_for_again_at_once() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = |name: &str| folder.path().join(name).display().to_string();
        let (gone, there) = (store("gone/a.sqlite"), store("a.sqlite"));
        let flags = ["--feed", "udp://127.0.0.1:10110", "--zones", "built-in", "--sink", "log"];
        let draft = asked(&format!("{gone}\n{there}\n")).draft(&arguments(&flags), folder.path()).expect("answers");
        let text = draft.text(Path::new("a.toml"));
        assert!(text.contains("path = \"a.sqlite\"") && !text.contains("gone"), "{text}");
        let missing = taken(&folder.path().join("gone/a.toml"), false).expect_err("before the first question");
        assert!(missing.contains("gone: no such folder; make it (mkdir -p "), "{missing}");
    }

    #[test]
    fn yes_is_no_name_of_a_file_and_a_recording_must_be_there() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let there = folder.path().join("there.nmea");
        fs::write(&there, "").expect("written");
        let (gone, there) = (folder.path().join("gone.nmea").display().to_string(), there.display().to_string());
        let flags = ["--zones", "built-in", "--sink", "log"];
        let answers = format!("yes\nfile:{gone}\nfile:{there}\nYes\nno\n\n");
        let draft = asked(&answers).draft(&arguments(&flags), folder.path()).expect("answers");
        let text = draft.text(Path::new("a.toml"));
        assert!(text.contains("path = \"there.nmea\"") && text.contains("path = \"atalaia.sqlite\""), "{text}");
        // A flag may name a recording that comes later.
        let later = format!("file:{gone}");
        let flags = [&flags[..], &["--store", "none", "--feed", &later]].concat();
        let draft = asked("").draft(&arguments(&flags), folder.path()).expect("no question");
        assert!(draft.text(Path::new("a.toml")).contains("gone.nmea"));
    }

    #[test]
    fn answers_that_end_write_nothing() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let error = asked("\n").draft(&arguments(&[]), folder.path()).expect_err("too few answers");
        assert!(matches!(error, Failure::Other(_)), "{error:?}");
    }

    #[test]
    fn a_draft_that_fails_the_check_leaves_what_was_there() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let out = folder.path().join("a.toml");
        fs::write(&out, "old").expect("written");
        let error = write(&out, folder.path(), "[tim]\n", true).expect_err("a misspelt table");
        let text = match error {
            Failure::Shown { code: 78, text } => text,
            other => panic!("{other:?}"),
        };
        assert!(text.contains("a.toml:1") && !text.contains(".a.toml."), "{text}");
        assert_eq!(fs::read_to_string(&out).expect("there"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }
}
