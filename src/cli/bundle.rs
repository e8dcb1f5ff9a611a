//! `atalaia cases bundle` and `atalaia bundle`: packs evidence, and verifies it for the recipient.
//!
//! Packing belongs to the site that has the store. Verifying is for the recipient: it needs neither store nor settings, and writes nothing.
//! `storage::evidence` and the `README` in each bundle describe what a bundle is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::person::Person;
use super::place::Place;
use super::report;
use super::table::short_id;
use crate::daemon;
use crate::platform::clock::Clock;
use crate::platform::disk::RealDisk;
use crate::platform::telemetry::FromAir;
use crate::storage::evidence::{
    self, EvidenceError, Found, Made, Opened, PublicKey, Signed, SigningKey, Sources, Verdict,
};
use crate::storage::store;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Span;

/// Arguments of `atalaia bundle`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The subcommands of `atalaia bundle`.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Verify a bundle byte for byte, and replay its sentences to the same alerts; nothing is written.
    ///
    /// Each alert is `same`, `same with other points` (or with another beginning), or `not found again`, with what
    /// differs and why as far as the bundle shows it. Exit codes: 0 intact and every alert found again, 1 damaged,
    /// tampered with, or unsigned although --public-key is given, 3 intact but some alert not found again, 65 the file
    /// or key cannot be read, or the file is not a bundle.
    Verify {
        /// Bundle to verify
        file: PathBuf,
        /// Public key of the expected signer, obtained independently of the bundle
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Create a key that signs bundles: FILE is private, FILE.pub is for everyone who verifies them
    Keygen {
        /// File of the private key; must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Arguments of `atalaia cases bundle`.
#[derive(Debug, clap::Args)]
pub(super) struct PackArguments {
    /// Case id, or its first characters (at least four)
    id: String,
    /// File of the bundle, which must not exist; or a folder, for a name that includes the marking
    #[arg(long, value_name = "FILE.tar")]
    out: PathBuf,
    /// Private key that signs the bundle [default: the key in [evidence] of the settings]
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Include raw sentences from this long before each alert, as 26h or 90m [default: what its behaviour needs, 26h to
    /// 10d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    before: Option<Span>,
}

/// Parses a length of time in minutes, hours or days.
///
/// # Errors
/// How to write it.
fn span(text: &str) -> Result<Span, String> {
    let wrong = || "write it as 26h, 90m or 3d".to_owned();
    let (number, minutes) = [('m', 1), ('h', 60), ('d', 24 * 60)]
        .into_iter()
        .find_map(|(unit, minutes)| Some((text.strip_suffix(unit)?, minutes)))
        .ok_or_else(wrong)?;
    let number = number.parse::<u32>().map_err(|_| wrong())?;
    Ok(Span::from_minutes(i64::from(number) * minutes))
}

/// Runs `atalaia bundle`.
///
/// # Errors
/// See the help of the subcommands for their exit codes.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Verify { file, public_key } => verify(file, public_key.as_deref()),
        Command::Keygen { out } => {
            let (beside, public) = evidence::keygen(out).map_err(not_written)?;
            print(&format!(
                "{}: the private key, readable by its owner only. Name it in [evidence] and keep a copy elsewhere\n{}: the public key, for everyone who verifies bundles\n\
                 fingerprint {}\n",
                out.display(),
                beside.display(),
                public.fingerprint()
            ))
        }
    }
}

/// Packs a case and writes the bundle. `place` needs the tables `[journal]` and `[evidence]`; `config` is the value of
/// `--config`. `who` is named in the bundle and in the audit trail.
///
/// # Errors
/// The case is not known, the key or the journal cannot be read, or the file cannot be written. The bundle is
/// then absent.
pub(super) fn pack(place: &Place, config: Option<&Path>, who: &Person, wanted: &PackArguments) -> Result<(), Failure> {
    let Place { store, settings } = place;
    // With `--store`, the journal can only be where it is by default: beside the store.
    let journal = settings.as_ref().and_then(|settings| daemon::journal_folder_of(store, &settings.journal));
    let journal = journal.unwrap_or_else(|| daemon::journal_beside(store));
    let now = Clock.now();
    let case_file = store::case_file(store, &wanted.id, now).map_err(refused)?;
    let chart = report::chart(place, config, &case_file.alerts);
    let of_settings = settings.as_ref().and_then(|settings| settings.evidence.key.clone());
    let key = wanted.key.clone().or(of_settings).map(|path| SigningKey::read(&path)).transpose().map_err(failed)?;
    let zones = chart.as_ref().map(|chart| &chart.zones);
    let sources = Sources { store, journal: &journal, disk: &RealDisk, zones };
    let made = evidence::pack(&sources, &wanted.id, who, wanted.before, key.as_ref(), now).map_err(failed)?;
    let marking = format!("TLP-{}", made.manifest.marking.tlp);
    let short = short_id(&made.manifest.case);
    let path = match wanted.out.is_dir() {
        true => wanted.out.join(format!("{marking}_case-{short}.tar")),
        false => wanted.out.clone(),
    };
    evidence::write(&path, &made.bytes).map_err(not_written)?;
    let why = format!("head {}, to {}", made.manifest.head, path.display());
    if let Err(error) = store::bundled(store, &made.manifest.case, who, &why, now) {
        // A bundle that is missing from the audit trail must not be handed out.
        let _ = fs::remove_file(&path);
        return Err(refused(error));
    }
    print(&packed_text(&made, &path, &marking))
}

/// What was packed, and remarks on what the user should know before the bundle is handed out.
fn packed_text(made: &Made, path: &Path, marking: &str) -> String {
    let manifest = &made.manifest;
    let mut text = format!(
        "{}: case {}, {}, {} members, {} raw lines\nhead {}\n",
        path.display(),
        manifest.case,
        manifest.marking.line(),
        manifest.members.len(),
        manifest.lines,
        manifest.head
    );
    for remark in &manifest.remarks {
        text += &format!("note: {}\n", FromAir(remark));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains(marking) {
        text += &format!(
            "note: the file name does not carry the marking; with a folder as --out it begins with {marking}\n"
        );
    }
    // The bundle is complete in itself, but a court may ask for the originals.
    if !made.held {
        text += &format!(
            "note: the case is not held: its data are purged as [retention] says. `atalaia cases hold {} --why WHY` keeps them\n",
            manifest.case
        );
    }
    text
}

/// Verifies a bundle and replays it.
///
/// # Errors
/// The file or the key cannot be read, or the file is not a bundle (65), the bundle is damaged (1), or not every alert
/// was found again (3).
fn verify(file: &Path, public_key: Option<&Path>) -> Result<(), Failure> {
    let key = public_key.map(PublicKey::read).transpose().map_err(failed)?;
    let bytes = read(file).map_err(|error| Failure::Input(format!("{}: {error}", file.display())))?;
    let of_file = |error: EvidenceError| {
        let text = format!("{}: {error}", file.display());
        if matches!(error, EvidenceError::NotABundle) { Failure::Input(text) } else { Failure::Damaged(text) }
    };
    let opened = evidence::open(&bytes, key.as_ref()).map_err(of_file)?;
    // A bundle may be large, and its replay needs memory of its own.
    drop(bytes);
    print(&described(&opened))?;
    let found = match daemon::rehearse(&opened) {
        Ok(replayed) => evidence::compare(&opened, &replayed),
        // Settings of another version may not be readable any more; what is packed is intact all the same.
        Err(error) => return Err(Failure::NotFoundAgain(format!("intact, but cannot be replayed: {error}"))),
    };
    print(&found.iter().map(line_of).collect::<String>())?;
    let count = |is: fn(&Verdict) -> bool| found.iter().filter(|found| is(&found.verdict)).count();
    let same = count(|verdict| matches!(verdict, Verdict::Same));
    let other = count(|verdict| matches!(verdict, Verdict::Differs(_)));
    let missing = found.len() - same - other;
    let summary = format!(
        "intact; of {}, {same} same, {other} same with differences, {missing} not found again",
        counted(found.len(), "alert")
    );
    match missing {
        0 => print(&format!("{summary}: every alert was found again\n")),
        _ => Err(Failure::NotFoundAgain(summary)),
    }
}

/// Reads at most one byte more than a bundle may have, even from an endless file. One byte too many is enough
/// for `open` to refuse it.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(evidence::LARGEST_BUNDLE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What the bundle says of itself: marking, case, origin, and what its signature proves. Escaped, because a bundle may come from anywhere.
fn described(opened: &Opened) -> String {
    let manifest = &opened.manifest;
    let mut text = format!(
        "{}\ncase {}, packed {} by {} with {}\n{} members and {} raw lines as packed; head {}\n",
        FromAir(&manifest.marking.line()),
        FromAir(&manifest.case),
        FromAir(&manifest.made_at),
        FromAir(&manifest.made_by),
        FromAir(&manifest.program),
        manifest.members.len(),
        manifest.lines,
        manifest.head
    );
    text += &match &opened.signed {
        Signed::Not => {
            "NOT SIGNED: anyone with the file could have changed it and its hashes; compare the head with a copy recorded elsewhere\n"
                .to_owned()
        }
        Signed::By(key) => format!("signed with the key given, {}\n", key.fingerprint()),
        Signed::ByItsOwn(key) => format!(
            "signed with the key in the bundle, {}: unchanged since then, but that proves nothing about who signed it;\n  \
             give the key you trust with --public-key\n",
            key.fingerprint()
        ),
    };
    for remark in &manifest.remarks {
        text += &format!("note: {}\n", FromAir(remark));
    }
    text
}

/// The verdict on one alert, on one line. Escaped.
fn line_of(found: &Found) -> String {
    let verdict = match &found.verdict {
        Verdict::Same => "same".to_owned(),
        Verdict::Differs(what) => what.clone(),
        Verdict::Missing(why) => format!("not found again: {why}"),
    };
    format!("{}  {:<20} {}\n", FromAir(&found.id), FromAir(&found.behaviour).to_string(), FromAir(&verdict))
}

/// The failure for an error of the evidence, with its exit code.
fn failed(error: EvidenceError) -> Failure {
    match error {
        EvidenceError::Store(error) => refused(error),
        EvidenceError::Unfit(text) => Failure::Usage(text),
        error @ (EvidenceError::File { .. } | EvidenceError::Key { .. } | EvidenceError::NotABundle) => {
            Failure::Input(error.to_string())
        }
        error @ (EvidenceError::Damaged(_) | EvidenceError::Unsigned) => Failure::Damaged(error.to_string()),
        error @ (EvidenceError::Journal(_) | EvidenceError::Exists(_)) => Failure::Other(error.to_string()),
    }
}

/// A file that cannot be written is not an input that cannot be read: exit code 1, not 65.
fn not_written(error: EvidenceError) -> Failure {
    Failure::Other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_minutes_hours_and_days() {
        assert_eq!(span("26h"), Ok(Span::from_hours(26)));
        assert_eq!(span("90m"), Ok(Span::from_minutes(90)));
        assert_eq!(span("3d"), Ok(Span::from_hours(72)));
        for wrong in ["", "h", "-1h", "26", "1.5h", "99999999999h", "26 h", "ä"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
